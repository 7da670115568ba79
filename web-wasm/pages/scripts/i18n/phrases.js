// @ts-check
/**
 * What sentences are put together from: counts, which have two forms in English and German and six in Arabic, and what
 * somebody else wrote.
 */

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

/**
 * What somebody else wrote, within a sentence: a name in another script turns around nothing beside itself. For texts; in
 * markup, styles do the same.
 *
 * @param {string} text
 */
export const isolated = (text) => `\u2068${text}\u2069`;
