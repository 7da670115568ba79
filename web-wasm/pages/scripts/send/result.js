// @ts-check
/**
 * What came of it: a card for the files, and one for their password if that travels by a link of its own; what happens
 * to both; and what can still be done: one more download, pause, open again what is paused or locked, delete.
 */

import { endings, goneForOwner, messages, pushGone, send as texts } from "../i18n/texts.js";
import { endText, momentText, refusalOf } from "../i18n/wording.js";
import { CallError, sendForJson } from "../net/api.js";
import { forgetFragment, keep } from "../net/fragment.js";
import { isShare } from "../owner/answers.js";
import { Card } from "../owner/card.js";
import { KeptHere, wantsToRemember } from "../owner/kept-here.js";
import { PushWatch } from "../owner/push-watch.js";
import { ShareWatch } from "../owner/share-watch.js";
import { WayBack } from "../owner/way-back.js";
import { copyExactly } from "../ui/exact-copy.js";
import { announce, button, element, setText, show, state, wireConfirmation } from "../ui/views.js";
import { NewPassword } from "./new-password.js";
import { OtherLinks } from "./other-links.js";
import { Reinvite } from "./reinvite.js";
import { OwnerHand } from "../owner/owner-hand.js";
import { TryLink } from "./try-link.js";
import { deleteShare } from "./upload.js";
import { Versions } from "./versions.js";

/**
 * @typedef {object} Result
 * @property {string} shareId
 * @property {string} linkId
 * @property {string} ownerProof
 * @property {string} token
 * @property {string} ownerToken
 * @property {number} expiresAt
 * @property {number} downloads
 * @property {number} downloadsLimit what this server allows
 * @property {boolean} hasPassword
 * @property {string} what files and size, in words
 * @property {string} first name of the first file
 * @property {number} files
 * @property {number} madeAt
 * @property {string} drawn the password, if the page drew it and nobody knows it yet
 * @property {() => void} onTaken told once, when nobody needs the links here any more
 * @property {boolean} isBack whether its owner came back to it: then they have the address
 */

/** @type {Card} */
let card;
/** @type {Card} */
let pushCard;
/** @type {WayBack} */
let wayBack;
/** @type {KeptHere} */
let keptHere;
/** @type {OtherLinks} */
let otherLinks;
/** @type {Versions} */
let versions;
/** @type {NewPassword} */
let newPassword;
/** @type {Reinvite} */
let reinvite;
/** @type {TryLink} */
let tryLink;
/** @type {ShareWatch | undefined} */
let watch;
/** @type {PushWatch | undefined} */
let pushWatch;
/** @type {import("../workers/key-worker.js").SealKeyWorker} */
let keyWorker;
/** @type {Result | undefined} */
let current;
/** The push of the password, if there is one. @type {import("./password-push.js").PasswordPush | undefined} */
let passwordPush;
/** Its push, once it is made. @type {import("./password-push.js").MadePush | undefined} */
let push;
/** Which links left the page in some way: nobody can show the others again. */
let taken = { files: false, password: false };
/** States of a link that its owner can open again. */
const LOCKED = ["paused", "locked"];

/** Downloads that the link allows, as the server said last. */
let allowed = 1;

/**
 * Listens to the buttons of the result. Called once.
 *
 * @param {(next: import("./versions.js").NextVersion) => void} onNewVersion a new version is to be chosen
 */
export function prepareResult(onNewVersion) {
  card = new Card(element("card", HTMLElement), { onTaken: () => markHandedOut("files") });
  pushCard = new Card(element("push-card", HTMLElement), { prefix: "push-", onTaken: () => markHandedOut("password") });
  wayBack = new WayBack(() => markHandedOut("files"));
  keptHere = new KeptHere();
  otherLinks = new OtherLinks(
    () => watch?.lookAnew(),
    () => markHandedOut("files"),
  );
  newPassword = new NewPassword({
    onChange: () => watch?.lookAnew(),
    nameOf: (link) => otherLinks.nameOf(link),
    what: () => current?.first ?? "",
  });
  reinvite = new Reinvite({
    onChange: () => watch?.lookAnew(),
    nameOf: (link) => otherLinks.nameOf(link),
    pushPasswords: (made, password) => otherLinks.pushPasswords(made, password),
  });
  tryLink = new TryLink((link) => otherLinks.nameOf(link));
  versions = new Versions({
    // The link can be shown again; what only this page knows of its password cannot.
    isAtRisk: () => isLinkAtRisk() && (current?.drawn !== "" || passwordPush !== undefined),
    onNew: onNewVersion,
    onChange: () => watch?.lookAnew(),
    nameOf: (link) => otherLinks.nameOf(link),
  });
  wireConfirmation("revoke", "revoke-ask", "revoke-keep");
  button("revoke-confirm").addEventListener("click", () => void revoke());
  button("push-again").addEventListener("click", () => state() === "done" && void makePasswordPush());
  button("more-downloads").addEventListener("click", () => state() === "done" && void moreDownloads());
  button("unlock").addEventListener("click", () => {
    if (state() === "done") void change("unlock", { paused: false }, texts.unlocked);
  });
  button("hold").addEventListener("click", () => {
    if (state() === "done") void change("hold", { paused: true }, texts.held);
  });
  button("spoken-show").addEventListener("click", (event) => {
    if (event.isTrusted) speak(element("spoken-text", HTMLElement).hidden !== false);
  });
  copyExactly();
  addEventListener("pagehide", () => speak(false));
}

/** What this server offers for more links. @param {import("/api").Config} config */
export function offerOtherLinks(config) {
  otherLinks.offer(config);
  reinvite.offer(config);
  newPassword.offer(config);
}

/**
 * @param {Result} result
 * @param {import("../workers/key-worker.js").SealKeyWorker} withKeyWorker
 * @param {import("./password-push.js").PasswordPush | undefined} channel for the password
 */
export function showResult(result, withKeyWorker, channel) {
  forgetResult();
  keyWorker = withKeyWorker;
  current = result;
  passwordPush = channel;
  taken = { files: result.isBack, password: channel === undefined };
  allowed = result.downloads;
  const { hasPassword, what, downloads } = result;
  const [until, count] = [momentText(result.expiresAt), texts.downloads(downloads)];
  setText("done-title", result.isBack ? texts.doneBack : channel ? texts.doneTwo : texts.doneOne);
  for (const id of ["done-lead", "next"]) element(id, HTMLElement).hidden = result.isBack;
  wayBack.show(`${location.origin}/o#${result.ownerToken}`);
  // Until the links are handed out, what this browser keeps of the upload gives both again.
  if (result.isBack) keep(result.ownerToken);
  card.show({
    link: `${location.origin}/s#${result.token}`,
    title: channel ? texts.cardOne : texts.cardOnly,
    lead: channel ? texts.cardOneLead : "",
    message: messages.files({ what, downloads: count, until, password: hasPassword }),
    markdown: what,
  });
  element("password-apart", HTMLElement).hidden = !hasPassword || channel !== undefined || result.isBack;
  offerSpoken(channel === undefined);
  const steps = texts.nextSteps(count, until, hasPassword, channel !== undefined);
  element("next-steps", HTMLElement).replaceChildren(
    ...steps.map((step) => {
      const item = document.createElement("li");
      item.textContent = step;
      return item;
    }),
  );
  const hand = new OwnerHand(result, keyWorker);
  otherLinks.show(result, hand);
  versions.show(result, hand);
  newPassword.show(hand, result.shareId);
  reinvite.show(hand);
  tryLink.show(hand);
  const onShare = (/** @type {import("/api").ShareStatus} */ status) => {
    otherLinks.update(status.links);
    versions.update(status);
    newPassword.update(status.links);
    reinvite.update(status.links);
    tryLink.update(status.links);
  };
  watch = new ShareWatch(result, keyWorker, {
    onGone: showEnd,
    onStatus,
    onShare,
    nameOf: (link) => otherLinks.nameOf(link),
  });
  watch.lookNow();
  element("push-state", HTMLElement).hidden = true;
  const { shareId: id, ownerToken: token, first: name, files, madeAt, expiresAt: endsAt } = result;
  rememberIt({ kind: "share", id, token, origin: location.origin, name, files, hasPassword, madeAt, endsAt });
  show("done");
  if (channel) void makePasswordPush();
}

/**
 * Into the list of this browser, if that is wanted.
 *
 * @param {Pick<import("../storage/keyring.js").KeyringItem, "kind" | "id" | "token" | "origin" | "name" | "files" |
 * "hasPassword" | "madeAt" | "endsAt">} item
 */
function rememberIt(item) {
  const isNew = current?.isBack === false && wantsToRemember();
  void keptHere.show({ version: 1, ...item, isForFiles: item.kind === "push", seen: null }, isNew);
}

/** Makes the second link. The first one is there already, whatever becomes of this. */
async function makePasswordPush() {
  const channel = passwordPush;
  if (!channel || push) return;
  element("push-failed", HTMLElement).hidden = true;
  setText("push-pending", texts.pushPending);
  try {
    const made = await channel.make();
    // Meanwhile somebody else's files may stand here.
    if (passwordPush !== channel) return channel.cancel();
    push = made;
    // From here on the link has it.
    if (current) current = { ...current, drawn: "" };
    offerSpoken(false);
    showPush(made);
  } catch {
    if (passwordPush !== channel) return;
    element("push-failed", HTMLElement).hidden = false;
    offerSpoken(true);
    announce(texts.pushFailed);
  } finally {
    if (passwordPush === channel || !passwordPush) setText("push-pending", "");
  }
}

/** @param {import("./password-push.js").MadePush} made */
function showPush({ link, views, expiresAt, owned, kept: { token, origin } }) {
  const what = { name: current?.first ?? "", files: 0, hasPassword: false, madeAt: Date.now(), endsAt: expiresAt };
  rememberIt({ kind: "push", id: owned.linkId, token, origin: origin || location.origin, ...what });
  pushCard.show({
    link,
    title: texts.cardTwo,
    lead: texts.cardTwoLead,
    message: messages.push({
      kind: "password",
      forFiles: true,
      views,
      until: momentText(expiresAt),
      passphrase: false,
    }),
  });
  element("push-card", HTMLElement).hidden = false;
  element("push-state", HTMLElement).hidden = false;
  pushWatch = new PushWatch(
    owned,
    keyWorker,
    ({ link: { gone } }) => {
      if (!gone) return;
      setText("push-gone", endText(pushGone, gone) || endings.deleted);
      element("push-card", HTMLElement).hidden = true;
      pushCard.clear();
      markHandedOut("password");
    },
    "push-",
  );
  // What it cannot tell now, it tells later.
  pushWatch.start().catch(() => pushWatch?.later());
}

/** Says what became of the links when a new version came. @param {import("./edition.js").Edition} edition */
export function sayMoved({ moved, content }) {
  if (moved) versions.sayMoved(moved, content);
}

/** Whether leaving the page now would lose a link. */
export const isLinkAtRisk = () => current !== undefined && !(taken.files && taken.password);

/** @param {"files" | "password"} which link left the page in some way */
function markHandedOut(which) {
  taken[which] = true;
  if (!current || isLinkAtRisk()) return;
  current.onTaken();
  keep(current.ownerToken);
}

/** Forgets the links. */
export function forgetResult() {
  current?.onTaken();
  watch?.stop();
  pushWatch?.stop();
  watch = pushWatch = current = passwordPush = push = undefined;
  card.clear();
  pushCard.clear();
  wayBack.clear();
  keptHere.clear();
  otherLinks.clear();
  versions.clear();
  newPassword.clear();
  reinvite.clear();
  tryLink.clear();
  for (const id of ["push-card", "push-failed", "revoke-ask", "hold", "unlock"]) element(id, HTMLElement).hidden = true;
  for (const id of ["push-pending", "push-gone", "revoke-problem", "change-problem"]) setText(id, "");
  speak(false);
}

/** @param {import("/api").LinkStatus} link as the server sees it now */
function onStatus({ state, gone, downloads_max: downloadsMax }) {
  // Others may still lead there.
  element("card", HTMLElement).hidden = Boolean(gone);
  for (const id of ["more-downloads", "hold", "unlock"]) element(id, HTMLElement).hidden = Boolean(gone);
  if (gone) return;
  showAllowed(downloadsMax);
  const isStopped = LOCKED.includes(state);
  for (const [id, offered] of /** @type {const} */ ([
    ["unlock", isStopped],
    ["hold", !isStopped],
  ])) {
    // Whoever pressed it stands where it was.
    if (!offered && document.activeElement === button(id)) button("another").focus();
    button(id).hidden = !offered;
  }
}

/** @param {number} downloadsMax what the link allows now */
function showAllowed(downloadsMax) {
  allowed = downloadsMax;
  button("more-downloads").disabled = !current || allowed >= current.downloadsLimit;
}

/** Whether a drawn password can be read out: where no link has it, this page alone knows it. @param {boolean} yes */
function offerSpoken(yes) {
  speak(false);
  element("spoken", HTMLElement).hidden = !yes || !current?.drawn;
}

/** The drawn password, to be read out. @param {boolean} yes */
function speak(yes) {
  setText("spoken-text", yes ? (current?.drawn ?? "") : "");
  const toggle = button("spoken-show");
  toggle.textContent = yes ? texts.spokenHide : texts.spokenShow;
  toggle.setAttribute("aria-pressed", String(yes));
}

async function moreDownloads() {
  if (await change("more-downloads", { downloads_max: allowed + 1 }, texts.moreDone)) showAllowed(allowed + 1);
}

/**
 * Changes the link of the files, and says so.
 *
 * @param {"more-downloads" | "hold" | "unlock"} id the button that was pressed
 * @param {{ downloads_max?: number, paused?: boolean }} patch
 * @param {string} done
 * @returns {Promise<boolean>} whether it is changed
 */
async function change(id, patch, done) {
  if (!current) return false;
  const { shareId, linkId, ownerProof } = current;
  const pressed = button(id);
  pressed.disabled = true;
  setText("change-problem", "");
  try {
    const call = {
      method: "PATCH",
      path: `/shares/${shareId}/links/${linkId}`,
      headers: { "subrosa-owner-proof": ownerProof },
      json: JSON.stringify(patch),
      signal: new AbortController().signal,
      triesMax: 3,
    };
    await sendForJson(call, isShare);
    announce(done);
    watch?.lookNow();
    return true;
  } catch (error) {
    setText("change-problem", whyNot(error));
    return false;
  } finally {
    pressed.disabled = false;
  }
}

/** Deletes both: the files first. */
async function revoke() {
  if (!current) return;
  const confirm = button("revoke-confirm");
  confirm.disabled = true;
  setText("revoke-problem", "");
  try {
    await deleteShare(current);
    watch?.stop();
    const left = await revokePush();
    showEnd(endings.deleted, `${goneForOwner.revoked(momentText(Date.now()))}${left && ` ${left}`}`);
  } catch (error) {
    setText("revoke-problem", whyNot(error));
  } finally {
    confirm.disabled = false;
  }
}

/** @returns {Promise<string>} what is left undone, in words */
async function revokePush() {
  if (!pushWatch) return "";
  try {
    await pushWatch.change("DELETE");
    return "";
  } catch (error) {
    // What has ended before cannot be deleted, and need not be.
    const over = error instanceof CallError && ["gone", "not-found"].includes(error.variant);
    return over ? "" : texts.pushNotDeleted;
  }
}

/** @param {unknown} error */
function whyNot(error) {
  return refusalOf(error instanceof CallError ? error.failure : undefined);
}

/** @param {string} title @param {string} text */
function showEnd(title, text) {
  setText("revoked-title", title);
  setText("revoked-lead", text);
  forgetResult();
  forgetFragment("/");
  show("revoked");
}
