// @ts-check
/** Texts of the list of files and of looking at one, in German. */

/** @import * as En from "../en/files.js" */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("de");

/** @type {typeof En.page} */
export const page = {
  find: { label: "Eine Datei suchen" },
  folder: { save: "Als Ordner speichern" },
  elsewhere: { copy: "Link kopieren" },
  preview: { save: "Diese Datei speichern", back: "Zurück zu den Dateien" },
};

/** @type {typeof En.list} */
export const list = {
  folderSaved: (folder) =>
    `Alle Dateien liegen im Ordner „${isolated(folder)}“, wo Sie ihn wollten, und jedes Byte wurde geprüft.`,
  folderRenamed: (name) => `Einige Dateien konnten ihren Namen nicht behalten, zum Beispiel „${isolated(name)}“.`,
  save: "Speichern",
  saved: "Gespeichert",
  saveOne: (name) => `${name} speichern`,
  saveFolder: (name) => `Den Ordner ${name} als Zip-Datei speichern`,
  look: "Vorschau",
  lookAt: (name) => `Vorschau von ${name}`,
  read: "Lesen",
  readIt: (name) => `Lesen: ${name}`,
  emptyFolder: "leerer Ordner",
  savedAs: (path) => `gespeichert als „${isolated(path)}“`,
  /** @param {string} name */
  savedAlone: (name) => `einzeln gespeichert als „${isolated(name)}“`,
  folder: (files, size) => `${counted(files, { one: "# Datei", other: "# Dateien" })}, ${size}`,
  more: (count) => counted(count, { one: "# weitere zeigen", other: "# weitere zeigen" }),
  moreOf: (count, rest) => counted(count, { other: `# von ${rest} weiteren zeigen` }),
  found: (total) => (total === 0 ? "Nichts gefunden" : counted(total, { one: "# gefunden", other: "# gefunden" })),
  foundMany: (shown, total) => `${total} gefunden, die ersten ${shown} sind zu sehen`,
};

/** @type {typeof En.preview} */
export const preview = {
  confirmTitle: {
    last: (name) =>
      `Um „${isolated(name)}“ zu zeigen, wird der einzige Download begonnen, der noch übrig ist. Danach können Sie immer noch alle ` +
      "Dateien speichern, bis Sie sie eine Stunde lang nicht anrühren; dann werden sie vom Server gelöscht. Jetzt zeigen?",
    some: (name, left) =>
      counted(left, {
        other: (n) =>
          `Um „${isolated(name)}“ zu zeigen, wird einer der ${n} Downloads begonnen, die noch übrig sind. Danach Dateien zu ` +
          "speichern wird nicht noch einmal gezählt. Jetzt zeigen?",
      }),
  },
  confirmYes: "Ja, zeigen",
};

/** @type {typeof En.inAppBrowser} */
export const inAppBrowser = {
  inApp:
    "Diese Seite wurde innerhalb einer anderen App geöffnet. Solche Fenster können oft keine Dateien speichern. Öffnen " +
    "Sie den Link in Ihrem Browser, bevor Sie herunterladen: Bis jetzt wurde nichts gezählt.",
  noStream: (size) =>
    `In diesem Fenster lassen sich höchstens ${size} speichern (private Fenster und manche Apps erlauben nicht mehr). ` +
    "Öffnen Sie den Link in einem normalen Fenster Ihres Browsers, bevor Sie herunterladen: Bis jetzt wurde nichts gezählt.",
  forgetful:
    "Das sieht nach einem privaten Fenster aus. Schließen Sie es erst, wenn der Download fertig ist: Danach weiß dieser " +
    "Browser nichts mehr davon, und der Download würde noch einmal gezählt.",
  copied: "Kopiert",
  inAddress: "Er steht jetzt in der Adresszeile",
};
