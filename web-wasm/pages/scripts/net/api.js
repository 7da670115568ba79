// @ts-check
/**
 * Calls of the HTTP API. Whether a failure is worth another try is decided in Rust (`judge`); this sends, waits and
 * tells. For pages and workers; the module must be started before.
 */

import { judge } from "../engine/wasm.js";
import { isGone } from "./answers.js";
import { Cancelled, LONG_MILLIS, wait, within } from "./waiting.js";

/**
 * @typedef {object} Failure what `judge` says
 * @property {string} variant slug of the problem, or `network`, `unavailable`, `server`, `stranger`, `answer` (malformed)
 * @property {string} sentence for people; may be empty
 * @property {boolean} again
 * @property {number} wait_millis
 * @property {import("/api").Gone | null} gone as the problem document has it
 * @property {{ status: number, host: string, bytes: number }} [stranger] answered instead of Subrosa
 */

/** A request that failed for good, or whose failure the caller wants to see at once. */
export class CallError extends Error {
  /** @param {Failure} failure */
  constructor(failure) {
    super(failure.sentence || failure.variant);
    this.name = "CallError";
    this.variant = failure.variant;
    this.failure = failure;
  }
}

/**
 * @typedef {object} Call
 * @property {string} method
 * @property {string} path below `/api/v1`
 * @property {string} [origin] of another server, that keeps the passwords; without it, this one is called
 * @property {Record<string, string>} [headers] proofs
 * @property {string} [json] body
 * @property {Uint8Array<ArrayBuffer>} [bytes] body
 * @property {AbortSignal} signal
 * @property {number} [triesMax] give up after so many tries, whatever the failure
 * @property {(failure: Failure) => void} [onWait] told before each wait; without it, the call fails rather than wait long
 */

const BASE = "/api/v1";
/** A call without an answer for so long has failed. Bodies here are small; parts have their own clock. */
const TIMEOUT_MILLIS = 60_000;
/** What is added for each byte of a body: manifests of large shares take long on slow lines (10 kB/s). */
const TIMEOUT_MILLIS_PER_BYTE = 0.1;
/** A body that is not whole after so long never will be: its connection hangs. */
const BODY_MILLIS = 10 * 60_000;

/**
 * Makes a call, again and again while that makes sense.
 *
 * @param {Call} call
 * @returns {Promise<Response>} one that is ok
 */
async function send(call) {
  let untold = 0;
  for (let tries = 1; ; tries += 1) {
    const outcome = await attempt(call, tries);
    if (outcome instanceof Response) return outcome;
    if (!outcome.again || tries >= (call.triesMax ?? Infinity)) throw new CallError(outcome);
    // Nobody looks at a page that waits for long and does not say so.
    if (!call.onWait && (untold += outcome.wait_millis) > LONG_MILLIS) throw new CallError(outcome);
    call.onWait?.(outcome);
    await wait(outcome.wait_millis, call.signal);
  }
}

/**
 * What the JSON of an answer holds. Nobody calls without saying what it has to be: others answer with 200, too.
 *
 * @template T
 * @param {Call} call
 * @param {import("./answers.js").Check<T>} check
 * @returns {Promise<T>}
 */
export const sendForJson = async (call, check) => read(await readAnswer(call, (response) => response.text()), check);

/**
 * The same as text, for a key worker.
 *
 * @template T
 * @param {Call} call
 * @param {import("./answers.js").Check<T>} check
 * @returns {Promise<string>}
 */
export async function sendForText(call, check) {
  const body = await readAnswer(call, (response) => response.text());
  read(body, check);
  return body;
}

/** Where the answer is 204. @param {Call} call */
export async function sendForNothing(call) {
  const { status } = await send(call);
  if (status !== 204) throw notUnderstood();
}

const notUnderstood = () =>
  new CallError({ variant: "answer", sentence: "", again: false, wait_millis: 0, gone: null });

/**
 * What an answer holds, as it has to be; anything else is a failed call.
 *
 * @template T
 * @param {string} body
 * @param {import("./answers.js").Check<T>} check
 * @returns {T}
 */
export function read(body, check) {
  try {
    const value = JSON.parse(body);
    if (check(value)) return value;
  } catch {
    // Not even JSON.
  }
  throw notUnderstood();
}

/** Whether a failure says nothing of what was asked for: it is not the server's own, or not as it must be. @param {Failure} failure */
export const isUnclear = ({ variant }) => ["server", "stranger", "answer"].includes(variant);

/** What is sealed, whole. @param {Call} call */
export const sendForBytes = async (call) => (await sendForTagged(call)).bytes;

/** The same, with its tag. @param {Call} call @returns {Promise<{ bytes: Uint8Array<ArrayBuffer>, tag: string }>} */
export async function sendForTagged(call) {
  const { isOfServer, ...answer } = await readAnswer(call, async (response) => ({
    isOfServer: isSealed(response),
    tag: response.headers.get("etag") ?? "",
    bytes: new Uint8Array(await response.arrayBuffer()),
  }));
  if (!isOfServer) throw notUnderstood();
  return answer;
}

/** What is sealed, as it comes. @param {Call} call @returns {Promise<Response>} */
export async function sendForStream(call) {
  const response = await send(call);
  if (!isSealed(response)) throw notUnderstood();
  return response;
}

/**
 * Reads the body too: it can break off like everything else, and then the whole call is made again.
 *
 * @template T
 * @param {Call} call
 * @param {(response: Response) => Promise<T>} read
 * @returns {Promise<T>}
 */
async function readAnswer(call, read) {
  for (let tries = 1; ; tries += 1) {
    const response = await send(call);
    try {
      return await within(BODY_MILLIS, read(response));
    } catch {
      if (call.signal.aborted) throw new Cancelled();
      const failure = judged(0, "", null, tries);
      if (tries >= (call.triesMax ?? Infinity)) throw new CallError(failure);
      call.onWait?.(failure);
      await wait(failure.wait_millis, call.signal);
    }
  }
}

/**
 * @param {Call} call
 * @param {number} tries
 * @returns {Promise<Response | Failure>}
 */
async function attempt(call, tries) {
  /** @type {Record<string, string>} */
  const headers = { ...call.headers };
  if (call.json !== undefined) headers["content-type"] = "application/json";
  if (call.bytes) {
    headers["content-type"] = "application/octet-stream";
    headers["content-digest"] = digestHeader(await sha256(call.bytes));
  }
  const clock = new AbortController();
  const cancel = () => clock.abort();
  const timer = setTimeout(cancel, TIMEOUT_MILLIS + TIMEOUT_MILLIS_PER_BYTE * (call.bytes?.byteLength ?? 0));
  call.signal.addEventListener("abort", cancel);
  try {
    if (call.signal.aborted) throw new Cancelled();
    const response = await fetch((call.origin ?? "") + BASE + call.path, {
      method: call.method,
      headers,
      body: call.bytes ?? call.json,
      cache: "no-store",
      credentials: "omit",
      // A sign-in page is not followed, but told.
      redirect: "manual",
      referrerPolicy: "no-referrer",
      signal: clock.signal,
    });
    return isAnswer(response) ? response : await refused(response, tries, call);
  } catch {
    if (call.signal.aborted) throw new Cancelled();
    return judged(0, "", null, tries);
  } finally {
    clearTimeout(timer);
    call.signal.removeEventListener("abort", cancel);
  }
}

/** Whether Subrosa answers with this media type: never with a page. @param {string | null} type */
const isOurs = (type) => /^(?:application\/(?:json|octet-stream)\b|$)/iu.test(type ?? "");

/** @param {Response} response */
export const isAnswer = (response) => response.ok && isOurs(response.headers.get("content-type"));

/** Whether what is sealed comes. @param {Response} response */
export const isSealed = (response) =>
  response.ok && /^application\/octet-stream\b/iu.test(response.headers.get("content-type") ?? "");

/** @param {Response} response @param {number} tries @param {Pick<Call, "origin" | "bytes">} [call] */
export async function refused(response, tries, { origin, bytes } = {}) {
  const { ok, status, headers } = response;
  const body = ok ? "" : await response.text();
  return refusal(status, body, headers.get("retry-after"), tries, bytes?.byteLength, origin);
}

/**
 * A refusal of Subrosa's, or what something in between answered. Status 0: the way elsewhere.
 *
 * @param {number} status
 * @param {string} body
 * @param {string | null} retryAfter
 * @param {number} tries
 * @param {number} [bytes] that were sent
 * @param {string} [origin]
 * @returns {Failure}
 */
export function refusal(status, body, retryAfter, tries, bytes = 0, origin = location.origin) {
  // Where nothing failed, another try gets the same.
  const failure = judged(status < 400 ? 403 : status, body, retryAfter, tries);
  if (String(problemOf(body).type).startsWith("urn:subrosa:")) return failure;
  const variant = failure.variant === "server" ? "stranger" : failure.variant;
  return { ...failure, variant, stranger: { status, host: new URL(origin).host, bytes } };
}

/**
 * @param {number} status 0: no answer
 * @param {string} body
 * @param {string | null} retryAfter the header
 * @param {number} tries
 * @returns {Failure}
 */
export function judged(status, body, retryAfter, tries) {
  const { type, detail, retry_after_millis, gone = null } = problemOf(body);
  const asked = retry_after_millis ?? Number(retryAfter || NaN) * 1000;
  const millis = Number.isFinite(asked) ? asked : undefined;
  const failure = { ...JSON.parse(judge(status, textOf(type), textOf(detail), millis, tries, Math.random())), gone };
  // Nothing is believed to have ended by half an answer.
  return gone === null || isGone(gone) ? failure : { ...failure, variant: "answer", sentence: "", gone: null };
}

/** @param {unknown} value */
const textOf = (value) => (typeof value === "string" ? value : "");

/**
 * The problem document in a body; nothing if it is none.
 *
 * @param {string} body
 * @returns {Partial<import("/api").Problem>}
 */
function problemOf(body) {
  try {
    return JSON.parse(body.slice(0, 16_384)) ?? {};
  } catch {
    return {};
  }
}

/** SHA-256 at the platform's speed. @param {Uint8Array<ArrayBuffer>} bytes */
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** The header `Content-Digest` (RFC 9530). @param {Uint8Array} digest */
export const digestHeader = (digest) => `sha-256=:${btoa(String.fromCharCode(...digest))}:`;

/** Digest as the manifest writes it: base64url without padding. @param {Uint8Array} digest */
export const digestText = (digest) =>
  btoa(String.fromCharCode(...digest))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
