// @ts-check
/**
 * The page *send*, in the order of what happens: pick, seal and upload, link. With the address that an owner keeps (in
 * the fragment, or in `history.state` after a reload) it begins with what became of it.
 *
 * For tests and scripts, these stay as they are. `document.body.dataset.state` is one of `loading`, `unsupported`,
 * `pick`, `resuming` (asks what is stored of an interrupted upload), `again` (its files are to be picked again),
 * `uploading`, `checking` (read-back), `done`, `revoked` (it has ended), `error`, and the dead ends of an owner's address `not-found`,
 * `damaged`, `other-kind`, `offline`, `lost`. Ids: `#file-input`,
 * `#folder-input`, `#basket`, `#presets` with `input[value=KEY]` (`own`: settings of one's own), `#expiry` (values: seconds, or `other` for `#expiry-date`), `#downloads` (values: numbers, or `other` for
 * `#downloads-number`), `#password`,
 * `#password-show`, `#password-make`, `#push-password` (a link for the password too), `#note`, `#remember` (in the list of this browser), `#send`; `#progress`,
 * `#network`, `#pause`, `#cancel`; the card of the files with `#link`, `#copy`, `#qr`, `#share`, `#mail`, `#markdown`, that of the password with the same ids after
 * `push-`, `#push-failed`, `#push-again`; `#status` and `#push-status` (facts as `dd[data-fact]`), `#push-gone`;
 * `#spoken-show`, `#spoken-text`; `#other-links` (`li[data-link][data-state]`, in it `.copy`, `.end`, `.yes`, `.no`), `#add-link` with `#add-label`,
 * `#add-downloads`, `#add-password`, `#add-make`, `#add-problem`; `#new-version`, `#versions-list` (`li[data-version]`, in it `.use`, `.remove`), `#versions-said`,
 * `#versions-problem`; `#relock` with `#relock-link`, `#relock-password`, `#relock-change`, `#relock-said`, `#relock-problem`; while a new version is picked `#edition-of`, `#edition-more`, `#edition-leave`; `#owner-link`, `#owner-copy`, `#kept-here`, `#kept-change`; `#more-downloads`, `#hold` (pauses), `#unlock` (what is paused or locked), `#revoke`, `#revoke-confirm`, `#revoke-keep`, `#another`;
 * `#error`, `#retry`, `#restart`; `#given` (what another app handed over), `#pick-problem`, `#send-problem` (what is wrong with what was typed), `#picking`, `#pick-notes` (what became of what was picked), `#lost` (what can
 * no longer be read) with `#lost-take`, `#lost-leave`; `#unfinished` with a `li` for each interrupted upload, in it `.go-on`,
 * `.throw`, `.yes`; `#unfinished-said`, `#kept`, `#leave`; `#again-files`, `#again-folder`, `#again-missing`,
 * `#again-problem`, `#again-back`.
 */

import * as wasm from "/wasm/seal.js";

import {
  goneForOwner,
  ownerDeadEnds,
  page,
  presets as presetTexts,
  problems,
  send as texts,
  textsReady,
  unfinished,
} from "../i18n/texts.js";
import { lifeText, refusalOf } from "../i18n/wording.js";
import { CallError, read, sendForText, digestText } from "../net/api.js";
import { beginAnewByLinks, followNewLinks, forgetFragment, takeFragment } from "../net/fragment.js";
import { Cancelled } from "../net/waiting.js";
import { isConfig } from "../owner/answers.js";
import { showChannels } from "../owner/channels.js";
import { FormProblem, LifeChoice, NumberChoice } from "../owner/form-choices.js";
import { prepareChoice } from "../owner/kept-here.js";
import { Presets } from "../owner/presets.js";
import { bytesOf, characterName, LimitedField, limitsOfTexts, PasswordField, tooLong } from "../owner/text-limits.js";
import { stayAwake } from "../ui/awake.js";
import { DeadEnds } from "../ui/dead-ends.js";
import { startEngine } from "../ui/engine.js";
import { prepareTryNow } from "../ui/try-now.js";
import { announce, button, element, setText, show, state, whenStuck } from "../ui/views.js";
import { SealKeyWorker } from "../workers/key-worker.js";
import { BasketView } from "./basket-view.js";
import { comeBack } from "./come-back.js";
import { Edition } from "./edition.js";
import { reason, whyGone } from "./failures.js";
import { listen, listenToPickers } from "./file-input.js";
import { OwnerHand } from "../owner/owner-hand.js";
import { PasswordPush } from "./password-push.js";
import { chosenPassword, clearPassword, offerPush, passwordSecret, preparePassword } from "./password.js";
import { forgetResult, isLinkAtRisk, offerOtherLinks, prepareResult, sayMoved, showResult } from "./result.js";
import { addResumedFiles, prepareInterrupted, reportUnreadable, showInterrupted } from "./resume/view.js";
import { newSending } from "./sending.js";
import { waiting } from "./upload-view.js";
import { deleteUpload } from "./upload.js";

/** @typedef {import("./sending.js").Sending} Sending */

/** The page waits no longer for what this browser kept. */
const STORAGE_MILLIS = 500;

/** @type {WebAssembly.Module} */
let module;
/** @type {BasketView} */
let basket;
/** @type {SealKeyWorker | undefined} */
let keyWorker;
/** Whether another app led here. */
let isGiven = false;
/** What is sent now, until its link is shown. @type {Sending | undefined} */
let sending;
/** What the files that are picked are a new version of, if they are. @type {import("./versions.js").NextVersion | undefined} */
let nextVersion;
/** Resolves when the server knows of what was cancelled last. @type {Promise<void>} */
let dropped = Promise.resolve();
/** Whether the person stopped it for a while. */
let paused = false;
/** @type {import("/api").Config} */
let config;
/** @type {LifeChoice} */
let life;
/** @type {NumberChoice} */
let downloads;
/** @type {Presets} */
let presets;
/** @type {LimitedField[]} */
let limitedFields = [];
/** Of who comes back. */
const deadEnds = new DeadEnds({ deadEnds: ownerDeadEnds, gone: goneForOwner });

async function start() {
  whenStuck(() => fail(undefined));
  followNewLinks();
  beginAnewByLinks();
  deadEnds.whenOver(() => forgetFragment("/"));
  isGiven = location.search === "?given";
  if (isGiven) history.replaceState(history.state, "", location.pathname + location.hash);
  const text = takeFragment();
  await textsReady;
  const started = await startEngine("seal", wasm);
  if (!started) return;
  module = started;
  prepare();
  await configure(text);
}

/**
 * Asks the server what it takes; without an answer nothing can be sent.
 *
 * @param {string} text of an owner's address
 */
async function configure(text) {
  try {
    const call = { method: "GET", path: "/config", signal: new AbortController().signal, triesMax: 3 };
    const configText = await sendForText(call, isConfig);
    config = read(configText, isConfig);
    showChannels(config);
    offerPush(config.channels === "both" || config.push_origin != null);
    basket = new BasketView(configText, config.limits);
    basket.showLimits();
    const { choices, limits } = config;
    life.offer(choices.expiry_secs, choices.expiry_secs_default, limits, lifeText, texts.expiryOther);
    const { downloads: offered, downloads_default: first } = choices;
    downloads.offer(offered, first, limits.downloads_max, texts.downloads, texts.downloadsOther);
    presets.offer(config);
    offerOtherLinks(config);
    basket.render();
    // Shown together, so that nothing jumps; but a storage that hangs stops nobody.
    await Promise.race([showInterrupted(), new Promise((resolve) => setTimeout(resolve, STORAGE_MILLIS))]);
    if (text !== "") return await back(text);
    show("pick");
    if (isGiven) void takeGiven();
  } catch (error) {
    fail(error, () => void configure(text));
  }
}

/** What another app shared with the page that is installed: few have one, so what it needs comes when it is needed. */
const apps = () => import("./given.js");

async function takeGiven() {
  isGiven = false;
  const found = await apps()
    .then(({ takeGiven }) => takeGiven())
    .catch(() => []);
  setText("given", found.length > 0 ? texts.given : texts.givenNone);
  if (found.length > 0) basket.addFiles(found, Promise.resolve([]));
}

/** Shows what its owner came back to. @param {string} text of the owner's address */
async function back(text) {
  const { keyWorker } = tools();
  try {
    const result = await comeBack(text, keyWorker);
    showResult({ ...result, downloadsLimit: config.limits.downloads_max }, keyWorker, undefined);
  } catch (error) {
    const { variant } = /** @type {{ variant?: string }} */ (error);
    button("restart").hidden = true;
    if (variant === "other-kind") await deadEnds.showOtherKind(await keyWorker.ask("kindOf", text), text);
    else if (variant === "damaged" || variant === "no-link" || variant === "note")
      deadEnds.show("damaged", "", another);
    else if (variant === "not-found" || variant === "gone") deadEnds.show("not-found", "", another);
    else deadEnds.showError(error, () => void back(text));
  }
}

function prepare() {
  /** @type {import("./file-input.js").AddFiles} */
  const addFiles = (found, handles) => basket.addFiles(found, handles);
  const unreadable = (/** @type {string} */ name) =>
    state() === "pick" ? basket.unreadable(name) : reportUnreadable(name);
  listenToPickers("file-input", "folder-input", addFiles, unreadable);
  listen({
    isOpen: () => state() === "pick" || state() === "again",
    addFiles: (found, handles) => (state() === "pick" ? addFiles : addResumedFiles)(found, handles),
    unreadable,
    textName: () => (state() === "pick" ? texts.pastedName : ""),
  });
  const listenToApps = () => void apps().then(({ listenToApps }) => listenToApps());
  addEventListener("appinstalled", listenToApps);
  if (isGiven || matchMedia("(display-mode: standalone)").matches) listenToApps();
  prepareInterrupted({
    tools,
    run: (taken) => {
      pickVersionOf(undefined);
      void run((sending = taken));
    },
  });
  preparePassword(() => {
    presets.look();
    for (const field of limitedFields) field.look();
  });
  prepareChoice();
  life = new LifeChoice("expiry", "expiry-date");
  downloads = new NumberChoice("downloads", "downloads-number");
  presets = new Presets(life, downloads, {
    fields: ["expiry", "expiry-date", "downloads", "downloads-number", "password"],
    stored: "subrosa/preset",
    countText: texts.downloads,
    passwords: presetTexts.passwords,
    needsPassword: presetTexts.needsPassword,
    boundsOf: ({ limits }) => ({
      lifeMin: limits.expiry_secs_min,
      lifeMax: limits.expiry_secs_max,
      countMax: limits.downloads_max,
      serverNeeds: limits.password_required === true ? texts.serverNeedsPassword : "",
    }),
    secret: passwordSecret,
  });
  const { note, password } = limitsOfTexts();
  limitedFields = [
    new LimitedField("note", note, (text) => bytesOf(text.trim())),
    new PasswordField("password", password, (text) => bytesOf(text.normalize("NFC"))),
  ];
  element("pick-form", HTMLFormElement).addEventListener("input", () => setText("send-problem", ""));
  element("pick-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void begin();
  });
  // Scripts click hidden buttons too: each answers only in its own state.
  button("cancel").addEventListener("click", () => ["uploading", "checking"].includes(state()) && cancel());
  button("pause").addEventListener("click", pause);
  button("restart").addEventListener("click", () => state() === "error" && restart());
  button("another").addEventListener("click", () => state() === "done" && another());
  button("another-after").addEventListener("click", () => state() === "revoked" && another());
  prepareResult((next) => {
    forgetResult();
    basket.clear();
    pickVersionOf(next);
    show("pick");
  });
  button("edition-leave").addEventListener("click", () => state() === "pick" && leaveVersion());
  prepareTryNow(() => waiting(undefined));
  addEventListener("offline", () => state() === "uploading" && !paused && setText("network", texts.offline));
  addEventListener("online", () => setText("network", ""));
  addEventListener("beforeunload", (event) => {
    if (state() === "uploading" || state() === "checking" || isLinkAtRisk()) event.preventDefault();
  });
}

async function begin() {
  // A folder that was dropped may still be read.
  await basket.settled();
  await basket.lookAgain();
  if (state() !== "pick") return;
  if (!basket.render()) {
    // What is wrong stands above the list, which may be long.
    document.querySelector("#pick-problem:not([hidden]), #lost:not([hidden])")?.scrollIntoView({ block: "center" });
    return;
  }
  if (nextVersion) return void beginVersion(nextVersion);
  const { password, byLink, drawn } = chosenPassword();
  let terms;
  try {
    terms = { ...chosen(), password };
  } catch (error) {
    if (!(error instanceof FormProblem)) throw error;
    setText("send-problem", error.message);
    document.getElementById(error.id)?.focus();
    return;
  }
  const origin = config.push_origin ?? "";
  // Another server says itself what it takes.
  const passwordPush = byLink
    ? new PasswordPush(tools().keyWorker, origin, origin ? undefined : config, terms)
    : undefined;
  setText("given", "");
  sending = newSending(tools(), basket, terms, { passwordPush, drawn: drawn ? password : "" });
  void run(sending);
}

/** Shows what a new version is picked for. @param {import("./versions.js").NextVersion | undefined} next undefined: nothing */
function pickVersionOf(next) {
  nextVersion = next;
  document.body.toggleAttribute("data-edition", next !== undefined);
  element("edition-of", HTMLElement).hidden = next === undefined;
  if (!next) return;
  setText("given", "");
  setText("edition-title", texts.versions.of(next.owned.first));
  setText("edition-unfinished", next.unfinished ? texts.versions.unfinished : "");
  element("edition-more", HTMLInputElement).checked = false;
}

/** Back to what was sent, as it is. */
function leaveVersion() {
  const token = nextVersion?.owned.ownerToken ?? "";
  pickVersionOf(undefined);
  basket.clear();
  void back(token);
}

/** Sends what is picked as a new version. @param {import("./versions.js").NextVersion} next */
async function beginVersion({ owned, content: asked, unfinished: known }) {
  const long = tooLong(limitedFields);
  if (long?.id === "note") return setText("send-problem", long.problem);
  const { shareId, ownerProof, ownerToken } = owned;
  let [content, unfinished] = [asked, known];
  show("loading");
  try {
    // One that was cancelled here has used up its number.
    await dropped;
    const status = await new OwnerHand(owned, tools().keyWorker).ask("GET", "");
    content = status.next_content ?? content;
    unfinished = status.contents.find(({ state }) => state === "uploading")?.content;
    // Nobody was told of it: another device may be at it right now.
    if (unfinished && unfinished !== known) {
      pickVersionOf({ owned, content, unfinished });
      setText("edition-unfinished", texts.versions.otherDevice);
      return show("pick");
    }
    // It was never finished: this one takes its place.
    if (unfinished) await deleteUpload({ shareId, ownerProof }, unfinished);
  } catch (error) {
    return fail(error, () => show("pick"));
  }
  const isOneMore = element("edition-more", HTMLInputElement).checked;
  const edition = new Edition({
    ...{ ownerToken, content, isOneMore, downloadsLimit: config.limits.downloads_max },
    begunBy: digestText(crypto.getRandomValues(new Uint8Array(16))),
  });
  const note = wasm.plainNote(element("note", HTMLTextAreaElement).value) ?? "";
  const terms = { expiresInSecs: 0, downloads: 1, password: "", note };
  sending = newSending(tools(), basket, terms, { passwordPush: undefined, drawn: "" }, edition);
  void run(sending);
}

/** What was chosen and typed. Throws a {@link FormProblem}. */
function chosen() {
  const long = tooLong(limitedFields);
  if (long) throw new FormProblem(long.id, long.problem);
  presets.check();
  const unseen = chosenPassword().byLink
    ? /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.exec(element("password", HTMLInputElement).value)
    : null;
  if (unseen) throw new FormProblem("password", texts.passwordCharacter(characterName(unseen[0])));
  const note = wasm.plainNote(element("note", HTMLTextAreaElement).value);
  return { expiresInSecs: life.value, downloads: downloads.value, note };
}

function tools() {
  if (!keyWorker || keyWorker.isBroken) keyWorker = new SealKeyWorker(module);
  return { module, keyWorker };
}

/** Stops what is sent, or goes on with it. */
function pause() {
  if (!sending || !["uploading", "checking"].includes(state())) return;
  if (paused) return void run(sending);
  sending.upload.pause();
  showPaused(true);
}

/** @param {boolean} yes */
function showPaused(yes) {
  paused = yes;
  button("pause").textContent = yes ? unfinished.goOn : unfinished.pause;
  button("pause").classList.toggle("primary", yes);
  setText("uploading-title", yes ? page.uploading.paused : page.uploading.title);
  announce(yes ? unfinished.paused : "");
  element("pace", HTMLElement).textContent = yes ? unfinished.paused : "";
  waiting(undefined);
}

/** @param {Sending} running */
async function run(running) {
  showPaused(false);
  show("uploading");
  const sleep = stayAwake();
  try {
    const result = await running.upload.run();
    // Cancelled in its last moment: it is being deleted.
    if (running !== sending) return;
    const { passwordPush, downloads, hasPassword, what, first, files, drawn, edition } = running;
    if (edition) {
      void running.upload.forget();
      sending = undefined;
      pickVersionOf(undefined);
      basket.clear();
      await back(edition.kept.ownerToken);
      return sayMoved(edition);
    }
    const sent = { downloads, hasPassword, what, first, files, drawn, madeAt: Date.now() };
    const downloadsLimit = config.limits.downloads_max;
    const onTaken = () => void running.upload.forget();
    showResult({ ...result, ...sent, downloadsLimit, onTaken, isBack: false }, tools().keyWorker, passwordPush);
    // What is sent needs no second copy of its password on the page.
    clearPassword();
    presets.forgetOwn();
    sending = undefined;
  } catch (error) {
    if (!(error instanceof Cancelled) && running === sending) fail(error);
  } finally {
    sleep();
    if (!paused) waiting(undefined);
  }
}

function cancel() {
  // Some links may show it already: it goes on, and can be taken back afterwards.
  if (sending?.upload.isMoving) return;
  drop();
  show("pick");
  setText("pick-problem", problems.cancelledUpload);
}

/** Ends what is sent, and has deleted what is stored of it. */
function drop() {
  dropped = sending?.upload.cancel() ?? dropped;
  sending?.passwordPush?.cancel();
  sending = undefined;
  void showInterrupted();
}

/**
 * Says what went wrong, and what can be done.
 *
 * @param {unknown} error
 * @param {() => void} [again] without it, what was sent goes on
 */
function fail(error, again = () => void (sending ? run(sending) : location.reload())) {
  const { variant, message, sentence, file } = reason(error);
  const changed = variant === "source-changed";
  const picked = changed ? sending?.basket : undefined;
  const gone = whyGone(error);
  const networkGone = error instanceof CallError && error.failure.again;
  // There is nothing left to go on with.
  if (gone !== undefined) {
    void sending?.upload.forget();
    sending?.passwordPush?.cancel();
  }
  const text =
    gone ??
    (changed
      ? `${problems.sourceChanged(message)} ${picked ? problems.chooseAgain : problems.startOver}`
      : variant === "read-back"
        ? problems.readBack
        : variant === "other-device"
          ? texts.versions.otherDevice
          : networkGone
            ? refusalOf(error.failure)
            : sentence || (variant === "server" || variant === "answer" ? problems.server : problems.unexpected));
  setText("stop-title", sending ? texts.stopped : ownerDeadEnds.error.title);
  setText("error", text);
  // What cannot work the second time is not offered.
  button("retry").hidden = changed || gone !== undefined || variant === "other-device";
  button("retry").textContent = page.error.retry;
  button("retry").onclick = () => state() === "error" && again();
  button("restart").hidden = !sending;
  button("restart").textContent = picked ? texts.backToFiles : page.error.restart;
  // The others that changed are found now, so that none of them stops the next try.
  if (picked) void picked.findLost(file === undefined ? [] : [file]);
  show("error");
}

/** Back to what was picked; what was sent of it is deleted. */
function restart() {
  drop();
  setText("pick-problem", "");
  show("pick");
}

function another() {
  pickVersionOf(undefined);
  setText("given", "");
  forgetResult();
  forgetFragment("/");
  basket.clear();
  element("note", HTMLTextAreaElement).value = "";
  for (const field of limitedFields) field.look();
  presets.again();
  void showInterrupted();
  show("pick");
}

void start();
