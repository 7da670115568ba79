// @ts-check
/**
 * Where opened bytes go: into the browser's own download manager, through the service worker; or, where there is none,
 * into a blob of bounded size. Both take one chunk at a time and say when they want the next.
 */

import { registerSaver } from "../trusted.js";

/**
 * @typedef {object} Sink
 * @property {(chunk: Uint8Array<ArrayBuffer>) => Promise<void>} write resolves when the next chunk is wanted
 * @property {() => Promise<void>} close
 * @property {() => void} abort the file must not look whole
 */

/** What a page can hold in memory without harm, in bytes. */
export const BLOB_BYTES_MAX = 256 * 1024 * 1024;
/** Workers fall asleep after some 30 seconds without an event. */
const PING_MILLIS = 8_000;
/** A navigation that the service worker does not see within this time has gone elsewhere. */
const START_MILLIS = 10_000;

/** That the browser stopped taking: cancelled there, or its disk is full. */
export class SinkClosed extends Error {
  constructor() {
    super("the browser stopped saving");
    this.name = "SinkClosed";
    this.variant = "browser-cancelled";
  }
}

/** That this browser can save no stream, and the file is too large for its memory. */
export class NoStream extends Error {
  constructor() {
    super("no way to save a stream");
    this.name = "NoStream";
    this.variant = "no-stream";
  }
}

/**
 * @param {string} fileName
 * @param {number | null} size bytes, if they are known
 * @param {number} sizeAtMost bytes that it may become
 * @returns {Promise<Sink>}
 */
export async function openSink(fileName, size, sizeAtMost) {
  try {
    return await serviceWorkerSink(fileName, size);
  } catch {
    // Private windows and in-app browsers often have no service worker.
    if (sizeAtMost > BLOB_BYTES_MAX) throw new NoStream();
    return blobSink(fileName);
  }
}

/** @param {string} fileName @param {number | null} size @returns {Promise<Sink>} */
async function serviceWorkerSink(fileName, size) {
  const worker = await activeWorker();
  const name = randomName();
  const { port1: port, port2 } = new MessageChannel();
  const state = { open: true, closedByBrowser: false };
  /** @type {(() => void)[]} */
  const wakers = [];
  const events = new Set();
  port.onmessage = ({ data }) => {
    for (const event of Object.keys(data)) events.add(event);
    if (data.cancelled) state.closedByBrowser = true;
    for (const wake of wakers.splice(0)) wake();
  };
  /** @param {string} event */
  const happened = async (event) => {
    while (!events.has(event)) {
      if (state.closedByBrowser) throw new SinkClosed();
      if (!state.open) throw new Error("closed");
      await new Promise((resolve) => wakers.push(() => resolve(undefined)));
    }
    events.delete(event);
  };
  worker.postMessage({ save: name, fileName, size }, [port2]);
  await within(START_MILLIS, happened("ready"));
  const frame = document.createElement("iframe");
  frame.className = "saver";
  frame.title = "";
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  frame.src = `/dl/${name}`;
  document.body.append(frame);
  const pings = setInterval(() => worker.postMessage({ ping: name }), PING_MILLIS);
  // The browser may end the worker all the same; the stream is gone with it, and waiting for it would never end.
  const lost = (/** @type {MessageEvent} */ { data }) => {
    if (data?.lost !== name) return;
    state.closedByBrowser = true;
    for (const wake of wakers.splice(0)) wake();
  };
  navigator.serviceWorker.addEventListener("message", lost);
  navigator.serviceWorker.startMessages();
  const end = () => {
    state.open = false;
    clearInterval(pings);
    navigator.serviceWorker.removeEventListener("message", lost);
    for (const wake of wakers.splice(0)) wake();
    // The frame has to outlive the first bytes; the download does not need it afterwards.
    setTimeout(() => frame.remove(), 5_000);
  };
  try {
    await within(START_MILLIS, happened("started"));
  } catch (error) {
    end();
    port.close();
    throw error;
  }
  return {
    async write(chunk) {
      await happened("pull");
      port.postMessage({ chunk }, [chunk.buffer]);
    },
    async close() {
      await happened("pull");
      port.postMessage({ end: true });
      await happened("closed");
      end();
    },
    abort() {
      port.postMessage({ error: true });
      end();
    },
  };
}

/** @returns {Promise<ServiceWorker>} */
async function activeWorker() {
  if (!navigator.serviceWorker) throw new Error("no service workers here");
  const registration = await registerSaver();
  if (registration.active) return registration.active;
  const coming = registration.installing ?? registration.waiting;
  if (!coming) throw new Error("the service worker did not come");
  return within(
    START_MILLIS,
    new Promise((resolve, reject) => {
      const look = () => {
        if (coming.state === "activated") resolve(coming);
        if (coming.state === "redundant") reject(new Error("the service worker was refused"));
      };
      coming.addEventListener("statechange", look);
      look();
    }),
  );
}

/** @param {string} fileName @returns {Sink} */
function blobSink(fileName) {
  /** @type {Blob[]} */
  let pieces = [];
  return {
    async write(chunk) {
      // As a blob it can leave the page's memory.
      pieces.push(new Blob([chunk]));
    },
    async close() {
      const url = URL.createObjectURL(new Blob(pieces, { type: "application/octet-stream" }));
      const link = document.createElement("a");
      link.href = url;
      link.download = fileName;
      link.click();
      pieces = [];
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    },
    abort() {
      pieces = [];
    },
  };
}

function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @template T
 * @param {number} millis
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
function within(millis, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("too late")), millis);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
