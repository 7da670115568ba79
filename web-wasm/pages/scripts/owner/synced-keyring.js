// @ts-check
/**
 * Keeps the keyring of this device in step with the synced one at the server, which only those devices can open that were
 * given the recovery phrase. What is merged how is decided in Rust; this reads, asks, stores and tells.
 */

import { keyringAccess, SyncedKeyring } from "/wasm/seal.js";

import { CallError, digestText, sendForNothing, sendForStream } from "../net/api.js";
import { within } from "../net/waiting.js";
import { readSync, removeSync, writeSync } from "../storage/keyring-sync.js";
import { applySynced, snapshot, whenChangedHere, whenKeyringChanged } from "../storage/keyring.js";

/** @typedef {import("../storage/keyring-sync.js").SyncState} SyncState */
/**
 * What came of it: `off`: this device does not sync. `gone`: the server has nothing under this phrase any more.
 *
 * @typedef {{ is: "off" | "gone" | "synced", isOlder: boolean, at: number }} Outcome
 */

/** Devices that are faster, one after the other, until this one gives up. */
const TRIES = 8;
const BODY_MILLIS = 60_000;
/**
 * What the server has.
 *
 * @typedef {{ bytes: Uint8Array | undefined, revision: number, headers: Record<string, string> }} Stored `headers` say what
 * is replaced
 */

/** @type {Stored} */
const NOTHING = { bytes: undefined, revision: 0, headers: { "if-none-match": "*" } };
/** What is changed in quick succession is sent once. */
const PAUSE_MILLIS = 400;
/** How long another device's changes may wait for being seen. */
const LOOK_EVERY_MILLIS = 60_000;

/** The state of a device that begins to sync. @param {string} secret @param {string} [known] @returns {SyncState} */
export function newSync(secret, known = "") {
  const device = digestText(crypto.getRandomValues(new Uint8Array(8)));
  return { version: 1, secret, device, known, revision: 0, syncedAt: 0, leaving: [] };
}

/**
 * Syncs once.
 *
 * @param {{ mayBegin?: boolean }} [how] `mayBegin`: stores it anew where the server has nothing any more
 * @returns {Promise<Outcome>} rejects with a `CallError`, or where nothing can be kept
 */
export const syncNow = ({ mayBegin = false } = {}) =>
  alone(async () => {
    const state = await readSync();
    return state ? run(state, mayBegin) : { is: "off", isOlder: false, at: 0 };
  });

/**
 * Begins to sync with a phrase.
 *
 * @param {string} secret
 * @param {boolean} isNew whether there is nothing under it yet; else there has to be something
 * @returns {Promise<Outcome>}
 */
export const beginSync = (secret, isNew) =>
  alone(async () => {
    const before = await readSync();
    const state = newSync(secret, isNew ? before?.known : "");
    // A new phrase is a new keyring: everything moves, and the old one goes.
    if (isNew && before) state.leaving = [...before.leaving, before.secret];
    // Only once it is at the server, this is the phrase of this device.
    return run(state, isNew);
  });

/** Stops, on this device alone. */
export const stopHere = () => alone(removeSync);

/** Stops, and deletes what is synced. */
export const stopEverywhere = () =>
  alone(async () => {
    const state = await readSync();
    for (const secret of state ? [...state.leaving, state.secret] : []) await remove(secret);
    await removeSync();
  });

/**
 * Syncs now, after every change of this device, and now and then while somebody looks.
 *
 * @param {(outcome: Outcome | undefined, error?: unknown) => void} [told]
 */
export function keepInStep(told) {
  let timer = 0;
  const sync = () => {
    clearTimeout(timer);
    void syncNow().then(
      (outcome) => told?.(outcome),
      (error) => told?.(undefined, error),
    );
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(sync, PAUSE_MILLIS);
  };
  whenChangedHere(soon);
  whenKeyringChanged(soon);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon());
  setInterval(() => document.visibilityState === "visible" && sync(), LOOK_EVERY_MILLIS);
  sync();
}

/** @param {SyncState} state @param {boolean} mayBegin @returns {Promise<Outcome>} */
async function run(state, mayBegin) {
  let isOlder = false;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const stored = await fetchStored(state.secret);
    if (stored === undefined && !mayBegin) return { is: "gone", isOlder, at: state.syncedAt };
    const before = await snapshot();
    const here = { items: before.items, unreadable: before.unreadable, device: state.device, now: Date.now() };
    const { bytes, revision, headers } = stored ?? NOTHING;
    const merged = new SyncedKeyring(state.secret, state.known, state.revision, JSON.stringify(here), revision, bytes);
    try {
      isOlder ||= merged.isOlder();
      await applySynced(before.items, JSON.parse(merged.items()));
      Object.assign(state, { known: merged.known(), revision: merged.revision() });
      const [putRevision, sealed] = [merged.putRevision(), merged.put()];
      if (putRevision !== undefined && sealed !== undefined) {
        const isStored = await store(
          state.secret,
          putRevision,
          /** @type {Uint8Array<ArrayBuffer>} */ (sealed),
          headers,
        );
        // Another device was faster: what it stored is merged too.
        if (!isStored) continue;
        state.revision = putRevision;
      }
    } finally {
      merged.free();
    }
    state.syncedAt = Date.now();
    await writeSync(state);
    await removeLeaving(state);
    return { is: "synced", isOlder, at: state.syncedAt };
  }
  throw new CallError({ variant: "keyring-changed", sentence: "", again: true, wait_millis: 0, gone: null });
}

/** @param {SyncState} state */
async function removeLeaving(state) {
  for (const secret of state.leaving) await remove(secret);
  if (state.leaving.length > 0) await writeSync({ ...state, leaving: [] });
}

/**
 * @param {string} secret
 * @param {string} method
 * @param {{ headers?: Record<string, string>, bytes?: Uint8Array<ArrayBuffer> }} [rest]
 */
function call(secret, method, { headers = {}, bytes } = {}) {
  const { id, ownerProof } = JSON.parse(keyringAccess(secret));
  const proof = { "subrosa-owner-proof": ownerProof };
  const signal = new AbortController().signal;
  return { method, path: `/keyrings/${id}`, headers: { ...proof, ...headers }, bytes, signal, triesMax: 4 };
}

/**
 * What the server has; nothing where it has none. Where it has lost the bytes, what this device knows takes their place.
 *
 * @param {string} secret
 * @returns {Promise<Stored | undefined>}
 */
async function fetchStored(secret) {
  try {
    const response = await sendForStream(call(secret, "GET"));
    const bytes = new Uint8Array(await within(BODY_MILLIS, response.arrayBuffer()));
    const revision = Number(response.headers.get("subrosa-keyring-revision"));
    return { bytes, revision, headers: { "if-match": response.headers.get("etag") ?? "" } };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (error.variant === "not-found") return undefined;
    if (error.variant === "content-lost") return { bytes: undefined, revision: 0, headers: {} };
    throw error;
  }
}

/**
 * @param {string} secret
 * @param {number} revision
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Record<string, string>} replaces
 * @returns {Promise<boolean>} whether it is stored; else another device was faster
 */
async function store(secret, revision, bytes, replaces) {
  try {
    const headers = { ...replaces, "subrosa-keyring-revision": String(revision) };
    await sendForNothing(call(secret, "PUT", { headers, bytes }));
    return true;
  } catch (error) {
    if (error instanceof CallError && error.variant === "keyring-changed") return false;
    throw error;
  }
}

/** @param {string} secret */
async function remove(secret) {
  try {
    await sendForNothing(call(secret, "DELETE"));
  } catch (error) {
    if (!(error instanceof CallError && error.variant === "not-found")) throw error;
  }
}

/** One tab at a time. @template T @param {() => Promise<T>} act @returns {Promise<T>} */
const alone = async (act) => (navigator.locks ? navigator.locks.request("subrosa-keyring-sync", act) : act());
