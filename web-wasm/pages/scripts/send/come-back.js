// @ts-check
/** Who comes back to what they sent, with the address that they kept: gathers what the page of the result shows. */

import { send as texts } from "../i18n/texts.js";
import { sizeText } from "../i18n/wording.js";
import { CallError, sendForBytes, sendForJson } from "../net/api.js";
import { isShare, shownContent } from "../owner/answers.js";
import { alone } from "../owner/owner-hand.js";

const TRIES = 3;
/** What is known of files that are not there. */
const NOTHING = { first: "", files: 0, what: "" };

/** The share has no link: it was never sent to its end. */
export class NothingSent extends Error {
  variant = "not-found";
}

/**
 * Rejects with the variants of the wasm module (`no-link`, `damaged`, `other-kind`), or as calls do.
 *
 * @param {string} text of the owner's address
 * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
 * @returns {Promise<Omit<import("./result.js").Result, "downloadsLimit">>}
 */
export const comeBack = (text, keyWorker) => alone(keyWorker, () => gather(text, keyWorker));

/**
 * @param {string} text
 * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
 */
async function gather(text, keyWorker) {
  const { shareId, ownerProof } = await keyWorker.ask("takeShareOwnerLink", text);
  /** @param {string} below */
  const call = (below) => ({
    method: "GET",
    path: `/shares/${shareId}${below}`,
    headers: { "subrosa-owner-proof": ownerProof },
    signal: new AbortController().signal,
    triesMax: TRIES,
  });
  const status = await sendForJson(call(""), isShare);
  if (status.links.length === 0) throw new NothingSent();
  // What a link showed that has ended may be gone by now; another version is shown instead.
  const there = new Set(status.contents.map(({ content }) => content));
  const live = status.links.filter(({ gone }) => !gone);
  // One that works is what its owner comes back to, if there is one.
  const links = (live.length > 0 ? live : status.links).map(({ link, content }) => ({
    link,
    content: there.has(content) ? content : shownContent(status),
  }));
  const share = await keyWorker.ask("comeBack", await sendForBytes(call("/note")), links);
  const link = status.links.find((candidate) => candidate.link === share.linkId);
  if (!link) throw new NothingSent();
  return {
    ...share,
    token: await keyWorker.ask("sendToken"),
    ownerToken: await keyWorker.ask("ownerToken"),
    expiresAt: link.expires_at,
    downloads: link.downloads_max,
    hasPassword: link.needs_password,
    ...(status.gone
      ? NOTHING
      : await contents(() => sendForBytes(call(`/contents/${share.content}/manifest`)), keyWorker)),
    madeAt: status.created_at,
    drawn: "",
    onTaken: () => {},
    isBack: true,
  };
}

/**
 * What was sent, and it in words. Where the server has lost their list, the rest is shown without.
 *
 * @param {() => Promise<Uint8Array>} fetchManifest
 * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
 */
async function contents(fetchManifest, keyWorker) {
  try {
    const { files, bytes, first } = await keyWorker.ask("contents", await fetchManifest());
    return { first, files, what: texts.what(files, sizeText(bytes)) };
  } catch (error) {
    const isKnown = error instanceof CallError && ["content-lost", "gone", "not-found"].includes(error.variant);
    if (isKnown) return NOTHING;
    throw error;
  }
}
