// @ts-check
/**
 * One save: pieces are fetched and opened in parallel, put in order, made into a zip if there are several, and handed
 * to the disk.
 */

import { stayAwake } from "../ui/awake.js";
import { unlessCancelled } from "../net/waiting.js";
import { openSink } from "./sinks.js";

/** @typedef {import("./session.js").SavePlan} SavePlan */

/**
 * @typedef {object} DownloadListener
 * @property {(bytes: number, total: number) => void} onProgress
 * @property {(failure: import("../net/api.js").Failure | undefined) => void} onWait
 */

/**
 * Saves. Resolves when the browser has taken the last byte; what it does with it then, only the person can see, unless it
 * is on the disk by then.
 *
 * @param {object} what
 * @param {SavePlan} what.plan
 * @param {import("./part-openers.js").PartOpeners} what.openers
 * @param {import("../workers/key-worker.js").OpenKeyWorker} what.keyWorker
 * @param {(index: number) => string} what.urlOf
 * @param {AbortSignal} what.signal
 * @param {DownloadListener} listener
 * @returns {Promise<boolean>} whether it is on the disk
 */
export async function save({ plan, openers, keyWorker, urlOf, signal }, listener) {
  const { name, isArchive, len } = plan;
  const size = isArchive ? null : len;
  const opening = openSink({ fileName: name, size, sizeAtMost: len, isArchive, keyWorker });
  const sink = await unlessCancelled(signal, opening).catch((error) => {
    // What opens later than that is of no use.
    if (signal.aborted) opening.then((late) => late.abort()).catch(() => {});
    throw error;
  });
  const got = new Map();
  const progress = {
    onWait: listener.onWait,
    onProgress: (/** @type {number} */ index, /** @type {number} */ bytes) => {
      got.set(index, bytes);
      let sum = 0;
      for (const value of got.values()) sum += value;
      listener.onProgress(Math.min(sum, plan.len), plan.len);
    },
  };
  listener.onProgress(0, plan.len);
  // A disk that takes nothing, as of a download that the browser paused, must not hold up the person who cancels.
  signal.addEventListener("abort", () => sink.abort());
  const sleep = stayAwake();
  try {
    for await (const content of openers.stream(plan.pieces, urlOf, signal, progress)) await sink.write(content);
    signal.throwIfAborted();
    await sink.close();
    listener.onProgress(plan.len, plan.len);
    return sink.isOnDisk === true;
  } catch (error) {
    sink.abort();
    throw error;
  } finally {
    sleep();
  }
}
