// @ts-check
/** Texts of the page *send*, in English. */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("en");
const FILES = { one: "# file", other: "# files" };

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  others: {
    title: "More links to the same files",
    lead: "One for each person: you see who has it, and can end one without the others.",
    add: "Make another link",
    label: "For whom",
    labelHint: "One name a line: each gets a link. Only you see the names.",
    passwordHint: "Tell it by another way than the link.",
    table: "Names from a table (CSV)",
    columnOf: "Where the names are",
    heading: "The first row is a heading",
    make: "Make",
    csv: "All links in one file (CSV)",
    csvAsk: "Whoever gets this file can open everything that has no password. It holds the links, and no passwords.",
    csvYes: "Save the file",
    csvNo: "Do not save it",
  },
  reinvite: {
    title: "Invite again",
    whose: "Whose link to replace",
    hint: "A new link takes the place of each: same name, limit and end. The one before opens nothing from then on.",
    make: "Make the new links",
  },
  pushes: { hint: "Each link that has a password gets a second one, which shows that password. Send it another way." },
  trying: {
    title: "Try a link",
    hint: "Shows what its recipient is shown, with your own key. Nothing is counted, and no download is taken.",
    which: "Which link",
    try: "Try it",
  },
  versions: {
    title: "Versions",
    lead: "Choose the corrected files. The links, their names and passwords stay; what they show changes when all is stored.",
    more: "Allow one more download to those who have used theirs",
    leave: "Not now",
    wait: "Keep links whose downloads are all taken",
    waitHint:
      "They open nothing more until a new version allows more. The files stay on the server, until their time is over.",
    put: "Put a new version behind these links",
  },
  newPassword: {
    title: "Another password",
    whose: "Of which link",
    label: "New password",
    hint: "Empty is none. The one before stops working at once, for downloads that run, too: their recipients need the new one to go on after a reload.",
    change: "Change it",
  },
  pick: {
    title: "Choose what to send",
    drop: "Drop files or folders anywhere on this page, or paste files or a text",
    files: "Choose files",
    folder: "Choose a folder",
    listed: "What you send",
    send: "Seal and send",
  },
  lost: { take: "Send them as they are now", leave: "Leave them out" },
  options: {
    expiry: "Deleted after",
    downloads: "Downloads allowed",
    expiryDate: "Deleted on",
    downloadsNumber: "How many downloads",
    password: "Password",
    passwordHint: "The recipient needs the link and this password. We cannot recover it.",
    makePassword: "Make one",
    pushPassword: "Make a link for the password too",
    pushPasswordHint:
      "You get two links, to send in two different ways: one for the files, one that shows the password.",
    note: "Note to the recipient",
    noteHint: "Sealed like the files.",
  },
  uploading: {
    title: "Sealing and sending",
    paused: "Sending is paused",
    lead: "Keep this page open until the link is shown.",
    cancel: "Cancel",
  },
  done: {
    lead: "Your files were read back from the server and opened: they are complete.",
    passwordApart:
      "Send the password in another way than the link: by phone, in person, or in another messenger. Somebody who reads " +
      "only one of the two messages can then open nothing.",
    spoken:
      "This page made the password, and nobody knows it yet. Say it on the phone, or send it in another messenger. You " +
      "can see it here as long as this page is open.",
    pushFailed:
      "The link for the password could not be made: the server for passwords did not answer. The files are sent, and " +
      "their link works. Try again, or pass the password on in another way.",
    pushAgain: "Try again",
    moreDownloads: "Allow one more download",
    hold: "Pause the link",
    unlock: "Open the link again",
    next: "What happens next",
    another: "Send something else",
    revoke: "Delete now",
    revokeAsk: "Delete the files from the server now? The link stops working at once, for everybody.",
    revokeYes: "Yes, delete now",
    revokeNo: "Keep them",
  },
  status: { timeline: "All events", title: "What the recipient did", files: "Files", password: "Password" },
  error: { retry: "Try again", restart: "Start over" },
};

export const send = {
  /** Another password for a link. */
  newPassword: {
    only: "The link",
    done: "The link has another password. Tell it by another way than the link.",
    none: "The link has no password any more.",
  },
  /** Name of the file that a pasted text becomes. */
  pastedName: "pasted text.txt",
  /** Versions of what was sent. */
  versions: {
    /** @param {string} name */
    of: (name) => `A new version of ${isolated(name)}`,
    /** @param {string} number @param {number} links @param {string} size */
    row: (number, links, size) =>
      `Version ${number} · ${size} · ${links === 0 ? "behind no link" : counted(links, { one: "behind # link", other: "behind # links" })}`,
    /** @param {string} number */
    use: (number) => `Put version ${number} behind all links`,
    /** @param {string} number */
    remove: (number) => `Delete version ${number}`,
    /** @param {number} count @param {string} number */
    moved: (count, number) =>
      count === 0
        ? `No link shows version ${number}.`
        : counted(count, { one: `# link shows version ${number} now.`, other: `# links show version ${number} now.` }),
    /** @param {number} count */
    ended: (count) =>
      counted(count, {
        one: "# link has ended: whoever had it does not get this.",
        other: "# links have ended: whoever had them does not get this.",
      }),
    /** @param {string} names */
    left: (names) =>
      `These links still show another version. Give each of them a password anew, then put the version behind them once more: ${names}.`,
    first: "Send the links first. What only this page shows would be lost.",
    waits: "Links stay when their downloads are taken.",
    waitsNot: "Links end when their downloads are taken.",
    removed: "That version is deleted.",
    otherDevice:
      "Another device of yours is sending a new version at the moment. If you send this one all the same, what that device has sent is given up.",
    unfinished: "A new version was begun before and never finished. Sending this one gives that one up.",
    full: "There are as many versions as there can be at the same time. Put the newest behind all links first, or delete one.",
  },
  given: "Another app handed this over. Nothing is sent before you say so.",
  givenNone: "Nothing came from the other app. Share it once more, or choose the files here.",
  givenName: "file from an app",
  givenText: "text from an app.txt",
  /** More links to what was sent. */
  reinvite: {
    none: "Choose at least one link.",
    needsPassword: "A link with a password is replaced by one with a password. Type one, the same or another.",
    /** @param {number} count */
    made: (count) =>
      counted(count, {
        one: "The new link is in the list. The one before opens nothing any more.",
        other: "# new links are in the list. Those before open nothing any more.",
      }),
  },
  /** Links that show the password of a link. */
  pushes: {
    title: "Link to the password",
    copy: "Copy link to the password",
    character: "A link can show this password only without line breaks, tabs and invisible characters.",
    /** @param {number} count */
    failed: (count) =>
      counted(count, {
        one: "The link to the files has its password. The link that shows it could not be made: change the password to try again, or tell it another way.",
        other:
          "The links to the files have their passwords. # links that show them could not be made: change those passwords to try again, or tell them another way.",
      }),
  },
  /** What came of trying a link. */
  trying: {
    opens: "This link opens now.",
    opensNot: "This link opens nothing now. Below stands why.",
    state: "State",
    left: "Downloads left",
    ends: "Ends",
    password: "Password",
    passwordYes: "asked for; whether somebody knows it cannot be tried here",
    passwordNo: "none",
    version: "Version",
    key: "Key of the link",
    keyYes: "known to you",
    keyNo: "not known to you: another program made the link",
    list: "List of files",
    /** @param {number} count */
    listYes: (count) => counted(count, { one: "opens, and has # entry", other: "opens, and has # entries" }),
    listGone: "deleted with what was behind the link",
    broken: "The list of files is damaged on the server. Put a new version behind the link.",
    /** @param {number} count */
    more: (count) => counted(count, { one: "and # more", other: "and # more" }),
  },
  others: {
    saved: "saved, says somebody with the link",
    ended: "ended",
    /** @param {string} number */
    unnamed: (number) => `Link ${number}`,
    copy: "Copy link",
    end: "End this link",
    endAsk: "End this link? It opens nothing then. The other links stay.",
    endYes: "Yes, end it",
    endNo: "No, keep it",
    needsPassword: "This server makes no links to files without a password.",
    /** @param {number} count */
    made: (count) => counted(count, { one: "The link is made.", other: "# links are made." }),
    /** @param {number} done @param {number} all */
    progress: (done, all) => `${done} / ${all}`,
    /** @param {string} taken @param {string} max */
    taken: (taken, max) => `${taken} of ${max} downloads taken`,
    hasPassword: "with a password",
    /** @param {number} count */
    wrong: (count) => counted(count, { one: "# wrong password", other: "# wrong passwords" }),
    /** @param {number} over */
    labelTooLong: (over) =>
      counted(over, { one: "The name is # byte too long.", other: "The name is # bytes too long." }),
    tooMany: "These files have as many links as they can have.",
    /** @param {string} number @param {string} cell in its first row */
    column: (number, cell) => (cell === "" ? `Column ${number}` : `Column ${number}: ${isolated(cell)}`),
    wholeRow: "Each row, as it stands",
    /** @param {number} count */
    namesTaken: (count) =>
      count === 0
        ? "No name was found."
        : counted(count, {
            one: "# name is in the field now. Look at it before you make the link.",
            other: "# names are in the field now. Look at them before you make the links.",
          }),
    /** Why rows are no names; `rows`: which, in words. */
    leftOut: {
      /** @param {number} _ @param {string} rows */
      heading: (_, rows) => `Left out, as it is the heading: row ${rows}.`,
      /** @param {number} count @param {string} rows */
      empty: (count, rows) =>
        counted(count, {
          one: () => `Left out, as it is empty: row ${rows}.`,
          other: (n) => `${n} rows left out, as they are empty: ${rows}.`,
        }),
      /** @param {number} count @param {string} rows */
      repeated: (count, rows) =>
        counted(count, {
          one: () => `Left out, as the name stands there already: row ${rows}.`,
          other: (n) => `${n} rows left out, as the names stand there already: ${rows}.`,
        }),
      /** @param {number} count @param {string} rows */
      known: (count, rows) =>
        counted(count, {
          one: () => `Left out, as there is a link with this name: row ${rows}.`,
          other: (n) => `${n} rows left out, as there are links with these names: ${rows}.`,
        }),
      /** @param {number} count @param {string} rows */
      "too-long": (count, rows) =>
        counted(count, {
          one: () => `Left out, as the name is longer than 256 bytes: row ${rows}.`,
          other: (n) => `${n} rows left out, as the names are longer than 256 bytes: ${rows}.`,
        }),
      /** @param {number} count @param {string} rows */
      beyond: (count, rows) =>
        counted(count, {
          one: () => `Left out, as these files can have no more links: row ${rows}.`,
          other: (n) => `${n} rows left out, as these files can have no more links: ${rows}.`,
        }),
    },
    guessed:
      "The file does not say how its letters are written. Look whether they are right; if not, save it as UTF-8.",
    /** @param {string} names */
    known: (names) => `There is a link for these already, and each gets one more: ${names}.`,
    /** @param {string} names */
    twice: (names) => `Each name gets one link. These stand there more than once: ${names}.`,
    /** @param {string} name */
    quoted: (name) => `“${name}”`,
    comma: ", ",
    tableProblems: {
      tooLarge: "This table is too large: one of at most 1 MB is read.",
      tooManyRows: "This table has too many rows: at most 10,000 are read.",
      /** @param {string} row */
      unclosed: (row) => `This table cannot be read: in row ${row}, a quotation mark opens a cell that never ends.`,
      unreadable: "This file cannot be read.",
    },
  },
  /** @param {string} size @param {string} files */
  limits: (size, files) => `Up to ${size} and ${files} files.`,
  /** @param {string} size @param {number} files @param {string} limit */
  sum: (size, files, limit) => `${counted(files, FILES)}, ${size} of at most ${limit}.`,
  /** @param {string} name */
  remove: (name) => `Remove ${name}`,
  /** @param {number} count */
  filesInFolder: (count) =>
    count === 0 ? "empty folder" : counted(count, { one: "folder with # file", other: "folder with # files" }),
  /** @param {number} count */
  more: (count) => counted(count, { other: "and # more" }),
  /** @param {number} count */
  downloads: (count) => counted(count, { one: "# download", other: "# downloads" }),
  downloadsOther: "Another number…",
  expiryOther: "Until a date and time…",
  serverNeedsPassword: "This server takes files with a password only. Type one, or let this page make one.",
  /** @param {string} limit @param {string} total */
  tooLarge: (limit, total) =>
    `That is too much: ${total}. This server takes at most ${limit} at a time. Remove something, or send it in two ` +
    "shares.",
  /** @param {string} limit @param {string} total @param {string} padded */
  tooLargePadded: (limit, total, padded) =>
    `That is a little too much: ${total}. Filling hides how large files are exactly, and with it they have ${padded}; this ` +
    `server takes at most ${limit} at a time. Remove something, or send it in two shares.`,
  /** @param {number} limit @param {string} found */
  tooManyFiles: (limit, found) =>
    counted(limit, {
      other:
        `That is too many files and folders: ${found}. This server takes at most # at a time. Put them into a zip file ` +
        "first.",
    }),
  /** @param {string} limit @param {string} found */
  listTooLong: (limit, found) =>
    `The names of all these files are too long together: the list of them has ${found}, and this server takes at most ` +
    `${limit}. Put some folders into a zip file first.`,
  /** @param {string} character */
  passwordCharacter: (character) =>
    `Password: it has a character that does not show (${character}), so it cannot get a link of its own. Remove that ` +
    "character, or untick “Make a link for the password too”.",
  /** Why files are sent under other names, by what is wrong with their own. */
  /** A line of a list. @param {string} from @param {string} to */
  renamedTo: (from, to) => `${from} → ${to}`,
  renamed: {
    /** @param {number} count @param {string} from @param {string} to */
    taken: (count, from, to) =>
      counted(count, {
        one: () =>
          `“${isolated(from)}” will be sent as “${isolated(to)}”: a file in the list has that name already, or one that ` +
          "some systems take for the same.",
        other: (n) =>
          `${n} files will be sent under other names: files in the list have theirs already, or ones that some systems take ` +
          "for the same.",
      }),
    /** @param {number} count @param {string} from @param {string} to */
    spelling: (count, from, to) =>
      counted(count, {
        one: () =>
          `“${isolated(from)}” will be sent as “${isolated(to)}”: the list has that folder, spelled like this.`,
        other: (n) => `${n} files will be sent in folders that the list has already, spelled as they are there.`,
      }),
    /** @param {number} count @param {string} from @param {string} to */
    control: (count, from, to) =>
      counted(count, {
        one: () =>
          `“${isolated(from)}” will be sent as “${isolated(to)}”: its name has line breaks or other characters that do not ` +
          "show.",
        other: (n) =>
          `${n} files will be sent under other names: theirs have line breaks or other characters that do not show.`,
      }),
    /** @param {number} count @param {string} from @param {string} to */
    direction: (count, from, to) =>
      counted(count, {
        one: () =>
          `“${isolated(from)}” will be sent as “${isolated(to)}”: its name has characters that turn text around, so that it ` +
          "looks like another.",
        other: (n) =>
          `${n} files will be sent under other names: theirs have characters that turn text around, so that they look like ` +
          "others.",
      }),
    /** @param {number} count @param {string} from @param {string} to */
    step: (count, from, to) =>
      counted(count, {
        one: () =>
          `“${isolated(from)}” will be sent as “${isolated(to)}”: the name of a file or folder cannot be empty, “.” or “..”.`,
        other: (n) =>
          `${n} files will be sent under other names: the name of a file or folder cannot be empty, “.” or “..”.`,
      }),
    /** @param {number} count @param {string} from @param {string} to @param {string} limit */
    "too-long": (count, from, to, limit) =>
      counted(count, {
        one: () =>
          `“${isolated(from)}” will be sent as “${isolated(to)}”: a name can have at most ${limit} bytes, and was ` +
          "shortened.",
        other: (n) => `${n} files will be sent under shorter names: a name can have at most ${limit} bytes.`,
      }),
    /** @param {number} count @param {string} from @param {string} to */
    "not-text": (count, from, to) =>
      counted(count, {
        one: () =>
          `“${isolated(from)}” will be sent as “${isolated(to)}”: its name has characters that are no text (not valid ` +
          "Unicode).",
        other: (n) =>
          `${n} files will be sent under other names: theirs have characters that are no text (not valid Unicode).`,
      }),
  },
  /** @param {number} count @param {string} first */
  known: (count, first) =>
    counted(count, {
      one: () => `“${isolated(first)}” is in the list already, the same to the last byte. It was not added twice.`,
      other: (n) => `${n} files are in the list already, the same to the last byte. They were not added twice.`,
    }),
  /** @param {number} count @param {string} first */
  replaced: (count, first) =>
    counted(count, {
      one: () => `“${isolated(first)}” takes the place of the file that could no longer be read.`,
      other: (n) => `${n} files take the places of those that could no longer be read.`,
    }),
  /** @param {number} count @param {string} first */
  lost: (count, first) =>
    counted(count, {
      one: () =>
        `“${isolated(first)}” has changed since you chose it, or can no longer be read. Choose it again to send it as it ` +
        "is now, or leave it out.",
      other: (n) =>
        `${n} files have changed since you chose them, or can no longer be read. Choose them again to send them as they ` +
        "are now, or leave them out.",
    }),
  /** Why something was not added; with what was found, and at most is possible. */
  leftOut: {
    /** @param {string} name */
    unreadable: (name) =>
      `“${isolated(name)}” was not added: it could not be read. Check that it still exists and that you may open it, and ` +
      "choose it again.",
    /** @param {string} name */
    "not-text": (name) =>
      `“${isolated(name)}” was not added: its name is no text that a browser can read (not valid Unicode). Rename it, and ` +
      "choose it again.",
    /** @param {string} name @param {string} found @param {string} limit */
    "path-too-long": (name, found, limit) =>
      `“${isolated(name)}” was not added: with the folders around it, its name has ${found} bytes, and at most ${limit} are ` +
      "possible. Put its folder into a zip file, and send that.",
    /** @param {string} name @param {string} found @param {string} limit */
    "path-too-deep": (name, found, limit) =>
      `“${isolated(name)}” was not added: it lies too deep, at level ${found} of folders within folders, and at most ${limit} ` +
      "levels are possible. Put its folder into a zip file, and send that.",
  },
  /** @param {number} count more than one */
  leftOutMany: (count) => counted(count, { other: "# files or folders were not added:" }),
  all: "All names",
  /** @param {number} count */
  reading: (count) =>
    counted(count, { one: "Looking through the files… # so far", other: "Looking through the files… # so far" }),
  comparing: () => "Comparing them with the files in the list…",
  backToFiles: "Back to the files",
  checking: "Reading it back to be sure…",
  noWords: "The list of words did not load. Check the connection and try again.",
  /** @param {number} files @param {string} size */
  what: (files, size) => `${counted(files, FILES)}, ${size}`,
  doneOne: "Sealed. Here is the link.",
  doneTwo: "Sealed. Here are two links.",
  /** Of who came back. */
  doneBack: "What you sent",
  cardOnly: "Link to the files",
  cardOne: "1. The files",
  cardOneLead: "Send this link by email, or wherever you write to the recipient anyway.",
  cardTwo: "2. The password",
  cardTwoLead: "Send this link in another way: by SMS or chat, or by phone. Never in the same message as the first.",
  pushPending: "The link for the password is being made…",
  pushFailed: "The link for the password could not be made.",
  pushNotDeleted:
    "The link to the password could not be deleted: its server did not answer. It opens nothing any more, and ends " +
    "by itself.",
  spokenShow: "Show the password",
  spokenHide: "Hide the password",
  moreDone: "One more download is allowed.",
  held: "The link is paused. Nobody can open it until you open it again.",
  unlocked: "The link is open again.",
  stopped: "Sending was stopped",
  /** @param {string} done @param {string} total */
  progress: (done, total) => `${done} of ${total}`,
  /** @param {string} done @param {number} total more than one */
  progressFiles: (done, total) => counted(total, { other: `${done} of # files` }),
  /** @param {string} span */
  left: (span) => `${span} left`,
  /** @param {string} speed @param {string} left */
  pace: (speed, left) => `${speed} per second, ${left} left`,
  /** @param {number} percent */
  announce: (percent) => `${percent} percent sent`,
  offline: "No connection. Nothing is lost: it goes on by itself when the network is back.",
  /** @param {string} soon “in 3 seconds” */
  waiting: (soon) => `The server does not answer. Nothing is lost: next try ${soon}.`,
  /** @param {string} why @param {string} soon */
  waitingBecause: (why, soon) => `${why} Next try ${soon}.`,
  /** @param {string} downloads @param {string} until @param {boolean} password @param {boolean} two links */
  nextSteps: (downloads, until, password, two) => [
    two
      ? "Send the two links in two different ways. Somebody who reads only one of the messages can open nothing."
      : password
        ? "Send the link to the recipient, and the password in another way."
        : "Send the link to the recipient. Whoever has it can open it.",
    `It works for ${downloads}, until ${until}. Looking at the list of files is not counted.`,
    "Then the files are deleted from the server. This page shows what happens. Keep the address below, and you can come " +
      "back to it later, delete the files early or allow another download.",
  ],
};

export const status = {
  opened: "Opened",
  started: "Downloaded",
  finished: "Saved",
  wrong: "Wrong passwords",
  lost: "Damaged on the server",
  /** @param {string} when */
  lostSince: (when) => `found on ${when}: a part of the files cannot be downloaded. Send them again.`,
  state: "State",
  left: "Downloads left",
  ends: "Ends",
  never: "not yet",
  /** @param {number} count @param {string} when */
  times: (count, when) => (count === 1 ? when : counted(count, { other: `# times, last ${when}` })),
  /** @param {string} when */
  confirmed: (when) => `${when}, confirmed by the recipient’s receipt`,
  /** @type {Record<import("/api").LinkState | "saved", string>} */
  states: {
    ready: "waiting for the recipient",
    /** Ready still, after somebody saved it. */
    saved: "saved, and still open",
    paused: "paused",
    locked: "paused after too many wrong passwords",
    exhausted: "every download is taken",
    gone: "ended",
  },
  unreachable: "The server does not answer at the moment. This will go on by itself.",
  loading: "one moment…",
};

/** Lines of the timeline of files, by event. @type {Partial<Record<import("/api").Event, string>>} */
export const shareEvents = {
  created: "You began to send",
  completed: "Everything was stored",
  "link-added": "A link was made",
  changed: "You changed it",
  paused: "You paused it",
  resumed: "You resumed it",
  opened: "Opened by somebody with the link",
  "wrong-password": "Somebody typed a wrong password",
  locked: "Paused after too many wrong passwords",
  granted: "A download was confirmed",
  started: "The download began",
  released: "The download was not begun, and is free again",
  finished: "Saved, says somebody with the link",
  lapsed: "The time of a download was over",
  spent: "Ended: every download was taken",
  expired: "Ended: its time was over",
  revoked: "Ended: you deleted it",
  destroyed: "Ended: a recipient deleted it",
  "too-many-guesses": "Ended: too many wrong passwords",
  "content-lost": "The server found it damaged",
  "content-restored": "It is whole again",
  "edition-completed": "A new version was stored",
  "edition-abandoned": "A new version was given up",
  "edition-deleted": "A version was deleted",
  moved: "You put another version behind it",
};

/** Titles of what has ended, and what a receipt proves. */
export const endings = {
  deleted: "It is deleted",
  arrived: "It arrived",
  /** @param {string} when */
  receipt: (when) => `The recipient saved it on ${when}. Their receipt confirms it; the server cannot make one up.`,
};

/** What went wrong, by the name of the error. */
export const problems = {
  /** @param {string} host @param {string} size */
  tooLargeForProxy: (host, size) =>
    `A proxy in front of the server limits the size of uploads, and refused one of ${size} (status 413). ` +
    `The operator of ${host} has to raise that limit.`,
  /** @param {string} name */
  sourceChanged: (name) =>
    `“${isolated(name)}” changed after you chose it, or can no longer be read. Sending was stopped, so that nobody gets ` +
    "a broken file.",
  chooseAgain: "Go back to the files: there you can choose it again, or leave it out.",
  startOver: "Start over, and choose the files again.",
  readBack:
    "What the server gave back is not what was sent. No link was made. Try again; if it happens again, tell the operator " +
    "of this server.",
  cancelledUpload: "You cancelled. What was sent so far is being deleted from the server.",
};
