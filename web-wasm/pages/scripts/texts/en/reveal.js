// @ts-check
/** Texts of the page *reveal*, in English. */

import { counting } from "../../i18n/phrases.js";

const counted = counting("en");

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  link: { paste: "Paste the whole link here", open: "Open this link" },
  passphrase: {
    lead:
      "It needs a passphrase. The sender should have given it to you separately from the link. A wrong one uses up " +
      "nothing.",
    label: "Passphrase",
    hint: "If it consists of words, they may be joined by hyphens (-).",
  },
  look: { reveal: "Reveal" },
  revealing: { title: "One moment…" },
  revealed: {
    hint: "What you show is hidden again after 30 seconds, and when you leave this page.",
  },
  destroy: {
    ask: "Destroy it now? Nobody can see it any more, not even you.",
    yes: "Yes, destroy it now",
    no: "Keep it",
  },
};

/** Title of what is handed over, by kind. @type {Record<string, string>} */
export const kinds = {
  password: "A password for you",
  login: "A login for you",
  note: "A note for you",
  url: "A web address for you",
  files: "The password for files that you got in another message",
  unknown: "Something for you",
};

/** Names of fields. @type {Record<string, string>} */
export const fields = { user: "User name", password: "Password", note: "Note", url: "Web address" };

export const reveal = {
  noLink: {
    title: "Which link?",
    lead: "The address of this page has no key in it. Paste the link that you were sent.",
  },
  damaged: {
    title: "This link is damaged",
    lead:
      "A part of it is missing or changed, as can happen when a program breaks a long line. Nothing was asked from " +
      "the server, and nothing is lost. Copy the whole link from the message and paste it here.",
  },
  stillDamaged: "This is not a whole link yet. It ends in 48 letters, digits, - or _ after the sign #.",
  from: "From, as the sender wrote:",
  noFrom: "The sender did not write a name. If in doubt, ask who sent it.",
  free: "Nothing is shown yet, and nothing is counted.",
  facts: { left: "Views left", ends: "Here until", passphrase: "Passphrase" },
  /** @param {string} until @param {string} span */
  until: (until, span) => `${until} (${span} left)`,
  needed: "needed",
  /** @param {string} when */
  seenBefore: (when) => `Somebody saw it before, last on ${when}. If that was not you, tell the sender.`,
  held: "You began to see it on this device. Showing it again is not counted a second time.",
  unanswered:
    "You asked to see it on this device, and no answer came. If that view was counted, it is not counted again.",
  forgetful: "This browser keeps nothing for this page: if you load it again, another view is counted.",
  /** @param {number} left */
  left: (left) => counted(left, { one: "# view is left.", other: "# views are left." }),
  revealAgain: "Show it again",
  confirm: {
    last: "This is the only view that is left. Once you have seen it, it is deleted from the server. Show it now?",
    /** @param {number} left */
    some: (left) => counted(left, { other: "This takes one of the # views that are left. Show it now?" }),
    /** Of a view that was asked for before, and no answer came. */
    taken: "Every view is taken. If the last one was counted for you, you can still see it. Show it now?",
    yes: "Yes, show it",
    no: "Not now",
  },
  open: "Go on",
  checking: "Checking…",
  emptyPassword: "Type the passphrase.",
  /** @param {string} soon “in 3 seconds” */
  wrongPassword: (soon) => `This is not the passphrase. Nothing was used up. You can try again ${soon}.`,
  wrongPasswordNow: "This is not the passphrase. Nothing was used up. You can try again.",
  /** @param {string} soon */
  tooSoon: (soon) => `After a wrong passphrase, this link waits. You can try again ${soon}.`,
  title: "Here it is",
  /** @param {string} when */
  leadLast: (when) => `It is on this page only, until ${when}. The server deletes it then.`,
  /** @param {string} when */
  leadSome: (when) => `You can show it again on this device until ${when}.`,
  hidden: "hidden",
  empty: "empty",
  show: "Show",
  hide: "Hide",
  copy: "Copy",
  copied: "Copied",
  /** @param {string} action @param {string} field */
  of: (action, field) => `${action}: ${field}`,
  inClipboard: "Copied. It stays in the clipboard until you copy something else.",
  notCopied: "This browser does not let the page copy. Show it, and copy it by hand.",
  lost: "It is not on this page any more. Load the page again: that is not counted.",
  shown: "Shown for 30 seconds.",
  hiddenAgain: "Hidden again.",
  openUrl: "Open this address",
  urlWarn: "Look at the name set apart: it says where the address leads. Open it only if you expect it.",
  finish: "I have it",
  destroyLast: "I have it, destroy it now",
  destroy: "Destroy it now",
  /** @param {string} when @param {boolean} withLink the link ends before the 15 minutes are over */
  otherwiseLast: (when, withLink) => `If you do nothing, it is deleted at ${when}: ${whyThen(withLink)}.`,
  /** @param {string} when @param {boolean} withLink @param {number} left */
  otherwiseSome: (when, withLink, left) =>
    `If you do nothing, your view ends at ${when}: ${whyThen(withLink)}. ` +
    counted(left, { one: "# view is left for others.", other: "# views are left for others." }),
  finishedTitle: "Done",
  finishedGone: "The sender is told that you have it. It is deleted from the server.",
  /** @param {number} left */
  finishedLeft: (left) =>
    "The sender is told that you have it. It is taken off this page. " +
    counted(left, { one: "# view is left for others.", other: "# views are left for others." }),
  finishedLate: "This view was over already. It is taken off this page.",
  lapsed: "The time of your view is over. It is taken off this page.",
  /** It has ended, and the person did it. @param {string} when */
  goneHere: (when) => `You ended it on this device. It was deleted from the server on ${when}.`,
  /** Paused, and a view was asked for that may be counted. */
  pausedUnanswered: "The sender has paused this link. Ask the sender, then try again.",
  endedElsewhere: "Your view is over: it was ended in another tab of this browser. It is taken off this page.",
};

/** @param {boolean} withLink */
const whyThen = (withLink) => (withLink ? "the link ends then" : "15 minutes after you first saw it");

/** What went wrong. */
export const revealProblems = {
  network: "The server could not be reached. Nothing is lost: try again.",
  altered: "What the server sent does not open: it is not what was encrypted. Tell the sender.",
  leaseEnded: "Your view is over: its time has passed, or it was ended. If views are left, you can take another one.",
  unexpected: "Something went wrong in this page. Load it again: that is not counted.",
};

/** Dead ends: title, sentence, and what the button says. */
export const revealDeadEnds = {
  "not-found": {
    title: "There is nothing here",
    text:
      "The server knows no such link. It may have ended long ago, or have been changed on the way. Ask the sender " +
      "for a new one.",
    button: "Try again",
  },
  gone: { title: "This link has ended", text: "", button: "" },
  lost: {
    title: "It is damaged on the server",
    text:
      "The server has lost or damaged what was handed over. Your device and your connection are fine, and trying again " +
      "does not help. Tell the sender, and ask for a new link.",
    button: "",
  },
  paused: {
    title: "Paused by the sender",
    text: "The sender has paused this link. Nothing was counted. Ask the sender, then try again.",
    button: "Try again",
  },
  locked: {
    title: "Paused after too many wrong passphrases",
    text: "Somebody typed too many wrong passphrases. Nothing is lost: the sender can open the link again.",
    button: "Try again",
  },
  exhausted: {
    title: "All views are taken",
    text: "Every view of this link is taken. If that was not you, tell the sender.",
    button: "Try again",
  },
  offline: {
    title: "No connection to the server",
    text: "The server could not be reached. Nothing is lost. Check your connection and try again.",
    button: "Try again",
  },
  error: { title: "That did not work", text: "", button: "Try again" },
  destroyed: {
    title: "Destroyed",
    text: "It is deleted from the server. The sender can see that.",
    button: "",
  },
};

/** Dead ends while a view of this device runs. */
export const heldDeadEnds = {
  /** @param {string} until */
  paused: (until) =>
    `The sender has paused it. Your view was counted; it can be shown again until ${until} if the sender resumes it.`,
  /** @param {string} until */
  locked: (until) =>
    "Somebody typed too many wrong passphrases. Your view was counted; with the right passphrase, it can be shown " +
    `again until ${until}.`,
};

/** Why a push is gone, for its holder. @type {import("/pages").EndTexts} */
export const revealGone = {
  spent: (when) =>
    `It was seen, and deleted from the server on ${when}. If that was not you, tell the sender: somebody else may ` +
    "know it.",
  expired: (when) => `It expired on ${when}, and is deleted. Ask the sender for a new link.`,
  revoked: (when) => `The sender deleted it on ${when}. Ask the sender if that surprises you.`,
  destroyed: (when) => `A recipient destroyed it on ${when}. If that was not you, tell the sender.`,
  "too-many-guesses": (when) => `It was deleted on ${when} after too many wrong passphrases. Tell the sender.`,
};
