// @ts-check
/** What was revealed, field by field: hidden until it is shown, hidden again after a while, copied without showing. */

import { fields as names, reveal as texts } from "../i18n/texts.js";
import { markSecret } from "../ui/exact-copy.js";
import { announce, element, fromTemplate, setTextIn } from "../ui/views.js";

/** @typedef {import("./session.js").Field} Field */
/** @typedef {(name: string) => Promise<string>} Read */

/** What is shown stays so long. */
const SHOWN_MILLIS = 30_000;
/** As many dots for every secret: nothing is told about its length. */
const DOTS = "••••••••••";

/** @type {Map<string, () => void>} by name of the field */
const shown = new Map();
/** Takes back that a field was copied: the clipboard holds one. */
let uncopied = () => {};

/** Puts the fields on the page. @param {Field[]} fields @param {Read} read */
export function showFields(fields, read) {
  hideFields();
  element("fields", HTMLElement).replaceChildren(
    ...fields.filter(({ empty }) => !empty).map((field) => fieldBox(field, read)),
  );
}

/** Hides what is shown. */
export function hideFields() {
  for (const hide of [...shown.values()]) hide();
}

/** Leaves nothing of them on the page. */
export function clearFields() {
  hideFields();
  uncopied = () => {};
  element("fields", HTMLElement).replaceChildren();
}

/** @param {Field} field @param {Read} read */
function fieldBox({ name, secret }, read) {
  const box = fromTemplate("secret-field");
  const label = names[name] ?? name;
  const text = part(box, ".text");
  const said = part(box, ".said");
  const show = /** @type {HTMLButtonElement} */ (part(box, "[data-act=show]"));
  const copy = /** @type {HTMLButtonElement} */ (part(box, "[data-act=copy]"));
  box.dataset.field = name;
  setTextIn(box, ".name", label);
  const title = part(box, ".name");
  title.id = `name-${name}`;
  text.id = `text-${name}`;
  box.setAttribute("aria-labelledby", title.id);
  show.setAttribute("aria-controls", text.id);
  setText(copy, texts.copy, label);

  /** @type {number | undefined} */
  let timer;
  const hide = () => {
    clearTimeout(timer);
    shown.delete(name);
    mask(text);
    box.querySelector(".open")?.remove();
    setText(show, texts.show, label);
    show.setAttribute("aria-pressed", "false");
  };
  const reveal = async () => {
    const value = await read(name);
    // Whoever left the page meanwhile does not want to see it.
    if (document.visibilityState === "hidden" || !box.isConnected) return;
    write(text, name, value);
    if (name === "url") openable(box, value);
    if (!secret) return;
    shown.set(name, hide);
    setText(show, texts.hide, label);
    show.setAttribute("aria-pressed", "true");
    announce(texts.shown);
    clearTimeout(timer);
    timer = setTimeout(() => {
      hide();
      announce(texts.hiddenAgain);
    }, SHOWN_MILLIS);
  };
  // The worker has it no more: asking again, by loading the page, costs nothing.
  const lost = () => {
    said.textContent = texts.lost;
    said.hidden = false;
  };
  show.addEventListener("click", (event) => {
    if (!event.isTrusted) return;
    if (shown.has(name)) hide();
    else reveal().catch(lost);
  });
  copy.addEventListener("click", (event) => {
    if (event.isTrusted) void copyField(() => read(name), copy, label, said);
  });
  show.hidden = !secret;
  hide();
  if (!secret) queueMicrotask(() => void reveal().catch(lost));
  return box;
}

/** @param {HTMLElement} text */
function mask(text) {
  text.dataset.shown = "no";
  markSecret(text, "");
  const dots = document.createElement("span");
  dots.ariaHidden = "true";
  dots.textContent = DOTS;
  const hidden = document.createElement("span");
  hidden.className = "unseen";
  hidden.textContent = texts.hidden;
  text.replaceChildren(dots, hidden);
}

/** Writes a text as text; of a web address, its host stands apart. @param {HTMLElement} text @param {string} name @param {string} value */
function write(text, name, value) {
  text.dataset.shown = "yes";
  // Of a note, a person may want a part.
  markSecret(text, name === "note" ? "text" : "whole", value);
  const url = name === "url" ? plainUrl(value) : undefined;
  if (!url) return text.replaceChildren(value);
  const host = document.createElement("strong");
  host.className = "host";
  host.textContent = url.host;
  const [before, after] = [document.createElement("span"), document.createElement("span")];
  before.className = after.className = "rest";
  before.textContent = `${url.protocol}//`;
  after.textContent = url.href.slice(`${url.protocol}//${url.host}`.length);
  text.replaceChildren(before, host, after);
}

/** The way to a web address: only by this link, in a tab that knows nothing of this one. @param {HTMLElement} box @param {string} value */
function openable(box, value) {
  const url = plainUrl(value);
  if (!url) return;
  const warning = document.createElement("p");
  warning.className = "hint";
  warning.textContent = texts.urlWarn;
  const link = document.createElement("a");
  link.className = "button";
  link.href = url.href;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.referrerPolicy = "no-referrer";
  link.textContent = texts.openUrl;
  const row = document.createElement("div");
  row.className = "open";
  row.append(warning, link);
  part(box, ".actions").before(row);
}

/** @param {string} value @returns {URL | undefined} one that a person may be sent to */
function plainUrl(value) {
  try {
    const url = new URL(value);
    return ["https:", "http:"].includes(url.protocol) && !url.username && !url.password ? url : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {() => Promise<string>} read
 * @param {HTMLButtonElement} pressed
 * @param {string} label
 * @param {HTMLElement} said
 */
async function copyField(read, pressed, label, said) {
  const done = await intoClipboard(read);
  if (done) {
    uncopied();
    uncopied = () => {
      setText(pressed, texts.copy, label);
      said.hidden = true;
    };
  }
  setText(pressed, done ? texts.copied : texts.copy, label);
  said.textContent = done ? texts.inClipboard : texts.notCopied;
  said.hidden = false;
  announce(said.textContent);
}

/** @param {() => Promise<string>} read @returns {Promise<boolean>} */
async function intoClipboard(read) {
  const text = read();
  try {
    // Some browsers allow it only within the click: the text may then come later.
    await navigator.clipboard.write([
      new ClipboardItem({ "text/plain": text.then((value) => new Blob([value], { type: "text/plain" })) }),
    ]);
    return true;
  } catch {
    // Older ones take text that is there.
  }
  try {
    await navigator.clipboard.writeText(await text);
    return true;
  } catch {
    return false;
  }
}

/** @param {HTMLButtonElement} button @param {string} action @param {string} label */
function setText(button, action, label) {
  button.textContent = action;
  button.setAttribute("aria-label", texts.of(action, label));
}

/** @param {HTMLElement} box @param {string} selector @returns {HTMLElement} */
function part(box, selector) {
  const found = box.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`a field has no ${selector}`);
  return found;
}
