// @ts-check
/**
 * The page *push*, in the order of what happens: form, link, what becomes of it. With the address that an owner keeps
 * (in the fragment, or in `history.state` after a reload) it begins with what became of it.
 *
 * For tests and scripts, these stay as they are. `document.body.dataset.state` is one of `loading`, `unsupported`,
 * `form`, `making` (the form, while the link is made), `done` (the link and its status), `gone` (it has ended), and
 * the dead ends `not-found`, `damaged` (an owner's address), `other-kind` (a recipient's link), `offline`, `error`.
 * Ids: `#kinds input[value=password|login|note|url]`, `#user`, `#secret`, `#secret-show`, `#secret-strength` (with
 * `data-verdict`), `#note`, `#url`; `#generate` (opens and draws), `#generator input[value=characters|words]`,
 * `#length`, `#lower`, `#upper`, `#digits`, `#symbols`, `#without-lookalikes`, `#words`, `#separator`, `#with-digit`,
 * `#capitals`, `#regenerate`, `#generator-close`, `#generator-problem`; `#views` (numbers, or `other` for
 * `#views-number`), `#expiry` (seconds, or `other` for `#expiry-date`), `#passphrase`, `#passphrase-show`,
 * `#passphrase-make`, `#passphrase-strength`, `#guesses` and `#guesses-count` (where there is a passphrase), `#from`,
 * `#more` (unfolds `#label` and `#may-destroy`), `#remember` (in the list of this browser), `#make`, `#push-problem`; of the card `#link`, `#copy`, `#qr`,
 * `#share`, `#mail`;
 * `#passphrase-apart`, `#passphrase-again` (shows `#passphrase-text`), `#status` (facts as
 * `dd[data-fact=label|state|started|finished|wrong|left|ends]`), `#timeline` (`li[data-event]`), `#owner-link`,
 * `#owner-copy`, `#kept-here`, `#kept-change`, `#pause`, `#more-views`, `#revoke`, `#revoke-confirm`, `#revoke-keep`, `#another`, `#change-problem`;
 * `#error`, `#retry`.
 */

import * as wasm from "/wasm/seal.js";

import { formProblems as problems, ownerDeadEnds, push as texts, pushGone, textsReady } from "../i18n/texts.js";
import { sentenceOf, withWait } from "../i18n/wording.js";
import { CallError, sendForJson } from "../net/api.js";
import { beginAnewByLinks, followNewLinks, forgetFragment, keep, takeFragment } from "../net/fragment.js";
import { isConfig, isPush } from "../owner/answers.js";
import { showChannels } from "../owner/channels.js";
import { FormProblem } from "../owner/form-choices.js";
import { prepareChoice } from "../owner/kept-here.js";
import { DeadEnds } from "../ui/dead-ends.js";
import { startEngine } from "../ui/engine.js";
import { button, element, setText, show, state } from "../ui/views.js";
import { SealKeyWorker } from "../workers/key-worker.js";
import { clearSecrets, offer, prepareForm, problemOf, readForm, showProblem, presetsAgain } from "./form.js";
import { forgetPush, isLinkAtRisk, prepareResult, showPush } from "./result.js";

/** @typedef {{ linkId: string, ownerProof: string }} Owner */

const TRIES = 3;

/** @type {SealKeyWorker} */
let keyWorker;
/** @type {import("/api").Config} */
let config;
/** Of the server that keeps pushes, if it is not this one. */
let origin = "";
/** A push that may be on the server already: the answer was lost. @type {{ wanted: string, owner: Owner, json: string }
 * | undefined} */
let begun;
const deadEnds = new DeadEnds({ deadEnds: ownerDeadEnds, gone: pushGone, unexpected: () => problems.unexpectedHere });

async function start() {
  followNewLinks();
  beginAnewByLinks();
  deadEnds.whenOver(forgetFragment);
  const text = takeFragment();
  await textsReady;
  const module = await startEngine("seal", wasm);
  if (!module) return;
  keyWorker = new SealKeyWorker(module);
  prepareForm();
  prepareChoice();
  prepareResult(another);
  element("push-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    if (state() === "form") void make();
  });
  addEventListener("beforeunload", (event) => {
    if (state() === "making" || isLinkAtRisk()) event.preventDefault();
  });
  await configure(text);
}

/** Asks the server what it takes; without an answer nothing can be made. @param {string} text of an owner's address */
async function configure(text) {
  try {
    const call = { method: "GET", path: "/config", signal: new AbortController().signal, triesMax: TRIES };
    config = await sendForJson(call, isConfig);
    showChannels(config);
    if (config.push_origin) {
      origin = config.push_origin;
      // What a push may be, the server says that keeps it.
      config = await sendForJson({ ...call, ...(origin && { origin }) }, isConfig);
    }
    offer(config);
  } catch (error) {
    return deadEnds.showError(error, () => void configure(text));
  }
  if (text === "") show("form");
  else await comeBack(text);
}

/** Makes the link from what stands in the form. */
async function make() {
  setText("push-problem", "");
  let wanted;
  try {
    wanted = readForm();
  } catch (error) {
    if (error instanceof FormProblem) return showProblem(error);
    throw error;
  }
  document.body.dataset.state = "making";
  working(true);
  try {
    const { owner, json } = await sealed(wanted);
    await sendForJson({ ...ownerCall("PUT", owner, ""), json }, isPush);
    begun = undefined;
    await made(owner, wanted);
  } catch (error) {
    document.body.dataset.state = "form";
    refuse(error);
  } finally {
    working(false);
  }
}

/**
 * What is sent. The same form again is the same push, so that a lost answer makes no second one; another form is another
 * push, and one that may have arrived is deleted.
 *
 * @param {import("./form.js").Wanted} wanted
 */
async function sealed(wanted) {
  const same = JSON.stringify(wanted);
  if (begun?.wanted === same) return begun;
  if (begun) void sendForJson(ownerCall("DELETE", begun.owner, "/owner"), isPush).catch(() => {});
  begun = undefined;
  const owner = await keyWorker.ask("beginPush");
  const json = await keyWorker.ask("pushBody", wanted);
  return (begun = { wanted: same, owner, json });
}

/** @param {Owner} owner @param {import("./form.js").Wanted} wanted */
async function made(owner, { form: { kind }, passphrase }) {
  clearSecrets();
  try {
    await present(owner, { kind, passphrase, isNew: true });
  } catch {
    // It is made; what becomes of it can be seen later.
    await comeBack(await keyWorker.ask("pushOwnerToken"), true);
  }
}

/** @param {Owner} owner @param {{ kind?: string, passphrase?: string, isNew: boolean }} known */
async function present(owner, { kind, passphrase = "", isNew }) {
  const server = origin || location.origin;
  const [token, ownerToken] = [await keyWorker.ask("pushToken"), await keyWorker.ask("pushOwnerToken")];
  keep(ownerToken);
  const owned = { ...owner, ...(origin && { origin }) };
  const links = { link: `${server}/p#${token}`, ownerLink: `${server}/push#${ownerToken}` };
  await showPush({ ...links, owned, kind, passphrase, isNew }, keyWorker, config.limits.views_max);
}

/** Shows what became of a push. @param {string} text of its owner's address @param {boolean} [isNew] made just now */
async function comeBack(text, isNew = false) {
  try {
    const owner = await keyWorker.ask("takeOwnerLink", text);
    await present(owner, { isNew });
  } catch (error) {
    const { variant } = /** @type {{ variant?: string }} */ (error);
    if (variant === "other-kind") await deadEnds.showOtherKind(await keyWorker.ask("kindOf", text), text);
    else if (variant === "damaged" || variant === "no-link") deadEnds.show("damaged", "", another);
    else if (variant === "content-lost") deadEnds.show("lost", "", another);
    else if (variant === "not-found" || variant === "gone") deadEnds.show("not-found", "", another);
    else deadEnds.showError(error, () => void comeBack(text, isNew));
  }
}

/** Says what went wrong, beside the form; what was typed stays. @param {unknown} error */
function refuse(error) {
  const { variant = "", detail = "" } = /** @type {{ variant?: string, detail?: string }} */ (error);
  const problem = problemOf(variant, detail);
  if (problem) return showProblem(problem);
  const failure = error instanceof CallError ? error.failure : undefined;
  const lost = ["network", "unavailable"].includes(variant) ? problems.network : "";
  const strange = variant === "server" ? problems.server : problems.unexpected;
  setText("push-problem", withWait(sentenceOf(failure) || lost || strange, failure));
  if (failure) button("make").textContent = texts.retry;
  button("make").focus();
}

/** @param {boolean} yes */
function working(yes) {
  const target = button("make");
  target.disabled = yes;
  if (yes) target.textContent = texts.making;
  else if (target.textContent === texts.making) target.textContent = texts.makes;
  element("push-form", HTMLFormElement).ariaBusy = String(yes);
}

function another() {
  forgetPush();
  forgetFragment();
  setText("push-problem", "");
  button("make").textContent = texts.makes;
  presetsAgain();
  show("form");
}

/** @param {string} method @param {Owner} owner @param {string} below */
function ownerCall(method, { linkId, ownerProof }, below) {
  return {
    method,
    path: `/pushes/${linkId}${below}`,
    headers: { "subrosa-owner-proof": ownerProof },
    signal: new AbortController().signal,
    triesMax: TRIES,
    ...(origin && { origin }),
  };
}

void start();
