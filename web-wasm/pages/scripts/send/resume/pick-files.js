// @ts-check
/**
 * The files of an interrupted upload, found again: by handles that the browser kept, or picked by the person. Each must be
 * what it was: the same name, size and time, and at both ends of every part that is stored the same bytes.
 */

import { SameFiles } from "/wasm/seal.js";

import { isolated } from "../../i18n/phrases.js";
import { unfinished as texts } from "../../i18n/texts.js";
import { countText } from "../../i18n/wording.js";
import { sha256 } from "../../net/api.js";
import { edgesOf, gather, printOf, sourcesOf } from "../../owner/source.js";
import { element, setText } from "../../ui/views.js";
import { TimeSlices } from "../time-slices.js";

/**
 * @typedef {import("../file-input.js").Found} Found
 * @typedef {import("../../owner/source.js").PickedFile} PickedFile
 */

/** Names on the page; more than anybody reads. */
const NAMES_MAX = 20;
/** Parts compared at a time. */
const COMPARED = 8;

export class ResumedFiles {
  #plan;
  #parts;
  #same;
  #wanted;
  #names;
  #prints;
  /** @type {Map<number, PickedFile>} */
  #files = new Map();
  /** Files that were found last, and are others. @type {number[]} */
  #changed = [];
  /** Paths of files that may be one of several. @type {string[]} */
  #unclear = [];
  /** Picking goes one after another. @type {Promise<void>} */
  #taking = Promise.resolve();
  /** @type {{ resolve: (isComplete: boolean) => void } | undefined} */
  #asked;

  /**
   * @param {import("/wasm/seal.js").Plan} plan
   * @param {import("./store.js").UnfinishedUpload} unfinished
   * @param {number[]} missing parts
   * @param {import("./store.js").KeptPart[]} parts that are stored
   */
  constructor(plan, { picked, prints, entries }, missing, parts) {
    this.#plan = plan;
    this.#parts = parts;
    this.#same = new SameFiles(plan, JSON.stringify(picked), Uint32Array.from(missing));
    this.#prints = prints ?? [];
    this.#wanted = this.#same.missing().length;
    const paths = /** @type {{ path: string }[]} */ (JSON.parse(entries)).map(({ path }) => path);
    this.#names = (/** @type {number} */ id) => picked[id] ?? paths[id];
  }

  /** A file that was found, by its place in the plan. @param {number} id */
  file(id) {
    const file = this.#files.get(id);
    if (!file) throw new Error("no such file");
    return file;
  }

  /** The paths of what is missing, as they were picked. */
  missing() {
    return [...this.#same.missing()].map(this.#names);
  }

  get isComplete() {
    return this.#same.missing().length === 0;
  }

  /** Resolves when everything was found, or with false when it was left. @returns {Promise<boolean>} */
  wait() {
    return new Promise((resolve) => {
      this.#asked = { resolve };
      this.#show(this.#changed, false);
    });
  }

  /** The person does not go on now. */
  leave() {
    this.#asked?.resolve(false);
    this.#asked = undefined;
  }

  /** @param {AsyncIterable<Found> | Iterable<Found>} found @returns {Promise<void>} */
  addFiles(found) {
    this.#taking = this.#taking.then(() => this.#addFiles(found));
    return this.#taking;
  }

  /** @param {AsyncIterable<Found> | Iterable<Found>} found */
  async #addFiles(found) {
    const before = this.#files.size;
    /** @type {Set<number>} */
    const changed = new Set();
    /** @type {Set<string>} */
    const unclear = new Set();
    const slices = new TimeSlices();
    for await (const { path, file } of found) {
      if (!file) continue;
      const picked = { file, size: file.size, modified: file.lastModified };
      const answer = this.#same.offer(path, picked.size, picked.modified);
      const { same, changed: other } = /** @type {{ same: number[], changed: number | null }} */ (JSON.parse(answer));
      if (other !== null) changed.add(other);
      const id = same.length > 1 ? await this.#oneOf(same, picked) : same[0];
      if (id === null) unclear.add(path);
      if (id === undefined || id === null || !this.#same.take(id)) continue;
      this.#files.set(id, picked);
      changed.delete(id);
      if (slices.isDue) await slices.yield();
    }
    if (this.isComplete) for (const id of await this.#compare()) changed.add(id);
    for (const id of changed) {
      this.#same.reject(id);
      this.#files.delete(id);
    }
    this.#changed = [...changed];
    this.#unclear = [...unclear];
    if (!this.#asked) return;
    this.#show(this.#changed, this.#files.size === before);
    if (this.isComplete) {
      this.#asked.resolve(true);
      this.#asked = undefined;
    }
  }

  /**
   * Which of several files of one name, size and time it is: what is in it tells.
   *
   * @param {number[]} ids
   * @param {PickedFile} picked
   * @returns {Promise<number | undefined | null>} undefined: none that is needed; null: nothing tells which
   */
  async #oneOf(ids, picked) {
    if (ids.some((id) => !this.#prints[id])) return null;
    const print = await printOf(picked).catch(() => "");
    const alike = ids.filter((id) => this.#prints[id] === print);
    // Of two that are the same to the last byte, each may be the other.
    return alike.find((id) => this.#same.missing().includes(id)) ?? alike[0];
  }

  /** Compares what was found with what is stored. @returns {Promise<Set<number>>} files that are others */
  async #compare() {
    setText("again-sum", texts.comparing);
    /** @type {Set<number>} */
    const changed = new Set();
    for (let at = 0; at < this.#parts.length; at += COMPARED) {
      await Promise.all(this.#parts.slice(at, at + COMPARED).map((part) => this.#comparePart(part, changed)));
    }
    return changed;
  }

  /** @param {import("./store.js").KeptPart} part @param {Set<number>} changed */
  async #comparePart({ index, edges }, changed) {
    const ranges = edgesOf(this.#plan.partLen(index));
    for (const [which, [start, end]] of ranges.entries()) {
      const flat = this.#plan.sourcesWithin(index, start, end);
      const ids = [...flat].filter((_, at) => at % 3 === 0);
      // Files that are stored whole are not needed, and may not be here.
      if (ids.length === 0 || !ids.every((id) => this.#files.has(id))) continue;
      const sources = sourcesOf(flat, (id) => this.file(id));
      const isSame = await gather({ len: end - start, sources }).then(
        async (bytes) => equal(await sha256(bytes), edges[which]),
        () => false,
      );
      if (!isSame) for (const id of ids) changed.add(id);
    }
  }

  /** @param {number[]} changed @param {boolean} nothingNew of what was taken last */
  #show(changed, nothingNew) {
    const missing = this.missing();
    const names = missing.slice(0, NAMES_MAX).map((name) => [isolated(name), "name"]);
    if (missing.length > NAMES_MAX) names.push([texts.more(missing.length - NAMES_MAX), "more"]);
    element("again-missing", HTMLUListElement).replaceChildren(
      ...names.map(([text, kind]) => {
        const item = document.createElement("li");
        item.className = kind;
        item.textContent = text;
        return item;
      }),
    );
    const count = countText(this.#wanted - missing.length);
    setText("again-sum", this.#wanted > 1 ? texts.found(count, this.#wanted) : "");
    const tookInVain = nothingNew && this.#taken;
    const problem =
      changed.length > 0
        ? `${texts.changed(changed.length, this.#names(changed[0]))} ${texts.changedHelp}`
        : this.#unclear.length > 0
          ? texts.unclear(this.#unclear.length, this.#unclear[0])
          : tookInVain
            ? texts.unneeded
            : "";
    setText("again-problem", problem);
    this.#taken = true;
  }

  /** Whether anything was picked before. */
  #taken = false;
}

/** @param {Uint8Array} one @param {Uint8Array} other */
const equal = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

/** @typedef {{ mode: "read" }} Mode */
/** @typedef {(mode: Mode) => Promise<string>} Permission */
/** @typedef {FileSystemHandle & { queryPermission: Permission, requestPermission: Permission }} Handle */

/**
 * Asks the browser to let this page read again what it kept the handles of. Only in answer to a click.
 *
 * @param {FileSystemHandle[]} handles
 * @returns {Promise<FileSystemHandle[]>} those that may be read
 */
export async function readable(handles) {
  const allowed = [];
  for (const handle of /** @type {Handle[]} */ (handles)) {
    try {
      const mode = /** @type {const} */ ({ mode: "read" });
      const isOpen = (await handle.queryPermission(mode)) === "granted";
      if (isOpen || (await handle.requestPermission(mode)) === "granted") allowed.push(handle);
    } catch {
      // Then the file is picked again.
    }
  }
  return allowed;
}

/**
 * Files at their paths below handles; what is not there any more is left out.
 *
 * @param {FileSystemHandle[]} handles
 * @param {string[]} paths
 * @returns {AsyncGenerator<Found>}
 */
export async function* found(handles, paths) {
  /** Folders that were opened on the way. @type {Map<string, FileSystemDirectoryHandle>} */
  const folders = new Map();
  for (const path of paths) {
    const [top, ...names] = path.split("/");
    for (const handle of handles.filter(({ name }) => name === top)) {
      try {
        const at = await below(handle, names, folders, `${handles.indexOf(handle)}`);
        yield { path, file: await at.getFile() };
      } catch {
        // Gone, or another kind of thing.
      }
    }
  }
}

/**
 * @param {FileSystemHandle} handle
 * @param {string[]} names
 * @param {Map<string, FileSystemDirectoryHandle>} folders
 * @param {string} key of the handle among them
 */
async function below(handle, names, folders, key) {
  const last = names.at(-1);
  if (last === undefined) return /** @type {FileSystemFileHandle} */ (handle);
  let folder = /** @type {FileSystemDirectoryHandle} */ (handle);
  for (const name of names.slice(0, -1)) {
    key += `/${name}`;
    folder = folders.get(key) ?? (await folder.getDirectoryHandle(name));
    folders.set(key, folder);
  }
  return folder.getFileHandle(last);
}
