// @ts-check
/**
 * Texts that are not Unicode: which encoding they probably have, and a list to choose another one. Fetched when somebody looks
 * at such a text. Nothing in the bytes says it, so it is a guess, and the page says so.
 */

import { language, preview as texts } from "../i18n/texts.js";
import { element } from "../ui/views.js";

/** By their names for browsers: for which language or script they are. */
const ENCODINGS = /** @type {[label: string, type: "language" | "script" | "", code: string][]} */ ([
  ["windows-1252", "script", "Latn"],
  ["windows-1250", "language", "pl"],
  ["windows-1254", "language", "tr"],
  ["windows-1257", "language", "lt"],
  ["windows-1258", "language", "vi"],
  ["macintosh", "script", "Latn"],
  ["windows-1251", "script", "Cyrl"],
  ["koi8-r", "script", "Cyrl"],
  ["ibm866", "script", "Cyrl"],
  ["windows-1253", "script", "Grek"],
  ["windows-1255", "script", "Hebr"],
  ["windows-1256", "script", "Arab"],
  ["windows-874", "script", "Thai"],
  ["shift_jis", "language", "ja"],
  ["euc-jp", "language", "ja"],
  ["iso-2022-jp", "language", "ja"],
  ["gb18030", "script", "Hans"],
  ["big5", "script", "Hant"],
  ["euc-kr", "language", "ko"],
  ["utf-16le", "", ""],
  ["utf-16be", "", ""],
]);

/** Encodings of one byte by the language that people read, as browsers have chosen them ever since. @type {Record<string, string>} */
const OF_LANGUAGE = {
  ar: "windows-1256",
  fa: "windows-1256",
  el: "windows-1253",
  he: "windows-1255",
  th: "windows-874",
  cs: "windows-1250",
  hr: "windows-1250",
  hu: "windows-1250",
  pl: "windows-1250",
  sk: "windows-1250",
  sl: "windows-1250",
  tr: "windows-1254",
  et: "windows-1257",
  lt: "windows-1257",
  lv: "windows-1257",
  vi: "windows-1258",
};
const LATIN = ["windows-1250", "windows-1254", "windows-1257", "windows-1258"];

/**
 * @param {Uint8Array} bytes
 * @param {string} label
 * @param {boolean} isCut whether the last character may be cut
 */
export const decoded = (bytes, label, isCut) => new TextDecoder(label).decode(bytes, { stream: isCut });

/** The encoding that bytes probably have. @param {Uint8Array} bytes @param {boolean} isCut @returns {string} */
export function guessed(bytes, isCut) {
  const high = highRuns(bytes);
  if (high.count === 0) return "iso-2022-jp";
  const kana = /[\u3041-\u3096\u30a1-\u30fa]/gu;
  if (share(bytes, "euc-jp", isCut, kana) > 0.2) return "euc-jp";
  if (share(bytes, "shift_jis", isCut, kana) > 0.2) return "shift_jis";
  const han = /[\u4e00-\u9fff\u3000-\u303f\uff01-\uff5e]/gu;
  if (high.lowTrails > 0.15 && high.frequentLeads > 0.8 && share(bytes, "big5", isCut, han) > 0.7) return "big5";
  if (high.alone < 0.4) {
    if (share(bytes, "euc-kr", isCut, /[\uac00-\ud7a3]/gu) > 0.85) return "euc-kr";
    if (high.lowTrails < 0.1 && share(bytes, "gb18030", isCut, han) > 0.7) return "gb18030";
  }
  const own = [language, ...navigator.languages].map((tag) => OF_LANGUAGE[tag.slice(0, 2)]).filter(Boolean);
  if (high.alone > 0.4) return own.find((label) => LATIN.includes(label)) ?? "windows-1252";
  return own.find((label) => !LATIN.includes(label)) ?? cyrillic(bytes, isCut);
}

/** Texts have more small letters than capitals; decoded wrongly, it is the other way round. @param {Uint8Array} bytes @param {boolean} isCut */
function cyrillic(bytes, isCut) {
  const small = (/** @type {string} */ label) => decoded(bytes, label, isCut).match(/[а-яё]/gu)?.length ?? 0;
  return ["windows-1251", "koi8-r", "ibm866"].reduce((best, label) => (small(label) > small(best) ? label : best));
}

/**
 * How much of what is not ASCII is of a kind; 0 if the bytes are not of that encoding.
 *
 * @param {Uint8Array} bytes
 * @param {string} label
 * @param {boolean} isCut
 * @param {RegExp} kind
 */
function share(bytes, label, isCut, kind) {
  try {
    const text = new TextDecoder(label, { fatal: true }).decode(bytes, { stream: isCut });
    const others = text.match(/[^\0-\x7f]/gu)?.length ?? 0;
    return others === 0 ? 0 : (text.match(kind)?.length ?? 0) / others;
  } catch {
    return 0;
  }
}

/**
 * How bytes above ASCII stand: in Latin texts mostly alone, in others side by side.
 *
 * @param {Uint8Array} bytes
 * @returns {{ count: number, alone: number, lowTrails: number, frequentLeads: number }} how many; which share of the runs is one
 * byte long; of the pairs, counted from the left, which share ends in ASCII, and which begins as the frequent characters of Big5 do
 */
function highRuns(bytes) {
  let [count, runs, alone, pairs, low, frequent] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] < 0x80) continue;
    const from = at;
    for (; at < bytes.length && bytes[at] >= 0x80; at += 1) {
      frequent += Number((at - from) % 2 === 0 && bytes[at] >= 0xa1 && bytes[at] <= 0xc6);
    }
    const length = at - from;
    count += length;
    runs += 1;
    alone += Number(length === 1);
    pairs += Math.ceil(length / 2);
    low += Number(length % 2 === 1 && bytes[at] >= 0x40);
    at -= 1;
  }
  const of = (/** @type {number} */ part, /** @type {number} */ whole) => (whole === 0 ? 0 : part / whole);
  return { count, alone: of(alone, runs), lowTrails: of(low, pairs), frequentLeads: of(frequent, pairs) };
}

/**
 * Says which encoding a text is shown in, and offers others.
 *
 * @param {string} shown
 * @param {(label: string) => void} choose
 */
export function offerEncodings(shown, choose) {
  withdrawEncodings();
  const row = document.createElement("p");
  row.id = "preview-encoding-row";
  row.className = "sum";
  const label = document.createElement("label");
  const list = document.createElement("select");
  label.htmlFor = list.id = "preview-encoding";
  label.textContent = `${texts.notUnicode} `;
  list.append(
    ...ENCODINGS.map(([name, type, code]) => new Option(titled(name, type, code), name, false, name === shown)),
  );
  list.addEventListener("change", () => choose(list.value));
  row.append(label, list);
  element("preview-lead", HTMLElement).after(row);
}

/** The list is gone. */
export function withdrawEncodings() {
  document.getElementById("preview-encoding-row")?.remove();
}

/** @param {string} name @param {"language" | "script" | ""} type @param {string} code */
function titled(name, type, code) {
  const title = name.replace(/^./u, (first) => first.toUpperCase());
  if (type === "") return name.toUpperCase();
  const kind = new Intl.DisplayNames([language], { type }).of(code);
  return kind ? `${title} (${kind})` : title;
}
