// @ts-check
/** The address with which owners come back to what they handed over: on the page of the result, for them alone. */

import { card as texts, page } from "../i18n/texts.js";
import { copyWhole } from "../ui/exact-copy.js";
import { announce, button, element } from "../ui/views.js";

const COPIED_MILLIS = 2_500;

export class WayBack {
  #field = element("owner-link", HTMLInputElement);
  #onTaken;

  /** @param {() => void} onTaken the address left the page: closing it loses nothing */
  constructor(onTaken) {
    this.#onTaken = onTaken;
    copyWhole(this.#field);
    this.#field.addEventListener("copy", onTaken);
    button("owner-copy").addEventListener("click", () => this.#field.value !== "" && void this.#copy());
  }

  /** @param {string} address */
  show(address) {
    this.#field.value = address;
  }

  clear() {
    this.#field.value = "";
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#field.value);
    } catch {
      // Not allowed here: then the text is selected, and the person copies it.
      this.#field.select();
      if (!document.execCommand("copy")) return;
    }
    this.#onTaken();
    const target = button("owner-copy");
    target.textContent = texts.copied;
    announce(texts.copied);
    setTimeout(() => {
      target.textContent = page.back.copy;
      announce("");
    }, COPIED_MILLIS);
  }
}
