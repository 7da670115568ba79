// @ts-check
/** Waiting: between two tries, no longer than so long, or until somebody cancels. For pages and workers. */

/** That the person or the page stopped it. */
export class Cancelled extends Error {
  constructor() {
    super("cancelled");
    this.name = "Cancelled";
  }
}

/** A wait that is longer is told, and so is how to end it. */
export const LONG_MILLIS = 15_000;
/** Told to a page and its workers: somebody wants no wait to go on. */
const NOW = "subrosa-now";

/** Ends every wait in this page or worker. */
export const tryNow = () => void dispatchEvent(new Event(NOW));

/** @param {() => void} act when waits end because somebody wants it */
export const whenTriedNow = (act) => addEventListener(NOW, act);

/**
 * Waits. Ends early when the network comes back, so that nobody looks at a countdown after the tunnel, and when somebody
 * wants it.
 *
 * @param {number} millis
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function wait(millis, signal) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Cancelled());
      return;
    }
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", online);
      removeEventListener(NOW, online);
      signal.removeEventListener("abort", cancel);
    };
    const online = () => {
      end();
      // Not all at the same moment: the network that came back is weak.
      setTimeout(resolve, 300 * Math.random());
    };
    const cancel = () => {
      end();
      reject(new Cancelled());
    };
    const timer = setTimeout(() => {
      end();
      resolve();
    }, millis);
    addEventListener("online", online);
    addEventListener(NOW, online);
    signal.addEventListener("abort", cancel);
  });
}

/**
 * @template T
 * @param {number} millis
 * @param {Promise<T>} promise
 * @returns {Promise<T>} rejects when it takes longer
 */
export function within(millis, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("too late")), millis);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** @param {AbortSignal} signal */
export function throwIfCancelled(signal) {
  if (signal.aborted) throw new Cancelled();
}

/**
 * Cancelling ends the waiting, not what is waited for.
 *
 * @template T
 * @param {AbortSignal} signal
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function unlessCancelled(signal, promise) {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new Cancelled());
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", cancel));
  });
}

/**
 * Scripts that come only when somebody needs them: without a connection they do not.
 *
 * @template T
 * @param {Promise<T>} coming
 * @returns {Promise<T>}
 */
export const onDemand = (coming) =>
  coming.catch((error) => {
    throw Object.assign(new Error(String(error)), { variant: "network" });
  });
