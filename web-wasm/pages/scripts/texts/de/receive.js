// @ts-check
/** Texts of the page *receive*, in German. */

/** @import * as En from "../en/receive.js" */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("de");

/** @type {typeof En.page} */
export const page = {
  damaged: { paste: "Fügen Sie hier den ganzen Link ein", open: "Diesen Link öffnen" },
  password: {
    title: "Dieser Link hat ein Passwort",
    lead:
      "Der Absender hat es Ihnen wohl getrennt vom Link gegeben. Ein falsches Passwort kostet keinen " + "Download.",
    label: "Passwort",
    open: "Öffnen",
  },
  ready: { note: "Nachricht des Absenders", listed: "Dateien", finish: "Ich habe alles" },
  confirm: { no: "Nicht jetzt" },
  destroy: {
    button: "Die Dateien vom Server löschen …",
    ask: "Die Dateien jetzt vom Server löschen? Danach kann sie niemand mehr herunterladen, auch Sie nicht.",
    yes: "Ja, jetzt löschen",
    no: "Behalten",
  },
  saving: { title: "Wird heruntergeladen", cancel: "Abbrechen" },
  askSaved: {
    title: "Hat Ihr Browser es gespeichert?",
    yes: "Ja, es ist gespeichert",
    again: "Noch einmal speichern",
  },
  finished: { title: "Gespeichert" },
};

/** What is written in English in the pages. */
export const written = {
  "receive.title": "Subrosa · Dateien für Sie",
  "receive.heading": "Dateien für Sie, versiegelt.",
  "receive.lead":
    "Jemand hat Ihnen mit diesem Link Dateien gesendet. Sie werden auf Ihrem Gerät geöffnet; der Server kann sie nicht " +
    "lesen.",
  "receive.first": "Ansehen wird nicht gezählt.",
  "receive.firstMore": "Nur ein Download, den Sie bestätigen, zählt.",
  "receive.second": "Die Verbindung darf abbrechen.",
  "receive.secondMore": "Der Download geht dort weiter, wo er aufgehört hat.",
  "receive.third": "Wissen Sie, von wem das kommt?",
  "receive.thirdMore": "Ein Link sagt nicht, wer ihn erstellt hat. Fragen Sie im Zweifel den Absender.",
};

/** @type {typeof En.goneForRecipient} */
export const goneForRecipient = {
  spent: (when) =>
    `Am ${when} heruntergeladen und danach vom Server gelöscht. Wenn Sie das nicht waren, sagen Sie es dem Absender.`,
  expired: (when) =>
    `Die Zeit war am ${when} abgelaufen, und die Dateien sind gelöscht. Bitten Sie den Absender um einen neuen Link.`,
  revoked: (when) => `Der Absender hat es am ${when} gelöscht. Fragen Sie ihn, wenn Sie das überrascht.`,
  destroyed: (when) => `Ein Empfänger hat es am ${when} gelöscht. Wenn Sie das nicht waren, sagen Sie es dem Absender.`,
  "too-many-guesses": (when) =>
    `Am ${when} wurde es nach zu vielen falschen Passwörtern gelöscht. Sagen Sie es dem Absender.`,
  abandoned: (when) => `Es wurde nie fertig gesendet und am ${when} gelöscht. Sagen Sie es dem Absender.`,
};

/** @type {typeof En.receive} */
export const receive = {
  noLink: {
    title: "Welcher Link?",
    lead: "In der Adresse dieser Seite steht kein Schlüssel. Fügen Sie den Link ein, den Sie bekommen haben.",
  },
  damaged: {
    title: "Dieser Link ist beschädigt",
    lead:
      "Ein Teil davon fehlt oder ist verändert. Das kann geschehen, wenn ein Programm eine lange Zeile umbricht. Der " +
      "Server wurde nichts gefragt, und nichts ist verloren. Kopieren Sie den ganzen Link aus der Nachricht, und fügen " +
      "Sie ihn hier ein.",
  },
  stillDamaged: "Das ist noch kein ganzer Link. Am Ende stehen nach dem Zeichen # 48 Buchstaben, Ziffern, - oder _.",
  checking: "Wird geprüft …",
  wrongPassword: (soon) =>
    `Das ist nicht das Passwort. Es wurde kein Download gezählt. Sie können es ${soon} noch einmal versuchen.`,
  wrongPasswordNow: "Das ist nicht das Passwort. Es wurde kein Download gezählt. Sie können es noch einmal versuchen.",
  tooSoon: (soon) =>
    `Nach einem falschen Passwort macht dieser Link eine Pause. Sie können es ${soon} noch einmal versuchen.`,
  emptyPassword: "Geben Sie das Passwort ein.",
  open: "Öffnen",
  title: (files, size) => `${counted(files, { one: "# Datei", other: "# Dateien" })}, ${size}`,
  until: (until, left) => `Hier bis zum ${until} (noch ${left}). Diese Liste anzusehen wird nicht gezählt.`,
  held: "Sie haben auf diesem Gerät einen Download begonnen. Ihn fortzusetzen wird nicht noch einmal gezählt.",
  seenBefore: (when) =>
    `Dieser Link wurde schon geöffnet, zuerst am ${when}. Wenn Sie das nicht waren, sagen Sie es dem Absender.`,
  startedBefore: (when) =>
    `Am ${when} wurde ein Download dieses Links begonnen. Wenn Sie das nicht waren, sagen Sie es dem Absender.`,
  sum: (size, folders) =>
    folders === 0
      ? `Zusammen ${size}`
      : counted(folders, { one: `Zusammen ${size}, # Ordner`, other: `Zusammen ${size}, # Ordner` }),
  download: "Herunterladen",
  downloadAll: "Alles herunterladen (Zip)",
  goOn: "Download fortsetzen",
  left: (left) => counted(left, { one: "Noch # Download ist übrig.", other: "Noch # Downloads sind übrig." }),
  leftHeld: "Ihr Download ist schon gezählt.",
  confirmTitle: {
    last: "Das ist der einzige Download, der noch übrig ist. Danach werden die Dateien vom Server gelöscht. Jetzt herunterladen?",
    some: (left) =>
      counted(left, { other: "Dafür wird einer der # Downloads verwendet, die noch übrig sind. Jetzt herunterladen?" }),
  },
  confirmYes: "Ja, herunterladen",
  preparing: "Wird vorbereitet …",
  savingLead: (name) => `Ihr Browser speichert „${isolated(name)}“. Lassen Sie diese Seite offen, bis er fertig ist.`,
  finishedLate:
    "Dieser Download ist vorbei; der Server hatte ihn schon beendet. Was Sie gespeichert haben, ist vollständig: Jedes " +
    "Byte wurde geprüft.",
  askLead: (name) =>
    `„${isolated(name)}“ wurde an Ihren Browser übergeben, und jedes Byte wurde geprüft. Sehen Sie in Ihren Downloads nach. Bis Sie ` +
    "„Ja“ sagen, können Sie es noch einmal speichern, ohne dass ein weiterer Download gezählt wird.",
  receiptLater: "Der Server konnte noch nicht benachrichtigt werden. Versuchen Sie es gleich noch einmal.",
  finishedLead:
    "Der Absender erfährt, dass es angekommen ist. Wenn das der letzte Download war, werden die Dateien jetzt vom Server " +
    "gelöscht.",
  progress: (done, total) => `${done} von ${total}`,
  pace: (speed, left) => `${speed} pro Sekunde, noch ${left}`,
  announce: (percent) => `${percent} Prozent heruntergeladen`,
  othersWhole: "Andere Dateien der Liste sind vielleicht unversehrt: Speichern Sie sie einzeln.",
  offline:
    "Keine Verbindung. Nichts ist verloren: Sobald das Netz wieder da ist, geht es dort weiter, wo es aufgehört hat.",
  waiting: (soon) => `Der Server antwortet nicht. Nichts ist verloren: nächster Versuch ${soon}.`,
};

/** @type {typeof En.receiveDeadEnds} */
export const receiveDeadEnds = {
  "not-found": {
    title: "Hier ist nichts",
    text:
      "Der Server kennt diesen Link nicht. Vielleicht ist er schon lange zu Ende, oder er wurde unterwegs verändert. " +
      "Bitten Sie den Absender um einen neuen.",
    button: "Noch einmal versuchen",
  },
  gone: { title: "Dieser Link ist zu Ende", text: "", button: "" },
  paused: {
    title: "Vom Absender angehalten",
    text:
      "Der Absender hat diesen Link angehalten. Es wurde nichts gezählt. Fragen Sie den Absender, und versuchen Sie es " +
      "dann noch einmal.",
    button: "Noch einmal versuchen",
  },
  locked: {
    title: "Angehalten nach zu vielen falschen Passwörtern",
    text:
      "Jemand hat zu viele falsche Passwörter eingegeben. Die Dateien sind noch da; der Absender kann den Link wieder " +
      "freigeben.",
    button: "Noch einmal versuchen",
  },
  exhausted: {
    title: "Alle Downloads sind vergeben",
    text:
      "Alle Downloads dieses Links sind vergeben, und vielleicht lädt gerade jemand herunter. Wenn ein Download nicht " +
      "anläuft, wird sein Platz nach wenigen Minuten wieder frei. Wenn Sie das nicht waren, sagen Sie es dem Absender.",
    button: "Noch einmal versuchen",
  },
  offline: {
    title: "Keine Verbindung zum Server",
    text:
      "Der Server war nicht zu erreichen. Es wurde nichts gezählt. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch " +
      "einmal.",
    button: "Noch einmal versuchen",
  },
  lost: {
    title: "Die Dateien sind auf dem Server beschädigt",
    text:
      "Der Server hat einen Teil dieser Dateien verloren oder beschädigt. Ihr Gerät und Ihre Verbindung sind in Ordnung, und " +
      "ein neuer Versuch hilft nicht. Sagen Sie es dem Absender, und bitten Sie ihn um einen neuen Link.",
    button: "Zurück zu den Dateien",
  },
  error: { title: "Das hat nicht geklappt", text: "", button: "Noch einmal versuchen" },
  stopped: { title: "Der Download wurde angehalten", text: "", button: "Zurück zu den Dateien" },
  destroyed: {
    title: "Gelöscht",
    text: "Die Dateien sind vom Server gelöscht. Der Absender sieht, dass ein Empfänger sie gelöscht hat.",
    button: "",
  },
};

/** @type {typeof En.problems} */
export const problems = {
  altered:
    "Die Dateien wurden auf dem Server beschädigt oder verändert: Was er gesendet hat, ist nicht das, was versiegelt wurde. " +
    "Der Download wurde angehalten, und die Datei, die Ihr Browser vielleicht begonnen hat, ist nicht vollständig. Sagen " +
    "Sie es dem Absender, und bitten Sie ihn um einen neuen Link.",
  manifestAltered:
    "Die Liste der Dateien lässt sich nicht öffnen: Sie wurde auf dem Server beschädigt oder verändert, oder sie gehört " +
    "nicht zu diesem Link. Sagen Sie es dem Absender.",
  leaseEnded:
    "Dieser Download hat zu lange gedauert und ist beendet. Wenn Downloads übrig sind, können Sie einen neuen beginnen.",
  leaseSpent:
    "Dieser Download hat so viel geladen, wie ein Download darf. Wenn Downloads übrig sind, können Sie einen neuen " +
    "beginnen.",
  cancelled:
    "Sie haben den Download abgebrochen. Er wird nicht noch einmal gezählt, wenn Sie ihn innerhalb einer Stunde " +
    "fortsetzen.",
  browserCancelled:
    "Der Browser hat das Speichern beendet: Es wurde dort abgebrochen, oder der Speicherplatz ist voll. Es wird nicht noch " +
    "einmal gezählt, wenn Sie innerhalb einer Stunde weitermachen.",
  noStream: (size) =>
    "Dieser Browser kann hier keine großen Dateien speichern (private Fenster und manche Apps können es nicht). Höchstens " +
    `${size} lassen sich so speichern. Öffnen Sie den Link in einem normalen Fenster eines aktuellen Browsers. Was ` +
    "begonnen wurde, wird auf diesem Gerät nicht noch einmal gezählt.",
  storage:
    "Dieser Browser merkt sich für diese Seite nichts. Ein unterbrochener Download könnte deshalb noch einmal gezählt werden.",
};
