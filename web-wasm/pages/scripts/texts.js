// @ts-check
/**
 * Every text that the pages put on the screen, in English. Another language is another module of this shape.
 *
 * Short sentences, plain words, no figures of speech: some readers have them translated by a machine.
 */

export const language = "en";

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  unsupported: { title: "This browser cannot do it" },
  pick: {
    title: "Choose what to send",
    drop: "Drop files or folders anywhere on this page",
    files: "Choose files",
    folder: "Choose a folder",
    listed: "What you send",
    send: "Seal and send",
  },
  options: {
    optional: "(optional)",
    expiry: "Deleted after",
    downloads: "Downloads allowed",
    password: "Password",
    passwordHint: "The recipient needs the link and this password. We cannot recover it.",
    makePassword: "Make one",
    pushPassword: "Make a link for the password too",
    pushPasswordHint: "You get two links, to be sent by two ways: one for the files, one that shows the password.",
    note: "Note to the recipient",
    noteHint: "Sealed like the files.",
    show: "Show",
    hide: "Hide",
  },
  uploading: {
    title: "Sealing and sending",
    lead: "Keep this page open until the link is shown.",
    cancel: "Cancel",
  },
  done: {
    lead: "Your files were read back from the server and opened: they are complete.",
    passwordApart:
      "Send the password by another way than the link: by phone, in person, or in another messenger. Whoever reads " +
      "one of the two messages then has nothing.",
    spoken:
      "The page drew this password, and nobody knows it yet. Tell it by voice or by another messenger. You can see it " +
      "here as long as this page is open.",
    pushFailed:
      "The link for the password could not be made: the server for passwords did not answer. The files are sent, and " +
      "their link works. Try again, or tell the password by another way.",
    pushAgain: "Try again",
    moreDownloads: "Allow one more download",
    next: "What happens next",
    another: "Send something else",
    revoke: "Delete now",
    revokeAsk: "Delete the files from the server now? The link stops working at once, for everybody.",
    revokeYes: "Yes, delete now",
    revokeNo: "Keep them",
  },
  status: { title: "What the recipient did", files: "Files", password: "Password" },
  error: { retry: "Try again", restart: "Start over" },
  damaged: { paste: "Paste the whole link here", open: "Open this link" },
  password: {
    title: "This link has a password",
    lead: "The sender should have given it to you by another way than the link. A wrong password costs no download.",
    label: "Password",
    open: "Open",
  },
  ready: { note: "Note from the sender", listed: "Files", finish: "I have everything" },
  confirm: { no: "Not now" },
  destroy: {
    button: "Delete the files from the server …",
    ask: "Delete the files from the server now? Nobody can download them any more, you neither.",
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

/** Why this browser or this way of opening the page cannot work. */
export const unsupported = {
  insecure:
    "This page was not opened over a secure connection (https), so the browser keeps its encryption switched off. " +
    "Open the address with https:// in front.",
  randomness: "This browser has no source of secure random numbers. Subrosa does not work without one.",
  wasm:
    "This browser is too old, or does not allow WebAssembly. Update it, or open the link in a current Firefox, " +
    "Chrome, Edge or Safari. Nothing was counted.",
  modules: "The program of this page did not load. Check the connection and load the page again. Nothing was counted.",
};

export const send = {
  /** @param {string} size @param {string} files */
  limits: (size, files) => `Up to ${size} and ${files} files.`,
  /** @param {string} size @param {number} files @param {string} limit */
  sum: (size, files, limit) => `${files === 1 ? "1 file" : `${files} files`}, ${size} of at most ${limit}.`,
  /** @param {string} name */
  remove: (name) => `Remove ${name}`,
  /** @param {number} count */
  filesInFolder: (count) =>
    count === 0 ? "empty folder" : count === 1 ? "folder with 1 file" : `folder with ${count} files`,
  /** @param {number} count */
  more: (count) => `and ${count} more`,
  /** @param {number} count */
  downloads: (count) => (count === 1 ? "1 download" : `${count} downloads`),
  /** @param {string} limit @param {string} total */
  tooLarge: (limit, total) =>
    `That is too much: ${total}. This server takes at most ${limit} at a time. Remove something, or send it in two ` +
    "shares.",
  /** @param {number} limit */
  tooManyFiles: (limit) =>
    `That is too many files. This server takes at most ${limit} at a time. Put them into a zip file first.`,
  /** @param {number} count @param {string} first */
  renamed: (count, first) =>
    count === 1
      ? `One name cannot be sent as it is. It will be sent as “${first}”.`
      : `${count} names cannot be sent as they are and are changed, for example to “${first}”.`,
  /** @param {string} name */
  unreadable: (name) => `“${name}” could not be read, so it was not added.`,
  reading: "Looking through the folder …",
  passwordTooLong: "This password is too long.",
  noteTooLong: "This note is too long.",
  checking: "Reading it back to be sure …",
  noWords: "The list of words did not load. Check the connection and try again.",
  /** @param {number} files @param {string} size */
  what: (files, size) => (files === 1 ? `1 file, ${size}` : `${files} files, ${size}`),
  doneOne: "Sealed. Here is the link.",
  doneTwo: "Sealed. Here are two links.",
  cardOnly: "Link to the files",
  cardOne: "1. The files",
  cardOneLead: "Send this link by mail, or where you write to the recipient anyway.",
  cardTwo: "2. The password",
  cardTwoLead: "Send this link another way: by phone, SMS or chat. Never in the same message as the first.",
  pushPending: "The link for the password is being made …",
  pushFailed: "The link for the password could not be made.",
  pushNotDeleted:
    "The link of the password could not be deleted: its server did not answer. It opens nothing any more, and ends " +
    "by itself.",
  spokenShow: "Show the password",
  spokenHide: "Hide the password",
  moreDone: "One more download is allowed.",
  stopped: "Sending was stopped",
  /** @param {string} done @param {string} total */
  progress: (done, total) => `${done} of ${total}`,
  /** @param {string} speed @param {string} left */
  pace: (speed, left) => `${speed} per second, ${left} left`,
  /** @param {number} percent */
  announce: (percent) => `${percent} percent sent`,
  offline: "No connection. Nothing is lost: it goes on by itself when the network is back.",
  /** @param {string} wait */
  waiting: (wait) => `The server does not answer. Nothing is lost: next try in ${wait}.`,
  /** @param {string} why @param {string} wait */
  waitingBecause: (why, wait) => `${why} Next try in ${wait}.`,
  /** @param {string} downloads @param {string} until @param {boolean} password @param {boolean} two links */
  nextSteps: (downloads, until, password, two) => [
    two
      ? "Send the two links by two ways. Whoever reads one of the two messages has nothing."
      : password
        ? "Send the link to the recipient, and the password by another way."
        : "Send the link to the recipient. Whoever has it can open it.",
    `It works for ${downloads}, until ${until}. Looking at the list of files is not counted.`,
    "Then the files are deleted from the server. This page shows what happens as long as it is open; close it, and " +
      "the files can no longer be deleted early.",
  ],
};

export const status = {
  opened: "Opened",
  started: "Downloaded",
  finished: "Saved",
  wrong: "Wrong passwords",
  state: "State",
  left: "Downloads left",
  ends: "Ends",
  never: "not yet",
  /** @param {number} count @param {string} when */
  times: (count, when) => (count === 1 ? when : `${count} times, last ${when}`),
  /** @param {string} when */
  confirmed: (when) => `${when}, confirmed by the recipient’s receipt`,
  /** @type {Record<string, string>} */
  states: {
    ready: "waiting for the recipient",
    paused: "paused",
    locked: "paused after too many wrong passwords",
    drained: "every download is taken",
    gone: "ended",
  },
  unreachable: "The server does not answer at the moment. This will go on by itself.",
  loading: "one moment …",
};

/** Why a share or link is gone, for its owner. @type {Record<string, (when: string) => string>} */
export const goneForOwner = {
  spent: (when) => `Downloaded, and deleted from the server on ${when}.`,
  expired: (when) => `Its time was over on ${when}. It is deleted from the server.`,
  revoked: (when) => `You deleted it on ${when}. The link no longer works.`,
  destroyed: (when) => `The recipient deleted it from the server on ${when}.`,
  guessed: (when) => `Too many wrong passwords on ${when}. It is deleted from the server.`,
  abandoned: (when) => `The upload was not finished in time, and was deleted on ${when}.`,
};
export const goneTitle = "It is deleted";
export const arrivedTitle = "It arrived";
/** @param {string} when */
export const arrived = (when) =>
  `The recipient saved it on ${when}. Their receipt confirms it; the server cannot make one up.`;

/** Why a link is gone, for its holder. @type {Record<string, (when: string) => string>} */
export const goneForRecipient = {
  spent: (when) => `Downloaded on ${when}, and then deleted from the server. If that was not you, tell the sender.`,
  expired: (when) => `Its time was over on ${when}, and the files are deleted. Ask the sender for a new link.`,
  revoked: (when) => `The sender deleted it on ${when}. Ask the sender if that surprises you.`,
  destroyed: (when) => `A recipient deleted it on ${when}. If that was not you, tell the sender.`,
  guessed: (when) => `It was deleted on ${when} after too many wrong passwords. Tell the sender.`,
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
  elsewhere: "This link belongs to another server: open it as it was sent to you.",
  tooNew: "This link was made by a newer version of Subrosa, or is of a kind that this page does not open.",
  checking: "Checking …",
  /** @param {string} wait */
  wrongPassword: (wait) => `This is not the password. No download was counted. You can try again in ${wait}.`,
  wrongPasswordNow: "This is not the password. No download was counted. You can try again.",
  /** @param {string} wait */
  tooSoon: (wait) => `After a wrong password, this link waits. You can try again in ${wait}.`,
  emptyPassword: "Type the password.",
  open: "Open",
  /** @param {number} files @param {string} size */
  title: (files, size) => (files === 1 ? `1 file, ${size}` : `${files} files, ${size}`),
  /** @param {string} until @param {string} left */
  until: (until, left) => `Here until ${until} (${left}). Looking at this list is not counted.`,
  held: "You have begun a download on this device. Going on with it is not counted again.",
  /** @param {string} when */
  seenBefore: (when) => `This link was opened before, first on ${when}. If that was not you, tell the sender.`,
  /** @param {string} when */
  startedBefore: (when) => `A download of this link was started on ${when}. If that was not you, tell the sender.`,
  sum: (/** @type {string} */ size, /** @type {number} */ folders) =>
    folders === 0 ? `${size} in all` : `${size} in all, ${folders === 1 ? "1 folder" : `${folders} folders`}`,
  download: "Download",
  downloadAll: "Download all as one zip file",
  goOn: "Go on with the download",
  /** @param {number} left */
  left: (left) => (left === 1 ? "1 download is left." : `${left} downloads are left.`),
  leftHeld: "Your download is counted already.",
  confirmTitle: {
    /** Asked when the last download would be taken. */
    last: "This is the only download that is left. After it, the files are deleted from the server. Download now?",
    /** @param {number} left */
    some: (left) => `This takes one of the ${left} downloads that are left. Download now?`,
  },
  confirmYes: "Yes, now",
  preparing: "Preparing …",
  /** @param {string} name */
  savingLead: (name) => `Your browser saves “${name}”. Keep this page open until it is done.`,
  finishedLate:
    "This download is over; the server had closed it already. What you saved is complete: every byte was checked.",
  /** @param {string} name */
  askLead: (name) =>
    `“${name}” was handed to your browser, and every byte was checked. Look into your downloads. Until you say ` +
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
  offline: "No connection. Nothing is lost: it goes on where it stopped when the network is back.",
  /** @param {string} wait */
  waiting: (wait) => `The server does not answer. Nothing is lost: next try in ${wait}.`,
};

/** Dead ends of the page *receive*: title, sentence, and what the button says. */
export const stops = {
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
  drained: {
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
  error: { title: "That did not work", text: "", button: "Try again" },
  "other-kind": {
    title: "This is a link to a password",
    text: "It does not lead to files. It is shown on another page of this server. Nothing was counted.",
    button: "Open it there",
  },
  stopped: { title: "The download was stopped", text: "", button: "Back to the files" },
  destroyed: {
    title: "Deleted",
    text: "The files are deleted from the server. The sender can see that a recipient deleted them.",
    button: "",
  },
};

/** What went wrong, by the name of the error. */
export const problems = {
  network: "The server could not be reached.",
  unexpected: "Something went wrong in this page. Load it again; your files are untouched.",
  server: "The server answered in a way that this page does not understand. Load the page again.",
  /** @param {string} name */
  sourceChanged: (name) =>
    `“${name}” changed while it was being read, or can no longer be read. Sending was stopped, so that nobody gets ` +
    "a broken file. Choose it again when it is ready.",
  readBack:
    "What the server gave back is not what was sent. No link was made. Try again; if it stays, tell the operator " +
    "of this server.",
  altered:
    "What the server sent is not what was sealed: it does not open. The download was stopped, and the file that " +
    "your browser may have begun is not complete. Try again; if it stays, tell the sender.",
  manifestAltered:
    "The list of files does not open: it was changed, or it is not the one that this link was made for. Tell the " +
    "sender.",
  leaseEnded: "This download took too long and has ended. If downloads are left, you can begin another one.",
  leaseSpent:
    "This download has fetched as much as one download may. If downloads are left, you can begin another one.",
  cancelled: "You cancelled the download. It is not counted again when you go on within an hour.",
  browserCancelled:
    "The browser stopped saving: it was cancelled there, or the disk is full. It is not counted again when you go " +
    "on within an hour.",
  /** @param {string} size */
  noStream: (size) =>
    `This browser cannot save a stream here (private windows and some in-app browsers cannot). At most ${size} can ` +
    "be saved this way. Open the link in a normal window of a current browser. What was begun is not counted again " +
    "on this device.",
  storage: "This browser keeps nothing for this page, so an interrupted download might be counted again.",
  cancelledUpload: "You cancelled. What was sent so far is being deleted from the server.",
  noRoom: "The server has no room left. Try again later, or tell its operator.",
};
