// @ts-check
/** Texts of the list of files and of looking at one, in English. */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("en");

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  find: { label: "Find a file" },
  folder: { save: "Save as a folder" },
  elsewhere: { copy: "Copy the link" },
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
  /** @param {string} name */
  savedAlone: (name) => `saved alone as “${isolated(name)}”`,
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
};

export const inAppBrowser = {
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
  copied: "Copied",
  /** Where copying is not allowed. */
  inAddress: "It stands in the address bar now",
};
