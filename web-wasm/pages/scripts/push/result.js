// @ts-check
/** The link, and what its owner can do with it: hand it out, watch it, change it, delete what it leads to. */

import { formProblems as problems, messages, push as texts, pushEndings, pushGone } from "../i18n/texts.js";
import { endText, momentText, refusalOf } from "../i18n/wording.js";
import { CallError } from "../net/api.js";
import { Card } from "../owner/card.js";
import { KeptHere, wantsToRemember } from "../owner/kept-here.js";
import { PushWatch } from "../owner/push-watch.js";
import { WayBack } from "../owner/way-back.js";
import { copyExactly } from "../ui/exact-copy.js";
import { announce, button, element, setText, show, state, wireConfirmation } from "../ui/views.js";

/** @typedef {import("/api").PushStatus} PushStatus */
/** @typedef {import("../owner/push-watch.js").Opened} Opened */

/**
 * @typedef {object} Made
 * @property {string} link
 * @property {string} ownerLink
 * @property {import("../owner/push-watch.js").Owned} owned
 * @property {string | undefined} kind what was handed over, as long as this page remembers it
 * @property {string} passphrase as long as this page remembers it
 * @property {boolean} isNew made just now
 */

/** @type {Card} */
let card;
/** @type {WayBack} */
let wayBack;
/** @type {KeptHere} */
let keptHere;
/** @type {PushWatch | undefined} */
let watch;
/** @type {Made | undefined} */
let current;
/** @type {PushStatus | undefined} */
let latest;
/** What the owner calls it. */
let label = "";
/** Whether the link left the page in some way: closing it loses nothing. */
let taken = true;
let viewsMax = 1;

/** Listens to the buttons. Called once. @param {() => void} another */
export function prepareResult(another) {
  card = new Card(element("card", HTMLElement), { onTaken: () => (taken = true) });
  wayBack = new WayBack(() => (taken = true));
  keptHere = new KeptHere();
  button("another").addEventListener("click", () => (state() === "done" || state() === "gone") && another());
  button("pause").addEventListener("click", () => {
    if (state() === "done" && latest) void change("pause", { paused: !isPaused(latest) });
  });
  button("more-views").addEventListener("click", () => {
    if (state() === "done" && latest) void change("more-views", { views_max: latest.link.downloads_max + 1 });
  });
  button("passphrase-again").addEventListener("click", (event) => {
    if (event.isTrusted) showPassphrase(element("passphrase-text", HTMLElement).hidden !== false);
  });
  copyExactly();
  addEventListener("pagehide", () => showPassphrase(false));
  wireConfirmation("revoke", "revoke-ask", "revoke-keep");
  button("revoke-confirm").addEventListener("click", () => {
    if (state() === "done") void change("revoke-confirm", undefined);
  });
}

/** Whether leaving the page now would lose the link. */
export const isLinkAtRisk = () => state() === "done" && !taken;

/**
 * Shows a push: one just made, or one that its owner came back to. Rejects if the server cannot tell about it.
 *
 * @param {Made} made
 * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
 * @param {number} limit views that a push may allow
 */
export async function showPush(made, keyWorker, limit) {
  forgetPush();
  current = made;
  viewsMax = limit;
  taken = made.kind === undefined;
  wayBack.show(made.ownerLink);
  watch = new PushWatch(made.owned, keyWorker, showStatus);
  await watch.start();
  await rememberIt(made);
}

/** Into the list of this browser, if that is wanted. @param {Made} made */
async function rememberIt({ ownerLink, owned, isNew }) {
  if (!latest) return;
  const { origin, hash } = new URL(ownerLink);
  const { created_at: madeAt, link } = latest;
  const what = { name: label, files: 0, isForFiles: false, hasPassword: link.needs_password };
  const times = { madeAt, endsAt: link.expires_at, seen: null };
  const item = {
    kind: /** @type {const} */ ("push"),
    id: owned.linkId,
    token: hash.slice(1),
    origin,
    ...what,
    ...times,
  };
  await keptHere.show({ version: 1, ...item }, isNew && wantsToRemember());
}

/** Forgets the link. */
export function forgetPush() {
  watch?.stop();
  watch = undefined;
  current = undefined;
  latest = undefined;
  taken = true;
  showPassphrase(false);
  card.clear();
  wayBack.clear();
  keptHere.clear();
  element("revoke-ask", HTMLElement).hidden = true;
  setText("change-problem", "");
}

/** @param {PushStatus} status @param {Opened} opened */
function showStatus(status, opened) {
  const first = latest === undefined;
  latest = status;
  label = opened.label;
  const gone = status.link.gone;
  for (const part of document.querySelectorAll("[data-when=live]")) part.toggleAttribute("hidden", Boolean(gone));
  if (gone) showEnd(gone, status, opened);
  else showLive(status, first);
}

/** @param {PushStatus} status @param {boolean} first */
function showLive({ link }, first) {
  button("pause").textContent = latest && isPaused(latest) ? texts.resume : texts.pause;
  button("more-views").disabled = link.downloads_max >= viewsMax;
  if (!first || !current) return;
  const { kind } = current;
  const until = momentText(link.expires_at);
  const titles = /** @type {Record<string, string>} */ (texts.titles);
  setText("done-title", kind ? texts.titles.made : texts.titles.back);
  setText("done-lead", kind ? texts.leads.made : texts.leads.back);
  card.show({
    link: current.link,
    title: titles[kind ?? "again"],
    lead: kind ? texts.cardLead : texts.cardAgain,
    message: messages.push({
      kind: kind ?? "unknown",
      forFiles: false,
      views: link.downloads_max,
      until,
      passphrase: link.needs_password,
    }),
  });
  element("passphrase-apart", HTMLElement).hidden = current.passphrase === "";
  element("next-block", HTMLElement).hidden = !kind;
  element("next-steps", HTMLElement).replaceChildren(
    ...texts.nextSteps(texts.views(link.downloads_max), until, link.needs_password).map((step) => {
      const item = document.createElement("li");
      item.textContent = step;
      return item;
    }),
  );
  show("done");
}

/** @param {import("/api").Gone} gone @param {PushStatus} status @param {Opened} opened */
function showEnd(gone, { link }, { confirmed }) {
  const { arrived, seen, deleted } = pushEndings;
  const title = confirmed.last !== null ? arrived : link.counters.started.count > 0 ? seen : deleted;
  setText("done-title", title);
  setText("done-lead", endText(pushGone, gone));
  for (const id of ["passphrase-apart", "next-block", "revoke-ask"]) element(id, HTMLElement).hidden = true;
  setText("change-problem", "");
  showPassphrase(false);
  card.clear();
  const before = state();
  show("gone");
  // The buttons that had the focus may be gone; nobody is pulled away from what is left.
  if (before === "done" && (!document.activeElement || document.activeElement === document.body)) {
    element("done-title", HTMLElement).focus();
  }
  announce(title);
}

/** Away from the link, and only when asked for: it has to be told by another way. @param {boolean} yes */
function showPassphrase(yes) {
  setText("passphrase-text", yes ? (current?.passphrase ?? "") : "");
  const toggle = button("passphrase-again");
  toggle.textContent = yes ? texts.hidePassphrase : texts.showPassphrase;
  toggle.setAttribute("aria-pressed", String(yes));
}

/** @param {PushStatus} status */
const isPaused = ({ link }) => link.state === "paused" || link.state === "locked";

/** @param {string} id of the button @param {Record<string, unknown> | undefined} to undefined: delete it */
async function change(id, to) {
  const pressed = button(id);
  pressed.disabled = true;
  setText("change-problem", "");
  try {
    await (to ? watch?.change("PATCH", to) : watch?.change("DELETE"));
  } catch (error) {
    const failure = error instanceof CallError ? error.failure : undefined;
    setText("change-problem", refusalOf(failure, problems.network));
  } finally {
    pressed.disabled = id === "more-views" && (latest?.link.downloads_max ?? 0) >= viewsMax;
  }
}
