// @ts-check
/**
 * Saving without a service worker: the key worker writes the file into the browser's private storage of this site, then the
 * browser copies it from there. Nothing of it lasts: a file goes when the person says that it is saved, when the next one
 * is, some time after it was handed over, or on the next visit.
 */

import { savesFolder } from "../storage/opfs.js";

/** What stays free beside the file: for the archive's lists, and for what browsers keep for themselves, in bytes. */
const SPARE_BYTES = 32 * 1024 * 1024;
/** The browser copies at least so many bytes in a millisecond; before that time it may still read. */
const COPIED_PER_MILLI = 10_000;
const COPY_MILLIS = 60_000;
/** Only files of pages that are gone are removed: each page that is there holds a lock with the name of its file. */
const LOCK = "subrosa/save/";

/** Removes the file of this page. @type {(() => void) | undefined} */
let removeLast;

/** @param {number} bytes @returns {Promise<boolean>} whether so much can be saved by this way */
export async function hasRoom(bytes) {
  try {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    await savesFolder(true);
    return Boolean(navigator.locks) && quota - usage >= bytes + SPARE_BYTES;
  } catch {
    return false;
  }
}

/**
 * @param {import("./sinks.js").What & { saveUrl: (url: string, fileName: string) => void }} what
 * @returns {Promise<import("./sinks.js").Sink>}
 */
export async function opfsSink({ fileName, sizeAtMost, isArchive, keyWorker, saveUrl }) {
  removeLast?.();
  if (!(await hasRoom(sizeAtMost))) throw new Error("no room in the storage of this site");
  const name = crypto.randomUUID();
  const unlock = await lock(LOCK + name);
  try {
    await keyWorker.ask("openStore", name);
  } catch (error) {
    unlock();
    throw error;
  }
  return {
    write: (content) => keyWorker.ask("store", content, isArchive),
    async close() {
      const url = URL.createObjectURL(await keyWorker.ask("closeStore", isArchive));
      saveUrl(url, fileName);
      const remove = () => {
        clearTimeout(timer);
        URL.revokeObjectURL(url);
        void removeFile(name).finally(unlock);
        if (removeLast === remove) removeLast = undefined;
      };
      const timer = setTimeout(remove, COPY_MILLIS + sizeAtMost / COPIED_PER_MILLI);
      removeLast = remove;
    },
    // What cannot be removed now is removed on the next visit.
    abort: () => void keyWorker.ask("dropStore").then(unlock, unlock),
  };
}

/** The person has it: nothing of it stays here. */
export function removeStored() {
  removeLast?.();
}

/** Removes what pages left behind that were closed, or crashed. */
export async function removeLeftOvers() {
  try {
    const names = [];
    for await (const name of (await savesFolder(false)).keys()) names.push(name);
    for (const name of names) {
      await navigator.locks.request(LOCK + name, { ifAvailable: true }, async (free) => {
        if (free) await removeFile(name);
      });
    }
  } catch {
    // Nothing was ever stored, or nothing can be.
  }
}

/** @param {string} name */
async function removeFile(name) {
  try {
    await (await savesFolder(false)).removeEntry(name);
  } catch {
    // The browser still reads it: the next visit removes it.
  }
}

/** Holds a lock until it is given back, or the page ends. @param {string} name @returns {Promise<() => void>} */
function lock(name) {
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, () => new Promise((unlock) => resolve(() => unlock(undefined)))).catch(reject);
  });
}
