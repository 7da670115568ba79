// @ts-check
/** What is picked so far: the list on the page, with the `File` objects beside the basket of the wasm module. */

import { Basket } from "/wasm/seal.js";

import { send as texts } from "../i18n/texts.js";
import { countText, sizeText } from "../i18n/wording.js";
import { printOf } from "../owner/source.js";
import { announce, button, element, fromTemplate, setText, setTextIn } from "../ui/views.js";
import { judged, unreadable } from "./duplicates.js";
import { PickReport, whyUnreadable } from "./pick-report.js";
import { found as foundBelow, readable } from "./resume/pick-files.js";
import { TimeSlices } from "./time-slices.js";

/** @typedef {import("./file-input.js").Found} Found */
/** @typedef {import("./duplicates.js").Doubt} Doubt */
/** @typedef {{ name: string, files: number | null, len: number }} Row */
/** @typedef {import("../owner/source.js").PickedFile} PickedFile */
/** @typedef {import("./pick-report.js").Renaming} Renaming */
/** @typedef {{ id: number, renamed: string | null, why: Renaming | null }} Added */
/** @typedef {{ variant?: string, detail?: string }} Refused what the wasm module throws */

/** Lines on the page; more than anybody reads. */
const ROWS_MAX = 200;
/** How far picking is, is told so often. */
const TELL_MILLIS = 200;

export class BasketView {
  #basket;
  #limits;
  /** @type {Map<number, PickedFile>} */
  #files = new Map();
  /** Paths as they came, before names were made safe. @type {Map<number, string>} */
  #paths = new Map();
  /** Files that can no longer be read as they were picked. @type {Set<number>} */
  #lost = new Set();
  /** @type {FileSystemHandle[]} */
  #handles = [];
  #report = new PickReport();
  /** Folders of this pick that got other names. @type {{ id: number, path: string, renamed: string, why: Renaming }[]} */
  #renamed = [];
  /** Adding goes one after another. */
  #adding = Promise.resolve();

  /** @param {string} configText @param {import("/api").Limits} limits */
  constructor(configText, limits) {
    this.#basket = new Basket(configText);
    this.#limits = limits;
    element("basket", HTMLUListElement).addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button?.dataset.name !== undefined) this.#remove(button.dataset.name);
    });
    button("lost-leave").addEventListener("click", () => this.#leaveLost());
    button("lost-take").addEventListener("click", () => void this.#takeLost());
  }

  /** @param {number} id */
  file(id) {
    const file = this.#files.get(id);
    if (!file) throw new Error("no such file");
    return file;
  }

  /** @param {string} path */
  unreadable(path) {
    this.#report.leftOut(path, whyUnreadable(path));
  }

  /**
   * Takes what was picked or dropped, and shows it.
   *
   * @type {import("./file-input.js").AddFiles}
   */
  addFiles(found, handles) {
    this.#adding = this.#adding
      .then(() => this.#addFiles(found))
      .catch(() => {
        // What comes after it was not looked at, and has no name here.
        this.unreadable("…");
        setText("picking", "");
        this.render();
      });
    void handles.then((some) => this.#handles.push(...some));
  }

  /** Resolves when all that was picked is in the list. */
  settled() {
    return this.#adding;
  }

  /** @param {AsyncIterable<Found> | Iterable<Found>} found */
  async #addFiles(found) {
    this.#basket.beginPick();
    this.#report.begin();
    /** @type {Doubt[]} */
    const doubts = [];
    const slices = new TimeSlices();
    const tell = teller();
    for await (const { path, file } of found) {
      this.#offer(path, file, doubts);
      tell(texts.reading, 1);
      if (slices.isDue) await slices.yield();
    }
    const isLost = (/** @type {number} */ id) => this.#lost.has(id);
    for await (const [{ path, picked }, verdict] of judged(doubts, (id) => this.file(id), isLost)) {
      if (verdict === "new") this.#add(path, picked);
      else if (verdict === "known") this.#report.known(path);
      else if (verdict === "unreadable") this.unreadable(path);
      else this.#replace(verdict.replaces, path, picked);
      tell(texts.comparing, 0);
      if (slices.isDue) await slices.yield();
    }
    this.#reportFolders();
    setText("picking", "");
    this.render();
  }

  /** Of a folder that holds something, that is told: each of its files has the other name, too. */
  #reportFolders() {
    const renamed = this.#renamed.splice(0);
    if (renamed.length === 0) return;
    const holders = new Set([...this.#paths.values()].map((path) => path.slice(0, Math.max(0, path.lastIndexOf("/")))));
    for (const { id, path, renamed: to, why } of renamed)
      if (!holders.has(path)) this.#report.renamed(id, path, to, why);
  }

  /** @param {string} path @param {File | null} file @param {Doubt[]} doubts takes what may have been picked before */
  #offer(path, file, doubts) {
    if (!file) {
      try {
        const answer = JSON.parse(this.#basket.addFolder(asText(path)));
        const { id, renamed, why } = /** @type {Added | { id: null, renamed: null, why: null }} */ (answer);
        if (id !== null) this.#paths.set(id, path);
        if (id !== null && renamed !== null && why !== null) this.#renamed.push({ id, path, renamed, why });
      } catch (error) {
        this.#refused(path, error);
      }
      return;
    }
    // Each question for them may ask the disk: once is enough.
    const picked = { file, size: file.size, modified: file.lastModified };
    const twins = this.#basket.twins(asText(path), picked.size, picked.modified);
    if (twins === undefined) this.#add(path, picked);
    else doubts.push({ path, picked, twins: JSON.parse(twins) });
  }

  /** @param {string} path @param {PickedFile} picked */
  #add(path, picked) {
    try {
      const answer = this.#basket.addFile(asText(path), picked.size, picked.file.type, picked.modified);
      const { id, renamed, why } = /** @type {Added} */ (JSON.parse(answer));
      this.#paths.set(id, path);
      this.#files.set(id, picked);
      this.#report.added(path);
      if (asText(path) !== path) this.#report.renamed(id, asText(path, "\ufffd"), renamed ?? asText(path), "not-text");
      else if (renamed !== null && why !== null) this.#report.renamed(id, path, renamed, why);
    } catch (error) {
      this.#refused(path, error);
    }
  }

  /** @param {string} path @param {unknown} error */
  #refused(path, error) {
    const { variant, detail } = /** @type {Refused} */ (error);
    if (variant !== "path-too-long" && variant !== "path-too-deep") this.unreadable(path);
    else this.#report.leftOut(path, variant, Number(detail));
  }

  /** @param {number} id of one that can no longer be read @param {string} path @param {PickedFile} picked */
  #replace(id, path, picked) {
    if (!this.#basket.replace(id, picked.size, picked.file.type, picked.modified)) return this.#add(path, picked);
    this.#files.set(id, picked);
    this.#lost.delete(id);
    this.#report.replaced(id, path);
  }

  /**
   * Looks which files can no longer be read as they were picked: they are to be chosen again, or left out.
   *
   * @param {number[]} known numbers of some of them
   */
  async findLost(known) {
    const found = await unreadable([...this.#files]);
    this.#lost = new Set([...known, ...found].filter((id) => this.#files.has(id)));
    this.render();
  }

  /** A program that had a file open may have closed it. */
  async lookAgain() {
    if (this.#lost.size > 0) await this.findLost([]);
  }

  #leaveLost() {
    for (const id of this.#lost) {
      this.#basket.removeOne(id);
      this.#forget(id);
    }
    this.render();
    element("file-input", HTMLInputElement).focus();
  }

  /** Takes the files at the same places as they are now, where the browser finds them again. */
  async #takeLost() {
    const handles = await readable(this.#handlesOf(this.#lost));
    const byPath = new Map([...this.#lost].map((id) => [this.#paths.get(id) ?? "", id]));
    this.#report.begin();
    for await (const { path, file } of foundBelow(handles, [...byPath.keys()])) {
      const id = byPath.get(path);
      if (!file || id === undefined) continue;
      this.#replace(id, path, { file, size: file.size, modified: file.lastModified });
      byPath.delete(path);
    }
    this.render();
    element("file-input", HTMLInputElement).focus();
  }

  /** @param {Iterable<number>} ids */
  #handlesOf(ids) {
    const tops = new Set([...ids].map((id) => this.#paths.get(id)?.split("/")[0]));
    return this.#handles.filter(({ name }) => tops.has(name));
  }

  /** @param {string} name */
  #remove(name) {
    for (const id of this.#basket.remove(name)) this.#forget(id);
    this.render();
    // The button that was pressed is gone: the focus goes to the next one, not to nowhere.
    const next = element("basket", HTMLUListElement).querySelector("button") ?? element("file-input", HTMLInputElement);
    next.focus();
  }

  /** @param {number} id */
  #forget(id) {
    this.#files.delete(id);
    this.#paths.delete(id);
    this.#lost.delete(id);
    this.#report.removed(id);
  }

  /** Forgets everything. */
  clear() {
    for (const { name } of this.#rows(this.#basket.rowCount())) this.#basket.remove(name);
    this.#files.clear();
    this.#paths.clear();
    this.#lost.clear();
    this.#handles = [];
    this.#report.clear();
    this.render();
  }

  /** @param {number} count @returns {Row[]} */
  #rows(count) {
    return JSON.parse(this.#basket.rows(count));
  }

  /** Shows the list, the sum and what is wrong with it. @returns {boolean} whether it can be sent */
  render() {
    const count = this.#basket.rowCount();
    const isEmpty = count === 0;
    const shown = this.#rows(ROWS_MAX).map(rowOf);
    if (count > ROWS_MAX) {
      const more = document.createElement("li");
      more.className = "more";
      more.textContent = texts.more(count - ROWS_MAX);
      shown.push(more);
    }
    element("basket", HTMLUListElement).replaceChildren(...shown);
    document.body.dataset.basket = isEmpty ? "empty" : "filled";
    for (const part of document.querySelectorAll("[data-needs=files]")) part.toggleAttribute("hidden", isEmpty);
    const total = sizeText(this.#basket.contentLen());
    setText("sum", isEmpty ? "" : texts.sum(total, this.#basket.fileCount(), sizeText(this.#limits.share_bytes_max)));
    const problem = isEmpty ? "" : this.#problem(total);
    setText("pick-problem", problem);
    this.#showLost();
    this.#report.show();
    return !isEmpty && problem === "" && this.#lost.size === 0;
  }

  #showLost() {
    const paths = [...this.#lost].map((id) => this.#paths.get(id) ?? "");
    setText("lost-said", paths.length === 0 ? "" : texts.lost(paths.length, paths[0]));
    const lines = paths.length > 1 ? paths.join("\n") : "";
    setText("lost-names", lines);
    button("lost-take").hidden = this.#handlesOf(this.#lost).length === 0;
    element("lost", HTMLElement).hidden = paths.length === 0;
  }

  /** @param {string} total */
  #problem(total) {
    try {
      this.#basket.check();
      return "";
    } catch (error) {
      const { variant, detail } = /** @type {Refused} */ (error);
      const { share_bytes_max: bytes, entries_max: entries, manifest_bytes_max: list } = this.#limits;
      if (variant === "too-many") return texts.tooManyFiles(entries, countText(Number(detail)));
      if (variant === "list-too-long") return texts.listTooLong(sizeText(list), sizeText(Number(detail)));
      if (variant === "too-large-padded") return texts.tooLargePadded(sizeText(bytes), total, sizeText(Number(detail)));
      // Of the two limits on bytes, the other is the smaller one then.
      const parts = this.#limits.part_bytes_max * this.#limits.parts_max;
      return texts.tooLarge(sizeText(variant === "too-many-parts" ? parts : bytes), total);
    }
  }

  /** Fixes what is sent. */
  plan() {
    return this.#basket.plan();
  }

  /**
   * What tells later whether the same files are picked again.
   *
   * @param {import("/wasm/seal.js").Plan} plan
   * @returns {Promise<{ picked: (string | null)[], prints: (string | null)[], handles: FileSystemHandle[] }>} by place in
   * the plan; and where they were
   */
  async origins(plan) {
    const ids = [...plan.ids()];
    const picked = ids.map((id) => this.#paths.get(id) ?? null);
    return { picked, prints: await this.#prints(ids), handles: this.#handlesOf(ids) };
  }

  /** Prints of files that came under one path. @param {number[]} ids */
  async #prints(ids) {
    /** @type {Map<string | undefined, number[]>} */
    const places = new Map();
    for (const [place, id] of ids.entries()) {
      const path = this.#paths.get(id);
      const some = places.get(path);
      if (some) some.push(place);
      else places.set(path, [place]);
    }
    /** @type {(string | null)[]} */
    const prints = ids.map(() => null);
    for (const alike of places.values()) {
      if (alike.length === 1) continue;
      for (const place of alike) {
        const file = this.#files.get(ids[place]);
        if (file) prints[place] = await printOf(file).catch(() => null);
      }
    }
    return prints;
  }

  /** The limits, told before anything is picked. */
  showLimits() {
    setText("limits", texts.limits(sizeText(this.#limits.share_bytes_max), countText(this.#limits.entries_max)));
  }
}

/**
 * A path as the text that is sent. Some systems have names that are no text: half a character of UTF-16, which no manifest
 * takes.
 *
 * @param {string} path
 * @param {string} instead of such a half
 */
const asText = (path, instead = "_") => path.replaceAll(/\p{Surrogate}/gu, instead);

/** Tells how many files were looked at, now and then. Who cannot see the page hears only that it looks. */
function teller() {
  const begun = performance.now();
  let [count, toldAt, isHeard] = [0, begun, false];
  return (/** @type {(count: number) => string} */ text, /** @type {number} */ more) => {
    count += more;
    const now = performance.now();
    if (now - toldAt < TELL_MILLIS) return;
    toldAt = now;
    setText("picking", text(count));
    if (!isHeard) announce(text(count));
    isHeard = true;
  };
}

/** @param {Row} row */
function rowOf(row) {
  const item = fromTemplate("basket-row");
  setTextIn(item, ".name", row.name);
  setTextIn(item, ".where", row.files === null ? "" : texts.filesInFolder(row.files));
  setTextIn(item, ".size", sizeText(row.len));
  const remove = item.querySelector("button");
  if (remove) {
    remove.dataset.name = row.name;
    remove.setAttribute("aria-label", texts.remove(row.name));
  }
  return item;
}
