// @ts-check
/** What happens to the link, as long as the page is open: asked every few seconds, less often when nobody looks. */

import { endings, goneForOwner, status as texts } from "../i18n/texts.js";
import { countText, momentText } from "../i18n/wording.js";
import { CallError, sendForText } from "../net/api.js";
import { element } from "../ui/views.js";

/**
 * @typedef {{ count: number, first: number | null, last: number | null }} Counter
 *
 * @typedef {object} LinkStatus
 * @property {string} link
 * @property {string} state
 * @property {{ why: string, at: number } | null} gone
 * @property {number} expires_at
 * @property {number} downloads_max
 * @property {number} downloads_taken
 * @property {{ opened: Counter, started: Counter, finished: Counter, wrong_password: Counter }} counters
 *
 * @typedef {{ state: string, gone: { why: string, at: number } | null, expires_at: number,
 * content_lost_at?: number | null, links: LinkStatus[] }} ShareStatus
 */

const EVERY_MILLIS = 4_000;
const HIDDEN_EVERY_MILLIS = 30_000;

export class StatusWatch {
  #share;
  #keyWorker;
  #listener;
  #stop = new AbortController();
  /** @type {number | undefined} */
  #timer;
  /** When a recipient's receipt last said that it was saved. @type {number | null} */
  #arrivedAt = null;
  /** Rows that stand on the page, by name, so that only what changed is announced. @type {Map<string, HTMLElement>} */
  #rows = new Map();

  /**
   * @param {{ shareId: string, linkId: string, ownerProof: string }} share
   * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
   * @param {object} listener
   * @param {(title: string, text: string) => void} listener.onGone once, when it has ended
   * @param {(link: LinkStatus) => void} listener.onStatus whenever it was asked
   */
  constructor(share, keyWorker, listener) {
    this.#share = share;
    this.#keyWorker = keyWorker;
    this.#listener = listener;
    element("status", HTMLElement).replaceChildren();
    document.addEventListener("visibilitychange", () => this.#seen(), { signal: this.#stop.signal });
    void this.#look();
  }

  stop() {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  #seen() {
    if (document.visibilityState === "visible") this.lookNow();
  }

  /** Asks at once. */
  lookNow() {
    clearTimeout(this.#timer);
    void this.#look();
  }

  async #look() {
    try {
      const body = await sendForText({
        method: "GET",
        path: `/shares/${this.#share.shareId}`,
        headers: { "subrosa-owner-proof": this.#share.ownerProof },
        signal: this.#stop.signal,
        triesMax: 1,
      });
      await this.#show(body);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (error instanceof CallError && !error.failure.again && !["server", "stranger"].includes(error.variant)) {
        this.#ended(error.failure.gone);
        return;
      }
      this.#row("state", texts.state, texts.unreachable);
    }
    if (this.#stop.signal.aborted) return;
    this.#timer = setTimeout(
      () => void this.#look(),
      document.visibilityState === "visible" ? EVERY_MILLIS : HIDDEN_EVERY_MILLIS,
    );
  }

  /** @param {string} body */
  async #show(body) {
    const status = /** @type {ShareStatus} */ (JSON.parse(body));
    const link = status.links.find((candidate) => candidate.link === this.#share.linkId);
    const gone = link?.gone ?? status.gone;
    if (!link) {
      if (gone) this.#ended(gone);
      return;
    }
    const { opened, started, finished, wrong_password: wrong } = link.counters;
    const confirmed = /** @type {{ count: number, last: number | null }} */ (
      JSON.parse(await this.#keyWorker.ask("confirmed", body))
    );
    this.#arrivedAt = confirmed.last;
    const state = link.state === "ready" && finished.count > 0 ? "saved" : link.state;
    this.#row("state", texts.state, texts.states[state] ?? state);
    this.#row("opened", texts.opened, times(opened));
    this.#row("started", texts.started, times(started));
    this.#row(
      "finished",
      texts.finished,
      confirmed.last === null ? times(finished) : texts.confirmed(momentText(confirmed.last)),
    );
    if (status.content_lost_at != null) this.#row("lost", texts.lost, texts.lostSince(momentText(status.content_lost_at)));
    if (wrong.count > 0) this.#row("wrong", texts.wrong, times(wrong));
    this.#row("left", texts.left, countText(Math.max(0, link.downloads_max - link.downloads_taken)));
    this.#row("ends", texts.ends, momentText(link.expires_at));
    this.#listener.onStatus(link);
    if (gone) this.#ended(gone);
  }

  /** @param {{ why: string, at: number } | null} gone */
  #ended(gone) {
    this.stop();
    const why = (goneForOwner[gone?.why ?? "expired"] ?? goneForOwner.expired)(momentText(gone?.at ?? Date.now()));
    // That it arrived is what the sender waits for; that it is deleted comes after.
    if (this.#arrivedAt === null) this.#listener.onGone(endings.deleted, why);
    else this.#listener.onGone(endings.arrived, `${endings.receipt(momentText(this.#arrivedAt))} ${why}`);
  }

  /** @param {string} name @param {string} label @param {string} value */
  #row(name, label, value) {
    let cell = this.#rows.get(name);
    if (!cell) {
      const term = document.createElement("dt");
      term.textContent = label;
      cell = document.createElement("dd");
      cell.dataset.fact = name;
      this.#rows.set(name, cell);
      element("status", HTMLElement).append(term, cell);
    }
    if (cell.textContent !== value) cell.textContent = value;
  }
}

/** @param {Counter} counter */
const times = (counter) => (counter.last === null ? texts.never : texts.times(counter.count, momentText(counter.last)));
