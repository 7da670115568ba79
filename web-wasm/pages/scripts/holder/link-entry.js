// @ts-check
/** How a visit to somebody's link begins: the link is in the address, or the person is asked for it. */

import { textsReady } from "../i18n/texts.js";
import { followNewLinks, takeFragment } from "../net/fragment.js";
import { restore, tidy } from "../storage/device-storage.js";
import { startEngine } from "../ui/engine.js";
import { element, setText, show, state } from "../ui/views.js";
import { OpenKeyWorker } from "../workers/key-worker.js";

/**
 * @param {import("../engine/wasm.js").Loaded} wasm
 * @returns {Promise<{ text: string, module: WebAssembly.Module, keyWorker: OpenKeyWorker } | undefined>} the text of the link,
 * empty if there is none; undefined: the page says why it cannot go on
 */
export async function arrive(wasm) {
  followNewLinks();
  const text = takeFragment();
  await textsReady;
  const module = await startEngine("open", wasm);
  if (!module) return undefined;
  const keyWorker = new OpenKeyWorker(module);
  await restore();
  tidy();
  return { text, module, keyWorker };
}

/** Whether the page asks for a link. */
export const asksForLink = () => state() === "damaged" || state() === "no-link";

/** Listens to where a link is pasted. Called once. @param {(text: string) => Promise<void>} useLink */
export function prepareLinkForm(useLink) {
  element("link-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    if (asksForLink()) void useLink(element("link-input", HTMLTextAreaElement).value);
  });
}

/** What was pasted need not stay on the page: the clean form is kept. */
export function clearLinkForm() {
  element("link-input", HTMLTextAreaElement).value = "";
}

/**
 * @param {"no-link" | "damaged"} why
 * @param {{ damaged: { title: string, lead: string }, noLink: { title: string, lead: string } }} texts
 */
export function askLink(why, texts) {
  const { title, lead } = why === "damaged" ? texts.damaged : texts.noLink;
  setText("link-title", title);
  setText("link-lead", lead);
  show(why);
}
