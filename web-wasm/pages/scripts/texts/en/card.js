// @ts-check
/** Texts of the card that hands out one link, and of the messages that go along with a link. In English. */

import { counting } from "../../i18n/phrases.js";

const counted = counting("en");

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  print: {
    open: "Sheet to print, with QR codes",
    ask: "Whoever gets this sheet can open everything on it that has no password. It shows the links, and no passwords.",
    yes: "Show the sheet",
    no: "Do not show it",
    title: "Links on paper",
    lead: "Point the camera of a phone at a code to open its link.",
    now: "Print",
    back: "Back",
  },
};

export const card = {
  label: "Link",
  copy: "Copy",
  copied: "Copied",
  /** The link is selected in its field by then. */
  copyByHand: "This browser does not let the page copy. The link is selected: copy it with Ctrl+C or a long press.",
  qr: "QR code",
  /** @param {string} title of the card */
  qrTitle: (title) => `QR code of the link: ${title}`,
  qrHint: "Point the camera of a phone at it to open the link there.",
  share: "Share…",
  mail: "Email…",
  markdown: "Copy as Markdown",
  /** @param {string} when */
  sheetEnds: (when) => `Works until ${when}.`,
  /** @param {number} count */
  sheetLeft: (count) => counted(count, { one: "# download is left.", other: "# downloads are left." }),
  sheetPassword: "The page asks for a password. It comes another way.",
};

/**
 * What goes along with a link: the subject of a mail, its paragraphs before and after the link, and one sentence for
 * share sheets and short messages.
 *
 * @typedef {object} Message
 * @property {string} subject
 * @property {string} short
 * @property {string[]} before
 * @property {string[]} after
 */

/** @param {number} count */
const views = (count) => counted(count, { one: "once", other: "# times" });

/** What a push holds, in the middle of a sentence. @type {Record<string, { subject: string, what: string }>} */
const PUSHED = {
  password: { subject: "A password for you", what: "a password" },
  login: { subject: "Access data for you", what: "a user name and a password" },
  note: { subject: "A confidential note for you", what: "a confidential note" },
  url: { subject: "A web address for you", what: "a web address" },
  /** Of a page that does not remember what it was. */
  unknown: { subject: "Something confidential for you", what: "something confidential" },
};

export const messages = {
  /**
   * To the recipient of files.
   *
   * @param {{ what: string, downloads: string, until: string, password: boolean, name?: string, isOneOfMany?: boolean }} share
   * `what`: files and size; `name`: of the recipient; `isOneOfMany`: others have links of their own
   * @returns {Message}
   */
  files: ({ what, downloads, until, password, name = "", isOneOfMany = false }) => ({
    subject: "Files for you",
    short: `Files for you, encrypted (${what}). Please download them before ${until}.`,
    before: [
      name === "" ? "Hello," : `Hello ${name},`,
      `here are files for you: ${what}. They are encrypted. This link opens them:`,
    ],
    after: [
      "Open it in a browser, and press “Download”. You need no account and no program.",
      `It works for ${downloads}, until ${until}. ${isOneOfMany ? "After that, it opens nothing." : "Then the files are deleted."}`,
      password
        ? "The page asks for a password. You get it from me in another way."
        : "Whoever has this link can open the files. Please do not pass it on.",
    ],
  }),

  /**
   * To the recipient of a push. For the password of files, nothing says where the files are.
   *
   * @param {{ kind: string, forFiles: boolean, views: number, until: string, passphrase: boolean }} push `passphrase`:
   * the link asks for one
   * @returns {Message}
   */
  push: ({ kind, forFiles, views: count, until, passphrase }) => {
    const { subject, what } = PUSHED[kind] ?? PUSHED.unknown;
    const it = forFiles ? "the password for the files that I send you separately" : `${what} for you`;
    return {
      subject: forFiles ? "The password for the files" : subject,
      short: `This link shows ${it}. It can be seen ${views(count)}, until ${until}.`,
      before: ["Hello,", `this link shows ${it}:`],
      after: [
        `Open it in a browser, and press the button to see it. It can be seen ${views(count)}, until ${until}. Then ` +
          "it is deleted.",
        ...(passphrase ? ["The page asks for a passphrase. You get it from me in another way."] : []),
        "If the page says that somebody saw it before you, tell me.",
      ],
    };
  },
};
