// @ts-check
/** Counts in words: what is one form in English and two in German is six in Arabic. */

import { localeOf } from "./locale.js";

/**
 * A text by the forms that its language has for counts (of `Intl.PluralRules`). In a string, `#` stands for the number. What
 * somebody else wrote, as the name of a file, comes in by a function, because it may hold anything.
 *
 * @typedef {string | ((number: string) => string)} Form
 * @typedef {Partial<Record<Intl.LDMLPluralRule, Form>> & { other: Form }} Forms
 */

/**
 * How a language counts.
 *
 * @param {string} language
 * @returns {(count: number, forms: Forms) => string}
 */
export function counting(language) {
  const rules = new Intl.PluralRules(language);
  const digits = new Intl.NumberFormat(localeOf(language));
  return (count, forms) => {
    const form = forms[rules.select(count)] ?? forms.other;
    const number = digits.format(count);
    return typeof form === "string" ? form.replace("#", number) : form(number);
  };
}
