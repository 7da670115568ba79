// @ts-check
/** The calls of somebody who holds a link, in order: look, open, ask for a lease, say that it is saved. */

import { sendForBytes, sendForText } from "../api.js";
import { forgetLease, keepDevice, keepLease, keptDevice, keptLease, secureLease } from "../kept.js";

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
 * @property {number | null} opened_first_at
 * @property {number | null} started_last_at
 * @property {number} now the server's clock
 *
 * @typedef {{ path: string, saved: string | null, size: number | null, modified: number | null, folder: number | null,
 * preview: "text" | "image" | "audio" | "video" | "pdf" | null }} Listed
 * @typedef {{ name: string, parent: number | null, files: number, size: number }} Folder
 * @typedef {{ note: string | null, contentLen: number, partBytes: number, folders: Folder[], entries: Listed[],
 * readme: number | null }} Listing
 * @typedef {{ name: string, isArchive: boolean, len: number, pieces: import("./openers.js").Piece[] }} SavePlan
 */

/** A call that a person waits for is tried so often before the page says that there is no connection. */
const TRIES = 3;
/** How often the size of everything may be fetched for looks, of three times in all. */
const LOOKS_SHARE = 1.75;
/** A lease that was asked for and never answered may have been granted: its secret is kept so long. */
const UNANSWERED_MILLIS = 24 * 60 * 60 * 1000;

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

  /** Whether a download was begun on this device, so that going on with it is not counted. */
  get holdsLease() {
    return keptLease(this.#linkId) !== undefined;
  }

  /** Whether this device opened the link before. */
  get cameBefore() {
    return keptDevice(this.#linkId) !== undefined;
  }

  /** Entries that the person said are saved. @returns {number[]} */
  get saved() {
    return keptLease(this.#linkId)?.saved ?? [];
  }

  /** The folder that was begun, if it is saved as one. @returns {string | undefined} */
  get folder() {
    return keptLease(this.#linkId)?.folder;
  }

  set folder(folder) {
    const lease = keptLease(this.#linkId);
    if (lease) keepLease(this.#linkId, { ...lease, folder });
  }

  /** @param {number[]} entries */
  markSaved(entries) {
    const lease = keptLease(this.#linkId);
    if (lease) keepLease(this.#linkId, { ...lease, saved: [...new Set([...(lease.saved ?? []), ...entries])] });
  }

  /**
   * Notes what a look is about to fetch. A download may fetch three times its size; looks leave enough to save it.
   *
   * @param {number} bytes
   * @param {number} contentLen of everything, in bytes
   * @returns {boolean} whether it may
   */
  spendOnLook(bytes, contentLen) {
    const lease = keptLease(this.#linkId);
    const looked = (lease?.looked ?? 0) + bytes;
    if (!lease || looked > LOOKS_SHARE * contentLen) return false;
    keepLease(this.#linkId, { ...lease, looked });
    return true;
  }

  /** Looks at the link. Counts nothing. @returns {Promise<LinkView>} */
  async look() {
    return JSON.parse(await sendForText({ ...this.#call("GET", ""), headers: this.#headers(), triesMax: TRIES }));
  }

  /**
   * Opens the link and reads what it leads to. Counts no download.
   *
   * @param {string} password
   * @returns {Promise<{ view: LinkView, listing: Listing }>}
   */
  async open(password) {
    const unlocked = await this.#desk.ask("unlock", password, keptDevice(this.#linkId)?.secret);
    this.#openProof = unlocked.openProof;
    this.#deviceProof = unlocked.deviceProof;
    this.#deviceSecret = unlocked.deviceSecret;
    const body = await sendForText({
      ...this.#call("POST", "/open"),
      headers: this.#headers("open", "device"),
      triesMax: TRIES,
    });
    await this.#desk.ask("opened", body);
    const { link: view } = /** @type {{ link: LinkView }} */ (JSON.parse(body));
    keepDevice(this.#linkId, { secret: this.#deviceSecret, until: view.expires_at });
    const sealed = await sendForBytes({
      ...this.#call("GET", "/manifest"),
      headers: this.#headers("open", "device"),
      triesMax: TRIES,
    });
    return { view, listing: JSON.parse(await this.#desk.ask("readManifest", sealed)) };
  }

  /**
   * Asks for the lease: one counted download, or the one that is held already. Its secret is stored before the server
   * is asked, so that no crash in between can count twice.
   *
   * @returns {Promise<{ grant: Uint8Array, view: LinkView }>} the grant for the workers that open
   */
  lease() {
    const ask = () => this.#askForLease();
    // Two tabs on one link share one lease: the second waits, and finds the secret that the first one kept.
    return navigator.locks ? navigator.locks.request(`subrosa/lease/${this.#linkId}`, ask) : ask();
  }

  /** @returns {Promise<{ grant: Uint8Array, view: LinkView }>} */
  async #askForLease() {
    const kept = keptLease(this.#linkId);
    this.#lease = await this.#desk.ask("holdLease", kept?.secret);
    keepLease(this.#linkId, { until: Date.now() + UNANSWERED_MILLIS, ...kept, secret: this.#lease.secret });
    await secureLease(this.#linkId);
    const json = await this.#desk.ask("leaseBody");
    const body = await sendForText({
      ...this.#call("POST", "/leases"),
      headers: this.#headers("open", "device"),
      json,
      triesMax: TRIES,
    });
    const { expires_at: until, link: view } = /** @type {{ expires_at: number, link: LinkView }} */ (JSON.parse(body));
    keepLease(this.#linkId, { ...keptLease(this.#linkId), until, secret: this.#lease.secret });
    return { grant: await this.#desk.ask("granted", body), view };
  }

  /** For the workers that fetch. */
  leaseHeaders() {
    return this.#headers("lease");
  }

  /** @param {number} index */
  partUrl(index) {
    return `/api/v1/links/${this.#linkId}/parts/${index}`;
  }

  /** Says that it is saved, with the receipt. The lease is over then. */
  async finish() {
    this.#lease ??= await this.#desk.ask("holdLease", keptLease(this.#linkId)?.secret);
    const json = await this.#desk.ask("finishBody");
    const call = this.#call("POST", `/leases/${this.#lease.id}/done`);
    await sendForText({ ...call, headers: this.#headers("open", "lease"), json, triesMax: TRIES });
    this.forgetLease();
  }

  forgetLease() {
    this.#lease = undefined;
    forgetLease(this.#linkId);
  }

  /** Has the files deleted. */
  async destroy() {
    await sendForText({ ...this.#call("DELETE", ""), headers: this.#headers("open", "device"), triesMax: TRIES });
    this.forgetLease();
  }

  /** @param {string} method @param {string} below */
  #call(method, below) {
    return { method, path: `/links/${this.#linkId}${below}`, signal: this.#signal };
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
