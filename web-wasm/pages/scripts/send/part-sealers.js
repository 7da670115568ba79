// @ts-check
/**
 * The workers that seal and upload, and which part is whose. Two parts at a time per worker: one sealed, one on its
 * way.
 */

import { workerCount } from "../ui/engine.js";
import { JobError, startWorkerPool } from "../workers/worker-pool.js";
import { TimeSlices } from "./time-slices.js";

/** @typedef {import("../net/api.js").Failure} Failure */
/** @typedef {import("../workers/seal-worker.js").SealJob} SealJob */
/**
 * A sealed part; `edges`: digests of both ends of its plaintext (`source.js`).
 *
 * @typedef {{ sealedLen: number, digest: Uint8Array, commitment: Uint8Array, edges: Uint8Array[] }} SealedPart
 *
 * @typedef {object} SealListener
 * @property {(index: number, part: SealedPart) => void} onSealed before it is sent
 * @property {(index: number, part: SealedPart) => void} onStored
 * @property {(index: number, files: number) => void} onRead so many more files were read to their end
 * @property {(index: number, bytes: number) => void} onProgress
 * @property {(failure: Failure) => void} onWait
 */

const JOBS_PER_WORKER = 2;
/** Sources of a part that a worker is given at a time. */
const SLICE = 250;

export class PartSealers {
  /** @type {{ worker: Worker, jobs: number }[]} */
  #pool;
  /** @type {number[]} */
  #queue = [];
  #open = 0;
  /** @type {(index: number) => SealJob} */
  #jobOf = () => {
    throw new Error("no jobs yet");
  };
  /** @type {{ resolve: () => void, reject: (reason: unknown) => void } | undefined} */
  #run;
  /** @type {Map<number, { resolve: (isWhole: boolean) => void, reject: (reason: unknown) => void }>} */
  #checks = new Map();
  /** Whether a worker answers no more: then nothing that it has ends. */
  isBroken = false;

  /**
   * @param {object} share
   * @param {WebAssembly.Module} share.module
   * @param {() => Promise<Uint8Array>} share.grant one for each worker
   * @param {Record<string, string>} share.headers
   * @param {number} share.partCount
   * @param {SealListener} listener
   */
  constructor({ module, grant, headers, partCount }, listener) {
    const count = Math.min(workerCount(), partCount);
    const onMessage = (/** @type {any} */ data, /** @type {Worker} */ worker) => this.#answered(worker, data, listener);
    const pool = startWorkerPool("seal", count, onMessage, (error) => {
      this.isBroken = true;
      this.#fail(error);
    });
    this.#pool = pool.map((worker) => ({ worker, jobs: 0 }));
    this.ready = Promise.all(
      this.#pool.map(async ({ worker }) => {
        const bytes = await grant();
        worker.postMessage({ module, grant: bytes, headers }, [bytes.buffer]);
      }),
    );
  }

  /**
   * Stores parts.
   *
   * @param {number[]} indexes
   * @param {(index: number) => SealJob} jobOf made when its turn comes
   * @returns {Promise<void>}
   */
  store(indexes, jobOf) {
    this.#queue = [...indexes];
    this.#jobOf = jobOf;
    return new Promise((resolve, reject) => {
      this.#run = { resolve, reject };
      this.#assign();
    });
  }

  #assign() {
    for (let round = 0; round < JOBS_PER_WORKER; round += 1) {
      for (const member of this.#pool) {
        const index = member.jobs <= round ? this.#queue.shift() : undefined;
        if (index === undefined) continue;
        member.jobs += 1;
        this.#open += 1;
        void this.#give(member.worker, index).catch((error) => this.#fail(error));
      }
    }
    if (this.#open === 0 && this.#queue.length === 0) this.#end()?.resolve();
  }

  /** Thousands of files go in slices: nobody who uses the page waits for them. @param {Worker} worker @param {number} index */
  async #give(worker, index) {
    const run = this.#run;
    const { sources, ...job } = this.#jobOf(index);
    const slices = new TimeSlices();
    let at = 0;
    for (; at + SLICE < sources.length; at += SLICE) {
      worker.postMessage({ part: index, sources: sources.slice(at, at + SLICE) });
      if (slices.isDue) await slices.yield();
      if (run !== this.#run) return;
    }
    worker.postMessage({ seal: { ...job, sources: sources.slice(at) } });
  }

  #end() {
    const run = this.#run;
    this.#run = undefined;
    return run;
  }

  /**
   * @param {Worker} worker
   * @param {any} data
   * @param {SealListener} listener
   */
  #answered(worker, data, listener) {
    if (data.checked !== undefined) {
      this.#checks.get(data.checked)?.resolve(data.whole);
      this.#checks.delete(data.checked);
      return;
    }
    if (!this.#run) return;
    if (data.read !== undefined) listener.onRead(data.read, data.files);
    if (data.progress !== undefined) listener.onProgress(data.progress, data.bytes);
    if (data.sealed !== undefined) listener.onSealed(data.sealed, data.part);
    if (data.waiting !== undefined) listener.onWait(data.failure);
    if (data.stored !== undefined) {
      const member = this.#pool.find((member) => member.worker === worker);
      if (member) member.jobs -= 1;
      this.#open -= 1;
      listener.onStored(data.stored, data.part);
      this.#assign();
    }
    if (data.failed !== undefined) this.#fail(new JobError(data));
  }

  /** @param {JobError} error */
  #fail(error) {
    const run = this.#end();
    this.stop();
    run?.reject(error);
    for (const { reject } of this.#checks.values()) reject(error);
    this.#checks.clear();
  }

  /** Stops what runs. What is stored stays; `store` can be called again. */
  stop() {
    this.#queue = [];
    this.#open = 0;
    for (const member of this.#pool) {
      member.jobs = 0;
      member.worker.postMessage({ cancel: true });
    }
    this.#end();
  }

  /**
   * Opens a part that was read back.
   *
   * @param {import("../workers/seal-worker.js").CheckJob} part
   * @param {Uint8Array<ArrayBuffer>} sealed
   * @returns {Promise<boolean>}
   */
  check(part, sealed) {
    return new Promise((resolve, reject) => {
      this.#checks.set(part.index, { resolve, reject });
      this.#pool[0].worker.postMessage({ check: part, sealed }, [sealed.buffer]);
    });
  }

  /** Ends the workers: their memory, and the key in it, is gone. */
  end() {
    for (const { worker } of this.#pool) worker.terminate();
  }
}
