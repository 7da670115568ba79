// @ts-check
/** Texts of the page *reveal*, in German. */

/** @import * as En from "../en/reveal.js" */

import { counting } from "../../i18n/phrases.js";

const counted = counting("de");

/** @type {typeof En.page} */
export const page = {
  link: { paste: "Fügen Sie hier den ganzen Link ein", open: "Diesen Link öffnen" },
  passphrase: {
    lead:
      "Dafür brauchen Sie ein Codewort. Der Absender hat es Ihnen wohl auf einem anderen Weg als den Link gesagt. Ein " +
      "falsches verbraucht nichts.",
    label: "Codewort",
    hint: "Wenn es aus Wörtern besteht, sind sie vielleicht durch Bindestriche (-) verbunden.",
  },
  look: { reveal: "Anzeigen" },
  revealing: { title: "Einen Moment …" },
  revealed: {
    hint: "Was Sie zeigen, wird nach 30 Sekunden wieder verborgen, und wenn Sie diese Seite verlassen.",
  },
  destroy: {
    ask: "Jetzt löschen? Danach kann es niemand mehr sehen, auch Sie nicht.",
    yes: "Ja, jetzt löschen",
    no: "Behalten",
  },
};

/** What is written in English in the pages. */
export const written = {
  "reveal.title": "Subrosa · etwas für Sie",
  "reveal.heading": "Etwas für Sie, versiegelt.",
  "reveal.lead":
    "Jemand hat Ihnen diesen Link gesendet. Was er enthält, wird auf Ihrem Gerät geöffnet; der Server kann es nicht lesen.",
  "reveal.first": "Den Link zu öffnen wird nicht gezählt.",
  "reveal.firstMore": "Nur ein Abruf, den Sie bestätigen, zählt.",
  "reveal.second": "Ist jemand neben Ihnen?",
  "reveal.secondMore": "Es bleibt verborgen, bis Sie es zeigen, und Sie können es kopieren, ohne es zu zeigen.",
  "reveal.third": "Wissen Sie, von wem das kommt?",
  "reveal.thirdMore": "Ein Link beweist nicht, wer ihn erstellt hat. Fragen Sie im Zweifel den Absender.",
};

/** @type {typeof En.kinds} */
export const kinds = {
  password: "Ein Passwort für Sie",
  login: "Zugangsdaten für Sie",
  note: "Eine Notiz für Sie",
  url: "Eine Webadresse für Sie",
  files: "Das Passwort für Dateien, die Sie in einer anderen Nachricht bekommen haben",
  unknown: "Etwas für Sie",
};

/** @type {typeof En.fields} */
export const fields = { user: "Benutzername", password: "Passwort", note: "Notiz", url: "Webadresse" };

const LEFT_FOR_OTHERS = {
  one: "# Abruf ist noch für andere übrig.",
  other: "# Abrufe sind noch für andere übrig.",
};

/** @type {typeof En.reveal} */
export const reveal = {
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
  from: "Von, wie es der Absender geschrieben hat:",
  noFrom: "Der Absender hat keinen Namen angegeben. Fragen Sie im Zweifel, wer das gesendet hat.",
  free: "Noch wird nichts gezeigt, und nichts wird gezählt.",
  facts: { left: "Abrufe übrig", ends: "Hier bis zum", passphrase: "Codewort" },
  until: (until, span) => `${until} (noch ${span})`,
  needed: "nötig",
  seenBefore: (when) =>
    `Vor Ihnen hat es schon jemand gesehen, zuletzt am ${when}. Wenn Sie das nicht waren, sagen Sie es dem Absender.`,
  held: "Sie haben es auf diesem Gerät schon angesehen. Es noch einmal anzusehen wird nicht ein zweites Mal gezählt.",
  unanswered:
    "Sie wollten es auf diesem Gerät ansehen, und es kam keine Antwort. Falls dieser Abruf gezählt wurde, wird er nicht " +
    "noch einmal gezählt.",
  forgetful: "Dieser Browser merkt sich für diese Seite nichts: Wenn Sie sie neu laden, wird noch ein Abruf gezählt.",
  left: (left) => counted(left, { one: "Noch # Abruf ist übrig.", other: "Noch # Abrufe sind übrig." }),
  revealAgain: "Noch einmal anzeigen",
  confirm: {
    last: "Das ist der einzige Abruf, der noch übrig ist. Wenn Sie es gesehen haben, wird es vom Server gelöscht. Jetzt anzeigen?",
    some: (left) =>
      counted(left, { other: "Dafür wird einer der # Abrufe verwendet, die noch übrig sind. Jetzt anzeigen?" }),
    taken:
      "Alle Abrufe sind vergeben. Falls der letzte für Sie gezählt wurde, können Sie es noch sehen. Jetzt anzeigen?",
    yes: "Ja, anzeigen",
    no: "Nicht jetzt",
  },
  open: "Weiter",
  checking: "Wird geprüft …",
  emptyPassword: "Geben Sie das Codewort ein.",
  wrongPassword: (soon) =>
    `Das ist nicht das Codewort. Es wurde nichts verbraucht. Sie können es ${soon} noch einmal versuchen.`,
  wrongPasswordNow: "Das ist nicht das Codewort. Es wurde nichts verbraucht. Sie können es noch einmal versuchen.",
  tooSoon: (soon) =>
    `Nach einem falschen Codewort macht dieser Link eine Pause. Sie können es ${soon} noch einmal versuchen.`,
  title: "Hier ist es",
  leadLast: (when) => `Es ist nur noch auf dieser Seite, bis ${when} Uhr. Dann löscht es der Server.`,
  leadSome: (when) => `Sie können es auf diesem Gerät bis ${when} Uhr noch einmal ansehen.`,
  hidden: "verborgen",
  empty: "leer",
  show: "Zeigen",
  hide: "Verbergen",
  copy: "Kopieren",
  copied: "Kopiert",
  of: (action, field) => `${field}: ${action}`,
  inClipboard: "Kopiert. Es bleibt in der Zwischenablage, bis Sie etwas anderes kopieren.",
  notCopied: "Dieser Browser lässt die Seite nicht kopieren. Zeigen Sie es, und kopieren Sie es selbst.",
  lost: "Es ist nicht mehr auf dieser Seite. Laden Sie die Seite neu: Das wird nicht gezählt.",
  shown: "30 Sekunden lang zu sehen.",
  hiddenAgain: "Wieder verborgen.",
  openUrl: "Diese Adresse öffnen",
  urlWarn:
    "Achten Sie auf den hervorgehobenen Namen: Er sagt, wohin die Adresse führt. Öffnen Sie sie nur, wenn Sie sie erwarten.",
  finish: "Ich habe es",
  destroyLast: "Ich habe es, jetzt löschen",
  destroy: "Jetzt löschen",
  otherwiseLast: (when, withLink) => `Wenn Sie nichts tun, wird es um ${when} Uhr gelöscht: ${whyThen(withLink)}.`,
  otherwiseSome: (when, withLink, left) =>
    `Wenn Sie nichts tun, endet Ihr Abruf um ${when} Uhr: ${whyThen(withLink)}. ${counted(left, LEFT_FOR_OTHERS)}`,
  finishedTitle: "Fertig",
  finishedGone: "Der Absender erfährt, dass Sie es haben. Es ist vom Server gelöscht.",
  finishedLeft: (left) =>
    `Der Absender erfährt, dass Sie es haben. Von dieser Seite ist es entfernt. ${counted(left, LEFT_FOR_OTHERS)}`,
  finishedLate: "Dieser Abruf war schon vorbei. Von dieser Seite ist es entfernt.",
  lapsed: "Die Zeit Ihres Abrufs ist vorbei. Von dieser Seite ist es entfernt.",
  goneHere: (when) => `Sie haben es auf diesem Gerät beendet. Am ${when} wurde es vom Server gelöscht.`,
  pausedUnanswered:
    "Der Absender hat diesen Link angehalten. Fragen Sie den Absender, und versuchen Sie es dann noch einmal.",
  endedElsewhere:
    "Ihr Abruf ist vorbei: Er wurde in einem anderen Tab dieses Browsers beendet. Von dieser Seite ist es entfernt.",
};

/** @param {boolean} withLink */
const whyThen = (withLink) =>
  withLink ? "Dann endet der Link" : "15 Minuten, nachdem Sie es zum ersten Mal gesehen haben";

/** @type {typeof En.revealProblems} */
export const revealProblems = {
  network: "Der Server war nicht zu erreichen. Nichts ist verloren: Versuchen Sie es noch einmal.",
  altered:
    "Was der Server gesendet hat, lässt sich nicht öffnen: Es ist nicht das, was verschlüsselt wurde. Sagen Sie es dem " +
    "Absender.",
  leaseEnded:
    "Ihr Abruf ist vorbei: Seine Zeit ist abgelaufen, oder er wurde beendet. Wenn Abrufe übrig sind, können Sie einen " +
    "neuen verwenden.",
  unexpected: "Auf dieser Seite ist etwas schiefgegangen. Laden Sie sie neu: Das wird nicht gezählt.",
};

/** @type {typeof En.revealDeadEnds} */
export const revealDeadEnds = {
  "not-found": {
    title: "Hier ist nichts",
    text:
      "Der Server kennt diesen Link nicht. Vielleicht ist er schon lange zu Ende, oder er wurde unterwegs verändert. " +
      "Bitten Sie den Absender um einen neuen.",
    button: "Noch einmal versuchen",
  },
  gone: { title: "Dieser Link ist zu Ende", text: "", button: "" },
  lost: {
    title: "Es ist auf dem Server beschädigt",
    text:
      "Der Server hat verloren oder beschädigt, was übergeben werden sollte. Ihr Gerät und Ihre Verbindung sind in Ordnung, " +
      "und ein neuer Versuch hilft nicht. Sagen Sie es dem Absender, und bitten Sie ihn um einen neuen Link.",
    button: "",
  },
  paused: {
    title: "Vom Absender angehalten",
    text:
      "Der Absender hat diesen Link angehalten. Es wurde nichts gezählt. Fragen Sie den Absender, und versuchen Sie es " +
      "dann noch einmal.",
    button: "Noch einmal versuchen",
  },
  locked: {
    title: "Angehalten nach zu vielen falschen Codewörtern",
    text: "Jemand hat zu viele falsche Codewörter eingegeben. Nichts ist verloren: Der Absender kann den Link wieder freigeben.",
    button: "Noch einmal versuchen",
  },
  exhausted: {
    title: "Alle Abrufe sind vergeben",
    text: "Alle Abrufe dieses Links sind vergeben. Wenn Sie das nicht waren, sagen Sie es dem Absender.",
    button: "Noch einmal versuchen",
  },
  offline: {
    title: "Keine Verbindung zum Server",
    text: "Der Server war nicht zu erreichen. Nichts ist verloren. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal.",
    button: "Noch einmal versuchen",
  },
  error: { title: "Das hat nicht geklappt", text: "", button: "Noch einmal versuchen" },
  destroyed: {
    title: "Gelöscht",
    text: "Es ist vom Server gelöscht. Der Absender kann das sehen.",
    button: "",
  },
};

/** @type {typeof En.heldDeadEnds} */
export const heldDeadEnds = {
  paused: (until) =>
    "Der Absender hat es angehalten. Ihr Abruf wurde gezählt; wenn der Absender es wieder freigibt, können Sie es bis " +
    `${until} Uhr noch einmal sehen.`,
  locked: (until) =>
    "Jemand hat zu viele falsche Codewörter eingegeben. Ihr Abruf wurde gezählt; mit dem richtigen Codewort können Sie es " +
    `bis ${until} Uhr noch einmal sehen.`,
};

/** @type {typeof En.revealGone} */
export const revealGone = {
  spent: (when) =>
    `Es wurde gesehen und am ${when} vom Server gelöscht. Wenn Sie das nicht waren, sagen Sie es dem Absender: Vielleicht ` +
    "kennt es nun jemand anderes.",
  expired: (when) =>
    `Die Zeit war am ${when} abgelaufen, und es ist gelöscht. Bitten Sie den Absender um einen neuen Link.`,
  revoked: (when) => `Der Absender hat es am ${when} gelöscht. Fragen Sie ihn, wenn Sie das überrascht.`,
  destroyed: (when) => `Ein Empfänger hat es am ${when} gelöscht. Wenn Sie das nicht waren, sagen Sie es dem Absender.`,
  "too-many-guesses": (when) =>
    `Am ${when} wurde es nach zu vielen falschen Codewörtern gelöscht. Sagen Sie es dem Absender.`,
};
