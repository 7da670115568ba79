// @ts-check
/** Texts of the page *push*, in German. */

/** @import * as En from "../en/push.js" */

import { counting } from "../../i18n/phrases.js";

const counted = counting("de");

/** @type {typeof En.page} */
export const page = {
  form: {
    title: "Was übergeben Sie?",
    kind: "Was ist es?",
    password: "Passwort",
    login: "Login",
    note: "Notiz",
    url: "Webadresse",
    user: "Benutzername",
    secret: "Passwort",
    noteText: "Notiz",
    noteHint: "Mehrere Zeilen sind möglich: ein Schlüssel, ein Code, Antworten auf Sicherheitsfragen.",
    urlText: "Webadresse",
    urlHint:
      "Sie beginnt mit https:// oder http://. Der Empfänger sieht sie zuerst und öffnet sie nur durch einen Klick.",
    make: "Erzeugen",
    views: "Kann angesehen werden",
    viewsOther: "Wie oft",
    expiry: "Aufbewahren",
    expiryDate: "Gelöscht am",
    passphrase: "Codewort",
    passphraseHint:
      "Der Empfänger braucht den Link und dieses Codewort. Sagen Sie es auf einem anderen Weg als den Link. Wir können es " +
      "nicht wiederherstellen.",
    passphraseMake: "Erzeugen",
    guesses: "Nach falschen Codewörtern löschen",
    guessesCount: "Falsche Codewörter",
    guessesWarn:
      "Wer den Link abfängt, kann es dann löschen lassen, indem er falsche Codewörter eingibt. Ohne diese Einstellung " +
      "führen falsche Codewörter nur zu Wartezeiten, und nichts geht verloren.",
    from: "Von",
    fromHint: "Das sieht, wer den Link hat, noch bevor etwas gezählt wird.",
    more: "Weitere Einstellungen",
    label: "Bezeichnung",
    labelHint: "Nur Sie sehen sie, auf der Seite dieses Links.",
    mayDestroy: "Der Empfänger darf es vorzeitig löschen",
    send: "Link erstellen",
  },
  generator: {
    title: "Ein Passwort erzeugen",
    way: "Woraus",
    characters: "Zeichen",
    words: "Wörter",
    length: "Länge",
    lower: "a bis z",
    upper: "A bis Z",
    digits: "0 bis 9",
    symbols: "Sonderzeichen (! # $)",
    lookalikes: "Ohne ähnliche Zeichen (0 und O, 1 und l)",
    count: "Anzahl der Wörter",
    separator: "Zwischen den Wörtern",
    hyphen: "Bindestrich",
    space: "Leerzeichen",
    dot: "Punkt",
    underscore: "Unterstrich",
    withDigit: "Mit einer Ziffer",
    capitals: "Mit Großbuchstaben",
    again: "Ein anderes erzeugen",
    close: "Schließen",
  },
  done: {
    passphraseApart:
      "Sagen Sie das Codewort auf einem anderen Weg als den Link: am Telefon, persönlich oder in einem anderen Messenger. " +
      "Nur diese Seite kennt es, bis Sie sie verlassen. Danach kann es niemand mehr zeigen.",
    next: "Wie es weitergeht",
    status: "Was bisher geschehen ist",
    timeline: "Jedes Ereignis",
    another: "Noch einen Link erstellen",
    moreViews: "Einen Abruf mehr erlauben",
    revoke: "Jetzt löschen",
    revokeAsk: "Jetzt vom Server löschen? Der Link funktioniert dann sofort nicht mehr, für niemanden.",
    revokeYes: "Ja, jetzt löschen",
    revokeNo: "Behalten",
  },
};

/** What is written in English in the pages. */
export const written = {
  "push.title": "Subrosa · ein Passwort übergeben",
  "push.heading": "Ein Passwort übergeben, versiegelt.",
  "push.lead":
    "Es wird auf diesem Gerät verschlüsselt, bevor es das Gerät verlässt. Der Schlüssel steht in dem Link, den Sie " +
    "bekommen, und sonst nirgends.",
  "push.first": "Der Server kann es nicht lesen.",
  "push.firstMore": "Er hat nur verschlüsselte Daten und keinen Schlüssel.",
  "push.second": "Den Link zu öffnen zeigt noch nichts.",
  "push.secondMore": "Ein Mensch muss bestätigen. Programme, die Mails prüfen, verbrauchen es deshalb nicht.",
  "push.third": "Sie sehen, wann es gesehen wurde.",
  "push.thirdMore": "Vorher können Sie es löschen.",
};

/** @type {typeof En.push} */
export const push = {
  makes: "Link erstellen",
  making: "Wird versiegelt …",
  retry: "Noch einmal versuchen",
  views: (count) => counted(count, { one: "einmal", other: "# Mal" }),
  viewsOther: "eine andere Zahl …",
  expiryDate: "bis Tag und Uhrzeit …",
  titles: {
    made: "Versiegelt. Hier ist der Link.",
    back: "Ihr Link",
    password: "Link zum Passwort",
    login: "Link zu den Zugangsdaten",
    note: "Link zur Notiz",
    url: "Link zur Webadresse",
    again: "Der Link",
  },
  leads: {
    made: "Ohne diesen Link kann es niemand lesen, auch der Server nicht.",
    back: "Was Sie übergeben haben, wird hier nicht gezeigt. Sie sehen, was geschehen ist, und können den Link noch einmal weitergeben.",
  },
  cardLead: "Senden Sie ihn dem Empfänger.",
  cardAgain: "Wer ihn hat, kann ihn öffnen, solange Abrufe übrig sind.",
  nextSteps: (views, until, passphrase) => [
    passphrase
      ? "Senden Sie dem Empfänger den Link, und sagen Sie ihm das Codewort auf einem anderen Weg."
      : "Senden Sie dem Empfänger den Link. Wer ihn hat, kann ihn öffnen.",
    `Es kann ${views} angesehen werden, bis zum ${until}. Den Link zu öffnen zeigt noch nichts: Der Empfänger muss ` +
      "bestätigen.",
    "Danach wird es vom Server gelöscht. Diese Seite zeigt, was geschieht.",
  ],
  showPassphrase: "Codewort zeigen",
  hidePassphrase: "Codewort verbergen",
  pastedLines:
    "Was Sie eingefügt haben, hat mehrere Zeilen, und ein Passwort hat nur eine. Es steht jetzt in der Notiz.",
  pause: "Anhalten",
  resume: "Wieder freigeben",
  copied: "Kopiert",
};

/** @type {typeof En.formProblems} */
export const formProblems = {
  emptySecret: "Geben Sie ein Passwort ein, oder lassen Sie diese Seite eines erzeugen.",
  emptyLogin: "Geben Sie einen Benutzernamen, ein Passwort oder eine Notiz ein.",
  emptyNote: "Geben Sie eine Notiz ein.",
  emptyUrl: "Geben Sie eine Webadresse ein.",
  together: (problem) => `Benutzername, Passwort und Notiz zusammen: ${problem} Senden Sie längere Texte als Datei.`,
  userCharacter: (character) =>
    `Benutzername: Er enthält ein Zeichen, das man nicht sieht (${character}). Löschen Sie es, oder schreiben Sie den Text in ` +
    "eine Notiz.",
  passwordCharacter: (character) =>
    `Passwort: Es enthält ein Zeichen, das man nicht sieht (${character}). Löschen Sie es, oder schreiben Sie den Text in eine ` +
    "Notiz.",
  urlScheme:
    "Webadresse: Sie muss mit https:// oder http:// beginnen. Ergänzen Sie das, oder senden Sie sie als Notiz.",
  urlCharacter: (character) =>
    `Webadresse: Sie enthält ein Zeichen, das sie nicht haben kann (${character}). Löschen Sie es, oder senden Sie sie als ` +
    "Notiz.",
  urlUserName:
    "Webadresse: Sie enthält einen Benutzernamen vor einem @. Lassen Sie weg, was zwischen // und @ steht, oder senden Sie " +
    "sie als Notiz.",
  urlHost:
    "Webadresse: Hinter // steht kein Servername aus Buchstaben, Ziffern, Bindestrichen und Punkten, den jeder Browser " +
    "gleich liest. Berichtigen Sie ihn, oder senden Sie die Adresse als Notiz.",
  urlPort:
    "Webadresse: Hinter dem Doppelpunkt steht kein Port, also keine Zahl bis 65535. Berichtigen Sie das, oder senden Sie sie " +
    "als Notiz.",
  fromCharacter: (character) =>
    `„Von“: Es enthält ein Zeichen, das man nicht sieht (${character}). Leeren Sie das Feld, und tippen Sie es neu.`,
  labelCharacter: (character) =>
    `Bezeichnung: Sie enthält ein Zeichen, das man nicht sieht (${character}). Leeren Sie das Feld, und tippen Sie sie neu.`,
  network:
    "Der Server war nicht zu erreichen. Nichts ist verloren: Versuchen Sie es noch einmal, wenn Sie wieder im Netz sind.",
  server:
    "Der Server hat etwas geantwortet, das diese Seite nicht versteht. Nichts ist verloren: Versuchen Sie es noch einmal.",
  unexpected: "Auf dieser Seite ist etwas schiefgegangen. Es wurde nichts gesendet. Versuchen Sie es noch einmal.",
  unexpectedHere: "Auf dieser Seite ist etwas schiefgegangen. Laden Sie sie neu.",
};

/** @type {typeof En.pushEndings} */
export const pushEndings = {
  deleted: "Gelöscht",
  seen: "Gesehen, und gelöscht",
  arrived: "Angekommen",
};
