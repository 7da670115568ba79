// @ts-check
/**
 * The list of files: folders that open and close, rows made only when they are seen, and a search. Nested lists with
 * buttons, which every screen reader knows; arrow keys open and close, too.
 */

import { isolated } from "../i18n/phrases.js";
import { list as texts } from "../i18n/texts.js";
import { countText, sizeText } from "../i18n/wording.js";
import { announce, element, fromTemplate, setTextIn } from "../ui/views.js";
import { canShow } from "./in-app-browser.js";

/** @typedef {import("./session.js").Listing} Listing */
/** @typedef {{ folders: number[], entries: number[] }} Level what lies in a folder, by number */

/** Rows that are made at once. */
const ROWS = 200;
/** Up to so many entries, everything is open and nobody needs to search. */
const FEW = 20;
const FIND_MILLIS = 150;
/** Around everything. */
const TOP = -1;

export class Tree {
  #keyWorker;
  /** @type {Listing} */
  #listing;
  /** @type {Set<number>} */
  #saved = new Set();
  /** @type {Map<number, Level>} */
  #levels = new Map();
  /** @type {Set<number>} */
  #open = new Set();
  /** @type {number | undefined} */
  #timer;
  /** The search that was asked last. */
  #asked = "";

  /** @param {import("../workers/key-worker.js").OpenKeyWorker} keyWorker @param {Listing} listing */
  constructor(keyWorker, listing) {
    this.#keyWorker = keyWorker;
    this.#listing = listing;
    const { folders, entries, readme } = listing;
    for (const [id, { parent }] of folders.entries()) this.#level(parent).folders.push(id);
    for (const [id, { folder }] of entries.entries()) if (id !== readme) this.#level(folder).entries.push(id);
    if (entries.length <= FEW) for (const id of folders.keys()) this.#open.add(id);
    else this.#openLonely();
    const find = element("find", HTMLInputElement);
    find.value = "";
    find.oninput = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#find(find.value), FIND_MILLIS);
    };
    element("find-block", HTMLElement).hidden = entries.length <= FEW;
    const files = element("files", HTMLUListElement);
    files.onclick = (event) => this.#clicked(event);
    files.onkeydown = (event) => this.#pressed(event);
  }

  /** Shows it anew, as it was left. @param {number[]} saved entries that are saved */
  show(saved) {
    this.#saved = new Set(saved);
    const { value } = element("find", HTMLInputElement);
    if (value.trim() === "") this.#showAll();
    else void this.#find(value);
  }

  /** Entries in a folder and below it. @param {number} folder @returns {number[]} */
  below(folder) {
    const { folders, entries } = this.#level(folder);
    return [...entries, ...folders.flatMap((id) => this.below(id))];
  }

  /** @param {number | null} folder @returns {Level} */
  #level(folder) {
    const id = folder ?? TOP;
    const level = this.#levels.get(id) ?? { folders: [], entries: [] };
    this.#levels.set(id, level);
    return level;
  }

  /** Opens folders as long as there is nothing else to see. */
  #openLonely() {
    for (let id = TOP; ; ) {
      const { folders, entries } = this.#level(id);
      if (folders.length !== 1 || entries.length > 0) return;
      [id] = folders;
      this.#open.add(id);
    }
  }

  #showAll() {
    const files = element("files", HTMLUListElement);
    const { readme } = this.#listing;
    files.replaceChildren(...(readme === null ? [] : [this.#file(readme, true)]));
    this.#fill(files, TOP, 0);
  }

  /**
   * Adds the next rows of a folder to its list.
   *
   * @param {HTMLElement} list
   * @param {number} folder
   * @param {number} from
   */
  #fill(list, folder, from) {
    const { folders, entries } = this.#level(folder);
    const count = folders.length + entries.length;
    const to = Math.min(count, from + ROWS);
    const rows = [];
    for (let at = from; at < to; at += 1) {
      rows.push(at < folders.length ? this.#folder(folders[at]) : this.#file(entries[at - folders.length], true));
    }
    if (to < count) {
      const row = document.createElement("li");
      row.className = "more";
      const more = document.createElement("button");
      more.type = "button";
      more.textContent = count - to > ROWS ? texts.moreOf(ROWS, countText(count - to)) : texts.more(count - to);
      more.addEventListener("click", () => {
        const first = list.children.length - 1;
        row.remove();
        this.#fill(list, folder, to);
        list.children[first]?.querySelector("button")?.focus();
      });
      row.append(more);
      rows.push(row);
    }
    list.append(...rows);
  }

  /** @param {number} id */
  #folder(id) {
    const { name, files, size } = this.#listing.folders[id];
    const row = fromTemplate("folder-row");
    setTextIn(row, ".folder-name", name);
    setTextIn(row, ".size", texts.folder(files, sizeText(size)));
    const fold = row.querySelector("button.fold");
    if (fold instanceof HTMLButtonElement) fold.dataset.folder = String(id);
    const save = row.querySelector("button.save");
    if (save instanceof HTMLButtonElement) {
      if (files === 0) {
        save.remove();
      } else {
        save.dataset.saveFolder = String(id);
        save.textContent = texts.save;
        save.setAttribute("aria-label", texts.saveFolder(name));
      }
    }
    if (this.#open.has(id)) this.#unfold(row, id);
    return row;
  }

  /** @param {HTMLElement} row @param {number} id */
  #unfold(row, id) {
    const list = row.querySelector("ul");
    if (!list) return;
    if (list.children.length === 0) this.#fill(list, id, 0);
    list.hidden = false;
    row.querySelector("button.fold")?.setAttribute("aria-expanded", "true");
  }

  /**
   * @param {number} id
   * @param {boolean} isNested whether it stands in its folder
   */
  #file(id, isNested) {
    const { entries, readme } = this.#listing;
    const { path, saved, alone, size, preview, folder } = entries[id];
    const row = fromTemplate("file-row");
    const name = nameOf(path);
    // What is the only file is never saved with others.
    const savedAs = () => {
      if (entries.length === 1 && size !== null) return alone === undefined ? [] : [texts.savedAs(alone)];
      const isOther = alone !== undefined && alone !== nameOf(saved ?? path);
      return [saved === null ? "" : texts.savedAs(saved), isOther && size !== null ? texts.savedAlone(alone) : ""];
    };
    setTextIn(row, ".name", name);
    // Where there are no folders to stand in, because there are too many, the path says it.
    const around = isNested && folder !== null ? "" : path.slice(0, path.length - name.length);
    setTextIn(row, ".where", [around && isolated(around), ...savedAs()].filter(Boolean).join(" · "));
    setTextIn(row, ".size", size === null ? texts.emptyFolder : sizeText(size));
    const [look, save] = ["look", "save"].map((kind) => row.querySelector(`button.${kind}`));
    if (look instanceof HTMLButtonElement) {
      if (preview === null || !canShow(preview, size ?? 0)) look.remove();
      look.dataset.look = String(id);
      look.textContent = id === readme ? texts.read : texts.look;
      look.setAttribute("aria-label", id === readme ? texts.readIt(path) : texts.lookAt(path));
    }
    if (save instanceof HTMLButtonElement) {
      if (size === null || entries.length === 1) save.remove();
      const isSaved = this.#saved.has(id);
      save.dataset.entry = String(id);
      save.textContent = isSaved ? texts.saved : texts.save;
      save.setAttribute("aria-label", `${texts.saveOne(path)}${isSaved ? ` (${texts.saved})` : ""}`);
    }
    return row;
  }

  /** @param {string} text */
  async #find(text) {
    this.#asked = text;
    if (text.trim() === "") {
      this.#showAll();
      announce("");
      return;
    }
    /** @type {{ total: number, entries: number[] }} */
    const { total, entries } = JSON.parse(await this.#keyWorker.ask("find", text, ROWS));
    if (this.#asked !== text) return;
    const note = document.createElement("li");
    note.className = "more";
    note.textContent =
      total > entries.length ? texts.foundMany(countText(entries.length), countText(total)) : texts.found(total);
    element("files", HTMLUListElement).replaceChildren(note, ...entries.map((id) => this.#file(id, false)));
    announce(note.textContent);
  }

  /** @param {MouseEvent} event */
  #clicked({ target }) {
    const fold = target instanceof Element ? target.closest("button.fold") : null;
    if (fold instanceof HTMLButtonElement) this.#turn(fold, fold.getAttribute("aria-expanded") !== "true");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const fold = event.target;
    if (!(fold instanceof HTMLButtonElement) || !fold.matches(".fold")) return;
    const isOpen = fold.getAttribute("aria-expanded") === "true";
    const [inwards, outwards] = isFromTheRight() ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
    if (event.key === inwards && !isOpen) this.#turn(fold, true);
    else if (event.key === outwards && isOpen) this.#turn(fold, false);
    else if (event.key === outwards) outer(fold)?.focus();
    else return;
    event.preventDefault();
  }

  /** @param {HTMLButtonElement} fold @param {boolean} isOpen */
  #turn(fold, isOpen) {
    const id = Number(fold.dataset.folder);
    const row = fold.closest("li");
    if (!row) return;
    if (isOpen) {
      this.#open.add(id);
      this.#unfold(row, id);
    } else {
      this.#open.delete(id);
      fold.setAttribute("aria-expanded", "false");
      row.querySelector("ul")?.toggleAttribute("hidden", true);
    }
  }
}

/** The last name of a path. @param {string} path */
export const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

const isFromTheRight = () => document.documentElement.dir === "rtl";

/** The button of the folder around. @param {HTMLElement} fold */
function outer(fold) {
  const button = fold.closest("ul")?.closest("li")?.querySelector("button.fold");
  return button instanceof HTMLButtonElement ? button : undefined;
}
