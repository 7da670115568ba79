// @ts-check
/**
 * The page *receive*, in the order of what happens: link, password, list, two steps, save, "saved?".
 *
 * For tests and scripts, these stay as they are. `document.body.dataset.state` is one of `loading`, `unsupported`,
 * `no-link`, `damaged`, `password`, `ready`, `confirm`, `saving`, `ask-saved`, `finished`, `destroyed`, and the dead
 * ends `gone`, `not-found`, `paused`, `locked`, `drained`, `offline`, `stopped` (cancelled), `error`, `other-kind` (a
 * link to a password). Ids: `#link-input`, `#link-open`, `#link-problem`; `#password`, `#password-show`, `#open`,
 * `#password-problem`; `#files` (with `button[data-entry]` each), `#note`, `#left`, `#download` (first step),
 * `#download-confirm` ("Yes, now", a second later), `#download-not`; `#progress`, `#network`, `#cancel`; `#saved-yes`,
 * `#saved-again`, `#finish`; `#destroy`, `#destroy-confirm`, `#destroy-keep`; `#error`, `#retry`.
 */

import { CallError } from "../api.js";
import { Desk } from "../desk.js";
import { startEngine, Unsupported } from "../engine.js";
import { followNewLinks, keep, takeFragment } from "../fragment.js";
import { askTwice, stopAsking } from "../gesture.js";
import { restore, tidy } from "../kept.js";
import { Pace } from "../pace.js";
import { page, problems, receive as texts, unsupported } from "../texts.js";
import { askPassword, preparePassword } from "../unlock.js";
import { announce, button, element, fillTexts, say, show, state } from "../views.js";
import { Cancelled } from "../waiting.js";
import { sizeText, spanText } from "../wording.js";
import { save } from "./download.js";
import { showListing, visitorsBefore } from "./listing.js";
import { Openers } from "./openers.js";
import { Session } from "./session.js";
import { stopForError, stops } from "./stops.js";

const SHOW_MILLIS = 250;

/** @type {WebAssembly.Module} */
let module;
/** @type {Desk} */
let desk;
/** @type {Session} */
let session;
/** @type {import("./session.js").LinkView} */
let view;
/** @type {import("./session.js").Listing} */
let listing;
/** Who was here before this visit. */
let visitors = "";
/** Workers under the lease that is held. @type {Openers | undefined} */
let openers;
/** What is being saved: one entry, or everything. @type {number | undefined} */
let wanted;
let cancelling = new AbortController();

async function start() {
  fillTexts();
  followNewLinks();
  const text = takeFragment();
  try {
    module = await startEngine();
  } catch (error) {
    say("unsupported-why", error instanceof Unsupported ? error.message : unsupported.modules);
    show("unsupported");
    return;
  }
  desk = new Desk(module);
  await restore();
  tidy();
  prepare();
  if (text === "") askLink("no-link");
  else await takeLink(text);
}

function prepare() {
  element("link-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    if (state() === "damaged" || state() === "no-link") void takeLink(element("link-input", HTMLTextAreaElement).value);
  });
  preparePassword({ ...texts, open: page.password.open }, open);
  button("download").addEventListener("click", () => take(undefined));
  element("files", HTMLUListElement).addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("button") : null;
    if (target?.dataset.entry !== undefined) take(Number(target.dataset.entry));
  });
  button("cancel").addEventListener("click", () => cancelling.abort());
  // Scripts click hidden buttons too: each answers only in its own state.
  button("saved-yes").addEventListener("click", () => state() === "ask-saved" && void saved());
  button("saved-again").addEventListener("click", () => state() === "ask-saved" && void saveNow());
  button("finish").addEventListener("click", () => state() === "ready" && session.holdsLease && void finish());
  prepareDestroy();
  addEventListener("offline", () => state() === "saving" && say("network", texts.offline));
  addEventListener("online", () => say("network", ""));
  addEventListener("beforeunload", (event) => {
    if (state() === "saving") event.preventDefault();
  });
}

/** @param {"no-link" | "damaged"} why */
function askLink(why) {
  const { title, lead } = why === "damaged" ? texts.damaged : texts.noLink;
  say("link-title", title);
  say("link-lead", lead);
  show(why);
}

/** Finds the link in a text, before anything is asked from the server. @param {string} text */
async function takeLink(text) {
  say("link-problem", "");
  try {
    const link = await desk.ask("takeLink", text);
    session = new Session(desk, link);
    keep(session.token);
    // The clean form is kept; what was pasted need not stay on the page.
    element("link-input", HTMLTextAreaElement).value = "";
  } catch (error) {
    const { variant } = /** @type {{ variant?: string }} */ (error);
    const push = variant === "other-kind" ? await pushIn(text) : "";
    if (push !== "") return stops.at("other-kind", "", () => location.assign(`/p#${push}`));
    const again = state() === "damaged" || state() === "no-link";
    if (!again) askLink(variant === "no-link" ? "no-link" : "damaged");
    if (variant === "other-kind") say("link-problem", texts.tooNew);
    else if (again) say("link-problem", texts.stillDamaged);
    return;
  }
  await look();
}

/** A link to a password, which has a page of its own; empty if it is none. @param {string} text */
async function pushIn(text) {
  try {
    return (await desk.ask("takePush", text)).token;
  } catch {
    return "";
  }
}

/** Looks at the link: this counts nothing. */
async function look() {
  show("loading");
  try {
    view = await session.look();
    visitors = visitorsBefore(view, session.cameBefore);
    if (stops.atState(view, session.holdsLease, () => void look())) return;
    if (view.needs_password) askPassword(view.retry_after_millis);
    else await open("");
  } catch (error) {
    stopForError(error, () => void look());
  }
}

/** Opens the link: this counts no download. @param {string} password */
async function open(password) {
  try {
    ({ view, listing } = await session.open(password));
  } catch (error) {
    // What belongs to the password is told beside it.
    const beside = ["wrong-password", "too-many-guesses", "network", "unavailable", "password-too-long"];
    const { variant = "" } = /** @type {{ variant?: string }} */ (error);
    if (state() === "password" && beside.includes(variant)) throw error;
    stopForError(error, () => void look());
    return;
  }
  if (stops.atState(view, session.holdsLease, () => void look())) return;
  list();
}

function list() {
  stopAsking();
  showListing(listing, view, { held: session.holdsLease, saved: session.saved, visitors });
  show("ready");
}

/**
 * First step. A download that was begun already needs no second one: it is counted.
 *
 * @param {number | undefined} entry
 */
function take(entry) {
  if (state() !== "ready" && state() !== "confirm") return;
  wanted = entry;
  if (session.holdsLease) {
    void saveNow();
    return;
  }
  document.body.dataset.state = "confirm";
  const left = view.downloads_left;
  askTwice(
    {
      title: left <= 1 ? texts.confirmTitle.last : texts.confirmTitle.some(left),
      yes: texts.confirmYes,
      no: page.confirm.no,
    },
    () => void saveNow(),
    () => {
      document.body.dataset.state = "ready";
      button("download").focus();
    },
  );
}

async function saveNow() {
  cancelling = new AbortController();
  const pace = new Pace();
  waiting(undefined);
  say("saving-lead", texts.preparing);
  element("progress", HTMLProgressElement).removeAttribute("value");
  element("done-bytes", HTMLElement).textContent = "";
  element("pace", HTMLElement).textContent = "";
  show("saving");
  try {
    await ensureOpeners();
    const plan = /** @type {import("./session.js").SavePlan} */ (JSON.parse(await desk.ask("savePlan", wanted, undefined)));
    say("saving-lead", texts.savingLead(plan.name));
    if (!openers) throw new Cancelled();
    const what = {
      plan,
      openers,
      desk,
      urlOf: (/** @type {number} */ index) => session.partUrl(index),
      signal: cancelling.signal,
    };
    await save(what, { onProgress: showProgress(pace), onWait: (failure) => waiting(failure, pace) });
    say("ask-lead", texts.askLead(plan.name));
    say("ask-problem", "");
    show("ask-saved");
  } catch (error) {
    failed(error);
  } finally {
    waiting(undefined);
  }
}

/** The lease, and workers that fetch and open under it. */
async function ensureOpeners() {
  if (openers) return;
  const { grant, view: after } = await session.lease();
  view = after;
  openers = new Openers({ module, grant, headers: session.leaseHeaders() });
}

/** @param {unknown} error */
function failed(error) {
  const { variant } = /** @type {{ variant?: string }} */ (error);
  const cancelled = error instanceof Cancelled || cancelling.signal.aborted;
  // A lease that is over, or was refused, is of no use any more.
  if (!cancelled && ["lease-ended", "lease-spent", "no-download-left", "gone", "not-found"].includes(variant ?? "")) {
    session.forgetLease();
    endOpeners();
    stopForError(error, () => void look());
  } else if (cancelled) {
    stops.at("stopped", problems.cancelled, list);
  } else {
    stopForError(error, list);
  }
}

function endOpeners() {
  openers?.end();
  openers = undefined;
}

/** The person says that it is saved. Only when everything is, the lease is over; one file of five destroys nothing. */
async function saved() {
  if (wanted !== undefined && listing.entries.length > 1) {
    session.markSaved(wanted);
    const files = listing.entries.filter((entry) => entry.size !== null).length;
    if (session.saved.length < files) {
      list();
      return;
    }
  }
  await finish();
}

async function finish() {
  const buttons = [button("saved-yes"), button("saved-again"), button("finish")];
  for (const target of buttons) target.disabled = true;
  say("ask-problem", "");
  try {
    await session.finish();
    endOpeners();
    say("finished-lead", texts.finishedLead);
    show("finished");
  } catch (error) {
    // A lease that is over was told or has lapsed: nothing is left to tell.
    const over = error instanceof CallError && !error.failure.again;
    if (over) {
      session.forgetLease();
      endOpeners();
      say("finished-lead", texts.finishedLate);
      show("finished");
    } else {
      if (state() !== "ask-saved") show("ask-saved");
      say("ask-problem", texts.receiptLater);
    }
  } finally {
    for (const target of buttons) target.disabled = false;
  }
}

function prepareDestroy() {
  const ask = element("destroy-ask", HTMLElement);
  button("destroy").addEventListener("click", () => {
    ask.hidden = false;
    say("destroy-problem", "");
    button("destroy-keep").focus();
  });
  button("destroy-keep").addEventListener("click", () => {
    ask.hidden = true;
    button("destroy").focus();
  });
  button("destroy-confirm").addEventListener("click", (event) => {
    if (event.isTrusted && state() === "ready") void destroy();
  });
}

async function destroy() {
  const confirm = button("destroy-confirm");
  confirm.disabled = true;
  try {
    await session.destroy();
    endOpeners();
    stops.at("destroyed", "", undefined);
  } catch (error) {
    const failure = error instanceof CallError ? error.failure : undefined;
    say("destroy-problem", (failure?.again ? "" : failure?.sentence) || problems.network);
  } finally {
    confirm.disabled = false;
  }
}

/** @param {Pace} pace */
function showProgress(pace) {
  const progress = element("progress", HTMLProgressElement);
  let shownAt = 0;
  let announced = 0;
  return (/** @type {number} */ bytes, /** @type {number} */ total) => {
    const now = performance.now();
    if (now - shownAt < SHOW_MILLIS && bytes < total) return;
    shownAt = now;
    const share = total === 0 ? 1 : bytes / total;
    progress.value = share;
    element("done-bytes", HTMLElement).textContent = texts.progress(sizeText(bytes), sizeText(total));
    const measured = pace.measure(bytes, total, now);
    element("pace", HTMLElement).textContent =
      measured && bytes < total ? texts.pace(sizeText(measured.bytesPerSec), spanText(measured.secsLeft)) : "";
    const quarter = Math.floor(share * 4);
    if (quarter > announced) announce(texts.announce(25 * (announced = quarter)));
  };
}

/** @param {import("../api.js").Failure | undefined} failure @param {Pace} [pace] */
function waiting(failure, pace) {
  if (!failure) return say("network", "");
  pace?.forget();
  say("network", navigator.onLine ? texts.waiting(spanText(failure.wait_millis / 1000)) : texts.offline);
}

void start();
