// @ts-check
/**
 * What another app shared with the installed page: a service worker laid it down (`given-worker.js`), and this takes it into
 * what is picked. Loaded only where something was given, or where the page is installed.
 */

import { send as texts } from "../i18n/texts.js";
import { transact } from "../storage/indexed-db.js";
import { registerService } from "../workers/trusted-scripts.js";

/** @typedef {{ at: number, files: File[], texts: string[] }} Given */

const DATABASE = { name: "subrosa-given", stores: ["given"] };
/** What lay there longer was given to a page that never came. */
const LYING_MILLIS = 60 * 60 * 1000;

/** From now on, other apps find the page. A browser without service workers has no such apps. */
export async function listenToApps() {
  if (!navigator.serviceWorker) return;
  await registerService("/given-worker.js", "/given").catch(() => {});
  const dropOld = transact(DATABASE, "relaxed", (store) => {
    const reading = store.get("last");
    reading.onsuccess = () => void (isOld(reading.result) && store.clear());
    return reading;
  });
  await dropOld.catch(() => {});
}

/** @param {Given | undefined} given */
const isOld = (given) => given !== undefined && Math.abs(Date.now() - given.at) > LYING_MILLIS;

/**
 * Takes it away: nothing stays behind.
 *
 * @returns {Promise<import("./file-input.js").Found[]>}
 */
export async function takeGiven() {
  const given = await transact(
    DATABASE,
    "relaxed",
    (store) => /** @type {IDBRequest<Given | undefined>} */ (store.get("last")),
  );
  if (!given || isOld(given)) return [];
  try {
    return await found(given);
  } finally {
    // Something else may have come meanwhile.
    await transact(DATABASE, "relaxed", (store) => {
      const reading = store.get("last");
      reading.onsuccess = () => void (reading.result?.at === given.at && store.clear());
      return reading;
    });
  }
}

/** @param {Given} given @returns {Promise<import("./file-input.js").Found[]>} */
async function found({ files, texts: told }) {
  const all = [];
  for (const file of files) {
    const name = file.name || texts.givenName;
    // A file can no longer be read when it is taken out of the storage. The browser keeps a copy for as long as the page is
    // there, and large ones not in memory.
    const copy = await new Response(file).blob();
    const { type, lastModified } = file;
    all.push({ path: name, file: new File([copy], name, { type, lastModified }) });
  }
  // Apps say the same in several places.
  const text = [...new Set(told.map((text) => text.trim()).filter(Boolean))].join("\n");
  if (text !== "") {
    all.push({ path: texts.givenText, file: new File([text], texts.givenText, { type: "text/plain" }) });
  }
  return all;
}
