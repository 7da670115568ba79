// @ts-check
/**
 * Texts of all pages, in English.
 *
 * Short sentences, plain words, no figures of speech: some readers have them translated by a machine.
 */

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  unsupported: { title: "This browser cannot do it" },
  options: { optional: "(optional)", show: "Show", hide: "Hide" },
  waits: { now: "Try again now" },
};

/** Why this browser or this way of opening the page cannot work. */
export const unsupported = {
  insecure:
    "This page was not opened over a secure connection (https), so the browser keeps its encryption switched off. " +
    "Open the address with https:// in front.",
  randomness: "This browser has no source of secure random numbers. Subrosa does not work without one.",
  wasm:
    "This browser is too old, or does not allow WebAssembly. Update it, or open the link in a current Firefox, " +
    "Chrome, Edge or Safari. Nothing was counted.",
  notLoaded: "This page did not load whole",
  modules: "The program of this page did not load. Check the connection and load the page again. Nothing was counted.",
};

/** What went wrong, by the name of the error. */
export const problems = {
  network: "The server could not be reached.",
  unexpected: "Something went wrong in this page. Load it again; your files are untouched.",
  /** @param {string} over */
  passwordTooLong: (over) =>
    `This is longer than any password of a link can be, by ${over} bytes. Is it what you wanted to paste?`,
  server: "The server answered in a way that this page does not understand. Load the page again.",
  /** @param {string} soon “in 3 minutes” */
  later: (soon) => `The answer asks to try again ${soon}. You can also try now.`,
};

/**
 * What a server says that refuses a call, by the problem's name, as far as it is worth words of its own. In English, the
 * server's sentence is shown.
 *
 * @type {Record<string, string>}
 */
export const refusals = {};

/** What answers instead of Subrosa: a proxy, a sign-in page. Status 0 is the way to another page. */
export const strangers = {
  answer: (/** @type {number} */ status, /** @type {string} */ host) =>
    `Not Subrosa answered, but something in between (${status ? `status ${status}` : "the way to another page"}): ` +
    (status >= 500
      ? `a proxy that does not reach the server. Try again later, or ask the operator of ${host}.`
      : `a proxy, or the sign-in of a network. Sign in there, or ask the operator of ${host}.`),
};
