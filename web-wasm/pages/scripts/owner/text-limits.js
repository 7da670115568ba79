// @ts-check
/**
 * Fields whose text has a limit. Nothing is cut: a text that is too long stays as it is, the page says at once by how much it
 * is too long, in the unit of the limit, and what it is to be sent with says so too.
 */

import { textLimits } from "/wasm/seal.js";

import { fitting as texts } from "../i18n/texts.js";
import { countText } from "../i18n/wording.js";
import { hasUnseen } from "../ui/unseen.js";
import { element } from "../ui/views.js";

/** From so much of its limit on, a text is counted. */
const NEAR = 0.9;

/** @typedef {"bytes" | "characters"} Unit */

/**
 * @returns {{ note: number, password: number, line: number, url: number, payload: number, name: number, path: number,
 * depth: number }}
 */
export const limitsOfTexts = () => JSON.parse(textLimits());

/** Bytes of UTF-8. @param {string} text */
export const bytesOf = (text) => new TextEncoder().encode(text).length;

/** Bytes of a text within JSON. @param {string} text */
export const bytesInJson = (text) => bytesOf(JSON.stringify(text)) - 2;

/** Characters without what stands around them. @param {string} text */
export const charactersOf = (text) => [...text.trim()].length;

export class LimitedField {
  #field;
  #line;
  /** @type {number} */
  #max;
  /** @type {Unit} */
  #unit;
  /** @type {(text: string) => number} */
  #measure;

  /**
   * @param {string} id of a field, which stands in an element with the class `field`
   * @param {number} max
   * @param {(text: string) => number} measure
   * @param {Unit} [unit]
   */
  constructor(id, max, measure, unit = "bytes") {
    const field = document.getElementById(id);
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) throw new Error(`no field ${id}`);
    this.#field = field;
    this.#max = max;
    this.#measure = measure;
    this.#unit = unit;
    this.#line = document.createElement("p");
    this.#line.id = `${id}-fits`;
    this.#line.className = "hint fits";
    this.#line.role = "status";
    this.#line.hidden = true;
    (field.closest(".joined") ?? field).after(this.#line);
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${this.#line.id}`.trim());
    field.addEventListener("input", () => this.look());
    field.addEventListener("paste", (event) => this.#pasted(/** @type {ClipboardEvent} */ (event)));
  }

  /** What is wrong with it, in words; empty: it fits. */
  get problem() {
    const { value } = this.#field;
    // No text has more bytes in JSON than six for each of its units.
    const len = 6 * value.length <= this.#max ? 0 : this.#measure(value);
    return len <= this.#max ? "" : problemOf(len, this.#max, this.#unit, value);
  }

  /** Says how it stands: after the page itself has changed the field. */
  look() {
    const { problem } = this;
    const { value } = this.#field;
    if (problem) return this.#say(problem, true);
    const len = 6 * value.length <= this.#max ? 0 : this.#measure(value);
    this.#say(len < NEAR * this.#max ? this.remark(value) : texts.near[this.#unit](countText(len), this.#max), false);
  }

  get id() {
    return this.#field.id;
  }

  /** What is to be said of a text that fits. @param {string} _text */
  remark(_text) {
    return "";
  }

  /**
   * A field of one line takes no line breaks. Some browsers leave them out, others put spaces there: here, they are left out.
   *
   * @param {ClipboardEvent} event
   */
  #pasted(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (event.defaultPrevented || this.#field instanceof HTMLTextAreaElement || !/[\r\n]/u.test(text)) return;
    event.preventDefault();
    // As if it was typed: it can be undone, and whoever listens to the field is told.
    document.execCommand("insertText", false, text.replace(/[\r\n]+/gu, ""));
    if (/[\r\n]/u.test(text.trim()) && this.problem === "") this.#say(texts.oneLine, false);
  }

  /** @param {string} text @param {boolean} isWrong */
  #say(text, isWrong) {
    if (isWrong) this.#field.ariaInvalid = "true";
    else if (this.#line.dataset.tone === "bad") this.#field.ariaInvalid = null;
    this.#line.dataset.tone = isWrong ? "bad" : "";
    this.#line.textContent = text;
    this.#line.hidden = text === "";
  }
}

/** A field for a password: what nobody sees in it is said, as the recipient has to give it, too. */
export class PasswordField extends LimitedField {
  /** @param {string} text @override */
  remark(text) {
    return hasUnseen(text) ? texts.unseen : "";
  }
}

/** A character as one can name it, though it may not show. @param {string} character */
export function characterName(character) {
  if (character === " ") return texts.space;
  if (character === "\t") return texts.tab;
  if (character === "\\") return character;
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** @param {number} len @param {number} max @param {Unit} unit @param {string} text */
function problemOf(len, max, unit, text) {
  const problem = texts.tooLong[unit](len - max, countText(len), max);
  return unit === "bytes" && bytesOf(text) > text.length ? `${problem} ${texts.bytes}` : problem;
}

/**
 * What is wrong with texts that go into one sealed text and are too long for it together; empty: they fit.
 *
 * @param {string[]} values
 * @param {number} max bytes
 */
export function tooLongTogether(values, max) {
  const text = values.join("");
  const len = bytesInJson(text);
  return len <= max ? "" : problemOf(len, max, "bytes", text);
}

/**
 * The first of some fields that does not fit, and what is to be said of it where nobody sees which field it is.
 *
 * @param {LimitedField[]} fields
 * @returns {{ id: string, problem: string } | undefined}
 */
export function tooLong(fields) {
  const found = fields.find(({ id, problem }) => problem !== "" && !element(id, HTMLElement).closest("[hidden]"));
  if (!found) return undefined;
  const label = document.querySelector(`label[for="${found.id}"]`);
  const name = (label?.querySelector("span") ?? label)?.textContent ?? "";
  return { id: found.id, problem: `${name}: ${found.problem}` };
}
