// @ts-check
/** Texts of the page *push*, in English. */

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  form: {
    title: "What do you hand over?",
    kind: "What is it?",
    password: "Password",
    login: "Login",
    note: "Note",
    url: "Web address",
    user: "User name",
    secret: "Password",
    noteText: "Note",
    noteHint: "Several lines are possible: a key, a code, answers to security questions.",
    urlText: "Web address",
    urlHint: "It begins with https:// or http://. The recipient sees it first, and opens it only by a click.",
    make: "Make one",
    views: "Can be seen",
    viewsOther: "How often",
    expiry: "Deleted after",
    expiryDate: "Deleted on",
    passphrase: "Passphrase",
    passphraseHint:
      "The recipient needs the link and this passphrase. Tell it by another way than the link. We cannot recover it.",
    passphraseMake: "Make one",
    guesses: "Destroy it after wrong passphrases",
    guessesCount: "Wrong passphrases",
    guessesWarn:
      "Whoever intercepts the link can then destroy it by typing wrong passphrases. Without this, wrong passphrases " +
      "only make people wait, and nothing is lost.",
    from: "From",
    fromHint: "Shown to whoever has the link, before anything counts.",
    more: "More options",
    label: "Label",
    labelHint: "Only you see it, on the page of this link.",
    mayDestroy: "The recipient may destroy it before its time",
    send: "Make the link",
  },
  generator: {
    title: "Make a password",
    way: "Made of",
    characters: "Characters",
    words: "Words",
    length: "Length",
    lower: "a to z",
    upper: "A to Z",
    digits: "0 to 9",
    symbols: "Signs (! # $)",
    lookalikes: "Leave out what looks alike (0 and O, 1 and l)",
    count: "Number of words",
    separator: "Between the words",
    hyphen: "Hyphen",
    space: "Space",
    dot: "Dot",
    underscore: "Underscore",
    withDigit: "With a digit",
    capitals: "With capital letters",
    again: "Make another",
    close: "Close",
  },
  done: {
    passphraseApart:
      "Tell the passphrase by another way than the link: by phone, in person, or in another messenger. Only this page " +
      "knows it, until you leave it. Nobody can show it again after that.",
    next: "What happens next",
    status: "What happened so far",
    timeline: "Every event",
    back: "Come back to this page later",
    backLabel: "Address for you only",
    backHint:
      "Keep this address, and do not send it to anybody: whoever has it can see, pause and delete this, and gets the " +
      "link. Loading this page again works too, as long as this tab is open.",
    backCopy: "Copy",
    another: "Make another link",
    moreViews: "Allow one more view",
    revoke: "Delete now",
    revokeAsk: "Delete it from the server now? The link stops working at once, for everybody.",
    revokeYes: "Yes, delete now",
    revokeNo: "Keep it",
  },
};

export const push = {
  makes: "Make the link",
  making: "Sealing …",
  retry: "Try again",
  /** @param {number} count */
  views: (count) => (count === 1 ? "once" : `${count} times`),
  viewsOther: "another number …",
  expiryDate: "until a date …",
  noteOptional: "(optional)",
  titles: {
    made: "Sealed. Here is the link.",
    back: "Your link",
    password: "Link to the password",
    login: "Link to the login",
    note: "Link to the note",
    url: "Link to the web address",
    again: "The link",
  },
  leads: {
    made: "Nobody can read it without this link, the server neither.",
    back: "What you handed over is not shown here. You can see what happened, and hand the link out again.",
  },
  cardLead: "Send it to the recipient.",
  cardAgain: "Whoever has it can open it, as long as views are left.",
  /** @param {string} views @param {string} until @param {boolean} passphrase */
  nextSteps: (views, until, passphrase) => [
    passphrase
      ? "Send the link to the recipient, and tell the passphrase by another way."
      : "Send the link to the recipient. Whoever has it can open it.",
    `It can be seen ${views}, until ${until}. Opening the link shows nothing yet: the recipient has to confirm.`,
    "Then it is deleted from the server. This page shows what happens.",
  ],
  showPassphrase: "Show the passphrase",
  hidePassphrase: "Hide the passphrase",
  pastedLines: "What you pasted has several lines, and a password has one. It was put into the note.",
  pause: "Pause",
  resume: "Resume",
  copied: "Copied",
};

/** What is wrong with the form, by field. */
export const formProblems = {
  emptySecret: "Type a password, or let this page make one.",
  emptyLogin: "Type a user name, a password or a note.",
  emptyNote: "Type a note.",
  emptyUrl: "Type a web address.",
  tooLong: "This text is too long. A link takes about 64,000 characters; send longer texts as a file.",
  control:
    "A user name or a password has one line, and no invisible characters that change how text looks. Put longer texts " +
    "into a note.",
  badUrl:
    "This is not a web address that can be handed over. It has to begin with https:// or http://, without spaces and " +
    "without a user name in it.",
  from: "“From” can have at most 100 characters, in one line, and no invisible ones.",
  label: "The label can have at most 100 characters, in one line, and no invisible ones.",
  passphrase: "This passphrase is too long.",
  /** @param {string} max */
  views: (max) => `It can be seen 1 to ${max} times. Type a number between them.`,
  /** @param {string} earliest @param {string} latest */
  expiry: (earliest, latest) => `Choose a moment between ${earliest} and ${latest}.`,
  /** @param {string} max */
  guesses: (max) => `Type a number from 1 to ${max}.`,
  network: "The server could not be reached. Nothing is lost: try again when you are online.",
  server: "The server answered in a way that this page does not understand. Nothing is lost: try again.",
  unexpected: "Something went wrong in this page. Nothing was sent. Try again.",
  unexpectedHere: "Something went wrong in this page. Load it again.",
};

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

export const status = {
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
  times: (count, when) => (count === 1 ? when : `${count} times, last ${when}`),
  /** @param {string} when */
  receipt: (when) => `${when}, confirmed by the recipient’s receipt`,
  /** @param {string} left @param {string} max */
  leftOf: (left, max) => `${left} of ${max}`,
  /** @type {Record<string, string>} */
  states: {
    ready: "waiting for the recipient",
    seen: "seen, and still open",
    paused: "paused by you",
    locked: "paused after too many wrong passphrases",
    drained: "every view is taken",
    gone: "ended",
  },
  unreachable: "The server does not answer at the moment. This will go on by itself.",
};

/** Lines of the timeline, by event; what is missing here is not shown. @type {Record<string, string>} */
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
  guessed: "Ended: too many wrong passphrases",
  deleted: "Deleted from the server",
};

/** Why a push is gone, for its owner. @type {Record<string, (when: string) => string>} */
export const goneForOwner = {
  spent: (when) => `Every view was taken. It was deleted from the server on ${when}.`,
  expired: (when) => `Its time was over on ${when}. It is deleted from the server.`,
  revoked: (when) => `You deleted it on ${when}. The link no longer works.`,
  destroyed: (when) => `A recipient destroyed it on ${when}. It is deleted from the server.`,
  guessed: (when) => `Too many wrong passphrases on ${when}. It is deleted from the server.`,
};
export const goneTitle = "It is deleted";
export const seenTitle = "It was seen, and is deleted";
export const arrivedTitle = "It arrived";

/** Dead ends: title, sentence, and what the button says. */
export const stops = {
  "not-found": {
    title: "There is nothing here",
    text: "The server knows no such link. It may have ended more than a week ago.",
    button: "Make a new link",
  },
  damaged: {
    title: "This address is damaged",
    text:
      "A part of it is missing or changed. Copy the whole address that you kept, and open it again. Nothing was asked " +
      "from the server.",
    button: "Make a new link",
  },
  "other-kind": {
    title: "This is a link for a recipient",
    text: "With this address, somebody hands something to you. It does not belong to this page.",
    button: "Open it",
  },
  offline: {
    title: "No connection to the server",
    text: "The server could not be reached. Check your connection and try again.",
    button: "Try again",
  },
  error: { title: "That did not work", text: "", button: "Try again" },
};
