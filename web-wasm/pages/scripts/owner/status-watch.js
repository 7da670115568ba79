// @ts-check
/**
 * What happens to a link, as long as its owner's page is open: asked every few seconds, less often when nobody looks. What is
 * asked and shown of a share and of a push: `share-watch.js`, `push-watch.js`.
 */

import { momentText } from "../i18n/wording.js";
import { element } from "../ui/views.js";

const EVERY_MILLIS = 4_000;
const HIDDEN_EVERY_MILLIS = 30_000;
const TRIES = 3;

export class StatusWatch {
  #list;
  #order;
  #stop = new AbortController();
  /** @type {number | undefined} */
  #timer;
  /** Rows that stand on the page, by name, so that only what changed is announced. @type {Map<string, HTMLElement>} */
  #rows = new Map();

  /** @param {string} listId of the facts @param {string[]} order in which they stand; some appear later than others */
  constructor(listId, order) {
    this.#list = element(listId, HTMLElement);
    this.#order = order;
    this.#list.replaceChildren();
    const look = () => document.visibilityState === "visible" && this.lookNow();
    document.addEventListener("visibilitychange", look, { signal: this.signal });
  }

  /** Aborted when watching ends. */
  get signal() {
    return this.#stop.signal;
  }

  /** Asks the server. @param {number} _triesMax @returns {Promise<string>} */
  async ask(_triesMax) {
    throw new Error("each kind asks for its own");
  }

  /** Shows the answer. @param {string} _body @returns {Promise<void>} */
  async show(_body) {
    throw new Error("each kind shows its own");
  }

  /** The server answered. */
  reached() {}

  /** It did not, or refused. @param {unknown} _error */
  failed(_error) {}

  /** Looks once, and rejects if that fails; from then on by itself. */
  async start() {
    await this.show(await this.ask(TRIES));
    this.later();
  }

  stop() {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  /** Asks at once, and then by itself. */
  lookNow() {
    clearTimeout(this.#timer);
    void this.#look();
  }

  /** Asks after a while, and then by itself. */
  later() {
    if (this.signal.aborted) return;
    clearTimeout(this.#timer);
    const isVisible = document.visibilityState === "visible";
    this.#timer = setTimeout(() => void this.#look(), isVisible ? EVERY_MILLIS : HIDDEN_EVERY_MILLIS);
  }

  async #look() {
    try {
      await this.show(await this.ask(1));
      this.reached();
    } catch (error) {
      if (this.signal.aborted) return;
      this.failed(error);
    }
    this.later();
  }

  /** Shows a fact. @param {string} name @param {string} label @param {string} value */
  row(name, label, value) {
    let cell = this.#rows.get(name);
    if (!cell) {
      const term = document.createElement("dt");
      term.textContent = label;
      cell = document.createElement("dd");
      cell.dataset.fact = name;
      const next = this.#order.slice(this.#order.indexOf(name) + 1).find((later) => this.#rows.has(later));
      this.#list.insertBefore(term, (next && this.#rows.get(next)?.previousElementSibling) || null);
      term.after(cell);
      this.#rows.set(name, cell);
    }
    if (cell.textContent !== value) cell.textContent = value;
  }
}

/**
 * How often something happened, and when last.
 *
 * @param {Pick<import("/api").Counter, "count" | "last">} counter
 * @param {{ never: string, times: (count: number, when: string) => string }} texts
 */
export const timesText = ({ count, last }, texts) =>
  last == null ? texts.never : texts.times(count, momentText(last));
