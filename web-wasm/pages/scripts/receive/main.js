// @ts-check
/**
 * The page *receive*, in the order of what happens: link, password, list, two steps, save, "saved?".
 *
 * For tests and scripts, these stay as they are. `document.body.dataset.state` is one of `loading`, `unsupported`,
 * `no-link`, `damaged`, `password`, `ready`, `confirm`, `previewing` (it is fetched), `preview` (it is shown, or is not, and
 * why), `saving`, `ask-saved`, `finished`, `destroyed`, and the dead ends `gone`, `not-found`, `paused`, `locked`, `drained`, `offline`, `stopped` (cancelled), `error`, `other-kind` (a
 * link to a password). Ids: `#link-input`, `#link-open`, `#link-problem`; `#password`, `#password-show`, `#open`,
 * `#password-problem`; `#files` (with `button[data-entry]` that saves and
 * `button[data-look]` that shows a file, and for folders `button[data-folder]` that opens and `button[data-save-folder]`),
 * `#find`, `#note`, `#surroundings`, `#left`, `#download` (first step), `#download-folder` (the same, into a folder),
 * `#download-confirm` ("Yes, now", a second later), `#download-not`; `#progress`, `#network`, `#cancel`; `#saved-yes`,
 * `#saved-again`, `#finish`; `#preview-stage` (with the frame), `#preview-lead`, `#preview-problem`, `#preview-save`,
 * `#preview-back`; `#destroy`, `#destroy-confirm`, `#destroy-keep`; `#error`, `#retry`.
 */

import * as wasm from "/wasm/open.js";

import { CallError } from "../api.js";
import { OpenDesk } from "../desk.js";
import { startEngine, Unsupported } from "../engine.js";
import { followNewLinks, keep, takeFragment } from "../fragment.js";
import { askTwice, stopAsking } from "../gesture.js";
import { restore, tidy } from "../kept.js";
import { Pace } from "../pace.js";
import { servedHere } from "../stops.js";
import { list as filesTexts, page, preview as previewTexts, problems, receive as texts, textsReady, unsupported } from "../texts.js";
import { askPassword, preparePassword } from "../unlock.js";
import { button, element, say, show, state } from "../views.js";
import { Cancelled } from "../waiting.js";
import { soonText } from "../wording.js";
import { prepareDestroy } from "./destroy.js";
import { save } from "./download.js";
import { showListing, visitorsBefore } from "./listing.js";
import { Openers } from "./openers.js";
import { pickFolder } from "./picked.js";
import { closePreview, notShown, openPreview } from "./preview.js";
import { clearProgress, showProgress } from "./progress.js";
import { Session } from "./session.js";
import { stopForError, stops } from "./stops.js";
import { removeStored } from "./stored.js";
import { warning } from "./surroundings.js";
import { Tree } from "./tree.js";

/** @type {WebAssembly.Module} */
let module;
/** @type {OpenDesk} */
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
/** @type {Tree} */
let tree;
/**
 * What is wanted: one entry, a folder, or everything; to be saved, file by file in a folder if so, or to be looked at.
 *
 * @typedef {{ entry?: number, folder?: number, look?: boolean, asFolder?: boolean }} Wanted
 * @type {Wanted}
 */
let wanted = {};
let cancelling = new AbortController();

async function start() {
  followNewLinks();
  const text = takeFragment();
  await textsReady;
  try {
    module = await startEngine("open", wasm);
  } catch (error) {
    say("unsupported-why", error instanceof Unsupported ? error.message : unsupported.modules);
    show("unsupported");
    return;
  }
  desk = new OpenDesk(module);
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
  button("download").addEventListener("click", () => take({}));
  button("download-folder").addEventListener("click", () => take({ asFolder: true }));
  element("files", HTMLUListElement).addEventListener("click", ({ target }) => {
    const pressed = target instanceof Element ? target.closest("button") : null;
    const { entry, saveFolder, look: seen } = pressed?.dataset ?? {};
    if (entry !== undefined) take({ entry: Number(entry) });
    if (saveFolder !== undefined) take({ folder: Number(saveFolder) });
    if (seen !== undefined) take({ entry: Number(seen), look: true });
  });
  button("preview-save").addEventListener("click", () => {
    if (state() !== "preview") return;
    closePreview();
    wanted = { entry: wanted.entry };
    void saveNow();
  });
  button("preview-back").addEventListener("click", () => {
    if (state() === "previewing") cancelling.abort();
    if (state() === "preview") list();
  });
  button("cancel").addEventListener("click", () => cancelling.abort());
  // Scripts click hidden buttons too: each answers only in its own state.
  button("saved-yes").addEventListener("click", () => state() === "ask-saved" && void saved());
  button("saved-again").addEventListener("click", () => state() === "ask-saved" && void saveNow());
  button("finish").addEventListener("click", () => state() === "ready" && session.holdsLease && void finish());
  prepareDestroy(destroy);
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
    if (push !== "") return showWay(push);
    const again = state() === "damaged" || state() === "no-link";
    if (!again) askLink(variant === "no-link" ? "no-link" : "damaged");
    if (variant === "other-kind") say("link-problem", texts.tooNew);
    else if (again) say("link-problem", texts.stillDamaged);
    return;
  }
  await look();
}

/** A link to a password: the way there, if it is on this server. @param {string} push */
async function showWay(push) {
  const serves = await servedHere();
  if (serves("pushes")) stops.at("other-kind", "", () => location.assign(`/p#${push}`));
  else stops.at("other-kind", texts.elsewhere, undefined);
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
  tree = new Tree(desk, listing);
  say("surroundings", session.holdsLease ? "" : await warning(listing.contentLen));
  list();
}

function list() {
  stopAsking();
  closePreview();
  tree.show(session.saved);
  showListing(listing, view, { held: session.holdsLease, someSaved: session.saved.length > 0, visitors });
  show("ready");
}

/**
 * First step. A download that was begun already needs no second one: it is counted.
 *
 * @param {Wanted} chosen
 */
function take(chosen) {
  if (state() !== "ready" && state() !== "confirm") return;
  wanted = chosen;
  const go = () => void (wanted.look ? lookNow() : saveNow());
  if (session.holdsLease) return go();
  const first = document.activeElement;
  document.body.dataset.state = "confirm";
  const left = view.downloads_left;
  const { last, some } = texts.confirmTitle;
  const words = wanted.look ? lookTitle(left) : { title: left <= 1 ? last : some(left), yes: texts.confirmYes };
  askTwice({ ...words, no: page.confirm.no }, go, () => {
    document.body.dataset.state = "ready";
    (first instanceof HTMLElement && first.isConnected ? first : button("download")).focus();
  });
}

/** @param {number} left */
function lookTitle(left) {
  const { path } = listing.entries[wanted.entry ?? 0];
  const { last, some } = previewTexts.confirmTitle;
  return { title: left <= 1 ? last(nameOf(path)) : some(nameOf(path), left), yes: previewTexts.confirmYes };
}

/** @param {string} path */
const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

/** Shows a file, under the same lease as a download. */
async function lookNow() {
  const { entry = 0 } = wanted;
  const { path, size } = listing.entries[entry];
  cancelling = new AbortController();
  const progress = element("preview-progress", HTMLProgressElement);
  progress.hidden = false;
  progress.removeAttribute("value");
  say("preview-title", nameOf(path));
  say("preview-lead", previewTexts.loading);
  say("preview-problem", "");
  show("previewing");
  try {
    await ensureOpeners();
    if (!openers) throw new Cancelled();
    const plan = JSON.parse(await desk.ask("previewPlan", entry));
    const urlOf = (/** @type {number} */ index) => session.partUrl(index);
    const spend = (/** @type {number} */ bytes) => session.spendOnLook(bytes, listing.contentLen);
    const { signal } = cancelling;
    const whole = { entry, plan, name: nameOf(path), size: size ?? 0, openers, desk, urlOf, spend, onFailed, signal };
    await openPreview(whole, {
      onProgress: (bytes, total) => (progress.value = total === 0 ? 1 : bytes / total),
      onWait: (failure) => say("preview-lead", waitText(failure) || previewTexts.loading),
    });
    show("preview");
  } catch (error) {
    if (cancelling.signal.aborted) return list();
    const sentence = notShown(error);
    if (sentence === "") return failed(error);
    say("preview-lead", previewTexts.held);
    say("preview-problem", sentence);
    show("preview");
  } finally {
    progress.hidden = true;
  }
}

/** While a film is played, its download may end. @param {unknown} error */
function onFailed(error) {
  if (state() !== "preview") return;
  closePreview();
  failed(error);
}

async function saveNow() {
  cancelling = new AbortController();
  const pace = new Pace();
  let picked;
  try {
    // Right after the click: browsers allow it only then. And before anything is counted.
    if (wanted.asFolder) picked = await pickFolder();
  } catch {
    return list();
  }
  waiting(undefined);
  say("saving-lead", texts.preparing);
  clearProgress();
  show("saving");
  try {
    await ensureOpeners();
    /** @type {import("./session.js").SavePlan} */
    const plan = JSON.parse(await desk.ask("savePlan", wanted.entry, wanted.folder));
    say("saving-lead", texts.savingLead(plan.name));
    if (!openers) throw new Cancelled();
    const told = {
      onProgress: showProgress(pace),
      onWait: (/** @type {import("../api.js").Failure | undefined} */ failure) => waiting(failure, pace),
    };
    if (picked) return await saveInto(picked, plan.name, told);
    const what = {
      plan,
      openers,
      desk,
      urlOf: (/** @type {number} */ index) => session.partUrl(index),
      signal: cancelling.signal,
    };
    const isOnDisk = await save(what, told);
    say("ask-lead", texts.askLead(plan.name));
    say("ask-problem", "");
    if (isOnDisk) await saved();
    else show("ask-saved");
  } catch (error) {
    failed(error);
  } finally {
    waiting(undefined);
  }
}

/**
 * Saves everything file by file. What is closed is on the disk: nobody has to be asked.
 *
 * @param {FileSystemDirectoryHandle} picked
 * @param {string} archive how everything would be called in one file
 * @param {import("./download.js").Told} told
 */
async function saveInto(picked, archive, told) {
  const { saveFolder } = await import("./folder.js");
  if (!openers) throw new Cancelled();
  const what = { session, listing, archive, picked, openers, desk, signal: cancelling.signal };
  const { place, renamed } = await saveFolder(what, told);
  say("ask-lead", filesTexts.folderSaved(place));
  await finish();
  const words = [filesTexts.folderSaved(place), renamed.length > 0 ? filesTexts.folderRenamed(renamed[0]) : ""];
  if (state() === "finished") say("finished-lead", [...words, element("finished-lead", HTMLElement).textContent].join(" "));
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
  removeStored();
  const { entry, folder } = wanted;
  const some = entry !== undefined ? [entry] : folder !== undefined ? tree.below(folder) : [];
  if (some.length > 0 && listing.entries.length > 1) {
    session.markSaved(some.filter((index) => listing.entries[index].size !== null));
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

async function destroy() {
  await session.destroy();
  endOpeners();
  stops.at("destroyed", "", undefined);
}

/** @param {import("../api.js").Failure | undefined} failure @param {Pace} [pace] */
function waiting(failure, pace) {
  if (failure) pace?.forget();
  say("network", waitText(failure));
}

/** @param {import("../api.js").Failure | undefined} failure */
function waitText(failure) {
  if (!failure) return "";
  return navigator.onLine ? texts.waiting(soonText(failure.wait_millis / 1000)) : texts.offline;
}

void start();
