// @ts-check
/** Texts of the page *receive*, in English. */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("en");

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  damaged: { paste: "Paste the whole link here", open: "Open this link" },
  password: {
    title: "This link has a password",
    lead: "The sender should have given it to you separately from the link. A wrong password uses up no download.",
    label: "Password",
    open: "Open",
  },
  ready: { note: "Note from the sender", listed: "Files", finish: "I have everything" },
  confirm: { no: "Not now" },
  destroy: {
    button: "Delete the files from the server…",
    ask: "Delete the files from the server now? Nobody can download them any more, not even you.",
    yes: "Yes, delete now",
    no: "Keep them",
  },
  saving: { title: "Downloading", cancel: "Cancel" },
  askSaved: {
    title: "Did your browser save it?",
    yes: "Yes, it is saved",
    again: "Save it again",
  },
  finished: { title: "Saved" },
};

/** Why a link is gone, for its holder. @type {import("/pages").EndTexts} */
export const goneForRecipient = {
  spent: (when) => `Downloaded on ${when}, and then deleted from the server. If that was not you, tell the sender.`,
  expired: (when) => `It expired on ${when}, and the files are deleted. Ask the sender for a new link.`,
  revoked: (when) => `The sender deleted it on ${when}. Ask the sender if that surprises you.`,
  destroyed: (when) => `A recipient deleted it on ${when}. If that was not you, tell the sender.`,
  "too-many-guesses": (when) => `It was deleted on ${when} after too many wrong passwords. Tell the sender.`,
  abandoned: (when) => `It was never finished, and was deleted on ${when}. Tell the sender.`,
};

export const receive = {
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
  checking: "Checking…",
  /** @param {string} soon “in 3 seconds” */
  wrongPassword: (soon) => `This is not the password. No download was counted. You can try again ${soon}.`,
  wrongPasswordNow: "This is not the password. No download was counted. You can try again.",
  /** @param {string} soon */
  tooSoon: (soon) => `After a wrong password, this link waits. You can try again ${soon}.`,
  emptyPassword: "Type the password.",
  open: "Open",
  /** @param {number} files @param {string} size */
  title: (files, size) => `${counted(files, { one: "# file", other: "# files" })}, ${size}`,
  /** @param {string} until @param {string} left */
  until: (until, left) => `Here until ${until} (${left}). Looking at this list is not counted.`,
  held: "You have begun a download on this device. Going on with it is not counted again.",
  /** @param {string} when */
  seenBefore: (when) => `This link was opened before, first on ${when}. If that was not you, tell the sender.`,
  /** @param {string} when */
  startedBefore: (when) => `A download of this link was started on ${when}. If that was not you, tell the sender.`,
  /** @param {string} size @param {number} folders */
  sum: (size, folders) =>
    folders === 0
      ? `${size} in all`
      : counted(folders, { one: `${size} in all, # folder`, other: `${size} in all, # folders` }),
  download: "Download",
  downloadAll: "Download all (zip)",
  goOn: "Go on with the download",
  /** @param {number} left */
  left: (left) => counted(left, { one: "# download is left.", other: "# downloads are left." }),
  leftHeld: "Your download is counted already.",
  confirmTitle: {
    /** Asked when the last download would be taken. */
    last: "This is the only download that is left. After it, the files are deleted from the server. Download now?",
    /** @param {number} left */
    some: (left) => counted(left, { other: "This takes one of the # downloads that are left. Download now?" }),
  },
  confirmYes: "Yes, download",
  preparing: "Preparing…",
  /** @param {string} name */
  savingLead: (name) => `Your browser saves “${isolated(name)}”. Keep this page open until it is done.`,
  finishedLate:
    "This download is over; the server had closed it already. What you saved is complete: every byte was checked.",
  /** @param {string} name */
  askLead: (name) =>
    `“${isolated(name)}” was handed to your browser, and every byte was checked. Look in your downloads folder. Until you say ` +
    "yes, you can save it again without another download being counted.",
  receiptLater: "The server could not be told yet. Try again in a moment.",
  finishedLead:
    "The sender is told that it arrived. If this was the last download, the files are now being deleted from the " +
    "server.",
  /** @param {string} done @param {string} total */
  progress: (done, total) => `${done} of ${total}`,
  /** @param {string} speed @param {string} left */
  pace: (speed, left) => `${speed} per second, ${left} left`,
  /** @param {number} percent */
  announce: (percent) => `${percent} percent downloaded`,
  othersWhole: "Other files in the list may be whole: save them one by one.",
  offline: "No connection. Nothing is lost: it goes on where it stopped when the network is back.",
  /** @param {string} soon */
  waiting: (soon) => `The server does not answer. Nothing is lost: next try ${soon}.`,
};

/** Dead ends of the page *receive*: title, sentence, and what the button says. */
export const receiveDeadEnds = {
  "not-found": {
    title: "There is nothing here",
    text:
      "The server knows no such link. It may have ended long ago, or have been changed on the way. Ask the sender " +
      "for a new one.",
    button: "Try again",
  },
  gone: { title: "This link has ended", text: "", button: "" },
  paused: {
    title: "Paused by the sender",
    text: "The sender has paused this link. Nothing was counted. Ask the sender, then try again.",
    button: "Try again",
  },
  locked: {
    title: "Paused after too many wrong passwords",
    text: "Somebody tried too many wrong passwords. The files are still there; the sender can open the link again.",
    button: "Try again",
  },
  exhausted: {
    title: "All downloads are taken",
    text:
      "Every download of this link is taken, and somebody may be downloading now. If a download does not start, " +
      "its place comes back within minutes. If that was not you, tell the sender.",
    button: "Try again",
  },
  offline: {
    title: "No connection to the server",
    text: "The server could not be reached. Nothing was counted. Check your connection and try again.",
    button: "Try again",
  },
  lost: {
    title: "The files are damaged on the server",
    text:
      "The server has lost or damaged a part of these files. Your device and your connection are fine, and trying again " +
      "does not help. Tell the sender, and ask for the files by a new link.",
    button: "Back to the files",
  },
  error: { title: "That did not work", text: "", button: "Try again" },
  stopped: { title: "The download was stopped", text: "", button: "Back to the files" },
  destroyed: {
    title: "Deleted",
    text: "The files are deleted from the server. The sender can see that a recipient deleted them.",
    button: "",
  },
};

/** What went wrong, by the name of the error. */
export const problems = {
  altered:
    "The files were damaged or changed on the server: what it sent is not what was sealed. The download was stopped, and " +
    "the file that your browser may have begun is not complete. Tell the sender, and ask for the files by a new link.",
  manifestAltered:
    "The list of files does not open: it was damaged or changed on the server, or it is not the one that this link was " +
    "made for. Tell the sender.",
  leaseEnded: "This download took too long and has ended. If downloads are left, you can begin another one.",
  leaseSpent:
    "This download has fetched as much as one download may. If downloads are left, you can begin another one.",
  cancelled: "You cancelled the download. It is not counted again when you go on within an hour.",
  browserCancelled:
    "The browser stopped saving: it was cancelled there, or the disk is full. It is not counted again when you go " +
    "on within an hour.",
  /** @param {string} size */
  noStream: (size) =>
    `This window cannot save a file as large as this: at most ${size}. Open the link in a normal window of a current ` +
    "browser. What was begun is not counted again on this device.",
  storage: "This browser keeps nothing for this page, so an interrupted download might be counted again.",
};
