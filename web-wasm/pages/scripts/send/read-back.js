// @ts-check
/** What is stored is fetched back, as its owner, and opened: the manifest, and some parts. Only then a link is made. */

import { digestText, judged, sendForBytes, sendForStream } from "../net/api.js";
import { Cancelled, unlessCancelled, wait, within } from "../net/waiting.js";

/** @typedef {import("../net/api.js").Call} Call */

/** How many parts are read back, besides the manifest. */
const SAMPLE = 3;
/** A part of which no byte came for so long never comes: its connection hangs. */
const STALL_MILLIS = 30_000;

/**
 * Rejects if something is not what was sealed.
 *
 * @param {object} share
 * @param {(below: string) => Call} share.call that fetches what lies below the content
 * @param {import("./part-sealers.js").SealedPart[]} share.parts
 * @param {import("./part-sealers.js").PartSealers} share.sealers
 * @param {import("../workers/key-worker.js").SealKeyWorker} share.keyWorker
 * @param {() => void} onBytes told when some came
 */
export async function readBack({ call, parts, sealers, keyWorker }, onBytes) {
  const manifest = await sendForBytes(call("/manifest"));
  onBytes();
  await keyWorker.ask("checkManifest", manifest);
  for (const index of sample(parts.length)) {
    const { sealedLen, digest } = parts[index];
    const asked = call(`/parts/${index}`);
    const sealed = await fetchPart(asked, sealedLen, onBytes);
    const check = sealers.check({ index, sealedLen, digest: digestText(digest) }, sealed);
    const isWhole = await unlessCancelled(asked.signal, check);
    if (!isWhole) throw Object.assign(new Error("a part was read back with other bytes"), { variant: "read-back" });
  }
}

/** First, last, and one in between. @param {number} count */
function sample(count) {
  const chosen = new Set([0, count - 1]);
  while (chosen.size < Math.min(SAMPLE, count)) chosen.add(Math.floor(Math.random() * count));
  return chosen;
}

/**
 * Fetches a part. What came before a connection broke is kept, and the next call asks for the rest.
 *
 * @param {Call} call
 * @param {number} len of the part in bytes; what comes beyond is cut off
 * @param {() => void} onBytes told when some came
 */
async function fetchPart(call, len, onBytes) {
  const part = new Uint8Array(len);
  let got = 0;
  for (let tries = 1; ; tries += 1) {
    const before = got;
    const headers = got > 0 ? { ...call.headers, range: `bytes=${got}-` } : call.headers;
    const response = await sendForStream({ ...call, headers });
    // Whoever ignores the range sends it all.
    if (response.status !== 206) got = 0;
    const reader = response.body?.getReader();
    try {
      for (;;) {
        const { done, value } = await within(STALL_MILLIS, reader?.read() ?? Promise.reject());
        if (call.signal.aborted || done) break;
        part.set(value.subarray(0, len - got), got);
        got = Math.min(len, got + value.byteLength);
        onBytes();
      }
    } catch {
      // It broke: the rest is asked for below.
    } finally {
      reader?.cancel().catch(() => {});
    }
    if (call.signal.aborted) throw new Cancelled();
    if (got === len) return part;
    // Whoever gets on is not failing: patience begins anew.
    if (got > before) tries = 1;
    const failure = judged(0, "", null, tries);
    call.onWait?.(failure);
    await wait(failure.wait_millis, call.signal);
  }
}
