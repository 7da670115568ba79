// @ts-check
/** Whether what was sent is in the list of this browser, and the way to change that: on the page of the result. */

import { kept as texts } from "../i18n/texts.js";
import { forgetItems, remember, remembered, remembersByDefault, storeDefault } from "../storage/keyring.js";
import { announce, button, element, setText } from "../ui/views.js";
import { keepInStep } from "./synced-keyring.js";

/** @typedef {import("../storage/keyring.js").KeyringItem} KeyringItem */

/** Whether to remember what is sent next: the choice that was made last stands there. Called once. */
export function prepareChoice() {
  const box = element("remember", HTMLInputElement);
  box.checked = remembersByDefault();
  box.addEventListener("change", () => storeDefault(box.checked));
}

export const wantsToRemember = () => element("remember", HTMLInputElement).checked;

export class KeptHere {
  /** What belongs together, as files and the password of theirs. @type {KeyringItem[]} */
  #items = [];
  #isKept = false;
  /** Whether the person took it off the list, here. */
  #isOff = false;

  constructor() {
    // What is sent here is on the other devices soon, whoever closes this page.
    keepInStep();
    button("kept-change").addEventListener("click", () => this.#items.length > 0 && void this.#change());
  }

  /**
   * @param {KeyringItem} item
   * @param {boolean} isNew and is to be remembered
   */
  async show(item, isNew) {
    this.#items.push(item);
    if (isNew && !this.#isOff) await this.#remember();
    else this.#say((await remembered(item.id)) !== undefined, false);
  }

  clear() {
    this.#items = [];
    this.#isOff = false;
    setText("kept-here", "");
    button("kept-change").hidden = true;
  }

  async #change() {
    button("kept-change").disabled = true;
    try {
      if (this.#isKept) {
        this.#isOff = true;
        await forgetItems(this.#items.map(({ id }) => id));
        this.#say(false, true);
      } else {
        this.#isOff = false;
        await this.#remember();
      }
    } catch {
      setText("kept-here", texts.failed);
    } finally {
      button("kept-change").disabled = false;
    }
  }

  async #remember() {
    const kept = await Promise.all(this.#items.map(remember));
    this.#say(kept.every(Boolean), true);
    if (!this.#isKept) setText("kept-here", texts.failed);
  }

  /** @param {boolean} isKept @param {boolean} aloud */
  #say(isKept, aloud) {
    // Forgotten meanwhile, with all that stood here.
    if (this.#items.length === 0) return;
    this.#isKept = isKept;
    setText("kept-here", isKept ? texts.yes : texts.no);
    button("kept-change").hidden = false;
    button("kept-change").textContent = isKept ? texts.forget : texts.remember;
    if (aloud) announce(isKept ? texts.yes : texts.no);
  }
}
