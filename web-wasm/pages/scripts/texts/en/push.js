// @ts-check
/** Texts of the page *push*, in English. */

import { counting } from "../../i18n/phrases.js";

const counted = counting("en");

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  form: {
    title: "What are you handing over?",
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
    urlHint: "It begins with https:// or http://. The recipient sees it first, and opens it only with a click.",
    make: "Make one",
    views: "Can be seen",
    viewsOther: "How often",
    expiry: "Deleted after",
    expiryDate: "Deleted on",
    passphrase: "Passphrase",
    passphraseHint:
      "The recipient needs the link and this passphrase. Pass it on in another way than the link. We cannot recover it.",
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
    symbols: "Symbols (! # $)",
    lookalikes: "Without look-alikes (0 and O, 1 and l)",
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
      "Pass the passphrase on in another way than the link: by phone, in person, or in another messenger. Only this page " +
      "knows it, until you leave it. Nobody can show it again after that.",
    next: "What happens next",
    status: "What happened so far",
    timeline: "All events",
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
  making: "Sealing…",
  retry: "Try again",
  /** @param {number} count */
  views: (count) => counted(count, { one: "once", other: "# times" }),
  viewsOther: "another number…",
  expiryDate: "until a date and time…",
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
    made: "Nobody can read it without this link, not even the server.",
    back: "What you handed over is not shown here. You can see what happened, and hand the link out again.",
  },
  cardLead: "Send it to the recipient.",
  cardAgain: "Whoever has it can open it, as long as views are left.",
  /** @param {string} views @param {string} until @param {boolean} passphrase */
  nextSteps: (views, until, passphrase) => [
    passphrase
      ? "Send the link to the recipient, and the passphrase in another way."
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
  /** @param {string} problem by how much */
  together: (problem) => `User name, password and note, together: ${problem} Send a longer text as a file.`,
  /** @param {string} character */
  userCharacter: (character) =>
    `User name: it has a character that does not show (${character}). Delete that character, or put the text into a note.`,
  /** @param {string} character */
  passwordCharacter: (character) =>
    `Password: it has a character that does not show (${character}). Delete that character, or put the text into a note.`,
  urlScheme: "Web address: it has to begin with https:// or http://. Add that, or send it as a note.",
  /** @param {string} character */
  urlCharacter: (character) =>
    `Web address: it has a character that it cannot have (${character}). Delete that character, or send it as a note.`,
  urlUserName:
    "Web address: it has a user name in it, before an @. Leave out what stands between // and @, or send it as a note.",
  urlHost:
    "Web address: behind // there is no name of a server that every browser reads alike, of letters, digits, hyphens and " +
    "dots. Correct it, or send it as a note.",
  urlPort:
    "Web address: behind the colon there is no port, which is a number up to 65535. Correct it, or send it as a note.",
  /** @param {string} character */
  fromCharacter: (character) =>
    `“From”: it has a character that does not show (${character}). Empty the field, and type it again.`,
  /** @param {string} character */
  labelCharacter: (character) =>
    `Label: it has a character that does not show (${character}). Empty the field, and type it again.`,
  network: "The server could not be reached. Nothing is lost: try again when you are online.",
  server: "The server answered in a way that this page does not understand. Nothing is lost: try again.",
  unexpected: "Something went wrong in this page. Nothing was sent. Try again.",
  unexpectedHere: "Something went wrong in this page. Load it again.",
};

/** Titles of what has ended. */
export const pushEndings = {
  deleted: "It is deleted",
  seen: "It was seen, and is deleted",
  arrived: "It arrived",
};
