// @ts-check
/**
 * Sounds and films of any size, played while they are fetched. The element that plays stands in an empty document below
 * `/dl/`, where the service worker hands it what it asks for, a block at a time; this page fetches and opens that block. A
 * media element runs no script, whatever it is handed, and it is handed only what is on a list, as what it is.
 *
 * A download may fetch three times its size in all, so blocks do not overlap, some are kept, and looking leaves enough
 * for saving.
 */

import { preview as texts } from "../i18n/texts.js";
import { throwIfCancelled, within } from "../net/waiting.js";
import { element, setText } from "../ui/views.js";
import { activeWorker, randomName } from "./service-worker.js";

/** Blocks that are kept: half a megabyte each. */
const CACHED_MAX = 48;
/** Blocks that are fetched before they are asked for. */
const AHEAD = 2;
/** An empty document, or the length of a film, that is not there within this time does not come. */
const COME_MILLIS = 10_000;
const SHOW_MILLIS = 60_000;
/** Sealed bytes beside the chunks of a block. */
const HEADER_BYTES = 65;

/** @typedef {import("./preview.js").Look} Look */
/** @typedef {{ from: number, to: number, piece: import("./part-openers.js").Piece }} Block */
/** @typedef {{ from: number, to: number, bytes: Promise<Uint8Array<ArrayBuffer>> }} CachedBlock */

/** That this browser has no way to play by pieces. */
export class NoPlayer extends Error {}

/** That looking has fetched as much as it may. */
class LookSpent extends Error {
  variant = "look-spent";
}

/** A file, by blocks. */
class Blocks {
  #look;
  #onWait;
  /** Those that were wanted last stand last. @type {CachedBlock[]} */
  #cached = [];

  /** @param {Look} look @param {import("./download.js").DownloadListener["onWait"]} onWait */
  constructor(look, onWait) {
    this.#look = look;
    this.#onWait = onWait;
  }

  /** From a byte to the end of its block; nothing behind the end of the file. @param {number} at */
  async from(at) {
    const { size } = this.#look;
    if (at >= size) return new Uint8Array();
    const block = await this.#block(at);
    for (let next = block.to, count = 0; next < size && count < AHEAD; count += 1) next = (await this.#block(next)).to;
    return (await block.bytes).slice(at - block.from);
  }

  /** @param {number} at @returns {Promise<CachedBlock>} */
  async #block(at) {
    const { keyWorker, entry, openers, urlOf, spend } = this.#look;
    const isIn = (/** @type {CachedBlock | Block} */ { from, to }) => from <= at && at < to;
    /** @type {Block | undefined} */
    const planned = this.#cached.some(isIn) ? undefined : JSON.parse(await keyWorker.ask("block", entry, at));
    // Somebody else may have asked for it meanwhile.
    let block = this.#cached.find(isIn);
    if (!block) {
      if (!planned?.piece.chunks) throw new Error("no block there");
      const { from, to, piece } = planned;
      const { sealedFrom, sealedTo } = planned.piece.chunks;
      if (!spend(HEADER_BYTES + sealedTo - sealedFrom)) throw new LookSpent("looking has fetched enough");
      const fresh = (block = { from, to, bytes: openers.one(piece, urlOf, this.#onWait) });
      fresh.bytes.catch(() => this.#drop(fresh));
    }
    this.#drop(block);
    this.#cached = [...this.#cached, block].slice(-CACHED_MAX);
    return block;
  }

  /** @param {CachedBlock} block */
  #drop(block) {
    this.#cached = this.#cached.filter((cached) => cached !== block);
  }
}

/**
 * Plays. Resolves when its length is known.
 *
 * @param {Look} look
 * @param {string} label
 * @param {import("./download.js").DownloadListener} listener
 * @returns {Promise<() => void>} ends it
 */
export async function openPlayer(look, label, listener) {
  const { plan, keyWorker, signal } = look;
  const blocks = new Blocks(look, listener.onWait);
  // Before anything is made for it: the first bytes say what it is.
  const type = await keyWorker.ask("mediaType", plan.kind, await blocks.from(0));
  // Whoever went back may look at something else by now.
  throwIfCancelled(signal);
  const { frame, page } = await emptyPage(label, plan.kind, signal);
  const name = randomName();
  let toEnd = false;
  const serve = (/** @type {MessageEvent} */ { data, ports }) => {
    if (data?.play !== name || ports.length !== 1) return;
    // Elements that begin without a range take the end of an answer for the end of the file.
    toEnd ||= !data.isRange;
    blocks.from(data.from).then(
      (bytes) => ports[0].postMessage({ bytes, type, size: look.size, toEnd }, [bytes.buffer]),
      (error) => {
        ports[0].postMessage(undefined);
        if (error instanceof LookSpent) setText("preview-problem", texts.lookSpent);
        else if (error?.variant) look.onFailed(error);
      },
    );
  };
  navigator.serviceWorker.addEventListener("message", serve);
  navigator.serviceWorker.startMessages();
  const end = () => {
    navigator.serviceWorker.removeEventListener("message", serve);
    frame.remove();
  };
  signal.addEventListener("abort", end);
  try {
    await within(SHOW_MILLIS, shown(page, plan.kind, `/dl/play/${name}`, label));
    return end;
  } catch (error) {
    end();
    throw error;
  }
}

/**
 * The frame with a document of the service worker: ours, but with nothing in it, and no script allowed.
 *
 * @param {string} label
 * @param {string} kind
 * @param {AbortSignal} signal
 */
async function emptyPage(label, kind, signal) {
  const frame = document.createElement("iframe");
  try {
    await activeWorker();
    throwIfCancelled(signal);
    frame.className = "preview-frame";
    frame.dataset.kind = kind;
    frame.title = label;
    frame.src = "/dl/player";
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
    element("preview-stage", HTMLElement).replaceChildren(frame);
    await within(COME_MILLIS, loaded);
    throwIfCancelled(signal);
    const page = frame.contentDocument;
    // The server has nothing there.
    if (page?.documentElement.dataset.player === undefined) throw new NoPlayer("no service worker answered");
    page.title = label;
    page.documentElement.lang = document.documentElement.lang;
    return { frame, page };
  } catch (error) {
    frame.remove();
    if (signal.aborted) throw error;
    throw new NoPlayer(String(error));
  }
}

/**
 * @param {Document} page
 * @param {string} kind
 * @param {string} src
 * @param {string} label
 * @returns {Promise<void>}
 */
function shown(page, kind, src, label) {
  const media = page.createElement(kind === "audio" ? "audio" : "video");
  media.controls = true;
  // It is saved by the page, which knows how; other devices cannot fetch it.
  media.setAttribute("controlslist", "nodownload noremoteplayback");
  media.setAttribute("disableremoteplayback", "");
  media.setAttribute("aria-label", label);
  media.preload = "metadata";
  return new Promise((resolve, reject) => {
    media.addEventListener("loadedmetadata", () => resolve(), { once: true });
    media.addEventListener("error", () => {
      reject(Object.assign(new Error("it does not play"), { variant: "not-shown" }));
      takeUp(media, src);
    });
    media.src = src;
    page.body.replaceChildren(media);
  });
}

/** After a failure of the way, it goes on where it was. @param {HTMLMediaElement} media @param {string} src */
function takeUp(media, src) {
  const { currentTime, paused, error } = media;
  if (error?.code !== MediaError.MEDIA_ERR_NETWORK || currentTime === 0 || !media.isConnected) return;
  media.src = src;
  media.currentTime = currentTime;
  if (!paused) void media.play().catch(() => {});
}
