// @ts-check
/** Where files lie in the browser's private storage of this site, on their way to the disk of the person. */

/** @param {boolean} create rejects if it is not there, and is not to be made @returns {Promise<FileSystemDirectoryHandle>} */
export const savesFolder = async (create) =>
  (await navigator.storage.getDirectory()).getDirectoryHandle("saves", { create });
