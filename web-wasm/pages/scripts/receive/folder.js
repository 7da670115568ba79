// @ts-check
/**
 * Everything, or a folder of it, file by file into a folder that the person picked. What is there already, whole, is not
 * fetched again.
 */

import { giveUp } from "./picked.js";

/**
 * @typedef {object} Wanted
 * @property {import("./session.js").Listing} listing
 * @property {number[]} entries what of it
 * @property {string} name of the folder that is made in the one that was picked
 * @property {FileSystemDirectoryHandle} picked
 * @property {import("./openers.js").Openers} openers
 * @property {import("../desk.js").OpenDesk} desk
 * @property {(index: number) => string} urlOf
 * @property {string | undefined} begun the folder that an earlier try made
 * @property {(folder: string) => void} onBegun
 * @property {number[]} saved entries that were saved before
 * @property {(entry: number) => void} onSaved a file is whole on the disk
 * @property {AbortSignal} signal
 */

/** What systems refuse although they could store it: what begins a program there, for example. */
const TAMED = ".txt";

/**
 * @param {Wanted} what
 * @param {import("./download.js").Told} told
 * @returns {Promise<{ place: string, renamed: string[] }>} the folder's name, and what could not keep its name
 */
export async function saveFolder(what, told) {
  const { listing, entries, picked, saved, signal } = what;
  // All in one folder is saved as that folder.
  const tops = new Set(entries.map((entry) => top(listing.entries[entry])));
  const [only = ""] = tops.size === 1 ? tops : [];
  const root = await ownFolder(picked, only || what.name, what.begun);
  what.onBegun(root.name);
  const total = entries.reduce((sum, entry) => sum + (listing.entries[entry].size ?? 0), 0);
  const renamed = [];
  let done = 0;
  told.onProgress(0, total);
  for (const entry of entries) {
    signal.throwIfAborted();
    const { path, saved: mapped, size } = listing.entries[entry];
    const names = (mapped ?? path).slice(only === "" ? 0 : only.length + 1).split("/");
    const name = size === null ? "" : (names.pop() ?? "");
    let folder = root;
    for (const inside of names.filter(Boolean)) folder = await folder.getDirectoryHandle(inside, { create: true });
    if (size === null) continue;
    const isThere = saved.includes(entry) && (await isWhole(folder, name, size));
    if (!isThere) {
      const { file, isTamed } = await makeFile(folder, name);
      if (isTamed) renamed.push(file.name);
      await saveInto(file, entry, what, (bytes) => told.onProgress(done + bytes, total), told.onWait);
      what.onSaved(entry);
    }
    done += size;
    told.onProgress(done, total);
  }
  return { place: root.name, renamed };
}

/**
 * The folder around an entry at the top; empty if it lies in none.
 *
 * @param {import("./session.js").Listed} entry
 */
function top({ path, saved, size }) {
  const names = (saved ?? path).split("/");
  return size === null || names.length > 1 ? names[0] : "";
}

/**
 * A folder that was not there before, so that nothing of the person's is replaced; or the one that was begun.
 *
 * @param {FileSystemDirectoryHandle} picked
 * @param {string} name
 * @param {string | undefined} begun
 */
async function ownFolder(picked, name, begun) {
  for (let number = 1; ; number += 1) {
    const numbered = number === 1 ? name : `${name} (${number})`;
    if (numbered === begun || (await isFree(picked, numbered))) {
      return picked.getDirectoryHandle(numbered, { create: true });
    }
  }
}

/** @param {FileSystemDirectoryHandle} picked @param {string} name */
async function isFree(picked, name) {
  try {
    await picked.getDirectoryHandle(name);
  } catch (error) {
    // A file may have that name, too.
    return /** @type {{ name?: string }} */ (error).name === "NotFoundError";
  }
  return false;
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name @param {number} size */
async function isWhole(folder, name, size) {
  try {
    return (await (await folder.getFileHandle(name)).getFile()).size === size;
  } catch {
    return false;
  }
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name */
async function makeFile(folder, name) {
  try {
    return { file: await folder.getFileHandle(name, { create: true }), isTamed: false };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { file: await folder.getFileHandle(name + TAMED, { create: true }), isTamed: true };
  }
}

/**
 * @param {FileSystemFileHandle} file
 * @param {number} entry
 * @param {Wanted} what
 * @param {(bytes: number) => void} onBytes
 * @param {import("./download.js").Told["onWait"]} onWait
 */
async function saveInto(file, entry, { desk, openers, urlOf, signal }, onBytes, onWait) {
  /** @type {import("./session.js").SavePlan} */
  const { pieces } = JSON.parse(await desk.ask("savePlan", entry, undefined));
  const writable = await file.createWritable();
  let written = 0;
  try {
    for await (const content of openers.stream(pieces, urlOf, signal, { onProgress: () => {}, onWait })) {
      await writable.write(content);
      onBytes((written += content.byteLength));
    }
    signal.throwIfAborted();
    await writable.close();
  } catch (error) {
    await giveUp(file, writable);
    throw error;
  }
}
