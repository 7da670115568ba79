// @ts-check
/**
 * The card of one channel: a link, and every way to hand it out. A page with two channels has two cards, and neither
 * knows the other's link.
 *
 * The card fills the element that it is given, before what stands in it. Ids within, each after the prefix: `link`,
 * `copy`, `qr`, `share`, `mail`, `markdown`, `code` (the QR code, when it is unfolded).
 */

import { card as texts } from "../i18n/texts.js";
import { copyWhole } from "../ui/exact-copy.js";
import { copyLink, copySelected } from "./copy-link.js";
import { startMail } from "./mail-link.js";
import { qrCode } from "./qr-code.js";

/** @typedef {import("../texts/en/card.js").Message} Message */

export class Card {
  #root;
  #prefix;
  #onTaken;
  #title = document.createElement("h3");
  #lead = document.createElement("p");
  #link = document.createElement("input");
  #copy;
  #qr;
  #share;
  #mail;
  #markdown;
  #code = document.createElement("div");
  #byHand = document.createElement("p");
  /** @type {Message | undefined} */
  #message;
  #snippet = "";

  /**
   * @param {HTMLElement} root
   * @param {object} [options]
   * @param {string} [options.prefix] before every id, for a second card
   * @param {() => void} [options.onTaken] the link left the page in some way
   */
  constructor(root, { prefix = "", onTaken = () => {} } = {}) {
    this.#root = root;
    this.#prefix = prefix;
    this.#onTaken = onTaken;
    this.#copy = this.#button("copy", () => void this.#copyLink());
    this.#qr = this.#button("qr", () => this.#unfold(this.#code.hidden !== false));
    this.#share = this.#button("share", () => void this.#shareLink());
    this.#mail = this.#button("mail", () => this.#mailLink());
    this.#markdown = this.#button("markdown", () => void this.#copyText(this.#snippet, this.#markdown));
    this.#copy.className = "primary";
    this.#build();
  }

  /**
   * @param {object} what
   * @param {string} what.link
   * @param {string} what.title
   * @param {string} [what.lead]
   * @param {Message} what.message for mail and share sheet
   * @param {string} [what.markdown] text of the link in a Markdown snippet; without it, none is offered
   */
  show({ link, title, lead = "", message, markdown = "" }) {
    this.clear();
    this.#link.value = link;
    this.#title.textContent = title;
    this.#lead.textContent = lead;
    this.#lead.hidden = lead === "";
    this.#message = message;
    // Brackets would end the text of the link early.
    this.#snippet = markdown && `[${markdown.replaceAll(/[[\]\\]/gu, "\\$&")}](${link})`;
    this.#markdown.hidden = markdown === "";
  }

  /** Forgets the link. */
  clear() {
    this.#unfold(false);
    this.#link.value = "";
    this.#message = undefined;
    this.#snippet = "";
    this.#byHand.hidden = true;
  }

  /** @param {string} name a text, and the id @param {() => void} pressed */
  #button(name, pressed) {
    const button = document.createElement("button");
    button.type = "button";
    button.id = this.#prefix + name;
    button.textContent = labelOf(name);
    // Scripts click hidden buttons too: without a link, none does anything.
    button.addEventListener("click", () => this.#link.value !== "" && pressed());
    return button;
  }

  #build() {
    this.#root.classList.add("card");
    this.#root.setAttribute("role", "group");
    this.#title.id = `${this.#prefix}card-title`;
    this.#root.setAttribute("aria-labelledby", this.#title.id);
    this.#lead.className = "lead";

    const label = document.createElement("label");
    label.className = "unseen";
    label.textContent = texts.label;
    label.htmlFor = this.#link.id = `${this.#prefix}link`;
    Object.assign(this.#link, { type: "text", readOnly: true, spellcheck: false, autocomplete: "off", dir: "ltr" });
    copyWhole(this.#link);
    this.#link.addEventListener("copy", () => this.#onTaken());

    const field = row("joined", this.#link, this.#copy);
    this.#byHand.className = "hint";
    this.#byHand.textContent = texts.copyByHand;
    this.#byHand.hidden = true;

    this.#code.id = `${this.#prefix}code`;
    this.#code.className = "code";
    this.#code.hidden = true;
    this.#qr.setAttribute("aria-expanded", "false");
    this.#qr.setAttribute("aria-controls", this.#code.id);
    this.#share.hidden = !("share" in navigator);
    for (const button of [this.#copy, this.#qr, this.#share, this.#mail, this.#markdown]) {
      button.setAttribute("aria-describedby", this.#title.id);
    }
    const ways = row("ways", this.#qr, this.#share, this.#mail, this.#markdown);
    this.#root.prepend(this.#title, this.#lead, label, field, this.#byHand, ways, this.#code);
  }

  async #copyLink() {
    this.#byHand.hidden = await this.#copyText(this.#link.value, this.#copy);
  }

  /** @param {string} text @param {HTMLButtonElement} button @returns {Promise<boolean>} whether it is copied */
  async #copyText(text, button) {
    const isCopied = await copyLink(text, button, labelOf(button.id.slice(this.#prefix.length)), () => {
      this.#link.select();
      return text === this.#link.value && copySelected(this.#link);
    });
    if (isCopied) this.#onTaken();
    return isCopied;
  }

  async #shareLink() {
    if (!this.#message) return;
    const { subject, short } = this.#message;
    try {
      await navigator.share({ title: subject, text: short, url: this.#link.value });
      this.#onTaken();
    } catch {
      // The person closed the sheet: nothing was shared.
    }
  }

  #mailLink() {
    if (!this.#message) return;
    this.#onTaken();
    startMail(this.#message, this.#link.value);
  }

  /** @param {boolean} open */
  #unfold(open) {
    this.#qr.setAttribute("aria-expanded", String(open));
    this.#code.hidden = !open;
    // Folded, nothing of the link is left in the page but its field.
    if (!open) return this.#code.replaceChildren();
    const hint = document.createElement("p");
    hint.className = "hint";
    hint.textContent = texts.qrHint;
    this.#code.replaceChildren(qrCode(this.#link.value, texts.qrTitle(this.#title.textContent)), hint);
  }
}

/** @param {string} name */
const labelOf = (name) => /** @type {Record<string, any>} */ (texts)[name];

/** @param {string} className @param {HTMLElement[]} children */
function row(className, ...children) {
  const made = document.createElement("div");
  made.className = className;
  made.append(...children);
  return made;
}
