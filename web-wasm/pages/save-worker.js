// @ts-check
/**
 * The service worker that lets the browser's own download manager save what the page opens, and its player play it. Its
 * scope is `/dl/`: no page lies there. It caches nothing and answers only navigations to a random name that a page
 * announced just before, and what a page plays.
 *
 * The page pushes, but only what was pulled: the worker asks for a chunk when the disk has taken the one before.
 *
 * page to worker, by `postMessage`: `{ save: name, fileName, size }` with a port; `{ ping: name }` so that the worker
 * is kept alive, answered with `{ lost: name }` if it was not: then it came back without its streams.
 * over the port, page: `{ chunk }`, `{ end: true }`, `{ error: true }`; worker: `{ ready }`, `{ started }`, `{ pull }`,
 * `{ closed }`, `{ cancelled }`.
 *
 * Playing: a page puts a frame with `/dl/player`, which is empty, around an element that plays `/dl/play/` and a name. For
 * every stretch that the element wants, the worker asks all pages, `{ play: name, from, isRange }` with a port, and the one
 * that gave the name answers over it: `{ bytes, type, size, toEnd }`, or nothing at all. So the worker holds nothing, and may
 * be ended between two answers.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** @typedef {{ port: MessagePort, fileName: string, size: number | null }} Announced */

/** @type {Map<string, Announced>} */
const announced = new Map();
/** Saves that this worker knows. @type {Set<string>} */
const running = new Set();
/** Firefox waits for ever at the end of answers that say a length of 2 GiB or more. */
const LENGTH_TOLD_MAX = 2 ** 31 - 1;
const PLAYED = "/dl/play/";
/** What an element that plays may be handed: none of these can run a script. */
const PLAYABLE = /^(?:audio|video)\/(?:flac|mp4|mpeg|ogg|wav|webm)$/u;
/** A save that nobody fetches is forgotten. */
const FORGET_MILLIS = 60_000;

worker.addEventListener("install", () => void worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("message", ({ data, ports, source }) => {
  if (typeof data?.ping === "string" && !running.has(data.ping)) source?.postMessage({ lost: data.ping });
  if (typeof data?.save !== "string" || ports.length !== 1) return;
  const [port] = ports;
  running.add(data.save);
  announced.set(data.save, {
    port,
    fileName: String(data.fileName),
    size: typeof data.size === "number" ? data.size : null,
  });
  setTimeout(() => announced.delete(data.save), FORGET_MILLIS);
  port.postMessage({ ready: true });
});

worker.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== worker.location.origin || !pathname.startsWith("/dl/")) return;
  if (pathname === "/dl/player") return event.respondWith(player());
  if (pathname.startsWith(PLAYED)) return event.respondWith(play(pathname.slice(PLAYED.length), event.request));
  const name = pathname.slice("/dl/".length);
  const save = announced.get(name);
  announced.delete(name);
  event.respondWith(save ? answer(name, save) : new Response(null, { status: 404, headers: guard() }));
});

/** @param {string} name @param {Announced} save */
function answer(name, { port, fileName, size }) {
  const headers = guard();
  headers.set("content-type", "application/octet-stream");
  headers.set("content-disposition", `attachment; filename="download"; filename*=UTF-8''${extended(fileName)}`);
  if (size !== null && size <= LENGTH_TOLD_MAX) headers.set("content-length", String(size));
  port.postMessage({ started: true });
  return new Response(
    streamFrom(port, () => running.delete(name)),
    { headers },
  );
}

/** Whatever an answer is taken for, it can do nothing. */
function guard() {
  return new Headers({
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'self'",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
  });
}

/** @param {MessagePort} port @param {() => void} over @returns {ReadableStream<Uint8Array>} */
function streamFrom(port, over) {
  /** @type {(() => void) | undefined} */
  let pulled;
  return new ReadableStream(
    {
      start(controller) {
        port.onmessage = ({ data }) => {
          if (data.chunk) controller.enqueue(data.chunk);
          if (data.end) {
            controller.close();
            port.postMessage({ closed: true });
          }
          // The browser then knows that the file is not whole.
          if (data.end || data.error) over();
          if (data.error) controller.error(new Error("the download was stopped"));
          pulled?.();
          pulled = undefined;
        };
      },
      pull() {
        port.postMessage({ pull: true });
        return new Promise((resolve) => (pulled = () => resolve(undefined)));
      },
      cancel() {
        over();
        port.postMessage({ cancelled: true });
      },
    },
    { highWaterMark: 1 },
  );
}

/** A document with nothing in it: the page around it puts the element there. No script runs in it. */
function player() {
  const headers = guard();
  headers.set("content-type", "text/html; charset=utf-8");
  headers.set(
    "content-security-policy",
    "default-src 'none'; media-src 'self'; style-src 'self'; form-action 'none'; base-uri 'none'; " +
      "frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
  );
  const style = '<link rel="stylesheet" href="/preview/frame.css">';
  return new Response(`<!doctype html><html data-player><meta charset="utf-8"><title>Subrosa</title>${style}<body>`, {
    headers,
  });
}

/**
 * From where it was asked for: some bytes, what all of it is and how long, and whether the element expects it to the end.
 *
 * @typedef {{ bytes: Uint8Array<ArrayBuffer>, type: string, size: number, toEnd: boolean }} Stretch
 */

/**
 * One stretch from where the element wants it, however much it wants: it asks again. An element that began without a
 * range does not; it gets one stretch after the other.
 *
 * @param {string} name
 * @param {Request} request
 */
async function play(name, request) {
  const headers = guard();
  const range = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.get("range") ?? "");
  const from = range ? Number(range[1]) : 0;
  const first = await stretch(name, from, range !== null);
  if (!first || !PLAYABLE.test(first.type)) return new Response(null, { status: 404, headers });
  const { type, size, toEnd } = first;
  headers.set("content-type", type);
  headers.set("accept-ranges", "bytes");
  if (from >= size) {
    headers.set("content-range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const isStream = toEnd && !range?.[2];
  const bytes = range?.[2] ? first.bytes.subarray(0, Number(range[2]) + 1 - from) : first.bytes;
  const len = isStream ? size - from : bytes.byteLength;
  headers.set("content-length", String(len));
  if (range) headers.set("content-range", `bytes ${from}-${from + len - 1}/${size}`);
  return new Response(isStream ? stretches(name, from, first) : bytes, { status: range ? 206 : 200, headers });
}

/** @param {string} name @param {number} from @param {boolean} isRange @returns {Promise<Stretch | undefined>} */
async function stretch(name, from, isRange) {
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  return new Promise((resolve) => {
    for (const page of pages) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => {
        port1.close();
        resolve(data);
      };
      page.postMessage({ play: name, from, isRange }, [port2]);
    }
    if (pages.length === 0) resolve(undefined);
  });
}

/** All that follows, as fast as it is taken. @param {string} name @param {number} from @param {Stretch} first */
function stretches(name, from, first) {
  /** @type {Stretch | undefined} */
  let next = first;
  let at = from;
  return new ReadableStream(
    {
      async pull(controller) {
        next ??= await stretch(name, at, true);
        if (!next) return controller.error(new Error("nobody plays it any more"));
        controller.enqueue(next.bytes);
        at += next.bytes.byteLength;
        if (at >= next.size) controller.close();
        next = undefined;
      },
    },
    { highWaterMark: 0 },
  );
}

/** RFC 8187, for names in every script. @param {string} name */
function extended(name) {
  return encodeURIComponent(name.toWellFormed?.() ?? name).replace(
    /['()*]/gu,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
