// @ts-check
/**
 * The two steps that whatever counts takes. Programs that look into links click whatever they find: the second button
 * does not exist until a second after the first was pressed, stands elsewhere, and answers only to people's clicks and
 * keys.
 */

import { announce, element, fromTemplate, setText } from "../ui/views.js";

const SECOND_STEP_MILLIS = 1_000;

/** @type {number | undefined} */
let timer;
/** @type {HTMLElement | undefined} */
let second;

/**
 * Asks. Shows the second step after a second; whoever leaves has taken nothing.
 *
 * @param {{ title: string, yes: string, no: string }} words
 * @param {() => void} yes
 * @param {() => void} no
 */
export function askTwice(words, yes, no) {
  stopAsking();
  setText("confirm-title", words.title);
  element("confirm", HTMLElement).hidden = false;
  firstStep(true);
  element("confirm-title", HTMLElement).focus();
  const actions = element("confirm-actions", HTMLElement);
  const not = actions.querySelector("button");
  if (!not) throw new Error("the second step has no way back");
  not.textContent = words.no;
  not.onclick = () => {
    stopAsking();
    no();
  };
  timer = setTimeout(() => {
    const confirm = fromTemplate("confirm-button");
    confirm.textContent = words.yes;
    confirm.addEventListener("click", (event) => {
      if (!event.isTrusted) return;
      stopAsking();
      yes();
    });
    actions.append(confirm);
    second = confirm;
    announce(`${words.yes}, ${words.no}`);
  }, SECOND_STEP_MILLIS);
}

/** Takes the second step away. */
export function stopAsking() {
  clearTimeout(timer);
  second?.remove();
  second = undefined;
  element("confirm", HTMLElement).hidden = true;
  firstStep(false);
  announce("");
}

/** @param {boolean} hidden */
function firstStep(hidden) {
  for (const part of document.querySelectorAll("[data-step=first]")) part.toggleAttribute("hidden", hidden);
}
