// @ts-check
/** Long work in slices, so that keys, clicks and pictures do not wait for it. */

/** A slice is over after this. */
const SLICE_MILLIS = 20;

const channel = new MessageChannel();
/** @type {(() => void)[]} */
const waiting = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Resolves in a task of its own. Timers do it too, but are slowed down where nobody looks, and after some of them. */
const nextTask = () =>
  new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(undefined);
  });

export class TimeSlices {
  #since = performance.now();

  /** Whether it worked long enough without one. */
  get isDue() {
    return performance.now() - this.#since > SLICE_MILLIS;
  }

  /** Lets everything else have its turn. */
  async yield() {
    await nextTask();
    this.#since = performance.now();
  }
}
