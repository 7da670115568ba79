// @ts-check
/**
 * Small texts that are on disk when the promise resolves. Browsers write `localStorage` to the disk some seconds later:
 * a crash within that time loses what must not be lost. Where there is no such storage, this quietly keeps nothing.
 */

const DATABASE = "subrosa";
const STORE = "kept";
/** Nobody waits longer for a disk that does not answer. */
const PATIENCE_MILLIS = 3_000;

/** @param {string} name @param {string} text @returns {Promise<void>} */
export async function putOnDisk(name, text) {
  await change((store) => store.put(text, name));
}

/** @param {string} name @returns {Promise<void>} */
export async function removeFromDisk(name) {
  await change((store) => store.delete(name));
}

/** @returns {Promise<[string, string][]>} names and texts */
export async function allOnDisk() {
  /** @type {[string, string][]} */
  const found = [];
  await change((store) => {
    const cursor = store.openCursor();
    cursor.onsuccess = () => {
      if (!cursor.result) return;
      found.push([String(cursor.result.key), String(cursor.result.value)]);
      cursor.result.continue();
    };
  });
  return found;
}

/** One transaction, over when it resolves, whether it worked or not. @param {(store: IDBObjectStore) => void} act */
async function change(act) {
  /** @type {number | undefined} */
  let timer;
  const impatience = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MILLIS)));
  try {
    await Promise.race([transact(act), impatience]);
  } catch {
    // Some private windows have no database.
  } finally {
    clearTimeout(timer);
  }
}

/** @param {(store: IDBObjectStore) => void} act */
async function transact(act) {
  const database = await open();
  try {
    const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
    const over = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(undefined);
      transaction.onabort = () => reject(transaction.error);
    });
    act(transaction.objectStore(STORE));
    await over;
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
