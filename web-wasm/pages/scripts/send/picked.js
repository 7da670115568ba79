// @ts-check
/** What is picked so far: the list on the page, with the `File` objects beside the basket of the wasm module. */

import { Basket } from "/wasm/seal.js";

import { send as texts } from "../texts.js";
import { element, fromTemplate, put, say } from "../views.js";
import { countText, sizeText } from "../wording.js";

/** @typedef {import("./drop.js").Found} Found */
/** @typedef {{ name: string, files: number | null, len: number }} Row */
/** @typedef {import("../source.js").PickedFile} PickedFile */

/** Lines on the page; more than anybody reads. */
const ROWS_MAX = 200;
/** Entries taken in one go, so that the page stays alive. */
const BATCH = 1000;

export class Picked {
  #basket;
  #limits;
  /** @type {Map<number, PickedFile>} */
  #files = new Map();
  /** Paths as they came, before names were made safe. @type {Map<number, string>} */
  #paths = new Map();
  /** @type {FileSystemHandle[]} */
  #handles = [];
  /** @type {string[]} */
  #renamed = [];
  /** @type {string[]} */
  #unreadable = [];
  /** Adding goes one after another. */
  #adding = Promise.resolve();

  /** @param {string} configText @param {{ share_bytes_max: number, entries_max: number }} limits */
  constructor(configText, limits) {
    this.#basket = new Basket(configText);
    this.#limits = limits;
    element("basket", HTMLUListElement).addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button?.dataset.name !== undefined) this.#remove(button.dataset.name);
    });
  }

  /** @param {number} id */
  file(id) {
    const file = this.#files.get(id);
    if (!file) throw new Error("no such file");
    return file;
  }

  /** @param {string} name */
  unreadable(name) {
    this.#unreadable.push(name);
  }

  /**
   * Takes what was picked or dropped, and shows it.
   *
   * @type {import("./drop.js").Take}
   */
  take(found, handles) {
    this.#adding = this.#adding.then(() => this.#take(found));
    void handles.then((some) => this.#handles.push(...some));
  }

  /** Resolves when all that was picked is in the list. */
  settled() {
    return this.#adding;
  }

  /** @param {AsyncIterable<Found> | Iterable<Found>} found */
  async #take(found) {
    let count = 0;
    for await (const { path, file } of found) {
      this.#add(path, file);
      count += 1;
      if (count % BATCH === 0) {
        say("sum", texts.reading);
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    this.render();
  }

  /** @param {string} path @param {File | null} file */
  #add(path, file) {
    try {
      const answer = file
        ? this.#basket.addFile(path, file.size, file.type, file.lastModified)
        : this.#basket.addFolder(path);
      const { id, renamed } = /** @type {{ id: number | null, renamed: string | null }} */ (JSON.parse(answer));
      if (id !== null) this.#paths.set(id, path);
      if (id !== null && file) this.#files.set(id, { file, size: file.size, modified: file.lastModified });
      if (renamed !== null) this.#renamed.push(renamed);
    } catch {
      this.#unreadable.push(path.slice(0, 80));
    }
  }

  /** @param {string} name */
  #remove(name) {
    for (const id of this.#basket.remove(name)) this.#files.delete(id);
    this.#renamed = [];
    this.#unreadable = [];
    this.render();
    // The button that was pressed is gone: the focus goes to the next one, not to nowhere.
    const next = element("basket", HTMLUListElement).querySelector("button") ?? element("file-input", HTMLInputElement);
    next.focus();
  }

  /** Forgets everything. */
  clear() {
    for (const { name } of /** @type {Row[]} */ (JSON.parse(this.#basket.rows()))) this.#basket.remove(name);
    this.#files.clear();
    this.#paths.clear();
    this.#handles = [];
    this.#renamed = [];
    this.#unreadable = [];
    this.render();
  }

  /** @returns {boolean} */
  get isEmpty() {
    return JSON.parse(this.#basket.rows()).length === 0;
  }

  /** Shows the list, the sum and what is wrong with it. @returns {boolean} whether it can be sent */
  render() {
    const rows = /** @type {Row[]} */ (JSON.parse(this.#basket.rows()));
    const shown = rows.slice(0, ROWS_MAX).map(rowOf);
    if (rows.length > ROWS_MAX) {
      const more = document.createElement("li");
      more.className = "more";
      more.textContent = texts.more(rows.length - ROWS_MAX);
      shown.push(more);
    }
    element("basket", HTMLUListElement).replaceChildren(...shown);
    document.body.dataset.basket = rows.length === 0 ? "empty" : "filled";
    for (const part of document.querySelectorAll("[data-needs=files]"))
      part.toggleAttribute("hidden", rows.length === 0);
    const total = sizeText(this.#basket.contentLen());
    say(
      "sum",
      rows.length === 0 ? "" : texts.sum(total, this.#basket.fileCount(), sizeText(this.#limits.share_bytes_max)),
    );
    const problem = rows.length === 0 ? "" : this.#problem(total);
    const hints = [
      ...(this.#renamed.length > 0 ? [texts.renamed(this.#renamed.length, this.#renamed[0])] : []),
      ...this.#unreadable.slice(0, 3).map(texts.unreadable),
    ];
    say("pick-problem", [problem, ...hints].filter(Boolean).join(" "));
    element("pick-problem", HTMLElement).dataset.tone = problem ? "bad" : "warn";
    return rows.length > 0 && problem === "";
  }

  /** @param {string} total */
  #problem(total) {
    try {
      this.#basket.plan().free();
      return "";
    } catch (error) {
      const { variant } = /** @type {{ variant?: string }} */ (error);
      if (variant === "too-many") return texts.tooManyFiles(this.#limits.entries_max);
      return texts.tooLarge(sizeText(this.#limits.share_bytes_max), total);
    }
  }

  /** Fixes what is sent. */
  plan() {
    return this.#basket.plan();
  }

  /** How many files there are. */
  count() {
    return this.#basket.fileCount();
  }

  /**
   * What tells later whether the same files are picked again.
   *
   * @param {import("/wasm/seal.js").Plan} plan
   * @returns {{ picked: (string | null)[], handles: FileSystemHandle[] }} by place in the plan; and where they were
   */
  origins(plan) {
    const picked = [...plan.ids()].map((id) => this.#paths.get(id) ?? null);
    const tops = new Set(picked.map((path) => path?.split("/")[0]));
    return { picked, handles: this.#handles.filter(({ name }) => tops.has(name)) };
  }

  /** The limits, told before anything is picked. */
  showLimits() {
    say("limits", texts.limits(sizeText(this.#limits.share_bytes_max), countText(this.#limits.entries_max)));
  }
}

/** @param {Row} row */
function rowOf(row) {
  const item = fromTemplate("basket-row");
  put(item, ".name", row.name);
  put(item, ".where", row.files === null ? "" : texts.filesInFolder(row.files));
  put(item, ".size", sizeText(row.len));
  const remove = item.querySelector("button");
  if (remove) {
    remove.dataset.name = row.name;
    remove.setAttribute("aria-label", texts.remove(row.name));
  }
  return item;
}
