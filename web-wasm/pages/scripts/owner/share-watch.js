// @ts-check
/** What happens to the link of a share, as its owner sees it. */

import { endings, goneForOwner, shareEvents, status as texts } from "../i18n/texts.js";
import { countText, endText, momentText } from "../i18n/wording.js";
import { CallError, isUnclear, read, sendForJson, sendForText } from "../net/api.js";
import { isLog, isShare } from "./answers.js";
import { StatusWatch, timesText } from "./status-watch.js";
import { Timeline } from "./timeline.js";

/** Facts in the order in which they stand. */
const ORDER = ["state", "opened", "started", "finished", "lost", "wrong", "left", "ends"];

export class ShareWatch extends StatusWatch {
  #share;
  #keyWorker;
  #listener;
  #timeline = new Timeline(shareEvents);
  /** The status as it was shown last. */
  #shown = "";
  /** When a recipient's receipt last said that it was saved. @type {number | null} */
  #arrivedAt = null;

  /**
   * @param {{ shareId: string, linkId: string, ownerProof: string }} share
   * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
   * @param {object} listener
   * @param {(title: string, text: string) => void} listener.onGone once, when it has ended
   * @param {(link: import("/api").LinkStatus) => void} listener.onStatus whenever it was asked
   * @param {(status: import("/api").ShareStatus) => void} listener.onShare the same, of all of it
   * @param {(link: string) => string} listener.nameOf how the owner calls a link; empty: there is no other
   */
  constructor(share, keyWorker, listener) {
    super("status", ORDER);
    this.#share = share;
    this.#keyWorker = keyWorker;
    this.#listener = listener;
  }

  /** @param {number} triesMax @override */
  async ask(triesMax) {
    return sendForText(this.#call("", triesMax), isShare);
  }

  /** @param {string} below @param {number} triesMax */
  #call(below, triesMax) {
    const { shareId, ownerProof } = this.#share;
    const headers = { "subrosa-owner-proof": ownerProof };
    return { method: "GET", path: `/shares/${shareId}${below}`, headers, signal: this.signal, triesMax };
  }

  /** @param {unknown} error @override */
  failed(error) {
    if (error instanceof CallError && !error.failure.again && !isUnclear(error.failure)) {
      this.#ended(error.failure.gone);
    } else {
      this.row("state", texts.state, texts.unreachable);
    }
  }

  /** @param {string} body @override */
  async show(body) {
    const status = read(body, isShare);
    const link = status.links.find((candidate) => candidate.link === this.#share.linkId);
    // Others may still lead there when this one has ended.
    const gone = status.gone ?? (status.links.length > 1 ? null : link?.gone);
    this.#listener.onShare(status);
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
    this.row("state", texts.state, texts.states[state] ?? state);
    this.row("opened", texts.opened, timesText(opened, texts));
    this.row("started", texts.started, timesText(started, texts));
    this.row(
      "finished",
      texts.finished,
      confirmed.last === null ? timesText(finished, texts) : texts.confirmed(momentText(confirmed.last)),
    );
    if (status.content_lost_at != null)
      this.row("lost", texts.lost, texts.lostSince(momentText(status.content_lost_at)));
    if (wrong.count > 0) this.row("wrong", texts.wrong, timesText(wrong, texts));
    this.row("left", texts.left, countText(Math.max(0, link.downloads_max - link.downloads_taken)));
    this.row("ends", texts.ends, momentText(link.expires_at));
    this.#listener.onStatus(link);
    if (gone) this.#ended(gone);
    else if (body !== this.#shown) await this.#showLog(body);
  }

  /** Asks at once, and shows everything again. */
  lookAnew() {
    this.#shown = "";
    this.lookNow();
  }

  /** @param {string} body of the status that it belongs to */
  async #showLog(body) {
    try {
      const { lines } = await sendForJson(this.#call("/log", 1), isLog);
      this.#timeline.show(lines, this.#listener.nameOf);
      this.#shown = body;
    } catch {
      // It comes with the next look.
    }
  }

  /** @param {import("/api").Gone | null | undefined} gone */
  #ended(gone) {
    this.stop();
    const why = gone ? endText(goneForOwner, gone) : "";
    // That it arrived is what the sender waits for; that it is deleted comes after.
    if (this.#arrivedAt === null) this.#listener.onGone(endings.deleted, why);
    else this.#listener.onGone(endings.arrived, `${endings.receipt(momentText(this.#arrivedAt))} ${why}`);
  }
}
