// @ts-check
/**
 * The page *receive*, in the order of what happens: link, password, list, two steps, save, "saved?".
 *
 * States and ids that tests and scripts rely on are listed in `tests/src/browser/pages.rs`.
 */

import * as wasm from "/wasm/open.js";

import { askTwice, stopAsking } from "../holder/gesture.js";
import { arrive, askLink, asksForLink, clearLinkForm, prepareLinkForm } from "../holder/link-entry.js";
import { addTexts, page, preview as previewTexts, receive as texts } from "../i18n/texts.js";
import { keep } from "../net/fragment.js";
import { onDemand } from "../net/waiting.js";
import { button, element, setText, show, state } from "../ui/views.js";
import { deadEnds, showDeadEnd } from "./dead-ends.js";
import { prepareDestroy } from "./destroy.js";
import { handOut, warning } from "./in-app-browser.js";
import { showListing, visitorsBefore } from "./listing.js";
import { failed, fetchDownload, fetchFolder, prepareSaving, saveNow } from "./saving.js";
import { DownloadSession } from "./session.js";
import { nameOf, Tree } from "./tree.js";
import { cancel, endOpeners, fetchPartOpeners, visit } from "./visit.js";

/** Who was here before this visit. */
let visitors = "";
/** What looks at files, once somebody wanted to. @type {typeof import("./preview-page.js") | undefined} */
let looking;

async function start() {
  const arrived = await arrive(wasm);
  if (!arrived) return;
  const { text, module, keyWorker } = arrived;
  Object.assign(visit, { module, keyWorker });
  prepare();
  if (text === "") askLink("no-link", texts);
  else await takeLink(text);
}

function prepare() {
  prepareLinkForm(takeLink);
  button("download").addEventListener("click", () => beginDownload({}));
  button("download-folder").addEventListener("click", () => beginDownload({ asFolder: true }));
  element("files", HTMLUListElement).addEventListener("click", ({ target }) => {
    const pressed = target instanceof Element ? target.closest("button") : null;
    const { entry, saveFolder, look: seen } = pressed?.dataset ?? {};
    if (entry !== undefined) beginDownload({ entry: Number(entry) });
    if (saveFolder !== undefined) beginDownload({ folder: Number(saveFolder) });
    if (seen !== undefined) beginDownload({ entry: Number(seen), look: true });
  });
  button("preview-save").addEventListener("click", () => {
    if (state() !== "preview") return;
    looking?.closePreview();
    visit.wanted = { entry: visit.wanted.entry };
    void saveNow();
  });
  button("preview-back").addEventListener("click", () => {
    if (state() === "previewing") cancel();
    if (state() === "preview") list();
  });
  deadEnds.whenOver(() => visit.session.forgetLink());
  prepareSaving({ list, look: () => void look() });
  prepareDestroy(destroy);
  button("copy-link").addEventListener("click", () => {
    if (!element("elsewhere", HTMLElement).hidden) void handOut(visit.session.token);
  });
}

/** Finds the link in a text, before anything is asked from the server. @param {string} text */
async function takeLink(text) {
  setText("link-problem", "");
  try {
    visit.session = new DownloadSession(visit.keyWorker, await visit.keyWorker.ask("takeLink", text));
    keep(visit.session.token);
    clearLinkForm();
  } catch (error) {
    const { variant } = /** @type {{ variant?: string }} */ (error);
    if (visit.keyWorker.isBroken) return deadEnds.show("offline", "", () => location.reload());
    const again = asksForLink();
    if (variant === "other-kind") await deadEnds.showOtherKind(await visit.keyWorker.ask("kindOf", text), text);
    else if (again) setText("link-problem", texts.stillDamaged);
    else askLink(variant === "no-link" ? "no-link" : "damaged", texts);
    return;
  }
  await look();
}

/** Looks at the link: this counts nothing. */
async function look() {
  const { session } = visit;
  show("loading");
  try {
    const view = (visit.view = await session.look());
    visitors = visitorsBefore(view, session.cameBefore);
    if (deadEnds.showState(view, session.holdsLease, () => void look())) return;
    if (view.needs_password) (await fetchUnlock()).askPassword(view.retry_after_millis);
    else await open("");
  } catch (error) {
    showDeadEnd(error, () => void look());
  }
}

/** What asks for a password: most links have none. @type {Promise<typeof import("../holder/unlock.js")> | undefined} */
let unlock;

const fetchUnlock = () =>
  (unlock ??= onDemand(import("../holder/unlock.js")).then(
    (unlock) => {
      unlock.preparePassword({ ...texts, open: page.password.open }, open);
      return unlock;
    },
    (error) => {
      unlock = undefined;
      throw error;
    },
  ));

/** Opens the link: this counts no download. @param {string} password */
async function open(password) {
  const { session, keyWorker } = visit;
  try {
    Object.assign(visit, await session.open(password));
  } catch (error) {
    // What belongs to the password is told beside it.
    const beside = ["wrong-password", "too-many-guesses", "network", "unavailable", "password-too-long"];
    const { variant = "" } = /** @type {{ variant?: string }} */ (error);
    if (state() === "password" && beside.includes(variant)) throw error;
    showDeadEnd(error, () => void look());
    return;
  }
  const { view, listing } = visit;
  if (deadEnds.showState(view, session.holdsLease, () => void look())) return;
  visit.tree = new Tree(keyWorker, listing);
  // Not to be waited for: few people copy a note by hand.
  if (listing.note) import("../ui/exact-copy.js").then(({ copyExactly }) => copyExactly()).catch(() => {});
  // Few links have another edition.
  if (listing.edition || view.content > 1 || visit.seen > 1)
    await import("./edition.js").then(
      ({ say }) => say(),
      () => {},
    );
  setText("surroundings", session.holdsLease ? "" : await warning(listing.contentLen));
  element("elsewhere", HTMLElement).hidden = element("surroundings", HTMLElement).hidden;
  list();
}

function list() {
  const { session, listing, view, tree } = visit;
  stopAsking();
  looking?.closePreview();
  tree.show(session.saved);
  showListing(listing, view, { held: session.holdsLease, someSaved: session.saved.length > 0, visitors });
  show("ready");
}

/**
 * First step. A download that was begun already needs no second one: it is counted.
 *
 * @param {import("./visit.js").Wanted} chosen
 */
function beginDownload(chosen) {
  if (state() !== "ready" && state() !== "confirm") return;
  visit.wanted = chosen;
  // By the second step it is there.
  const coming = chosen.look ? fetchLooking() : undefined;
  coming?.catch(() => {});
  fetchDownload().catch(() => {});
  if (chosen.asFolder) fetchFolder().catch(() => {});
  fetchPartOpeners().catch(() => {});
  const go = () => void (coming ? lookNow(coming) : saveNow());
  if (visit.session.holdsLease) return go();
  const first = document.activeElement;
  document.body.dataset.state = "confirm";
  const left = visit.view.downloads_left;
  const { last, some } = texts.confirmTitle;
  const words = chosen.look ? lookTitle(left) : { title: left <= 1 ? last : some(left), yes: texts.confirmYes };
  askTwice({ ...words, no: page.confirm.no }, go, () => {
    document.body.dataset.state = "ready";
    (first instanceof HTMLElement && first.isConnected ? first : button("download")).focus();
  });
}

/** @param {number} left */
function lookTitle(left) {
  const { path } = visit.listing.entries[visit.wanted.entry ?? 0];
  const { last, some } = previewTexts.confirmTitle;
  return { title: left <= 1 ? last(nameOf(path)) : some(nameOf(path), left), yes: previewTexts.confirmYes };
}

async function fetchLooking() {
  const coming = Promise.all([import("./preview-page.js"), addTexts("preview")]);
  const [module] = await onDemand(coming);
  return module;
}

/** @param {ReturnType<typeof fetchLooking>} coming */
async function lookNow(coming) {
  try {
    looking = await coming;
  } catch (error) {
    return failed(error);
  }
  await looking.look(list);
}

async function destroy() {
  await visit.session.destroy();
  endOpeners();
  deadEnds.show("destroyed", "", undefined);
}

void start();
