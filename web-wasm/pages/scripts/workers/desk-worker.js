// @ts-check
/**
 * The worker behind `desk.js`. It holds the secrets of one share that is sent and one push that is made, or of one link
 * that is received, behind handles of the wasm module; what leaves it are proofs for headers, bodies of calls, grants for
 * other workers, and fields of a push when they are shown or copied.
 */

import { initSync, mediaType, PushReader, PushSender, Recipient, Sender, visibleText } from "/wasm/subrosa_web.js";

import { Pipe } from "./pipe.js";
import { Store } from "./store.js";

/** @type {Sender | undefined} */
let sender;
/** @type {Recipient | undefined} */
let recipient;
/** @type {PushSender | undefined} */
let pushSender;
/** @type {PushReader | undefined} */
let pushReader;
/** @type {import("/wasm/subrosa_web.js").ZipStream | undefined} */
let zip;
/** The folder that the archive is of; everything if there is none. @type {number | undefined} */
let zipFolder;
/** @type {Pipe | undefined} */
let pipe;
/** @type {Store | undefined} */
let store;

function theSender() {
  if (!sender) throw new Error("nothing is sent");
  return sender;
}

function theRecipient() {
  if (!recipient) throw new Error("nothing is received");
  return recipient;
}

function thePushSender() {
  if (!pushSender) throw new Error("nothing is pushed");
  return pushSender;
}

function thePushReader() {
  if (!pushReader) throw new Error("nothing is revealed");
  return pushReader;
}

/** @param {PushSender} begun */
function ownPush(begun) {
  pushSender?.free();
  pushSender = begun;
  return { linkId: begun.linkId(), ownerProof: begun.ownerProof() };
}

/**
 * What is pushed: `password`, `login`, `note` or `url`. Fields of other kinds are not looked at.
 *
 * @typedef {{ kind: string, from?: string, label?: string, forFiles?: boolean,
 * user?: string, password?: string, note?: string, url?: string }} PushForm
 */

const calls = {
  // Sending.

  /** Draws the secrets of a share. */
  beginShare() {
    sender?.free();
    sender = new Sender();
    return { shareId: sender.shareId(), linkId: sender.linkId(), ownerProof: sender.ownerProof() };
  },
  /** @param {number} expiresInSecs @param {number} partBytes */
  createBody: (expiresInSecs, partBytes) => theSender().create(expiresInSecs, partBytes),
  sealGrant: () => theSender().grant(),
  /** @param {string} password */
  lock: (password) => theSender().lock(password),
  /**
   * @param {{ entries: string, note: string, partBytes: number, sealedLens: Float64Array, digests: Uint8Array,
   * commitments: Uint8Array }} share
   */
  sealManifest: ({ entries, note, partBytes, sealedLens, digests, commitments }) =>
    /** @type {Uint8Array<ArrayBuffer>} */ (
      theSender().sealManifest(entries, note, partBytes, sealedLens, digests, commitments)
    ),
  completeBody: () => theSender().complete(),
  /** @param {number} downloadsMax */
  linkBody: (downloadsMax) => theSender().putLink(downloadsMax),
  ownerNote: () => /** @type {Uint8Array<ArrayBuffer>} */ (theSender().ownerNote()),
  /** @param {Uint8Array} sealed */
  checkManifest: (sealed) => theSender().checkManifest(sealed),
  sendToken: () => theSender().token(),
  /** @param {string} status */
  confirmed: (status) => theSender().confirmed(status),

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
   * @param {string | undefined} keptDevice
   */
  unlock(password, keptDevice) {
    const holder = theRecipient();
    holder.unlock(password);
    const deviceSecret = holder.identify(keptDevice);
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
  /** @param {string} kind @param {Uint8Array} bytes */
  mediaType: (kind, bytes) => mediaType(kind, bytes),
  /** @param {Uint8Array} bytes @param {boolean} isCut */
  visibleText: (bytes, isCut) => visibleText(bytes, isCut),
  /** @param {string} text @param {number} atMost */
  find: (text, atMost) => theRecipient().find(text, atMost),
  finishBody: () => theRecipient().finishLease(),

  // Pushing.

  /** Draws the secret of a push. */
  beginPush: () => ownPush(new PushSender()),
  /** Finds the owner's link of a push in a text. @param {string} text */
  takeOwnerLink: (text) => ownPush(PushSender.fromOwnerLink(text)),
  /**
   * Body of the call that makes the push: sealed anew every time, so that a repeated call must have the same body.
   *
   * @param {{ form: PushForm, passphrase: string, expiresInSecs: number, views: number, mayDestroy: boolean,
   * destroyAfterGuesses?: number }} push
   */
  pushBody: ({ form, passphrase, expiresInSecs, views, mayDestroy, destroyAfterGuesses }) =>
    thePushSender().put(JSON.stringify(form), passphrase, expiresInSecs, views, mayDestroy, destroyAfterGuesses),
  pushToken: () => thePushSender().linkToken(),
  pushOwnerToken: () => thePushSender().ownerToken(),
  /** @param {string} body */
  pushStatus: (body) => thePushSender().status(body),

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
   * @param {string | undefined} keptDevice
   */
  pushUnlock(passphrase, keptDevice) {
    const holder = thePushReader();
    holder.unlock(passphrase);
    const deviceSecret = holder.identify(keptDevice);
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

  /** Begins the archive of what was planned last. @param {number} utcOffsetMinutes */
  beginZip(utcOffsetMinutes) {
    zip?.free();
    zip = theRecipient().archive(zipFolder, utcOffsetMinutes);
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

/** @typedef {typeof calls} Calls */

self.addEventListener("message", (/** @type {MessageEvent} */ { data }) => {
  if (data.module) {
    initSync({ module: data.module });
    return;
  }
  void answer(data);
});

/** @param {{ id: number, name: keyof Calls, args: unknown[] }} question */
async function answer({ id, name, args }) {
  try {
    const value = await /** @type {(...args: unknown[]) => unknown} */ (calls[name])(...args);
    const moved = value instanceof Uint8Array ? [/** @type {ArrayBuffer} */ (value.buffer)] : [];
    self.postMessage({ id, value }, { transfer: moved });
  } catch (error) {
    const { message, variant } = /** @type {{ message?: string, variant?: string }} */ (error);
    self.postMessage({ id, error: { message: String(message), variant: variant ?? "unexpected" } });
  }
}
