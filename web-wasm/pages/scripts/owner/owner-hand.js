// @ts-check
/**
 * What an owner does with a share that is sent: calls, and the owner's note that remembers its links. One at a time: the key
 * worker holds one owner, and what one has read of the note, another must not put back.
 */

import { CallError, sendForBytes, sendForJson, sendForNothing, sendForTagged } from "../net/api.js";
import { isShare } from "./answers.js";

/**
 * @typedef {import("../workers/key-worker.js").SealKeyWorker} SealKeyWorker
 * @typedef {import("../workers/seal-key-worker.js").Noted} Noted
 *
 * @typedef {{ shareId: string, ownerProof: string, ownerToken: string }} Owned
 */

const TRIES = 3;
/** Other devices may change the note at the same time: so often it is read again. */
const CONFLICTS_MAX = 5;

/** What was begun last with the owner that a key worker holds. @type {WeakMap<SealKeyWorker, Promise<unknown>>} */
const lasts = new WeakMap();

/**
 * One after the other: what is begun with the owner that a key worker holds ends before another takes its place.
 *
 * @template T
 * @param {SealKeyWorker} keyWorker
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export function alone(keyWorker, act) {
  const done = (lasts.get(keyWorker) ?? Promise.resolve()).then(act);
  lasts.set(
    keyWorker,
    done.catch(() => {}),
  );
  return done;
}

export class OwnerHand {
  #owned;
  #keyWorker;
  /** What the note says of each link, once it was read. @type {Map<string, Noted>} */
  noted = new Map();

  /** @param {Owned} owned @param {SealKeyWorker} keyWorker */
  constructor(owned, keyWorker) {
    this.#owned = owned;
    this.#keyWorker = keyWorker;
  }

  get ownerToken() {
    return this.#owned.ownerToken;
  }

  get keyWorker() {
    return this.#keyWorker;
  }

  /**
   * One after the other.
   *
   * @template T
   * @param {() => Promise<T>} act
   * @returns {Promise<T>}
   */
  alone(act) {
    return alone(this.#keyWorker, act);
  }

  /** @param {string} method @param {string} below @returns {import("../net/api.js").Call} */
  call(method, below) {
    const { shareId, ownerProof } = this.#owned;
    return {
      method,
      path: `/shares/${shareId}${below}`,
      headers: { "subrosa-owner-proof": ownerProof },
      signal: new AbortController().signal,
      triesMax: TRIES,
    };
  }

  /** @param {string} method @param {string} below @param {string} [json] @returns {Promise<import("/api").ShareStatus>} */
  async ask(method, below, json) {
    return sendForJson({ ...this.call(method, below), json }, isShare);
  }

  /**
   * Takes the share in hand: its note, and a content, which is what links open that are made or changed then.
   *
   * @param {(status: import("/api").ShareStatus) => number} contentOf which
   * @returns {Promise<string>} the tag of the note
   */
  async take(contentOf) {
    await this.#keyWorker.ask("takeShareOwnerLink", this.#owned.ownerToken);
    const content = contentOf(await this.ask("GET", ""));
    const manifest = await sendForBytes(this.call("GET", `/contents/${content}/manifest`));
    await this.#keyWorker.ask("ownedContents", content, manifest);
    return this.readNote();
  }

  /** @returns {Promise<string>} the tag of the note */
  async readNote() {
    const { bytes, tag } = await sendForTagged(this.call("GET", "/note"));
    const noted = await this.#keyWorker.ask("openNote", bytes);
    for (const link of noted) this.noted.set(link.link, link);
    return tag;
  }

  /** Stores the note with what was drawn or settled. @param {string} tag of the note that it replaces */
  async storeNote(tag) {
    for (let conflicts = 0; ; conflicts += 1) {
      const bytes = await this.#keyWorker.ask("sealNote");
      try {
        const call = this.call("PUT", "/note");
        await sendForNothing({ ...call, headers: { ...call.headers, "if-match": tag }, bytes });
        break;
      } catch (error) {
        // Another device of the same owner was faster: what it noted stays.
        const isChanged = error instanceof CallError && error.variant === "note-changed";
        if (!isChanged || conflicts >= CONFLICTS_MAX) throw error;
        tag = await this.readNote();
      }
    }
    await this.readNote();
  }
}
