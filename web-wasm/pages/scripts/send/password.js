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

/** Counts what is done to the field: what was asked for before comes too late. */
let turn = 0;

/** Listens to the field and the buttons beside it. Called once. @param {() => void} onDrawn by the button */
export function preparePassword(onDrawn) {
  wireShowPassword("password", "password-show");
  line = new StrengthLine("password", "password-strength");
  const field = element("password", HTMLInputElement);
  field.addEventListener("input", () => {
    turn += 1;
    showChoice();
  });
  button("password-make").addEventListener("click", async () => {
    if (!(await drawPassword())) return;
    field.focus();
    onDrawn();
  });
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
  turn += 1;
  field.value = "";
  field.type = "password";
  const toggle = button("password-show");
  toggle.setAttribute("aria-pressed", "false");
  toggle.textContent = page.options.show;
  drawn = "";
  line.clear();
  showChoice();
}

/** What is still being drawn is not wanted any more. */
function cancelDraw() {
  turn += 1;
}

/** Puts one there that stood there before. @param {string} password @param {boolean} wasDrawn */
function putPassword(password, wasDrawn) {
  clearPassword();
  element("password", HTMLInputElement).value = password;
  if (wasDrawn) drawn = password;
  showChoice();
}

/** Says whether one has to be there. @param {boolean} yes */
function needPassword(yes) {
  element("password-optional", HTMLElement).hidden = yes;
  element("password", HTMLInputElement).required = yes;
}

function showChoice() {
  const { value } = element("password", HTMLInputElement);
  element("push-password-choice", HTMLElement).hidden = !offered || value === "";
}

/** Draws one into the field. @returns {Promise<boolean>} whether it stands there */
async function drawPassword() {
  const mine = (turn += 1);
  setText("password-problem", "");
  try {
    const made = await speakable();
    // Meanwhile, somebody has typed or chosen something else.
    if (turn !== mine) return false;
    drawn = made.text;
    line.draw(made);
    showChoice();
    return true;
  } catch {
    if (turn === mine) setText("password-problem", texts.noWords);
    return false;
  }
}

/** For presets. @type {import("../owner/presets.js").Secret} */
export const passwordSecret = {
  id: "password",
  chosen: chosenPassword,
  draw: drawPassword,
  cancelDraw,
  clear: clearPassword,
  put: putPassword,
  need: needPassword,
};
