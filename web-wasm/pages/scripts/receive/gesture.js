// @ts-check
/**
 * The two steps that a counted download takes. Programs that look into links click whatever they find: the second
 * button does not exist until a second after the first was pressed, stands elsewhere, and answers only to people's
 * clicks and keys.
 */

import { page, receive as texts } from "../texts.js";
import { announce, button, element, fromTemplate, say } from "../views.js";

const SECOND_STEP_MILLIS = 1_000;

/** @type {number | undefined} */
let timer;

/**
 * Asks. Shows the second step after a second; whoever leaves has taken nothing.
 *
 * @param {number} left downloads that are left
 * @param {() => void} yes
 * @param {() => void} no
 */
export function askTwice(left, yes, no) {
  stopAsking();
  say("confirm-title", left <= 1 ? texts.confirmTitle.last : texts.confirmTitle.some(left));
  element("confirm", HTMLElement).hidden = false;
  firstStep(true);
  element("confirm-title", HTMLElement).focus();
  button("download-not").onclick = () => {
    stopAsking();
    no();
  };
  timer = setTimeout(() => {
    const confirm = fromTemplate("confirm-button");
    confirm.textContent = texts.confirmYes;
    confirm.addEventListener("click", (event) => {
      if (!event.isTrusted) return;
      stopAsking();
      yes();
    });
    element("confirm-actions", HTMLElement).append(confirm);
    announce(`${texts.confirmYes}, ${page.confirm.no}`);
  }, SECOND_STEP_MILLIS);
}

/** Takes the second step away. */
export function stopAsking() {
  clearTimeout(timer);
  document.getElementById("download-confirm")?.remove();
  element("confirm", HTMLElement).hidden = true;
  firstStep(false);
  announce("");
}

/** @param {boolean} hidden */
function firstStep(hidden) {
  for (const part of document.querySelectorAll("[data-step=first]")) part.toggleAttribute("hidden", hidden);
}
