// @ts-check
/**
 * What became of files that were picked, where it is not what one would expect: another name, another file in the place of
 * one, nothing at all. Every one of them is named.
 */

import { isolated } from "../phrases.js";
import { send as texts } from "../texts.js";
import { element, fromTemplate, put } from "../views.js";

/** Names shown without being asked for. */
const OPEN_MAX = 5;

export class Notes {
  /** By the number of the file. @type {Map<number, { from: string, to: string }>} */
  #renamed = new Map();
  /** Paths of files that took the place of others, by number. @type {Map<number, string>} */
  #replaced = new Map();
  /** Paths of files that were in the list already. @type {string[]} */
  #known = [];
  /** What was not added, and the name of the reason, by path. @type {Map<string, string>} */
  #leftOut = new Map();

  /** @param {number} id @param {string} from @param {string} to */
  renamed(id, from, to) {
    this.#renamed.set(id, { from, to });
  }

  /** @param {number} id @param {string} path */
  replaced(id, path) {
    this.#replaced.set(id, path);
  }

  /** @param {string} path */
  known(path) {
    this.#known.push(path);
  }

  /** @param {string} path @param {string} why */
  leftOut(path, why) {
    this.#leftOut.set(path, why);
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
    const renamed = [...this.#renamed.values()];
    if (renamed.length > 0) {
      const [{ from, to }] = renamed;
      const lines = renamed.map((one) => `${isolated(one.from)} → ${isolated(one.to)}`);
      notes.push(note(texts.renamed(renamed.length, from, to), lines));
    }
    const replaced = [...this.#replaced.values()];
    if (replaced.length > 0) notes.push(note(texts.replaced(replaced.length, replaced[0]), replaced.map(isolated)));
    const known = this.#known;
    if (known.length > 0) notes.push(note(texts.known(known.length, known[0]), known.map(isolated)));
    const leftOut = [...this.#leftOut].map(([path, why]) => (texts.leftOut[why] ?? texts.unreadable)(path));
    if (leftOut.length > 0) notes.push(note(leftOut.length === 1 ? leftOut[0] : texts.leftOutMany(leftOut.length), leftOut));
    const target = element("pick-notes", HTMLElement);
    target.replaceChildren(...notes);
    target.hidden = notes.length === 0;
  }
}

/** @param {string} sentence @param {string[]} lines shown if there are several */
function note(sentence, lines) {
  const made = fromTemplate("pick-note");
  put(made, ".sentence", sentence);
  const details = made.querySelector("details");
  if (!details || lines.length < 2) return made;
  put(made, "summary", texts.all);
  // One text: a hundred thousand elements would be slow, and nobody could read them faster.
  put(made, ".lines", lines.join("\n"));
  details.open = lines.length <= OPEN_MAX;
  details.hidden = false;
  return made;
}
