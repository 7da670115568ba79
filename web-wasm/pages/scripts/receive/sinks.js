// @ts-check
/**
 * Where opened bytes go: into the browser's own download manager, through the service worker; where there is none, into a
 * file that the person picks; where none can be picked, into the browser's storage and from there; where there is none
 * either, into a blob of bounded size. All take one chunk at a time.
 */

import { Cancelled, within } from "../net/waiting.js";
import { BLOB_BYTES_MAX, fetchOpfsSink } from "./saver.js";
import { activeWorker, randomName } from "./service-worker.js";

/**
 * @typedef {object} Sink
 * @property {(content: Uint8Array<ArrayBuffer>) => Promise<void>} write resolves when it was wanted
 * @property {() => Promise<void>} close
 * @property {() => void} abort the file must not look whole
 * @property {boolean} [isOnDisk] whether it is on the disk, for certain, when it is closed
 */

/** Workers fall asleep after some 30 seconds without an event. */
const PING_MILLIS = 8_000;
/** A navigation that the service worker does not see within this time has gone elsewhere. */
const START_MILLIS = 10_000;

/** That this browser can save no stream, and the file is too large for its memory. */
class NoStream extends Error {
  constructor() {
    super("no way to save a stream");
    this.name = "NoStream";
    this.variant = "no-stream";
  }
}

/**
 * @typedef {object} What
 * @property {string} fileName
 * @property {number | null} size bytes, if they are known
 * @property {number} sizeAtMost bytes of content
 * @property {boolean} isArchive whether content becomes a zip on its way
 * @property {import("../workers/key-worker.js").OpenKeyWorker} keyWorker
 */

/** @param {What} what @returns {Promise<Sink>} */
export async function openSink(what) {
  if (what.isArchive) await what.keyWorker.ask("beginZip");
  // Private windows and in-app browsers often have no service worker, and some have no storage.
  const ways = [
    () => serviceWorkerSink(what),
    async () => (await import("./file-picker-sink.js")).filePickerSink(what),
    async () => (await fetchOpfsSink()).opfsSink({ ...what, saveUrl }),
  ];
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      // The next one may work.
    }
  }
  if (what.sizeAtMost > BLOB_BYTES_MAX) throw new NoStream();
  return blobSink(what);
}

/** @param {What} what @returns {Promise<Sink>} */
async function serviceWorkerSink({ fileName, size, isArchive, keyWorker }) {
  const worker = await activeWorker();
  const name = randomName();
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ save: name, fileName, size }, [port2]);
  await within(START_MILLIS, keyWorker.ask("openPipe", port1));
  const frame = hiddenFrame(`/dl/${name}`);
  const stopPinging = pinging(worker, name, keyWorker);
  // The browser may end the worker all the same; the stream is gone with it, and waiting for it would never end.
  const lost = (/** @type {MessageEvent} */ { data }) => data?.lost === name && void keyWorker.ask("losePipe");
  navigator.serviceWorker.addEventListener("message", lost);
  navigator.serviceWorker.startMessages();
  const end = () => {
    stopPinging();
    navigator.serviceWorker.removeEventListener("message", lost);
    // The frame has to outlive the first bytes; the download does not need it afterwards.
    setTimeout(() => frame.remove(), 5_000);
  };
  try {
    await within(START_MILLIS, keyWorker.ask("pipeStarted"));
  } catch (error) {
    end();
    void keyWorker.ask("abortPipe");
    throw error;
  }
  return {
    write: (content) => keyWorker.ask("pipe", content, isArchive),
    async close() {
      await keyWorker.ask("closePipe", isArchive);
      end();
    },
    abort() {
      void keyWorker.ask("abortPipe");
      end();
    },
  };
}

/**
 * Keeps the service worker awake, also while nothing flows. The key worker counts the time: in a window that nobody sees, browsers
 * let a page's own timers run once a minute.
 *
 * @param {ServiceWorker} worker
 * @param {string} name
 * @param {import("../workers/key-worker.js").OpenKeyWorker} keyWorker
 * @returns {() => void} ends it
 */
function pinging(worker, name, keyWorker) {
  let isOver = false;
  const ping = async () => {
    for (; !isOver; await keyWorker.ask("later", PING_MILLIS)) worker.postMessage({ ping: name });
  };
  void ping();
  return () => (isOver = true);
}

/** A navigation goes through the service worker, a click on a link may not. @param {string} url */
function hiddenFrame(url) {
  const frame = document.createElement("iframe");
  frame.className = "saver";
  frame.title = "";
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  frame.src = url;
  document.body.append(frame);
  return frame;
}

/** @param {What} what @returns {Sink} */
function blobSink({ fileName, isArchive, keyWorker }) {
  /** @type {Blob[]} */
  let pieces = [];
  return {
    async write(content) {
      // As a blob it can leave the page's memory.
      pieces.push(new Blob([isArchive ? await keyWorker.ask("pushZip", content) : content]));
    },
    async close() {
      if (isArchive) pieces.push(new Blob([await keyWorker.ask("finishZip")]));
      const url = URL.createObjectURL(new Blob(pieces, { type: "application/octet-stream" }));
      saveUrl(url, fileName);
      pieces = [];
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    },
    abort() {
      pieces = [];
    },
  };
}

/** Lets the browser save what an address of this page's own stands for. @param {string} url @param {string} fileName */
function saveUrl(url, fileName) {
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
}
