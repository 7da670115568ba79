// @ts-check
/** Dead ends, each with what happened and what one can do. What is said is the page's own. */

import { problems } from "../i18n/texts.js";
import { endText, sentenceOf, withWait } from "../i18n/wording.js";
import { onDemand } from "../net/waiting.js";
import { button, element, setText, show, whenStuck } from "./views.js";

/**
 * @typedef {object} Words
 * @property {Record<string, { title: string, text: string, button: string }>} deadEnds by state
 * @property {import("/pages").EndTexts} gone by why
 * @property {() => string} [unexpected] for what should not happen
 *
 * @typedef {{ variant?: string, failure?: import("../net/api.js").Failure }} Failed
 */

const OVER = ["gone", "not-found", "destroyed"];

export class DeadEnds {
  #words;
  #whenOver = () => {};

  /** @param {Words} words */
  constructor(words) {
    this.#words = words;
    whenStuck(() => this.showError(undefined, () => location.reload()));
  }

  /** @param {() => void} act where the link leads nowhere any more */
  whenOver(act) {
    this.#whenOver = act;
  }

  /**
   * @param {import("/pages").DeadEnd} name also the page's state
   * @param {string} text empty: the usual one
   * @param {(() => void) | undefined} again what the button does; undefined: no button
   */
  show(name, text, again) {
    this.#show(name, this.#words.deadEnds[name], text, again);
  }

  /**
   * The dead end of a whole link that belongs to another page: what it is, and the way there.
   *
   * @param {import("/pages").LinkKind | ""} kind as the key worker tells it
   * @param {string} text that has the link
   */
  async showOtherKind(kind, text) {
    try {
      const { wayOf } = await onDemand(import("./other-kind.js"));
      const { words, go } = await wayOf(kind, text);
      this.#show("other-kind", words, "", go);
    } catch (error) {
      this.showError(error, () => void this.showOtherKind(kind, text));
    }
  }

  /**
   * @param {import("/pages").DeadEnd} name
   * @param {import("./other-kind.js").Words} words
   * @param {string} text
   * @param {(() => void) | undefined} again
   */
  #show(name, { title, text: usual, button: label }, text, again) {
    element("stop-title", HTMLElement).textContent = title;
    setText("error", text || usual);
    const retry = button("retry");
    retry.hidden = !again;
    retry.textContent = label || this.#words.deadEnds.error.button;
    retry.onclick = again ?? null;
    if (OVER.includes(name)) this.#whenOver();
    show(name);
  }

  /**
   * The dead end that a link's state is, if it is one.
   *
   * @param {Pick<import("/api").LinkView, "state" | "gone">} view
   * @param {boolean} holdsLease for whom an exhausted link still opens
   * @param {() => void} again
   * @returns {boolean}
   */
  showState(view, holdsLease, again) {
    if (view.state === "gone" || view.gone) {
      this.showGone(view.gone, again);
    } else if (view.state === "paused" || view.state === "locked") {
      this.show(view.state, "", again);
    } else if (view.state === "exhausted" && !holdsLease) {
      this.show("exhausted", "", again);
    } else {
      return false;
    }
    return true;
  }

  /**
   * The dead end for a failed call.
   *
   * @param {unknown} error
   * @param {() => void} again
   */
  showError(error, again) {
    const { variant = "unexpected", failure } = /** @type {Failed} */ (error ?? {});
    switch (variant) {
      case "gone":
        return this.showGone(failure?.gone, again);
      case "content-lost":
        return this.show("lost", "", undefined);
      case "not-found":
      case "paused":
      case "locked":
        return this.show(variant, "", again);
      case "no-download-left":
        return this.show("exhausted", "", again);
      case "network":
      case "unavailable":
        return this.show(
          "offline",
          withWait(failure?.stranger ? sentenceOf(failure) : this.#words.deadEnds.offline.text, failure),
          again,
        );
      case "server":
      case "answer":
        return this.show("error", problems.server, again);
      default: {
        const said = sentenceOf(failure) || (this.#words.unexpected?.() ?? problems.unexpected);
        return this.show("error", withWait(said, failure), again);
      }
    }
  }

  /**
   * It has ended. Where nobody knows why, another try is offered.
   *
   * @param {import("/api").Gone | null | undefined} gone
   * @param {() => void} again
   */
  showGone(gone, again) {
    const text = gone ? endText(this.#words.gone, gone) : "";
    this.show("gone", text || this.#words.deadEnds["not-found"].text, text ? undefined : again);
  }
}
