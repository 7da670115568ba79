// @ts-check
/**
 * What survives a crash of the browser: the secret of a lease, stored before the lease is asked for, so that going on
 * never counts again; and the secret by which the server knows this device, so that the wrong guesses of others do not
 * slow it; and that a view was ended here. None of them opens anything without the link. All go when their time is over.
 */

import { allOnDisk, putOnDisk, removeFromDisk } from "./indexed-db.js";

/**
 * `unanswered`: the lease was asked for, and nobody knows whether it was granted. `looked`: bytes that looks fetched.
 * `folder`: what is made where everything is saved file by file.
 *
 * @typedef {{ secret: string, until: number, saved?: number[], looked?: number, folder?: string, unanswered?: boolean }}
 * StoredLease
 *
 * @typedef {{ secret: string, until: number, edition?: number }} StoredDevice `edition`: the highest that it has seen
 * @typedef {{ until: number }} StoredEnd the version before wrote an empty `secret`, too
 */

const LEASE = "subrosa/lease/";
const DEVICE = "subrosa/device/";
const ENDED = "subrosa/ended/";
/** As long as the server says why a link has ended. */
const ENDED_MILLIS = 7 * 24 * 60 * 60 * 1000;

/** Where storage is forbidden, it is as good as the page. @type {Map<string, string>} */
const memory = new Map();
let durable = true;

/** @returns {boolean} whether something was kept only in the page's memory */
export const isForgetful = () => !durable;

/** @param {string} linkId @returns {StoredLease | undefined} */
export const storedLease = (linkId) => withSecret(read(LEASE + linkId));
/** @param {string} linkId @param {StoredLease} lease */
export function storeLease(linkId, lease) {
  write(LEASE + linkId, JSON.stringify(lease));
  // To load the page again would forget it: nothing on the page invites to do that.
  if (memory.has(LEASE + linkId)) document.body.dataset.touched = "";
}
/** @param {string} linkId */
export function forgetLease(linkId) {
  remove(LEASE + linkId);
  void removeFromDisk(LEASE + linkId);
}

/** Tells when another tab of this browser forgets a lease: it is over. @param {string} linkId @param {() => void} act */
export function whenLeaseForgotten(linkId, act) {
  addEventListener("storage", ({ key, newValue }) => key === LEASE + linkId && newValue === null && act());
}

/** Resolves when a lease that is kept would outlive a crash of the whole browser. @param {string} linkId */
export async function secureLease(linkId) {
  const lease = storedLease(linkId);
  if (lease) await putOnDisk(LEASE + linkId, JSON.stringify(lease));
}

/** Brings back what a crash took. Called once per visit, before anything is read. */
export async function restore() {
  for (const [name, text] of await allOnDisk()) {
    if (!name.startsWith(LEASE)) continue;
    const kept = read(name);
    // A crash can bring back what was kept before the answer; the disk has the answer.
    if (kept && !kept.unanswered) continue;
    if (unlessOver(text)) write(name, text);
    else void removeFromDisk(name);
  }
}

/** @param {string} linkId @returns {StoredDevice | undefined} */
export const storedDevice = (linkId) => withSecret(read(DEVICE + linkId));
/** @param {string} linkId @param {StoredDevice} device */
export const storeDevice = (linkId, device) => write(DEVICE + linkId, JSON.stringify(device));

/** @param {string} linkId */
export const forgetDevice = (linkId) => remove(DEVICE + linkId);

/** Whether {@link storeEnded} was called on this device. @param {string} linkId */
export const isEndedHere = (linkId) => Boolean(read(ENDED + linkId));
/** Remembers who ended it: nobody has to worry about that later. @param {string} linkId */
export const storeEnded = (linkId) => write(ENDED + linkId, JSON.stringify({ until: Date.now() + ENDED_MILLIS }));

/** Removes what is over. Called once per visit. */
export function tidy() {
  try {
    const names = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? "");
    for (const name of names)
      if ([LEASE, DEVICE, ENDED].some((kind) => name.startsWith(kind)) && !read(name)) remove(name);
  } catch {
    durable = false;
  }
}

/** @param {string} name */
function read(name) {
  let text;
  try {
    text = localStorage.getItem(name);
  } catch {
    durable = false;
  }
  return unlessOver(text ?? memory.get(name));
}

/** What has no secret is damaged: as good as nothing. @template {{ secret: unknown }} T @param {T | undefined} stored */
const withSecret = (stored) => (typeof stored?.secret === "string" ? stored : undefined);

/** @param {string | undefined} text */
function unlessOver(text) {
  try {
    const stored = JSON.parse(text ?? "null");
    return stored?.until > Date.now() ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} name @param {string} text */
function write(name, text) {
  try {
    localStorage.setItem(name, text);
  } catch {
    durable = false;
    memory.set(name, text);
  }
}

/** @param {string} name */
function remove(name) {
  memory.delete(name);
  try {
    localStorage.removeItem(name);
  } catch {
    durable = false;
  }
}
