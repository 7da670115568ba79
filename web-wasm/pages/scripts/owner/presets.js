// @ts-check
/**
 * Presets: what is chosen for files or a push, by what they are. Whoever changes one of the choices by hand has settings of their
 * own. This device remembers what was chosen last; where nothing may be stored, it begins anew at every visit.
 */

import { language, presets as texts } from "../i18n/texts.js";
import { lifeText } from "../i18n/wording.js";
import { announce, element, fromTemplate, setTextIn } from "../ui/views.js";
import { FormProblem } from "./form-choices.js";

/** @typedef {import("/api").Preset} Preset */
/** @typedef {{ key: string, expirySecs?: number, downloads?: number }} Habit */
/** @typedef {{ life: string, downloads: string, password: string, drawn: boolean }} Own */

/**
 * What the page has that presets are for.
 *
 * @typedef {object} Form
 * @property {string[]} fields that a preset sets, by id; that of the password too
 * @property {string} stored under which name the device remembers what was chosen
 * @property {(count: number) => string} countText so many downloads, or views
 * @property {Record<import("/api").PresetPassword, string>} passwords what presets say of them
 * @property {(name: string) => string} needsPassword what is said where one is missing
 * @property {(config: import("/api").Config) => Bounds} boundsOf what a preset has to keep to be offered
 * @property {Secret} secret
 *
 * @typedef {{ lifeMin: number, lifeMax: number, countMax: number, serverNeeds: string }} Bounds `serverNeeds`: what is said
 * where the server wants a password; empty: it does not
 *
 * @typedef {object} Secret the password of files, or passphrase of a push
 * @property {string} id of its field
 * @property {() => { password: string, drawn: boolean }} chosen
 * @property {() => Promise<unknown>} draw
 * @property {() => void} cancelDraw
 * @property {() => void} clear
 * @property {(password: string, drawn: boolean) => void} put
 * @property {(yes: boolean) => void} need says whether one has to be there
 */

const OWN = "own";

export class Presets {
  #life;
  #downloads;
  /** @type {Preset[]} */
  #offered = [];
  /** Nothing: settings of one's own. @type {Preset | undefined} */
  #chosen;
  /** What the settings of one's own were, for who only looks at the presets. @type {Own | undefined} */
  #own;
  /** @type {Bounds} */
  #bounds = { lifeMin: 0, lifeMax: Infinity, countMax: Infinity, serverNeeds: "" };
  #form;

  /**
   * @param {import("./form-choices.js").LifeChoice} life
   * @param {import("./form-choices.js").NumberChoice} downloads or views
   * @param {Form} form
   */
  constructor(life, downloads, form) {
    this.#form = form;
    this.#life = life;
    this.#downloads = downloads;
    for (const id of form.fields) {
      // A list says `change` last: by then it shows what was chosen.
      for (const kind of ["input", "change"])
        element(id, HTMLElement).addEventListener(kind, () => {
          this.look();
          // Where nothing may be stored, nothing is lost but the habit. A password is no habit.
          if (!this.#chosen && id !== form.secret.id) storeHabit(form.stored, this.#ownHabit());
        });
    }
    element("preset-list", HTMLElement).addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#take(target.value);
    });
  }

  /** Offers what the server offers, once the choices are there, and chooses what was chosen last. @param {import("/api").Config} config */
  offer(config) {
    const { choices } = config;
    this.#bounds = this.#form.boundsOf(config);
    this.#offered = (choices.presets ?? []).filter((preset) => preset.key !== OWN && this.#fits(preset));
    const rows = this.#offered.map((preset) => row(preset.key, nameOf(preset), this.#setsOf(preset)));
    element("preset-list", HTMLElement).replaceChildren(...rows, row(OWN, texts.own, texts.ownSets));
    element("presets", HTMLElement).hidden = this.#offered.length === 0;
    const habit = storedHabit(this.#form.stored);
    const has = (/** @type {string | null | undefined} */ key) => this.#offered.some((preset) => preset.key === key);
    if (habit?.key === OWN) this.#resume(habit);
    this.#own = undefined;
    const key = habit && (habit.key === OWN || has(habit.key)) ? habit.key : choices.preset_default;
    this.#choose(has(key) ? this.#offered.find((preset) => preset.key === key) : undefined);
  }

  /** Looks whether what stands in the form is still what was chosen. */
  look() {
    const left = this.#chosen;
    if (left && !this.#isKept(left)) {
      this.#own = undefined;
      this.#show(undefined);
      announce(texts.left(nameOf(left)));
    }
  }

  /** What is sent needs no second copy of its password here, either. */
  forgetOwn() {
    this.#own = undefined;
  }

  /** Throws a {@link FormProblem} if a password is needed and none is there. */
  check() {
    const { secret, needsPassword } = this.#form;
    if (secret.chosen().password !== "") return;
    const isNeeded = this.#chosen && this.#chosen.password !== "none";
    if (this.#chosen && isNeeded) throw new FormProblem(secret.id, needsPassword(nameOf(this.#chosen)));
    if (this.#bounds.serverNeeds) throw new FormProblem(secret.id, this.#bounds.serverNeeds);
  }

  /** The form is used again: another password is drawn than for what was sent before. */
  again() {
    this.forgetOwn();
    if (this.#chosen) this.#choose(this.#chosen);
  }

  /** What somebody chose from the list. @param {string} key */
  #take(key) {
    const preset = this.#offered.find((offered) => offered.key === key);
    if (preset && !this.#chosen) {
      const { password, drawn } = this.#form.secret.chosen();
      this.#own = { life: this.#life.entry, downloads: this.#downloads.entry, password, drawn };
    }
    if (!preset && this.#own) {
      const { life, downloads, password, drawn } = this.#own;
      this.#life.putBack(life);
      this.#downloads.putBack(downloads);
      if (password !== this.#form.secret.chosen().password) this.#form.secret.put(password, drawn);
    }
    this.#choose(preset);
    storeHabit(this.#form.stored, preset ? { key: preset.key } : this.#ownHabit());
  }

  /** @param {Preset | undefined} preset */
  #choose(preset) {
    // What was drawn for another choice would come late, and stand where no password is chosen.
    this.#form.secret.cancelDraw();
    this.#show(preset);
    if (!preset) return;
    this.#life.choose(preset.expiry_secs);
    this.#downloads.choose(preset.downloads);
    const { password, drawn } = this.#form.secret.chosen();
    if (preset.password === "drawn") {
      if (!drawn) void this.#form.secret.draw();
    } else if (preset.password === "none" ? password !== "" : drawn) this.#form.secret.clear();
  }

  /** @param {Preset | undefined} preset */
  #show(preset) {
    this.#chosen = preset;
    const key = preset?.key ?? OWN;
    for (const input of element("preset-list", HTMLElement).querySelectorAll("input"))
      input.checked = input.value === key;
    const isNeeded = preset !== undefined && preset.password !== "none";
    this.#form.secret.need(isNeeded || this.#bounds.serverNeeds !== "");
  }

  /** @param {Preset} preset */
  #isKept({ expiry_secs, downloads, password: wanted }) {
    const { password, drawn } = this.#form.secret.chosen();
    const fits = wanted === "none" ? password === "" : wanted === "drawn" ? drawn : true;
    return fits && this.#life.known === expiry_secs && this.#downloads.known === downloads;
  }

  /** A date is no habit: it was for one occasion. @returns {Habit} */
  #ownHabit() {
    const [expirySecs, downloads] = [this.#life.known, this.#downloads.known];
    return { key: OWN, ...(expirySecs !== undefined && { expirySecs }), ...(downloads !== undefined && { downloads }) };
  }

  /** @param {Habit} habit */
  #resume({ expirySecs, downloads }) {
    const isWithin = (/** @type {unknown} */ value, /** @type {number} */ min, /** @type {number} */ max) =>
      Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
    const { lifeMin, lifeMax, countMax } = this.#bounds;
    if (expirySecs !== undefined && isWithin(expirySecs, lifeMin, lifeMax)) this.#life.choose(expirySecs);
    if (downloads !== undefined && isWithin(downloads, 1, countMax)) this.#downloads.choose(downloads);
  }

  /** What the server would refuse is not offered. @param {Preset} preset */
  #fits({ expiry_secs: secs, downloads, password }) {
    const { lifeMin, lifeMax, countMax, serverNeeds } = this.#bounds;
    const isWithin = secs >= lifeMin && secs <= lifeMax && downloads <= countMax;
    return isWithin && (serverNeeds === "" || password !== "none");
  }

  /** @param {Preset} preset */
  #setsOf({ expiry_secs, downloads, password }) {
    return texts.sets(lifeText(expiry_secs), this.#form.countText(downloads), this.#form.passwords[password]);
  }
}

/** @param {string} key @param {string} name @param {string} sets what it sets, in one line */
function row(key, name, sets) {
  const label = fromTemplate("preset-row");
  const input = label.querySelector("input");
  if (input) input.value = key;
  setTextIn(label, "strong", name);
  setTextIn(label, ".sets", sets);
  return label;
}

/** What the operator calls it, or else this page. @param {Preset} preset */
function nameOf({ key, name = {} }) {
  const given = [name[language], name.en, ...Object.values(name)].find(
    (text) => typeof text === "string" && text !== "",
  );
  const ours = Object.hasOwn(texts.names, key) ? texts.names[key] : undefined;
  return given ?? ours ?? key;
}

/** @param {string} name @returns {Habit | undefined} */
function storedHabit(name) {
  try {
    const habit = JSON.parse(localStorage.getItem(name) ?? "null");
    return typeof habit?.key === "string" ? habit : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} name @param {Habit} habit */
function storeHabit(name, habit) {
  try {
    localStorage.setItem(name, JSON.stringify(habit));
  } catch {
    // Then it is chosen again the next time.
  }
}
