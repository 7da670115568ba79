// @ts-check
/**
 * A sheet of links for paper: of each its name, its QR code, how long and how often it works. Never a password, and never a
 * link that shows one: who finds the sheet would have both. What is shown is what is printed.
 */

import { card as texts } from "../i18n/texts.js";
import { momentText } from "../i18n/wording.js";
import { button, element, fromTemplate, setTextIn, show, state } from "../ui/views.js";
import { qrCode } from "./qr-code.js";

/** @typedef {{ name: string, link: string, endsAt: number, taken: number, max: number, hasPassword: boolean }} Printed */

export class PrintSheet {
  #list = element("print-links", HTMLElement);

  /**
   * @param {object} page
   * @param {import("/pages").PageState} page.back the state that it comes from and goes back to
   * @param {string} page.focus id of the button that it was asked for with
   * @param {() => void} [page.onPrint] the links are about to leave the page
   */
  constructor({ back, focus, onPrint = () => {} }) {
    button("print-now").addEventListener("click", () => {
      if (state() !== "print") return;
      onPrint();
      print();
    });
    button("print-back").addEventListener("click", () => {
      if (state() !== "print") return;
      show(back);
      this.clear();
      button(focus).focus();
    });
  }

  /** @param {Printed[]} links */
  show(links) {
    this.#list.replaceChildren(...links.map(printed));
    show("print");
  }

  /** Forgets the links. */
  clear() {
    this.#list.replaceChildren();
  }
}

/** @param {Printed} link */
function printed({ name, link, endsAt, taken, max, hasPassword }) {
  const row = fromTemplate("print-link");
  setTextIn(row, ".name", name);
  row.querySelector(".code")?.replaceChildren(qrCode(link, texts.qrTitle(name)));
  const left = texts.sheetLeft(Math.max(0, max - taken));
  setTextIn(row, ".where", `${texts.sheetEnds(momentText(endsAt))} ${left}`);
  setTextIn(row, ".how", hasPassword ? texts.sheetPassword : "");
  setTextIn(row, ".address", link);
  return row;
}
