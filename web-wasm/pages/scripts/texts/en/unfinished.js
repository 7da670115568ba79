// @ts-check
/** Texts about uploads that were interrupted, and about going on with them. In English. */

import { counting, isolated } from "../../phrases.js";

const counted = counting("en");

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  unfinished: { title: "Uploads that are not finished" },
  resuming: { leave: "Not now" },
  again: {
    title: "Pick the same files again",
    lead: "After an interruption, this page may no longer read your files. Pick them again: only what is missing is sent.",
    drop: "Or drop them anywhere on this page",
    missing: "Still missing",
    back: "Not now",
  },
};

export const unfinished = {
  interrupted: "An upload was interrupted",
  made: "A link was made and not copied yet",
  /** @param {string} first @param {number} more other files */
  name: (first, more) =>
    more === 0
      ? `“${isolated(first)}”`
      : counted(more, { one: () => `“${isolated(first)}” and one more file`, other: (n) => `“${isolated(first)}” and ${n} more files` }),
  /** @param {string} done @param {string} total @param {string} until */
  stored: (done, total, until) =>
    `${done} of ${total} are stored already. You can go on with it on this device until ${until}.`,
  /** @param {string} until */
  ready: (until) => `The files are sealed and stored. The link works until ${until}.`,
  elsewhere: "It runs in another tab of this browser.",
  goOn: "Continue",
  showLink: "Show the link",
  pause: "Pause",
  paused: "Paused. What is stored stays.",
  throwAway: "Throw away",
  deleteFiles: "Delete the files",
  throwAsk: "Throw this upload away? What was sent of it is deleted from the server.",
  deleteAsk: "Delete the files from the server? The link then opens nothing.",
  yes: "Yes, delete",
  no: "Keep it",
  thrown: "It is deleted from the server, and forgotten on this device.",
  notThrown: "It could not be deleted: the server did not answer. Try again.",
  /** @param {string} why */
  gone: (why) => `This upload cannot go on. ${why}`,
  unknown: "The server no longer knows it.",
  damaged: "What this browser kept of it is damaged. Throw it away, and send the files anew.",
  looking: "Asking what is stored already …",
  comparing: "Comparing your files with what is stored …",
  /** @param {string} found @param {number} wanted more than one */
  found: (found, wanted) => counted(wanted, { other: `${found} of # files found.` }),
  /** @param {number} more */
  more: (more) => counted(more, { other: "and # more" }),
  /** @param {number} count @param {string} first */
  changed: (count, first) =>
    counted(count, {
      one: () =>
        `“${isolated(first)}” is not the same file any more: its size, its time or its content is another. What was stored of the ` +
        "old file does not fit to it.",
      other: (n) =>
        `${n} files are not the same any more, among them “${isolated(first)}”: size, time or content are others. What was stored ` +
        "of the old files does not fit to them.",
    }),
  changedHelp: "Pick the files as they were, or go back and throw this upload away.",
  unneeded: "None of the missing files was among them.",
  /** @param {string} until */
  kept: (until) =>
    `If it closes all the same, you can go on with this upload on this device until ${until}. Until then, this browser ` +
    "keeps the keys to it.",
  unkept: "This browser keeps nothing for this page. If it closes, you have to begin anew.",
};
