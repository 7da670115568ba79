// @ts-check
/**
 * IndexedDB by promises, and in it small texts that are on disk when the promise resolves. Browsers write `localStorage`
 * to the disk some seconds later: a crash within that time loses what must not be lost. Where there is no such storage,
 * texts are quietly not kept.
 */

const DATABASE = { name: "subrosa", stores: ["kept"] };
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
    const done = transact(DATABASE, "strict", (store) => void act(store));
    await Promise.race([done, impatience]);
  } catch {
    // Some private windows have no database.
  } finally {
    clearTimeout(timer);
  }
}

/**
 * One transaction, over when it resolves.
 *
 * @template T
 * @param {{ name: string, stores: string[] }} database made when it is not there
 * @param {IDBTransactionDurability} durability `strict`: it is on the disk then, whatever crashes
 * @param {(...stores: IDBObjectStore[]) => IDBRequest<T> | undefined} act
 * @returns {Promise<T>} what the request of `act` gave
 */
export async function transact({ name, stores }, durability, act) {
  const database = await open(name, stores);
  const transaction = database.transaction(stores, "readwrite", { durability });
  const over = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = () => reject(transaction.error);
  });
  const request = act(...stores.map((store) => transaction.objectStore(store)));
  await over;
  return /** @type {T} */ (request?.result);
}

/** Those that are open: opening takes longer than what is done then. @type {Map<string, Promise<IDBDatabase>>} */
const opened = new Map();

/** The databases of this browser; undefined: it has none for this page. Where site data is blocked, even to look throws. */
export function databases() {
  try {
    return globalThis.indexedDB;
  } catch {
    return undefined;
  }
}

/** @param {string} name @param {string[]} stores @returns {Promise<IDBDatabase>} */
function open(name, stores) {
  const known = opened.get(name);
  if (known) return known;
  /** @type {Promise<IDBDatabase>} */
  const opening = new Promise((resolve, reject) => {
    const request = databases()?.open(name, 1);
    if (!request) throw new Error("this page has no databases");
    request.onupgradeneeded = () => {
      for (const store of stores) request.result.createObjectStore(store);
    };
    request.onsuccess = () => {
      // The person may have the site's data deleted.
      request.result.onversionchange = () => {
        request.result.close();
        opened.delete(name);
      };
      request.result.onclose = () => opened.delete(name);
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  opened.set(name, opening);
  opening.catch(() => opened.delete(name));
  return opening;
}
