// @ts-check
/**
 * The page *reveal*, in the order of what happens: link, what it is, passphrase, two steps, fields, "I have it". Nothing
 * is revealed or counted by loading it.
 *
 * For tests and scripts, these stay as they are. `document.body.dataset.state` is one of `loading`, `unsupported`,
 * `no-link`, `damaged`, `password` (what it is, and the passphrase), `ready` (what it is), `confirm`, `revealing`,
 * `revealed`, `finished`, `destroyed`, and the dead ends `gone`, `not-found`, `paused`, `locked`, `exhausted`, `offline`,
 * `other-kind` (a link of another page), `error`. A wrong passphrase is found out after the two steps: the page is back
 * at `password` then, and the next try needs no further step. Ids: `#link-input`, `#link-open`, `#link-problem`;
 * `#ready-title`, `#from`, `#facts` (`dd[data-fact=left|ends|passphrase]`), `#seen-before`; `#password`,
 * `#password-show`, `#open`, `#password-problem`; `#left`, `#reveal` (first step), `#reveal-confirm` ("Yes, show it", a
 * second later), `#reveal-not`; `#fields` with a `[data-field=user|password|note|url]` each, and in it `.text`
 * (`data-shown=yes|no`), `button[data-act=show]`, `button[data-act=copy]`, `.open a` (of a web address), `.said`;
 * `#finish` ("I have it"; it also destroys where no view is left), `#destroy` (where others have views left),
 * `#destroy-confirm`, `#destroy-keep`, `#otherwise`, `#finish-problem`; `#error`, `#retry`.
 */

import * as wasm from "/wasm/open.js";

import { askTwice, stopAsking } from "../holder/gesture.js";
import { arrive, askLink, asksForLink, clearLinkForm, prepareLinkForm } from "../holder/link-entry.js";
import { askPassword, preparePassword, tellFailure } from "../holder/unlock.js";
import { kinds, page, reveal as texts, revealProblems as problems } from "../i18n/texts.js";
import { countText, momentText, refusalOf, spanText, timeText } from "../i18n/wording.js";
import { CallError } from "../net/api.js";
import { keep } from "../net/fragment.js";
import { isForgetful } from "../storage/device-storage.js";
import { copyExactly } from "../ui/exact-copy.js";
import { button, element, setText, show, state, wireConfirmation } from "../ui/views.js";
import { deadEnds, showDeadEnd, showIfDeadEnd } from "./dead-ends.js";
import { clearFields, hideFields, showFields } from "./fields.js";
import { ViewSession } from "./session.js";

/** @typedef {import("/api").LinkView} LinkView */

/** @type {import("../workers/key-worker.js").OpenKeyWorker} */
let keyWorker;
/** @type {ViewSession} */
let session;
/** @type {LinkView} */
let view;
/** Whether the two steps were taken: what a wrong passphrase interrupted needs them no second time. */
let agreed = false;
/** @type {number | undefined} */
let ending;

async function start() {
  const arrived = await arrive(wasm);
  if (!arrived) return;
  const { text } = arrived;
  ({ keyWorker } = arrived);
  prepare();
  if (text === "") askLink("no-link", texts);
  else await takeLink(text);
}

function prepare() {
  prepareLinkForm(takeLink);
  preparePassword({ ...texts, unexpected: problems.unexpected }, unlock);
  button("reveal").addEventListener("click", (event) => event.isTrusted && state() === "ready" && beginView());
  // Scripts click hidden buttons too: each answers only in its own state, and what ends something only to people.
  button("finish").addEventListener("click", (event) => event.isTrusted && state() === "revealed" && void finish());
  deadEnds.whenOver(() => session.forgetLink());
  prepareDestroy();
  copyExactly();
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && hideFields());
  addEventListener("pagehide", leave);
  // A page that comes back from the browser's cache has nothing to show any more.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

/** Finds the link in a text, before anything is asked from the server. @param {string} text */
async function takeLink(text) {
  setText("link-problem", "");
  try {
    session = new ViewSession(keyWorker, await keyWorker.ask("takePush", text));
    session.whenEndedElsewhere(endedElsewhere);
    keep(session.token);
    clearLinkForm();
  } catch (error) {
    const { variant } = /** @type {{ variant?: string }} */ (error);
    if (keyWorker.isBroken) return deadEnds.show("offline", "", () => location.reload());
    const again = asksForLink();
    if (variant === "other-kind") await deadEnds.showOtherKind(await keyWorker.ask("kindOf", text), text);
    else if (again) setText("link-problem", texts.stillDamaged);
    else askLink(variant === "no-link" ? "no-link" : "damaged", texts);
    return;
  }
  await look();
}

/** Looks at the link: this counts nothing. */
async function look() {
  show("loading");
  agreed = false;
  try {
    const seen = await session.look();
    view = seen.view;
    if (showIfDeadEnd(view, session, look)) return;
    describe(seen.face);
    // Whoever holds a view waits for nobody's wrong passphrases.
    if (view.needs_password) askPassword(session.heldUntil ? 0 : view.retry_after_millis);
    else await unlock("");
  } catch (error) {
    showDeadEnd(error, session, look);
  }
}

/** Says what it is, before anything counts. @param {import("./session.js").Face | null} face */
function describe(face) {
  const held = session.heldUntil !== undefined;
  setText("ready-title", face?.forFiles ? kinds.files : (kinds[face?.kind ?? "unknown"] ?? kinds.unknown));
  setText("from-label", face?.from ? texts.from : "");
  setText("from", face?.from ?? texts.noFrom);
  element("from-block", HTMLElement).hidden = !face;
  setText("ready-lead", held ? texts.held : session.isUnanswered ? texts.unanswered : texts.free);
  const seen = view.started_last_at != null && !held ? texts.seenBefore(momentText(view.started_last_at)) : "";
  setText("seen-before", seen);
  const span = spanText(Math.max(0, view.expires_at - view.now) / 1000);
  const facts = [
    ["left", texts.facts.left, countText(view.downloads_left)],
    ["ends", texts.facts.ends, texts.until(momentText(view.expires_at), span)],
    ...(view.needs_password ? [["passphrase", texts.facts.passphrase, texts.needed]] : []),
  ];
  element("facts", HTMLElement).replaceChildren(
    ...facts.flatMap(([name, label, value]) => {
      const [term, cell] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = label;
      cell.dataset.fact = name;
      cell.textContent = value;
      return [term, cell];
    }),
  );
  button("reveal").textContent = held ? texts.revealAgain : page.look.reveal;
  setText("left", isForgetful() ? texts.forgetful : "");
}

/** Derives what the passphrase opens. Whether it is right, the server says when it is asked to reveal. @param {string} passphrase */
async function unlock(passphrase) {
  await session.unlock(passphrase);
  if (agreed) return reveal();
  stopAsking();
  const asked = state() === "password";
  show("ready");
  if (asked) element("ready-title", HTMLElement).focus();
}

/** First step. A view that was begun already needs no second one: it is counted. */
function beginView() {
  if (session.heldUntil !== undefined) {
    void reveal();
    return;
  }
  document.body.dataset.state = "confirm";
  const left = view.downloads_left;
  askTwice(
    {
      title: left === 0 ? texts.confirm.taken : left === 1 ? texts.confirm.last : texts.confirm.some(left),
      yes: texts.confirm.yes,
      no: texts.confirm.no,
    },
    () => void reveal(),
    () => {
      document.body.dataset.state = "ready";
      button("reveal").focus();
    },
  );
}

/** Second step: from here on it counts. Errors that belong to the passphrase are told beside it. */
async function reveal() {
  agreed = true;
  const beside = state() === "password";
  if (!beside) show("revealing");
  try {
    showRevealed(await session.reveal());
  } catch (error) {
    const { variant = "" } = /** @type {{ variant?: string }} */ (error);
    if (variant === "wrong-password" && (await endedByGuess())) return;
    if (beside && BESIDE.includes(variant)) throw error;
    if (variant === "wrong-password" || variant === "too-many-guesses") {
      askPassword(0);
      tellFailure(error);
    } else {
      showDeadEnd(error, session, look);
    }
  }
}

/** Whether that wrong passphrase was one too many: then the page says so. */
async function endedByGuess() {
  try {
    const seen = await session.look();
    return showIfDeadEnd(seen.view, session, look);
  } catch (error) {
    const { variant = "" } = /** @type {{ variant?: string }} */ (error);
    if (variant === "gone") showDeadEnd(error, session, look);
    return variant === "gone";
  }
}

/** Failures that leave the passphrase where it is, for another try. */
const BESIDE = ["wrong-password", "too-many-guesses", "network", "unavailable"];

/** @param {import("./session.js").Revealed} revealed */
function showRevealed(revealed) {
  view = revealed.view;
  const left = view.downloads_left;
  const when = timeText(revealed.endsAt);
  showFields(revealed.fields, (name) => session.field(name));
  element("hidden-again", HTMLElement).hidden = !revealed.fields.some(({ secret, empty }) => secret && !empty);
  setText("revealed-title", texts.title);
  setText("revealed-lead", left === 0 ? texts.leadLast(when) : texts.leadSome(when));
  button("finish").textContent = endsForAll() ? texts.destroyLast : texts.finish;
  button("destroy").textContent = texts.destroy;
  button("destroy").hidden = left === 0 || !view.recipient_may_destroy;
  element("destroy-ask", HTMLElement).hidden = true;
  setText("finish-problem", "");
  const withLink = revealed.endsWithLink;
  setText("otherwise", left === 0 ? texts.otherwiseLast(when, withLink) : texts.otherwiseSome(when, withLink, left));
  clearTimeout(ending);
  ending = setTimeout(() => {
    leave();
    if (left === 0) session.forgetLink();
    else session.forgetLease();
    showFinished(texts.lapsed);
  }, revealed.leftMillis);
  show("revealed");
}

/** Whether "I have it" also destroys it: where the sender allows that, and no view is left for others. */
const endsForAll = () => view.downloads_left === 0 && view.recipient_may_destroy;

/** "I have it": the view is over, and the sender learns that it arrived. */
async function finish() {
  if (endsForAll()) return destroy();
  await ended(async () => {
    const after = await session.finish();
    leave();
    showFinished(after.downloads_left === 0 ? texts.finishedGone : texts.finishedLeft(after.downloads_left));
  });
}

/**
 * Destroyed for everybody. The receipt goes first, so that the sender learns that it arrived; after the last view, that
 * destroys it already.
 */
async function destroy() {
  await ended(async () => {
    /** @type {LinkView | undefined} */
    let after;
    try {
      after = await session.finish();
    } catch (error) {
      if (error instanceof CallError && error.failure.again) throw error;
    }
    if (!after?.gone) await session.destroy();
    leave();
    deadEnds.show("destroyed", "", undefined);
  });
}

/** @param {() => Promise<void>} act */
async function ended(act) {
  const buttons = ["finish", "destroy", "destroy-confirm"].map(button);
  for (const target of buttons) target.disabled = true;
  setText("finish-problem", "");
  try {
    await act();
  } catch (error) {
    const failure = error instanceof CallError ? error.failure : undefined;
    if (failure && ["lease-ended", "gone", "not-found"].includes(failure.variant)) {
      // It was over already: nothing is left to tell.
      if (failure.variant === "lease-ended") session.forgetLease();
      else session.forgetLink();
      leave();
      showFinished(texts.finishedLate);
    } else {
      setText("finish-problem", refusalOf(failure, problems.network));
    }
  } finally {
    for (const target of buttons) target.disabled = false;
  }
}

/** The view was ended in another tab, which may have destroyed it: nothing of it stays here. */
function endedElsewhere() {
  if (state() !== "revealed") return;
  leave();
  if (view.downloads_left === 0) session.forgetLink();
  showFinished(texts.endedElsewhere);
}

/** @param {string} text */
function showFinished(text) {
  setText("finished-title", texts.finishedTitle);
  setText("finished-lead", text);
  show("finished");
}

function prepareDestroy() {
  wireConfirmation("destroy", "destroy-ask", "destroy-keep");
  button("destroy-confirm").addEventListener("click", (event) => {
    if (event.isTrusted && state() === "revealed") void destroy();
  });
}

/** Leaves nothing of what was revealed, neither on the page nor in the worker. */
function leave() {
  clearTimeout(ending);
  clearFields();
  session?.wipe();
}

void start();
