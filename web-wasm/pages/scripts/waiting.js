// @ts-check
/**
 * Waiting between two tries: until the time is over, the network comes back, or somebody cancels. For pages and
 * workers.
 */

/** That the person or the page stopped it. */
export class Cancelled extends Error {
  constructor() {
    super("cancelled");
    this.name = "Cancelled";
  }
}

/**
 * Waits. Ends early when the network comes back, so that nobody looks at a countdown after the tunnel.
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
    signal.addEventListener("abort", cancel);
  });
}
