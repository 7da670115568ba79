// @ts-check
/**
 * The worker behind `serve.js` for those who send. It holds the secrets of one share and of one push behind handles of the
 * wasm module; what leaves it are proofs for headers, bodies of calls, links, and grants for other workers.
 */

import { initSync, kindOf, PushSender, Sender, ShareOwner } from "/wasm/seal.js";

import { serve } from "./serve.js";

/** @type {Sender | undefined} */
let sender;
/** Who came back, until the note brings the sender. @type {ShareOwner | undefined} */
let shareOwner;
/** @type {PushSender | undefined} */
let pushSender;

function theShareOwner() {
  if (!shareOwner) throw new Error("nobody came back");
  return shareOwner;
}

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
  const [shareId, linkId, ownerProof] = [begun.shareId(), begun.linkId(), begun.ownerProof()];
  return { shareId, linkId, ownerProof, content: begun.content() };
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

/** @typedef {{ link: string, label: string, token: string }} Noted a link, as the owner's note has it */
/** @typedef {{ files: number, bytes: number, first: string }} Contents of a share */
/**
 * @typedef {{ entries: { path: string, bytes: number | null }[], count: number, note: string | null,
 * manifest_digest: string }} Listing of a content
 */

/**
 * What is made of a handle that is needed no longer then.
 *
 * @template {{ free(): void }} Handle
 * @template T
 * @param {Handle} handle
 * @param {(handle: Handle) => T} use
 */
function freed(handle, use) {
  try {
    return use(handle);
  } finally {
    handle.free();
  }
}

const calls = {
  /** What the link in a text opens; empty if nobody knows. @param {string} text */
  kindOf: (text) => /** @type {import("/pages").LinkKind | ""} */ (kindOf(text)),

  // Sending.

  /** Draws the secrets of a share. */
  beginShare: () => ownShare(new Sender()),
  /** What brings this share back with `resumeShare`, once its password is settled. */
  keepShare: () => /** @type {Uint8Array<ArrayBuffer>} */ (theSender().keep()),
  /** @param {Uint8Array} kept @param {number} content which of the share's @param {Uint8Array} [manifest] if one was sealed */
  resumeShare(kept, content, manifest) {
    const resumed = Sender.fromKept(kept, content);
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
  /** @param {Uint8Array} note of the owner @param {{ link: string, content: number }[]} links that the server knows */
  comeBack(note, links) {
    theShareOwner().openNote(note);
    const known = links.map(({ link }) => link).join();
    const first = freed(theShareOwner().sender(1, known), (found) => found.linkId());
    const content = links.find(({ link }) => link === first)?.content ?? 1;
    return ownShare(theShareOwner().sender(content, known));
  },
  /** Begins a new edition of what was sent. @param {number} content its number @param {string[]} links of the share */
  beginEdition: (content, links) => ownShare(theShareOwner().sender(content, links.join())),

  // More links to what was sent: noted, then made.

  /** What the owner's note says of the links, now. @param {Uint8Array} sealed */
  openNote(sealed) {
    theShareOwner().openNote(sealed);
    return /** @type {Noted[]} */ (JSON.parse(theShareOwner().noted()));
  },
  /** Opens a content: what is made or moved from now on opens it. @param {number} content @param {Uint8Array} manifest */
  ownedContents: (content, manifest) =>
    /** @type {Contents} */ (JSON.parse(theShareOwner().contents(content, manifest))),
  /** What recipients of a content are shown. @param {number} content @param {Uint8Array} manifest */
  listing: (content, manifest) => /** @type {Listing} */ (JSON.parse(theShareOwner().listing(content, manifest))),
  /** Rejects if links with these labels cannot be made. @param {string[]} labels */
  expectRoom: (labels) => theShareOwner().expectRoom(JSON.stringify(labels)),
  /** @param {string} label @param {string} password @returns {string} its id */
  drawLink: (label, password) => theShareOwner().drawLink(label, password),
  forgetDrawn: () => theShareOwner().forgetDrawn(),
  /** Settles another password, to be noted before the lock is changed. @param {string} link @param {string} password */
  relock: (link, password) => theShareOwner().relock(link, password),
  /** @param {string} link */
  lockBody: (link) => theShareOwner().changeLock(link),
  /**
   * What puts the content that was opened last behind links; those whose keys are not known are left out.
   *
   * @param {{ link: string, needs_password: boolean, downloads_max: number | null }[]} links
   */
  moveBody: (links) => theShareOwner().moveLinks(JSON.stringify(links)),
  sealNote: () => /** @type {Uint8Array<ArrayBuffer>} */ (theShareOwner().sealNote()),
  /**
   * @param {string} link
   * @param {{ downloads_max: number, waits_for_editions: boolean, replaces: string | null }} terms
   */
  drawnLinkBody: (link, terms) => theShareOwner().putLink(link, JSON.stringify(terms)),
  /** @param {Uint8Array} manifest */
  contents(manifest) {
    theSender().reopenManifest(manifest);
    return /** @type {Contents} */ (JSON.parse(theSender().contents()));
  },

  // Of the list of what was sent: by the token of an owner's address, whatever else is held here.

  /** @param {"share" | "push"} kind @param {string} token */
  ownerOf: (kind, token) =>
    kind === "share"
      ? freed(ShareOwner.fromLink(token), (owner) => ({ id: owner.shareId(), ownerProof: owner.ownerProof() }))
      : freed(PushSender.fromOwnerLink(token), (owner) => ({ id: owner.linkId(), ownerProof: owner.ownerProof() })),
  /** Of the first link that has not ended. @param {string} token @param {Uint8Array} note of the owner @param {string[]} live */
  sendTokenOf: (token, note, live) =>
    freed(ShareOwner.fromLink(token), (owner) => {
      owner.openNote(note);
      const noted = /** @type {Noted[]} */ (JSON.parse(owner.noted()));
      const found = noted.find(({ link }) => live.includes(link));
      if (!found) throw Object.assign(new Error("no link is left"), { variant: "not-found" });
      return found.token;
    }),
  /** @param {string} token */
  pushTokenOf: (token) => freed(PushSender.fromOwnerLink(token), (owner) => owner.linkToken()),
  /** The token alone, of an address with or without anything around it. @param {"share" | "push"} kind @param {string} text */
  ownerTokenOf: (kind, text) =>
    kind === "share"
      ? freed(ShareOwner.fromLink(text), (owner) => owner.token())
      : freed(PushSender.fromOwnerLink(text), (owner) => owner.ownerToken()),
  /** @param {string} token @param {string} body */
  pushStatusOf: (token, body) => freed(PushSender.fromOwnerLink(token), (owner) => owner.status(body)),
  /** @param {string} token @param {number} content @param {Uint8Array} manifest */
  contentsOf: (token, content, manifest) =>
    freed(
      ShareOwner.fromLink(token),
      (owner) => /** @type {Contents} */ (JSON.parse(owner.contents(content, manifest))),
    ),

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
  /**
   * A push that is not held here: what makes it, hands it out, and brings its owner back.
   *
   * @param {{ form: PushForm, passphrase: string, expiresInSecs: number, views: number, mayDestroy: boolean,
   * destroyAfterGuesses?: number }} push
   */
  sealPush: ({ form, passphrase, expiresInSecs, views, mayDestroy, destroyAfterGuesses }) =>
    freed(new PushSender(), (push) => ({
      linkId: push.linkId(),
      ownerProof: push.ownerProof(),
      json: push.put(JSON.stringify(form), passphrase, expiresInSecs, views, mayDestroy, destroyAfterGuesses),
      token: push.linkToken(),
      ownerToken: push.ownerToken(),
    })),
  pushToken: () => thePushSender().linkToken(),
  pushOwnerToken: () => thePushSender().ownerToken(),
  /** @param {string} body */
  pushStatus: (body) => thePushSender().status(body),
};

/** @typedef {typeof calls} Calls */

serve(calls, initSync);
