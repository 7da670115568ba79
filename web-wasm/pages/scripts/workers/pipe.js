// @ts-check
/**
 * The way from the key worker to the service worker: one chunk for each that was pulled. It runs beside the page, so that
 * megabytes on their way to the disk never make it stutter. The messages are described in `save-worker.js`.
 */

/** That the browser stopped taking: cancelled there, its disk is full, or the service worker was ended. */
class PipeClosed extends Error {
  variant = "browser-cancelled";
}

export class Pipe {
  #port;
  /** What the service worker said and nobody waited for yet. @type {Set<string>} */
  #said = new Set();
  /** @type {(() => void)[]} */
  #wakers = [];
  #isClosed = false;

  /** @param {MessagePort} port */
  constructor(port) {
    this.#port = port;
    port.onmessage = ({ data }) => {
      for (const word of Object.keys(data)) this.#said.add(word);
      if (data.cancelled) this.#isClosed = true;
      this.#wake();
    };
  }

  /**
   * Waits until the service worker says something.
   *
   * @param {"ready" | "started" | "pull" | "closed"} word
   */
  async hears(word) {
    while (!this.#said.has(word)) {
      if (this.#isClosed) throw new PipeClosed("the browser stopped saving");
      await new Promise((resolve) => this.#wakers.push(() => resolve(undefined)));
    }
    this.#said.delete(word);
  }

  /** Hands a chunk over. @param {Uint8Array<ArrayBuffer>} chunk */
  async write(chunk) {
    if (chunk.byteLength === 0) return;
    await this.hears("pull");
    this.#port.postMessage({ chunk }, [chunk.buffer]);
  }

  /** Ends the stream as a whole one. */
  async close() {
    await this.hears("pull");
    this.#port.postMessage({ end: true });
    await this.hears("closed");
    this.#port.close();
  }

  /** Ends the stream as a broken one: the browser then knows that the file is not whole. */
  abort() {
    this.#port.postMessage({ error: true });
    this.lose();
  }

  /** Nobody is at the other end any more. */
  lose() {
    this.#isClosed = true;
    this.#wake();
  }

  #wake() {
    for (const wake of this.#wakers.splice(0)) wake();
  }
}
