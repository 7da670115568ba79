// @ts-check
/** The form: kinds and their fields, what may be chosen, and what is wrong before anything is sent. */

import { presets as presetTexts, formProblems as problems, push as texts, strength } from "../i18n/texts.js";
import { lifeText } from "../i18n/wording.js";
import { FormProblem, LifeChoice, NumberChoice, pushLives, wholeNumber } from "../owner/form-choices.js";
import { Presets } from "../owner/presets.js";
import { StrengthLine } from "../owner/strength.js";
import {
  bytesInJson,
  bytesOf,
  characterName,
  charactersOf,
  LimitedField,
  limitsOfTexts,
  PasswordField,
  tooLong,
  tooLongTogether,
} from "../owner/text-limits.js";
import { speakable } from "../owner/words.js";
import { button, element, setText, wireShowPassword } from "../ui/views.js";
import { clearGenerator, isUnfolded, prepareGenerator } from "./generator.js";

/**
 * @typedef {object} Wanted
 * @property {{ kind: string, from: string, label: string, forFiles: boolean, password?: string, user?: string, note?:
 * string, url?: string }} form
 * @property {string} passphrase
 * @property {number} expiresInSecs
 * @property {number} views
 * @property {boolean} mayDestroy
 * @property {number | undefined} destroyAfterGuesses
 */

const SECRETS = ["secret", "user", "note", "url", "passphrase"];

/** @type {import("/api").Config} */
let config;
/** @type {StrengthLine} */
let passphraseLine;
/** @type {NumberChoice} */
let views;
/** @type {LifeChoice} */
let life;
/** @type {Presets} */
let presets;
/** The passphrase that was drawn last, as long as the field may still hold it. */
let drawnPassphrase = "";
/** Counts what is done to the field: what was asked for before comes too late. */
let turn = 0;
/** @type {LimitedField[]} */
let limitedFields = [];
/** Bytes that the fields of what is handed over may have together. */
let fieldsMax = 0;

/** Listens to the fields. Called once. */
export function prepareForm() {
  element("kinds", HTMLFieldSetElement).addEventListener("change", showKind);
  wireShowPassword("secret", "secret-show");
  wireShowPassword("passphrase", "passphrase-show");
  prepareGenerator();
  element("secret", HTMLInputElement).addEventListener("paste", takeLines);
  views = new NumberChoice("views", "views-number");
  life = new LifeChoice("expiry", "expiry-date");
  const { payload, password, line, url } = limitsOfTexts();
  // What lies around the fields of what is handed over is no longer than this.
  fieldsMax = payload - 100;
  limitedFields = [
    ...["user", "secret", "note"].map((id) => new LimitedField(id, fieldsMax, bytesInJson)),
    new LimitedField("url", url, (text) => bytesOf(text.trim())),
    new PasswordField("passphrase", password, (text) => bytesOf(text.normalize("NFC"))),
    new LimitedField("from", line, charactersOf, "characters"),
    new LimitedField("label", line, charactersOf, "characters"),
  ];
  const passphrase = element("passphrase", HTMLInputElement);
  passphraseLine = new StrengthLine("passphrase", "passphrase-strength");
  passphrase.addEventListener("input", () => {
    turn += 1;
    showGuesses();
  });
  element("guesses", HTMLInputElement).addEventListener("change", showGuesses);
  button("passphrase-make").addEventListener("click", () => void makePassphrase().then(() => presets.look()));
  presets = new Presets(life, views, {
    fields: ["expiry", "expiry-date", "views", "views-number", "passphrase"],
    stored: "subrosa/push-preset",
    countText: texts.views,
    passwords: presetTexts.passphrases,
    needsPassword: presetTexts.needsPassphrase,
    boundsOf: ({ limits }) => {
      const { expiry_secs_min: lifeMin, expiry_secs_max: lifeMax } = pushLives(limits);
      return { lifeMin, lifeMax, countMax: limits.views_max, serverNeeds: "" };
    },
    secret: passphraseSecret,
  });
  // What was wrong is forgiven as soon as it is touched.
  element("push-form", HTMLFormElement).addEventListener("input", (event) => {
    if (event.target instanceof HTMLElement && event.target.ariaInvalid) {
      event.target.ariaInvalid = null;
      setText("push-problem", "");
    }
  });
}

/** Offers what the server takes. @param {import("/api").Config} from */
export function offer(from) {
  config = from;
  const { choices, limits } = config;
  views.offer(choices.views, choices.views_default, limits.views_max, texts.views, texts.viewsOther);
  const { push_expiry_secs: lives, push_expiry_secs_default: first } = choices;
  life.offer(lives, first, pushLives(limits), lifeText, texts.expiryDate);
  // What is for everybody is no secret.
  const suited = (choices.presets ?? []).filter(({ key }) => key !== "public");
  presets.offer({ ...config, choices: { ...choices, presets: suited } });
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
  const long = tooLong(limitedFields);
  if (long) throw new FormProblem(long.id, long.problem);
  const together = tooLongTogether([form.user ?? "", form.password ?? "", form.note ?? ""], fieldsMax);
  if (together) throw new FormProblem("note", problems.together(together));
  presets.check();
  const passphrase = value("passphrase");
  return {
    form,
    passphrase,
    expiresInSecs: life.value,
    views: views.value,
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

/**
 * What sealing says is wrong with the form, but for lengths, which are known before.
 *
 * @param {string} variant
 * @param {string} character the first one that is wrong, if one is
 * @returns {FormProblem | undefined}
 */
export function problemOf(variant, character) {
  const name = characterName(character);
  /** @type {Record<string, [string, string]>} */
  const known = {
    empty: needed(chosenKind()),
    "user-character": ["user", problems.userCharacter(name)],
    "password-character": ["secret", problems.passwordCharacter(name)],
    "url-scheme": ["url", problems.urlScheme],
    "url-character": ["url", problems.urlCharacter(name)],
    "url-user-name": ["url", problems.urlUserName],
    "url-host": ["url", problems.urlHost],
    "url-port": ["url", problems.urlPort],
    "from-character": ["from", problems.fromCharacter(name)],
    "label-character": ["label", problems.labelCharacter(name)],
  };
  return known[variant] && new FormProblem(...known[variant]);
}

/** Says what is wrong, and goes there. @param {FormProblem} problem */
export function showProblem({ id, message }) {
  setText("push-problem", message);
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
  for (const field of limitedFields) field.look();
  clearGenerator();
  passphraseLine.clear();
  drawnPassphrase = "";
  presets.forgetOwn();
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
  setText("push-problem", "");
  setText("pasted-lines", "");
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
  note.dispatchEvent(new InputEvent("input", { bubbles: true }));
  setText("pasted-lines", texts.pastedLines);
}

/** Destroying after wrong passphrases makes sense where there is a passphrase. */
function showGuesses() {
  element("guesses-block", HTMLElement).hidden = value("passphrase") === "";
  element("guesses-more", HTMLElement).hidden = !element("guesses", HTMLInputElement).checked;
}

/** Draws one into the field. It has to be told to somebody, so it is shown. */
async function makePassphrase() {
  const mine = (turn += 1);
  try {
    const made = await speakable();
    // Meanwhile, somebody has typed or chosen something else.
    if (turn !== mine) return;
    putPassphrase(made.text, true);
    passphraseLine.draw(made);
  } catch {
    if (turn === mine) setText("push-problem", problems.network);
  }
}

/** @param {string} text @param {boolean} isDrawn */
function putPassphrase(text, isDrawn) {
  const field = element("passphrase", HTMLInputElement);
  turn += 1;
  field.value = text;
  drawnPassphrase = isDrawn ? text : "";
  passphraseLine.clear();
  if (isDrawn && field.type === "password") button("passphrase-show").click();
  showGuesses();
}

/** For presets. @type {import("../owner/presets.js").Secret} */
const passphraseSecret = {
  id: "passphrase",
  chosen: () => {
    const password = value("passphrase");
    return { password, drawn: password !== "" && password === drawnPassphrase };
  },
  draw: makePassphrase,
  cancelDraw: () => {
    turn += 1;
  },
  clear: () => putPassphrase("", false),
  put: putPassphrase,
  need: (yes) => {
    element("passphrase-optional", HTMLElement).hidden = yes;
    element("passphrase", HTMLInputElement).required = yes;
  },
};

/** The form is used again: another passphrase is drawn than for what was handed over before. */
export const presetsAgain = () => presets.again();

/** @returns {number | undefined} */
function chosenGuesses() {
  if (!element("guesses", HTMLInputElement).checked) return undefined;
  const field = element("guesses-count", HTMLInputElement);
  const max = Number(field.max);
  const number = wholeNumber(field, 1, max);
  if (number === undefined) throw new FormProblem(field.id, strength.range(1, max));
  return number;
}

/** @param {string} id */
function value(id) {
  const field = document.getElementById(id);
  return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.value : "";
}
