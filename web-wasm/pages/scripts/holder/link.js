// @ts-check
/** A link that this page holds: what proves it, what calls about it need, and what this device keeps of it. */

import { forgetFragment } from "../net/fragment.js";
import { forgetDevice, forgetLease, storedDevice, storeDevice } from "../storage/device-storage.js";

/**
 * @typedef {import("/api").LinkView} LinkView
 * @typedef {{ openProof: string, deviceProof: string, deviceSecret: string }} Unlocked
 * @typedef {{ secret: string, proof: string, id: string }} Lease
 */

/** A call that a person waits for is tried so often before the page says that there is no connection. */
const TRIES = 3;
/** Until when something lasts, by this device's clock, which may be wrong. @param {number} at @param {LinkView} view */
export const untilHere = (at, view) => Date.now() + Math.max(0, at - view.now);

export class HeldLink {
  #path;
  #linkProof;
  /** @type {Unlocked} */
  #unlocked = { openProof: "", deviceProof: "", deviceSecret: "" };
  /** The one that is held, once it is known. @type {Lease | undefined} */
  lease;

  /**
   * @param {"links" | "pushes"} place
   * @param {{ linkId: string, linkProof: string, token: string }} taken
   */
  constructor(place, { linkId, linkProof, token }) {
    this.#path = `/${place}/${linkId}`;
    this.#linkProof = linkProof;
    this.id = linkId;
    /** The clean form, to be kept over a reload. */
    this.token = token;
  }

  /** What the server knows this device by, if it opened the link before. @returns {string | undefined} */
  get device() {
    return storedDevice(this.id)?.secret;
  }

  /** @param {Unlocked} unlocked what its password gives */
  unlock(unlocked) {
    this.#unlocked = unlocked;
  }

  /** The highest edition that this device has seen behind it. */
  get edition() {
    return storedDevice(this.id)?.edition ?? 1;
  }

  /** Lets the server know this device again. @param {LinkView} view @param {number} [edition] that is behind it */
  storeDevice(view, edition = 1) {
    const [secret, until] = [this.#unlocked.deviceSecret, untilHere(view.expires_at, view)];
    storeDevice(this.id, { secret, until, edition: Math.max(edition, this.edition) });
  }

  /** It leads nowhere any more. */
  forget() {
    this.lease = undefined;
    forgetLease(this.id);
    forgetDevice(this.id);
    forgetFragment();
  }

  /**
   * @param {string} method
   * @param {string} below
   * @param {("open" | "device" | "lease")[]} proofs besides the link's
   */
  call(method, below, ...proofs) {
    const { signal } = new AbortController();
    return { method, path: this.#path + below, headers: this.headers(...proofs), signal, triesMax: TRIES };
  }

  /** @param {("open" | "device" | "lease")[]} proofs besides the link's */
  headers(...proofs) {
    const { openProof, deviceProof } = this.#unlocked;
    /** @type {Record<string, string>} */
    const headers = { "subrosa-link-proof": this.#linkProof };
    if (proofs.includes("open")) headers["subrosa-open-proof"] = openProof;
    if (proofs.includes("device") && deviceProof) headers["subrosa-device-proof"] = deviceProof;
    if (proofs.includes("lease") && this.lease) headers["subrosa-lease-proof"] = this.lease.proof;
    return headers;
  }

  /**
   * Two tabs on one link share one lease: the second waits, and finds the secret that the first one kept.
   *
   * @template T
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async alone(ask) {
    if (!navigator.locks) return ask();
    let isAsked = false;
    const act = () => {
      isAsked = true;
      return ask();
    };
    try {
      return await navigator.locks.request(`subrosa/lease/${this.id}`, act);
    } catch (error) {
      // Where site data is blocked, there are no locks.
      if (isAsked) throw error;
      return ask();
    }
  }
}
