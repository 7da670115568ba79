// @ts-check
/**
 * Seals parts and uploads them. One of up to four; each has its own instance of the module. While one part is on its
 * way, the next one is read and sealed: the page gives a worker two parts at a time, and that bounds the memory. Sealing
 * itself cannot overlap; reading, hashing and uploading do.
 *
 * A lost network resends the same sealed bytes. Bytes that are read again are sealed again, with a new salt.
 */

import * as wasm from "/wasm/seal.js";

import { digestHeader, digestText, isAnswer, judged, refusal, refused, sha256 } from "../net/api.js";
import { wait } from "../net/waiting.js";
import { isPart } from "../owner/answers.js";
import { edgeDigests, gather } from "../owner/source.js";
import { serveParts } from "./parts.js";

/**
 * @typedef {object} SealJob
 * @property {number} index
 * @property {number} len bytes of plaintext; zeros fill what the sources leave
 * @property {import("../owner/source.js").Source[]} sources
 * @property {string} url
 *
 * @typedef {{ index: number, sealedLen: number, digest: string }} CheckJob
 */

/** @type {wasm.PartKey | undefined} */
let key;
/** @type {Record<string, string>} */
let headers = {};
/** A PUT that moves no byte for so long has failed. */
const STALL_MILLIS = 60_000;
/**
 * Once everything was handed to the system, no progress is told any more, and on a slow line its buffers take minutes to
 * empty. A server that waits in vain ends the connection long before.
 */
const ANSWER_MILLIS = 5 * 60_000;
/** For the question who answers at all. */
const PROBE_MILLIS = 5_000;
/** After the network came back, it has to move within so long. */
const REVIVE_MILLIS = 4_000;

serveParts(
  wasm,
  (given, calls) => ([key, headers] = [given, calls]),
  (data, signal) => {
    if (data.part !== undefined) sourcesBefore(data.part, signal).push(...data.sources);
    if (data.seal) void store(whole(data.seal, signal), signal);
    if (data.check) void check(data.check, data.sealed);
  },
);

/** Sources of parts that have come so far: thousands come in slices. @type {Map<number, import("../owner/source.js").Source[]>} */
let come = new Map();
/** @type {AbortSignal | undefined} */
let comeFor;

/** @param {number} index @param {AbortSignal} signal what is cancelled begins anew */
function sourcesBefore(index, signal) {
  if (comeFor !== signal) [come, comeFor] = [new Map(), signal];
  const sources = come.get(index) ?? [];
  come.set(index, sources);
  return sources;
}

/** @param {SealJob} job with the last of its sources @param {AbortSignal} signal @returns {SealJob} */
function whole(job, signal) {
  const sources = [...sourcesBefore(job.index, signal), ...job.sources];
  come.delete(job.index);
  return { ...job, sources };
}

/** @param {SealJob} job @param {AbortSignal} signal */
async function store(job, signal) {
  try {
    const plaintext = await gather(job, (files) => self.postMessage({ read: job.index, files }));
    signal.throwIfAborted();
    if (!key) throw new Error("no key yet");
    const edges = await edgeDigests(plaintext);
    const sealed = /** @type {Uint8Array<ArrayBuffer>} */ (key.seal(job.index, plaintext));
    const commitment = key.commitment();
    const digest = await sha256(sealed);
    const part = { sealedLen: sealed.byteLength, digest, commitment, edges };
    self.postMessage({ sealed: job.index, part });
    await upload(job, sealed, digest, signal);
    self.postMessage({ stored: job.index, part });
  } catch (error) {
    if (signal.aborted) return;
    const { message, variant, failure, file } = /** @type {any} */ (error);
    self.postMessage({ failed: job.index, variant: variant ?? "unexpected", message, failure, file });
  }
}

/**
 * @param {SealJob} job
 * @param {Uint8Array<ArrayBuffer>} sealed
 * @param {Uint8Array} digest
 * @param {AbortSignal} signal
 */
async function upload(job, sealed, digest, signal) {
  for (let tries = 1; ; tries += 1) {
    const failure = await setTextIn(job, sealed, digest, tries, signal);
    if (!failure) return;
    self.postMessage({ progress: job.index, bytes: 0 });
    if (!failure.again) throw Object.assign(new Error(failure.sentence), { variant: failure.variant, failure });
    self.postMessage({ waiting: job.index, failure });
    await wait(failure.wait_millis, signal);
  }
}

/**
 * One PUT, by XMLHttpRequest: it alone tells how far an upload is.
 *
 * @param {SealJob} job
 * @param {Uint8Array<ArrayBuffer>} sealed
 * @param {Uint8Array} digest
 * @param {number} tries
 * @param {AbortSignal} signal
 * @returns {Promise<import("../net/api.js").Failure | undefined>} undefined: stored
 */
function setTextIn(job, sealed, digest, tries, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const cancel = () => request.abort();
    let stalled = 0;
    const alive = (patience = STALL_MILLIS) => {
      clearTimeout(stalled);
      stalled = self.setTimeout(cancel, patience);
    };
    // What was on its way when the network went may hang for minutes: now it has to move.
    const online = () => alive(REVIVE_MILLIS);
    self.addEventListener("online", online);
    const end = () => {
      clearTimeout(stalled);
      self.removeEventListener("online", online);
      signal.removeEventListener("abort", cancel);
    };
    request.upload.addEventListener("progress", ({ loaded }) => {
      alive();
      // Beyond the plaintext's length there are only headers and tags.
      self.postMessage({ progress: job.index, bytes: Math.min(loaded, job.len) });
    });
    request.upload.addEventListener("load", () => alive(ANSWER_MILLIS));
    request.addEventListener("loadend", () => {
      end();
      if (signal.aborted) {
        reject(Object.assign(new Error("cancelled"), { name: "Cancelled" }));
      } else if (request.status === 0) {
        resolve(inBetween(tries).then((failure) => failure ?? judged(0, "", null, tries)));
      } else {
        const { status, responseURL } = request;
        const isMoved = new URL(job.url, location.origin).href !== responseURL;
        const isOk = status >= 200 && status < 300 && isStored(request.responseText);
        if (isOk && !isMoved) return resolve(undefined);
        const retryAfter = request.getResponseHeader("retry-after");
        resolve(refusal(isMoved ? 0 : status, request.responseText, retryAfter, tries, sealed.byteLength));
      }
    });
    signal.addEventListener("abort", cancel);
    request.open("PUT", job.url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("content-digest", digestHeader(digest));
    alive();
    request.send(sealed);
  });
}

/** Whether an answer tells of a part that is stored. @param {string} body */
function isStored(body) {
  try {
    return isPart(JSON.parse(body));
  } catch {
    return false;
  }
}

/**
 * Whether something in between answers: the way to a sign-in page looks like a lost network to an upload, because the policy
 * of the page forbids to follow it.
 *
 * @param {number} tries
 */
async function inBetween(tries) {
  try {
    const signal = AbortSignal.timeout(PROBE_MILLIS);
    const response = await fetch("/api/v1/config", {
      cache: "no-store",
      credentials: "omit",
      redirect: "manual",
      signal,
    });
    return isAnswer(response) ? undefined : await refused(response, tries);
  } catch {
    return undefined;
  }
}

/** Opens a part that was read back. @param {CheckJob} job @param {Uint8Array<ArrayBuffer>} sealed */
async function check(job, sealed) {
  let whole = false;
  try {
    whole = sealed.byteLength === job.sealedLen && digestText(await sha256(sealed)) === job.digest;
    if (whole) key?.open(job.index, sealed);
  } catch {
    whole = false;
  }
  self.postMessage({ checked: job.index, whole });
}
