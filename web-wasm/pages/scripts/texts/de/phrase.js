// @ts-check
/** Texts of the page *phrase*, in German. */

import { counting, isolated } from "../../i18n/phrases.js";

/** @import * as En from "../en/phrase.js" */

const counted = counting("de");

/** What is written in English in the page. */
export const written = {
  "phrase.title": "Subrosa · Wiederherstellungswörter",
  "phrase.heading": "Ihre Liste auf allen Geräten.",
  "phrase.lead":
    "Zehn Wörter bringen die Liste dessen, was Sie gesendet haben, auf ein anderes Gerät, oder zurück, wenn dieses verloren ist. Ein Konto gibt es nicht.",
  "phrase.first": "Die Wörter sind der Schlüssel.",
  "phrase.firstMore":
    "Ihre Geräte versiegeln die Liste damit, bevor sie zum Server geht. Er kann sie weder lesen noch wiederherstellen.",
  "phrase.second": "Schreiben Sie sie auf Papier.",
  "phrase.secondMore":
    "Wer die Wörter hat, sieht, ändert und löscht alles, was Sie gesendet haben. Ohne sie kann Ihnen niemand helfen.",
  "phrase.third": "Was niemand benutzt, geht.",
  "phrase.thirdMore":
    "Wenn 400 Tage lang keines Ihrer Geräte nach der Liste gefragt hat, löscht der Server seine Kopie.",
};

/** @type {typeof En.page} */
export const page = {
  phrase: {
    startTitle: "Dieses Gerät hat seine Liste für sich",
    startLead:
      "Erzeugen Sie einmal zehn Wörter. Von da an ist die Liste auf jedem Gerät dieselbe, dem Sie die Wörter geben.",
    make: "Zehn Wörter erzeugen",
    restoreLabel: "Haben Sie schon zehn Wörter?",
    restoreHint: "Geben Sie sie in ihrer Reihenfolge ein. Was auf diesem Gerät steht, kommt in dieselbe Liste.",
    restoreGo: "Meine Liste holen",
    madeTitle: "Schreiben Sie diese zehn Wörter auf",
    madeLead:
      "Auf Papier, in dieser Reihenfolge. Sie stehen nur jetzt hier: Niemand kann sie noch einmal zeigen, auch dieses Gerät nicht.",
    confirmLabel: "Geben Sie sie vom Papier ein",
    confirmHint: "Damit Sie wissen, dass jedes Wort lesbar ist.",
    confirmGo: "Prüfen und Liste abgleichen",
    confirmNot: "Jetzt nicht",
    onTitle: "Dieses Gerät gleicht seine Liste ab",
    toList: "Zur Liste",
    syncNow: "Jetzt abgleichen",
    beginAgain: "Mit denselben Wörtern wieder abgleichen",
    checkLabel: "Die Wörter auf Ihrem Papier prüfen",
    checkHint: "Geben Sie sie ein. Nichts davon wird gesendet oder aufbewahrt.",
    checkGo: "Prüfen",
    changeTitle: "Ändern oder aufhören",
    renewHint:
      "Hat jemand die Wörter gesehen, oder ist das Papier weg? Mit neuen zieht alles um, und die alten öffnen nichts mehr.",
    renew: "Neue Wörter erzeugen",
    stopHint:
      "Sie können nur auf diesem Gerät aufhören oder die abgeglichene Liste vom Server löschen. Was ein Gerät hat, bleibt dort.",
    stopHere: "Auf diesem Gerät aufhören",
    stop: "Aufhören und die abgeglichene Liste löschen",
    no: "Nein, so lassen",
    stopped: "Das hat nicht geklappt",
  },
  error: { retry: "Noch einmal versuchen" },
};

/** @type {typeof En.phrase} */
export const phrase = {
  synced: (when) => `Auf dem Stand von ${when}.`,
  older:
    "Der Server hat eine ältere Liste gegeben, als dieses Gerät schon gesehen hatte. Es hat darauf gelegt, was es weiß; nichts ist verloren. Wenn das wieder vorkommt, sagen Sie es dem Betreiber des Servers.",
  goneThere:
    "Unter Ihren Wörtern hat der Server keine Liste mehr: Auf einem anderen Gerät wurde aufgehört oder wurden neue Wörter erzeugt, oder sie wurde gelöscht. Dieses Gerät behält, was es hat.",
  nothingThere:
    "Unter diesen Wörtern gibt es keine Liste. Vielleicht ist eines ein anderes oder steht woanders, oder die Liste wurde gelöscht. Vergleichen Sie Wort für Wort mit Ihrem Papier.",
  misspelt: (place, nearest) =>
    `Wort ${place} steht nicht in der Wörterliste. Ist es eines von diesen: ${isolated(nearest)}?`,
  notOnList: (place) => `Wort ${place} steht nicht in der Wörterliste, und keines wird ähnlich geschrieben.`,
  wordCount: (found) =>
    counted(found, {
      one: "Das ist 1 Wort. Es müssen zehn sein.",
      other: `Das sind ${found} Wörter. Es müssen zehn sein.`,
    }),
  tooLong: "Das ist länger, als zehn Wörter sein können.",
  swapped: (one, other) => `Die Reihenfolge stimmt nicht: Wort ${one} und Wort ${other} sind vertauscht.`,
  moved: (from, to) => `Die Reihenfolge stimmt nicht: Was als Wort ${from} steht, gehört an Stelle ${to}.`,
  oneWord: (place) => `Wort ${place} steht in der Wörterliste, ist aber nicht Ihres.`,
  otherWords:
    "Alle stehen in der Wörterliste, aber mehr als eines ist falsch, oder die Reihenfolge. Vergleichen Sie mit Ihrem Papier.",
  right: "Richtig: Das sind die Wörter dieses Geräts.",
  renewAsk:
    "Neue Wörter: Dieses Gerät zieht mit der Liste um. Ihre anderen Geräte brauchen die neuen Wörter; die alten öffnen nichts mehr.",
  renewYes: "Neue Wörter erzeugen",
  stopHereAsk:
    "Dieses Gerät behält, was es hat, und erfährt nichts mehr von den anderen. Für sie bleibt die abgeglichene Liste.",
  stopHereYes: "Auf diesem Gerät aufhören",
  stopAsk: "Die abgeglichene Liste wird vom Server gelöscht. Jedes Ihrer Geräte behält für sich, was es hat.",
  stopYes: "Aufhören und löschen",
  stoppedHere: "Dieses Gerät gleicht nicht mehr ab.",
  stoppedEverywhere: "Die abgeglichene Liste ist vom Server gelöscht. Dieses Gerät behält, was es hat.",
  tooLarge: "Die Liste ist zu groß zum Abgleichen. Vergessen Sie einiges von dem, was zu Ende ist.",
  unreadable: "Was der Server gegeben hat, öffnen diese Wörter nicht. Nichts wurde geändert.",
  notHere:
    "Dieser Browser bewahrt hier nichts auf, wie in manchen privaten Fenstern. Öffnen Sie die Seite in einem anderen Fenster.",
};
