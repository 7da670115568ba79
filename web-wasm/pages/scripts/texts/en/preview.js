// @ts-check
/** Texts of looking at a file. */

export const preview = {
  loading: "One moment…",
  /** @param {string} shown @param {string} size */
  cut: (shown, size) => `This is the beginning: the first ${shown} of ${size}. Save the file to read all of it.`,
  /** @param {string} size */
  whole: (size) => `${size}. It is only shown: nothing in it can run.`,
  /** @param {string} size */
  streamed: (size) => `${size}. It is fetched while you play it. Nothing in it can run.`,
  /** @param {string} size */
  drawn: (size) =>
    `${size}. Its pages are drawn as pictures: nothing in it can run. To select its text, or to have it read aloud, save ` +
    "the file.",
  /** @param {number} page @param {number} pages */
  pageOf: (page, pages) => `Page ${page} of ${pages}`,
  /** @param {number} page @param {number} pages */
  pagesCut: (page, pages) => `Page ${page} of ${pages}. Save the file to see the rest.`,
  pageFailed: "This page cannot be drawn here. Save the file to see it.",
  notDrawn:
    "The pages of this file cannot be drawn here. It may be damaged, or have a password of its own. Save it instead, and " +
    "open it with your PDF program.",
  lookSpent:
    "You have looked at as much as one download allows, and what is left is kept for saving. You can save the file: that " +
    "is not counted again.",
  held: "Your download is begun. Saving files is not counted again.",
  /** @param {string} name */
  frame: (name) => `Content of ${name}`,
  /** Before a list of encodings. */
  notUnicode: "This text is not UTF-8. It is shown as a guess; if it looks wrong, choose another encoding:",
  noText: "What is in this file is no text, although its name says so. Save it only if you trust the sender.",
  otherContent:
    "What is in this file is not what its name says, or is of a kind that is not shown here. Save it only if you trust " +
    "the sender.",
  tooLarge: "Shown here, this file would take too much memory. You can save it.",
  notShown: "This browser cannot show this file. You can save it.",
};
