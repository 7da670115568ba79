// @ts-check
/** The form: kinds and their fields, what may be chosen, and what is wrong before anything is sent. */

import { StrengthLine } from "../strength.js";
import { formProblems as problems, push as texts } from "../texts.js";
import { button, element, revealing, say } from "../views.js";
import { countText, lifeText, momentText } from "../wording.js";
import { speakable } from "../words.js";
import { clearGenerator, isUnfolded, prepareGenerator } from "./generator.js";

/**
 * @typedef {object} Config what the server says, of `GET /config`
 * @property {{ views_max: number, expiry_secs_min: number, expiry_secs_max: number }} limits
 * @property {{ views: number[], views_default: number, push_expiry_secs: number[], push_expiry_secs_default: number }}
 * choices
 *
 * @typedef {object} Wanted
 * @property {{ kind: string, from: string, label: string, forFiles: boolean, password?: string, user?: string, note?:
 * string, url?: string }} form
 * @property {string} passphrase
 * @property {number} expiresInSecs
 * @property {number} views
 * @property {boolean} mayDestroy
 * @property {number | undefined} destroyAfterGuesses
 */

/** That a field is not as it must be. The message is for people. */
export class FormProblem extends Error {
  /** @param {string} id of the field @param {string} message */
  constructor(id, message) {
    super(message);
    this.name = "FormProblem";
    this.id = id;
  }
}

/** Chosen instead of a number: a field opens. */
const OTHER = "other";
const SECRETS = ["secret", "user", "note", "url", "passphrase"];
const MINUTE_MILLIS = 60_000;

/** @type {Config} */
let config;
/** @type {StrengthLine} */
let passphraseLine;

/** Listens to the fields. Called once. */
export function prepareForm() {
  element("kinds", HTMLFieldSetElement).addEventListener("change", showKind);
  revealing("secret", "secret-show");
  revealing("passphrase", "passphrase-show");
  prepareGenerator();
  element("secret", HTMLInputElement).addEventListener("paste", takeLines);
  for (const [choice, field] of [
    ["views", "views-number"],
    ["expiry", "expiry-date"],
  ]) {
    element(choice, HTMLSelectElement).addEventListener("change", () => {
      const other = element(choice, HTMLSelectElement).value === OTHER;
      element(`${field}-field`, HTMLElement).hidden = !other;
      if (other) element(field, HTMLInputElement).focus();
    });
  }
  const passphrase = element("passphrase", HTMLInputElement);
  passphraseLine = new StrengthLine("passphrase", "passphrase-strength");
  passphrase.addEventListener("input", showGuesses);
  element("guesses", HTMLInputElement).addEventListener("change", showGuesses);
  button("passphrase-make").addEventListener("click", () => void makePassphrase(passphrase));
  // What was wrong is forgiven as soon as it is touched.
  element("push-form", HTMLFormElement).addEventListener("input", (event) => {
    if (event.target instanceof HTMLElement && event.target.ariaInvalid) {
      event.target.ariaInvalid = null;
      say("push-problem", "");
    }
  });
}

/** Offers what the server takes. @param {Config} from */
export function offer(from) {
  config = from;
  const { choices, limits } = config;
  fill("views", choices.views, choices.views_default, texts.views, texts.viewsOther);
  fill("expiry", choices.push_expiry_secs, choices.push_expiry_secs_default, lifeText, texts.expiryDate);
  const number = element("views-number", HTMLInputElement);
  number.max = String(limits.views_max);
  number.value = String(Math.min(limits.views_max, 2));
  const date = element("expiry-date", HTMLInputElement);
  const now = Date.now();
  date.min = localMinute(now + 1000 * limits.expiry_secs_min + MINUTE_MILLIS);
  date.max = localMinute(now + 1000 * limits.expiry_secs_max);
  date.value = localMinute(now + 1000 * Math.min(limits.expiry_secs_max, 7 * 24 * 60 * 60));
  showKind();
}

/** @returns {Wanted} throws a {@link FormProblem} */
export function readForm() {
  const kind = chosenKind();
  const form = {
    kind,
    from: value("from").trim(),
    label: value("label").trim(),
    forFiles: false,
    ...(kind === "login" && { user: value("user") }),
    ...((kind === "login" || kind === "password") && { password: value("secret") }),
    ...((kind === "login" || kind === "note") && { note: value("note") }),
    ...(kind === "url" && { url: value("url").trim() }),
  };
  if (![form.user, form.password, form.note, form.url].some(Boolean)) throw new FormProblem(...needed(kind));
  const passphrase = value("passphrase");
  return {
    form,
    passphrase,
    expiresInSecs: chosenLife(),
    views: chosenViews(),
    mayDestroy: element("may-destroy", HTMLInputElement).checked,
    destroyAfterGuesses: passphrase === "" ? undefined : chosenGuesses(),
  };
}

/** The field of a kind that must not be empty, and what is said then. @param {string} kind @returns {[string, string]} */
function needed(kind) {
  if (kind === "login") return ["user", problems.emptyLogin];
  if (kind === "note") return ["note", problems.emptyNote];
  return kind === "url" ? ["url", problems.emptyUrl] : ["secret", problems.emptySecret];
}

/** What sealing says is wrong with the form. @param {string} variant @returns {FormProblem | undefined} */
export function problemOf(variant) {
  const [field, empty] = needed(chosenKind());
  /** @type {Record<string, [string, string]>} */
  const known = {
    empty: [field, empty],
    "too-long": [chosenKind() === "login" ? "note" : field, problems.tooLong],
    "bad-url": ["url", problems.badUrl],
    control: ["secret", problems.control],
    "from-too-long": ["from", problems.from],
    "label-too-long": ["label", problems.label],
    "password-too-long": ["passphrase", problems.passphrase],
  };
  return known[variant] && new FormProblem(...known[variant]);
}

/** Says what is wrong, and goes there. @param {FormProblem} problem */
export function showProblem({ id, message }) {
  say("push-problem", message);
  const field = document.getElementById(id);
  if (!(field instanceof HTMLElement)) return;
  field.closest("details")?.setAttribute("open", "");
  field.ariaInvalid = "true";
  field.focus();
}

/** Leaves no secret on the page. */
export function clearSecrets() {
  for (const id of SECRETS) {
    const field = document.getElementById(id);
    if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.value = "";
  }
  for (const [id, toggle] of [
    ["secret", "secret-show"],
    ["passphrase", "passphrase-show"],
  ]) {
    if (element(id, HTMLInputElement).type === "text") button(toggle).click();
  }
  element("label", HTMLInputElement).value = "";
  clearGenerator();
  passphraseLine.clear();
  showGuesses();
}

function chosenKind() {
  const chosen = document.querySelector("#kinds input:checked");
  return chosen instanceof HTMLInputElement ? chosen.value : "password";
}

function showKind() {
  const kind = chosenKind();
  for (const part of document.querySelectorAll("[data-for]")) {
    const shown = (part.getAttribute("data-for") ?? "").split(" ").includes(kind);
    part.toggleAttribute("hidden", !shown || (part.id === "generator" && !isUnfolded()));
  }
  say("push-problem", "");
  say("pasted-lines", "");
}

/**
 * A key of several lines, pasted where one line fits, would lose its line breaks without a word. It goes into the note.
 *
 * @param {ClipboardEvent} event
 */
function takeLines(event) {
  const text = event.clipboardData?.getData("text") ?? "";
  if (!/[\r\n]/u.test(text.trim())) return;
  event.preventDefault();
  if (chosenKind() === "password") {
    const note = document.querySelector("#kinds input[value=note]");
    if (note instanceof HTMLInputElement) note.checked = true;
    showKind();
  }
  const note = element("note", HTMLTextAreaElement);
  note.value = note.value === "" ? text : `${note.value}\n${text}`;
  note.focus();
  say("pasted-lines", texts.pastedLines);
}

/** Destroying after wrong passphrases makes sense where there is a passphrase. */
function showGuesses() {
  element("guesses-block", HTMLElement).hidden = value("passphrase") === "";
  element("guesses-more", HTMLElement).hidden = !element("guesses", HTMLInputElement).checked;
}

/** @param {HTMLInputElement} field */
async function makePassphrase(field) {
  try {
    passphraseLine.draw(await speakable());
    // It has to be told to somebody, so it is shown.
    if (field.type === "password") button("passphrase-show").click();
    showGuesses();
  } catch {
    say("push-problem", problems.network);
  }
}

/** @returns {number} seconds from now */
function chosenLife() {
  const chosen = element("expiry", HTMLSelectElement).value;
  if (chosen !== OTHER) return Number(chosen);
  const { expiry_secs_min: min, expiry_secs_max: max } = config.limits;
  const now = Date.now();
  const secs = Math.floor((new Date(value("expiry-date")).getTime() - now) / 1000);
  if (secs >= min && secs <= max) return secs;
  throw new FormProblem(
    "expiry-date",
    problems.expiry(momentText(now + 1000 * min + MINUTE_MILLIS), momentText(now + 1000 * max)),
  );
}

/** @returns {number} */
function chosenViews() {
  const chosen = element("views", HTMLSelectElement).value;
  if (chosen !== OTHER) return Number(chosen);
  const max = config.limits.views_max;
  return whole("views-number", max, problems.views(countText(max)));
}

/** @returns {number | undefined} */
function chosenGuesses() {
  if (!element("guesses", HTMLInputElement).checked) return undefined;
  const max = Number(element("guesses-count", HTMLInputElement).max);
  return whole("guesses-count", max, problems.guesses(countText(max)));
}

/** @param {string} id @param {number} max @param {string} problem */
function whole(id, max, problem) {
  const number = Number(value(id));
  if (value(id) !== "" && Number.isInteger(number) && 1 <= number && number <= max) return number;
  throw new FormProblem(id, problem);
}

/** @param {string} id */
function value(id) {
  const field = document.getElementById(id);
  return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.value : "";
}

/**
 * @param {string} id
 * @param {number[]} values
 * @param {number} chosen
 * @param {(value: number) => string} text
 * @param {string} other
 */
function fill(id, values, chosen, text, other) {
  element(id, HTMLSelectElement).replaceChildren(
    ...values.map((value) => new Option(text(value), String(value), value === chosen, value === chosen)),
    new Option(other, OTHER),
  );
}

/** A moment as `datetime-local` writes it: in the reader's time zone. @param {number} millis */
function localMinute(millis) {
  const offset = new Date(millis).getTimezoneOffset() * MINUTE_MILLIS;
  return new Date(millis - offset).toISOString().slice(0, 16);
}
