// @ts-check
/**
 * The page *send*, in the order of what happens: pick, seal and upload, link.
 *
 * For tests and scripts, these stay as they are. `document.body.dataset.state` is one of `loading`, `unsupported`,
 * `pick`, `uploading`, `checking` (read-back), `done`, `revoked` (it has ended), `error`. Ids: `#file-input`,
 * `#folder-input`, `#basket`, `#expiry` (values: seconds), `#downloads` (values: numbers), `#password`,
 * `#password-show`, `#password-make`, `#push-password` (a link for the password too), `#note`, `#send`; `#progress`,
 * `#network`, `#cancel`; the card of the files with `#link`, `#copy`, `#qr`, `#share`, `#mail`, `#markdown`, that of the password with the same ids after
 * `push-`, `#push-failed`, `#push-again`; `#status` and `#push-status` (facts as `dd[data-fact]`), `#push-gone`;
 * `#spoken-show`, `#spoken-text`; `#more-downloads`, `#revoke`, `#revoke-confirm`, `#revoke-keep`, `#another`;
 * `#error`, `#retry`, `#restart`;
 * `#pick-problem`.
 */

import * as wasm from "/wasm/seal.js";

import { CallError, sendForText } from "../api.js";
import { showChannels } from "../channels.js";
import { SealDesk } from "../desk.js";
import { startEngine, Unsupported } from "../engine.js";
import { Pace } from "../pace.js";
import { problems, send as texts, textsReady, unsupported } from "../texts.js";
import { announce, button, element, say, show, state } from "../views.js";
import { Cancelled } from "../waiting.js";
import { lifeText, sentenceOf, sizeText, soonText, spanText } from "../wording.js";
import { listen, picked as fromPicker } from "./drop.js";
import { Picked } from "./picked.js";
import { chosenPassword, clearPassword, offerPush, preparePassword } from "./password.js";
import { forgetResult, isLinkAtRisk, prepareResult, showResult } from "./result.js";
import { SecondChannel } from "./second.js";
import { reason, Upload } from "./upload.js";

/**
 * @typedef {object} Config
 * @property {{ share_bytes_max: number, entries_max: number, downloads_max: number, views_max: number,
 * expiry_secs_min: number, expiry_secs_max: number }} limits
 * @property {{ expiry_secs: number[], expiry_secs_default: number, downloads: number[], downloads_default: number }}
 * choices
 */

/** Progress is shown so often, not at every event of four workers. */
const SHOW_MILLIS = 250;

/** @type {WebAssembly.Module} */
let module;
/** @type {Picked} */
let basket;
/** @type {SealDesk | undefined} */
let desk;
/** @type {Upload | undefined} */
let upload;
/** @type {import("./upload.js").Terms} */
let terms;
/** @type {Config & import("../channels.js").Channels} */
let config;
/** For the password, if it travels by a link of its own. @type {SecondChannel | undefined} */
let second;
/** The password, if the page drew it: nobody else knows it. */
let drawnPassword = "";
/** What is sent, in words: files and size. */
let what = "";

async function start() {
  await textsReady;
  try {
    module = await startEngine("seal", wasm);
  } catch (error) {
    say("unsupported-why", error instanceof Unsupported ? error.message : unsupported.modules);
    show("unsupported");
    return;
  }
  prepare();
  await configure();
}

/** Asks the server what it takes; without an answer nothing can be sent. */
async function configure() {
  try {
    const configText = await sendForText({
      method: "GET",
      path: "/config",
      signal: new AbortController().signal,
      triesMax: 3,
    });
    config = /** @type {typeof config} */ (JSON.parse(configText));
    showChannels(config);
    offerPush(config.channels === "both" || config.push_origin !== null);
    basket = new Picked(configText, config.limits);
    basket.showLimits();
    offer("expiry", config.choices.expiry_secs, config.choices.expiry_secs_default, lifeText);
    offer("downloads", config.choices.downloads, config.choices.downloads_default, texts.downloads);
    basket.render();
    show("pick");
  } catch (error) {
    fail(error);
  }
}

/**
 * @param {string} id
 * @param {number[]} values
 * @param {number} chosen
 * @param {(value: number) => string} text
 */
function offer(id, values, chosen, text) {
  element(id, HTMLSelectElement).replaceChildren(
    ...values.map((value) => new Option(text(value), String(value), value === chosen, value === chosen)),
  );
}

function prepare() {
  for (const id of ["file-input", "folder-input"]) {
    const input = element(id, HTMLInputElement);
    input.addEventListener("change", () => {
      if (input.files) void basket.take(fromPicker(input.files));
      // The same file can be picked again after it was removed.
      input.value = "";
    });
  }
  // Phones have no folders to choose.
  const folders = element("folder-input", HTMLInputElement);
  folders.closest("label")?.toggleAttribute("hidden", !("webkitdirectory" in folders));
  listen({
    isOpen: () => state() === "pick",
    take: (found) => void basket.take(found),
    unreadable: (name) => basket.unreadable(name),
  });
  preparePassword();
  element("pick-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
  });
  // Scripts click hidden buttons too: each answers only in its own state.
  button("cancel").addEventListener("click", () => ["uploading", "checking"].includes(state()) && cancel());
  button("retry").addEventListener("click", () => state() === "error" && void (upload ? run() : configure()));
  button("restart").addEventListener("click", () => state() === "error" && restart());
  button("another").addEventListener("click", () => state() === "done" && another());
  button("another-after").addEventListener("click", () => state() === "revoked" && another());
  prepareResult();
  addEventListener("offline", () => state() === "uploading" && say("network", texts.offline));
  addEventListener("online", () => say("network", ""));
  addEventListener("beforeunload", (event) => {
    if (state() === "uploading" || state() === "checking" || isLinkAtRisk()) event.preventDefault();
  });
}

function begin() {
  if (state() !== "pick" || !basket.render()) return;
  const { password, byLink, drawn } = chosenPassword();
  let note;
  try {
    note = wasm.plainNote(element("note", HTMLTextAreaElement).value);
    wasm.checkPassword(password);
  } catch {
    say("pick-problem", note === undefined ? texts.noteTooLong : texts.passwordTooLong);
    return;
  }
  terms = {
    expiresInSecs: Number(element("expiry", HTMLSelectElement).value),
    downloads: Number(element("downloads", HTMLSelectElement).value),
    password,
    note,
  };
  const plan = basket.plan();
  desk ??= new SealDesk(module);
  const origin = config.push_origin ?? "";
  // Another server says itself what it takes.
  second = byLink ? new SecondChannel(desk, origin, origin ? undefined : config, terms) : undefined;
  drawnPassword = drawn ? password : "";
  what = texts.what(basket.count(), sizeText(plan.contentLen()));
  upload = new Upload({ module, desk, plan, fileOf: (id) => basket.file(id), terms }, told(plan.contentLen()));
  void run();
}

async function run() {
  const running = upload;
  if (!running || !desk) return;
  waiting(undefined);
  show("uploading");
  try {
    const result = await running.run();
    const expiresAt = Date.now() + 1000 * terms.expiresInSecs;
    const { downloads, password } = terms;
    const downloadsLimit = config.limits.downloads_max;
    const hasPassword = password !== "";
    const drawn = drawnPassword;
    showResult({ ...result, expiresAt, downloads, downloadsLimit, hasPassword, what, drawn }, desk, second);
    // What is sent needs no second copy of its password on the page.
    clearPassword();
    terms = { ...terms, password: "" };
    second = undefined;
    drawnPassword = "";
    upload = undefined;
  } catch (error) {
    if (!(error instanceof Cancelled) && running === upload) fail(error);
  } finally {
    waiting(undefined);
  }
}

/** What the upload tells, on the page. @param {number} contentLen @returns {import("./upload.js").Told} */
function told(contentLen) {
  const pace = new Pace();
  const progress = element("progress", HTMLProgressElement);
  let shownAt = 0;
  let announced = 0;
  return {
    onProgress(bytes, total) {
      const now = performance.now();
      if (now - shownAt < SHOW_MILLIS && bytes < total) return;
      shownAt = now;
      const share = total === 0 ? 0 : bytes / total;
      progress.value = share;
      element("done-bytes", HTMLElement).textContent = texts.progress(
        sizeText(share * contentLen),
        sizeText(contentLen),
      );
      const measured = pace.measure(bytes, total, now);
      element("pace", HTMLElement).textContent =
        measured && bytes < total ? texts.pace(sizeText(measured.bytesPerSec), spanText(measured.secsLeft)) : "";
      const quarter = Math.floor(share * 4);
      if (quarter > announced) announce(texts.announce(25 * (announced = quarter)));
    },
    onWait(failure) {
      if (failure) pace.forget();
      waiting(failure);
    },
    onChecking() {
      element("pace", HTMLElement).textContent = texts.checking;
      document.body.dataset.state = "checking";
    },
  };
}

/** @param {import("../api.js").Failure | undefined} failure */
function waiting(failure) {
  if (!failure) return say("network", "");
  const soon = soonText(failure.wait_millis / 1000);
  if (!navigator.onLine) return say("network", texts.offline);
  const why = sentenceOf(failure);
  say("network", why ? texts.waitingBecause(why, soon) : texts.waiting(soon));
}

function cancel() {
  upload?.cancel();
  upload = undefined;
  show("pick");
  say("pick-problem", problems.cancelledUpload);
}

/** @param {unknown} error */
function fail(error) {
  const { variant, message, sentence } = reason(error);
  const changed = variant === "source-changed";
  const networkGone = error instanceof CallError && error.failure.again;
  const text = changed
    ? problems.sourceChanged(message)
    : variant === "read-back"
      ? problems.readBack
      : networkGone
        ? problems.network
        : sentence || (variant === "server" || variant === "answer" ? problems.server : problems.unexpected);
  say("error-title", texts.stopped);
  say("error", text);
  // What cannot work the second time is not offered.
  button("retry").hidden = changed;
  button("restart").hidden = !upload;
  show("error");
}

/** Back to what was picked; what was sent of it is deleted. */
function restart() {
  upload?.cancel();
  upload = undefined;
  say("pick-problem", "");
  show("pick");
}

function another() {
  forgetResult();
  basket.clear();
  element("note", HTMLTextAreaElement).value = "";
  show("pick");
}

void start();
