// @ts-check
/** Saving, from the second step to "saved?", and the end of the download. */

import { list as filesTexts, problems, receive as texts, receiveDeadEnds } from "../i18n/texts.js";
import { refusalOf, sentenceOf, soonText } from "../i18n/wording.js";
import { CallError, isUnclear } from "../net/api.js";
import { onDemand, throwIfCancelled } from "../net/waiting.js";
import { Pace } from "../ui/pace.js";
import { clearProgress, showProgress } from "../ui/progress.js";
import { offerTryNow, prepareTryNow } from "../ui/try-now.js";
import { button, element, setText, show, state } from "../ui/views.js";
import { deadEnds, showDeadEnd } from "./dead-ends.js";
import { removeStored } from "./saver.js";
import { begin, cancel, endOpeners, haveOpeners, isCancelled, visit } from "./visit.js";

/** Goes back to the list. */
let list = () => {};
/** Looks at the link again. */
let look = () => {};

/** Listens to what belongs to it. Called once. @param {{ list: () => void, look: () => void }} page */
export function prepareSaving(page) {
  ({ list, look } = page);
  // Scripts click hidden buttons too: each answers only in its own state.
  button("cancel").addEventListener("click", () => state() === "saving" && cancel());
  button("saved-yes").addEventListener("click", () => state() === "ask-saved" && void saved());
  button("saved-again").addEventListener("click", () => state() === "ask-saved" && void saveNow());
  button("finish").addEventListener("click", () => state() === "ready" && visit.session.holdsLease && void finish());
  prepareTryNow(() => waiting(undefined));
  addEventListener("offline", () => state() === "saving" && setText("network", texts.offline));
  addEventListener("online", () => setText("network", ""));
  addEventListener("beforeunload", (event) => {
    if (state() === "saving") event.preventDefault();
  });
}

/** Saves what is wanted. */
export async function saveNow() {
  const { wanted, keyWorker, session } = visit;
  const signal = begin();
  const pace = new Pace();
  const folder = wanted.asFolder ? await fetchFolder().catch(failed) : undefined;
  if (wanted.asFolder && !folder) return;
  // Right after the click: browsers allow it only then. And before anything is counted.
  const picked = await folder?.pickFolder().catch(list);
  if (folder && !picked) return;
  waiting(undefined);
  setText("saving-lead", texts.preparing);
  clearProgress();
  show("saving");
  try {
    // Before the lease: what does not come counts nothing.
    const { save } = await fetchDownload();
    const openers = await haveOpeners(signal);
    /** @type {import("./session.js").SavePlan} */
    const plan = JSON.parse(await keyWorker.ask("savePlan", wanted.entry, wanted.folder));
    throwIfCancelled(signal);
    setText("saving-lead", texts.savingLead(plan.name));
    const listener = {
      onProgress: showProgress(pace, texts),
      onWait: (/** @type {import("../net/api.js").Failure | undefined} */ failure) => waiting(failure, pace),
    };
    if (folder && picked) {
      const what = { session, listing: visit.listing, archive: plan.name, picked, openers, keyWorker, signal };
      return await savedInto(await folder.saveFolder(what, listener));
    }
    const urlOf = (/** @type {number} */ index) => session.partUrl(index);
    const isOnDisk = await save({ plan, openers, keyWorker, urlOf, signal }, listener);
    setText("ask-lead", texts.askLead(plan.name));
    setText("ask-problem", "");
    if (isOnDisk) await saved();
    else show("ask-saved");
  } catch (error) {
    failed(error);
  } finally {
    waiting(undefined);
  }
}

/** What saves. Called at the first step, so that it is there at the second. */
export const fetchDownload = () => onDemand(import("./download.js"));

/** What saves file by file. Called at the first step, so that it is there at the second. */
export const fetchFolder = () => onDemand(import("./folder.js"));

/**
 * Everything is in a folder. What is closed is on the disk: nobody has to be asked.
 *
 * @param {{ place: string, renamed: string[] }} saved
 */
async function savedInto({ place, renamed }) {
  setText("ask-lead", filesTexts.folderSaved(place));
  await finish();
  if (state() !== "finished") return;
  const words = [filesTexts.folderSaved(place), renamed.length > 0 ? filesTexts.folderRenamed(renamed[0]) : ""];
  setText("finished-lead", [...words, element("finished-lead", HTMLElement).textContent].join(" "));
}

/** The person says that it is saved. Only when everything is, the lease is over; one file of five destroys nothing. */
async function saved() {
  removeStored();
  const { wanted, listing, session, tree } = visit;
  const { entry, folder } = wanted;
  const some = entry !== undefined ? [entry] : folder !== undefined ? tree.below(folder) : [];
  if (some.length > 0 && listing.entries.length > 1) {
    session.markSaved(some.filter((index) => listing.entries[index].size !== null));
    const files = listing.entries.filter((entry) => entry.size !== null).length;
    if (session.saved.length < files) return list();
  }
  await finish();
}

async function finish() {
  const { session } = visit;
  const buttons = [button("saved-yes"), button("saved-again"), button("finish")];
  for (const target of buttons) target.disabled = true;
  setText("ask-problem", "");
  try {
    await session.finish();
    showFinished(texts.finishedLead);
  } catch (error) {
    // A lease that is over was told or has lapsed: nothing is left to tell.
    const isOver = error instanceof CallError && !error.failure.again && !isUnclear(error.failure);
    if (isOver) {
      if (["gone", "not-found"].includes(error.variant)) session.forgetLink();
      else session.forgetLease();
      showFinished(texts.finishedLate);
    } else {
      if (state() !== "ask-saved") show("ask-saved");
      setText("ask-problem", texts.receiptLater);
    }
  } finally {
    for (const target of buttons) target.disabled = false;
  }
}

/** @param {string} lead */
function showFinished(lead) {
  endOpeners();
  setText("finished-lead", lead);
  show("finished");
}

/** Says why a save or a look failed. @param {unknown} error */
export function failed(error) {
  const { variant } = /** @type {{ variant?: string }} */ (error);
  // A lease that is over, or was refused, is of no use any more.
  if (isCancelled(error)) {
    deadEnds.show("stopped", problems.cancelled, list);
  } else if (["lease-ended", "lease-spent", "no-download-left", "gone", "not-found"].includes(variant ?? "")) {
    visit.session.forgetLease();
    endOpeners();
    showDeadEnd(error, look);
  } else if (variant === "replaced") {
    look();
  } else if (variant === "content-lost") {
    deadEnds.show("lost", `${receiveDeadEnds.lost.text} ${texts.othersWhole}`, list);
  } else if (["network", "unavailable"].includes(variant ?? "") && visit.session.holdsLease) {
    // It may be counted, or is.
    const { failure } = /** @type {import("../ui/dead-ends.js").Failed} */ (error);
    deadEnds.show("offline", `${refusalOf(failure)} ${texts.held}`, list);
  } else {
    showDeadEnd(error, list);
  }
}

/** @param {import("../net/api.js").Failure | undefined} failure @param {Pace} [pace] */
function waiting(failure, pace) {
  if (failure) pace?.forget();
  offerTryNow(failure);
  setText("network", waitText(failure));
}

/** @param {import("../net/api.js").Failure | undefined} failure */
export function waitText(failure) {
  if (!failure) return "";
  if (!navigator.onLine) return texts.offline;
  const why = failure.stranger ? `${sentenceOf(failure)} ` : "";
  return why + texts.waiting(soonText(failure.wait_millis / 1000));
}
