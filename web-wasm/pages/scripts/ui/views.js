// @ts-check
/** The view layer: one state at a time, shown by attribute; texts by `textContent`; focus and announcements. */

import { page } from "../i18n/texts.js";

/** @typedef {import("/pages").PageState} PageState */

// No form is ever sent by the browser, which would write what was typed into the address: scripts read them. Said here,
// before any form has a script that listens.
document.addEventListener("submit", (event) => event.preventDefault());

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T} the element, which the page is known to have
 */
export function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} with the id ${id}`);
  return found;
}

/** @param {string} id */
export const button = (id) => element(id, HTMLButtonElement);

/** @returns {PageState} the state that is shown */
export const state = () => /** @type {PageState} */ (document.body.dataset.state);

/**
 * Shows the view of a state and moves the focus to its heading, so that keyboards and screen readers go along.
 *
 * @param {PageState} next
 */
export function show(next) {
  const previous = state();
  document.body.dataset.state = next;
  /** @type {Element | undefined} */
  let opened;
  for (const view of document.querySelectorAll("[data-view]")) {
    const names = (view.getAttribute("data-view") ?? "").split(" ");
    const shown = names.includes(next);
    if (shown && !names.includes(previous)) opened = view;
    view.toggleAttribute("hidden", !shown);
  }
  const heading = opened?.querySelector("h2");
  if (heading && previous !== "loading") heading.focus();
}

/** States in which nobody can do anything but wait for what this page does. @type {PageState[]} */
const BUSY = ["loading", "revealing"];

/**
 * The last resort: an error that nobody caught, where the page would wait for ever.
 *
 * @param {() => void} act
 */
export function whenStuck(act) {
  for (const kind of ["error", "unhandledrejection"]) {
    // Before there are texts, the page stays as it is written.
    addEventListener(kind, () => BUSY.includes(state()) && page.options && act());
  }
}

/**
 * Says something to screen readers without moving anything.
 *
 * @param {string} text
 */
export function announce(text) {
  element("live", HTMLElement).textContent = text;
}

/**
 * Sets a text, or hides the element when there is none.
 *
 * @param {string} id
 * @param {string} text empty: hide
 */
export function setText(id, text) {
  const target = element(id, HTMLElement);
  if (target.textContent !== text) target.textContent = text;
  target.hidden = text === "";
}

/**
 * A copy of what a template holds.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function fromTemplate(id) {
  const copy = document.importNode(element(id, HTMLTemplateElement).content, true).firstElementChild;
  if (!(copy instanceof HTMLElement)) throw new Error(`the template ${id} is empty`);
  return copy;
}

/**
 * @param {HTMLElement} parent
 * @param {string} selector
 * @param {string} text
 */
export function setTextIn(parent, selector, text) {
  const target = parent.querySelector(selector);
  if (target) target.textContent = text;
}

/**
 * A button that shows and hides what is typed into a password field.
 *
 * @param {string} inputId
 * @param {string} buttonId
 */
export function wireShowPassword(inputId, buttonId) {
  const input = element(inputId, HTMLInputElement);
  const toggle = button(buttonId);
  // A double click would select a password up to its first punctuation mark.
  input.addEventListener("dblclick", () => input.select());
  toggle.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    toggle.setAttribute("aria-pressed", String(!shown));
    toggle.textContent = shown ? page.options.show : page.options.hide;
  });
}

/**
 * A question that a button opens, and that the way back closes; what says yes is somebody else's.
 *
 * @param {string} buttonId
 * @param {string} askId
 * @param {string} keepId the way back: it has the focus first
 */
export function wireConfirmation(buttonId, askId, keepId) {
  const ask = element(askId, HTMLElement);
  button(buttonId).addEventListener("click", () => {
    ask.hidden = false;
    button(keepId).focus();
  });
  button(keepId).addEventListener("click", () => {
    ask.hidden = true;
    button(buttonId).focus();
  });
}
