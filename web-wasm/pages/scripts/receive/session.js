// @ts-check
/** The calls of somebody who holds a link, in order: look, open, ask for a lease, say that it is saved. */

import { HeldLink, untilHere } from "../holder/link.js";
import { count, isLink, moment, shape, text } from "../net/answers.js";
import { read, sendForBytes, sendForJson, sendForText } from "../net/api.js";
import { forgetLease, secureLease, storedLease, storeLease } from "../storage/device-storage.js";

/**
 * @typedef {import("/api").LinkView} LinkView
 *
 * @typedef {{ path: string, saved: string | null, alone?: string, size: number | null, modified: number | null,
 * folder: number | null, preview: "text" | "image" | "audio" | "video" | "pdf" | null }} Listed
 * @typedef {{ name: string, parent: number | null, files: number, size: number }} Folder
 * @typedef {{ note: string | null, edition: number | null, editionAt: number | null, contentLen: number, partBytes: number, folders: Folder[], entries: Listed[],
 * readme: number | null }} Listing
 * @typedef {{ name: string, isArchive: boolean, len: number, pieces: import("./part-openers.js").Piece[] }} SavePlan
 */

/** So often a link is opened whose list is not what it pins. */
const OPENINGS = 2;
/** How often the size of everything may be fetched for looks, of three times in all. */
const LOOKS_SHARE = 1.75;
/** A lease that was asked for and never answered may have been granted: its secret is kept so long. */
const UNANSWERED_MILLIS = 24 * 60 * 60 * 1000;

/** @type {import("../net/answers.js").Check<import("/api").OpenedLink>} */
const isOpened = shape({ share: text, view_wrap: text, content: count, link: isLink });
/** @type {import("../net/answers.js").Check<import("/api").GrantedLease>} */
const isGranted = shape({ content_wrap: text, expires_at: moment, content: count, link: isLink });

export class DownloadSession {
  #keyWorker;
  #link;
  /** Of what is listed. */
  #content = 1;

  /**
   * @param {import("../workers/key-worker.js").OpenKeyWorker} keyWorker
   * @param {{ linkId: string, linkProof: string, token: string }} taken
   */
  constructor(keyWorker, taken) {
    this.#keyWorker = keyWorker;
    this.#link = new HeldLink("links", taken);
  }

  /** The link's clean form, to be kept over a reload. */
  get token() {
    return this.#link.token;
  }

  /** Whether a download was begun on this device, so that going on with it is not counted. */
  get holdsLease() {
    return storedLease(this.#link.id) !== undefined;
  }

  /** Whether this device opened the link before. */
  get cameBefore() {
    return this.#link.device !== undefined;
  }

  /** Entries that the person said are saved. @returns {number[]} */
  get saved() {
    return storedLease(this.#link.id)?.saved ?? [];
  }

  /** The folder that was begun, if it is saved as one. @returns {string | undefined} */
  get folder() {
    return storedLease(this.#link.id)?.folder;
  }

  set folder(folder) {
    const lease = storedLease(this.#link.id);
    if (lease) storeLease(this.#link.id, { ...lease, folder });
  }

  /** @param {number[]} entries */
  markSaved(entries) {
    const lease = storedLease(this.#link.id);
    if (lease) storeLease(this.#link.id, { ...lease, saved: [...new Set([...(lease.saved ?? []), ...entries])] });
  }

  /**
   * Notes what a look is about to fetch. A download may fetch three times its size; looks leave enough to save it.
   *
   * @param {number} bytes
   * @param {number} contentLen of everything, in bytes
   * @returns {boolean} whether it may
   */
  spendOnLook(bytes, contentLen) {
    const lease = storedLease(this.#link.id);
    const looked = (lease?.looked ?? 0) + bytes;
    if (!lease || looked > LOOKS_SHARE * contentLen) return false;
    storeLease(this.#link.id, { ...lease, looked });
    return true;
  }

  /** Looks at the link. Counts nothing. @returns {Promise<LinkView>} */
  async look() {
    return sendForJson(this.#link.call("GET", ""), isLink);
  }

  /**
   * Opens the link and reads what it leads to. Counts no download. With a download that was begun, it reads what that
   * downloads: another edition may be behind the link by now.
   *
   * @param {string} password
   * @returns {Promise<{ view: LinkView, listing: Listing, seen: number }>} `seen`: the highest edition seen before
   */
  async open(password) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#open(password);
      } catch (error) {
        // Another edition may have come between what is asked for the keys and what is asked for the list.
        const { variant } = /** @type {{ variant?: string }} */ (error);
        if (variant !== "altered-manifest" || tries === OPENINGS) throw error;
      }
    }
  }

  /** @param {string} password */
  async #open(password) {
    this.#link.unlock(await this.#keyWorker.ask("unlock", password, this.#link.device));
    const kept = storedLease(this.#link.id);
    if (kept) this.#link.lease = await this.#keyWorker.ask("holdLease", kept.secret);
    const body = await sendForText(this.#link.call("POST", "/open", "open", "device", "lease"), isOpened);
    const { link: view, content } = read(body, isOpened);
    await this.#keyWorker.ask("opened", body);
    this.#content = content;
    const sealed = await sendForBytes(this.#link.call("GET", "/manifest", "open", "device", "lease"));
    const seen = this.#link.edition;
    /** @type {Listing} */
    const listing = JSON.parse(await this.#keyWorker.ask("readManifest", sealed));
    this.#link.storeDevice(view, listing.edition ?? 1);
    return { view, listing, seen };
  }

  /**
   * Asks for the lease: one counted download, or the one that is held already. Its secret is stored before the server
   * is asked, so that no crash in between can count twice.
   *
   * @returns {Promise<{ grant: Uint8Array, view: LinkView }>} the grant for the workers that open
   */
  lease() {
    return this.#link.alone(() => this.#askForLease());
  }

  /** @returns {Promise<{ grant: Uint8Array, view: LinkView }>} */
  async #askForLease() {
    const kept = storedLease(this.#link.id);
    const { secret } = (this.#link.lease = await this.#keyWorker.ask("holdLease", kept?.secret));
    storeLease(this.#link.id, { until: Date.now() + UNANSWERED_MILLIS, ...kept, secret });
    await secureLease(this.#link.id);
    const json = await this.#keyWorker.ask("leaseBody");
    const body = await sendForText({ ...this.#link.call("POST", "/leases", "open", "device"), json }, isGranted);
    const { expires_at, content, link: view } = read(body, isGranted);
    storeLease(this.#link.id, { ...storedLease(this.#link.id), until: untilHere(expires_at, view), secret });
    // Another edition came behind the link since its list was read.
    if (content !== this.#content) throw Object.assign(new Error("other files are there now"), { variant: "replaced" });
    return { grant: await this.#keyWorker.ask("granted", body), view };
  }

  /** For the workers that fetch. */
  leaseHeaders() {
    return this.#link.headers("lease");
  }

  /** @param {number} index */
  partUrl(index) {
    return `/api/v1/links/${this.#link.id}/parts/${index}`;
  }

  /** Says that it is saved, with the receipt. The lease is over then. */
  async finish() {
    const { id } = (this.#link.lease ??= await this.#keyWorker.ask("holdLease", storedLease(this.#link.id)?.secret));
    const json = await this.#keyWorker.ask("finishBody");
    const { gone } = await sendForJson(
      { ...this.#link.call("POST", `/leases/${id}/done`, "open", "lease"), json },
      isLink,
    );
    if (gone) this.forgetLink();
    else this.forgetLease();
  }

  forgetLease() {
    this.#link.lease = undefined;
    forgetLease(this.#link.id);
  }

  /** It has ended. */
  forgetLink() {
    this.#link.forget();
  }

  /** Has the files deleted. */
  async destroy() {
    await sendForJson(this.#link.call("DELETE", "", "open", "device"), isLink);
    this.forgetLink();
  }
}
