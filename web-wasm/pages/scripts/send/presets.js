// @ts-check
/**
 * Presets: what is chosen for files, by what they are. Whoever changes one of the choices by hand has settings of their
 * own. This device remembers what was chosen last; where nothing may be stored, it begins anew at every visit.
 */

import { language, send as texts } from "../i18n/texts.js";
import { lifeText } from "../i18n/wording.js";
import { FormProblem } from "../owner/form-choices.js";
import { announce, element, fromTemplate, setTextIn } from "../ui/views.js";
import { cancelDraw, chosenPassword, clearPassword, drawPassword, needPassword, putPassword } from "./password.js";

/** @typedef {import("/api").Preset} Preset */
/** @typedef {{ key: string, expirySecs?: number, downloads?: number }} Habit */
/** @typedef {{ life: string, downloads: string, password: string, drawn: boolean }} Own */

const STORED = "subrosa/preset";
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
  #serverNeedsPassword = false;

  /**
   * @param {import("../owner/form-choices.js").LifeChoice} life
   * @param {import("../owner/form-choices.js").NumberChoice} downloads
   */
  constructor(life, downloads) {
    this.#life = life;
    this.#downloads = downloads;
    for (const id of ["expiry", "expiry-date", "downloads", "downloads-number", "password"]) {
      // A list says `change` last: by then it shows what was chosen.
      for (const kind of ["input", "change"])
        element(id, HTMLElement).addEventListener(kind, () => {
          this.look();
          // Where nothing may be stored, nothing is lost but the habit. A password is no habit.
          if (!this.#chosen && id !== "password") storeHabit(this.#ownHabit());
        });
    }
    element("preset-list", HTMLElement).addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#take(target.value);
    });
  }

  /** Offers what the server offers, once the choices are there, and chooses what was chosen last. @param {import("/api").Config} config */
  offer({ choices, limits }) {
    this.#offered = (choices.presets ?? []).filter(({ key }) => key !== OWN);
    this.#serverNeedsPassword = limits.password_required === true;
    const rows = this.#offered.map((preset) => row(preset.key, nameOf(preset), setsOf(preset)));
    element("preset-list", HTMLElement).replaceChildren(...rows, row(OWN, texts.presets.own, texts.presets.ownSets));
    element("presets", HTMLElement).hidden = this.#offered.length === 0;
    const habit = storedHabit();
    const has = (/** @type {string | null | undefined} */ key) => this.#offered.some((preset) => preset.key === key);
    if (habit?.key === OWN) this.#resume(habit, limits);
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
      announce(texts.presets.left(nameOf(left)));
    }
  }

  /** What is sent needs no second copy of its password here, either. */
  forgetOwn() {
    this.#own = undefined;
  }

  /** Throws a {@link FormProblem} if a password is needed and none is there. */
  check() {
    if (chosenPassword().password !== "") return;
    const isNeeded = this.#chosen && this.#chosen.password !== "none";
    if (this.#chosen && isNeeded) throw new FormProblem("password", texts.presets.needsPassword(nameOf(this.#chosen)));
    if (this.#serverNeedsPassword) throw new FormProblem("password", texts.serverNeedsPassword);
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
      const { password, drawn } = chosenPassword();
      this.#own = { life: this.#life.entry, downloads: this.#downloads.entry, password, drawn };
    }
    if (!preset && this.#own) {
      const { life, downloads, password, drawn } = this.#own;
      this.#life.putBack(life);
      this.#downloads.putBack(downloads);
      if (password !== chosenPassword().password) putPassword(password, drawn);
    }
    this.#choose(preset);
    storeHabit(preset ? { key: preset.key } : this.#ownHabit());
  }

  /** @param {Preset | undefined} preset */
  #choose(preset) {
    // What was drawn for another choice would come late, and stand where no password is chosen.
    cancelDraw();
    this.#show(preset);
    if (!preset) return;
    this.#life.choose(preset.expiry_secs);
    this.#downloads.choose(preset.downloads);
    const { password, drawn } = chosenPassword();
    if (preset.password === "drawn") {
      if (!drawn) void drawPassword();
    } else if (preset.password === "none" ? password !== "" : drawn) clearPassword();
  }

  /** @param {Preset | undefined} preset */
  #show(preset) {
    this.#chosen = preset;
    const key = preset?.key ?? OWN;
    for (const input of element("preset-list", HTMLElement).querySelectorAll("input"))
      input.checked = input.value === key;
    needPassword(this.#serverNeedsPassword || (preset !== undefined && preset.password !== "none"));
  }

  /** @param {Preset} preset */
  #isKept({ expiry_secs, downloads, password: wanted }) {
    const { password, drawn } = chosenPassword();
    const fits = wanted === "none" ? password === "" : wanted === "drawn" ? drawn : true;
    return fits && this.#life.known === expiry_secs && this.#downloads.known === downloads;
  }

  /** A date is no habit: it was for one occasion. @returns {Habit} */
  #ownHabit() {
    const [expirySecs, downloads] = [this.#life.known, this.#downloads.known];
    return { key: OWN, ...(expirySecs !== undefined && { expirySecs }), ...(downloads !== undefined && { downloads }) };
  }

  /** @param {Habit} habit @param {import("/api").Limits} limits */
  #resume({ expirySecs, downloads }, limits) {
    const isWithin = (/** @type {unknown} */ value, /** @type {number} */ min, /** @type {number} */ max) =>
      Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
    const { expiry_secs_min: shortest, expiry_secs_max: longest, downloads_max: most } = limits;
    if (expirySecs !== undefined && isWithin(expirySecs, shortest, longest)) this.#life.choose(expirySecs);
    if (downloads !== undefined && isWithin(downloads, 1, most)) this.#downloads.choose(downloads);
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
  const ours = Object.hasOwn(texts.presets.names, key) ? texts.presets.names[key] : undefined;
  return given ?? ours ?? key;
}

/** @param {Preset} preset */
const setsOf = ({ expiry_secs, downloads, password }) =>
  texts.presets.sets(lifeText(expiry_secs), texts.downloads(downloads), texts.presets.passwords[password]);

/** @returns {Habit | undefined} */
function storedHabit() {
  try {
    const habit = JSON.parse(localStorage.getItem(STORED) ?? "null");
    return typeof habit?.key === "string" ? habit : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Habit} habit */
function storeHabit(habit) {
  try {
    localStorage.setItem(STORED, JSON.stringify(habit));
  } catch {
    // Then it is chosen again the next time.
  }
}
