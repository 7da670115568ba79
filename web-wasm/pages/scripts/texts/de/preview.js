// @ts-check
/** Texts of looking at a file, in German. */

/** @import * as En from "../en/preview.js" */

/** @type {typeof En.preview} */
export const preview = {
  loading: "Einen Moment …",
  cut: (shown, size) =>
    `Das ist der Anfang: die ersten ${shown} von ${size}. Speichern Sie die Datei, um alles zu lesen.`,
  whole: (size) => `${size}. Sie wird nur gezeigt: Nichts in ihr wird ausgeführt.`,
  streamed: (size) => `${size}. Sie wird geladen, während Sie sie abspielen. Nichts in ihr wird ausgeführt.`,
  drawn: (size) =>
    `${size}. Die Seiten werden als Bilder gezeichnet: Nichts in der Datei wird ausgeführt. Um Text auszuwählen oder ` +
    "vorlesen zu lassen, speichern Sie die Datei.",
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
  notUnicode:
    "Dieser Text ist nicht in UTF-8. Seine Kodierung ist geraten; sieht er falsch aus, wählen Sie eine andere:",
  noText:
    "In dieser Datei ist kein Text, obwohl ihr Name das sagt. Speichern Sie sie nur, wenn Sie dem Absender vertrauen.",
  otherContent:
    "In dieser Datei ist etwas anderes, als ihr Name sagt, oder etwas, das hier nicht gezeigt wird. Speichern Sie sie " +
    "nur, wenn Sie dem Absender vertrauen.",
  tooLarge: "Hier gezeigt, würde diese Datei zu viel Speicher brauchen. Sie können sie speichern.",
  notShown: "Dieser Browser kann diese Datei nicht zeigen. Sie können sie speichern.",
};
