// @ts-check
/** Looking at a file, from the second step until the person goes back. Fetched when somebody wants to. */

import { preview as texts } from "../i18n/texts.js";
import { throwIfCancelled } from "../net/waiting.js";
import { offerTryNow } from "../ui/try-now.js";
import { element, setText, show, state } from "../ui/views.js";
import { closePreview, notShown, openPreview } from "./preview.js";
import { failed, waitText } from "./saving.js";
import { nameOf } from "./tree.js";
import { begin, haveOpeners, isCancelled, visit } from "./visit.js";

export { closePreview } from "./preview.js";

/** Shows a file, under the same lease as a download. @param {() => void} back to the list */
export async function look(back) {
  const { wanted, listing, session, keyWorker } = visit;
  const { entry = 0 } = wanted;
  const { path, size } = listing.entries[entry];
  const signal = begin();
  const progress = element("preview-progress", HTMLProgressElement);
  progress.hidden = false;
  progress.removeAttribute("value");
  setText("preview-title", nameOf(path));
  setText("preview-lead", texts.loading);
  setText("preview-problem", "");
  show("previewing");
  try {
    const openers = await haveOpeners(signal);
    const plan = JSON.parse(await keyWorker.ask("previewPlan", entry));
    throwIfCancelled(signal);
    const urlOf = (/** @type {number} */ index) => session.partUrl(index);
    const spend = (/** @type {number} */ bytes) => session.spendOnLook(bytes, listing.contentLen);
    const whole = {
      entry,
      plan,
      name: nameOf(path),
      size: size ?? 0,
      openers,
      keyWorker,
      urlOf,
      spend,
      onFailed,
      signal,
    };
    await openPreview(whole, {
      onProgress: (bytes, total) => (progress.value = total === 0 ? 1 : bytes / total),
      onWait: (failure) => {
        offerTryNow(failure);
        setText("preview-lead", waitText(failure) || texts.loading);
      },
    });
    show("preview");
  } catch (error) {
    if (isCancelled(error)) return back();
    const sentence = notShown(error);
    if (sentence === "") return failed(error);
    setText("preview-lead", texts.held);
    setText("preview-problem", sentence);
    show("preview");
  } finally {
    progress.hidden = true;
    offerTryNow(undefined);
  }
}

/** While a film is played, its download may end. @param {unknown} error */
function onFailed(error) {
  if (state() !== "preview") return;
  closePreview();
  failed(error);
}
