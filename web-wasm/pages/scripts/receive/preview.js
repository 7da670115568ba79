// @ts-check
/**
 * A look at a file: its bytes are opened here, judged in Rust, and shown in a document of our server that has an
 * origin of its own and reaches nothing. Markup is text there, and a drawing is a picture. Long sounds and films are
 * played while they are fetched; `player.js` does that.
 */

import { preview as texts } from "../i18n/texts.js";
import { sizeText } from "../i18n/wording.js";
import { Cancelled, onDemand, unlessCancelled } from "../net/waiting.js";
import { element, setText } from "../ui/views.js";
import { isPlayed } from "./in-app-browser.js";
import { BLOB_BYTES_MAX } from "./saver.js";

/**
 * @typedef {{ kind: "text" | "image" | "audio" | "video" | "pdf", len: number, isCut: boolean,
 * pieces: import("./part-openers.js").Piece[] }} PreviewPlan
 *
 * @typedef {object} Look
 * @property {number} entry
 * @property {PreviewPlan} plan
 * @property {string} name
 * @property {number} size bytes of the whole file
 * @property {import("./part-openers.js").PartOpeners} openers
 * @property {import("../workers/key-worker.js").OpenKeyWorker} keyWorker
 * @property {(index: number) => string} urlOf
 * @property {(bytes: number) => boolean} spend notes bytes that are about to be fetched; false if a look may not
 * @property {(error: unknown) => void} onFailed after it was shown
 * @property {AbortSignal} signal
 */

/** Sounds and films up to this size, a part's, are held whole: in bytes. */
const WHOLE_BYTES_MAX = 8 * 1024 * 1024;

/** A document that has not come within this time does not come. */
const COME_MILLIS = 10_000;
/** A picture that is not decoded, or a film that has not begun, within this time is not shown. */
const SHOW_MILLIS = 30_000;

/** That this browser does not show it. */
class NotShown extends Error {
  variant = "not-shown";
}

/** That the pages of a document cannot be drawn. */
class NotDrawn extends Error {
  variant = "not-drawn";
}

/** That a file whose name is one of a text holds something else. */
class NoText extends Error {
  variant = "no-text";
}

/** What could be played only by pieces, and cannot. */
class TooLarge extends Error {
  variant = "too-large";
}

/** @type {HTMLIFrameElement | undefined} */
let frame;
/** Ends what is played. @type {(() => void) | undefined} */
let stopPlaying;
/**
 * What was shown last: to show it again costs nothing. Of a text that is not Unicode, the bytes stay.
 *
 * @type {{ plan: string, content: Record<string, unknown>, foreign?: Foreign }}
 */
let last = { plan: "", content: {} };
/** @typedef {{ bytes: Uint8Array<ArrayBuffer>, label: string }} Foreign */
/** What guesses encodings, once it was needed. @type {typeof import("./encodings.js") | undefined} */
let encodings;

/**
 * Fetches what is needed, and shows it.
 *
 * @param {Look} what
 * @param {import("./download.js").DownloadListener} listener
 */
export async function openPreview(what, listener) {
  const { plan, name, size, signal } = what;
  const { kind, len, isCut } = plan;
  const label = texts.frame(name);
  if (isPlayed(kind) && size > WHOLE_BYTES_MAX && (await played(what, label, listener))) {
    setText("preview-lead", texts.streamed(sizeText(size)));
    return;
  }
  const key = JSON.stringify([plan, name]);
  if (last.plan !== key) {
    const { lang } = document.documentElement;
    const { foreign, ...content } = await fetched(what, listener);
    last = { plan: key, content: { ...content, label, lang }, foreign };
  }
  const { shown, port } = await showInFrame(kind, label, last.content, signal);
  if (kind === "pdf") (await onDemand(import("./pages.js"))).followPages(shown, port, size);
  else setText("preview-lead", isCut ? texts.cut(sizeText(len), sizeText(size)) : texts.whole(sizeText(size)));
  if (last.foreign) offer(what, label, last.foreign);
}

/** Offers other encodings for a text, and shows it again in the one that is chosen. @param {Look} what @param {string} label @param {Foreign} foreign */
function offer({ plan: { kind, isCut }, keyWorker, signal, onFailed }, label, foreign) {
  encodings?.offerEncodings(foreign.label, (chosen) => {
    const text = encodings?.decoded(foreign.bytes, chosen, isCut) ?? "";
    const again = async () => {
      last.content.text = await keyWorker.ask("visibleText", text);
      foreign.label = chosen;
      await showInFrame(kind, label, last.content, signal, false);
    };
    again().catch(onFailed);
  });
}

/**
 * Plays it while it is fetched.
 *
 * @param {Look} what
 * @param {string} label
 * @param {import("./download.js").DownloadListener} listener
 * @returns {Promise<boolean>} whether this browser can; if it cannot, it may be held whole
 */
async function played(what, label, listener) {
  const { NoPlayer, openPlayer } = await onDemand(import("./player.js"));
  closePreview();
  try {
    stopPlaying = await unlessCancelled(what.signal, openPlayer(what, label, listener));
    return true;
  } catch (error) {
    if (!(error instanceof NoPlayer)) throw error;
    if (what.size > BLOB_BYTES_MAX) throw new TooLarge();
    return false;
  }
}

/**
 * What the document is handed: a text without anything hidden in it, or a picture, sound or film of a type that its bytes
 * have.
 *
 * @param {Look} what
 * @param {import("./download.js").DownloadListener} listener
 * @returns {Promise<{ text?: string, kind?: string, blob?: Blob, bytes?: Uint8Array, foreign?: Foreign }>}
 */
async function fetched({ plan: { kind, len, isCut, pieces }, openers, keyWorker, urlOf, signal }, listener) {
  /** @type {Blob[]} */
  const blobs = [];
  let got = 0;
  let type = "";
  const progress = { onWait: listener.onWait, onProgress: () => {} };
  listener.onProgress(0, len);
  for await (const bytes of openers.stream(pieces, urlOf, signal, progress)) {
    // Sounds and films say at once what they are; the rest of what is something else need not be fetched.
    if (type === "" && isPlayed(kind)) type = await keyWorker.ask("mediaType", kind, bytes);
    got += bytes.byteLength;
    // As a blob it can leave the page's memory.
    blobs.push(new Blob([bytes]));
    listener.onProgress(got, len);
  }
  signal.throwIfAborted();
  if (kind === "text" || kind === "image" || kind === "pdf") {
    const bytes = new Uint8Array(await new Blob(blobs).arrayBuffer());
    if (kind === "text") return readText(bytes, isCut, keyWorker);
    type = await keyWorker.ask("mediaType", kind, bytes);
    if (kind === "pdf") {
      const drawing = import("./pages.js").then(({ drawing }) => drawing(signal));
      return { kind, bytes, ...(await onDemand(drawing)) };
    }
  }
  return { kind, blob: new Blob(blobs, { type }) };
}

/**
 * A text without anything hidden in it. What is not Unicode is read as what it probably is.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {boolean} isCut
 * @param {import("../workers/key-worker.js").OpenKeyWorker} keyWorker
 * @returns {Promise<{ text: string, foreign?: Foreign }>}
 */
async function readText(bytes, isCut, keyWorker) {
  const known = await keyWorker.ask("textEncoding", bytes, isCut).catch((/** @type {any} */ error) => {
    throw error?.variant === "other-content" ? new NoText() : error;
  });
  encodings = known === "" ? await onDemand(import("./encodings.js")) : undefined;
  const label = known || (encodings?.guessed(bytes, isCut) ?? "utf-8");
  const text = await keyWorker.ask("visibleText", new TextDecoder(label).decode(bytes, { stream: isCut }));
  return encodings ? { text, foreign: { bytes, label } } : { text };
}

/** What was shown is gone. */
export function closePreview() {
  encodings?.withdrawEncodings();
  stopPlaying?.();
  stopPlaying = undefined;
  frame?.remove();
  frame = undefined;
  setText("preview-place", "");
}

/** The sentence for what is not shown; empty if it is another kind of failure. @param {unknown} error */
export function notShown(error) {
  switch (/** @type {{ variant?: string } | undefined} */ (error)?.variant) {
    case "other-content":
      return texts.otherContent;
    case "no-text":
      return texts.noText;
    case "too-large":
      return texts.tooLarge;
    case "look-spent":
      return texts.lookSpent;
    case "not-shown":
      return texts.notShown;
    case "not-drawn":
      return texts.notDrawn;
    default:
      return "";
  }
}

/**
 * @param {string} kind
 * @param {string} title
 * @param {Record<string, unknown>} content
 * @param {AbortSignal} signal
 * @param {boolean} [isFirst] whether what was shown before goes with all that belongs to it
 * @returns {Promise<{ shown: any, port: MessagePort }>} when it is seen: what the document said, and the way to it
 */
function showInFrame(kind, title, content, signal, isFirst = true) {
  if (isFirst) closePreview();
  const opened = document.createElement("iframe");
  frame = opened;
  opened.className = "preview-frame";
  opened.dataset.kind = kind;
  opened.title = title;
  // Without `allow-same-origin`: an origin that nothing else has. The document's own policy says the same.
  opened.sandbox.add("allow-scripts");
  opened.src = "/preview";
  // The document that shows the file stands in a frame of its own in there.
  const inner = () => opened.contentWindow?.[0];
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => end(new NotShown("it did not come")), COME_MILLIS);
    const cancel = () => end(new Cancelled());
    /** @param {Error | undefined} error @param {{ shown: any, port: MessagePort }} [seen] */
    const end = (error, seen) => {
      clearTimeout(timer);
      removeEventListener("message", ready);
      signal.removeEventListener("abort", cancel);
      if (seen) return resolve(seen);
      opened.remove();
      reject(error);
    };
    /** @param {MessageEvent} event */
    const ready = ({ source, origin }) => {
      if (!source || source !== inner() || origin !== "null") return;
      removeEventListener("message", ready);
      clearTimeout(timer);
      timer = setTimeout(() => end(new NotShown("it takes too long")), SHOW_MILLIS);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => {
        // Whatever follows is for who shows it.
        port1.onmessage = null;
        if (data?.shown === true) end(undefined, { shown: data, port: port1 });
        else end(kind === "pdf" ? new NotDrawn("it cannot be drawn") : new NotShown("it does not decode"));
      };
      // Nobody else can be in there: a frame without an origin cannot be named by one.
      inner()?.postMessage(content, "*", [port2]);
    };
    addEventListener("message", ready);
    signal.addEventListener("abort", cancel);
    element("preview-stage", HTMLElement).replaceChildren(opened);
  });
}
