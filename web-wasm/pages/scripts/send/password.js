// @ts-check
/** The password of what is sent: typed or drawn, judged, and whether it travels by a link of its own. */

import { page, send as texts } from "../i18n/texts.js";
import { StrengthLine } from "../owner/strength.js";
import { speakable } from "../owner/words.js";
import { button, element, setText, wireShowPassword } from "../ui/views.js";

/** @type {StrengthLine} */
let line;
/** What was drawn, as long as the field may still hold it. */
let drawn = "";
/** Whether there is a server for pushes. */
let offered = false;

/** Listens to the field and the buttons beside it. Called once. */
export function preparePassword() {
  wireShowPassword("password", "password-show");
  line = new StrengthLine("password", "password-strength");
  const field = element("password", HTMLInputElement);
  field.addEventListener("input", showChoice);
  button("password-make").addEventListener("click", () => void draw(field));
}

/** @param {boolean} canPush whether there is a server for pushes */
export function offerPush(canPush) {
  offered = canPush;
  showChoice();
}

/** @returns {{ password: string, byLink: boolean, drawn: boolean }} `drawn`: nobody knows it but this page */
export function chosenPassword() {
  const password = element("password", HTMLInputElement).value;
  const byLink = offered && password !== "" && element("push-password", HTMLInputElement).checked;
  return { password, byLink, drawn: password !== "" && password === drawn };
}

/** Forgets it: what is sent needs no second copy on the page. */
export function clearPassword() {
  const field = element("password", HTMLInputElement);
  field.value = "";
  field.type = "password";
  const toggle = button("password-show");
  toggle.setAttribute("aria-pressed", "false");
  toggle.textContent = page.options.show;
  drawn = "";
  line.clear();
  showChoice();
}

function showChoice() {
  const { value } = element("password", HTMLInputElement);
  element("push-password-choice", HTMLElement).hidden = !offered || value === "";
}

/** @param {HTMLInputElement} field */
async function draw(field) {
  setText("password-problem", "");
  try {
    const made = await speakable();
    drawn = made.text;
    line.draw(made);
    showChoice();
    field.focus();
  } catch {
    setText("password-problem", texts.noWords);
  }
}
