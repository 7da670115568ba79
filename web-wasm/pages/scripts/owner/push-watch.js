// @ts-check
/** What happens to a push, as its owner sees it. */

import { events, pushStatus as texts } from "../i18n/texts.js";
import { countText, momentText } from "../i18n/wording.js";
import { CallError, read, sendForJson, sendForText } from "../net/api.js";
import { forgetFragment } from "../net/fragment.js";
import { setText } from "../ui/views.js";
import { isLog, isPush } from "./answers.js";
import { StatusWatch, timesText } from "./status-watch.js";
import { Timeline } from "./timeline.js";

/**
 * @typedef {{ label: string, confirmed: { count: number, last: number | null } }} Opened what only the owner reads
 *
 * @typedef {object} Owned
 * @property {string} linkId
 * @property {string} ownerProof
 * @property {string} [origin] of the server that has it, if it is not this one
 */

const TRIES = 3;
/** Facts in the order in which they stand. */
const ORDER = ["label", "state", "started", "finished", "wrong", "left", "ends"];

export class PushWatch extends StatusWatch {
  #owned;
  #keyWorker;
  #onChange;
  #prefix;
  #timeline;
  /** The status as it was shown last. */
  #shown = "";

  /**
   * @param {Owned} owned
   * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
   * @param {(status: import("/api").PushStatus, opened: Opened) => void} onChange told whenever something is different
   * @param {string} [prefix] before the ids `status` and `unreachable`. With one there is no timeline
   */
  constructor(owned, keyWorker, onChange, prefix = "") {
    super(`${prefix}status`, ORDER);
    this.#owned = owned;
    this.#keyWorker = keyWorker;
    this.#onChange = onChange;
    this.#prefix = prefix;
    this.#timeline = prefix === "" ? new Timeline(events) : undefined;
    this.reached();
  }

  /** Changes something. @param {"PATCH" | "DELETE"} method @param {Record<string, unknown>} [change] */
  async change(method, change) {
    const json = change && JSON.stringify(change);
    await this.show(await sendForText({ ...this.#call(method, "/owner", TRIES), json }, isPush));
  }

  /** @param {number} triesMax @override */
  async ask(triesMax) {
    return sendForText(this.#call("GET", "/owner", triesMax), isPush);
  }

  /** @override */
  reached() {
    setText(`${this.#prefix}unreachable`, "");
  }

  /** @param {unknown} error @override */
  failed(error) {
    // What is known stays on the page: unknown to the server means that it ended long ago.
    if (error instanceof CallError && error.variant === "not-found") {
      if (this.#prefix === "") forgetFragment();
      this.stop();
    } else {
      setText(`${this.#prefix}unreachable`, texts.unreachable);
    }
  }

  /** @param {string} body @override */
  async show(body) {
    if (body === this.#shown || this.signal.aborted) return;
    const status = read(body, isPush);
    const opened = /** @type {Opened} */ (JSON.parse(await this.#keyWorker.ask("pushStatus", body)));
    const { link } = status;
    const { started, wrong_password: wrong } = link.counters;
    const state = link.state === "ready" && started.count > 0 ? "seen" : link.state;
    if (opened.label !== "") this.row("label", texts.label, opened.label);
    this.row("state", texts.state, texts.states[state] ?? link.state);
    this.row("started", texts.seen, timesText(started, texts));
    if (opened.confirmed.last !== null) {
      this.row("finished", texts.confirmed, texts.receipt(momentText(opened.confirmed.last)));
    }
    if (link.needs_password || wrong.count > 0)
      this.row("wrong", texts.wrong, wrong.count === 0 ? texts.none : timesText(wrong, texts));
    const left = Math.max(0, link.downloads_max - link.downloads_taken);
    this.row("left", texts.left, texts.leftOf(countText(left), countText(link.downloads_max)));
    this.row("ends", texts.ends, momentText(link.expires_at));
    this.#onChange(status, opened);
    this.#shown = body;
    if (this.#timeline) await this.#showLog();
    // Nothing changes any more, but what is deleted when.
    if (link.gone) this.stop();
  }

  async #showLog() {
    /** @type {import("/api").Log} */
    let log;
    try {
      log = await sendForJson(this.#call("GET", "/log", 1), isLog);
    } catch {
      // It comes with the next change.
      return;
    }
    this.#timeline?.show(log.lines);
  }

  /** @param {string} method @param {string} below @param {number} triesMax */
  #call(method, below, triesMax) {
    const { linkId, ownerProof, origin } = this.#owned;
    return {
      method,
      path: `/pushes/${linkId}${below}`,
      headers: { "subrosa-owner-proof": ownerProof },
      signal: this.signal,
      triesMax,
      ...(origin && { origin }),
    };
  }
}
