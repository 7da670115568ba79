// @ts-check
/**
 * The page *phrase*: explains what a recovery phrase is, makes one, checks it, restores the list from it, and stops.
 *
 * The words stand on the page while they are made, and nowhere else: what is kept is what is derived from them.
 *
 * For tests and scripts, these stay as they are. `document.body.dataset.state` is one of `loading`, `unsupported`, `start`,
 * `made`, `on`, `error`. Ids: `#start-said`, `#make`, `#make-problem`; `#restore-words`, `#restore-go`, `#restore-problem`;
 * `#words` (a `li` for each), `#confirm-words`, `#confirm-go`, `#confirm-problem`, `#confirm-not`; `#on-said`, `#on-problem`,
 * `#sync-now`, `#begin-again`; `#check-words`, `#check-go`, `#check-problem`, `#check-right`; `#renew`, `#stop-here`, `#stop`;
 * `#ask` with `#ask-yes` and `#ask-no`.
 */

import * as wasm from "/wasm/seal.js";

import { page, phrase as texts, problems, textsReady } from "../i18n/texts.js";
import { momentText, refusalOf } from "../i18n/wording.js";
import { CallError, sendForJson } from "../net/api.js";
import { isConfig } from "../owner/answers.js";
import { showChannels } from "../owner/channels.js";
import { beginSync, stopEverywhere, stopHere, syncNow } from "../owner/synced-keyring.js";
import { wordList } from "../owner/words.js";
import { readSync } from "../storage/keyring-sync.js";
import { startEngine } from "../ui/engine.js";
import { announce, button, element, setText, show, state, whenStuck } from "../ui/views.js";

/** @typedef {import("../owner/synced-keyring.js").Outcome} Outcome */

/** Of the words that are shown; nothing else of them is kept. */
let drawn = "";
/** What the question that is asked does. @type {(() => Promise<void>) | undefined} */
let asked;

async function start() {
  whenStuck(() => fail());
  await textsReady;
  if (!(await startEngine("seal", wasm))) return;
  prepare();
  await look();
  await configure();
}

/** Shows whether this device syncs, and syncs. */
async function look() {
  if ((await readSync()) === undefined) return show("start");
  show("on");
  await sync();
}

async function configure() {
  try {
    const call = { method: "GET", path: "/config", signal: new AbortController().signal, triesMax: 3 };
    showChannels(await sendForJson(call, isConfig));
  } catch {
    // The page works without.
  }
}

function prepare() {
  whenPressed("make", () => make("make-problem"));
  whenSent("restore", "restore-go", restore);
  whenSent("confirm", "confirm-go", confirm);
  button("confirm-not").addEventListener("click", () => void leaveWords());
  whenPressed("sync-now", () => sync());
  whenPressed("begin-again", () => sync(true));
  whenSent("check", "check-go", check);
  button("renew").addEventListener("click", () => ask(texts.renewAsk, texts.renewYes, () => make("on-problem")));
  button("stop-here").addEventListener("click", () => ask(texts.stopHereAsk, texts.stopHereYes, leaveHere));
  button("stop").addEventListener("click", () => ask(texts.stopAsk, texts.stopYes, leaveEverywhere));
  button("ask-no").addEventListener("click", endAsking);
  button("ask-yes").addEventListener("click", () => void answerYes());
  // Whoever goes on leaves no words behind, not in what the browser keeps of the page either.
  addEventListener("pagehide", forgetWords);
  addEventListener("pageshow", ({ persisted }) => persisted && state() === "made" && void leaveWords());
}

/** @param {string} id @param {() => Promise<unknown>} act */
function whenPressed(id, act) {
  button(id).addEventListener("click", () => void working(id, act));
}

/** @param {string} form @param {string} buttonId @param {() => Promise<void>} act */
function whenSent(form, buttonId, act) {
  element(form, HTMLFormElement).addEventListener("submit", () => void working(buttonId, act));
}

/** @param {string} id @param {() => Promise<unknown>} act */
async function working(id, act) {
  if (button(id).disabled) return;
  button(id).disabled = true;
  try {
    await act();
  } finally {
    button(id).disabled = false;
  }
}

/** Draws a phrase, and shows it. @param {string} problem where it is said that this cannot be */
async function make(problem) {
  setText(problem, "");
  try {
    // What other devices did until now moves too.
    if (state() === "on" && !(await sync())) return;
    const words = (await wordList()).drawPhrase();
    drawn = words;
    const rows = words.split(" ").map((word) => {
      const row = document.createElement("li");
      row.textContent = word;
      return row;
    });
    element("words", HTMLElement).replaceChildren(...rows);
    show("made");
  } catch (error) {
    setText(problem, whyNot(error));
  }
}

/** The words were typed again: from now on, this device syncs with them. */
async function confirm() {
  setText("confirm-problem", "");
  try {
    const list = await wordList();
    const read = JSON.parse(list.readPhrase(drawn));
    if (!(await isRight("confirm-words", "confirm-problem", read.secret))) return;
    await beginSync(read.secret, true).then(tellOutcome);
    forgetWords();
    show("on");
  } catch (error) {
    setText("confirm-problem", whyNot(error));
  }
}

async function leaveWords() {
  forgetWords();
  show((await readSync()) === undefined ? "start" : "on");
}

function forgetWords() {
  drawn = "";
  element("words", HTMLElement).replaceChildren();
  for (const id of ["confirm-words", "restore-words", "check-words"]) element(id, HTMLTextAreaElement).value = "";
}

async function restore() {
  setText("restore-problem", "");
  setText("start-said", "");
  try {
    const secret = await secretIn("restore-words", "restore-problem");
    if (secret === undefined) return;
    const outcome = await beginSync(secret, false);
    if (outcome.is === "gone") return setText("restore-problem", texts.nothingThere);
    forgetWords();
    tellOutcome(outcome);
    show("on");
  } catch (error) {
    setText("restore-problem", whyNot(error));
  }
}

async function check() {
  setText("check-problem", "");
  setText("check-right", "");
  try {
    const kept = await readSync();
    if (kept === undefined) return show("start");
    if (!(await isRight("check-words", "check-problem", kept.secret))) return;
    element("check-words", HTMLTextAreaElement).value = "";
    setText("check-right", texts.right);
  } catch (error) {
    setText("check-problem", whyNot(error));
  }
}

/**
 * What the words in a field open; nothing if they are no phrase, which is said then.
 *
 * @param {string} field
 * @param {string} problem
 * @returns {Promise<string | undefined>}
 */
async function secretIn(field, problem) {
  const told = JSON.parse((await wordList()).readPhrase(element(field, HTMLTextAreaElement).value));
  if (told.is === "phrase") return told.secret;
  setText(problem, whyNoPhrase(told));
  element(field, HTMLTextAreaElement).focus();
  return undefined;
}

/** @param {string} field @param {string} problem @param {string} secret @returns {Promise<boolean>} */
async function isRight(field, problem, secret) {
  if ((await secretIn(field, problem)) === undefined) return false;
  const typed = element(field, HTMLTextAreaElement);
  const told = JSON.parse((await wordList()).phraseDifference(typed.value, secret));
  if (told.is === "same") return true;
  setText(problem, difference(told));
  typed.focus();
  return false;
}

/** @param {{ is: string, words?: { place: number, nearest: string[] }[], found?: number }} told */
function whyNoPhrase({ is, words = [], found = 0 }) {
  if (is === "unknown") {
    return words
      .slice(0, 3)
      .map(({ place, nearest }) =>
        nearest.length > 0 ? texts.misspelt(String(place + 1), nearest.join(", ")) : texts.notOnList(String(place + 1)),
      )
      .join(" ");
  }
  return is === "count" ? texts.wordCount(found) : texts.tooLong;
}

/** @param {{ is: string, one?: number, other?: number, from?: number, to?: number, place?: number }} told */
function difference({ is, one = 0, other = 0, from = 0, to = 0, place = 0 }) {
  if (is === "swapped") return texts.swapped(String(one + 1), String(other + 1));
  if (is === "moved") return texts.moved(String(from + 1), String(to + 1));
  return is === "one-word" ? texts.oneWord(String(place + 1)) : texts.otherWords;
}

/** @param {boolean} [mayBegin] @returns {Promise<boolean>} whether all is in step */
async function sync(mayBegin = false) {
  setText("on-problem", "");
  try {
    const outcome = await syncNow({ mayBegin });
    tellOutcome(outcome);
    return outcome.is === "synced";
  } catch (error) {
    setText("on-problem", whyNot(error));
    return false;
  }
}

/** @param {Outcome} outcome */
function tellOutcome({ is, isOlder, at }) {
  if (is === "off") return show("start");
  button("begin-again").hidden = is !== "gone";
  setText("on-problem", is === "gone" ? texts.goneThere : isOlder ? texts.older : "");
  const said = is === "gone" ? "" : texts.synced(momentText(at));
  setText("on-said", said);
  if (said) announce(said);
}

async function leaveHere() {
  await stopHere();
  setText("start-said", texts.stoppedHere);
  show("start");
}

async function leaveEverywhere() {
  await stopEverywhere();
  setText("start-said", texts.stoppedEverywhere);
  show("start");
}

/** @param {string} question @param {string} yes @param {() => Promise<void>} act */
function ask(question, yes, act) {
  asked = act;
  setText("ask-text", question);
  button("ask-yes").textContent = yes;
  element("ask", HTMLElement).hidden = false;
  button("ask-no").focus();
}

function endAsking() {
  asked = undefined;
  element("ask", HTMLElement).hidden = true;
  button("sync-now").focus();
}

async function answerYes() {
  const act = asked;
  endAsking();
  try {
    await act?.();
  } catch (error) {
    setText("on-problem", whyNot(error));
  }
}

/** @param {unknown} error */
function whyNot(error) {
  if (error instanceof CallError) return refusalOf(error.failure);
  const { variant } = /** @type {{ variant?: string }} */ (error);
  if (variant === "too-large") return texts.tooLarge;
  if (variant === "keyring") return texts.unreadable;
  return texts.notHere;
}

function fail() {
  setText("error", problems.unexpected);
  button("retry").textContent = page.error.retry;
  button("retry").onclick = () => location.reload();
  show("error");
}

void start();
