// @ts-check
/**
 * The worker behind `serve.js` for those who send. It holds the secrets of one share and of one push behind handles of the
 * wasm module; what leaves it are proofs for headers, bodies of calls, links, and grants for other workers.
 */

import { initSync, PushSender, Sender, ShareOwner } from "/wasm/seal.js";

import { serve } from "./serve.js";

/** @type {Sender | undefined} */
let sender;
/** Who came back, until the note brings the sender. @type {ShareOwner | undefined} */
let shareOwner;
/** @type {PushSender | undefined} */
let pushSender;

function theSender() {
  if (!sender) throw new Error("nothing is sent");
  return sender;
}

function thePushSender() {
  if (!pushSender) throw new Error("nothing is pushed");
  return pushSender;
}

/** @param {Sender} begun */
function ownShare(begun) {
  sender?.free();
  sender = begun;
  return { shareId: begun.shareId(), linkId: begun.linkId(), ownerProof: begun.ownerProof() };
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
  beginShare: () => ownShare(new Sender()),
  /** What brings this share back with `resumeShare`, once its password is settled. */
  keepShare: () => /** @type {Uint8Array<ArrayBuffer>} */ (theSender().keep()),
  /** @param {Uint8Array} kept @param {Uint8Array} [manifest] if one was sealed */
  resumeShare(kept, manifest) {
    const resumed = Sender.fromKept(kept);
    if (manifest) resumed.reopenManifest(manifest);
    return ownShare(resumed);
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
  ownerToken: () => theSender().ownerToken(),
  sendToken: () => theSender().token(),
  /** @param {string} status */
  confirmed: (status) => theSender().confirmed(status),

  // Coming back to what was sent.

  /** Finds the owner's address of a share in a text. @param {string} text */
  takeShareOwnerLink(text) {
    shareOwner?.free();
    shareOwner = ShareOwner.fromLink(text);
    return { shareId: shareOwner.shareId(), ownerProof: shareOwner.ownerProof() };
  },
  /** @param {Uint8Array} note of the owner */
  comeBack(note) {
    if (!shareOwner) throw new Error("nobody came back");
    return ownShare(shareOwner.sender(note));
  },
  /** Number and bytes of the files. @param {Uint8Array} manifest */
  contents(manifest) {
    theSender().reopenManifest(manifest);
    return /** @type {[number, number]} */ (JSON.parse(theSender().contents()));
  },

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
};

/** @typedef {typeof calls} Calls */

serve(calls, initSync);
