// @ts-check
/**
 * Saving into a file or folder that the person picks, where browsers let pages write there. The browser writes beside the
 * file and puts it in its place when it is closed: what was not closed leaves nothing that looks whole.
 */

import { Cancelled } from "../net/waiting.js";

/**
 * What only some browsers have, and TypeScript does not know yet.
 *
 * @typedef {{ showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>,
 * showDirectoryPicker?: (options: { id: string, mode: "readwrite" }) => Promise<FileSystemDirectoryHandle> }} Pickers
 */
export const pickers = /** @type {Pickers} */ (/** @type {unknown} */ (globalThis));

/** @param {import("./sinks.js").What} what @returns {Promise<import("./sinks.js").Sink>} */
export async function filePickerSink({ fileName, isArchive, keyWorker }) {
  const picked = pickers.showSaveFilePicker?.({ suggestedName: fileName });
  if (!picked) throw new Error("no file can be picked here");
  const file = await picked.catch(refused);
  const writable = await file.createWritable();
  return {
    isOnDisk: true,
    write: async (content) => writable.write(isArchive ? await keyWorker.ask("pushZip", content) : content),
    async close() {
      if (isArchive) await writable.write(await keyWorker.ask("finishZip"));
      await writable.close();
    },
    abort: () => void giveUp(file, writable),
  };
}

/**
 * Leaves what was there before. Pickers make an empty file at once: one that stayed empty goes.
 *
 * @param {FileSystemFileHandle & { remove?: () => Promise<void> }} file
 * @param {FileSystemWritableFileStream} writable
 */
export async function giveUp(file, writable) {
  try {
    await writable.abort();
    if ((await file.getFile()).size === 0) await file.remove?.();
  } catch {
    // It is not there any more, or cannot be removed: empty, it looks like nothing.
  }
}

/** Whoever closes the picker does not want it. @param {unknown} error @returns {never} */
export function refused(error) {
  if (/** @type {{ name?: string }} */ (error).name === "AbortError") throw new Cancelled();
  throw error;
}
