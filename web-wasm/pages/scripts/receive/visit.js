// @ts-check
/** What a visit has, in the order of what happens: the link, what it leads to, what is wanted, and the download. */

import { Cancelled, onDemand, unlessCancelled } from "../net/waiting.js";

/** @typedef {import("./part-openers.js").PartOpeners} PartOpeners */

/**
 * What is wanted: one entry, a folder, or everything; to be saved, file by file in a folder if so, or to be looked at.
 *
 * @typedef {{ entry?: number, folder?: number, look?: boolean, asFolder?: boolean }} Wanted
 *
 * @typedef {object} Visit
 * @property {WebAssembly.Module} module
 * @property {import("../workers/key-worker.js").OpenKeyWorker} keyWorker
 * @property {import("./session.js").DownloadSession} session
 * @property {import("/api").LinkView} view
 * @property {import("./session.js").Listing} listing
 * @property {number} seen the highest edition that this device had seen
 * @property {import("./tree.js").Tree} tree
 * @property {Wanted} wanted
 */

/** Nobody reads what is not there yet. */
export const visit = /** @type {Visit} */ ({ wanted: {} });

let cancelling = new AbortController();
/** Workers under the lease that is held. @type {Promise<PartOpeners> | undefined} */
let opening;
/** The same, when they are there. @type {PartOpeners | undefined} */
let opened;

/** Something begins that can be cancelled. */
export function begin() {
  cancelling = new AbortController();
  return cancelling.signal;
}

export const cancel = () => cancelling.abort();

/** Whether that is why something failed. @param {unknown} error */
export const isCancelled = (error) => error instanceof Cancelled || cancelling.signal.aborted;

/** The lease, and workers that fetch and open under it. @param {AbortSignal} signal @returns {Promise<PartOpeners>} */
export function haveOpeners(signal) {
  if (opened?.isBroken) endOpeners();
  if (!opening) {
    const coming = (opening = open());
    coming.then(
      (openers) => (opening === coming ? (opened = openers) : openers.end()),
      () => opening === coming && endOpeners(),
    );
  }
  return unlessCancelled(signal, opening);
}

/** What fetches and opens. Called at the first step, so that it is there at the second. */
export const fetchPartOpeners = () => onDemand(import("./part-openers.js"));

async function open() {
  const { module, session } = visit;
  // Before the lease: what does not come counts nothing.
  const { PartOpeners } = await fetchPartOpeners();
  const { grant, view } = await session.lease();
  visit.view = view;
  return new PartOpeners({ module, grant, headers: session.leaseHeaders() });
}

/** What they hold in memory, and the key, is gone. */
export function endOpeners() {
  opened?.end();
  opening = opened = undefined;
}
