// @ts-check
/**
 * The worker behind `serve.js` for those who receive. It holds the secrets of one link behind handles of the wasm module;
 * what leaves it are proofs for headers, bodies of calls, grants for other workers, what is saved, and fields of a push
 * when they are shown or copied.
 */

import { initSync, kindOf, mediaType, PushReader, Recipient, textEncoding, visibleText } from "/wasm/open.js";

import { Pipe } from "./pipe.js";
import { serve } from "./serve.js";

/** @type {Recipient | undefined} */
let recipient;
/** @type {PushReader | undefined} */
let pushReader;
/** @type {import("/wasm/open.js").ZipStream | undefined} */
let zip;
/** The folder that the archive is of; everything if there is none. @type {number | undefined} */
let zipFolder;
/** @type {Pipe | undefined} */
let pipe;
/** @type {import("./store.js").Store | undefined} */
let store;

function theRecipient() {
  if (!recipient) throw new Error("nothing is received");
  return recipient;
}

function thePushReader() {
  if (!pushReader) throw new Error("nothing is revealed");
  return pushReader;
}

/** @param {Uint8Array} content */
function zipped(content) {
  if (!zip) throw new Error("no archive is written");
  return /** @type {Uint8Array<ArrayBuffer>} */ (zip.push(content));
}

function zippedEnd() {
  if (!zip) throw new Error("no archive is written");
  const last = zip;
  zip = undefined;
  return /** @type {Uint8Array<ArrayBuffer>} */ (last.finish());
}

/**
 * Takes an answer of the server apart.
 *
 * @param {string} body
 * @returns {Record<string, unknown>}
 */
function read(body) {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    throw Object.assign(new Error("the server's answer is malformed"), { variant: "answer" });
  }
}

function thePipe() {
  if (!pipe) throw new Error("nothing is saved");
  return pipe;
}

function theStore() {
  if (!store) throw new Error("nothing is stored");
  return store;
}

const calls = {
  /** What the link in a text opens; empty if nobody knows. @param {string} text */
  kindOf: (text) => /** @type {import("/pages").LinkKind | ""} */ (kindOf(text)),

  // Receiving.

  /** Finds the link in a text. @param {string} text */
  takeLink(text) {
    const found = new Recipient(text);
    recipient?.free();
    recipient = found;
    return { linkId: found.linkId(), linkProof: found.linkProof(), token: found.token() };
  },
  /**
   * Derives what the password gives; this is what takes time.
   *
   * @param {string} password
   * @param {string | undefined} storedDevice
   */
  unlock(password, storedDevice) {
    const holder = theRecipient();
    holder.unlock(password);
    const deviceSecret = holder.identify(storedDevice);
    return { openProof: holder.openProof(), deviceProof: holder.deviceProof() ?? "", deviceSecret };
  },
  /** @param {string} body */
  opened(body) {
    const { share, view_wrap } = read(body);
    theRecipient().opened(String(share), String(view_wrap));
  },
  /** @param {Uint8Array} sealed */
  readManifest: (sealed) => theRecipient().readManifest(sealed),
  /** @param {string | undefined} kept */
  holdLease: (kept) => ({
    secret: theRecipient().holdLease(kept),
    proof: theRecipient().leaseProof(),
    id: theRecipient().leaseId(),
  }),
  leaseBody: () => theRecipient().requestLease(),
  /** @param {string} body */
  granted: (body) => theRecipient().granted(String(read(body).content_wrap)),
  /**
   * What to fetch for an entry, for a folder, or for everything.
   *
   * @param {number | undefined} entry
   * @param {number | undefined} folder
   */
  savePlan(entry, folder) {
    zipFolder = folder;
    return theRecipient().savePlan(entry, folder);
  },
  /** @param {number} entry */
  previewPlan: (entry) => theRecipient().previewPlan(entry),
  /** @param {number} entry @param {number} at */
  block: (entry, at) => theRecipient().block(entry, at),
  /** @param {string} kind @param {Uint8Array} bytes */
  mediaType: (kind, bytes) => mediaType(kind, bytes),
  /** @param {Uint8Array} bytes @param {boolean} isCut */
  textEncoding: (bytes, isCut) => textEncoding(bytes, isCut),
  /** @param {string} text */
  visibleText: (text) => visibleText(text),
  /** @param {string} text @param {number} atMost */
  find: (text, atMost) => theRecipient().find(text, atMost),
  finishBody: () => theRecipient().finishLease(),

  // Revealing.

  /** Finds the link of a push in a text. @param {string} text */
  takePush(text) {
    const found = new PushReader(text);
    pushReader?.free();
    pushReader = found;
    return { linkId: found.linkId(), linkProof: found.linkProof(), token: found.token() };
  },
  /** What the push says of itself; nothing when it is gone. @param {string} body */
  pushLooked(body) {
    const { face } = read(body);
    return face === null ? "null" : thePushReader().looked(String(face));
  },
  /**
   * Derives what the passphrase gives; this is what takes time.
   *
   * @param {string} passphrase
   * @param {string | undefined} storedDevice
   */
  pushUnlock(passphrase, storedDevice) {
    const holder = thePushReader();
    holder.unlock(passphrase);
    const deviceSecret = holder.identify(storedDevice);
    return { openProof: holder.openProof(), deviceProof: holder.deviceProof() ?? "", deviceSecret };
  },
  /** @param {string | undefined} kept */
  pushHoldLease: (kept) => ({
    secret: thePushReader().holdLease(kept),
    proof: thePushReader().leaseProof(),
    id: thePushReader().leaseId(),
  }),
  pushLeaseBody: () => thePushReader().requestLease(),
  /** @param {string} body */
  pushRevealed(body) {
    const { lease, payload } = read(body);
    return thePushReader().revealed(String(lease), String(payload));
  },
  /** What stands in a field, to be shown or copied. @param {string} name */
  pushField: (name) => thePushReader().field(name),
  pushFinishBody: () => thePushReader().finishLease(),
  /** Wipes the fields; the lease can still be finished. */
  forgetPush: () => pushReader?.forget(),

  // Saving.

  /** Resolves after that time, whether anybody looks at the page or not. @param {number} millis */
  later: (millis) => new Promise((resolve) => setTimeout(() => resolve(undefined), millis)),

  /** Begins the archive of what was planned last. */
  beginZip() {
    zip?.free();
    zip = theRecipient().archive(zipFolder);
  },
  pushZip: zipped,
  finishZip: zippedEnd,

  /** Takes one end of the way to the service worker. @param {MessagePort} port */
  openPipe(port) {
    pipe = new Pipe(port);
    return pipe.hears("ready");
  },
  pipeStarted: () => thePipe().hears("started"),
  /** Hands content on, resolves when it was wanted. @param {Uint8Array<ArrayBuffer>} content @param {boolean} isArchive */
  pipe: (content, isArchive) => thePipe().write(isArchive ? zipped(content) : content),
  /** @param {boolean} isArchive */
  async closePipe(isArchive) {
    if (isArchive) await thePipe().write(zippedEnd());
    await thePipe().close();
  },
  abortPipe: () => pipe?.abort(),
  losePipe: () => pipe?.lose(),

  /** Begins a file in the browser's storage. @param {string} name */
  async openStore(name) {
    // Few browsers need it.
    const { Store } = await import("./store.js");
    store = await Store.create(name);
  },
  /** @param {Uint8Array<ArrayBuffer>} content @param {boolean} isArchive */
  store: (content, isArchive) => theStore().write(isArchive ? zipped(content) : content),
  /** @param {boolean} isArchive */
  async closeStore(isArchive) {
    if (isArchive) theStore().write(zippedEnd());
    const file = await theStore().close();
    store = undefined;
    return file;
  },
  /** Removes a file that is not whole. */
  async dropStore() {
    const half = store;
    store = undefined;
    await half?.remove();
  },
};

/** @typedef {typeof calls} Calls */

serve(calls, initSync);
