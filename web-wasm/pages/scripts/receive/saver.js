// @ts-check
/** What this browser can save, and what lies in its storage of an earlier save. How it saves: `sinks.js`. */

import { savesFolder } from "../storage/opfs.js";

/** Saving by way of the storage, which few browsers need. @type {typeof import("./opfs-sink.js") | undefined} */
let stored;
export const fetchOpfsSink = async () => (stored ??= await import("./opfs-sink.js"));

/** What a page can hold in memory without harm, in bytes. */
export const BLOB_BYTES_MAX = 256 * 1024 * 1024;

/** Whether so much can probably be saved, before anything is tried. @param {number} bytes @returns {Promise<boolean>} */
export async function canSave(bytes) {
  if (bytes <= BLOB_BYTES_MAX || navigator.serviceWorker) return true;
  return fetchOpfsSink().then(
    ({ hasRoom }) => hasRoom(bytes),
    () => false,
  );
}

/** The person has it: nothing of it stays here. */
export const removeStored = () => stored?.removeStored();

// Every visit begins with this, where something was ever stored.
savesFolder(false)
  .then(async () => (await fetchOpfsSink()).removeLeftOvers())
  .catch(() => {});
