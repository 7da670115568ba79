// @ts-check
/** Texts of the page *send*, in German. */

/** @import * as En from "../en/send.js" */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("de");
const FILES = { one: "# Datei", other: "# Dateien" };

/** @type {typeof En.page} */
export const page = {
  others: {
    title: "Weitere Links zu denselben Dateien",
    lead: "Einer für jede Person: Sie sehen, wer sie hat, und können einen beenden, ohne die anderen zu beenden.",
    add: "Noch einen Link erstellen",
    label: "Für wen",
    labelHint: "Ein Name je Zeile: Jeder bekommt einen Link. Die Namen sehen nur Sie.",
    passwordHint: "Teilen Sie es auf einem anderen Weg mit als den Link.",
    table: "Namen aus einer Tabelle (CSV)",
    columnOf: "Wo die Namen stehen",
    heading: "Die erste Zeile ist eine Überschrift",
    make: "Erstellen",
    csv: "Alle Links in einer Datei (CSV)",
    csvAsk:
      "Wer diese Datei hat, kann alles öffnen, was kein Passwort hat. Sie enthält die Links und keine Passwörter.",
    csvYes: "Datei speichern",
    csvNo: "Nicht speichern",
  },
  reinvite: {
    title: "Noch einmal einladen",
    whose: "Wessen Link ersetzt wird",
    hint: "Ein neuer Link tritt an die Stelle jedes gewählten: mit gleichem Namen, gleicher Grenze und gleichem Ende. Der bisherige öffnet dann nichts mehr.",
    make: "Die neuen Links erstellen",
  },
  pushes: {
    hint: "Jeder Link mit Passwort bekommt einen zweiten, der dieses Passwort zeigt. Senden Sie ihn auf einem anderen Weg.",
  },
  trying: {
    title: "Einen Link ausprobieren",
    hint: "Zeigt mit Ihrem eigenen Schlüssel, was der Empfänger sieht. Nichts wird gezählt, kein Download wird verbraucht.",
    which: "Welcher Link",
    try: "Ausprobieren",
  },
  versions: {
    title: "Fassungen",
    lead: "Wählen Sie die berichtigten Dateien. Die Links, ihre Namen und Passwörter bleiben; was sie zeigen, wechselt, sobald alles gespeichert ist.",
    more: "Wer seine Downloads verbraucht hat, darf noch einen",
    leave: "Jetzt nicht",
    wait: "Links behalten, deren Downloads verbraucht sind",
    waitHint:
      "Sie öffnen nichts mehr, bis eine neue Fassung mehr erlaubt. Die Dateien bleiben auf dem Server, bis ihre Zeit um ist.",
    put: "Eine neue Fassung hinter diese Links legen",
  },
  newPassword: {
    title: "Ein anderes Passwort",
    whose: "Für welchen Link",
    label: "Neues Passwort",
    hint: "Leer heißt keines. Das bisherige gilt sofort nicht mehr, auch nicht für laufende Downloads: Deren Empfänger brauchen das neue, um nach einem Neuladen weiterzumachen.",
    change: "Ändern",
  },
  pick: {
    title: "Wählen Sie, was Sie senden",
    drop: "Legen Sie Dateien oder Ordner irgendwo auf dieser Seite ab, oder fügen Sie Dateien oder einen Text ein",
    files: "Dateien wählen",
    folder: "Ordner wählen",
    listed: "Was Sie senden",
    send: "Versiegeln und senden",
  },
  lost: { take: "So senden, wie sie jetzt sind", leave: "Weglassen" },
  options: {
    expiry: "Aufbewahren",
    downloads: "Erlaubte Downloads",
    expiryDate: "Gelöscht am",
    downloadsNumber: "Wie viele Downloads",
    password: "Passwort",
    passwordHint: "Der Empfänger braucht den Link und dieses Passwort. Wir können es nicht wiederherstellen.",
    makePassword: "Erzeugen",
    pushPassword: "Auch einen Link für das Passwort erstellen",
    pushPasswordHint:
      "Sie bekommen zwei Links, die Sie auf zwei Wegen senden: einen für die Dateien und einen, der das Passwort zeigt.",
    note: "Nachricht an den Empfänger",
    noteHint: "Versiegelt wie die Dateien.",
  },
  uploading: {
    title: "Wird versiegelt und gesendet",
    paused: "Das Senden ist angehalten",
    lead: "Lassen Sie diese Seite offen, bis Sie den Link sehen.",
    cancel: "Abbrechen",
  },
  done: {
    lead: "Ihre Dateien wurden vom Server zurückgelesen und geöffnet: Sie sind vollständig.",
    passwordApart:
      "Senden Sie das Passwort auf einem anderen Weg als den Link: am Telefon, persönlich oder in einem anderen " +
      "Messenger. Wer nur eine der beiden Nachrichten liest, kann dann nichts öffnen.",
    spoken:
      "Diese Seite hat das Passwort erzeugt, und noch kennt es niemand. Sagen Sie es am Telefon, oder senden Sie es in " +
      "einem anderen Messenger. Sie können es hier sehen, solange diese Seite offen ist.",
    pushFailed:
      "Der Link für das Passwort konnte nicht erstellt werden: Der Server für Passwörter hat nicht geantwortet. Die " +
      "Dateien sind gesendet, und ihr Link funktioniert. Versuchen Sie es noch einmal, oder sagen Sie das Passwort auf " +
      "einem anderen Weg.",
    pushAgain: "Noch einmal versuchen",
    moreDownloads: "Einen Download mehr erlauben",
    hold: "Link anhalten",
    unlock: "Link wieder freigeben",
    next: "Wie es weitergeht",
    another: "Etwas anderes senden",
    revoke: "Jetzt löschen",
    revokeAsk: "Die Dateien jetzt vom Server löschen? Der Link funktioniert dann sofort nicht mehr, für niemanden.",
    revokeYes: "Ja, jetzt löschen",
    revokeNo: "Behalten",
  },
  status: { timeline: "Jedes Ereignis", title: "Was der Empfänger getan hat", files: "Dateien", password: "Passwort" },
  error: { retry: "Noch einmal versuchen", restart: "Von vorn beginnen" },
};

/** What is written in English in the pages. */
export const written = {
  "send.title": "Subrosa · Dateien senden",
  "send.heading": "Dateien übergeben, versiegelt.",
  "send.lead":
    "Ihre Dateien werden auf diesem Gerät verschlüsselt, bevor sie es verlassen. Der Schlüssel steht in dem Link, den Sie " +
    "bekommen, und sonst nirgends.",
  "send.first": "Der Server kann sie nicht lesen.",
  "send.firstMore": "Er hat nur verschlüsselte Daten, keinen Schlüssel und keine Dateinamen.",
  "send.second": "Sie bestimmen, wie lange und wie oft.",
  "send.secondMore": "Danach werden die Dateien gelöscht.",
  "send.third": "Kein Konto, keine Cookies, keine Dritten.",
};

/** @type {typeof En.send} */
export const send = {
  newPassword: {
    only: "Der Link",
    done: "Der Link hat ein anderes Passwort. Sagen Sie es auf einem anderen Weg als den Link.",
    none: "Der Link hat kein Passwort mehr.",
  },
  /** Fassungen dessen, was gesendet wurde. */
  versions: {
    /** @param {string} name */
    of: (name) => `Eine neue Fassung von ${isolated(name)}`,
    /** @param {string} number @param {number} links @param {string} size */
    row: (number, links, size) =>
      `Fassung ${number} · ${size} · ${links === 0 ? "hinter keinem Link" : counted(links, { one: "hinter # Link", other: "hinter # Links" })}`,
    /** @param {string} number */
    use: (number) => `Fassung ${number} hinter alle Links legen`,
    /** @param {string} number */
    remove: (number) => `Fassung ${number} löschen`,
    /** @param {number} count @param {string} number */
    moved: (count, number) =>
      count === 0
        ? `Kein Link zeigt Fassung ${number}.`
        : counted(count, {
            one: `# Link zeigt jetzt Fassung ${number}.`,
            other: `# Links zeigen jetzt Fassung ${number}.`,
          }),
    /** @param {number} count */
    ended: (count) =>
      counted(count, {
        one: "# Link ist beendet: Wer ihn hatte, bekommt dies nicht.",
        other: "# Links sind beendet: Wer sie hatte, bekommt dies nicht.",
      }),
    /** @param {string} names */
    left: (names) =>
      `Diese Links zeigen noch eine andere Fassung. Geben Sie jedem von ihnen ein neues Passwort, und legen Sie die Fassung dann noch einmal dahinter: ${names}.`,
    first: "Geben Sie zuerst die Links weiter. Was nur diese Seite zeigt, ginge verloren.",
    waits: "Links bleiben, wenn ihre Downloads verbraucht sind.",
    waitsNot: "Links enden, wenn ihre Downloads verbraucht sind.",
    removed: "Diese Fassung ist gelöscht.",
    otherDevice:
      "Ein anderes Gerät von Ihnen sendet gerade eine neue Fassung. Wenn Sie diese trotzdem senden, wird aufgegeben, was jenes gesendet hat.",
    unfinished: "Eine neue Fassung wurde schon begonnen und nie fertig. Wenn Sie diese senden, wird jene aufgegeben.",
    full: "Es gibt so viele Fassungen, wie es gleichzeitig geben kann. Legen Sie zuerst die neueste hinter alle Links, oder löschen Sie eine.",
  },
  pastedName: "eingefügter Text.txt",
  given: "Eine andere App hat das übergeben. Nichts wird gesendet, bevor Sie es sagen.",
  givenNone: "Von der anderen App kam nichts an. Teilen Sie es noch einmal, oder wählen Sie die Dateien hier.",
  givenName: "Datei aus einer App",
  givenText: "Text aus einer App.txt",
  reinvite: {
    none: "Wählen Sie mindestens einen Link.",
    needsPassword:
      "An die Stelle eines Links mit Passwort tritt wieder einer mit Passwort. Geben Sie eines ein, dasselbe oder ein anderes.",
    made: (count) =>
      counted(count, {
        one: "Der neue Link steht in der Liste. Der bisherige öffnet nichts mehr.",
        other: "# neue Links stehen in der Liste. Die bisherigen öffnen nichts mehr.",
      }),
  },
  pushes: {
    title: "Link zum Passwort",
    copy: "Link zum Passwort kopieren",
    character: "Ein Link kann dieses Passwort nur ohne Zeilenumbrüche, Tabulatoren und unsichtbare Zeichen zeigen.",
    failed: (count) =>
      counted(count, {
        one: "Der Link zu den Dateien hat sein Passwort. Der Link, der es zeigt, konnte nicht erstellt werden: Ändern Sie das Passwort, um es noch einmal zu versuchen, oder teilen Sie es anders mit.",
        other:
          "Die Links zu den Dateien haben ihre Passwörter. # Links, die sie zeigen, konnten nicht erstellt werden: Ändern Sie diese Passwörter, um es noch einmal zu versuchen, oder teilen Sie sie anders mit.",
      }),
  },
  trying: {
    opens: "Dieser Link öffnet sich jetzt.",
    opensNot: "Dieser Link öffnet jetzt nichts. Warum, steht darunter.",
    state: "Zustand",
    left: "Verbleibende Downloads",
    ends: "Endet",
    password: "Passwort",
    passwordYes: "wird verlangt; ob es jemand kennt, lässt sich hier nicht ausprobieren",
    passwordNo: "keines",
    version: "Fassung",
    key: "Schlüssel des Links",
    keyYes: "Ihnen bekannt",
    keyNo: "Ihnen nicht bekannt: Ein anderes Programm hat den Link erstellt",
    list: "Liste der Dateien",
    listYes: (count) =>
      counted(count, { one: "öffnet sich und hat # Eintrag", other: "öffnet sich und hat # Einträge" }),
    listGone: "gelöscht mit dem, was hinter dem Link lag",
    broken: "Die Liste der Dateien ist auf dem Server beschädigt. Legen Sie eine neue Fassung hinter den Link.",
    more: (count) => counted(count, { one: "und # weitere", other: "und # weitere" }),
  },
  others: {
    saved: "gespeichert, sagt jemand mit dem Link",
    ended: "beendet",
    unnamed: (number) => `Link ${number}`,
    copy: "Link kopieren",
    end: "Diesen Link beenden",
    endAsk: "Diesen Link beenden? Er öffnet dann nichts mehr. Die anderen Links bleiben.",
    endYes: "Ja, beenden",
    endNo: "Nein, behalten",
    needsPassword: "Dieser Server erlaubt keine Links zu Dateien ohne Passwort.",
    made: (count) => counted(count, { one: "Der Link ist erstellt.", other: "# Links sind erstellt." }),
    progress: (done, all) => `${done} / ${all}`,
    taken: (taken, max) => `${taken} von ${max} Downloads verbraucht`,
    hasPassword: "mit Passwort",
    wrong: (count) => counted(count, { one: "# falsches Passwort", other: "# falsche Passwörter" }),
    labelTooLong: (over) =>
      counted(over, { one: "Der Name ist um # Byte zu lang.", other: "Der Name ist um # Bytes zu lang." }),
    tooMany: "Diese Dateien haben so viele Links, wie sie haben können.",
    column: (number, cell) => (cell === "" ? `Spalte ${number}` : `Spalte ${number}: ${isolated(cell)}`),
    wholeRow: "Jede Zeile, wie sie dasteht",
    namesTaken: (count) =>
      count === 0
        ? "Es wurde kein Name gefunden."
        : counted(count, {
            one: "# Name steht jetzt im Feld. Sehen Sie ihn an, bevor Sie den Link erstellen.",
            other: "# Namen stehen jetzt im Feld. Sehen Sie sie an, bevor Sie die Links erstellen.",
          }),
    leftOut: {
      heading: (_, rows) => `Ausgelassen, weil sie die Überschrift ist: Zeile ${rows}.`,
      empty: (count, rows) =>
        counted(count, {
          one: () => `Ausgelassen, weil sie leer ist: Zeile ${rows}.`,
          other: (n) => `${n} Zeilen ausgelassen, weil sie leer sind: ${rows}.`,
        }),
      repeated: (count, rows) =>
        counted(count, {
          one: () => `Ausgelassen, weil der Name schon dasteht: Zeile ${rows}.`,
          other: (n) => `${n} Zeilen ausgelassen, weil die Namen schon dastehen: ${rows}.`,
        }),
      known: (count, rows) =>
        counted(count, {
          one: () => `Ausgelassen, weil es einen Link mit diesem Namen gibt: Zeile ${rows}.`,
          other: (n) => `${n} Zeilen ausgelassen, weil es Links mit diesen Namen gibt: ${rows}.`,
        }),
      "too-long": (count, rows) =>
        counted(count, {
          one: () => `Ausgelassen, weil der Name länger als 256 Bytes ist: Zeile ${rows}.`,
          other: (n) => `${n} Zeilen ausgelassen, weil die Namen länger als 256 Bytes sind: ${rows}.`,
        }),
      beyond: (count, rows) =>
        counted(count, {
          one: () => `Ausgelassen, weil diese Dateien keine weiteren Links haben können: Zeile ${rows}.`,
          other: (n) => `${n} Zeilen ausgelassen, weil diese Dateien keine weiteren Links haben können: ${rows}.`,
        }),
    },
    guessed:
      "Die Datei sagt nicht, wie ihre Buchstaben geschrieben sind. Sehen Sie nach, ob sie stimmen; wenn nicht, speichern Sie sie als UTF-8.",
    known: (names) => `Für diese gibt es schon einen Link, und sie bekommen noch einen: ${names}.`,
    twice: (names) => `Jeder Name bekommt einen Link. Mehr als einmal stehen da: ${names}.`,
    quoted: (name) => `„${name}“`,
    comma: ", ",
    tableProblems: {
      tooLarge: "Diese Tabelle ist zu groß: Gelesen wird höchstens 1 MB.",
      tooManyRows: "Diese Tabelle hat zu viele Zeilen: Gelesen werden höchstens 10.000.",
      unclosed: (row) =>
        `Diese Tabelle lässt sich nicht lesen: In Zeile ${row} öffnet ein Anführungszeichen eine Zelle, die nicht endet.`,
      unreadable: "Diese Datei lässt sich nicht lesen.",
    },
  },
  limits: (size, files) => `Bis zu ${size} und ${files} Dateien.`,
  sum: (size, files, limit) => `${counted(files, FILES)}, ${size} von höchstens ${limit}.`,
  remove: (name) => `${name} entfernen`,
  filesInFolder: (count) =>
    count === 0 ? "leerer Ordner" : counted(count, { one: "Ordner mit # Datei", other: "Ordner mit # Dateien" }),
  more: (count) => counted(count, { one: "und # weitere", other: "und # weitere" }),
  downloads: (count) => counted(count, { one: "# Download", other: "# Downloads" }),
  downloadsOther: "Andere Zahl …",
  expiryOther: "Bis Tag und Uhrzeit …",
  serverNeedsPassword:
    "Dieser Server nimmt Dateien nur mit einem Passwort an. Geben Sie eines ein, oder lassen Sie es erzeugen.",
  tooLarge: (limit, total) =>
    `Das ist zu viel: ${total}. Dieser Server nimmt höchstens ${limit} auf einmal an. Entfernen Sie etwas, oder senden ` +
    "Sie es in zwei Teilen.",
  tooLargePadded: (limit, total, padded) =>
    `Das ist ein wenig zu viel: ${total}. Mit der Füllung, die verbirgt, wie groß Dateien genau sind, werden es ${padded}; ` +
    `dieser Server nimmt höchstens ${limit} auf einmal an. Entfernen Sie etwas, oder senden Sie es in zwei Teilen.`,
  tooManyFiles: (limit, found) =>
    counted(limit, {
      other:
        `Das sind zu viele Dateien und Ordner: ${found}. Dieser Server nimmt höchstens # auf einmal an. Packen Sie sie ` +
        "vorher in eine Zip-Datei.",
    }),
  listTooLong: (limit, found) =>
    `Die Namen all dieser Dateien sind zusammen zu lang: Ihre Liste hat ${found}, und dieser Server nimmt höchstens ` +
    `${limit} an. Packen Sie einige Ordner vorher in eine Zip-Datei.`,
  passwordCharacter: (character) =>
    `Passwort: Es enthält ein Zeichen, das man nicht sieht (${character}), und kann deshalb keinen eigenen Link bekommen. ` +
    "Entfernen Sie dieses Zeichen, oder wählen Sie „Auch einen Link für das Passwort erstellen“ ab.",
  renamedTo: (from, to) => `${from} → ${to}`,
  renamed: {
    taken: (count, from, to) =>
      counted(count, {
        one: () =>
          `„${isolated(from)}“ wird als „${isolated(to)}“ gesendet: Eine Datei in der Liste heißt schon so, oder so, dass ` +
          "manche Systeme beide nicht unterscheiden.",
        other: (n) =>
          `${n} Dateien werden unter anderen Namen gesendet: Dateien in der Liste heißen schon so, oder so, dass manche ` +
          "Systeme beide nicht unterscheiden.",
      }),
    spelling: (count, from, to) =>
      counted(count, {
        one: () =>
          `„${isolated(from)}“ wird als „${isolated(to)}“ gesendet: Der Ordner steht in dieser Schreibweise schon in der Liste.`,
        other: (n) => `${n} Dateien werden in Ordnern gesendet, die in anderer Schreibweise schon in der Liste stehen.`,
      }),
    control: (count, from, to) =>
      counted(count, {
        one: () =>
          `„${isolated(from)}“ wird als „${isolated(to)}“ gesendet: Der Name enthält Zeilenumbrüche oder andere Zeichen, die ` +
          "man nicht sieht.",
        other: (n) =>
          `${n} Dateien werden unter anderen Namen gesendet: Ihre Namen enthalten Zeilenumbrüche oder andere Zeichen, die ` +
          "man nicht sieht.",
      }),
    direction: (count, from, to) =>
      counted(count, {
        one: () =>
          `„${isolated(from)}“ wird als „${isolated(to)}“ gesendet: Der Name enthält Zeichen, die Text umdrehen, sodass er wie ` +
          "ein anderer aussieht.",
        other: (n) =>
          `${n} Dateien werden unter anderen Namen gesendet: Ihre Namen enthalten Zeichen, die Text umdrehen, sodass sie wie ` +
          "andere aussehen.",
      }),
    step: (count, from, to) =>
      counted(count, {
        one: () =>
          `„${isolated(from)}“ wird als „${isolated(to)}“ gesendet: Eine Datei oder ein Ordner kann nicht „.“ oder „..“ heißen, ` +
          "und der Name kann nicht leer sein.",
        other: (n) =>
          `${n} Dateien werden unter anderen Namen gesendet: Eine Datei oder ein Ordner kann nicht „.“ oder „..“ heißen, und ` +
          "der Name kann nicht leer sein.",
      }),
    "too-long": (count, from, to, limit) =>
      counted(count, {
        one: () =>
          `„${isolated(from)}“ wird als „${isolated(to)}“ gesendet: Ein Name kann höchstens ${limit} Bytes haben und wurde ` +
          "gekürzt.",
        other: (n) =>
          `${n} Dateien werden unter kürzeren Namen gesendet: Ein Name kann höchstens ${limit} Bytes haben.`,
      }),
    "not-text": (count, from, to) =>
      counted(count, {
        one: () =>
          `„${isolated(from)}“ wird als „${isolated(to)}“ gesendet: Der Name enthält Zeichen, die kein Text sind (kein gültiges ` +
          "Unicode).",
        other: (n) =>
          `${n} Dateien werden unter anderen Namen gesendet: Ihre Namen enthalten Zeichen, die kein Text sind (kein gültiges ` +
          "Unicode).",
      }),
  },
  known: (count, first) =>
    counted(count, {
      one: () =>
        `„${isolated(first)}“ steht schon in der Liste, Byte für Byte gleich. Sie wurde nicht doppelt aufgenommen.`,
      other: (n) =>
        `${n} Dateien stehen schon in der Liste, Byte für Byte gleich. Sie wurden nicht doppelt aufgenommen.`,
    }),
  replaced: (count, first) =>
    counted(count, {
      one: () => `„${isolated(first)}“ ersetzt die Datei, die sich nicht mehr lesen ließ.`,
      other: (n) => `${n} Dateien ersetzen die, die sich nicht mehr lesen ließen.`,
    }),
  lost: (count, first) =>
    counted(count, {
      one: () =>
        `„${isolated(first)}“ wurde geändert, seit Sie die Datei gewählt haben, oder lässt sich nicht mehr lesen. Wählen Sie sie ` +
        "noch einmal, um sie so zu senden, wie sie jetzt ist, oder lassen Sie sie weg.",
      other: (n) =>
        `${n} Dateien wurden geändert, seit Sie sie gewählt haben, oder lassen sich nicht mehr lesen. Wählen Sie sie noch ` +
        "einmal, um sie so zu senden, wie sie jetzt sind, oder lassen Sie sie weg.",
    }),
  leftOut: {
    unreadable: (name) =>
      `„${isolated(name)}“ ist nicht dabei: Es konnte nicht gelesen werden. Prüfen Sie, ob es noch da ist und Sie es öffnen ` +
      "dürfen, und wählen Sie es noch einmal.",
    "not-text": (name) =>
      `„${isolated(name)}“ ist nicht dabei: Der Name ist kein Text, den ein Browser lesen kann (kein gültiges Unicode). ` +
      "Benennen Sie es um, und wählen Sie es noch einmal.",
    "path-too-long": (name, found, limit) =>
      `„${isolated(name)}“ ist nicht dabei: Der Name hat mit den Ordnern darum ${found} Bytes, möglich sind höchstens ` +
      `${limit}. Packen Sie den Ordner in eine Zip-Datei, und senden Sie diese.`,
    "path-too-deep": (name, found, limit) =>
      `„${isolated(name)}“ ist nicht dabei: Es liegt zu tief, auf Ebene ${found} von Ordnern in Ordnern, möglich sind ` +
      `höchstens ${limit} Ebenen. Packen Sie den Ordner in eine Zip-Datei, und senden Sie diese.`,
  },
  leftOutMany: (count) =>
    counted(count, { one: "# Datei oder Ordner ist nicht dabei:", other: "# Dateien oder Ordner sind nicht dabei:" }),
  all: "Alle Namen",
  reading: (count) =>
    counted(count, {
      one: "Die Dateien werden durchgesehen … bisher #",
      other: "Die Dateien werden durchgesehen … bisher #",
    }),
  comparing: () => "Sie werden mit den Dateien in der Liste verglichen …",
  backToFiles: "Zurück zu den Dateien",
  checking: "Zur Sicherheit wird alles zurückgelesen …",
  noWords: "Die Wörterliste wurde nicht geladen. Prüfen Sie die Verbindung, und versuchen Sie es noch einmal.",
  what: (files, size) => `${counted(files, FILES)}, ${size}`,
  doneOne: "Versiegelt. Hier ist der Link.",
  doneTwo: "Versiegelt. Hier sind zwei Links.",
  doneBack: "Was Sie gesendet haben",
  cardOnly: "Link zu den Dateien",
  cardOne: "1. Die Dateien",
  cardOneLead: "Senden Sie diesen Link per Mail, oder dort, wo Sie dem Empfänger ohnehin schreiben.",
  cardTwo: "2. Das Passwort",
  cardTwoLead:
    "Senden Sie diesen Link auf einem anderen Weg: am Telefon, per SMS oder Chat. Nie in derselben Nachricht wie den ersten.",
  pushPending: "Der Link für das Passwort wird erstellt …",
  pushFailed: "Der Link für das Passwort konnte nicht erstellt werden.",
  pushNotDeleted:
    "Der Link für das Passwort konnte nicht gelöscht werden: Sein Server hat nicht geantwortet. Er öffnet nichts mehr " +
    "und endet von selbst.",
  spokenShow: "Passwort zeigen",
  spokenHide: "Passwort verbergen",
  moreDone: "Ein Download mehr ist erlaubt.",
  held: "Der Link ist angehalten. Niemand kann ihn öffnen, bis Sie ihn wieder öffnen.",
  unlocked: "Der Link ist wieder freigegeben.",
  stopped: "Das Senden wurde angehalten",
  progress: (done, total) => `${done} von ${total}`,
  progressFiles: (done, total) => counted(total, { one: `${done} von # Datei`, other: `${done} von # Dateien` }),
  left: (span) => `noch ${span}`,
  pace: (speed, left) => `${speed} pro Sekunde, noch ${left}`,
  announce: (percent) => `${percent} Prozent gesendet`,
  offline: "Keine Verbindung. Nichts ist verloren: Es geht von selbst weiter, sobald das Netz wieder da ist.",
  waiting: (soon) => `Der Server antwortet nicht. Nichts ist verloren: nächster Versuch ${soon}.`,
  waitingBecause: (why, soon) => `${why} Nächster Versuch ${soon}.`,
  nextSteps: (downloads, until, password, two) => [
    two
      ? "Senden Sie die beiden Links auf zwei Wegen. Wer nur eine der beiden Nachrichten liest, kann nichts öffnen."
      : password
        ? "Senden Sie dem Empfänger den Link, und das Passwort auf einem anderen Weg."
        : "Senden Sie dem Empfänger den Link. Wer ihn hat, kann ihn öffnen.",
    `Der Link zu den Dateien gilt für ${downloads}, bis zum ${until}. Die Liste der Dateien anzusehen wird nicht gezählt.`,
    "Danach werden die Dateien vom Server gelöscht. Diese Seite zeigt, was geschieht. Bewahren Sie die Adresse unten auf, " +
      "dann können Sie später wiederkommen, die Dateien vorzeitig löschen oder einen weiteren Download erlauben.",
  ],
};

/** @type {typeof En.status} */
export const status = {
  opened: "Geöffnet",
  started: "Heruntergeladen",
  finished: "Gespeichert",
  wrong: "Falsche Passwörter",
  lost: "Auf dem Server beschädigt",
  lostSince: (when) =>
    `festgestellt am ${when}: Ein Teil der Dateien lässt sich nicht herunterladen. Senden Sie sie noch einmal.`,
  state: "Status",
  left: "Downloads übrig",
  ends: "Endet",
  never: "noch nicht",
  times: (count, when) => (count === 1 ? when : counted(count, { other: `# Mal, zuletzt am ${when}` })),
  confirmed: (when) => `${when}, bestätigt durch den Empfänger`,
  states: {
    ready: "wartet auf den Empfänger",
    saved: "gespeichert, und noch offen",
    paused: "angehalten",
    locked: "angehalten nach zu vielen falschen Passwörtern",
    exhausted: "alle Downloads sind vergeben",
    gone: "beendet",
  },
  unreachable: "Der Server antwortet im Moment nicht. Es geht von selbst weiter.",
  loading: "einen Moment …",
};

/** @type {typeof En.shareEvents} */
export const shareEvents = {
  created: "Sie haben mit dem Senden begonnen",
  completed: "Alles war gespeichert",
  "link-added": "Ein Link wurde erstellt",
  changed: "Sie haben es geändert",
  paused: "Sie haben es angehalten",
  resumed: "Sie haben es fortgesetzt",
  opened: "Von jemandem mit dem Link geöffnet",
  "wrong-password": "Jemand hat ein falsches Passwort eingegeben",
  locked: "Angehalten nach zu vielen falschen Passwörtern",
  granted: "Ein Download wurde bestätigt",
  started: "Der Download hat begonnen",
  released: "Der Download wurde nicht begonnen und ist wieder frei",
  finished: "Gespeichert, sagt jemand mit dem Link",
  lapsed: "Die Zeit eines Downloads war abgelaufen",
  spent: "Beendet: Alle Downloads sind verbraucht",
  expired: "Beendet: Die Zeit war abgelaufen",
  revoked: "Beendet: Sie haben es gelöscht",
  destroyed: "Beendet: Ein Empfänger hat es gelöscht",
  "too-many-guesses": "Beendet: zu viele falsche Passwörter",
  "content-lost": "Auf dem Server beschädigt gefunden",
  "content-restored": "Es ist wieder unversehrt",
  "edition-completed": "Eine neue Fassung wurde gespeichert",
  "edition-abandoned": "Eine neue Fassung wurde aufgegeben",
  "edition-deleted": "Eine Fassung wurde gelöscht",
  moved: "Sie haben eine andere Fassung dahinter gelegt",
};

/** @type {typeof En.endings} */
export const endings = {
  deleted: "Gelöscht",
  arrived: "Angekommen",
  receipt: (when) =>
    `Der Empfänger hat es am ${when} gespeichert. Seine Empfangsbestätigung belegt das; der Server kann keine erfinden.`,
};

/** @type {typeof En.problems} */
export const problems = {
  tooLargeForProxy: (host, size) =>
    `Ein Proxy vor dem Server begrenzt die Größe von Uploads und hat einen von ${size} abgelehnt (Status 413). ` +
    `Der Betreiber von ${host} muss diese Grenze erhöhen.`,
  sourceChanged: (name) =>
    `„${isolated(name)}“ wurde geändert, seit Sie die Datei gewählt haben, oder lässt sich nicht mehr lesen. Das Senden wurde ` +
    "angehalten, damit niemand eine kaputte Datei bekommt.",
  chooseAgain: "Gehen Sie zurück zu den Dateien: Dort können Sie die Datei noch einmal wählen oder weglassen.",
  startOver: "Beginnen Sie von vorn, und wählen Sie die Dateien noch einmal.",
  readBack:
    "Was der Server zurückgegeben hat, ist nicht das, was gesendet wurde. Es wurde kein Link erstellt. Versuchen Sie es " +
    "noch einmal; wenn es dabei bleibt, sagen Sie es dem Betreiber dieses Servers.",
  cancelledUpload: "Sie haben abgebrochen. Was schon gesendet war, wird vom Server gelöscht.",
};
