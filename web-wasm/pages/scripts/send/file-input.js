// @ts-check
/**
 * Files and folders from pickers, drops and pastes, as paths: folders are walked, their tree and empty folders kept.
 */

import { element } from "../ui/views.js";

/**
 * @typedef {object} Found
 * @property {string} path relative, `/` between names
 * @property {File | null} file null: a folder
 */

/**
 * `handles`: by which the browser finds the same files and folders again later, where it gives any.
 *
 * @typedef {(found: AsyncIterable<Found> | Iterable<Found>, handles: Promise<FileSystemHandle[]>) => void} AddFiles
 */

/**
 * Listens to everything by which files come in.
 *
 * @param {{ isOpen: () => boolean, addFiles: AddFiles, unreadable: (name: string) => void, textName: () => string }} page
 * `textName`: of the file that a text becomes which is pasted beside every field; empty: none does
 */
export function listen({ isOpen, addFiles, unreadable, textName }) {
  // Without this, a drop beside the page's expectations would open the file in place of the page.
  let depth = 0;
  addEventListener("dragenter", (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    depth += 1;
    if (isOpen()) document.body.dataset.dragging = "";
  });
  addEventListener("dragleave", (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) delete document.body.dataset.dragging;
  });
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = isOpen() ? "copy" : "none";
  });
  addEventListener("drop", (event) => {
    depth = 0;
    delete document.body.dataset.dragging;
    if (!event.dataTransfer || !carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    if (isOpen()) addFiles(dropped(event.dataTransfer, unreadable), handlesOf(event.dataTransfer));
  });
  addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (!isOpen()) return;
    if (files?.length) return addFiles(picked(files), NO_HANDLES);
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const isInField = event.target instanceof Element && event.target.closest("input, textarea, select");
    const name = textName();
    if (isInField || name === "" || text.trim() === "") return;
    addFiles([{ path: name, file: new File([text], name, { type: "text/plain" }) }], NO_HANDLES);
  });
}

/** @type {Promise<FileSystemHandle[]>} */
const NO_HANDLES = Promise.resolve([]);

/** @typedef {DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }} Item */

/** Asked for before the event is over, as everything about it. @param {DataTransfer} transfer */
async function handlesOf(transfer) {
  const items = /** @type {Item[]} */ ([...transfer.items]).filter((item) => item.kind === "file");
  const asked = await Promise.allSettled(items.map((item) => item.getAsFileSystemHandle?.()));
  return asked.flatMap((answer) => (answer.status === "fulfilled" && answer.value ? [answer.value] : []));
}

/**
 * Listens to the two buttons that pick files and folders.
 *
 * @param {string} filesId of an input
 * @param {string} folderId of an input
 * @param {AddFiles} addFiles
 * @param {(name: string) => void} unreadable
 */
export function listenToPickers(filesId, folderId, addFiles, unreadable) {
  for (const id of [filesId, folderId]) {
    const input = element(id, HTMLInputElement);
    input.addEventListener("change", () => {
      if (input.files) addFiles(picked(input.files), NO_HANDLES);
      // The same file can be picked again after it was removed.
      input.value = "";
    });
  }
  // Phones have no folders to choose.
  const folders = element(folderId, HTMLInputElement);
  folders.closest("label")?.toggleAttribute("hidden", !("webkitdirectory" in folders));
  pickWithHandles(element(filesId, HTMLInputElement), addFiles, unreadable);
}

/** @typedef {(options: { multiple: boolean }) => Promise<FileSystemFileHandle[]>} ShowPicker */

/**
 * Where the browser has a picker whose files it finds again, that one opens. Not on phones: theirs offers less.
 *
 * @param {HTMLInputElement} input
 * @param {AddFiles} addFiles
 * @param {(name: string) => void} unreadable
 */
function pickWithHandles(input, addFiles, unreadable) {
  const { showOpenFilePicker } = /** @type {{ showOpenFilePicker?: ShowPicker }} */ (/** @type {unknown} */ (window));
  const { userAgentData } = /** @type {{ userAgentData?: { mobile: boolean } }} */ (/** @type {unknown} */ (navigator));
  if (!showOpenFilePicker || userAgentData?.mobile !== false) return;
  let plainly = false;
  input.addEventListener("click", (event) => {
    if (plainly) return;
    event.preventDefault();
    showOpenFilePicker.call(window, { multiple: true }).then(
      (handles) => addFiles(opened(handles, unreadable), Promise.resolve(handles)),
      (error) => {
        if (error?.name === "AbortError") return;
        // Not allowed here: then as everywhere.
        plainly = true;
        input.click();
      },
    );
  });
}

/**
 * @param {FileSystemFileHandle[]} handles
 * @param {(name: string) => void} unreadable
 * @returns {AsyncGenerator<Found>}
 */
async function* opened(handles, unreadable) {
  for (const handle of handles) {
    const file = await handle.getFile().catch(() => undefined);
    if (file) yield { path: handle.name, file };
    else unreadable(handle.name);
  }
}

/** @param {DataTransfer | null} transfer */
const carriesFiles = (transfer) => transfer?.types.includes("Files") ?? false;

/**
 * What a picker gave. A folder's files know their path in it.
 *
 * @param {FileList} files
 * @returns {Iterable<Found>}
 */
function picked(files) {
  // The list is emptied when the input is.
  const all = [...files];
  return pathsOf(all);
}

/** @param {File[]} files @returns {Generator<Found>} */
function* pathsOf(files) {
  for (const file of files) yield { path: file.webkitRelativePath || file.name, file };
}

/**
 * What was dropped. The entries have to be taken before the event is over; they are walked afterwards.
 *
 * @param {DataTransfer} transfer
 * @param {(name: string) => void} unreadable
 * @returns {AsyncIterable<Found>}
 */
function dropped(transfer, unreadable) {
  /** @type {FileSystemEntry[]} */
  const entries = [];
  /** @type {File[]} */
  const loose = [];
  for (const item of [...transfer.items].filter((item) => item.kind === "file")) {
    const entry = item.webkitGetAsEntry();
    // Files that are no files of a disk, such as a picture dragged out of another page, have no entry.
    const file = entry ? null : item.getAsFile();
    if (entry) entries.push(entry);
    else if (file) loose.push(file);
    else unreadable(item.type || "?");
  }
  return walkAll(entries, loose, unreadable);
}

/**
 * @param {FileSystemEntry[]} entries
 * @param {File[]} loose
 * @param {(name: string) => void} unreadable
 * @returns {AsyncGenerator<Found>}
 */
async function* walkAll(entries, loose, unreadable) {
  for (const file of loose) yield { path: file.name, file };
  const open = [...entries].reverse();
  // A stack of its own: folders may be deeper than the engine's.
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const path = entry.fullPath.replace(/^\/+/u, "");
    if (path === "") {
      unreadable(NOT_TEXT);
    } else if (entry.isDirectory) {
      const below = await children(/** @type {FileSystemDirectoryEntry} */ (entry)).catch(() => undefined);
      const named = below?.filter((child) => isBelow(child, entry)) ?? [];
      // Not one by one into the call: a folder may have more than an engine takes arguments.
      for (const child of named.reverse()) open.push(child);
      for (let at = named.length; at < (below?.length ?? 0); at += 1)
        unreadable(`${path}/${unnamed(at - named.length)}`);
      if (below) yield { path, file: null };
      else unreadable(path);
    } else {
      const file = await fileOf(/** @type {FileSystemFileEntry} */ (entry)).catch(() => undefined);
      if (file) yield { path, file };
      else unreadable(path);
    }
  }
}

/** What stands for a name that is no text: browsers cannot say it, nor find the file by it. */
const NOT_TEXT = "\ufffd";
/** @param {number} before how many such names a folder had before */
const unnamed = (before) => (before === 0 ? NOT_TEXT : `${NOT_TEXT} (${before + 1})`);

/**
 * Whether an entry has a path of its own. One whose name is no text has that of its folder, and would be walked for ever.
 *
 * @param {FileSystemEntry} child
 * @param {FileSystemEntry} folder
 */
const isBelow = (child, folder) => child.name !== "" && child.fullPath.length > folder.fullPath.length + 1;

/** @param {FileSystemFileEntry} entry @returns {Promise<File>} */
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

/** @param {FileSystemDirectoryEntry} folder @returns {Promise<FileSystemEntry[]>} */
async function children(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const all = [];
  for (;;) {
    // A reader gives a hundred at a time, and an empty list at the end.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
