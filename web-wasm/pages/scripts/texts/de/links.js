// @ts-check
/** Texts of the page *links*, in German. */

/** @import * as En from "../en/links.js" */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("de");

/** What is written in English in the page. */
export const written = {
  "links.title": "Subrosa · was Sie gesendet haben",
  "links.heading": "Was Sie gesendet haben.",
  "links.lead": "Alles, was mit diesem Browser gesendet wurde: wer es geöffnet hat, und was Sie noch damit tun können.",
  "links.first": "Die Liste steht in diesem Browser.",
  "links.firstMore":
    "Der Server hat keine Liste, die er lesen könnte. Wer diesen Browser benutzt, kann sehen, ändern und löschen, was hier steht.",
  "links.second": "Auf einem anderen Gerät?",
  "links.toPhrase": "Oder gleichen Sie die Liste mit zehn Wörtern ab.",
  "links.secondMore": "Nach jedem Senden wird eine Adresse nur für Sie angezeigt. Fügen Sie sie hier ein.",
};

/** @type {typeof En.page} */
export const page = {
  links: {
    title: "Die Liste in diesem Browser",
    search: "Suchen",
    filter: "Anzeigen",
    all: "alles",
    live: "was noch funktioniert",
    unopened: "was niemand geöffnet hat",
    unused: "seit zwei Wochen ungenutzt",
    gone: "was zu Ende ist",
    pickAll: "Alles auswählen, was angezeigt wird",
    more: "Einmal mehr erlauben",
    end: "Ende ändern",
    endLabel: "Neues Ende, für alles Ausgewählte",
    endSet: "Festlegen",
    pause: "Anhalten",
    resume: "Fortsetzen",
    reinvite: "Noch einmal einladen",
    reinvitePassword: "Passwort der neuen Links, falls sie eines haben sollen",
    reinviteHint:
      "Jeder Link zu Dateien, über den sie noch niemand hat, wird durch einen neuen ersetzt, mit gleichem Namen, gleicher Grenze und gleichem Ende. Die bisherigen öffnen dann nichts mehr. Danach liefert „Link kopieren“ den neuen.",
    reinviteMake: "Die neuen Links erstellen",
    csv: "Aufstellung als Tabelle (CSV)",
    json: "Aufstellung als JSON",
    forget: "Hier vergessen",
    delete: "Vom Server löschen",
    no: "Nein, behalten",
    import: "Anderswo Gesendetes hinzufügen",
    importHint:
      "Fügen Sie die Adresse „nur für Sie“ ein, die nach dem Senden angezeigt wurde. Sie beginnt mit dem Namen dieses " +
      "Servers, danach steht /o# oder /push#.",
    importTake: "Hinzufügen",
    remember: "Von jetzt an merken, was ich sende",
    rememberHint: "Schalten Sie das an einem Computer aus, den auch andere benutzen.",
    forgetAll: "Hier alles vergessen",
    durable:
      "Dieser Browser löscht die Liste vielleicht, wenn er Platz braucht oder wenn Sie eine Weile nicht hier waren.",
    durableAsk: "Browser bitten, sie zu behalten",
    stopped: "Das hat nicht geklappt",
  },
  error: { retry: "Noch einmal versuchen" },
};

/** @type {typeof En.links} */
export const links = {
  inStep: (when) => `Mit Ihren anderen Geräten auf dem Stand von ${when}.`,
  notInStep: "Nicht auf dem Stand Ihrer anderen Geräte. Die Seite der zehn Wörter sagt, warum.",
  durableYes: "Der Browser behält die Liste jetzt.",
  durableNo: "Der Browser hat nicht zugestimmt. Bewahren Sie die Adressen „nur für Sie“ von dem auf, was wichtig ist.",
  files: "Dateien",
  push: "Passwort, Zugangsdaten oder Notiz",
  pushOf: (label) => `Passwort: ${isolated(label)}`,
  passwordFor: (first) => (first === "" ? "Passwort von Dateien" : `Passwort von „${isolated(first)}“`),
  made: (when) => `Gesendet ${when}`,
  ends: (when) => `endet ${when}`,
  taken: (taken, max) => `${taken} von ${max} verbraucht`,
  unasked: "Gesendet.",
  states: {
    waiting: "Noch niemand hat es geöffnet.",
    opened: "Geöffnet; dass es gespeichert ist, hat noch niemand gesagt.",
    saved: "Jemand mit dem Link sagt, dass er es hat.",
    paused: "Von Ihnen angehalten.",
    locked: "Nach zu vielen falschen Passwörtern gesperrt. „Fortsetzen“ öffnet es wieder.",
    exhausted: "Alle Downloads oder Abrufe sind verbraucht.",
    lost: "Auf dem Server beschädigt. Senden Sie es noch einmal.",
    gone: "Es ist zu Ende.",
  },
  wrong: (count) => counted(count, { one: "# falsches Passwort.", other: "# falsche Passwörter." }),
  open: "Öffnen",
  copy: "Link kopieren",
  empty: "Hier steht noch nichts. Was Sie mit diesem Browser senden, steht dann hier, wenn Sie nichts anderes wählen.",
  notFound: "Nichts in der Liste passt dazu.",
  picked: (count) => counted(count, { one: "# ist ausgewählt.", other: "# sind ausgewählt." }),
  progress: (done, all) => `${done} / ${all}`,
  done: (count) => counted(count, { one: "Erledigt.", other: "Erledigt, alle #." }),
  notAll: (count) =>
    counted(count, {
      one: "# ließ sich nicht ändern. Warum, steht dabei.",
      other: "# ließen sich nicht ändern. Warum, steht jeweils dabei.",
    }),
  nothingLive: "Alles Ausgewählte ist schon zu Ende.",
  nothingToPrint: "Unter dem Gewählten ist kein Link zu Dateien, der gilt. Links zu Passwörtern werden nicht gedruckt.",
  notPrinted: (count) =>
    counted(count, {
      one: "# der gewählten Sendungen ist nicht auf dem Blatt: Sie ist beendet oder zeigt ein Passwort.",
      other: "# der gewählten Sendungen sind nicht auf dem Blatt: Sie sind beendet oder zeigen Passwörter.",
    }),
  endPast: "Wählen Sie einen Zeitpunkt, der noch kommt.",
  deleteAsk: (count) =>
    counted(count, {
      one: "Vom Server löschen? Der Link öffnet dann nichts mehr.",
      other: "Alle # vom Server löschen? Die Links öffnen dann nichts mehr.",
    }),
  deleteYes: "Ja, löschen",
  forgetAsk: (count) =>
    counted(count, {
      one:
        "In diesem Browser vergessen? Auf dem Server bleibt es, bis es endet. Ohne die Adresse „nur für Sie“ können Sie es " +
        "nicht mehr ändern oder löschen.",
      other:
        "Alle # in diesem Browser vergessen? Auf dem Server bleiben sie, bis sie enden. Ohne die Adressen „nur für Sie“ " +
        "können Sie sie nicht mehr ändern oder löschen.",
    }),
  forgetAllAsk:
    "Die ganze Liste in diesem Browser vergessen? Auf dem Server bleibt alles, bis es endet. Ohne die Adressen „nur für " +
    "Sie“ können Sie es nicht mehr ändern oder löschen.",
  forgetYes: "Ja, vergessen",
  forgotten: (count) =>
    counted(count, { one: "Dieser Browser hat es vergessen.", other: "Dieser Browser hat alle # vergessen." }),
  imported: (title) => `Es steht jetzt in der Liste: ${title}`,
  importProblems: {
    "no-link": "Das ist keine solche Adresse. Kopieren Sie die ganze Adresse.",
    damaged: "Ein Teil dieser Adresse fehlt oder ist verändert. Kopieren Sie die ganze Adresse.",
    "other-kind": "Das ist ein Link für einen Empfänger. Sie brauchen die Adresse „nur für Sie“.",
  },
  elsewhere: (host) => `Diese Adresse gehört zu einem anderen Server. Öffnen Sie sie dort: ${host}`,
  unknown: "Der Server kennt es nicht mehr. Vielleicht ist es vor mehr als einer Woche zu Ende gegangen.",
  damaged: (count) =>
    counted(count, {
      one: "# Eintrag der Liste ist beschädigt und lässt sich nicht zeigen. „Hier alles vergessen“ entfernt auch ihn.",
      other:
        "# Einträge der Liste sind beschädigt und lassen sich nicht zeigen. „Hier alles vergessen“ entfernt auch sie.",
    }),
  notInvited: {
    nobody:
      "Es gibt keinen Link, über den noch niemand die Dateien hat. Öffnen Sie den Eintrag, um einen anderen zu ersetzen.",
    password:
      "An die Stelle eines Links mit Passwort tritt wieder einer mit Passwort. Geben Sie eines ein, dasselbe oder ein anderes.",
  },
  reinviteNoPush: "Nur Links zu Dateien werden ersetzt. Senden Sie ein Passwort mit einem neuen Link noch einmal.",
  tooManyLinks: "Diese Dateien haben so viele Links, wie sie haben können.",
  noStorage:
    "Dieser Browser bewahrt für diese Seite nichts auf, etwa weil es ein privates Fenster ist. Bewahren Sie die Adresse „nur für " +
    "Sie“ von allem auf, was Sie senden.",
  fileName: "gesendet",
};
