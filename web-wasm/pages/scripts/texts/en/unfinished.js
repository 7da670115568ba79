// @ts-check
/** Texts about uploads that were interrupted, and about going on with them. In English. */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("en");

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  unfinished: { title: "Uploads that are not finished" },
  resuming: { leave: "Not now" },
  again: {
    title: "Choose the same files again",
    lead: "After an interruption, this page may no longer read your files. Choose them again: only what is missing is sent.",
    drop: "Or drop them anywhere on this page",
    missing: "Still missing",
    back: "Not now",
  },
};

export const unfinished = {
  interrupted: "An upload was interrupted",
  made: "A link was made but not copied yet",
  /** @param {string} first @param {number} more other files */
  name: (first, more) =>
    more === 0
      ? `“${isolated(first)}”`
      : counted(more, {
          one: () => `“${isolated(first)}” and one more file`,
          other: (n) => `“${isolated(first)}” and ${n} more files`,
        }),
  /** @param {string} done @param {string} total @param {string} until */
  stored: (done, total, until) =>
    `${done} of ${total} are stored already. You can go on with it on this device until ${until}.`,
  /** @param {string} until */
  ready: (until) => `The files are sealed and stored. The link works until ${until}.`,
  /** Of a new version that is done. */
  version: {
    made: "A new version is behind its links",
    /** @param {string} until */
    ready: (until) => `It is sealed and stored. Its links work until ${until}.`,
    showLink: "Show the links",
    deleteFiles: "Take it off this list",
    deleteAsk: "Take it off this list? The version stays behind its links.",
    yes: "Yes, take it off",
    thrown: "It is off this list. The version stays behind its links.",
  },
  elsewhere: "It is running in another tab of this browser.",
  goOn: "Continue",
  showLink: "Show the link",
  pause: "Pause",
  paused: "Paused. What is on the server stays there.",
  throwAway: "Discard",
  deleteFiles: "Delete the files",
  throwAsk: "Discard this upload? What was sent so far is deleted from the server.",
  deleteAsk: "Delete the files from the server? The link then opens nothing.",
  yes: "Yes, delete",
  no: "Keep it",
  thrown: "It is deleted from the server, and forgotten on this device.",
  notThrown: "It could not be deleted: the server did not answer. Try again.",
  /** @param {string} why */
  gone: (why) => `This upload cannot go on. ${why}`,
  unknown: "The server no longer knows it.",
  damaged: "What this browser kept of it is damaged. Discard it, and send the files again.",
  looking: "Asking what is stored already…",
  comparing: "Comparing your files with what is stored…",
  /** @param {string} found @param {number} wanted more than one */
  found: (found, wanted) => counted(wanted, { other: `${found} of # files found.` }),
  /** @param {number} more */
  more: (more) => counted(more, { other: "and # more" }),
  /** @param {number} count @param {string} first */
  changed: (count, first) =>
    counted(count, {
      one: () =>
        `“${isolated(first)}” is not the same file any more: its size, time or content has changed. What is stored of the old ` +
        "file does not match it.",
      other: (n) =>
        `${n} files are not the same any more, among them “${isolated(first)}”: size, time or content has changed. What is ` +
        "stored of the old files does not match them.",
    }),
  changedHelp: "Choose the files as they were, or go back and discard this upload.",
  /** @param {number} count @param {string} first */
  unclear: (count, first) =>
    counted(count, {
      one: () => `There are several files like “${isolated(first)}”. Choose the folder that it lies in.`,
      other: (n) =>
        `For ${n} files, there are several like them, as “${isolated(first)}”. Choose the folders that they lie in.`,
    }),
  unneeded: "None of the missing files was among them.",
  /** @param {string} until */
  kept: (until) =>
    `If it is closed all the same, you can continue on this device until ${until}. Until then, this browser keeps the ` +
    "keys for that.",
  unkept: "This browser keeps nothing for this page. If it is closed, you have to start over.",
};
