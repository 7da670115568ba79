// @ts-check
/**
 * The card of uploads that were interrupted, above everything else: go on, or throw away. Nothing starts by itself.
 */

import { problems, send as sendTexts, unfinished as texts } from "../../i18n/texts.js";
import { momentText, sentenceOf, sizeText } from "../../i18n/wording.js";
import { CallError } from "../../net/api.js";
import { Cancelled, throwIfCancelled, unlessCancelled } from "../../net/waiting.js";
import { clearProgress } from "../../ui/progress.js";
import { announce, button, element, fromTemplate, setText, setTextIn, show, state } from "../../ui/views.js";
import { SealKeyWorker } from "../../workers/key-worker.js";
import { whyGone } from "../failures.js";
import { listenToPickers } from "../file-input.js";
import { PasswordPush } from "../password-push.js";
import { whyUnreadable } from "../pick-report.js";
import { resumedSending, sayNotStored } from "../sending.js";
import { waiting } from "../upload-view.js";
import { deleteUpload } from "../upload.js";
import { found as foundBelow, readable, ResumedFiles } from "./pick-files.js";
import { UploadRecorder } from "./recorder.js";
import { allHeld, allUnfinished, forget, hold, keptParts, unfinishedNow, whenFree } from "./store.js";

/**
 * @typedef {import("../sending.js").Sending} Sending
 * @typedef {import("../sending.js").Tools} Tools
 * @typedef {import("./store.js").UnfinishedUpload} UnfinishedUpload
 */

/** @type {() => Tools} */
let tools;
/** @type {(sending: Sending) => void} */
let run;
/** The files that are looked for, while they are. @type {ResumedFiles | undefined} */
let picking;
/** Ends what takes one up. */
let leaving = new AbortController();
/** Ends what waits for other tabs. */
let waitingForTabs = new AbortController();

/** Listens to what belongs to it. Called once. @param {{ tools: () => Tools, run: (sending: Sending) => void }} page */
export function prepareInterrupted(page) {
  ({ tools, run } = page);
  listenToPickers("again-files", "again-folder", addResumedFiles, reportUnreadable);
  button("again-back").addEventListener("click", () => state() === "again" && picking?.leave());
  button("leave").addEventListener("click", () => state() === "resuming" && leaving.abort());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && state() === "pick") void showInterrupted();
  });
}

/** Files that were picked or dropped while an upload looks for its own. @type {import("../file-input.js").AddFiles} */
export const addResumedFiles = (found) => void picking?.addFiles(found);

/** A file that was picked for one, and cannot be read. @param {string} name */
export const reportUnreadable = (name) => setText("again-problem", sendTexts.leftOut[whyUnreadable(name)](name));

/** Shows what there is to go on with. @param {string} [said] what became of one of them */
export async function showInterrupted(said = "") {
  waitingForTabs.abort();
  waitingForTabs = new AbortController();
  const { signal } = waitingForTabs;
  /** @type {HTMLElement[]} */
  const rows = [];
  try {
    const all = await allUnfinished();
    const held = all.length > 0 ? await allHeld() : new Set();
    for (const unfinished of all) {
      const isElsewhere = held.has(unfinished.shareId);
      rows.push(await rowOf(unfinished, isElsewhere));
      if (!isElsewhere) continue;
      whenFree(unfinished.shareId, signal).then(
        () => showInterrupted(),
        () => {},
      );
    }
  } catch {
    // Nothing is kept where nothing can be read.
  }
  if (signal.aborted) return;
  element("unfinished-list", HTMLUListElement).replaceChildren(...rows);
  setText("unfinished-said", said);
  element("unfinished", HTMLElement).hidden = rows.length === 0 && said === "";
}

/** @param {UnfinishedUpload} unfinished @param {boolean} isElsewhere in another tab */
async function rowOf(unfinished, isElsewhere) {
  const { first, count, isDone, until, edition } = unfinished;
  // What is told of files and their link is not so of a new version: its links are elsewhere.
  const done = edition ? texts.version : texts;
  const row = fromTemplate("unfinished-row");
  setTextIn(row, ".title", isDone ? done.made : texts.interrupted);
  setTextIn(row, ".name", texts.name(first, count - 1));
  const how = isDone ? done.ready(momentText(until)) : await progressOf(unfinished);
  setTextIn(row, ".how", isElsewhere ? texts.elsewhere : how);
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (row.querySelector(selector));
  part(".acts").hidden = isElsewhere;
  setTextIn(row, ".go-on", isDone ? done.showLink : texts.goOn);
  setTextIn(row, ".throw", isDone ? done.deleteFiles : texts.throwAway);
  const question = isDone ? done.deleteAsk : texts.throwAsk;
  setTextIn(row, ".question", question);
  part(".ask").setAttribute("aria-label", question);
  setTextIn(row, ".yes", isDone ? done.yes : texts.yes);
  setTextIn(row, ".no", texts.no);
  const ask = (/** @type {boolean} */ yes) => {
    part(".ask").hidden = !yes;
    part(".acts").hidden = yes;
    part(yes ? ".no" : ".throw").focus();
  };
  part(".name").id = `name-${unfinished.shareId}`;
  for (const act of [".go-on", ".throw", ".yes"]) part(act).setAttribute("aria-describedby", part(".name").id);
  part(".go-on").addEventListener("click", () => state() === "pick" && void goOn(unfinished));
  part(".throw").addEventListener("click", () => ask(true));
  part(".no").addEventListener("click", () => ask(false));
  part(".yes").addEventListener("click", () => state() === "pick" && void throwAway(unfinished));
  return row;
}

/** @param {UnfinishedUpload} unfinished */
async function progressOf({ shareId, entries, partBytes, until }) {
  const all = /** @type {{ size: number | null }[]} */ (JSON.parse(entries));
  const total = all.reduce((sum, { size }) => sum + (size ?? 0), 0);
  const stored = (await keptParts(shareId)).filter(({ isStored }) => isStored).length;
  return texts.stored(sizeText(Math.min(total, stored * partBytes)), sizeText(total), momentText(until));
}

/** @param {UnfinishedUpload} shown as it was then: other tabs may have gone on with it since */
async function goOn({ shareId }) {
  const release = await hold(shareId);
  if (!release) return showInterrupted();
  const unfinished = await unfinishedNow(shareId).catch(() => undefined);
  if (!unfinished) {
    release();
    return showInterrupted();
  }
  const recorder = new UploadRecorder(unfinished, release, sayNotStored);
  let said = "";
  try {
    // What is complete needs no files. The browser asks now or never: it wants a click before.
    const handles = unfinished.manifest ? [] : await readable(unfinished.handles);
    // Whoever began to send something else meanwhile goes on with that.
    if (state() !== "pick") return void recorder.leave();
    const sending = await resume(recorder, handles);
    if (sending) return run(sending);
  } catch (error) {
    said = await failed(error, recorder);
  } finally {
    picking = undefined;
    waiting(undefined);
  }
  await recorder.leave();
  await backToPick(said);
}

/**
 * @param {UploadRecorder} recorder
 * @param {FileSystemHandle[]} handles that may be read
 * @returns {Promise<Sending | undefined>} undefined: not now
 */
async function resume(recorder, handles) {
  const { unfinished } = recorder;
  /** @type {ResumedFiles | undefined} */
  let files;
  const sending = resumedSending(tools(), recorder, (id) => {
    if (!files) throw new Error("no file was picked");
    return files.file(id);
  });
  leaving = new AbortController();
  const { signal } = leaving;
  signal.addEventListener("abort", () => sending.upload.leave());
  setText("pick-problem", "");
  showResuming(true);
  const parts = await keptParts(unfinished.shareId);
  const missing = await sending.upload.resume(recorder, parts);
  if (missing.length > 0) {
    const isMissing = new Set(missing);
    const stored = parts.filter(({ index }) => !isMissing.has(index));
    picking = files = new ResumedFiles(sending.plan, unfinished, missing, stored);
    if (handles.length > 0) await unlessCancelled(signal, files.addFiles(foundBelow(handles, files.missing())));
    if (!files.isComplete) {
      show("again");
      if (!(await files.wait())) {
        sending.upload.leave();
        return undefined;
      }
    }
  }
  throwIfCancelled(signal);
  showResuming(false);
  return sending;
}

/** @param {boolean} yes whether it asks what is stored, and sends nothing yet */
function showResuming(yes) {
  for (const id of ["pause", "cancel"]) button(id).hidden = yes;
  button("leave").hidden = !yes;
  if (!yes) return;
  clearProgress(texts.looking);
  show("resuming");
}

/**
 * @param {unknown} error
 * @param {UploadRecorder} recorder
 * @returns {Promise<string>} what is said
 */
async function failed(error, recorder) {
  if (error instanceof Cancelled) return "";
  const why = whyGone(error);
  if (why === undefined) {
    return error instanceof CallError ? sentenceOf(error.failure) || problems.server : texts.damaged;
  }
  await recorder.forget();
  return texts.gone(why);
}

/** @param {string} said */
async function backToPick(said) {
  showResuming(false);
  await showInterrupted(said);
  show("pick");
}

/** @param {UnfinishedUpload} unfinished */
async function throwAway(unfinished) {
  const { shareId, secrets, edition } = unfinished;
  const release = await hold(shareId);
  if (!release) return showInterrupted();
  // One of its own: meanwhile another share may begin.
  const keyWorker = new SealKeyWorker(tools().module);
  let over;
  try {
    const { push, isDone } = (await unfinishedNow(shareId)) ?? unfinished;
    const share = await keyWorker.ask("resumeShare", secrets, edition?.content ?? 1);
    // A version that is behind links already stays there.
    let isBehind = edition !== undefined && isDone;
    if (!isBehind) {
      await deleteUpload(share, edition?.content ?? 1).catch((error) => {
        isBehind = error instanceof CallError && error.variant === "content-in-use";
        if (whyGone(error) === undefined && !isBehind) throw error;
      });
    }
    over = push ? PasswordPush.resume(keyWorker, push).cancel() : undefined;
    await forget(shareId);
    await showInterrupted(isBehind ? texts.version.thrown : texts.thrown);
  } catch {
    await showInterrupted(texts.notThrown);
  } finally {
    release();
    void Promise.resolve(over).then(() => keyWorker.end());
  }
  announce(element("unfinished-said", HTMLElement).textContent ?? "");
  element("unfinished-title", HTMLElement).focus();
}
