// @ts-check
/**
 * Names for links out of a table: a file that a spreadsheet saved, or cells that are pasted. They come into the field, where
 * the person sees and changes them; and what is left out is said, with its row and why, before anything is made.
 */

import { isTable, namesInTable } from "/wasm/seal.js";

import { isolated } from "../i18n/phrases.js";
import { problems, send as texts } from "../i18n/texts.js";
import { countText } from "../i18n/wording.js";
import { element, setText } from "../ui/views.js";

/**
 * @typedef {"heading" | "empty" | "repeated" | "known" | "too-long" | "beyond"} Why
 *
 * @typedef {{ row: number, why: Why, name: string }} Skipped
 *
 * @typedef {{ columns: string[], column: number, heading: boolean, names: string[], skipped: Skipped[] }} Found
 *
 * @typedef {object} Links
 * @property {() => string[]} names of links that work
 * @property {() => number} room how many can still be made
 */

/** A file in two bytes a character is twice as long as what it says. */
const FILE_BYTES_MAX = 2 * 1024 * 1024;
/** Rows that are named one by one, of those that are left out for one reason. */
const NAMED_MAX = 12;

export class NameTable {
  #links;
  #field = element("add-label", HTMLTextAreaElement);
  #column = element("add-column", HTMLSelectElement);
  #heading = element("add-heading", HTMLInputElement);
  /** What is read, and what stood in the field before. @type {{ text: string, before: string[], isGuessed: boolean } | undefined} */
  #table;

  /** @param {Links} links */
  constructor(links) {
    this.#links = links;
    const picker = element("add-table", HTMLInputElement);
    picker.addEventListener("change", () => {
      const file = picker.files?.[0];
      if (file) void this.#open(file);
      // The same file can be picked again after it was changed.
      picker.value = "";
    });
    this.#field.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (text.length <= FILE_BYTES_MAX && !isTable(text)) return;
      event.preventDefault();
      this.#take(text, false);
    });
    this.#field.addEventListener("input", () => {
      // What is typed now would be lost with another column.
      this.#table = undefined;
      element("add-table-choice", HTMLElement).hidden = true;
      this.#sayTwice();
    });
    this.#column.addEventListener("change", () => this.#read(this.#column.selectedIndex, this.#heading.checked));
    this.#heading.addEventListener("change", () => this.#read(this.#column.selectedIndex, this.#heading.checked));
  }

  /** The names are used up, or nobody's any more. */
  clear() {
    this.#table = undefined;
    for (const id of ["add-table-choice", "add-left-out"]) element(id, HTMLElement).hidden = true;
    for (const id of ["add-taken", "add-twice"]) setText(id, "");
    element("add-left-out", HTMLElement).replaceChildren();
    this.#column.replaceChildren();
  }

  /** @param {File} file */
  async #open(file) {
    if (file.size > FILE_BYTES_MAX) return this.#refuse("table-too-large", "");
    try {
      const { text, isGuessed } = decoded(new Uint8Array(await file.arrayBuffer()));
      this.#take(text, isGuessed);
    } catch {
      this.#refuse("unreadable", "");
    }
  }

  /** @param {string} text @param {boolean} isGuessed */
  #take(text, isGuessed) {
    this.clear();
    this.#table = { text: text.normalize("NFC"), before: namesIn(this.#field.value), isGuessed };
    this.#read(null, null);
  }

  /** @param {number | null} column @param {boolean | null} heading */
  #read(column, heading) {
    const table = this.#table;
    if (!table) return;
    setText("add-problem", "");
    const choice = { column, heading, known: this.#links.names(), before: table.before, room: this.#links.room() };
    try {
      /** @type {Found} */
      const found = JSON.parse(namesInTable(table.text, JSON.stringify(choice)));
      this.#show(found, table);
    } catch (error) {
      this.clear();
      const { variant = "", detail = "" } = /** @type {{ variant?: string, detail?: string }} */ (error);
      this.#refuse(variant, detail);
    }
  }

  /** @param {Found} found @param {{ before: string[], isGuessed: boolean }} table */
  #show({ columns, column, heading, names, skipped }, { before, isGuessed }) {
    this.#field.value = [...before, ...names].join("\n");
    const options = columns.map((name, index) => texts.others.column(countText(index + 1), shortened(name)));
    this.#column.replaceChildren(...[...options, texts.others.wholeRow].map((text) => new Option(text)));
    this.#column.selectedIndex = column;
    this.#heading.checked = heading;
    element("add-table-choice", HTMLElement).hidden = columns.length === 0;
    setText("add-taken", texts.others.namesTaken(names.length));
    const lines = leftOut(skipped);
    if (isGuessed) lines.push(texts.others.guessed);
    const list = element("add-left-out", HTMLElement);
    list.hidden = lines.length === 0;
    list.replaceChildren(
      ...lines.map((line) => {
        const item = document.createElement("li");
        item.textContent = line;
        return item;
      }),
    );
    setText("add-twice", "");
  }

  /** Names that were typed more than once get one link; those that have one, another. */
  #sayTwice() {
    const names = namesIn(this.#field.value);
    const seen = new Set();
    const twice = new Set(names.filter((name) => seen.size === seen.add(name).size));
    const there = new Set(this.#links.names());
    const known = [...seen].filter((name) => there.has(name));
    const said = [
      twice.size > 0 ? texts.others.twice(named([...twice].map(quoted))) : "",
      known.length > 0 ? texts.others.known(named(known.map(quoted))) : "",
    ];
    setText("add-twice", said.filter(Boolean).join(" "));
  }

  /** @param {string} variant @param {string} row */
  #refuse(variant, row) {
    const { tooLarge, tooManyRows, unclosed, unreadable } = texts.others.tableProblems;
    const known = new Map([
      ["table-too-large", tooLarge],
      ["too-many-rows", tooManyRows],
      ["unclosed", unclosed(countText(Number(row)))],
      ["unreadable", unreadable],
    ]);
    setText("add-problem", known.get(variant) ?? problems.unexpected);
  }
}

/** A name a line. @param {string} typed */
export const namesIn = (typed) =>
  typed
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter(Boolean);

/**
 * Spreadsheets save UTF-8, UTF-16 with a mark, or what was usual on their system.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function decoded(bytes) {
  const [first, second] = bytes;
  const wide = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "";
  if (wide) return { text: new TextDecoder(wide).decode(bytes), isGuessed: false };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), isGuessed: false };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), isGuessed: true };
  }
}

/** A line for each reason. @param {Skipped[]} skipped */
function leftOut(skipped) {
  /** @type {Map<Why, Skipped[]>} */
  const byReason = new Map();
  for (const row of skipped) {
    const others = byReason.get(row.why);
    if (others) others.push(row);
    else byReason.set(row.why, [row]);
  }
  return [...byReason].map(([why, rows]) => {
    const list = rows.map(({ row, name }) => (name ? `${countText(row)} ${quoted(name)}` : countText(row)));
    return texts.others.leftOut[why](rows.length, named(list));
  });
}

/** The first of them, and how many there are beside. @param {string[]} all */
function named(all) {
  const more = all.length - NAMED_MAX;
  return [...all.slice(0, NAMED_MAX), ...(more > 0 ? [texts.more(more)] : [])].join(texts.others.comma);
}

/** @param {string} name */
const quoted = (name) => texts.others.quoted(isolated(shortened(name)));

/** @param {string} name */
const shortened = (name) => (name.length > 40 ? `${name.slice(0, 40).toWellFormed?.() ?? name.slice(0, 40)}…` : name);
