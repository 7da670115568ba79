// @ts-check
/** Speed and time left: over the last seconds, so that a pause in a tunnel does not count for ever. */

const WINDOW_MILLIS = 8_000;
/** Before that, a figure would only be noise. */
const FIRST_MILLIS = 1_500;

export class Pace {
  /** @type {{ at: number, bytes: number }[]} */
  #samples = [];

  /**
   * @param {number} bytes done in all
   * @param {number} total
   * @param {number} [now]
   * @returns {{ bytesPerSec: number, secsLeft: number } | undefined} undefined while it is not known
   */
  measure(bytes, total, now = performance.now()) {
    this.#samples.push({ at: now, bytes });
    while (this.#samples.length > 2 && this.#samples[0].at < now - WINDOW_MILLIS) this.#samples.shift();
    const first = this.#samples[0];
    if (now - first.at < FIRST_MILLIS || bytes <= first.bytes) return undefined;
    const bytesPerSec = ((bytes - first.bytes) * 1000) / (now - first.at);
    return { bytesPerSec, secsLeft: Math.max(0, total - bytes) / bytesPerSec };
  }

  /** After a pause, what came before says nothing. */
  forget() {
    this.#samples = [];
  }
}
