// @ts-check
/**
 * Keeps what is needed to go on with one upload, while it runs. Storage that fails stops no upload: then it lives as long
 * as its page.
 */

import { within } from "../../net/waiting.js";
import { canKeep, forget, hold, keep, keepParts } from "./store.js";

/** @typedef {import("./store.js").UnfinishedUpload} UnfinishedUpload */
/** @typedef {import("../part-sealers.js").SealedPart} SealedPart */

/** No upload waits longer for a disk that does not answer. */
const PATIENCE_MILLIS = 10_000;

export class UploadRecorder {
  #unfinished;
  #release;
  #isOver = false;
  /** Changes go one after another. @type {Promise<unknown>} */
  #last = Promise.resolve();
  #onLost;
  /** Parts that are not kept yet. @type {import("./store.js").KeptPart[]} */
  #parts = [];

  /**
   * @param {UnfinishedUpload} unfinished which this tab holds
   * @param {() => void} release
   * @param {() => void} onLost told when it cannot be kept any longer
   */
  constructor(unfinished, release, onLost) {
    this.#unfinished = unfinished;
    this.#release = release;
    this.#onLost = onLost;
  }

  /**
   * @param {UnfinishedUpload} unfinished
   * @param {() => void} onLost
   * @returns {Promise<UploadRecorder | undefined>} undefined: this browser keeps nothing
   */
  static async begin(unfinished, onLost) {
    if (!canKeep()) return undefined;
    let release;
    try {
      release = await hold(unfinished.shareId);
      if (!release) return undefined;
      const kept = keep(unfinished).catch(() => keep({ ...unfinished, handles: [] }));
      await within(PATIENCE_MILLIS, kept);
      return new UploadRecorder(unfinished, release, onLost);
    } catch {
      // Nobody else may go on with what runs here, if it is kept in the end.
      if (release) void forget(unfinished.shareId).then(release, release);
      return undefined;
    }
  }

  get unfinished() {
    return this.#unfinished;
  }

  /** @param {Partial<UnfinishedUpload>} changes @returns {Promise<unknown>} */
  change(changes) {
    this.#unfinished = { ...this.#unfinished, ...changes };
    const unfinished = this.#unfinished;
    return this.#next(() => keep(unfinished));
  }

  /** @param {[number, SealedPart][]} parts @param {boolean} isStored */
  parts(parts, isStored) {
    for (const [index, part] of parts) this.#parts.push({ ...part, index, isStored });
    // Many come while one change is on its way: then they go together.
    return this.#next(async () => {
      const some = this.#parts.splice(0);
      if (some.length > 0) await keepParts(this.#unfinished.shareId, some);
    });
  }

  /** @returns {Promise<unknown>} */
  async forget() {
    if (this.#isOver) return;
    this.#isOver = true;
    // After the changes that are on their way: none of them may bring it back.
    await this.#last;
    await forget(this.#unfinished.shareId).catch(() => {});
    this.#release();
  }

  /** Gives it back to other tabs, as it is. @returns {Promise<unknown>} */
  async leave() {
    await this.#last;
    if (this.#isOver) return;
    this.#isOver = true;
    this.#release();
  }

  /** @param {() => Promise<unknown>} act */
  #next(act) {
    this.#last = this.#last.then(async () => {
      if (this.#isOver) return;
      try {
        await within(PATIENCE_MILLIS, act());
      } catch {
        // Half of it would be worse than nothing: another manifest under the same share, say.
        this.#onLost();
        void this.forget();
      }
    });
    return this.#last;
  }
}
