// @ts-check
/**
 * Every text that the pages put on the screen, in the language that the page has (`language.js`). A visitor fetches one
 * language, and of it what `data-texts` of the page names: modules in `texts/en/` and, of the same shape, beside it.
 *
 * What others import from here is empty until `textsReady`; no module may read a text before.
 */

/**
 * @typedef {typeof import("../texts/en/common.js") & typeof import("../texts/en/send.js")
 * & typeof import("../texts/en/unfinished.js")
 * & typeof import("../texts/en/receive.js") & typeof import("../texts/en/files.js")
 * & typeof import("../texts/en/preview.js") & typeof import("../texts/en/card.js")
 * & typeof import("../texts/en/owner.js") & typeof import("../texts/en/push.js")
 * & typeof import("../texts/en/links.js") & typeof import("../texts/en/phrase.js") & typeof import("../texts/en/edition.js") & typeof import("../texts/en/reveal.js") & typeof import("../texts/en/edges.js")
 * & typeof import("../texts/en/other-kinds.js")} Texts
 */

export const language = document.documentElement.lang;

/** @type {Record<string, any>} */
const groups = {};

/** @template {keyof Texts} Name @param {Name} name @returns {Texts[Name]} one object, filled later */
const group = (name) => (groups[name] ??= {});

export const page = group("page");
export const unsupported = group("unsupported");
export const problems = group("problems");
export const refusals = group("refusals");
export const strangers = group("strangers");

export const send = group("send");
export const unfinished = group("unfinished");
export const status = group("status");
export const goneForOwner = group("goneForOwner");
export const endings = group("endings");
export const shareEvents = group("shareEvents");

export const receive = group("receive");
export const receiveDeadEnds = group("receiveDeadEnds");
export const goneForRecipient = group("goneForRecipient");
export const list = group("list");
export const preview = group("preview");
export const edition = group("edition");
export const inAppBrowser = group("inAppBrowser");

export const card = group("card");
export const messages = group("messages");

export const push = group("push");
export const formProblems = group("formProblems");
export const pushEndings = group("pushEndings");
export const pushStatus = group("pushStatus");
export const pushGone = group("pushGone");
export const events = group("events");
export const strength = group("strength");
export const fitting = group("fitting");
export const choices = group("choices");
export const ownerDeadEnds = group("ownerDeadEnds");

export const links = group("links");
export const phrase = group("phrase");
export const kept = group("kept");
export const presets = group("presets");

export const edges = group("edges");
export const otherKinds = group("otherKinds");

export const reveal = group("reveal");
export const revealProblems = group("revealProblems");
export const revealDeadEnds = group("revealDeadEnds");
export const revealGone = group("revealGone");
export const heldDeadEnds = group("heldDeadEnds");
export const kinds = group("kinds");
export const fields = group("fields");

/** Resolves when the texts are there, and stand on the page. */
export const textsReady = load();

async function load() {
  const root = document.documentElement;
  try {
    const names = root.dataset.texts?.split(" ") ?? [];
    const modules = await Promise.all(names.map((name) => import(`../texts/${language}/${name}.js`)));
    for (const module of modules) add(groups, module);
    fill();
  } catch (error) {
    // Then the page stays as it is written.
    root.lang = "en";
    root.dir = "ltr";
    throw error;
  } finally {
    delete root.dataset.waiting;
  }
}

/** Fetches what few visitors read. @param {string} name of a module of texts */
export async function addTexts(name) {
  add(groups, await import(`../texts/${language}/${name}.js`));
}

/** @param {Record<string, any>} to @param {Record<string, any>} from */
function add(to, from) {
  for (const [name, text] of Object.entries(from)) {
    if (typeof text === "object" && !Array.isArray(text)) add((to[name] ??= {}), text);
    else to[name] = text;
  }
}

/** Puts the texts into all elements that ask for one. What is written in English in the page itself stays in English. */
function fill() {
  for (const target of document.querySelectorAll("[data-text]")) {
    const [group, name] = (target.getAttribute("data-text") ?? "").split(".");
    const text = groups.page[group]?.[name];
    if (text === undefined) throw new Error(`no text for ${group}.${name}`);
    target.textContent = text;
  }
  const written = groups.written ?? {};
  for (const target of document.querySelectorAll("[data-written]")) {
    target.textContent = written[target.getAttribute("data-written") ?? ""] ?? target.textContent;
  }
  for (const target of document.querySelectorAll("[data-written-label]")) {
    const text = written[target.getAttribute("data-written-label") ?? ""];
    if (text !== undefined) target.setAttribute("aria-label", text);
  }
}
