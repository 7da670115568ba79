// @ts-check
/** The line below a field that says how hard what stands in it is to guess: what was drawn, exactly; what was typed, at most. */

import { strength as estimate } from "/wasm/seal.js";

import { strength as texts } from "../i18n/texts.js";
import { countText } from "../i18n/wording.js";
import { element } from "../ui/views.js";

/** Typed text is judged when the person pauses, not at every key. */
const PAUSE_MILLIS = 300;

export class StrengthLine {
  #field;
  #line;
  /** What was drawn last, to know whether the field still holds it. */
  #drawn = "";
  /** @type {number | undefined} */
  #pause;

  /** @param {string} fieldId @param {string} lineId an element with the class `strength` */
  constructor(fieldId, lineId) {
    this.#field = element(fieldId, HTMLInputElement);
    this.#line = element(lineId, HTMLElement);
    this.#field.addEventListener("input", () => {
      clearTimeout(this.#pause);
      this.#pause = setTimeout(() => this.#judge(), PAUSE_MILLIS);
    });
  }

  /** Puts what was drawn into the field. @param {import("./words.js").Made} made */
  draw({ text, bits, verdict }) {
    clearTimeout(this.#pause);
    this.#drawn = text;
    this.#field.value = text;
    this.#field.removeAttribute("aria-invalid");
    this.#tell(texts.made(countText(bits), texts.verdictsMade[verdict]), verdict);
  }

  /** Forgets what was drawn; the field is somebody else's. */
  clear() {
    clearTimeout(this.#pause);
    this.#drawn = "";
    this.#tell("", "");
  }

  #judge() {
    const { value } = this.#field;
    if (value === "" || value === this.#drawn) return this.#tell("", "");
    const { bits, verdict } = /** @type {{ bits: number, verdict: string }} */ (JSON.parse(estimate(value)));
    this.#tell(texts.typed(countText(bits), texts.verdictsTyped[verdict]), verdict);
  }

  /** @param {string} text @param {string} verdict */
  #tell(text, verdict) {
    this.#line.dataset.verdict = verdict;
    this.#line.textContent = text;
  }
}
