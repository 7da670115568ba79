// @ts-check
/** What the link leads to: names, sizes, note, and what is left. */

import { problems, receive as texts } from "../i18n/texts.js";
import { momentText, sizeText, spanText } from "../i18n/wording.js";
import { isForgetful } from "../storage/device-storage.js";
import { button, element, setText } from "../ui/views.js";

/** @typedef {import("./session.js").Listing} Listing */
/** @typedef {import("/api").LinkView} LinkView */

/**
 * @param {Listing} listing
 * @param {LinkView} view
 * @param {{ held: boolean, someSaved: boolean, visitors: string }} mine
 */
export function showListing(listing, view, { held, someSaved, visitors }) {
  const files = listing.entries.filter((entry) => entry.size !== null);
  const size = sizeText(listing.contentLen);
  setText("ready-title", texts.title(files.length, size));
  const left = spanText(Math.max(0, view.expires_at - view.now) / 1000);
  setText("ready-lead", held ? texts.held : texts.until(momentText(view.expires_at), left));
  setText("note", listing.note ?? "");
  element("note-block", HTMLElement).hidden = !listing.note;
  setText("seen-before", held ? "" : visitors);
  showSum(listing);
  const single = listing.entries.length === 1 && files.length === 1;
  button("download").textContent = held ? texts.goOn : single ? texts.download : texts.downloadAll;
  button("download-folder").hidden = single || !("showDirectoryPicker" in globalThis);
  button("finish").hidden = !(held && someSaved);
  const count = held ? texts.leftHeld : texts.left(view.downloads_left);
  setText("left", isForgetful() ? `${count} ${problems.storage}` : count);
  element("destroy-block", HTMLElement).hidden = !view.recipient_may_destroy;
}

/**
 * Whether somebody was here before, and when. Looked at before this visit opens the link itself.
 *
 * @param {LinkView} view
 * @param {boolean} cameBefore whether this device did
 */
export function visitorsBefore(view, cameBefore) {
  if (view.started_last_at != null) return texts.startedBefore(momentText(view.started_last_at));
  return view.opened_first_at == null || cameBefore ? "" : texts.seenBefore(momentText(view.opened_first_at));
}

/** @param {Listing} listing */
function showSum({ entries, folders, contentLen }) {
  setText("sum", entries.length === 1 ? "" : texts.sum(sizeText(contentLen), folders.length));
}
