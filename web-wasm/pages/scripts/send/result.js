// @ts-check
/** The link, and what can be done with it: copy it, watch it, delete what it leads to. */

import { CallError, sendForText } from "../api.js";
import { goneForOwner, goneTitle, page, problems, send as texts } from "../texts.js";
import { announce, button, element, say, show } from "../views.js";
import { momentText } from "../wording.js";
import { StatusWatch } from "./status.js";

const COPIED_MILLIS = 2_500;

/**
 * @typedef {object} Result
 * @property {string} shareId
 * @property {string} linkId
 * @property {string} ownerProof
 * @property {string} token
 * @property {number} expiresAt
 * @property {number} downloads
 * @property {boolean} hasPassword
 */

/** @type {StatusWatch | undefined} */
let watch;
/** @type {Result | undefined} */
let current;
/** Whether the link left the page in some way: nobody can show it again. */
let taken = false;

/** Listens to the buttons of the result. Called once. */
export function prepareResult() {
  const link = element("link", HTMLInputElement);
  link.addEventListener("focus", () => link.select());
  link.addEventListener("copy", () => (taken = true));
  button("copy").addEventListener("click", () => void copy(link));
  const ask = element("revoke-ask", HTMLElement);
  button("revoke").addEventListener("click", () => {
    ask.hidden = false;
    button("revoke-keep").focus();
  });
  button("revoke-keep").addEventListener("click", () => {
    ask.hidden = true;
    button("revoke").focus();
  });
  button("revoke-confirm").addEventListener("click", () => void revoke());
}

/** @param {Result} result @param {import("../desk.js").Desk} desk */
export function showResult(result, desk) {
  current = result;
  taken = false;
  element("link", HTMLInputElement).value = `${location.origin}/s#${result.token}`;
  element("password-apart", HTMLElement).hidden = !result.hasPassword;
  element("revoke-ask", HTMLElement).hidden = true;
  say("revoke-problem", "");
  const steps = texts.nextSteps(texts.downloads(result.downloads), momentText(result.expiresAt), result.hasPassword);
  element("next-steps", HTMLElement).replaceChildren(
    ...steps.map((step) => {
      const item = document.createElement("li");
      item.textContent = step;
      return item;
    }),
  );
  watch?.stop();
  watch = new StatusWatch(result, desk, showEnd);
  show("done");
}

/** Whether leaving the page now would lose the link. */
export const isLinkAtRisk = () => current !== undefined && !taken;

/** Forgets the link. */
export function forgetResult() {
  watch?.stop();
  watch = undefined;
  current = undefined;
  element("link", HTMLInputElement).value = "";
}

/** @param {HTMLInputElement} link */
async function copy(link) {
  try {
    await navigator.clipboard.writeText(link.value);
  } catch {
    // Not allowed here: then the text is selected, and the person copies it.
    link.select();
    if (!document.execCommand("copy")) return;
  }
  taken = true;
  const target = button("copy");
  target.textContent = page.done.copied;
  announce(page.done.copied);
  setTimeout(() => {
    target.textContent = page.done.copy;
    announce("");
  }, COPIED_MILLIS);
}

async function revoke() {
  if (!current) return;
  const confirm = button("revoke-confirm");
  confirm.disabled = true;
  say("revoke-problem", "");
  try {
    await sendForText({
      method: "DELETE",
      path: `/shares/${current.shareId}`,
      headers: { "subrosa-owner-proof": current.ownerProof },
      signal: new AbortController().signal,
      triesMax: 3,
    });
    watch?.stop();
    showEnd(goneTitle, goneForOwner.revoked(momentText(Date.now())));
  } catch (error) {
    const sentence = error instanceof CallError ? error.failure.sentence : "";
    say("revoke-problem", sentence || problems.network);
  } finally {
    confirm.disabled = false;
  }
}

/** @param {string} title @param {string} text */
function showEnd(title, text) {
  say("revoked-title", title);
  say("revoked-lead", text);
  forgetResult();
  show("revoked");
}
