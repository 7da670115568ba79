// @ts-check
/** The address with which owners come back to what they handed over: on the page of the result, for them alone. */

import { page } from "../i18n/texts.js";
import { copyWhole } from "../ui/exact-copy.js";
import { button, element } from "../ui/views.js";
import { copyLink, copySelected } from "./copy-link.js";

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
    const target = button("owner-copy");
    const isCopied = await copyLink(this.#field.value, target, page.back.copy, () => copySelected(this.#field));
    if (isCopied) this.#onTaken();
  }
}
