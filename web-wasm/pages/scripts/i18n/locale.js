// @ts-check
/** How a language writes numbers and dates where the reader lives: names of months differ between Rabat and Beirut. */

/** What is written where nobody says more. English has the day before the month, and 24 hours. */
const USUAL = { en: "en-GB", de: "de", ar: "ar" };

/**
 * The reader's own variant of a language, with the digits that file names, links and passwords have.
 *
 * @param {string} language
 */
export function localeOf(language) {
  const usual = /** @type {Record<string, string>} */ (USUAL)[language] ?? language;
  const own = navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${language}-`));
  // American dates and English ones are too easily confused: all get those.
  const tag = language === "en" ? usual : (own ?? usual);
  try {
    return new Intl.Locale(tag, { numberingSystem: "latn" }).toString();
  } catch {
    return usual;
  }
}
