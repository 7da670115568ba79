// @ts-check
/** What the link leads to: names, sizes, note, and what is left. */

import { isForgetful } from "../kept.js";
import { problems, receive as texts } from "../texts.js";
import { button, element, fromTemplate, put, say } from "../views.js";
import { momentText, sizeText } from "../wording.js";

/** @typedef {import("./session.js").Listing} Listing */
/** @typedef {import("./session.js").LinkView} LinkView */

/** Lines on the page; more than anybody reads. */
const ROWS_MAX = 300;

/**
 * @param {Listing} listing
 * @param {LinkView} view
 * @param {{ held: boolean, saved: number[], visitors: string }} mine
 */
export function showListing(listing, view, { held, saved, visitors }) {
  const files = listing.entries.filter((entry) => entry.size !== null);
  const size = sizeText(listing.contentLen);
  say("ready-title", texts.title(files.length, size));
  say("ready-lead", held ? texts.held : texts.until(momentText(view.expires_at)));
  say("note", listing.note ?? "");
  element("note-block", HTMLElement).hidden = !listing.note;
  say("seen-before", held ? "" : visitors);
  showRows(listing, saved);
  const single = listing.entries.length === 1 && files.length === 1;
  button("download").textContent = held ? texts.goOn : single ? texts.download : texts.downloadAll;
  button("finish").hidden = !(held && saved.length > 0);
  const left = held ? texts.leftHeld : texts.left(view.downloads_left);
  say("left", isForgetful() ? `${left} ${problems.storage}` : left);
  element("destroy-block", HTMLElement).hidden = !view.recipient_may_destroy;
}

/**
 * Whether somebody was here before, and when. Looked at before this visit opens the link itself.
 *
 * @param {LinkView} view
 * @param {boolean} cameBefore whether this device did
 */
export function visitorsBefore(view, cameBefore) {
  if (view.started_last_at !== null) return texts.startedBefore(momentText(view.started_last_at));
  return view.opened_first_at === null || cameBefore ? "" : texts.seenBefore(momentText(view.opened_first_at));
}

/** @param {Listing} listing @param {number[]} saved */
function showRows({ entries, contentLen }, saved) {
  const rows = entries.slice(0, ROWS_MAX).map((entry, index) => {
    const row = fromTemplate("file-row");
    const at = entry.path.lastIndexOf("/");
    put(row, ".name", entry.path.slice(at + 1));
    const where = [at < 0 ? "" : `${entry.path.slice(0, at)}/`, entry.saved === null ? "" : texts.savedAs(entry.saved)];
    put(row, ".where", where.filter(Boolean).join(" · "));
    put(row, ".size", entry.size === null ? texts.emptyFolder : sizeText(entry.size));
    const save = row.querySelector("button");
    if (save && (entry.size === null || entries.length === 1)) {
      save.remove();
    } else if (save) {
      save.dataset.entry = String(index);
      save.textContent = saved.includes(index) ? texts.saved : texts.save;
      save.setAttribute(
        "aria-label",
        `${texts.saveOne(entry.path)}${saved.includes(index) ? ` (${texts.saved})` : ""}`,
      );
    }
    return row;
  });
  if (entries.length > ROWS_MAX) {
    const more = document.createElement("li");
    more.className = "more";
    more.textContent = texts.more(entries.length - ROWS_MAX);
    rows.push(more);
  }
  element("files", HTMLUListElement).replaceChildren(...rows);
  const folders = new Set(entries.map((entry) => entry.path.slice(0, Math.max(0, entry.path.lastIndexOf("/")))));
  folders.delete("");
  say("sum", entries.length === 1 ? "" : texts.sum(sizeText(contentLen), folders.size));
}
