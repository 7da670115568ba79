// @ts-check
/**
 * The keyring: the owners' addresses of what was sent with this browser, so that nobody has to keep them. It lies in
 * IndexedDB until the person forgets it, and is as secret as the addresses. Each item is put and removed by itself, so
 * that tabs do not overwrite what another one keeps.
 */

import { count, isGone, linkState, moment, orNothing, shape, text, yesOrNo } from "../net/answers.js";
import { within } from "../net/waiting.js";
import { transact } from "./indexed-db.js";

/**
 * @typedef {object} KeyringItem
 * @property {1} version
 * @property {string} id of the share, or of the push's link
 * @property {"share" | "push"} kind
 * @property {string} token of the owner's address
 * @property {string} origin of the server that has it
 * @property {string} name of the first file, or the label of a push; empty where nobody knows it
 * @property {number} files how many
 * @property {boolean} isForFiles whether a push has the password of files; `name` is theirs then
 * @property {boolean} hasPassword
 * @property {number} madeAt
 * @property {number} endsAt as far as this device knows
 * @property {Seen | null} seen what the server told last
 *
 * @typedef {object} Seen
 * @property {number} at
 * @property {import("/api").LinkState} state
 * @property {import("/api").Gone | null} gone
 * @property {boolean} isLost whether the server has lost some of it
 * @property {number} opened
 * @property {number} saved
 * @property {number} wrong passwords
 * @property {number} last when something happened
 * @property {number} taken downloads
 * @property {number} max downloads
 */

const DATABASE = { name: "subrosa-keyring", stores: ["keyring"] };
const CHANGES = "subrosa-keyring";
/** Nobody waits longer for a disk that does not answer. */
const PATIENCE_MILLIS = 3_000;
const DEFAULT = "subrosa/keyring-default";
const NO = "no";

const seen = shape({
  at: moment,
  state: linkState,
  gone: orNothing(isGone),
  isLost: yesOrNo,
  ...{ opened: count, saved: count, wrong: count, last: moment, taken: count, max: count },
});

/** @type {import("../net/answers.js").Check<KeyringItem>} */
const isItem = shape({
  version: (value) => value === 1,
  id: text,
  kind: (value) => value === "share" || value === "push",
  token: text,
  origin: text,
  name: text,
  files: count,
  isForFiles: yesOrNo,
  hasPassword: yesOrNo,
  madeAt: moment,
  endsAt: moment,
  seen: orNothing(seen),
});

/** One for both: whoever changes something is not told of it. */
const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(CHANGES);

/** Who syncs in this tab. @type {(() => void)[]} */
const listeners = [];

/** Tells other tabs. */
const tellOthers = () => channel?.postMessage("");

/** Tells everybody. */
function changed() {
  tellOthers();
  for (const act of listeners) act();
}

/** @param {() => void} act when this tab changed something, but for what was synced */
export const whenChangedHere = (act) => void listeners.push(act);

/** @param {() => void} act when another tab changed something */
export const whenKeyringChanged = (act) => channel?.addEventListener("message", act);

/**
 * @template T
 * @param {(store: IDBObjectStore) => IDBRequest<T> | undefined} act
 * @returns {Promise<T>} rejects where nothing can be kept, as in some private windows
 */
const inKeyring = (act) => within(PATIENCE_MILLIS, transact(DATABASE, "strict", act));

/** @param {KeyringItem} item @returns {Promise<boolean>} whether it is on the disk */
export async function remember(item) {
  try {
    await inKeyring((store) => store.put(item, item.id));
    changed();
    return true;
  } catch {
    return false;
  }
}

/** Notes what is new about an item, if it was not forgotten meanwhile. @param {string} id @param {Partial<KeyringItem>} news */
export async function note(id, news) {
  await inKeyring((store) => {
    const asked = store.get(id);
    asked.onsuccess = () => asked.result && store.put({ ...asked.result, ...news }, id);
    return undefined;
  }).catch(() => {});
}

/** @param {string} id @returns {Promise<KeyringItem | undefined>} */
export async function remembered(id) {
  const item = await inKeyring((store) => store.get(id)).catch(() => undefined);
  return isItem(item) ? item : undefined;
}

/**
 * Everything, newest first. What is damaged is counted, and hinders nothing else.
 *
 * @returns {Promise<{ items: KeyringItem[], damaged: number }>} rejects where there is no storage
 */
export async function keyring() {
  const all = /** @type {unknown[]} */ (await inKeyring((store) => store.getAll()));
  const items = all.filter((item) => isItem(item));
  return { items: items.sort((one, other) => other.madeAt - one.madeAt), damaged: all.length - items.length };
}

/** @param {string[]} ids */
export async function forgetItems(ids) {
  await inKeyring((store) => {
    for (const id of ids) store.delete(id);
    return undefined;
  });
  changed();
}

/** What is damaged, too. */
export async function forgetAll() {
  await inKeyring((store) => store.clear());
  changed();
}

/**
 * What is synced of an item: how it stood last, each device asks for itself.
 *
 * @typedef {Omit<KeyringItem, "version" | "seen">} SyncedItem
 */

/** @param {SyncedItem} item @returns {SyncedItem} */
const syncedPart = ({ kind, id, token, origin, name, files, isForFiles, hasPassword, madeAt, endsAt }) => ({
  ...{ kind, id, token, origin, name, files, isForFiles, hasPassword, madeAt, endsAt },
});

/** @param {SyncedItem | undefined} one @param {SyncedItem | undefined} other */
const isSame = (one, other) => JSON.stringify(one && syncedPart(one)) === JSON.stringify(other && syncedPart(other));

/**
 * What there is to be synced, and ids of what is damaged: that is not forgotten.
 *
 * @returns {Promise<{ items: SyncedItem[], unreadable: string[] }>}
 */
export async function snapshot() {
  /** @type {{ keys?: IDBRequest<IDBValidKey[]> }} */
  const asked = {};
  const all = /** @type {unknown[]} */ (
    await inKeyring((store) => {
      asked.keys = store.getAllKeys();
      return store.getAll();
    })
  );
  const unreadable = (asked.keys?.result ?? []).filter((_, place) => !isItem(all[place])).map(String);
  return { items: all.filter((item) => isItem(item)).map(syncedPart), unreadable };
}

/**
 * Takes over what was merged. What somebody changed since the snapshot stays as it is: the next time it is merged too.
 *
 * @param {SyncedItem[]} before the snapshot
 * @param {SyncedItem[]} after
 */
export async function applySynced(before, after) {
  const [known, wanted] = [before, after].map((items) => new Map(items.map((item) => [item.id, item])));
  const news = [...new Set([...known.keys(), ...wanted.keys()])].filter((id) => !isSame(known.get(id), wanted.get(id)));
  if (news.length === 0) return;
  await inKeyring((store) => {
    for (const id of news) {
      const asked = store.get(id);
      asked.onsuccess = () => {
        const there = isItem(asked.result) ? asked.result : undefined;
        if (!isSame(there, known.get(id))) return;
        const item = wanted.get(id);
        if (item) store.put({ version: 1, seen: there?.seen ?? null, ...syncedPart(item) }, id);
        else store.delete(id);
      };
    }
    return undefined;
  });
  tellOthers();
}

/** Whether what is sent from now on is remembered, unless the person says otherwise. */
export function remembersByDefault() {
  try {
    return localStorage.getItem(DEFAULT) !== NO;
  } catch {
    return false;
  }
}

/** @param {boolean} yes */
export function storeDefault(yes) {
  try {
    if (yes) localStorage.removeItem(DEFAULT);
    else localStorage.setItem(DEFAULT, NO);
  } catch {
    // Then nothing is remembered here at all.
  }
}
