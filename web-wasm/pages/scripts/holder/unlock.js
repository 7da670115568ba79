// @ts-check
/** The password, and the waiting time after a wrong one, counted down where one can see it. */

import { addTexts, problems } from "../i18n/texts.js";
import { countText, refusalOf, sentenceOf, soonText } from "../i18n/wording.js";
import { CallError } from "../net/api.js";
import { LONG_MILLIS, onDemand } from "../net/waiting.js";
import { withoutEdges } from "../ui/unseen.js";
import { button, element, setText, show, state, wireShowPassword } from "../ui/views.js";

/** No link has a longer password (PROTOCOL.md, section 5). */
const PASSWORD_BYTES_MAX = 1024;

/**
 * What is said: texts of waiting take when the next try is.
 *
 * @typedef {object} Words
 * @property {string} open
 * @property {string} checking
 * @property {string} emptyPassword
 * @property {string} wrongPasswordNow
 * @property {(soon: string) => string} wrongPassword
 * @property {(soon: string) => string} tooSoon
 * @property {string} [unexpected] for what should not happen
 */

/** @type {Words} */
let texts;
/** @type {number | undefined} */
let countdown;
/** Whether that holds the button. Nothing is lost by a try before its time: it is refused, and not counted. */
let held = false;
let busy = false;
/** A password that is meant as it is, although it begins or ends with what nobody sees. */
let meant = "";
/**
 * Listens to the form. Called once.
 *
 * @param {Words} words
 * @param {(password: string) => Promise<void>} open rejects with what the server said
 */
export function preparePassword(words, open) {
  texts = words;
  button("open").textContent = texts.open;
  wireShowPassword("password", "password-show");
  const input = element("password", HTMLInputElement);
  let isLong = false;
  input.addEventListener("input", () => {
    const over = new TextEncoder().encode(input.value.normalize("NFC")).length - PASSWORD_BYTES_MAX;
    if (over > 0) refuse(problems.passwordTooLong(countText(over)));
    else if (isLong) refuse("");
    isLong = over > 0;
  });
  element("password-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void submit(open);
  });
}

/** @param {number} retryAfterMillis from before this visit */
export function askPassword(retryAfterMillis) {
  show("password");
  element("password", HTMLInputElement).focus();
  if (retryAfterMillis > 0) wait(retryAfterMillis, texts.tooSoon);
}

/** @param {(password: string) => Promise<void>} open */
async function submit(open) {
  const input = element("password", HTMLInputElement);
  if (state() !== "password" || busy || held) return;
  if (input.value === "") return refuse(texts.emptyPassword);
  busy = true;
  stopWaiting();
  refuse("");
  working(true);
  try {
    if (await asked(input, open)) return;
    await open(input.value);
    input.value = meant = "";
  } catch (error) {
    tellFailure(error);
  } finally {
    busy = false;
    working(held);
    button("open").textContent = texts.open;
  }
}

/**
 * Whether the person is asked first: about what came along when the password was copied.
 *
 * @param {HTMLInputElement} input
 * @param {(password: string) => Promise<void>} open
 */
async function asked(input, open) {
  const { value } = input;
  const trimmed = withoutEdges(value);
  if (trimmed === value || value === meant) return false;
  const [{ askAboutEdges }] = await onDemand(Promise.all([import("./unseen-edges.js"), addTexts("edges")]));
  askAboutEdges(input, trimmed, (password) => {
    input.value = meant = password;
    void submit(open);
  });
  return true;
}

/** Says beside the password why it did not open. @param {unknown} error */
export function tellFailure(error) {
  const failure = error instanceof CallError ? error.failure : undefined;
  const { variant } = /** @type {{ variant?: string }} */ (error);
  if (failure?.variant === "wrong-password") {
    wrong(failure.wait_millis);
  } else if (failure?.variant === "too-many-guesses") {
    wait(failure.wait_millis, texts.tooSoon);
  } else if (failure?.again || variant === "network") {
    refuse(refusalOf(failure));
  } else {
    const strange = sentenceOf(failure) || texts.unexpected || problems.unexpected;
    refuse(variant === "password-too-long" ? texts.wrongPasswordNow : strange);
  }
}

/** @param {boolean} yes */
function working(yes) {
  const target = button("open");
  target.disabled = yes;
  target.textContent = yes && !held ? texts.checking : texts.open;
  element("password-form", HTMLFormElement).ariaBusy = String(yes && !held);
}

/** @param {number} millis */
function wrong(millis) {
  if (millis <= 0) refuse(texts.wrongPasswordNow);
  else wait(millis, texts.wrongPassword);
  const input = element("password", HTMLInputElement);
  input.select();
  input.focus();
}

/** @param {number} millis @param {(soon: string) => string} text */
function wait(millis, text) {
  const from = performance.now();
  button("open").disabled = held = true;
  // The first sentence is announced; the ticking figure is only shown.
  const target = element("password-problem", HTMLElement);
  target.setAttribute("aria-live", "off");
  refuse(text(soonText(millis / 1000)));
  clearInterval(countdown);
  countdown = setInterval(() => {
    const waited = performance.now() - from;
    if (held && waited >= Math.min(millis, LONG_MILLIS)) button("open").disabled = held = false;
    if (waited < millis) {
      target.textContent = text(soonText((millis - waited) / 1000));
      return;
    }
    stopWaiting();
    // That it was wrong stays true: who looked away still reads it, and hears that the wait is over.
    refuse(text === texts.wrongPassword ? texts.wrongPasswordNow : "");
  }, 250);
}

function stopWaiting() {
  clearInterval(countdown);
  element("password-problem", HTMLElement).removeAttribute("aria-live");
}

/** @param {string} text */
function refuse(text) {
  setText("password-problem", text);
  element("password", HTMLInputElement).ariaInvalid = text === "" ? null : "true";
}
