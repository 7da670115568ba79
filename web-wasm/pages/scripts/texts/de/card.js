// @ts-check
/** Texts of the card that hands out one link, and of the messages that go along with a link. In German. */

/** @import * as En from "../en/card.js" */

import { counting } from "../../i18n/phrases.js";

const counted = counting("de");

/** @type {typeof En.page} */
export const page = {
  print: {
    open: "Blatt zum Drucken, mit QR-Codes",
    ask: "Wer dieses Blatt bekommt, kann alles öffnen, was darauf kein Passwort hat. Es zeigt die Links und keine Passwörter.",
    yes: "Blatt zeigen",
    no: "Nicht zeigen",
    title: "Links auf Papier",
    lead: "Richten Sie die Kamera eines Telefons auf einen Code, um seinen Link zu öffnen.",
    now: "Drucken",
    back: "Zurück",
  },
};

/** @type {typeof En.card} */
export const card = {
  label: "Link",
  copy: "Kopieren",
  copied: "Kopiert",
  copyByHand:
    "Dieser Browser lässt die Seite nicht kopieren. Der Link ist markiert: Kopieren Sie ihn mit Strg+C oder durch langes " +
    "Drücken.",
  qr: "QR-Code",
  qrTitle: (title) => `QR-Code des Links: ${title}`,
  qrHint: "Richten Sie die Kamera eines Telefons darauf, um den Link dort zu öffnen.",
  share: "Teilen …",
  mail: "Mail …",
  markdown: "Als Markdown kopieren",
  sheetEnds: (when) => `Gilt bis zum ${when}.`,
  sheetLeft: (count) => counted(count, { one: "# Download ist übrig.", other: "# Downloads sind übrig." }),
  sheetPassword: "Die Seite fragt nach einem Passwort. Es kommt auf einem anderen Weg.",
};

/** @param {number} count */
const views = (count) => counted(count, { one: "einmal", other: "# Mal" });

/** What a push holds, in the middle of a sentence. @type {Record<string, { subject: string, what: string }>} */
const PUSHED = {
  password: { subject: "Ein Passwort für Sie", what: "ein Passwort" },
  login: { subject: "Zugangsdaten für Sie", what: "einen Benutzernamen und ein Passwort" },
  note: { subject: "Eine vertrauliche Notiz für Sie", what: "eine vertrauliche Notiz" },
  url: { subject: "Eine Webadresse für Sie", what: "eine Webadresse" },
  unknown: { subject: "Etwas Vertrauliches für Sie", what: "etwas Vertrauliches" },
};

/** @type {typeof En.messages} */
export const messages = {
  files: ({ what, downloads, until, password, name = "", isOneOfMany = false }) => ({
    subject: "Dateien für Sie",
    short: `Dateien für Sie, verschlüsselt (${what}). Bitte laden Sie sie bis zum ${until} herunter.`,
    before: [
      name === "" ? "Guten Tag," : `Guten Tag ${name},`,
      `hier sind Dateien für Sie: ${what}. Sie sind verschlüsselt. Dieser Link öffnet sie:`,
    ],
    after: [
      "Öffnen Sie ihn in einem Browser, und drücken Sie auf „Herunterladen“. Sie brauchen kein Konto und kein Programm.",
      `Er gilt für ${downloads}, bis zum ${until}. ${isOneOfMany ? "Danach öffnet er nichts mehr." : "Danach werden die Dateien gelöscht."}`,
      password
        ? "Die Seite fragt nach einem Passwort. Sie bekommen es von mir auf einem anderen Weg."
        : "Wer diesen Link hat, kann die Dateien öffnen. Bitte geben Sie ihn nicht weiter.",
    ],
  }),

  push: ({ kind, forFiles, views: count, until, passphrase }) => {
    const { subject, what } = PUSHED[kind] ?? PUSHED.unknown;
    const it = forFiles ? "das Passwort für die Dateien, die ich Ihnen auf einem anderen Weg sende" : `${what} für Sie`;
    return {
      subject: forFiles ? "Das Passwort für die Dateien" : subject,
      short: `Dieser Link zeigt ${it}. Ansehen können Sie es ${views(count)}, bis zum ${until}.`,
      before: ["Guten Tag,", `dieser Link zeigt ${it}:`],
      after: [
        "Öffnen Sie ihn in einem Browser, und drücken Sie auf den Knopf, um es zu sehen. Ansehen können Sie es " +
          `${views(count)}, bis zum ${until}. Danach wird es gelöscht.`,
        ...(passphrase ? ["Die Seite fragt nach einem Codewort. Sie bekommen es von mir auf einem anderen Weg."] : []),
        "Wenn die Seite sagt, dass es vor Ihnen schon jemand gesehen hat, sagen Sie mir Bescheid.",
      ],
    };
  },
};
