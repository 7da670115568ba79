// @ts-check
/** Texts of the page *phrase*, in English. */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("en");

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  phrase: {
    startTitle: "This device keeps its list for itself",
    startLead:
      "Make ten words once. From then on, the list of what you sent is the same on every device to which you give them.",
    make: "Make ten words",
    restoreLabel: "Do you have ten words already?",
    restoreHint: "Type them in their order. What this device keeps comes into the same list.",
    restoreGo: "Get my list",
    madeTitle: "Write these ten words down",
    madeLead:
      "On paper, in this order. This page shows them only now: nobody can show them again, this device neither.",
    confirmLabel: "Type them from your paper",
    confirmHint: "So that you know that every word can be read.",
    confirmGo: "Check, and sync the list",
    confirmNot: "Not now",
    onTitle: "This device keeps its list in step",
    toList: "To the list",
    syncNow: "Sync now",
    beginAgain: "Sync again with the same words",
    checkLabel: "Check the words on your paper",
    checkHint: "Type them. Nothing of them is sent or kept.",
    checkGo: "Check",
    changeTitle: "Change or stop",
    renewHint:
      "Somebody else has seen the words, or the paper is lost? With new ones, everything moves, and the old ones open nothing.",
    renew: "Make new words",
    stopHint:
      "You can stop on this device alone, or delete the synced list from the server. What a device keeps stays there.",
    stopHere: "Stop on this device",
    stop: "Stop, and delete the synced list",
    no: "No, leave it",
    stopped: "That did not work",
  },
  error: { retry: "Try again" },
};

export const phrase = {
  /** @param {string} when */
  synced: (when) => `In step since ${when}.`,
  older:
    "The server gave back an older list than this device had seen. This device has put what it knows on top of it; nothing is lost. If that happens again, tell the operator of the server.",
  goneThere:
    "The server has no list under your words any more: it was stopped or given new words on another device, or deleted. This device keeps what it has.",
  nothingThere:
    "There is no list under these words. One of them may be another, or stand elsewhere; or the list was deleted. Compare with your paper, word by word.",
  /** @param {string} place @param {string} nearest */
  misspelt: (place, nearest) => `Word ${place} is not on the list. Is it one of these: ${isolated(nearest)}?`,
  /** @param {string} place */
  notOnList: (place) => `Word ${place} is not on the list, and no word is spelled nearly like it.`,
  /** @param {number} found */
  wordCount: (found) =>
    counted(found, {
      one: "This is 1 word. There have to be ten.",
      other: `These are ${found} words. There have to be ten.`,
    }),
  tooLong: "This is longer than ten words can be.",
  /** @param {string} one @param {string} other */
  swapped: (one, other) => `The order is wrong: words ${one} and ${other} stand in each other’s place.`,
  /** @param {string} from @param {string} to */
  moved: (from, to) => `The order is wrong: what stands as word ${from} belongs to place ${to}.`,
  /** @param {string} place */
  oneWord: (place) => `Word ${place} is on the list, but it is not yours.`,
  otherWords: "All are words of the list, but more than one is wrong, or their order is. Compare with your paper.",
  right: "Right: these are the words of this device.",
  renewAsk:
    "New words: this device moves the list. Your other devices have to be given the new words; the old ones open nothing any more.",
  renewYes: "Make new words",
  stopHereAsk: "This device keeps what it has, and hears no more of the others. The synced list stays for them.",
  stopHereYes: "Stop on this device",
  stopAsk: "The synced list is deleted from the server. Each of your devices keeps what it has, for itself.",
  stopYes: "Stop, and delete it",
  stoppedHere: "This device does not sync any more.",
  stoppedEverywhere: "The synced list is deleted from the server. This device keeps what it has.",
  tooLarge: "The list is too large to be synced. Forget some of what has ended.",
  unreadable: "What the server gave cannot be opened with these words. Nothing was changed.",
  notHere: "This browser keeps nothing here, as in some private windows. Open the page in another window.",
};
