// @ts-check
/**
 * Files and folders from pickers, drops and pastes, as paths: folders are walked, their tree and empty folders kept.
 */

/**
 * @typedef {object} Found
 * @property {string} path relative, `/` between names
 * @property {File | null} file null: a folder
 */

/** @typedef {(found: AsyncIterable<Found> | Iterable<Found>) => void} Take */

/**
 * Listens to everything by which files come in.
 *
 * @param {{ isOpen: () => boolean, take: Take, unreadable: (name: string) => void }} page
 */
export function listen({ isOpen, take, unreadable }) {
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
    if (isOpen()) take(dropped(event.dataTransfer, unreadable));
  });
  addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (isOpen() && files?.length) take(picked(files));
  });
}

/** @param {DataTransfer | null} transfer */
const carriesFiles = (transfer) => transfer?.types.includes("Files") ?? false;

/**
 * What a picker gave. A folder's files know their path in it.
 *
 * @param {FileList} files
 * @returns {Iterable<Found>}
 */
export const picked = (files) => [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/**
 * What was dropped. The entries have to be taken before the event is over; they are walked afterwards.
 *
 * @param {DataTransfer} transfer
 * @param {(name: string) => void} unreadable
 * @returns {AsyncIterable<Found>}
 */
function dropped(transfer, unreadable) {
  const entries = [...transfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry());
  const walkable = entries.filter((entry) => entry !== null);
  // Files that are no files of a disk, such as a picture dragged out of another page, have no entry.
  const loose = walkable.length === 0 ? [...transfer.files] : [];
  return walkAll(walkable, loose, unreadable);
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
    try {
      if (entry.isDirectory) {
        open.push(...(await children(/** @type {FileSystemDirectoryEntry} */ (entry))).reverse());
        yield { path, file: null };
      } else {
        yield { path, file: await fileOf(/** @type {FileSystemFileEntry} */ (entry)) };
      }
    } catch {
      unreadable(path);
    }
  }
}

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
