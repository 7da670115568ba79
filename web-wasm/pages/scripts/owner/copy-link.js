// @ts-check
/** Copying a link: the button says that it is copied, and there is a way out where the page may not copy. */

import { card as texts } from "../i18n/texts.js";
import { announce } from "../ui/views.js";

const COPIED_MILLIS = 2_500;

/**
 * @param {string} text
 * @param {HTMLButtonElement} pressed says for a while that it is copied
 * @param {string} label what it says otherwise
 * @param {() => boolean} byHand what happens where the page may not copy; true: now it is copied nevertheless
 * @returns {Promise<boolean>} whether it is copied
 */
export async function copyLink(text, pressed, label, byHand) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!byHand()) return false;
  }
  pressed.textContent = texts.copied;
  announce(texts.copied);
  setTimeout(() => {
    pressed.textContent = label;
    announce("");
  }, COPIED_MILLIS);
  return true;
}

/** Copies what stands in a field in the old way; where that fails, too, it is selected. @param {HTMLInputElement} field */
export function copySelected(field) {
  field.select();
  return document.execCommand("copy");
}

/** Shows a link in its field, selected: the person copies it. @param {HTMLInputElement} field @param {string} link */
export function copyByHand(field, link) {
  field.value = link;
  field.hidden = link === "";
  if (link !== "") field.select();
  return false;
}
