// @ts-check
/**
 * What this device needs to sync its keyring: the secret that belongs to the recovery phrase, never the words; and what it
 * knows of the synced keyring. In IndexedDB, beside the keyring.
 */

import { count, listOf, shape, text } from "../net/answers.js";
import { within } from "../net/waiting.js";
import { transact } from "./indexed-db.js";

/**
 * @typedef {object} SyncState
 * @property {1} version
 * @property {string} secret
 * @property {string} device its name in the keyring, for nobody else
 * @property {string} known the keyring as it was when this device synced last; empty: it never did
 * @property {number} revision the highest one that this device has seen
 * @property {number} syncedAt
 * @property {string[]} leaving secrets of keyrings that are to be deleted at the server
 */

const DATABASE = { name: "subrosa-keyring-sync", stores: ["sync"] };
const NAME = "state";
const PATIENCE_MILLIS = 3_000;

/** @type {import("../net/answers.js").Check<SyncState>} */
const isState = shape({
  version: (value) => value === 1,
  secret: text,
  device: text,
  known: text,
  revision: count,
  syncedAt: count,
  leaving: listOf(text),
});

/**
 * @template T
 * @param {(store: IDBObjectStore) => IDBRequest<T> | undefined} act
 * @returns {Promise<T>}
 */
const inStore = (act) => within(PATIENCE_MILLIS, transact(DATABASE, "strict", act));

/** @returns {Promise<SyncState | undefined>} nothing where this device does not sync */
export async function readSync() {
  const state = await inStore((store) => store.get(NAME)).catch(() => undefined);
  return isState(state) ? state : undefined;
}

/** @param {SyncState} state @returns {Promise<void>} rejects where nothing can be kept */
export async function writeSync(state) {
  await inStore((store) => store.put(state, NAME));
}

export async function removeSync() {
  await inStore((store) => store.clear());
}
