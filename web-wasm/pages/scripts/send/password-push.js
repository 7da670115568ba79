// @ts-check
/**
 * The second channel: the password of a share, as a push with a link of its own, here or at the server that the
 * configuration names.
 */

import { sendForJson } from "../net/api.js";
import { Cancelled } from "../net/waiting.js";
import { isConfig, isPush } from "../owner/answers.js";
import { pushTerms } from "../owner/form-choices.js";

/**
 * @typedef {object} MadePush
 * @property {string} link
 * @property {number} views
 * @property {number} expiresAt
 * @property {import("../owner/push-watch.js").Owned} owned
 * @property {import("./resume/store.js").KeptPush} kept what brings it back
 */

const TRIES = 3;

export class PasswordPush {
  #keyWorker;
  /** Of the server that keeps pushes, if it is not this one. */
  #origin;
  /** What it takes, once that is known. @type {import("/api").Config | undefined} */
  #config;
  #terms;
  /** Sealed once: asked again with the same body, the server knows that it is the same. */
  #owned = { linkId: "", ownerProof: "" };
  #json = "";
  #views = 1;
  #secs = 0;
  #isCancelled = false;

  /**
   * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
   * @param {string} origin empty: this one
   * @param {import("/api").Config | undefined} config of that server, if it is known
   * @param {{ password: string, expiresInSecs: number, downloads: number }} terms
   */
  constructor(keyWorker, origin, config, terms) {
    this.#keyWorker = keyWorker;
    this.#origin = origin;
    this.#config = config;
    this.#terms = terms;
  }

  /** What was made or is being made. @type {Promise<MadePush> | undefined} */
  #making;

  /**
   * One that was made before its page was closed.
   *
   * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
   * @param {import("./resume/store.js").KeptPush} kept
   */
  static resume(keyWorker, kept) {
    const channel = new PasswordPush(keyWorker, kept.origin, undefined, {
      password: "",
      expiresInSecs: 0,
      downloads: 0,
    });
    channel.#views = kept.views;
    channel.#making = channel.#resume(kept);
    channel.#making.catch(() => {});
    return channel;
  }

  /** Makes the push, once; after a failure, again. @returns {Promise<MadePush>} */
  make() {
    return (this.#making ??= this.#make().catch((error) => {
      this.#making = undefined;
      throw error;
    }));
  }

  async #make() {
    if (this.#json === "") await this.#seal();
    await sendForJson({ ...this.#call("PUT"), path: `/pushes/${this.#owned.linkId}`, json: this.#json }, isPush);
    return this.#made(await this.#ask("pushOwnerToken"), Date.now() + 1000 * this.#secs);
  }

  /** @param {import("./resume/store.js").KeptPush} kept */
  async #resume({ token, expiresAt }) {
    this.#owned = await this.#ask("takeOwnerLink", token);
    return this.#made(token, expiresAt);
  }

  /** @param {string} token @param {number} expiresAt @returns {Promise<MadePush>} */
  async #made(token, expiresAt) {
    return {
      link: `${this.#origin || location.origin}/p#${await this.#ask("pushToken")}`,
      views: this.#views,
      expiresAt,
      owned: { ...this.#owned, ...(this.#origin && { origin: this.#origin }) },
      kept: { token, origin: this.#origin, views: this.#views, expiresAt },
    };
  }

  /** Has deleted what was made, or is being made. Best effort: its time ends it anyway. @returns {Promise<void>} */
  async cancel() {
    this.#isCancelled = true;
    await this.#making?.catch(() => {});
    if (this.#owned.ownerProof === "") return;
    await sendForJson({ ...this.#call("DELETE"), path: `/pushes/${this.#owned.linkId}/owner` }, isPush).catch(() => {});
  }

  /**
   * The key worker has one push at a time: one that was cancelled must not take the place of the next.
   *
   * @template {keyof import("../workers/key-worker.js").SealCalls} Name
   * @param {Name} name
   * @param {Parameters<import("../workers/key-worker.js").SealCalls[Name]>} args
   */
  async #ask(name, ...args) {
    if (this.#isCancelled) throw new Cancelled();
    return this.#keyWorker.ask(name, ...args);
  }

  async #seal() {
    this.#config ??= await sendForJson({ ...this.#call("GET"), path: "/config", headers: {} }, isConfig);
    const { password, downloads, expiresInSecs } = this.#terms;
    ({ views: this.#views, secs: this.#secs } = pushTerms(this.#config.limits, downloads, expiresInSecs));
    this.#owned = await this.#ask("beginPush");
    this.#json = await this.#ask("pushBody", {
      form: { kind: "password", forFiles: true, password },
      passphrase: "",
      expiresInSecs: this.#secs,
      views: this.#views,
      mayDestroy: true,
      destroyAfterGuesses: undefined,
    });
    // The sealed body has it: the page needs it no more.
    this.#terms = { ...this.#terms, password: "" };
  }

  /** @param {string} method */
  #call(method) {
    return {
      method,
      headers: { "subrosa-owner-proof": this.#owned.ownerProof },
      signal: new AbortController().signal,
      triesMax: TRIES,
      ...(this.#origin && { origin: this.#origin }),
    };
  }
}
