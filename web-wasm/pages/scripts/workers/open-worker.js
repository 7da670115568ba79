// @ts-check
/**
 * Fetches parts and opens them. One of up to four; each has its own instance of the module. A connection that breaks
 * goes on at the byte where it broke. Before a part is opened, its digest is compared with the one that the manifest
 * pins.
 */

import * as wasm from "/wasm/open.js";

import { digestText, isSealed, judged, refused, sha256 } from "../net/api.js";
import { wait } from "../net/waiting.js";
import { serveParts } from "./parts.js";

/**
 * @typedef {object} OpenJob
 * @property {number} id told with the answer
 * @property {number} index
 * @property {number} sealedLen
 * @property {string} digest base64url
 * @property {[number, number][]} spans bytes of plaintext that are wanted: begin and end of each range
 * @property {{ commitment: string, first: number, plainFrom: number, sealedFrom: number, sealedTo: number }} [chunks] if
 * only some chunks are to be fetched
 * @property {string} url
 */

/** @type {wasm.PartKey | undefined} */
let key;
/** @type {Record<string, string>} */
let headers = {};
/** Buffers for sealed parts, used again, so that nothing piles up. @type {Uint8Array<ArrayBuffer>[]} */
let spare = [];
const SPARE_MAX = 2;
/** The part opened last, if only a piece of it was wanted: small files that are saved one by one often share one. */
let last = { index: -1, opened: new Uint8Array() };
/** Headers of parts of which only some chunks were fetched, by index. @type {Map<number, Uint8Array>} */
const beginnings = new Map();
const BEGINNINGS_MAX = 1000;
/** A download that moves no byte for so long has failed. */
const STALL_MILLIS = 30_000;
/** After a broken connection, no less than this is asked for at once. */
const SPAN_MIN = 64 * 1024;
/** After the network came back, it has to move within so long. */
const REVIVE_MILLIS = 4_000;
const REPORT_MILLIS = 150;
/** Bytes of a sealed part before its first chunk. */
const HEADER_BYTES = 65;
/** Bytes that were damaged on their way are fetched again so often; then they are not what was sealed. */
const DAMAGED_MAX = 2;

serveParts(
  wasm,
  (given, calls) => ([key, headers] = [given, calls]),
  (data, signal) => {
    if (data.open) void open(data.open, signal);
  },
);

/** @param {OpenJob} job @param {AbortSignal} signal */
async function open(job, signal) {
  try {
    const wanted = job.chunks ? await openChunks(job, job.chunks, signal) : await openWhole(job, signal);
    self.postMessage({ progress: job.index, bytes: wantedLen(job) });
    self.postMessage({ opened: job.id, bytes: wanted }, { transfer: [wanted.buffer] });
  } catch (error) {
    if (signal.aborted) return;
    const { message, variant, failure } = /** @type {any} */ (error);
    self.postMessage({ failed: job.id, variant: variant ?? "unexpected", message: String(message), failure });
  }
}

/** @param {OpenJob} job @param {AbortSignal} signal */
async function openWhole(job, signal) {
  const opened = last.index === job.index ? last.opened : await fetchAndOpen(job, signal);
  const isWhole = wantedLen(job) === opened.byteLength;
  last = isWhole ? { index: -1, opened: new Uint8Array() } : { index: job.index, opened };
  return isWhole ? opened : taken(opened, 0, job.spans);
}

/**
 * Opens some chunks alone. Each proves by itself that it is whole and in its place.
 *
 * @param {OpenJob} job
 * @param {NonNullable<OpenJob["chunks"]>} chunks
 * @param {AbortSignal} signal
 */
async function openChunks(job, { commitment, first, plainFrom, sealedFrom, sealedTo }, signal) {
  for (let damaged = 0; ; damaged += 1) {
    const sealed = new Uint8Array(HEADER_BYTES + sealedTo - sealedFrom);
    await Promise.all([
      header(sealed.subarray(0, HEADER_BYTES), job, signal),
      fill(sealed.subarray(HEADER_BYTES), { ...job, base: sealedFrom }, signal),
    ]);
    if (!key) throw new Error("no key yet");
    try {
      const opened = /** @type {Uint8Array<ArrayBuffer>} */ (
        key.openChunks(job.index, job.sealedLen, commitment, first, sealed)
      );
      return taken(opened, plainFrom, job.spans);
    } catch (error) {
      beginnings.delete(job.index);
      if (damaged >= DAMAGED_MAX) throw error;
    }
  }
}

/**
 * What stands before the first chunk of a part: fetched once for many looks into it.
 *
 * @param {Uint8Array<ArrayBuffer>} into
 * @param {OpenJob} job
 * @param {AbortSignal} signal
 */
async function header(into, job, signal) {
  const kept = beginnings.get(job.index);
  if (kept) return into.set(kept);
  await fill(into, { ...job, base: 0 }, signal);
  if (beginnings.size >= BEGINNINGS_MAX) beginnings.clear();
  beginnings.set(job.index, into.slice());
}

/**
 * What is wanted of opened bytes, one after the other.
 *
 * @param {Uint8Array<ArrayBuffer>} opened
 * @param {number} begin where they begin in the part
 * @param {[number, number][]} spans
 */
function taken(opened, begin, spans) {
  if (spans.length === 1) return opened.slice(spans[0][0] - begin, spans[0][1] - begin);
  const wanted = new Uint8Array(spans.reduce((sum, [from, to]) => sum + to - from, 0));
  let at = 0;
  for (const [from, to] of spans) {
    wanted.set(opened.subarray(from - begin, to - begin), at);
    at += to - from;
  }
  return wanted;
}

/** @param {OpenJob} job */
const wantedLen = ({ spans }) => spans.reduce((sum, [from, to]) => sum + to - from, 0);

/** @param {OpenJob} job @param {AbortSignal} signal */
async function fetchAndOpen(job, signal) {
  const sealed = await fetchWhole(job, signal);
  if (!key) throw new Error("no key yet");
  const opened = /** @type {Uint8Array<ArrayBuffer>} */ (key.open(job.index, sealed));
  spare = [sealed, ...spare].slice(0, SPARE_MAX);
  return opened;
}

/** The sealed part, with the right digest. @param {OpenJob} job @param {AbortSignal} signal */
async function fetchWhole(job, signal) {
  for (let damaged = 0; ; damaged += 1) {
    const sealed = spare.find((buffer) => buffer.byteLength === job.sealedLen) ?? new Uint8Array(job.sealedLen);
    spare = spare.filter((buffer) => buffer !== sealed);
    await fill(sealed, job, signal);
    if (digestText(await sha256(sealed)) === job.digest) return sealed;
    if (damaged >= DAMAGED_MAX) throw Object.assign(new Error("other bytes than were sealed"), { variant: "altered" });
  }
}

/**
 * Fetches until every byte is there, and keeps what it has when the connection breaks.
 *
 * @param {Uint8Array} sealed all of the sealed part, or a stretch of it
 * @param {OpenJob & { base?: number }} job with where the stretch begins
 * @param {AbortSignal} signal
 */
async function fill(sealed, job, signal) {
  let got = 0;
  // Everything at once, until the connection breaks. A download pays for what it asks for, not for what arrives: from then
  // on it asks for about as much as came through last time.
  let span = sealed.byteLength;
  for (let tries = 1; got < sealed.byteLength; tries += 1) {
    const before = got;
    const end = Math.min(sealed.byteLength, got + span);
    const failure = await attempt(sealed, got, end, job, signal, tries, (reached) => (got = reached));
    span = failure ? Math.max(SPAN_MIN, got - before) : span * 2;
    if (signal.aborted) throw Object.assign(new Error("cancelled"), { name: "Cancelled" });
    if (!failure) {
      tries = 0;
      continue;
    }
    if (!failure.again) throw Object.assign(new Error(failure.sentence), { variant: failure.variant, failure });
    // Whoever gets on is not failing: patience begins anew.
    if (got > before) tries = 1;
    self.postMessage({ waiting: job.index, failure });
    await wait(failure.wait_millis, signal);
  }
}

/**
 * @param {Uint8Array} sealed
 * @param {number} start
 * @param {number} end
 * @param {OpenJob & { base?: number }} job
 * @param {AbortSignal} signal
 * @param {number} tries
 * @param {(end: number) => void} reached
 * @returns {Promise<import("../net/api.js").Failure | undefined>}
 */
async function attempt(sealed, start, end, job, signal, tries, reached) {
  const clock = new AbortController();
  const cancel = () => clock.abort();
  let stalled = self.setTimeout(cancel, STALL_MILLIS);
  // What was on its way when the network went may hang for minutes: now it has to move.
  const online = () => {
    clearTimeout(stalled);
    stalled = self.setTimeout(cancel, REVIVE_MILLIS);
  };
  self.addEventListener("online", online);
  signal.addEventListener("abort", cancel);
  const { base = 0 } = job;
  const isWhole = start === 0 && end === job.sealedLen;
  let at = start;
  let reportedAt = 0;
  try {
    const response = await fetch(job.url, {
      headers: isWhole ? headers : { ...headers, range: `bytes=${base + start}-${base + end - 1}` },
      cache: "no-store",
      credentials: "omit",
      redirect: "manual",
      referrerPolicy: "no-referrer",
      signal: clock.signal,
    });
    if (!isSealed(response)) return await refused(response, tries);
    // Whoever ignores the range sends it all.
    if (response.status !== 206 && job.chunks) throw Object.assign(new Error("no range"), { variant: "altered" });
    if (response.status !== 206) at = 0;
    if (!response.body) return judged(0, "", null, tries);
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(stalled);
      stalled = self.setTimeout(cancel, STALL_MILLIS);
      // More than the manifest says is not what was sealed; the digest would say so too.
      if (at + value.byteLength > sealed.byteLength) throw Object.assign(new Error("too long"), { variant: "altered" });
      sealed.set(value, at);
      at += value.byteLength;
      reached(at);
      const now = performance.now();
      if (now - reportedAt > REPORT_MILLIS) {
        reportedAt = now;
        self.postMessage({ progress: job.index, bytes: wantedOf(at, job) });
      }
    }
    self.postMessage({ progress: job.index, bytes: wantedOf(at, job) });
    return at < end ? judged(0, "", null, tries) : undefined;
  } catch (error) {
    if (/** @type {{ variant?: string }} */ (error).variant) throw error;
    return judged(0, "", null, tries);
  } finally {
    clearTimeout(stalled);
    self.removeEventListener("online", online);
    signal.removeEventListener("abort", cancel);
  }
}

/** How much of the wanted bytes is there, roughly: for progress only. @param {number} at @param {OpenJob} job */
const wantedOf = (at, job) => Math.min(wantedLen(job), (wantedLen(job) * at) / job.sealedLen);
