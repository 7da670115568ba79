// @ts-check
/**
 * Texts of all pages, in German. The reader is “Sie”; a secret that protects another one is a “Codewort”, a look at a
 * push an “Abruf”.
 */

/** @import * as En from "../en/common.js" */

/** @type {typeof En.page} */
export const page = {
  unsupported: { title: "In diesem Browser geht das nicht" },
  options: { optional: "(optional)", show: "Zeigen", hide: "Verbergen" },
  waits: { now: "Jetzt versuchen" },
};

/** What is written in English in the pages. */
export const written = {
  "channels.title": "Was Sie übergeben",
  "channels.files": "Dateien",
  "channels.passwords": "Passwörter",
  "channels.sent": "Gesendet",
  "foot.languages": "Sprache",
  "foot.sealed": "Versiegelt auf Ihrem Gerät, mit Schlüsseln, die der Server nie sieht.",
  "foot.opened": "Geöffnet auf Ihrem Gerät, mit einem Schlüssel, den der Server nie sieht.",
  "foot.send": "Selbst Dateien senden",
  "foot.push": "Selbst ein Passwort übergeben",
  "foot.words": "Woher die Wörter kommen",
  "loading.ready": "Einen Moment …",
  "loading.link": "Der Link wird geprüft …",
  "loading.late":
    "Wenn nichts geschieht, ist dieser Browser vielleicht zu alt. Aktualisieren Sie ihn, oder nehmen Sie einen aktuellen " +
    "Firefox, Chrome, Edge oder Safari.",
  "loading.lateLink":
    "Wenn nichts geschieht, ist dieser Browser vielleicht zu alt. Aktualisieren Sie ihn, oder öffnen Sie den Link in " +
    "einem aktuellen Firefox, Chrome, Edge oder Safari. Es wurde nichts gezählt.",
};

/** @type {typeof En.unsupported} */
export const unsupported = {
  insecure:
    "Diese Seite wurde nicht über eine sichere Verbindung (https) geöffnet. Dann lässt der Browser keine " +
    "Verschlüsselung zu. Öffnen Sie die Adresse mit https:// am Anfang.",
  randomness: "Dieser Browser hat keine sicheren Zufallszahlen. Ohne sie arbeitet Subrosa nicht.",
  wasm:
    "Dieser Browser ist zu alt, oder er lässt WebAssembly nicht zu. Aktualisieren Sie ihn, oder öffnen Sie den Link in " +
    "einem aktuellen Firefox, Chrome, Edge oder Safari. Es wurde nichts gezählt.",
  notLoaded: "Diese Seite wurde nicht ganz geladen",
  modules:
    "Das Programm dieser Seite wurde nicht geladen. Prüfen Sie die Verbindung, und laden Sie die Seite neu. Es wurde " +
    "nichts gezählt.",
};

/** @type {typeof En.problems} */
export const problems = {
  network: "Der Server war nicht zu erreichen.",
  unexpected: "Auf dieser Seite ist etwas schiefgegangen. Laden Sie sie neu; Ihren Dateien ist nichts geschehen.",
  passwordTooLong: (over) =>
    `Das ist um ${over} Bytes länger, als ein Passwort eines Links sein kann. Wollten Sie das einfügen?`,
  server: "Der Server hat etwas geantwortet, das diese Seite nicht versteht. Laden Sie die Seite neu.",
  later: (soon) => `Die Antwort bittet um einen neuen Versuch ${soon}. Sie können es auch sofort versuchen.`,
};

/** @type {typeof En.refusals} */
export const refusals = {
  internal:
    "Auf dem Server ist ein Fehler aufgetreten. Versuchen Sie es noch einmal; wenn es dabei bleibt, sagen Sie es seinem " +
    "Betreiber.",
};

/** @type {typeof En.strangers} */
export const strangers = {
  answer: (status, host) =>
    `Nicht Subrosa hat geantwortet, sondern etwas dazwischen (${status ? `Status ${status}` : "der Weg zu einer anderen Seite"}): ` +
    (status >= 500
      ? `ein Proxy, der den Server nicht erreicht. Versuchen Sie es später, oder fragen Sie den Betreiber von ${host}.`
      : `ein Proxy oder die Anmeldung eines Netzes. Melden Sie sich dort an, oder fragen Sie den Betreiber von ${host}.`),
};
