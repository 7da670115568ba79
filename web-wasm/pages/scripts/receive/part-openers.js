// @ts-check
/**
 * The workers that fetch and open, as one stream: parts are fetched in parallel, a few at a time, and come out in
 * order.
 */

import { Cancelled } from "../net/waiting.js";
import { workerCount } from "../ui/engine.js";
import { JobError, startWorkerPool } from "../workers/worker-pool.js";

/** @typedef {import("../net/api.js").Failure} Failure */
/** @typedef {Omit<import("../workers/open-worker.js").OpenJob, "id" | "url">} Piece */

/** Parts per worker that are fetched, opened or waiting for their turn: this bounds the memory. */
const WINDOW_PER_WORKER = 2;

export class PartOpeners {
  /** @type {Worker[]} */
  #pool;
  /** By the number of the job. @type {Map<number, { resolve: (bytes: Uint8Array<ArrayBuffer>) => void, reject: (reason: unknown) => void }>} */
  #waiting = new Map();
  #jobs = 0;
  /** Whether a worker answers no more: then nothing that it has ends. */
  isBroken = false;
  /** @type {((failure: Failure | undefined) => void) | undefined} */
  #onWait;
  /** @type {((index: number, bytes: number) => void) | undefined} */
  #onProgress;

  /**
   * @param {object} share
   * @param {WebAssembly.Module} share.module
   * @param {Uint8Array} share.grant wiped here
   * @param {Record<string, string>} share.headers
   */
  constructor({ module, grant, headers }) {
    const onMessage = (/** @type {any} */ data) => this.#answered(data);
    this.#pool = startWorkerPool("open", workerCount(), onMessage, (error) => {
      this.isBroken = true;
      this.#fail(error);
    });
    for (const worker of this.#pool) {
      const copy = grant.slice();
      worker.postMessage({ module, grant: copy, headers }, [copy.buffer]);
    }
    grant.fill(0);
  }

  /**
   * The wanted bytes of the pieces, in order. Nothing is fetched that nobody waits for: what takes from this stream, a
   * disk at its end, decides the speed.
   *
   * @param {Piece[]} pieces
   * @param {(index: number) => string} urlOf
   * @param {AbortSignal} signal
   * @param {{ onProgress: (index: number, bytes: number) => void, onWait: (failure: Failure | undefined) => void }}
   * listener
   * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>}
   */
  async *stream(pieces, urlOf, signal, listener) {
    this.#onProgress = listener.onProgress;
    this.#onWait = listener.onWait;
    const cancel = () => this.#fail(new Cancelled());
    signal.addEventListener("abort", cancel);
    /** @type {Promise<Uint8Array<ArrayBuffer>>[]} */
    const ahead = [];
    let next = 0;
    try {
      while (next < pieces.length || ahead.length > 0) {
        while (next < pieces.length && ahead.length < WINDOW_PER_WORKER * this.#pool.length) {
          ahead.push(this.#open(pieces[next], urlOf));
          next += 1;
        }
        if (signal.aborted) throw new Cancelled();
        const bytes = await ahead.shift();
        if (bytes) yield bytes;
      }
    } finally {
      signal.removeEventListener("abort", cancel);
      // Whoever leaves early wants none of the rest.
      for (const promise of ahead) promise.catch(() => {});
      this.#fail(new Cancelled());
    }
  }

  /**
   * The wanted bytes of one piece, at once.
   *
   * @param {Piece} piece
   * @param {(index: number) => string} urlOf
   * @param {(failure: Failure | undefined) => void} onWait
   */
  one(piece, urlOf, onWait) {
    this.#onWait = onWait;
    this.#onProgress = undefined;
    return this.#open(piece, urlOf);
  }

  /** @param {Piece} piece @param {(index: number) => string} urlOf */
  #open(piece, urlOf) {
    const id = (this.#jobs += 1);
    /** @type {Promise<Uint8Array<ArrayBuffer>>} */
    const opened = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // Pieces of one part go to one worker: it keeps what several of them need.
      const worker = this.#pool[piece.index % this.#pool.length];
      worker.postMessage({ open: { ...piece, id, url: urlOf(piece.index) } });
    });
    // It may fail before its turn comes; whoever takes it then is told.
    opened.catch(() => {});
    return opened;
  }

  /** @param {any} data */
  #answered(data) {
    if (data.progress !== undefined) {
      this.#onWait?.(undefined);
      this.#onProgress?.(data.progress, data.bytes);
    }
    if (data.waiting !== undefined) this.#onWait?.(data.failure);
    if (data.opened !== undefined) {
      this.#waiting.get(data.opened)?.resolve(data.bytes);
      this.#waiting.delete(data.opened);
    }
    // What failed together with another job was told with that.
    if (this.#waiting.has(data.failed)) this.#fail(new JobError(data));
  }

  /** @param {Error} error */
  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    if (this.#waiting.size > 0) for (const worker of this.#pool) worker.postMessage({ cancel: true });
    this.#waiting.clear();
  }

  /** Ends the workers: their memory, and the key in it, is gone. */
  end() {
    this.#fail(new Cancelled());
    for (const worker of this.#pool) worker.terminate();
  }
}
