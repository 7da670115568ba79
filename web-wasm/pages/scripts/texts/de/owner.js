// @ts-check
/** What owners read who hand over a password, by itself or beside files. In German. */

/** @import * as En from "../en/owner.js" */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("de");

/** @type {typeof En.strength} */
export const strength = {
  made: (bits, verdict) => `${bits} Bit: ${verdict}`,
  typed: (bits, verdict) => `Höchstens etwa ${bits} Bit: ${verdict}`,
  verdictsMade: {
    weak: "schwach. Wählen Sie mehr Zeichen oder Wörter.",
    fair: "mittel. Es hält eine Weile stand.",
    strong: "stark. Kein Programm errät es.",
  },
  verdictsTyped: {
    weak: "schwach. Ein Programm errät es. Lassen Sie diese Seite ein besseres erzeugen.",
    fair: "mittel. Es hält eine Weile stand, wenn es kein bekanntes Wort, kein Name und kein Muster ist.",
    strong: "stark, wenn es zufällig gewählt wurde. Einen Satz, einen Namen oder ein Muster kann ein Programm kennen.",
  },
  noClass: "Wählen Sie mindestens eine Art von Zeichen.",
  range: (min, max) => `Geben Sie eine Zahl von ${min} bis ${max} ein.`,
  noWords: "Die Wörterliste wurde nicht geladen. Prüfen Sie die Verbindung, und versuchen Sie es noch einmal.",
};

/** @type {typeof En.fitting} */
export const fitting = {
  tooLong: {
    bytes: (over, len, max) =>
      counted(over, { one: "Das ist # Byte zu lang.", other: "Das ist # Bytes zu lang." }) +
      counted(max, {
        one: ` Es hat ${len} Bytes, höchstens # kann gesendet werden.`,
        other: ` Es hat ${len} Bytes, höchstens # können gesendet werden.`,
      }),
    characters: (over, len, max) =>
      counted(over, { one: "Das ist # Zeichen zu lang.", other: "Das ist # Zeichen zu lang." }) +
      counted(max, {
        one: ` Es hat ${len}, höchstens # kann gesendet werden.`,
        other: ` Es hat ${len}, höchstens # können gesendet werden.`,
      }),
  },
  near: {
    bytes: (len, max) => counted(max, { one: `${len} von höchstens # Byte`, other: `${len} von höchstens # Bytes` }),
    characters: (len, max) =>
      counted(max, { one: `${len} von höchstens # Zeichen`, other: `${len} von höchstens # Zeichen` }),
  },
  bytes: "Umlaute, Buchstaben mit Akzenten und die der meisten anderen Schriften brauchen je zwei bis vier Bytes.",
  unseen:
    "Dieses Passwort hat an einem Ende ein Leerzeichen oder enthält ein Zeichen, das man nicht sieht. Der Empfänger muss genau dasselbe angeben.",
  oneLine: "Was Sie eingefügt haben, hatte Zeilenumbrüche. Dieses Feld hat nur eine Zeile: Sie wurden weggelassen.",
  space: "Leerzeichen",
  tab: "Tabulator",
};

/** @type {typeof En.choices} */
export const choices = {
  expiry: (earliest, latest) => `Wählen Sie einen Zeitpunkt zwischen ${earliest} und ${latest}.`,
  noMoment: "Tag und Uhrzeit fehlen.",
  past: "Dieser Zeitpunkt ist vorbei.",
  tooSoon: "Das ist für diesen Server zu früh.",
  tooFar: "Das liegt für diesen Server zu weit in der Zukunft.",
  ends: (moment, zone) => `Endet am ${moment}, nach der Uhr Ihres Geräts (${zone}).`,
};

/** @type {typeof En.pushStatus} */
export const pushStatus = {
  label: "Bezeichnung",
  state: "Status",
  seen: "Gesehen",
  confirmed: "Erhalten",
  wrong: "Falsche Codewörter",
  left: "Abrufe übrig",
  ends: "Endet",
  never: "noch nicht",
  none: "keine",
  times: (count, when) => (count === 1 ? when : counted(count, { other: `# Mal, zuletzt am ${when}` })),
  receipt: (when) => `${when}, bestätigt durch den Empfänger`,
  leftOf: (left, max) => `${left} von ${max}`,
  states: {
    ready: "wartet auf den Empfänger",
    seen: "gesehen, und noch offen",
    paused: "von Ihnen angehalten",
    locked: "angehalten nach zu vielen falschen Codewörtern",
    exhausted: "alle Abrufe sind vergeben",
    gone: "beendet",
  },
  unreachable: "Der Server antwortet im Moment nicht. Es geht von selbst weiter.",
};

/** @type {typeof En.events} */
export const events = {
  created: "Sie haben den Link erstellt",
  changed: "Sie haben ihn geändert",
  paused: "Sie haben ihn angehalten",
  resumed: "Sie haben ihn wieder freigegeben",
  "wrong-password": "Jemand hat ein falsches Codewort eingegeben",
  locked: "Angehalten nach zu vielen falschen Codewörtern",
  started: "Gesehen von jemandem mit dem Link",
  finished: "Der Empfänger hat bestätigt, dass er es hat",
  lapsed: "Die 15 Minuten eines Abrufs waren vorbei",
  spent: "Beendet: alle Abrufe sind verbraucht",
  expired: "Beendet: die Zeit war abgelaufen",
  revoked: "Beendet: Sie haben es gelöscht",
  destroyed: "Beendet: ein Empfänger hat es gelöscht",
  "too-many-guesses": "Beendet: zu viele falsche Codewörter",
  deleted: "Vom Server gelöscht",
};

/** @type {typeof En.goneForOwner} */
export const goneForOwner = {
  spent: (when) => `Heruntergeladen, und am ${when} vom Server gelöscht.`,
  expired: (when) => `Die Zeit war am ${when} abgelaufen. Die Dateien sind vom Server gelöscht.`,
  revoked: (when) => `Sie haben es am ${when} gelöscht. Der Link funktioniert nicht mehr.`,
  destroyed: (when) => `Der Empfänger hat es am ${when} vom Server gelöscht.`,
  "too-many-guesses": (when) => `Am ${when} gab es zu viele falsche Passwörter. Die Dateien sind vom Server gelöscht.`,
  abandoned: (when) => `Das Hochladen wurde nicht rechtzeitig fertig, und am ${when} wurde alles gelöscht.`,
};

/** @type {typeof En.pushGone} */
export const pushGone = {
  spent: (when) => `Alle Abrufe sind verbraucht. Am ${when} wurde es vom Server gelöscht.`,
  expired: (when) => `Die Zeit war am ${when} abgelaufen. Es ist vom Server gelöscht.`,
  revoked: (when) => `Sie haben es am ${when} gelöscht. Der Link funktioniert nicht mehr.`,
  destroyed: (when) => `Ein Empfänger hat es am ${when} gelöscht.`,
  "too-many-guesses": (when) => `Am ${when} gab es zu viele falsche Codewörter. Es ist vom Server gelöscht.`,
};

/** @type {typeof En.refusals} */
export const refusals = {
  "password-required": "Dieser Server erlaubt keine Links zu Dateien ohne Passwort.",
  "unknown-endpoint": "Der Server kennt diesen Aufruf nicht. Laden Sie die Seite neu.",
  "too-many-guesses": "Nach einem falschen Passwort müssen Sie etwas warten.",
  "destroy-not-allowed": "Der Absender erlaubt nicht, dass Empfänger es löschen.",
  busy: "Der Server ist gerade ausgelastet. Versuchen Sie es gleich noch einmal.",
  "expiry-out-of-range": "So lange bewahrt dieser Server nichts auf. Wählen Sie eine andere Zeit.",
  "downloads-out-of-range": "So viele Downloads erlaubt dieser Server nicht. Wählen Sie eine andere Zahl.",
  "value-out-of-range": "Ein Wert liegt außerhalb dessen, was dieser Server erlaubt.",
  "share-too-large": "Das ist mehr, als dieser Server auf einmal annimmt.",
  "body-too-large": "Das ist mehr, als dieser Server auf einmal annimmt.",
  "storage-full":
    "Der Server hat keinen Platz mehr. Versuchen Sie es später noch einmal, oder sagen Sie es seinem Betreiber.",
};

/** @type {typeof En.presets} */
export const presets = {
  names: { public: "Öffentlich", internal: "Intern", personal: "Persönliche Daten", financial: "Finanzdaten" },
  own: "Eigene Einstellungen",
  ownSets: "was Sie unten wählen",
  passwords: {
    none: "kein Passwort",
    required: "mit Passwort",
    drawn: "mit einem Passwort, das hier erzeugt wird",
  },
  sets: (life, downloads, password) => `${life}, ${downloads}, ${password}`,
  left: (name) => `Nicht mehr „${isolated(name)}“: Das sind jetzt Ihre eigenen Einstellungen.`,
  needsPassword: (name) =>
    `„${isolated(name)}“ verlangt ein Passwort. Geben Sie eines ein, oder lassen Sie es erzeugen.`,
  passphrases: { none: "kein Codewort", required: "mit Codewort", drawn: "mit einem Codewort, das hier erzeugt wird" },
  needsPassphrase: (name) =>
    `„${isolated(name)}“ verlangt ein Codewort. Geben Sie eines ein, oder lassen Sie es erzeugen.`,
};

/** @type {typeof En.kept} */
export const kept = {
  yes: "Es steht in der Liste dieses Browsers: Dort finden Sie es wieder.",
  no: "Es steht nicht in der Liste dieses Browsers.",
  failed:
    "Dieser Browser kann es nicht aufbewahren, etwa weil es ein privates Fenster ist. Bewahren Sie stattdessen die Adresse oben auf.",
  remember: "In die Liste aufnehmen",
  forget: "Aus der Liste nehmen",
};

/** @type {typeof En.page} */
export const page = {
  presets: { title: "Was senden Sie?" },
  back: {
    title: "Später auf diese Seite zurückkommen",
    label: "Adresse nur für Sie",
    hint:
      "Bewahren Sie diese Adresse auf, und senden Sie sie niemandem: Wer sie hat, kann alles hier sehen, anhalten und " +
      "löschen, und bekommt den Link. Sie können diese Seite auch neu laden, solange dieser Tab offen ist.",
    copy: "Kopieren",
    list: "Was Sie gesendet haben",
    remember: "In diesem Browser merken",
    rememberHint:
      "Unter „Gesendet“ finden Sie es wieder. Das kann auch, wer diesen Browser benutzt: An einem gemeinsamen Computer " +
      "schalten Sie es aus.",
  },
};

/** @type {typeof En.ownerDeadEnds} */
export const ownerDeadEnds = {
  "not-found": {
    title: "Hier ist nichts",
    text: "Der Server kennt diesen Link nicht. Vielleicht ist er vor mehr als einer Woche zu Ende gegangen.",
    button: "Einen neuen Link erstellen",
  },
  lost: {
    title: "Es ist auf dem Server beschädigt",
    text:
      "Der Server hat verloren oder beschädigt, was hinter diesem Link lag. Ein neuer Versuch hilft nicht. Erstellen Sie " +
      "einen neuen Link, und senden Sie diesen.",
    button: "Einen neuen Link erstellen",
  },
  damaged: {
    title: "Diese Adresse ist beschädigt",
    text:
      "Ein Teil davon fehlt oder ist verändert. Kopieren Sie die ganze Adresse, die Sie aufbewahrt haben, und öffnen Sie " +
      "sie noch einmal. Der Server wurde nichts gefragt.",
    button: "Einen neuen Link erstellen",
  },
  offline: {
    title: "Keine Verbindung zum Server",
    text: "Der Server war nicht zu erreichen. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal.",
    button: "Noch einmal versuchen",
  },
  error: { title: "Das hat nicht geklappt", text: "", button: "Noch einmal versuchen" },
};
