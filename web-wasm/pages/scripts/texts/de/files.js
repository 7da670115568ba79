// @ts-check
/** Texts of the list of files and of looking at one, in German. */

/** @import * as En from "../en/files.js" */

import { counting, isolated } from "../../phrases.js";

const counted = counting("de");

/** @type {typeof En.page} */
export const page = {
  find: { label: "Eine Datei suchen" },
  folder: { save: "Als Ordner speichern" },
  preview: { save: "Diese Datei speichern", back: "Zurück zu den Dateien" },
};

/** @type {typeof En.list} */
export const list = {
  folderSaved: (folder) => `Alle Dateien liegen im Ordner „${isolated(folder)}“, wo Sie ihn wollten, und jedes Byte wurde geprüft.`,
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
  loading: "Einen Moment …",
  progress: (done, total) => `${done} von ${total}`,
  cut: (shown, size) =>
    `Das ist der Anfang: die ersten ${shown} von ${size}. Speichern Sie die Datei, um alles zu lesen.`,
  whole: (size) => `${size}. Sie wird auf dieser Seite, aber getrennt von ihr gezeigt: Nichts in ihr kann etwas tun.`,
  streamed: (size) => `${size}. Sie wird geladen, während Sie sie abspielen. Nichts in ihr kann etwas tun.`,
  drawn: (size) =>
    `${size}. Die Seiten werden als Bilder gezeichnet, getrennt von dieser Seite: Nichts in der Datei kann etwas tun. Um Text ` +
    "auszuwählen oder vorlesen zu lassen, speichern Sie die Datei.",
  pageOf: (page, pages) => `Seite ${page} von ${pages}`,
  pagesCut: (page, pages) => `Seite ${page} von ${pages}. Speichern Sie die Datei, um den Rest zu sehen.`,
  pageFailed: "Diese Seite lässt sich hier nicht zeichnen. Speichern Sie die Datei, um sie zu sehen.",
  notDrawn:
    "Die Seiten dieser Datei lassen sich hier nicht zeichnen. Vielleicht ist sie beschädigt oder hat ein eigenes Passwort. " +
    "Speichern Sie sie stattdessen, und öffnen Sie sie mit Ihrem PDF-Programm.",
  lookSpent:
    "Sie haben so viel angesehen, wie ein Download erlaubt; der Rest bleibt für das Speichern. Sie können die Datei " +
    "speichern: Das wird nicht noch einmal gezählt.",
  held: "Ihr Download hat begonnen. Dateien zu speichern wird nicht noch einmal gezählt.",
  frame: (name) => `Inhalt von ${name}`,
  otherContent:
    "In dieser Datei ist etwas anderes, als ihr Name sagt, oder etwas, das hier nicht gezeigt wird. Speichern Sie sie " +
    "nur, wenn Sie dem Absender vertrauen.",
  tooLarge: "Hier gezeigt, würde diese Datei zu viel Speicher brauchen. Sie können sie speichern.",
  notShown: "Dieser Browser kann diese Datei nicht zeigen. Sie können sie speichern.",
};

/** @type {typeof En.surroundings} */
export const surroundings = {
  inApp:
    "Diese Seite wurde innerhalb einer anderen App geöffnet. Solche Fenster können oft keine Dateien speichern. Öffnen " +
    "Sie den Link in Ihrem Browser, bevor Sie herunterladen: Bis jetzt wurde nichts gezählt.",
  noStream: (size) =>
    `In diesem Fenster lassen sich höchstens ${size} speichern (private Fenster und manche Apps erlauben nicht mehr). ` +
    "Öffnen Sie den Link in einem normalen Fenster Ihres Browsers, bevor Sie herunterladen: Bis jetzt wurde nichts gezählt.",
  forgetful:
    "Das sieht nach einem privaten Fenster aus. Schließen Sie es erst, wenn der Download fertig ist: Danach weiß dieser " +
    "Browser nichts mehr davon, und der Download würde noch einmal gezählt.",
};
