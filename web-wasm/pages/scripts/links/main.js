// @ts-check
/**
 * The page *links*: everything that was sent with this browser, how it stands, and what can still be done with it. What is
 * known stands there at once; how things stand now is asked of those that are on the screen.
 *
 * For tests and scripts, these stay as they are. `document.body.dataset.state` is one of `loading`, `unsupported`, `list`,
 * `error`. Ids: `#list` with a `li[data-id][data-state]` for each (`data-state`: `waiting`, `opened`, `saved`, `paused`,
 * `locked`, `exhausted`, `lost`, `gone`), in it a checkbox, `.name`, `.state`, `.where`, `.open`, `.copy`, `.link`, `.problem`;
 * `#search`, `#filter` (`all`, `live`, `unopened`, `unused`, `gone`), `#none` (why there is nothing), `#pick-all`; `#picked`
 * (what can be done with what is chosen): `#picked-count`, `#print` (a sheet: `#print-links`, `#print-now`, `#print-back`), `#more`, `#pause`, `#resume`, `#end-open` with `#end` and
 * `#end-set`, `#delete`, `#forget`, `#csv`, `#json`; `#ask` with `#ask-yes` and `#ask-no`; `#said`; `#import` with
 * `#import-address` and `#import-problem`; `#remember` (from now on), `#forget-all`, `#durable-ask`.
 */

import * as wasm from "/wasm/seal.js";

import { links as texts, page, problems, textsReady } from "../i18n/texts.js";
import { momentText, refusalOf } from "../i18n/wording.js";
import { CallError, sendForJson } from "../net/api.js";
import { followNewLinks, forgetFragment, openWith, takeFragment } from "../net/fragment.js";
import { onDemand } from "../net/waiting.js";
import { isConfig } from "../owner/answers.js";
import { showChannels } from "../owner/channels.js";
import { copyLink } from "../owner/copy-link.js";
import { localMinute } from "../owner/form-choices.js";
import { prepareChoice } from "../owner/kept-here.js";
import { PrintSheet } from "../owner/print-sheet.js";
import { keepInStep } from "../owner/synced-keyring.js";
import { forgetAll, forgetItems, keyring, note, remember, whenKeyringChanged } from "../storage/keyring.js";
import { startEngine } from "../ui/engine.js";
import { saveText } from "../ui/save-text.js";
import { button, element, setText, show, state, whenStuck, wireShowPassword } from "../ui/views.js";
import { SealKeyWorker } from "../workers/key-worker.js";
import { FreshStates } from "./fresh-states.js";
import { addressOf, NotOurs } from "./import.js";
import { ItemView, titleOf } from "./item-view.js";
import { NotInvited, Owned } from "./owned.js";
import { asCsv, asJson } from "./record.js";
import { isWanted, stateOf } from "./states.js";

/** @typedef {import("../storage/keyring.js").KeyringItem} KeyringItem */
/** @typedef {{ item: KeyringItem, view: ItemView, owned: Owned }} Listed */

/** What is changed at the same time. */
const AT_ONCE = 4;
const DAY_MILLIS = 24 * 60 * 60 * 1000;

/** By id, newest first. @type {Map<string, Listed>} */
const listed = new Map();
/** @type {SealKeyWorker} */
let keyWorker;
/** @type {import("/api").Config} */
let config;
/** @type {FreshStates} */
let fresh;
/** @type {PrintSheet} */
let sheet;
/** What the question that is asked does. @type {(() => Promise<void>) | undefined} */
let asked;
/** What had the focus before. @type {Element | null} */
let askedFrom = null;

async function start() {
  whenStuck(() => fail(undefined));
  followNewLinks();
  const text = takeFragment();
  forgetFragment();
  await textsReady;
  const module = await startEngine("seal", wasm);
  if (!module) return;
  keyWorker = new SealKeyWorker(module);
  fresh = new FreshStates(refresh);
  prepare();
  await load();
  whenKeyringChanged(() => void load());
  keepInStep((outcome) => void showInStep(outcome));
  await configure();
  if (text !== "") await takeAddress(text);
}

/** An address that came with the page's own: an owner's can be taken into the list; another has its own page. @param {string} text */
async function takeAddress(text) {
  const kind = await keyWorker.ask("kindOf", text);
  if (kind === "share" || kind === "push") {
    const { words, go } = await onDemand(import("../ui/other-kind.js")).then(({ wayOf }) => wayOf(kind, text));
    setText("stop-title", words.title);
    setText("error", words.text);
    button("retry").hidden = !go;
    button("retry").textContent = words.button;
    button("retry").onclick = go ?? null;
    return show("error");
  }
  const field = element("import-address", HTMLInputElement);
  field.value = text;
  field.focus();
}

/** Shows what this browser keeps. */
async function load() {
  try {
    const { items, damaged } = await keyring();
    setText("damaged", damaged > 0 ? texts.damaged(damaged) : "");
    list(items);
    // Who looks at a sheet goes on looking at it.
    if (state() !== "print") show("list");
    await lookAtStorage();
  } catch {
    setText("error", texts.noStorage);
    button("retry").hidden = true;
    show("error");
  }
}

/** @param {import("../owner/synced-keyring.js").Outcome | undefined} outcome nothing where it failed */
async function showInStep(outcome) {
  if (outcome?.is === "off") return setText("in-step", "");
  const isInStep = outcome?.is === "synced" && !outcome.isOlder;
  setText("in-step", isInStep ? texts.inStep(momentText(outcome.at)) : texts.notInStep);
  if (outcome?.is === "synced") await load();
}

/** What this server serves. Without an answer, what is known stays. */
async function configure() {
  try {
    const call = { method: "GET", path: "/config", signal: new AbortController().signal, triesMax: 3 };
    config = await sendForJson(call, isConfig);
    showChannels(config);
  } catch (error) {
    say(error);
  }
}

/** @param {KeyringItem[]} items newest first */
function list(items) {
  const known = new Map(listed);
  listed.clear();
  for (const item of items) {
    const before = known.get(item.id);
    // What was asked just now is newer than what lies on the disk.
    if (before) Object.assign(before.item, item, { seen: before.item.seen ?? item.seen });
    before?.view.show(before.item);
    listed.set(item.id, before ?? newlyListed(item));
  }
  for (const [id, { view }] of known) if (!listed.has(id)) fresh.unwatch(view.row);
  // Whoever stands in a row stays there, unless others come or go.
  const isSame = [...known.keys()].join() === [...listed.keys()].join();
  if (!isSame) element("list", HTMLElement).replaceChildren(...[...listed.values()].map(({ view }) => view.row));
  narrow();
}

/** @param {KeyringItem} item @returns {Listed} */
function newlyListed(item) {
  const view = new ItemView(item, {
    open: () => open(item),
    copy: () => void copy(item.id),
    picked: showPicked,
  });
  fresh.watch(view.row);
  return { item, view, owned: new Owned(keyWorker, item) };
}

function prepare() {
  prepareChoice();
  element("search", HTMLInputElement).addEventListener("input", narrow);
  element("filter", HTMLSelectElement).addEventListener("change", narrow);
  element("pick-all", HTMLInputElement).addEventListener("change", ({ target }) => {
    const yes = /** @type {HTMLInputElement} */ (target).checked;
    for (const { view } of shown()) view.isPicked = yes;
    showPicked();
  });
  whenPressed("more", () => changeAll(({ owned }) => owned.change({ isOneMore: true })));
  whenPressed("pause", () => changeAll(({ owned }) => owned.change({ paused: true })));
  whenPressed("resume", () => changeAll(({ owned }) => owned.change({ paused: false })));
  whenPressed("end-set", setEnd);
  whenPressed("end-open", () => {
    const field = element("end", HTMLInputElement);
    field.value ||= localMinute(Date.now() + 7 * DAY_MILLIS);
    element("end-form", HTMLElement).hidden = false;
    field.focus();
  });
  wireShowPassword("reinvite-password", "reinvite-show");
  whenPressed("reinvite-open", () => {
    element("reinvite-form", HTMLElement).hidden = false;
    element("reinvite-password", HTMLInputElement).focus();
  });
  element("reinvite-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void inviteAgain();
  });
  whenPressed("delete", () => ask(texts.deleteAsk(picked().length), texts.deleteYes, deleteAll));
  whenPressed("forget", () => ask(texts.forgetAsk(picked().length), texts.forgetYes, forgetPicked));
  whenPressed("forget-all", () => ask(texts.forgetAllAsk, texts.forgetYes, forgetEverything));
  sheet = new PrintSheet({ back: "list", focus: "print" });
  whenPressed("print", () => ask(page.print.ask, page.print.yes, printPicked));
  whenPressed("csv", () => saveText(`${texts.fileName}.csv`, "text/csv;charset=utf-8", asCsv(pickedItems())));
  whenPressed("json", () => saveText(`${texts.fileName}.json`, "application/json", asJson(pickedItems())));
  whenPressed("ask-yes", () => void answerYes());
  whenPressed("ask-no", endAsking);
  whenPressed("durable-ask", () => void askForDurability());
  element("import", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void take();
  });
}

/** @param {string} id @param {() => void} act */
function whenPressed(id, act) {
  button(id).addEventListener("click", act);
}

// What is seen.

/** Shows what is looked for. */
function narrow() {
  const wanted = element("search", HTMLInputElement).value;
  const filter = element("filter", HTMLSelectElement).value;
  let count = 0;
  for (const { item, view } of listed.values()) {
    const isShown = isWanted(item, filter, wanted, titleOf(item));
    view.row.hidden = !isShown;
    // What nobody sees is not changed by a button.
    if (!isShown) view.isPicked = false;
    if (isShown) count += 1;
  }
  setText("none", count > 0 ? "" : listed.size === 0 ? texts.empty : texts.notFound);
  element("tools", HTMLElement).hidden = listed.size === 0;
  showPicked();
}

const shown = () => [...listed.values()].filter(({ view }) => !view.row.hidden);
const picked = () => shown().filter(({ view }) => view.isPicked);
const pickedItems = () => picked().map(({ item }) => item);

function showPicked() {
  const count = picked().length;
  const all = element("pick-all", HTMLInputElement);
  all.checked = count > 0 && count === shown().length;
  all.indeterminate = count > 0 && !all.checked;
  element("picked", HTMLElement).hidden = count === 0;
  setText("picked-count", count > 0 ? texts.picked(count) : "");
  if (count === 0) for (const id of ["end-form", "reinvite-form"]) element(id, HTMLElement).hidden = true;
  endAsking();
}

async function askForDurability() {
  const isGranted = await navigator.storage.persist().catch(() => false);
  await lookAtStorage();
  setText("said", isGranted ? texts.durableYes : texts.durableNo);
}

/** Browsers may delete what sites keep, unless they were asked not to. */
async function lookAtStorage() {
  const isDurable = await navigator.storage?.persisted?.().catch(() => true);
  element("durable", HTMLElement).hidden = listed.size === 0 || isDurable !== false;
}

// How things stand.

/** @param {string} id */
async function refresh(id) {
  const found = listed.get(id);
  // What has ended does not begin again.
  if (!found || found.item.seen?.gone) return;
  try {
    settle(found, await found.owned.status());
  } catch (error) {
    ended(found, error);
  }
}

/** @param {Listed} listed @param {Pick<KeyringItem, "seen" | "endsAt">} news */
function settle({ item, view }, news) {
  // What was asked before it ended may be answered later.
  if (item.seen?.gone && !news.seen?.gone) return;
  Object.assign(item, news);
  view.show(item);
  void note(item.id, news);
}

/** What the server says of what has ended, or does not know any more. @param {Listed} found @param {unknown} error @returns {boolean} */
function ended(found, error) {
  if (!(error instanceof CallError)) return false;
  const { variant, failure } = error;
  if (variant !== "gone" && variant !== "not-found") return false;
  settle(found, over(found.item, failure.gone));
  return true;
}

/** What is known of something now that it has ended. @param {KeyringItem} item @param {import("/api").Gone | null} gone */
function over({ seen, endsAt }, gone) {
  const at = Date.now();
  const nothing = { opened: 0, saved: 0, wrong: 0, last: 0, taken: 0, max: 0, isLost: false };
  const ended = { ...(seen ?? nothing), at, state: /** @type {const} */ ("gone"), gone };
  return { seen: ended, endsAt: Math.min(endsAt, at) };
}

// What can be done.

/** Leads to the page of what was sent. Its address stands in no history. @param {KeyringItem} item */
function open({ kind, token, origin }) {
  const path = kind === "share" ? "/o" : "/push";
  if (origin !== location.origin) return location.assign(`${origin}${path}#${token}`);
  openWith(path, token);
}

/** @param {string} id */
async function copy(id) {
  const found = listed.get(id);
  if (!found) return;
  const { view, owned } = found;
  const pressed = /** @type {HTMLButtonElement} */ (view.row.querySelector(".copy"));
  pressed.disabled = true;
  view.say("");
  view.showLink("");
  try {
    const link = await owned.link();
    await copyLink(link, pressed, texts.copy, () => view.showLink(link));
  } catch (error) {
    if (!ended(found, error)) view.say(whyNot(error));
  } finally {
    pressed.disabled = false;
  }
}

/** Shows a sheet of the links to files that are chosen: who finds it has none that shows a password. */
async function printPicked() {
  const wanted = picked().filter(({ item }) => item.kind === "share" && stateOf(item) !== "gone");
  working(true);
  /** @type {import("../owner/print-sheet.js").Printed[]} */
  const printed = [];
  for (const found of wanted) {
    const { item, view, owned } = found;
    setText("said", texts.progress(printed.length, wanted.length));
    view.say("");
    try {
      settle(found, await owned.status());
      const { link, status } = await owned.linkToPrint();
      const { expires_at: endsAt, downloads_taken: taken, downloads_max: max, needs_password: hasPassword } = status;
      printed.push({ name: titleOf(item), link, endsAt, taken, max, hasPassword });
    } catch (error) {
      if (!ended(found, error)) view.say(whyNot(error));
    }
  }
  working(false);
  const left = picked().length - printed.length;
  setText("said", printed.length === 0 ? texts.nothingToPrint : left > 0 ? texts.notPrinted(left) : "");
  if (printed.length > 0) sheet.show(printed);
}

function setEnd() {
  const endsAt = new Date(element("end", HTMLInputElement).value).getTime();
  if (!(endsAt > Date.now())) return setText("end-problem", texts.endPast);
  setText("end-problem", "");
  void changeAll(({ owned }) => owned.change({ endsAt })).then(() => {
    element("end-form", HTMLElement).hidden = true;
  });
}

/** Has new links take the place of those of files that nobody has saved yet. */
async function inviteAgain() {
  const password = element("reinvite-password", HTMLInputElement);
  for (const { item, view } of picked()) if (item.kind === "push") view.say(texts.reinviteNoPush);
  const isAll = await changeAll(
    ({ owned }) => owned.inviteAgain(password.value),
    ({ kind }) => kind === "share",
  );
  if (!isAll) return;
  password.value = "";
  element("reinvite-form", HTMLElement).hidden = true;
}

/**
 * Changes everything that is chosen, a few at a time, and says what did not go.
 *
 * @param {(listed: Listed) => Promise<Pick<KeyringItem, "seen" | "endsAt">>} change
 * @param {(item: KeyringItem) => boolean} [isMeant] of what is chosen
 * @returns {Promise<boolean>} whether all of it is changed
 */
async function changeAll(change, isMeant = () => true) {
  const wanted = picked().filter(({ item }) => stateOf(item) !== "gone" && isMeant(item));
  working(true);
  let [done, failed, next] = [0, 0, 0];
  const go = async () => {
    for (let found = wanted[next++]; found; found = wanted[next++]) {
      found.view.say("");
      try {
        settle(found, await change(found));
      } catch (error) {
        if (!ended(found, error)) {
          failed += 1;
          found.view.say(whyNot(error));
        }
      }
      done += 1;
      setText("said", texts.progress(done, wanted.length));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, go));
  working(false);
  setText("said", failed > 0 ? texts.notAll(failed) : wanted.length === 0 ? texts.nothingLive : texts.done(done));
  narrow();
  return failed === 0 && wanted.length > 0;
}

/** @param {boolean} yes */
function working(yes) {
  for (const target of element("picked", HTMLElement).querySelectorAll("button")) target.disabled = yes;
  element("list", HTMLElement).ariaBusy = String(yes);
}

async function deleteAll() {
  await changeAll(async ({ item, owned }) => {
    await owned.revoke();
    return over(item, { why: "revoked", at: Date.now() });
  });
}

async function forgetPicked() {
  const ids = picked().map(({ item }) => item.id);
  await forgetItems(ids);
  await load();
  setText("said", texts.forgotten(ids.length));
}

async function forgetEverything() {
  const count = listed.size;
  await forgetAll();
  await load();
  setText("said", texts.forgotten(count));
}

/** @param {string} question @param {string} yes what the button says @param {() => Promise<void>} act */
function ask(question, yes, act) {
  asked = act;
  askedFrom = document.activeElement;
  element("ask-text", HTMLElement).textContent = question;
  button("ask-yes").textContent = yes;
  element("ask", HTMLElement).hidden = false;
  button("ask-no").focus();
}

function endAsking() {
  const ask = element("ask", HTMLElement);
  if (ask.hidden) return;
  const hadFocus = ask.contains(document.activeElement);
  asked = undefined;
  ask.hidden = true;
  if (hadFocus && askedFrom instanceof HTMLElement) askedFrom.focus();
}

async function answerYes() {
  const act = asked;
  endAsking();
  try {
    await act?.();
  } catch {
    setText("said", texts.noStorage);
  }
}

/** Takes an owner's address that was kept elsewhere into the list. */
async function take() {
  const field = element("import-address", HTMLInputElement);
  setText("import-problem", "");
  button("import-take").disabled = true;
  try {
    const item = await addressOf(field.value, keyWorker, config?.push_origin ?? undefined);
    const owned = new Owned(keyWorker, item);
    const before = listed.get(item.id)?.item;
    const { madeAt, hasPassword, ...news } = await owned.whole();
    Object.assign(item, { ...news, madeAt, hasPassword });
    // Where the server has lost the list of files, the rest is of use.
    if (item.kind === "share") Object.assign(item, await owned.contents().catch(() => ({})));
    // What this browser knows already of it is not lost.
    if (before) Object.assign(item, { isForFiles: before.isForFiles, name: item.name || before.name });
    if (!(await remember(item))) return setText("import-problem", texts.noStorage);
    field.value = "";
    await load();
    setText("said", texts.imported(titleOf(item)));
  } catch (error) {
    const { variant } = /** @type {{ variant?: string }} */ (error);
    const isNone = variant === "no-link" || variant === "damaged" || variant === "other-kind";
    if (error instanceof NotOurs) setText("import-problem", texts.elsewhere(error.host));
    else setText("import-problem", isNone ? texts.importProblems[variant] : whyNot(error));
  } finally {
    button("import-take").disabled = false;
  }
}

/** @param {unknown} error */
function say(error) {
  setText("said", whyNot(error));
}

/** @param {unknown} error */
function whyNot(error) {
  if (error instanceof NotInvited) return texts.notInvited[error.why];
  const { variant: known, detail = "" } = /** @type {{ variant?: string, detail?: string }} */ (error);
  if (known === "password-too-long") return problems.passwordTooLong(detail);
  if (known === "too-many-links") return texts.tooManyLinks;
  if (/** @type {{ variant?: string }} */ (error).variant === "not-found") return texts.unknown;
  if (!(error instanceof CallError)) return problems.unexpected;
  if (error.variant === "gone") return texts.unknown;
  return refusalOf(error.failure);
}

/** @param {unknown} error */
function fail(error) {
  setText("error", error ? whyNot(error) : problems.unexpected);
  button("retry").hidden = false;
  button("retry").textContent = page.error.retry;
  button("retry").onclick = () => location.reload();
  show("error");
}

void start();
