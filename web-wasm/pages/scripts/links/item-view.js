// @ts-check
/** One thing that was sent, as a row of the list. */

import { goneForOwner, links as texts, pushGone, unfinished } from "../i18n/texts.js";
import { countText, endText, momentText } from "../i18n/wording.js";
import { copyByHand } from "../owner/copy-link.js";
import { fromTemplate, setTextIn } from "../ui/views.js";
import { stateOf } from "./states.js";

/** @typedef {import("../storage/keyring.js").KeyringItem} KeyringItem */

/** @param {KeyringItem} item */
export function titleOf({ kind, name, files, isForFiles }) {
  if (kind === "share") return name === "" ? texts.files : unfinished.name(name, Math.max(0, files - 1));
  if (isForFiles) return texts.passwordFor(name);
  return name === "" ? texts.push : texts.pushOf(name);
}

export class ItemView {
  row = fromTemplate("item");
  #box;
  #problem;

  /**
   * @param {KeyringItem} item
   * @param {{ open: () => void, copy: () => void, picked: () => void }} listener
   */
  constructor(item, { open, copy, picked }) {
    this.row.dataset.id = item.id;
    this.#box = /** @type {HTMLInputElement} */ (this.row.querySelector("input[type=checkbox]"));
    this.#box.addEventListener("change", picked);
    this.#problem = /** @type {HTMLElement} */ (this.row.querySelector(".problem"));
    for (const [name, act] of /** @type {const} */ ([
      ["open", open],
      ["copy", copy],
    ])) {
      const button = /** @type {HTMLButtonElement} */ (this.row.querySelector(`.${name}`));
      button.textContent = texts[name];
      button.addEventListener("click", act);
    }
    this.show(item);
  }

  get isPicked() {
    return this.#box.checked;
  }

  set isPicked(yes) {
    this.#box.checked = yes;
  }

  /** @param {KeyringItem} item */
  show(item) {
    const title = titleOf(item);
    setTextIn(this.row, ".name", title);
    for (const name of /** @type {const} */ (["open", "copy"])) {
      this.row.querySelector(`.${name}`)?.setAttribute("aria-label", `${texts[name]}: ${title}`);
    }
    this.row.querySelector(".link")?.setAttribute("aria-label", title);
    const state = stateOf(item);
    this.row.dataset.state = state;
    setTextIn(this.row, ".state", stateText(item));
    const { madeAt, endsAt, seen } = item;
    const facts = [texts.made(momentText(madeAt))];
    if (state !== "gone") facts.push(texts.ends(momentText(endsAt)));
    if (seen && state !== "gone") facts.push(texts.taken(countText(seen.taken), countText(seen.max)));
    setTextIn(this.row, ".where", facts.join(" · "));
    const copy = this.row.querySelector(".copy");
    if (copy instanceof HTMLElement) copy.hidden = state === "gone";
  }

  /** Says what went wrong with it; empty: nothing. @param {string} text */
  say(text) {
    this.#problem.textContent = text;
    this.#problem.hidden = text === "";
  }

  /** The link, to be copied by hand. @param {string} link empty: none */
  showLink(link) {
    return copyByHand(/** @type {HTMLInputElement} */ (this.row.querySelector(".link")), link);
  }
}

/** @param {KeyringItem} item */
function stateText(item) {
  const { seen, kind } = item;
  const state = stateOf(item);
  const why = seen?.gone ? endText(kind === "share" ? goneForOwner : pushGone, seen.gone) : "";
  if (state === "gone") return why || texts.states.gone;
  if (!seen) return texts.unasked;
  const wrong = seen.wrong > 0 ? ` ${texts.wrong(seen.wrong)}` : "";
  return texts.states[state] + wrong;
}
