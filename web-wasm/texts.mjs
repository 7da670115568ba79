// Whether every language says what English says: the same texts, with the same things in them, and every sentence that is
// written in the pages. `node texts.mjs`; `cargo xtask check texts` calls it.

import { readFileSync, readdirSync } from "node:fs";

const pages = new URL("pages/", import.meta.url);
const texts = new URL("scripts/texts/", pages);
/** What browsers have and this does not. */
globalThis.navigator ??= { languages: [] };

const findings = [];
const languages = readdirSync(texts);
/** Texts that no translation needs to change. */
const SHORT = 12;

const load = (language, name) => import(new URL(`${language}/${name}`, texts));

/** Every text below a group, by its path. */
function* leaves(value, path) {
  if (typeof value === "object" && !Array.isArray(value)) {
    for (const [name, below] of Object.entries(value)) yield* leaves(below, `${path}.${name}`);
  } else {
    yield [path, value];
  }
}

/** The same for a module, but for what stands in the pages. */
const flat = (module) =>
  new Map(Object.entries(module).flatMap(([name, group]) => (name === "written" ? [] : [...leaves(group, name)])));

/** What a text becomes; `argument` tells what is put in, by place or name. */
function said(text, argument) {
  if (typeof text !== "function") return text;
  const members = new Proxy({}, { get: (_, name) => argument(String(name)) });
  // Objects are taken apart by name, everything else comes one by one.
  const takesObject = /^\(\{/u.test(String(text));
  const told = takesObject ? text(members) : text(...Array.from({ length: text.length || 4 }, (_, at) => argument(at)));
  return typeof told === "string" ? told : JSON.stringify(told);
}

/** What is put in shows in the text: names of arguments, and NaN for counts, which are none here. */
function shown(text, language) {
  const told = said(text, (at) => `<${at}>`).replaceAll(new Intl.NumberFormat(language).format(NaN), "NaN");
  return new Set(told.match(/<\w+>|NaN/gu) ?? []);
}

for (const name of readdirSync(new URL("en/", texts))) {
  const english = flat(await load("en", name));
  for (const language of languages.filter((language) => language !== "en")) {
    const own = flat(await load(language, name).catch(() => ({})));
    const at = (path) => `${language}/${name}: ${path}`;
    const optional = (path) => path.startsWith("refusals.");
    for (const path of own.keys())
      if (!english.has(path) && !optional(path)) findings.push(`${at(path)}: not in English`);
    for (const [path, original] of english) {
      const text = own.get(path);
      if (text === undefined || typeof text !== typeof original) {
        findings.push(`${at(path)}: missing`);
      } else if (typeof text === "string") {
        if ((text === "") !== (original === "")) findings.push(`${at(path)}: empty, or not empty`);
        if (text === original && text.length > SHORT) findings.push(`${at(path)}: still English`);
      } else {
        const [wanted, found] = [shown(original, "en"), shown(text, language)];
        for (const one of new Set([...wanted, ...found])) {
          if (wanted.has(one) !== found.has(one)) findings.push(`${at(path)}: ${one} is in one of the languages only`);
        }
        if (wanted.has("NaN")) checkCounts(at(path), text);
      }
    }
  }
}

/** What is written like a word of code and is none: names, and what stands for a count here. */
const NAMES = [
  "NaN",
  "JavaScript",
  "WebView",
  "WebAssembly",
  "IndexedDB",
  "WhatsApp",
  "KeePass",
  "GitHub",
  "iPhone",
  "iPad",
];

// A word of code in a sentence: somebody renamed a function, and the word with it.
for (const language of languages) {
  for (const name of readdirSync(new URL(`${language}/`, texts))) {
    for (const [group, value] of Object.entries(await load(language, name))) {
      for (const [path, text] of leaves(value, group)) {
        const plain = said(text, (at) => `<${at}>`).replaceAll(/<\w+>/gu, "");
        const words = NAMES.reduce((left, known) => left.replaceAll(known, ""), plain).match(/\w*\p{Ll}\p{Lu}\w*/gu);
        if (words) findings.push(`${language}/${name}: ${path}: ${words.join(", ")} is no word`);
      }
    }
  }
}

/** Where a number is counted, it stands in the text, but for the counts that have words of their own. */
function checkCounts(at, text) {
  for (const count of [3, 11, 26, 100, 1000]) {
    const told = said(text, () => count);
    if (!told.replaceAll(/\D/gu, "").includes(String(count))) findings.push(`${at}: ${count} is not in “${told}”`);
  }
  for (const count of [0, 1, 2]) {
    if (/undefined|NaN|#/u.test(said(text, () => count))) findings.push(`${at}: ${count} has no form`);
  }
}

/** Sentences that stand in the pages, by the page and its modules of texts. */
const used = new Set();
for (const page of readdirSync(pages).filter((name) => name.endsWith(".html"))) {
  const html = readFileSync(new URL(page, pages), "utf8");
  const keys = [...html.matchAll(/data-written(?:-label)?="([^"]+)"/gu)].map(([, key]) => key);
  const names = html.match(/data-texts="([^"]+)"/u)?.[1].split(" ") ?? [];
  for (const key of keys) used.add(key);
  for (const language of languages) {
    const modules = await Promise.all(names.map((name) => load(language, `${name}.js`)));
    const written = Object.assign({}, ...modules.map((module) => module.written ?? {}));
    if (language !== "en") {
      for (const key of keys) if (!written[key]) findings.push(`${language}: no words for ${key} of ${page}`);
    }
    for (const [, group, name] of html.matchAll(/data-text="(\w+)\.(\w+)"/gu)) {
      const has = modules.some((module) => module.page?.[group]?.[name]);
      if (!has) findings.push(`${language}: no words for ${group}.${name} of ${page}`);
    }
  }
}
for (const language of languages) {
  for (const name of readdirSync(new URL(`${language}/`, texts))) {
    for (const key of Object.keys((await load(language, name)).written ?? {})) {
      if (!used.has(key)) findings.push(`${language}/${name}: ${key} stands in no page`);
    }
  }
}

/** Those that can be chosen. */
const menu =
  readFileSync(new URL("scripts/i18n/language.js", pages), "utf8").match(/const NAMES = \{(.*)\}/u)?.[1] ?? "";
for (const language of languages) if (!menu.includes(`${language}:`)) findings.push(`${language} cannot be chosen`);

for (const finding of findings) console.log(finding);
process.exitCode = findings.length === 0 ? 0 : 1;
