// @ts-check
/**
 * A password that begins or ends with what nobody sees, a space that was copied along for example: asked about before it costs
 * a try. Fetched when somebody gives such a one.
 */

import { edges as texts } from "../i18n/texts.js";
import { element } from "../ui/views.js";

/**
 * @param {HTMLInputElement} input
 * @param {string} trimmed the password without it
 * @param {(password: string) => void} go what is wanted
 */
export function askAboutEdges(input, trimmed, go) {
  const { value } = input;
  const [before, after] = [!value.startsWith(trimmed), !value.endsWith(trimmed)];
  document.getElementById("password-edges")?.remove();
  const box = document.createElement("div");
  box.id = "password-edges";
  box.className = "notice";
  box.dataset.tone = "warn";
  box.setAttribute("role", "group");
  const words = document.createElement("p");
  words.id = "password-edges-text";
  words.textContent = `${before && after ? texts.both : before ? texts.start : texts.end} ${texts.nothingTried}`;
  box.setAttribute("aria-labelledby", words.id);
  const buttons = document.createElement("div");
  buttons.className = "actions";
  /** @param {string} name @param {string} text @param {string} password */
  const choice = (name, text, password) => {
    const button = document.createElement("button");
    button.type = "button";
    button.id = `password-${name}`;
    button.textContent = text;
    button.addEventListener("click", () => {
      box.remove();
      go(password);
    });
    return button;
  };
  // Whoever set the password may have copied it along, too: what was given is tried first.
  const asItIs = choice("as-it-is", texts.keep, value);
  asItIs.className = "primary";
  buttons.append(asItIs, choice("trim", texts.remove, trimmed));
  box.append(words, buttons);
  element("password-problem", HTMLElement).after(box);
  input.addEventListener("input", () => box.remove(), { once: true });
  asItIs.focus();
}
