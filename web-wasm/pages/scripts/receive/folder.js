// @ts-check
/**
 * Everything, file by file, into a folder that the person picked. What is there already, whole, is not fetched again.
 */

import { stayAwake } from "../ui/awake.js";
import { giveUp, pickers, refused } from "./file-picker-sink.js";

/**
 * @typedef {object} Wanted
 * @property {import("./session.js").DownloadSession} session
 * @property {import("./session.js").Listing} listing
 * @property {string} archive how everything would be called in one file
 * @property {FileSystemDirectoryHandle} picked
 * @property {import("./part-openers.js").PartOpeners} openers
 * @property {import("../workers/key-worker.js").OpenKeyWorker} keyWorker
 * @property {AbortSignal} signal
 */

/** What is saved is noted so often: a share may have very many files. */
const NOTE_MILLIS = 1_000;
/** Files that are looked for, of those that were saved, to know a folder again. */
const COMPARED_MAX = 100;
/** What systems refuse although they could store it: what begins a program there, for example. */
const TAMED = ".txt";

/** @returns {Promise<FileSystemDirectoryHandle>} */
export async function pickFolder() {
  const picked = pickers.showDirectoryPicker?.({ id: "subrosa", mode: "readwrite" });
  if (!picked) throw new Error("no folder can be picked here");
  return picked.catch(refused);
}

/**
 * @param {Wanted} what
 * @param {import("./download.js").DownloadListener} listener
 * @returns {Promise<{ place: string, renamed: string[] }>} the folder's name, and what could not keep its name
 */
export async function saveFolder(what, listener) {
  const sleep = stayAwake();
  try {
    return await saveAll(what, listener);
  } finally {
    sleep();
  }
}

/**
 * @param {Wanted} what
 * @param {import("./download.js").DownloadListener} listener
 * @returns {Promise<{ place: string, renamed: string[] }>}
 */
async function saveAll(what, listener) {
  const { session, signal } = what;
  const { entries } = what.listing;
  // All in one folder is saved as that folder.
  const tops = new Set(entries.map(top));
  const [only = ""] = tops.size === 1 ? tops : [];
  const begun = await begunFolder(what, only);
  const root = begun ?? (await ownFolder(what.picked, only || what.archive.replace(/\.zip$/u, "")));
  session.folder = root.name;
  const saved = new Set(session.saved);
  const total = entries.reduce((sum, { size }) => sum + (size ?? 0), 0);
  const renamed = [];
  /** @type {number[]} */
  let fresh = [];
  let notedAt = 0;
  const note = () => {
    session.markSaved(fresh);
    [fresh, notedAt] = [[], performance.now()];
  };
  signal.addEventListener("abort", note, { once: true });
  let done = 0;
  listener.onProgress(0, total);
  for (const [entry, listed] of entries.entries()) {
    signal.throwIfAborted();
    const { size } = listed;
    const { around, name } = placeOf(listed, only);
    const folder = await below(root, around, true);
    if (size === null) continue;
    const isThere = saved.has(entry) && (await isWhole(folder, name, size));
    if (!isThere) {
      const { file, isTamed } = await makeFile(folder, name);
      if (isTamed) renamed.push(file.name);
      await saveInto(file, entry, what, (bytes) => listener.onProgress(done + bytes, total), listener.onWait);
      fresh.push(entry);
      if (performance.now() - notedAt > NOTE_MILLIS) note();
    }
    done += size;
    listener.onProgress(done, total);
  }
  note();
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
 * Where an entry lies in the folder: the names around it, and its own; folders have none.
 *
 * @param {import("./session.js").Listed} entry
 * @param {string} only the folder that all is in
 */
function placeOf({ path, saved, size }, only) {
  const around = (saved ?? path)
    .slice(only === "" ? 0 : only.length + 1)
    .split("/")
    .filter(Boolean);
  return { name: size === null ? "" : (around.pop() ?? ""), around };
}

/** @param {FileSystemDirectoryHandle} root @param {string[]} names @param {boolean} create */
async function below(root, names, create) {
  let folder = root;
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

/**
 * The folder that was begun, if it lies here: elsewhere, one of that name is the person's own. Something that was saved
 * is in it, or nothing at all.
 *
 * @param {Wanted} what
 * @param {string} only
 */
async function begunFolder({ session, listing, picked }, only) {
  const { folder: name, saved } = session;
  const begun = name !== undefined && (await picked.getDirectoryHandle(name).catch(() => undefined));
  if (!begun) return undefined;
  for (const entry of saved.slice(0, COMPARED_MAX)) {
    const { around, name } = placeOf(listing.entries[entry], only);
    const folder = await below(begun, around, false).catch(() => undefined);
    if (folder && (await isWhole(folder, name, listing.entries[entry].size ?? 0))) return begun;
  }
  return (await isEmpty(begun)) ? begun : undefined;
}

/** @param {FileSystemDirectoryHandle} folder */
async function isEmpty(folder) {
  for await (const _ of folder.keys()) return false;
  return true;
}

/**
 * A folder that was not there before, so that nothing of the person's is replaced.
 *
 * @param {FileSystemDirectoryHandle} picked
 * @param {string} name
 */
async function ownFolder(picked, name) {
  for (let number = 1; ; number += 1) {
    const numbered = number === 1 ? name : `${name} (${number})`;
    if (await isFree(picked, numbered)) return picked.getDirectoryHandle(numbered, { create: true });
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
 * @param {import("./download.js").DownloadListener["onWait"]} onWait
 */
async function saveInto(file, entry, { session, keyWorker, openers, signal }, onBytes, onWait) {
  /** @type {import("./session.js").SavePlan} */
  const { pieces } = JSON.parse(await keyWorker.ask("savePlan", entry, undefined));
  const writable = await file.createWritable();
  let written = 0;
  try {
    const urlOf = (/** @type {number} */ index) => session.partUrl(index);
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
