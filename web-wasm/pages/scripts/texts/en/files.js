// @ts-check
/** Texts of the list of files and of looking at one, in English. */

import { counting, isolated } from "../../phrases.js";

const counted = counting("en");

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  find: { label: "Find a file" },
  folder: { save: "Save as a folder" },
  preview: { save: "Save this file", back: "Back to the files" },
};

export const list = {
  save: "Save",
  saved: "Saved",
  /** @param {string} name */
  saveOne: (name) => `Save ${name}`,
  /** @param {string} name */
  saveFolder: (name) => `Save the folder ${name} as a zip file`,
  look: "Preview",
  /** @param {string} name */
  lookAt: (name) => `Preview ${name}`,
  read: "Read it",
  /** @param {string} name */
  readIt: (name) => `Read it: ${name}`,
  emptyFolder: "empty folder",
  /** @param {string} folder */
  folderSaved: (folder) => `Every file is in the folder “${folder}”, where you wanted it, and every byte was checked.`,
  /** @param {string} name */
  folderRenamed: (name) => `Some files could not keep their names, for example “${name}”.`,
  /** @param {string} path */
  savedAs: (path) => `saved as “${isolated(path)}”`,
  /** @param {number} files @param {string} size */
  folder: (files, size) => `${counted(files, { one: "# file", other: "# files" })}, ${size}`,
  /** @param {number} count */
  more: (count) => counted(count, { other: "Show # more" }),
  /** @param {number} count @param {string} rest */
  moreOf: (count, rest) => counted(count, { other: `Show # of ${rest} more` }),
  /** @param {number} total */
  found: (total) => (total === 0 ? "Nothing found" : counted(total, { other: "# found" })),
  /** @param {string} shown @param {string} total */
  foundMany: (shown, total) => `${total} found, the first ${shown} are shown`,
};

export const preview = {
  confirmTitle: {
    /** @param {string} name */
    last: (name) =>
      `To show “${isolated(name)}”, the only download that is left is begun. You can still save all files afterwards, until you ` +
      "leave them untouched for an hour; then they are deleted from the server. Show it now?",
    /** @param {string} name @param {number} left */
    some: (name, left) =>
      counted(left, {
        other: (n) =>
          `To show “${isolated(name)}”, one of the ${n} downloads that are left is begun. Saving files afterwards is not counted ` +
          "again. Show it now?",
      }),
  },
  confirmYes: "Yes, show it",
  loading: "One moment …",
  /** @param {string} done @param {string} total */
  progress: (done, total) => `${done} of ${total}`,
  /** @param {string} shown @param {string} size */
  cut: (shown, size) => `This is the beginning: the first ${shown} of ${size}. Save the file to read all of it.`,
  /** @param {string} size */
  whole: (size) => `${size}. It is shown inside of this page, apart from it: nothing in it can do anything.`,
  /** @param {string} size */
  streamed: (size) => `${size}. It is fetched while you play it. Nothing in it can do anything.`,
  /** @param {string} size */
  drawn: (size) =>
    `${size}. Its pages are drawn as pictures, apart from this page: nothing in it can do anything. To select its text, or ` +
    "to have it read aloud, save the file.",
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
  otherContent:
    "What is in this file is not what its name says, or is of a kind that is not shown here. Save it only if you trust " +
    "the sender.",
  tooLarge: "Shown here, this file would take too much memory. You can save it.",
  notShown: "This browser cannot show this file. You can save it.",
};

export const surroundings = {
  inApp:
    "This page was opened inside another app. Such windows often cannot save files. Open the link in your browser " +
    "before you download: nothing was counted so far.",
  /** @param {string} size */
  noStream: (size) =>
    `In this window, at most ${size} can be saved (private windows and some apps allow no more). Open the link in a ` +
    "normal window of your browser before you download: nothing was counted so far.",
  forgetful:
    "This looks like a private window. Finish the download before you close it: afterwards this browser has forgotten " +
    "it, and it would be counted again.",
};
