// @ts-check
/** Lists of numbers and lives to choose from, with a field for every other value that the server takes. */

import { localeOf } from "../i18n/locale.js";
import { language, choices as texts, strength } from "../i18n/texts.js";
import { momentText } from "../i18n/wording.js";
import { element } from "../ui/views.js";

/** That a field is not as it must be. The message is for people. */
export class FormProblem extends Error {
  /** @param {string} id of the field @param {string} message */
  constructor(id, message) {
    super(message);
    this.name = "FormProblem";
    this.id = id;
  }
}

/** Chosen instead of a number: a field opens. */
const OTHER = "other";
const MINUTE_MILLIS = 60_000;
const WEEK_SECS = 7 * 24 * 60 * 60;

/** A list, and what opens below it: `<id>-number` or `<id>-date` in `<id>-…-field`, with a hint `<id>-…-hint`. */
class Choice {
  #list;
  /** @type {(value: number) => string} */
  #text = String;
  field;

  /** @param {string} id of the list @param {string} fieldId */
  constructor(id, fieldId) {
    this.#list = element(id, HTMLSelectElement);
    this.field = element(fieldId, HTMLInputElement);
    this.#list.addEventListener("change", () => {
      this.#show();
      this.judge();
      if (this.isOther) this.field.focus();
    });
    this.field.addEventListener("input", () => this.judge());
  }

  get isOther() {
    return this.#list.value === OTHER;
  }

  get chosen() {
    return Number(this.#list.value);
  }

  /** What is chosen from the list. @returns {number | undefined} */
  get known() {
    return this.isOther ? undefined : this.chosen;
  }

  /** What is chosen, as {@link putBack} takes it: also that it stands below the list. */
  get entry() {
    return this.#list.value;
  }

  /** Chooses what was chosen before; what stood below the list still stands there. @param {string} entry */
  putBack(entry) {
    this.#list.value = entry;
    this.#show();
    this.judge();
  }

  /** @param {number[]} values @param {number} chosen @param {(value: number) => string} text @param {string} other */
  fill(values, chosen, text, other) {
    this.#text = text;
    this.#list.replaceChildren(
      ...values.map((value) => new Option(text(value), String(value), value === chosen, value === chosen)),
      new Option(other, OTHER),
    );
    this.#show();
  }

  /** Chooses a value that the server takes, also one that the list does not have yet. @param {number} value */
  choose(value) {
    const { options } = this.#list;
    const numbers = [...options].map((option) => (option.value === OTHER ? Infinity : Number(option.value)));
    if (!numbers.includes(value)) {
      this.#list.add(
        new Option(this.#text(value), String(value)),
        numbers.findIndex((number) => number > value),
      );
    }
    this.#list.value = String(value);
    this.#show();
    this.judge();
  }

  #show() {
    element(`${this.field.id}-field`, HTMLElement).hidden = !this.isOther;
  }

  /** What is out of bounds is said at once, and stays. @protected */
  judge() {
    const { problem } = this;
    this.field.ariaInvalid = problem === "" ? null : "true";
    const hint = element(`${this.field.id}-hint`, HTMLElement);
    hint.dataset.tone = problem === "" ? "" : "bad";
    hint.textContent = problem || this.hint;
  }

  /** What stands below the field while nothing is wrong. @returns {string} */
  get hint() {
    return "";
  }

  /** @returns {string} */
  get problem() {
    return "";
  }
}

/** A whole number from 1 on. */
export class NumberChoice extends Choice {
  #max = 1;

  /** @param {string} id of the list @param {string} fieldId */
  constructor(id, fieldId) {
    super(id, fieldId);
  }

  /**
   * @param {number[]} values
   * @param {number} chosen
   * @param {number} max
   * @param {(value: number) => string} text
   * @param {string} other
   */
  offer(values, chosen, max, text, other) {
    this.#max = max;
    this.field.max = String(max);
    this.field.value = String(Math.min(max, 2));
    this.fill(values, chosen, text, other);
    this.judge();
  }

  /** @returns {string} @override */
  get hint() {
    return strength.range(1, this.#max);
  }

  /** @returns {string} @override */
  get problem() {
    return this.isOther && wholeNumber(this.field, 1, this.#max) === undefined ? strength.range(1, this.#max) : "";
  }

  /** What is chosen, also below the list. @returns {number | undefined} @override */
  get known() {
    return this.problem ? undefined : this.value;
  }

  /** @returns {number} throws a {@link FormProblem} */
  get value() {
    if (this.problem) throw new FormProblem(this.field.id, this.problem);
    return this.isOther ? Number(this.field.value) : this.chosen;
  }
}

/** Shortest and longest life of a push. @param {import("/api").Limits} limits */
export const pushLives = (limits) => ({
  expiry_secs_min: limits.push_expiry_secs_min ?? limits.expiry_secs_min,
  expiry_secs_max: limits.push_expiry_secs_max ?? limits.expiry_secs_max,
});

/**
 * Views and life of the push of a password, for those of its files: as far as the server takes them.
 *
 * @param {import("/api").Limits} limits
 * @param {number} downloads
 * @param {number} secs
 */
export function pushTerms(limits, downloads, secs) {
  const { expiry_secs_min: shortest, expiry_secs_max: longest } = pushLives(limits);
  return { views: Math.min(downloads, limits.views_max), secs: Math.max(shortest, Math.min(longest, secs)) };
}

/** A life in seconds, or a moment at which it ends. */
export class LifeChoice extends Choice {
  #limits = { expiry_secs_min: 0, expiry_secs_max: 0 };

  /** @param {string} id of the list @param {string} fieldId */
  constructor(id, fieldId) {
    super(id, fieldId);
  }

  /**
   * @param {number[]} values seconds
   * @param {number} chosen
   * @param {{ expiry_secs_min: number, expiry_secs_max: number }} limits
   * @param {(value: number) => string} text
   * @param {string} other
   */
  offer(values, chosen, limits, text, other) {
    this.#limits = limits;
    const now = Date.now();
    const { expiry_secs_min: min, expiry_secs_max: max } = limits;
    this.field.min = localMinute(now + 1000 * min + MINUTE_MILLIS);
    this.field.max = localMinute(now + 1000 * max);
    this.field.value = localMinute(now + 1000 * Math.min(max, WEEK_SECS));
    this.fill(values, chosen, text, other);
    this.judge();
  }

  /** @param {number} now */
  #bounds(now) {
    const { expiry_secs_min: min, expiry_secs_max: max } = this.#limits;
    return texts.expiry(momentText(now + 1000 * min + MINUTE_MILLIS), momentText(now + 1000 * max));
  }

  /** The moment in the field. NaN: there is none. */
  get #moment() {
    return new Date(this.field.value).getTime();
  }

  /** Seconds from now to the moment in the field. */
  #secs() {
    return Math.floor((this.#moment - Date.now()) / 1000);
  }

  /** @returns {string} @override */
  get problem() {
    if (!this.isOther) return "";
    const { expiry_secs_min: min, expiry_secs_max: max } = this.#limits;
    const secs = this.#secs();
    if (secs >= min && secs <= max) return "";
    const why = Number.isNaN(secs) ? texts.noMoment : secs < 0 ? texts.past : secs < min ? texts.tooSoon : texts.tooFar;
    return `${why} ${this.#bounds(Date.now())}`;
  }

  /** Whose clock the moment is told by: that of who reads this. @returns {string} @override */
  get hint() {
    const moment = this.#moment;
    return Number.isNaN(moment) ? "" : texts.ends(momentText(moment), zoneName(moment));
  }

  /** Seconds from now. @returns {number} throws a {@link FormProblem} */
  get value() {
    if (this.problem) throw new FormProblem(this.field.id, this.problem);
    return this.isOther ? this.#secs() : this.chosen;
  }
}

/**
 * The whole number in a field, if it is one within bounds.
 *
 * @param {HTMLInputElement} field
 * @param {number} min
 * @param {number} max
 */
export function wholeNumber(field, min, max) {
  const number = Number(field.value);
  const fits = field.value !== "" && Number.isInteger(number) && min <= number && number <= max;
  return fits ? number : undefined;
}

/** What the reader's time zone is called, at that moment. @param {number} millis */
function zoneName(millis) {
  const format = new Intl.DateTimeFormat(localeOf(language), { timeZoneName: "long" });
  return format.formatToParts(millis).find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** A moment as `datetime-local` writes it: in the reader's time zone. @param {number} millis */
export function localMinute(millis) {
  const offset = new Date(millis).getTimezoneOffset() * MINUTE_MILLIS;
  return new Date(millis - offset).toISOString().slice(0, 16);
}
