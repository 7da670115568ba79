// @ts-check
/**
 * A file in the browser's private storage of this site, on its way to the disk of the person: written here, beside the
 * page, one chunk at a time. Half a file is removed.
 */

import { savesFolder } from "../storage/opfs.js";

/**
 * What workers have and windows do not: windows only read these types.
 *
 * @typedef {{ write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number, flush(): void, close(): void }}
 * Access
 * @typedef {FileSystemFileHandle & { createSyncAccessHandle(): Promise<Access> }} StoredFile
 */

/** That the browser's storage took no more, though it had said that there is room. */
class StoreFull extends Error {
  variant = "no-stream";
}

export class Store {
  #name;
  #file;
  #access;
  #len = 0;

  /** @param {string} name @param {FileSystemFileHandle} file @param {Access} access */
  constructor(name, file, access) {
    this.#name = name;
    this.#file = file;
    this.#access = access;
  }

  /** @param {string} name random: nothing of the share is in it */
  static async create(name) {
    const file = /** @type {StoredFile} */ (await (await savesFolder(true)).getFileHandle(name, { create: true }));
    return new Store(name, file, await file.createSyncAccessHandle());
  }

  /** @param {Uint8Array<ArrayBuffer>} chunk */
  write(chunk) {
    let taken = 0;
    while (taken < chunk.byteLength) {
      const now = this.#put(chunk.subarray(taken));
      if (now === 0) throw new StoreFull("the storage of this site is full");
      taken += now;
      this.#len += now;
    }
  }

  /** @param {Uint8Array<ArrayBuffer>} rest */
  #put(rest) {
    try {
      return this.#access.write(rest, { at: this.#len });
    } catch {
      return 0;
    }
  }

  /** The whole file, as it is stored: nobody holds it in memory. */
  async close() {
    // Older engines answer these later.
    await this.#access.flush();
    await this.#access.close();
    const file = await this.#file.getFile();
    if (file.size !== this.#len) throw new StoreFull("the storage of this site did not keep everything");
    return file;
  }

  async remove() {
    await this.#access.close();
    await (await savesFolder(true)).removeEntry(this.#name);
  }
}
