// @ts-check
/** The calls of somebody who holds a push's link, in order: look, reveal, say that it is noted or destroy it. */

import { HeldLink } from "../holder/link.js";
import { isLink, moment, orNothing, shape, text } from "../net/answers.js";
import { read, sendForJson, sendForText } from "../net/api.js";
import {
  forgetLease,
  isEndedHere,
  storeEnded,
  storeLease,
  storedLease,
  secureLease,
  whenLeaseForgotten,
} from "../storage/device-storage.js";

/**
 * @typedef {import("/api").LinkView} LinkView
 *
 * @typedef {{ kind: string, from: string | null, forFiles: boolean }} Face
 * @typedef {{ name: string, secret: boolean, empty: boolean }} Field
 * @typedef {object} Revealed
 * @property {string} kind
 * @property {Field[]} fields
 * @property {number} endsAt the server's clock
 * @property {boolean} endsWithLink whether the link ends before the view's usual time is over
 * @property {number} leftMillis
 * @property {LinkView} view
 */

/** No view lasts longer. One that was asked for and never answered may be counted: the server then knows it so long. */
const VIEW_MILLIS = 15 * 60 * 1000;

/** @type {import("../net/answers.js").Check<import("/api").PushView>} */
const isPush = shape({ face: orNothing(text), link: isLink });
/** @type {import("../net/answers.js").Check<import("/api").RevealedPush>} */
const isRevealed = shape({ payload: text, expires_at: moment, link: isLink });

export class ViewSession {
  #keyWorker;
  #link;

  /**
   * @param {import("../workers/key-worker.js").OpenKeyWorker} keyWorker
   * @param {{ linkId: string, linkProof: string, token: string }} taken
   */
  constructor(keyWorker, taken) {
    this.#keyWorker = keyWorker;
    this.#link = new HeldLink("pushes", taken);
  }

  /** The link's clean form, to be kept over a reload. */
  get token() {
    return this.#link.token;
  }

  /** Until when a view that was begun on this device can be shown again, uncounted; undefined: there is none. */
  get heldUntil() {
    const kept = storedLease(this.#link.id);
    return kept?.unanswered ? undefined : kept?.until;
  }

  /** Whether a view was asked for on this device, and no answer came: it may be counted or not. */
  get isUnanswered() {
    return storedLease(this.#link.id)?.unanswered === true;
  }

  /** Whether the person ended it for everybody, on this device. */
  get isEndedHere() {
    return isEndedHere(this.#link.id);
  }

  /** Tells when the view was ended in another tab. @param {() => void} act */
  whenEndedElsewhere(act) {
    whenLeaseForgotten(this.#link.id, act);
  }

  /** Looks at the link. Counts nothing. @returns {Promise<{ view: LinkView, face: Face | null }>} */
  async look() {
    const body = await sendForText(this.#link.call("GET", ""), isPush);
    const { link: view } = read(body, isPush);
    return { view, face: JSON.parse(await this.#keyWorker.ask("pushLooked", body)) };
  }

  /** Derives what the passphrase gives; this is what takes time. @param {string} passphrase */
  async unlock(passphrase) {
    this.#link.unlock(await this.#keyWorker.ask("pushUnlock", passphrase, this.#link.device));
  }

  /**
   * Takes a view, or the one that is held already. The secret of the view is stored before the server is asked, so that
   * no lost answer and no crash in between can count twice. The server also checks the passphrase here.
   *
   * @returns {Promise<Revealed>}
   */
  reveal() {
    return this.#link.alone(() => this.#askForView());
  }

  /** @returns {Promise<Revealed>} */
  async #askForView() {
    const kept = storedLease(this.#link.id);
    const { secret } = (this.#link.lease = await this.#keyWorker.ask("pushHoldLease", kept?.secret));
    if (!kept || kept.unanswered) {
      storeLease(this.#link.id, { secret, until: Date.now() + VIEW_MILLIS, unanswered: true });
    }
    await secureLease(this.#link.id);
    let body;
    try {
      const json = await this.#keyWorker.ask("pushLeaseBody");
      body = await sendForText({ ...this.#link.call("POST", "/reveal", "open", "device"), json }, isRevealed);
    } catch (error) {
      const { variant = "" } = /** @type {{ variant?: string }} */ (error);
      // Refused: no view was counted for this secret, or it is over.
      if (!kept && REFUSED.includes(variant)) this.forgetLease();
      throw error;
    }
    const { expires_at, link: view } = read(body, isRevealed);
    const endsAt = Math.min(expires_at, view.expires_at);
    const leftMillis = Math.min(VIEW_MILLIS, Math.max(0, endsAt - view.now));
    storeLease(this.#link.id, { secret, until: Date.now() + leftMillis });
    await secureLease(this.#link.id);
    this.#link.storeDevice(view);
    const revealed = JSON.parse(await this.#keyWorker.ask("pushRevealed", body));
    return { ...revealed, endsAt, endsWithLink: endsAt === view.expires_at, leftMillis, view };
  }

  /** A field's text. Asked for only when it is shown or copied. @param {string} name @returns {Promise<string>} */
  field(name) {
    return this.#keyWorker.ask("pushField", name);
  }

  /** Says that it is noted, with the receipt. The view is over then. @returns {Promise<LinkView>} */
  async finish() {
    const json = await this.#keyWorker.ask("pushFinishBody");
    const { link: view } = await sendForJson({ ...this.#link.call("POST", "/ack", "lease"), json }, isPush);
    this.forgetLease();
    if (view.gone) this.#ended();
    return view;
  }

  /** Has it destroyed, for everybody. */
  async destroy() {
    await sendForJson(this.#link.call("DELETE", "", "open", "device"), isPush);
    this.#ended();
  }

  /** It is gone, because of what was done here. */
  #ended() {
    storeEnded(this.#link.id);
    this.forgetLink();
  }

  /** The link has ended, or the server knows nothing of it. */
  forgetLink() {
    this.#link.forget();
  }

  forgetLease() {
    this.#link.lease = undefined;
    forgetLease(this.#link.id);
  }

  /** Takes what was revealed out of the worker's memory. */
  wipe() {
    void this.#keyWorker.ask("forgetPush").catch(() => {});
  }
}

/** Answers after which a view that was asked for is surely not counted. */
const REFUSED = [
  "wrong-password",
  "too-many-guesses",
  "no-download-left",
  "paused",
  "locked",
  "gone",
  "not-found",
  "lease-ended",
];
