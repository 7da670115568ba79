// @ts-check
/** What owners read who hand over a password, by itself or beside files. In English. */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("en");

/** How hard it is to guess. */
export const strength = {
  /** @param {string} bits @param {string} verdict */
  made: (bits, verdict) => `${bits} bits: ${verdict}`,
  /** @param {string} bits @param {string} verdict */
  typed: (bits, verdict) => `At most about ${bits} bits: ${verdict}`,
  /** What was drawn: its strength is known. @type {Record<string, string>} */
  verdictsMade: {
    weak: "weak. Choose more characters or words.",
    fair: "fair. It resists a while.",
    strong: "strong. No program guesses it.",
  },
  /** What was typed: a program may know more about it than this page. @type {Record<string, string>} */
  verdictsTyped: {
    weak: "weak. A program guesses it. Let this page make a better one.",
    fair: "fair. It resists a while, unless it is a known word, name or pattern.",
    strong: "strong, if it was drawn at random. A sentence, a name or a pattern may be known to a program.",
  },
  noClass: "Choose at least one kind of characters.",
  /** @param {number} min @param {number} max */
  range: (min, max) => `Type a number from ${min} to ${max}.`,
  noWords: "The list of words did not load. Check the connection and try again.",
};

/** Fields to type into, and lists to choose from. */
export const fitting = {
  /** By the unit of the limit. */
  tooLong: {
    /** @param {number} over @param {string} len @param {number} max */
    bytes: (over, len, max) =>
      counted(over, { one: "This is # byte too long.", other: "This is # bytes too long." }) +
      counted(max, { other: ` It has ${len} bytes, and at most # can be sent.` }),
    /** @param {number} over @param {string} len @param {number} max */
    characters: (over, len, max) =>
      counted(over, { one: "This is # character too long.", other: "This is # characters too long." }) +
      counted(max, { other: ` It has ${len}, and at most # can be sent.` }),
  },
  near: {
    /** @param {string} len @param {number} max */
    bytes: (len, max) => counted(max, { other: `${len} of at most # bytes` }),
    /** @param {string} len @param {number} max */
    characters: (len, max) => counted(max, { other: `${len} of at most # characters` }),
  },
  /** Why there are more of them than characters. */
  bytes: "Letters with accents, and those of most other scripts, take two to four bytes each.",
  /** Of a password. */
  unseen:
    "This password has a space at an end, or a character that does not show. The recipient has to give exactly the same.",
  oneLine: "What you pasted had line breaks. This field has one line: they were left out.",
  /** Characters that have a name. */
  space: "space",
  tab: "tab",
};

export const choices = {
  /** @param {string} earliest @param {string} latest */
  expiry: (earliest, latest) => `Choose a moment between ${earliest} and ${latest}.`,
  noMoment: "Day and time of day are needed.",
  past: "That moment is past.",
  tooSoon: "That is too soon for this server.",
  tooFar: "That is too far away for this server.",
  /** @param {string} moment @param {string} zone */
  ends: (moment, zone) => `Ends on ${moment}, by the clock of your device (${zone}).`,
};

/** What happened to a push so far. */
export const pushStatus = {
  label: "Label",
  state: "State",
  seen: "Seen",
  confirmed: "Received",
  wrong: "Wrong passphrases",
  left: "Views left",
  ends: "Ends",
  never: "not yet",
  none: "none",
  /** @param {number} count @param {string} when */
  times: (count, when) => (count === 1 ? when : counted(count, { other: `# times, last ${when}` })),
  /** @param {string} when */
  receipt: (when) => `${when}, confirmed by the recipient’s receipt`,
  /** @param {string} left @param {string} max */
  leftOf: (left, max) => `${left} of ${max}`,
  /** @type {Record<import("/api").LinkState | "seen", string>} */
  states: {
    ready: "waiting for the recipient",
    seen: "seen, and still open",
    paused: "paused by you",
    locked: "paused after too many wrong passphrases",
    exhausted: "every view is taken",
    gone: "ended",
  },
  unreachable: "The server does not answer at the moment. This will go on by itself.",
};

/** Lines of the timeline, by event; what is missing here is not shown. @type {Partial<Record<import("/api").Event, string>>} */
export const events = {
  created: "You made the link",
  changed: "You changed it",
  paused: "You paused it",
  resumed: "You resumed it",
  "wrong-password": "Somebody typed a wrong passphrase",
  locked: "Paused after too many wrong passphrases",
  started: "Seen by somebody with the link",
  finished: "The recipient said: I have it",
  lapsed: "The 15 minutes of a view were over",
  spent: "Ended: every view was taken",
  expired: "Ended: its time was over",
  revoked: "Ended: you deleted it",
  destroyed: "Ended: a recipient destroyed it",
  "too-many-guesses": "Ended: too many wrong passphrases",
  deleted: "Deleted from the server",
};

/** Why a share or link is gone, for its owner. @type {import("/pages").EndTexts} */
export const goneForOwner = {
  spent: (when) => `Downloaded, and deleted from the server on ${when}.`,
  expired: (when) => `It expired on ${when}, and is deleted from the server.`,
  revoked: (when) => `You deleted it on ${when}. The link no longer works.`,
  destroyed: (when) => `The recipient deleted it from the server on ${when}.`,
  "too-many-guesses": (when) => `Too many wrong passwords on ${when}. It is deleted from the server.`,
  abandoned: (when) => `The upload was not finished in time, and was deleted on ${when}.`,
};

/** Why a push is gone, for its owner. @type {import("/pages").EndTexts} */
export const pushGone = {
  spent: (when) => `Every view was taken. It was deleted from the server on ${when}.`,
  expired: (when) => `It expired on ${when}, and is deleted from the server.`,
  revoked: (when) => `You deleted it on ${when}. The link no longer works.`,
  destroyed: (when) => `A recipient destroyed it on ${when}. It is deleted from the server.`,
  "too-many-guesses": (when) => `Too many wrong passphrases on ${when}. It is deleted from the server.`,
};

/** What a server says that refuses what somebody hands over. In English, its own sentence is shown. @type {Record<string, string>} */
export const refusals = {};

/** What is chosen by what is sent. */
export const presets = {
  /** @type {Record<string, string>} */
  names: { public: "Public", internal: "Internal", personal: "Personal data", financial: "Financial data" },
  own: "Own settings",
  ownSets: "what you choose below",
  /** @type {Record<import("/api").PresetPassword, string>} */
  passwords: { none: "no password", required: "with a password", drawn: "with a password made here" },
  /** @param {string} life @param {string} downloads @param {string} password */
  sets: (life, downloads, password) => `${life}, ${downloads}, ${password}`,
  /** @param {string} name of the preset */
  left: (name) => `No longer “${isolated(name)}”: these are your own settings now.`,
  /** @param {string} name of the preset */
  needsPassword: (name) => `“${isolated(name)}” needs a password. Type one, or let this page make one.`,
  /** @type {Record<import("/api").PresetPassword, string>} */
  passphrases: { none: "no passphrase", required: "with a passphrase", drawn: "with a passphrase made here" },
  /** @param {string} name of the preset */
  needsPassphrase: (name) => `“${isolated(name)}” needs a passphrase. Type one, or let this page make one.`,
};

/** Whether what was sent is in the list of this browser. */
export const kept = {
  yes: "It is in the list of this browser: there you find it again.",
  no: "It is not in the list of this browser.",
  failed: "This browser cannot keep it, as in a private window. Keep the address above instead.",
  remember: "Put it in the list",
  forget: "Take it off the list",
};

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  presets: { title: "What are you sending?" },
  back: {
    title: "Come back to this page later",
    label: "Address for you only",
    hint:
      "Keep this address, and do not send it to anybody: whoever has it can see, pause and delete this, and gets the " +
      "link. Loading this page again works too, as long as this tab is open.",
    copy: "Copy",
    list: "What you sent",
    remember: "Remember it in this browser",
    rememberHint:
      "You find it again under “Sent”. Whoever uses this browser can, too: on a shared computer, switch this off.",
  },
};

/** Dead ends: title, sentence, and what the button says. */
export const ownerDeadEnds = {
  "not-found": {
    title: "There is nothing here",
    text: "The server knows no such link. It may have ended more than a week ago.",
    button: "Make a new link",
  },
  lost: {
    title: "It is damaged on the server",
    text: "The server has lost or damaged it. Trying again does not help. Make a new link, and send that one.",
    button: "Make a new link",
  },
  damaged: {
    title: "This address is damaged",
    text:
      "A part of it is missing or changed. Copy the whole address that you kept, and open it again. Nothing was asked " +
      "from the server.",
    button: "Make a new link",
  },
  offline: {
    title: "No connection to the server",
    text: "The server could not be reached. Check your connection and try again.",
    button: "Try again",
  },
  error: { title: "That did not work", text: "", button: "Try again" },
};
