// @ts-check
/**
 * What is needed to go on with an upload after its page was closed, in IndexedDB: secrets, what was chosen, the list of
 * files, what is stored. As secret as the files: it goes when the link was taken, when the upload was cancelled or its
 * time is over. What was deleted in a browser's storage may lie on the disk for a while.
 *
 * An upload belongs to one tab: a lock of the browser says which, and ends with the tab, however it ends.
 */

import { databases, transact } from "../../storage/indexed-db.js";

/**
 * @typedef {object} UnfinishedUpload
 * @property {string} shareId of a new version, with its number behind it
 * @property {Uint8Array} secrets `keepShare` of the key worker: not the password, but what it was stretched into
 * @property {number} until when the server gives it up, or its life ends
 * @property {import("../upload.js").Terms} terms without the password
 * @property {boolean} hasPassword
 * @property {string} drawn the password, if the page drew it and no link has it: nobody else knows it
 * @property {KeptPush | null} push the link of the password, once it is made
 * @property {string} what files and size, in words
 * @property {string} first name of the first file
 * @property {number} count of files
 * @property {string} entries of the plan
 * @property {number} partBytes
 * @property {(string | null)[]} picked by place in the plan: the path under which a file was picked
 * @property {(string | null)[]} [prints] by place in the plan, of files that only their content tells apart (`source.js`)
 * @property {FileSystemHandle[]} handles of what was picked, where the browser gives any
 * @property {Uint8Array} [manifest] as it was sealed, from when it may be on the server
 * @property {string} [linkBody] the same of the link
 * @property {boolean} isDone whether the link is there
 * @property {import("../edition.js").EditionOf} [edition] it is a new version of what was sent
 *
 * @typedef {{ token: string, origin: string, views: number, expiresAt: number }} KeptPush `token` of its owner
 *
 * @typedef {import("../part-sealers.js").SealedPart & { index: number, isStored: boolean }} KeptPart `isStored`: it was
 * answered; what the server says counts
 */

const DATABASE = { name: "subrosa-uploads", stores: ["uploads", "parts"] };
const LOCK = "subrosa/upload/";

/** Whether this browser has what it takes. In some private windows it shows only later that it has not. */
export const canKeep = () => databases() !== undefined && navigator.locks !== undefined;

/** All of them, without those whose time is over. @returns {Promise<UnfinishedUpload[]>} */
export async function allUnfinished() {
  if (!canKeep()) return [];
  const all = await transact(
    DATABASE,
    "relaxed",
    (uploads) => /** @type {IDBRequest<UnfinishedUpload[]>} */ (uploads.getAll()),
  );
  const now = Date.now();
  const over = all.filter(({ until }) => until <= now);
  await Promise.all(over.map(({ shareId }) => forget(shareId)));
  return all.filter(({ until }) => until > now).sort((one, other) => one.until - other.until);
}

/** One of them, as it is now. @param {string} shareId @returns {Promise<UnfinishedUpload | undefined>} */
export const unfinishedNow = (shareId) =>
  transact(DATABASE, "relaxed", (uploads) => /** @type {IDBRequest<UnfinishedUpload>} */ (uploads.get(shareId)));

/** @param {UnfinishedUpload} unfinished @returns {Promise<unknown>} */
export function keep(unfinished) {
  return transact(DATABASE, "strict", (uploads) => uploads.put(unfinished, unfinished.shareId));
}

/** @param {string} shareId @param {KeptPart[]} kept @returns {Promise<unknown>} */
export const keepParts = (shareId, kept) =>
  transact(DATABASE, "relaxed", (_, parts) => {
    for (const part of kept) parts.put(part, [shareId, part.index]);
    return undefined;
  });

/** @param {string} shareId @returns {Promise<KeptPart[]>} */
export const keptParts = (shareId) => transact(DATABASE, "relaxed", (_, parts) => parts.getAll(partsOf(shareId)));

/** @param {string} shareId @returns {Promise<unknown>} */
export const forget = (shareId) =>
  transact(DATABASE, "strict", (uploads, parts) => {
    uploads.delete(shareId);
    return parts.delete(partsOf(shareId));
  });

/** @param {string} shareId */
const partsOf = (shareId) => IDBKeyRange.bound([shareId], [shareId, []]);

/**
 * Takes an upload for this tab.
 *
 * @param {string} shareId
 * @returns {Promise<(() => void) | undefined>} what gives it back; undefined: another tab has it
 */
export function hold(shareId) {
  return new Promise((resolve, reject) => {
    const held = navigator.locks.request(LOCK + shareId, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(undefined);
      return new Promise((release) => resolve(() => release(undefined)));
    });
    held.catch(reject);
  });
}

/** Those that a tab has. @returns {Promise<Set<string>>} */
export async function allHeld() {
  const { held = [] } = await navigator.locks.query();
  return new Set(held.flatMap(({ name }) => (name?.startsWith(LOCK) ? [name.slice(LOCK.length)] : [])));
}

/** Resolves when no tab has it any more. @param {string} shareId @param {AbortSignal} signal */
export const whenFree = (shareId, signal) => navigator.locks.request(LOCK + shareId, { signal }, () => {});
