// @ts-check
/**
 * Pushes of passwords of links to what was sent: each a link of its own, to be sent another way. They are in the list of
 * this browser like everything that is sent, and can be watched and ended there.
 */

import { messages, send as texts } from "../i18n/texts.js";
import { momentText } from "../i18n/wording.js";
import { sendForJson } from "../net/api.js";
import { isConfig, isPush } from "../owner/answers.js";
import { pushTerms } from "../owner/form-choices.js";
import { remember, remembered } from "../storage/keyring.js";

/**
 * @typedef {object} PushedLink
 * @property {string} link id of the link whose password it is
 * @property {string} password
 * @property {string} name what the owner calls it
 * @property {number} downloads so many views it allows
 * @property {number} endsAt it ends no later, if the server lets it live as long
 *
 * @typedef {{ address: string, views: number, expiresAt: number }} Pushed
 */

const TRIES = 3;

export class LinkPushes {
  #keyWorker;
  #origin;
  /** What the server takes that keeps pushes. @type {import("/api").Config | undefined} */
  #config;
  /** Sealed once: asked again with the same body, the server knows that it is the same. @type {Map<string, any>} */
  #sealed = new Map();
  #shareId;

  /** Whether pushes can be made. @param {import("/api").Config} config of this server */
  static isOffered = ({ channels, push_origin: origin }) => channels === "both" || origin != null;

  /**
   * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
   * @param {import("/api").Config} config of this server
   * @param {string} shareId of the files: pushes are in the list of this browser if they are
   */
  constructor(keyWorker, config, shareId) {
    this.#keyWorker = keyWorker;
    this.#origin = config.push_origin ?? "";
    this.#config = this.#origin ? undefined : config;
    this.#shareId = shareId;
  }

  /** Makes one; after a failure, the same again. @param {PushedLink} of @returns {Promise<Pushed>} */
  async make({ link, password, name, downloads, endsAt }) {
    const call = { method: "GET", path: "/config", signal: new AbortController().signal, triesMax: TRIES };
    const where = this.#origin ? { origin: this.#origin } : {};
    this.#config ??= await sendForJson({ ...call, ...where }, isConfig);
    const key = `${link} ${password}`;
    let sealed = this.#sealed.get(key);
    if (!sealed) {
      const { views, secs } = pushTerms(this.#config.limits, downloads, Math.floor((endsAt - Date.now()) / 1000));
      const form = { kind: "password", forFiles: true, password };
      const terms = { passphrase: "", expiresInSecs: secs, views, mayDestroy: true, destroyAfterGuesses: undefined };
      sealed = { ...(await this.#keyWorker.ask("sealPush", { form, ...terms })), views, secs };
      this.#sealed.set(key, sealed);
    }
    const { linkId, ownerProof, json, token, ownerToken, views, secs } = sealed;
    const headers = { "subrosa-owner-proof": ownerProof };
    await sendForJson({ ...call, ...where, method: "PUT", path: `/pushes/${linkId}`, headers, json }, isPush);
    this.#sealed.delete(key);
    const expiresAt = Date.now() + 1000 * secs;
    const [origin, madeAt] = [this.#origin || location.origin, Date.now()];
    if (await remembered(this.#shareId)) {
      const item = {
        version: /** @type {1} */ (1),
        id: linkId,
        kind: /** @type {"push"} */ ("push"),
        token: ownerToken,
      };
      const seen = { files: 0, isForFiles: true, hasPassword: false, seen: null };
      await remember({ ...item, origin, name, madeAt, endsAt: expiresAt, ...seen });
    }
    return { address: `${origin}/p#${token}`, views, expiresAt };
  }
}

/** What goes along with it. @param {Pushed} pushed */
export const messageOf = ({ views, expiresAt }) =>
  messages.push({ kind: "password", forFiles: true, views, until: momentText(expiresAt), passphrase: false });

/** What is wrong with a password that is to be shown by a link, in words; empty: nothing. @param {string} password */
export const whyNotShown = (password) =>
  /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(password) ? texts.pushes.character : "";
