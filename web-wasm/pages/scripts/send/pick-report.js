// @ts-check
/**
 * What became of files that were picked, where it is not what one would expect: another name, another file in the place of
 * one, nothing at all. Every one of them is named.
 */

import { isolated } from "../i18n/phrases.js";
import { send as texts } from "../i18n/texts.js";
import { countText } from "../i18n/wording.js";
import { limitsOfTexts } from "../owner/text-limits.js";
import { element, fromTemplate, setTextIn } from "../ui/views.js";

/** @typedef {keyof typeof texts.renamed} Renaming */
/** @typedef {keyof typeof texts.leftOut} Reason */

/** A path in a sentence is no longer than this; in the list of names it is whole. */
const PATH_CHARS = 120;
/** Names shown without being asked for. */
const OPEN_MAX = 5;

export class PickReport {
  /** By the number of the file; and why. @type {Map<number, { from: string, to: string, why: Renaming }>} */
  #renamed = new Map();
  /** Paths of files that took the place of others, by number. @type {Map<number, string>} */
  #replaced = new Map();
  /** Paths of files that were in the list already. @type {string[]} */
  #known = [];
  /** What was not added, and why, by path. @type {Map<string, { why: Reason, found: number }>} */
  #leftOut = new Map();

  /** @param {number} id @param {string} from @param {string} to @param {Renaming} why */
  renamed(id, from, to, why) {
    this.#renamed.set(id, { from, to, why });
  }

  /** @param {number} id @param {string} path */
  replaced(id, path) {
    this.#replaced.set(id, path);
  }

  /** @param {string} path */
  known(path) {
    this.#known.push(path);
  }

  /** @param {string} path @param {Reason} why @param {number} [found] bytes, or names, that are too many */
  leftOut(path, why, found = 0) {
    this.#leftOut.set(path, { why, found });
  }

  /** A path that was left out came again, and was added. @param {string} path */
  added(path) {
    this.#leftOut.delete(path);
  }

  /** @param {number} id of a file that is in the list no more */
  removed(id) {
    this.#renamed.delete(id);
    this.#replaced.delete(id);
  }

  /** A new pick: what was told of the one before has been read. */
  begin() {
    this.#replaced.clear();
    this.#known = [];
  }

  clear() {
    this.begin();
    this.#renamed.clear();
    this.#leftOut.clear();
  }

  show() {
    const notes = [];
    const limits = limitsOfTexts();
    const all = [...this.#renamed.values()];
    for (const why of /** @type {Renaming[]} */ (Object.keys(texts.renamed))) {
      const renamed = all.filter((one) => one.why === why);
      if (renamed.length === 0) continue;
      const [{ from, to }] = renamed;
      const lines = renamed.map((one) => texts.renamedTo(isolated(one.from), isolated(one.to)));
      const sentence = texts.renamed[why](renamed.length, shortened(from), shortened(to), countText(limits.name));
      notes.push(note(sentence, lines));
    }
    const replaced = [...this.#replaced.values()];
    if (replaced.length > 0) notes.push(note(texts.replaced(replaced.length, replaced[0]), replaced.map(isolated)));
    const known = this.#known;
    if (known.length > 0) notes.push(note(texts.known(known.length, known[0]), known.map(isolated)));
    const most = { "path-too-long": limits.path, "path-too-deep": limits.depth, "not-text": 0, unreadable: 0 };
    const leftOut = [...this.#leftOut].map(([path, { why, found }]) =>
      texts.leftOut[why](shortened(path), countText(found), countText(most[why])),
    );
    if (leftOut.length > 0)
      notes.push(note(leftOut.length === 1 ? leftOut[0] : texts.leftOutMany(leftOut.length), leftOut));
    const target = element("pick-notes", HTMLElement);
    target.replaceChildren(...notes);
    target.hidden = notes.length === 0;
  }
}

/**
 * Browsers cannot find a file again whose name they had to change to show it.
 *
 * @param {string} path
 */
export const whyUnreadable = (path) => (path.includes("\ufffd") ? "not-text" : "unreadable");

/** A path without its middle, if it is long: how it begins, and its own name. @param {string} path */
function shortened(path) {
  const characters = [...path];
  if (characters.length <= PATH_CHARS) return path;
  return `${characters.slice(0, PATH_CHARS / 3).join("")}…${characters.slice((-2 * PATH_CHARS) / 3).join("")}`;
}

/** @param {string} sentence @param {string[]} lines shown if there are several */
function note(sentence, lines) {
  const made = fromTemplate("pick-note");
  setTextIn(made, ".sentence", sentence);
  const details = made.querySelector("details");
  if (!details || lines.length < 2) return made;
  setTextIn(made, "summary", texts.all);
  // One text: a hundred thousand elements would be slow, and nobody could read them faster.
  setTextIn(made, ".lines", lines.join("\n"));
  details.open = lines.length <= OPEN_MAX;
  details.hidden = false;
  return made;
}
