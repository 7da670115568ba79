// @ts-check
/** Workers that do the same, one per core. */

import { whenTriedNow } from "../net/waiting.js";
import { startWorker } from "./trusted-scripts.js";

/** That a job could not be done, for good. */
export class JobError extends Error {
  /**
   * @param {{ variant: string, message: string, failure?: import("../net/api.js").Failure, file?: number }} told by a worker;
   * `file`: the number of the file that it is about
   */
  constructor({ variant, message, failure, file }) {
    super(message);
    this.name = "JobError";
    this.variant = variant;
    this.failure = failure;
    this.file = file;
  }
}

/**
 * @param {"seal" | "open"} name
 * @param {number} count
 * @param {(data: any, worker: Worker) => void} onMessage
 * @param {(error: JobError) => void} onBroken told when one answers no more, as when its script did not come
 */
export function startWorkerPool(name, count, onMessage, onBroken) {
  return Array.from({ length: count }, () => {
    const worker = startWorker(name);
    worker.addEventListener("message", ({ data }) => onMessage(data, worker));
    worker.addEventListener("error", () =>
      onBroken(new JobError({ variant: "unexpected", message: "a worker broke" })),
    );
    // One that has ended hears nothing.
    whenTriedNow(() => worker.postMessage({ now: true }));
    return worker;
  });
}
