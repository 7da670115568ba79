// @ts-check
/** The calls of somebody who holds a push's link, in order: look, reveal, say that it is noted or destroy it. */

import { sendForText } from "../api.js";
import {
  forgetLease,
  isEndedHere,
  keepDevice,
  keepEnded,
  keepLease,
  keptDevice,
  keptLease,
  secureLease,
  whenLeaseForgotten,
} from "../kept.js";

/**
 * @typedef {object} LinkView
 * @property {string} state
 * @property {{ why: string, at: number } | null} gone
 * @property {boolean} needs_password
 * @property {number} expires_at
 * @property {number} downloads_max
 * @property {number} downloads_left
 * @property {boolean} recipient_may_destroy
 * @property {number} retry_after_millis
 * @property {number | null} started_last_at
 * @property {number} now the server's clock
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

/** A call that a person waits for is tried so often before the page says that there is no connection. */
const TRIES = 3;
/** A view that was asked for and never answered may be counted. The server then knows its secret so long. */
const UNANSWERED_MILLIS = 15 * 60 * 1000;

export class Session {
  #desk;
  #linkId;
  #linkProof;
  #openProof = "";
  #deviceProof = "";
  #deviceSecret = "";
  #signal = new AbortController().signal;
  /** @type {{ secret: string, proof: string, id: string } | undefined} */
  #lease;
  /** The link's clean form, to be kept over a reload. */
  token;

  /**
   * @param {import("../desk.js").OpenDesk} desk
   * @param {{ linkId: string, linkProof: string, token: string }} link
   */
  constructor(desk, { linkId, linkProof, token }) {
    this.#desk = desk;
    this.#linkId = linkId;
    this.#linkProof = linkProof;
    this.token = token;
  }

  /** Until when a view that was begun on this device can be shown again, uncounted; undefined: there is none. */
  get heldUntil() {
    const kept = keptLease(this.#linkId);
    return kept?.unanswered ? undefined : kept?.until;
  }

  /** Whether a view was asked for on this device, and no answer came: it may be counted or not. */
  get isUnanswered() {
    return keptLease(this.#linkId)?.unanswered === true;
  }

  /** Whether the person ended it for everybody, on this device. */
  get isEndedHere() {
    return isEndedHere(this.#linkId);
  }

  /** Tells when the view was ended in another tab. @param {() => void} act */
  whenEndedElsewhere(act) {
    whenLeaseForgotten(this.#linkId, act);
  }

  /** Looks at the link. Counts nothing. @returns {Promise<{ view: LinkView, face: Face | null }>} */
  async look() {
    const body = await sendForText({ ...this.#call("GET", ""), headers: this.#headers() });
    const { link: view } = /** @type {{ link: LinkView }} */ (JSON.parse(body));
    return { view, face: JSON.parse(await this.#desk.ask("pushLooked", body)) };
  }

  /** Derives what the passphrase gives; this is what takes time. @param {string} passphrase */
  async unlock(passphrase) {
    const unlocked = await this.#desk.ask("pushUnlock", passphrase, keptDevice(this.#linkId)?.secret);
    this.#openProof = unlocked.openProof;
    this.#deviceProof = unlocked.deviceProof;
    this.#deviceSecret = unlocked.deviceSecret;
  }

  /**
   * Takes a view, or the one that is held already. The secret of the view is stored before the server is asked, so that
   * no lost answer and no crash in between can count twice. The server also checks the passphrase here.
   *
   * @returns {Promise<Revealed>}
   */
  reveal() {
    const ask = () => this.#askForView();
    // Two tabs on one link share one view: the second waits, and finds the secret that the first one kept.
    return navigator.locks ? navigator.locks.request(`subrosa/lease/${this.#linkId}`, ask) : ask();
  }

  /** @returns {Promise<Revealed>} */
  async #askForView() {
    const kept = keptLease(this.#linkId);
    this.#lease = await this.#desk.ask("pushHoldLease", kept?.secret);
    const { secret } = this.#lease;
    if (!kept || kept.unanswered) {
      keepLease(this.#linkId, { secret, until: Date.now() + UNANSWERED_MILLIS, unanswered: true });
    }
    await secureLease(this.#linkId);
    let body;
    try {
      const json = await this.#desk.ask("pushLeaseBody");
      body = await sendForText({ ...this.#call("POST", "/reveal"), headers: this.#headers("open", "device"), json });
    } catch (error) {
      const { variant = "" } = /** @type {{ variant?: string }} */ (error);
      // Refused: no view was counted for this secret, or it is over.
      if (!kept && REFUSED.includes(variant)) this.forgetLease();
      throw error;
    }
    const { expires_at, link: view } = /** @type {{ expires_at: number, link: LinkView }} */ (JSON.parse(body));
    const endsAt = Math.min(expires_at, view.expires_at);
    const leftMillis = Math.max(0, endsAt - view.now);
    keepLease(this.#linkId, { secret, until: Date.now() + leftMillis });
    await secureLease(this.#linkId);
    keepDevice(this.#linkId, { secret: this.#deviceSecret, until: view.expires_at });
    const revealed = JSON.parse(await this.#desk.ask("pushRevealed", body));
    return { ...revealed, endsAt, endsWithLink: endsAt === view.expires_at, leftMillis, view };
  }

  /** A field's text. Asked for only when it is shown or copied. @param {string} name @returns {Promise<string>} */
  field(name) {
    return this.#desk.ask("pushField", name);
  }

  /** Says that it is noted, with the receipt. The view is over then. @returns {Promise<LinkView>} */
  async finish() {
    const json = await this.#desk.ask("pushFinishBody");
    const body = await sendForText({ ...this.#call("POST", "/ack"), headers: this.#headers("lease"), json });
    const { link: view } = /** @type {{ link: LinkView }} */ (JSON.parse(body));
    if (view.gone) keepEnded(this.#linkId);
    this.forgetLease();
    return view;
  }

  /** Has it destroyed, for everybody. */
  async destroy() {
    await sendForText({ ...this.#call("DELETE", ""), headers: this.#headers("open", "device") });
    keepEnded(this.#linkId);
    this.forgetLease();
  }

  forgetLease() {
    this.#lease = undefined;
    forgetLease(this.#linkId);
  }

  /** Takes what was revealed out of the worker's memory. */
  wipe() {
    void this.#desk.ask("forgetPush").catch(() => {});
  }

  /** @param {string} method @param {string} below */
  #call(method, below) {
    return { method, path: `/pushes/${this.#linkId}${below}`, signal: this.#signal, triesMax: TRIES };
  }

  /** @param {("open" | "device" | "lease")[]} proofs besides the link's */
  #headers(...proofs) {
    /** @type {Record<string, string>} */
    const headers = { "subrosa-link-proof": this.#linkProof };
    if (proofs.includes("open")) headers["subrosa-open-proof"] = this.#openProof;
    if (proofs.includes("device") && this.#deviceProof) headers["subrosa-device-proof"] = this.#deviceProof;
    if (proofs.includes("lease") && this.#lease) headers["subrosa-lease-proof"] = this.#lease.proof;
    return headers;
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
