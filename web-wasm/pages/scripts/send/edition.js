// @ts-check
/**
 * A new version of what was sent, behind the links that there are: which content it is, and what puts it there once it
 * is stored. A link shows the old version or the new one, whole.
 */

import { sendForBytes, sendForJson } from "../net/api.js";
import { isShare } from "../owner/answers.js";
import { alone } from "../owner/owner-hand.js";

/** Links that one call moves. */
const LINKS_AT_ONCE = 50;

/**
 * What became of the links.
 *
 * @typedef {{ moved: number, ended: number, left: string[] }} Moved `left`: ids of those that still show another version
 *
 * @typedef {object} EditionOf what is kept to go on with it later
 * @property {string} ownerToken
 * @property {number} content
 * @property {boolean} isOneMore whether each link allows one more download
 * @property {number} downloadsLimit what this server allows
 * @property {string} [begunBy] what this device drew for it, to be told from others that begin one at the same moment
 */

export class Edition {
  #of;
  /** Once it is behind the links. @type {Moved | undefined} */
  moved;

  /** @param {EditionOf} of */
  constructor(of) {
    this.#of = of;
  }

  get content() {
    return this.#of.content;
  }

  get begunBy() {
    return this.#of.begunBy;
  }

  /** What brings it back. */
  get kept() {
    return this.#of;
  }

  /**
   * The share, in the hands of its owner.
   *
   * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
   */
  begin(keyWorker) {
    return alone(keyWorker, () => this.#begin(keyWorker));
  }

  /** @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker */
  async #begin(keyWorker) {
    const { shareId, ownerProof } = await keyWorker.ask("takeShareOwnerLink", this.#of.ownerToken);
    const headers = { "subrosa-owner-proof": ownerProof };
    const call = { method: "GET", headers, signal: new AbortController().signal, triesMax: 3 };
    const { links } = await sendForJson({ ...call, path: `/shares/${shareId}` }, isShare);
    await keyWorker.ask("openNote", await sendForBytes({ ...call, path: `/shares/${shareId}/note` }));
    const ids = links.map(({ link }) => link);
    return keyWorker.ask("beginEdition", this.content, ids);
  }

  /**
   * Puts the version behind all links that live, but those that show a newer one by now: another device may have been
   * faster. Again does no harm.
   *
   * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
   * @param {import("../net/api.js").Call} call of the owner
   * @returns {Promise<import("/api").ShareStatus>} as it stands then
   */
  async putBehindLinks(keyWorker, call) {
    const what = { keyWorker, call, ...this.#of, isForward: true };
    const { status, moved } = await alone(keyWorker, () => putBehindLinks(what));
    this.moved = moved;
    return status;
  }
}

/**
 * Puts a version behind all links of a share that live.
 *
 * @param {object} what
 * @param {import("../workers/key-worker.js").SealKeyWorker} what.keyWorker
 * @param {import("../net/api.js").Call} what.call of the owner
 * @param {string} what.ownerToken
 * @param {number} what.content
 * @param {boolean} what.isOneMore whether each link allows one more download
 * @param {number} what.downloadsLimit what this server allows
 * @param {boolean} what.isForward whether links that show a newer version keep it
 * @returns {Promise<{ status: import("/api").ShareStatus, moved: Moved }>}
 */
export async function putBehindLinks({ keyWorker, call, ownerToken, content, isOneMore, downloadsLimit, isForward }) {
  const { shareId } = await keyWorker.ask("takeShareOwnerLink", ownerToken);
  const get = (/** @type {string} */ below) => ({ ...call, method: "GET", path: `/shares/${shareId}${below}` });
  await keyWorker.ask("openNote", await sendForBytes(get("/note")));
  await keyWorker.ask("ownedContents", content, await sendForBytes(get(`/contents/${content}/manifest`)));
  let status = await sendForJson(get(""), isShare);
  const wanted = status.links
    .filter((link) => !link.gone && (isForward ? link.content < content : link.content !== content))
    .map(({ link, needs_password, downloads_max, downloads_taken }) => ({
      ...{ link, needs_password },
      // Of what is set, not of what is there now: sent again, it allows no second one.
      downloads_max: isOneMore ? Math.min(downloadsLimit, Math.max(downloads_max, downloads_taken + 1)) : null,
    }));
  for (let at = 0; at < wanted.length; at += LINKS_AT_ONCE) {
    const json = await keyWorker.ask("moveBody", wanted.slice(at, at + LINKS_AT_ONCE));
    // Of none of these the keys are known.
    if (JSON.parse(json).links.length === 0) continue;
    status = await sendForJson({ ...get(`/contents/${content}/links`), method: "POST", json }, isShare);
  }
  const live = status.links.filter(({ gone }) => !gone);
  const left = live.filter((link) => (isForward ? link.content < content : link.content !== content));
  const moved = live.filter((link) => link.content === content).length;
  return { status, moved: { moved, ended: status.links.length - live.length, left: left.map(({ link }) => link) } };
}
