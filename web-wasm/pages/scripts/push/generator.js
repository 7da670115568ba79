// @ts-check
/** Draws passwords into the field, and says how hard they, or typed ones, are to guess. */

import { randomPassword } from "/wasm/seal.js";

import { strength as texts } from "../i18n/texts.js";
import { wholeNumber } from "../owner/form-choices.js";
import { StrengthLine } from "../owner/strength.js";
import { wordList } from "../owner/words.js";
import { button, element, setText } from "../ui/views.js";

/** @typedef {import("../owner/words.js").Made} Made */

/** @type {StrengthLine} */
let line;
/** Counts draws: one that waits for the list may be overtaken. */
let draws = 0;

/** Listens to the field, the button beside it, and what unfolds below. Called once. */
export function prepareGenerator() {
  const field = element("secret", HTMLInputElement);
  const panel = element("generator", HTMLElement);
  line = new StrengthLine("secret", "secret-strength");
  field.addEventListener("input", () => (draws += 1));
  button("generate").addEventListener("click", () => {
    const open = button("generate").getAttribute("aria-expanded") !== "true";
    unfold(open);
    if (open) void draw();
  });
  button("generator-close").addEventListener("click", () => {
    unfold(false);
    button("generate").focus();
  });
  button("regenerate").addEventListener("click", () => void draw());
  /** @param {Event} event */
  const changed = ({ target, type }) => {
    // Lists tell their change once, when it is made; some programs that help people tell nothing else.
    if (target instanceof HTMLSelectElement !== (type === "change")) return;
    for (const part of panel.querySelectorAll("[data-way]")) {
      part.toggleAttribute("hidden", part.getAttribute("data-way") !== way());
    }
    void draw();
  };
  panel.addEventListener("input", changed);
  panel.addEventListener("change", changed);
}

/** Whether the panel stands open: another kind of push may have no password. @returns {boolean} */
export const isUnfolded = () => button("generate").getAttribute("aria-expanded") === "true";

/** Forgets what was drawn. */
export function clearGenerator() {
  draws += 1;
  unfold(false);
  line.clear();
}

/** @param {boolean} open */
function unfold(open) {
  button("generate").setAttribute("aria-expanded", String(open));
  element("generator", HTMLElement).hidden = !open;
  setText("generator-problem", "");
}

async function draw() {
  const mine = (draws += 1);
  let made;
  try {
    made = way() === "words" ? await words() : characters();
  } catch {
    if (mine === draws) setText("generator-problem", texts.noWords);
    return;
  }
  if (mine !== draws) return;
  setText("generator-problem", typeof made === "string" ? made : "");
  if (typeof made === "string") return;
  const wasMissing = element("secret", HTMLInputElement).ariaInvalid;
  line.draw(made);
  // Nothing is missing any more, although nobody typed.
  if (wasMissing) setText("push-problem", "");
}

/** @returns {Made | string} a string: what is wrong with the choice */
function characters() {
  const length = number("length");
  if (typeof length === "string") return length;
  const classes = {
    lower: checked("lower"),
    upper: checked("upper"),
    digits: checked("digits"),
    symbols: checked("symbols"),
    withoutLookalikes: checked("without-lookalikes"),
  };
  if (!classes.lower && !classes.upper && !classes.digits && !classes.symbols) return texts.noClass;
  return JSON.parse(randomPassword(length, JSON.stringify(classes)));
}

/** @returns {Promise<Made | string>} */
async function words() {
  const count = number("words");
  if (typeof count === "string") return count;
  const separator = element("separator", HTMLSelectElement).value;
  return JSON.parse((await wordList()).passphrase(count, separator, checked("with-digit"), checked("capitals")));
}

/** @param {string} id @returns {number | string} a string: why it is none */
function number(id) {
  const input = element(id, HTMLInputElement);
  const [min, max] = [Number(input.min), Number(input.max)];
  const value = wholeNumber(input, min, max);
  input.ariaInvalid = value === undefined ? "true" : null;
  return value ?? texts.range(min, max);
}

/** @param {string} id */
const checked = (id) => element(id, HTMLInputElement).checked;

/** What the generated password is made of. */
function way() {
  const chosen = document.querySelector("#generator input[name=way]:checked");
  return chosen instanceof HTMLInputElement ? chosen.value : "characters";
}
