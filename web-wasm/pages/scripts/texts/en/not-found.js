// @ts-check
/** Texts of the page *not-found*: in English, they stand in the page itself. */

export const written = {};
