// @ts-check
/**
 * The service worker that lets the browser's own download manager save what the page opens. Its scope is `/dl/`: no
 * page lies there. It caches nothing and answers only navigations to a random name that a page announced just before.
 *
 * The page pushes, but only what was pulled: the worker asks for a chunk when the disk has taken the one before.
 *
 * page to worker, by `postMessage`: `{ save: name, fileName, size }` with a port; `{ ping: name }` so that the worker
 * is kept alive, answered with `{ lost: name }` if it was not: then it came back without its streams.
 * over the port, page: `{ chunk }`, `{ end: true }`, `{ error: true }`; worker: `{ ready }`, `{ started }`, `{ pull }`,
 * `{ closed }`, `{ cancelled }`.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** @typedef {{ port: MessagePort, fileName: string, size: number | null }} Announced */

/** @type {Map<string, Announced>} */
const announced = new Map();
/** Saves that this worker knows. @type {Set<string>} */
const running = new Set();
/** Firefox waits for ever at the end of answers that say a length of 2 GiB or more. */
const LENGTH_TOLD_MAX = 2 ** 31 - 1;
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

/** RFC 8187, for names in every script. @param {string} name */
function extended(name) {
  return encodeURIComponent(name.toWellFormed?.() ?? name).replace(
    /['()*]/gu,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
