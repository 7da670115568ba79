// @ts-check
/** Texts about uploads that were interrupted, and about going on with them. In German. */

/** @import * as En from "../en/unfinished.js" */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("de");

/** @type {typeof En.page} */
export const page = {
  unfinished: { title: "Nicht fertig gesendet" },
  resuming: { leave: "Nicht jetzt" },
  again: {
    title: "Wählen Sie dieselben Dateien noch einmal",
    lead:
      "Nach einer Unterbrechung darf diese Seite Ihre Dateien vielleicht nicht mehr lesen. Wählen Sie sie noch einmal: " +
      "Gesendet wird nur, was fehlt.",
    drop: "Oder legen Sie sie irgendwo auf dieser Seite ab",
    missing: "Fehlt noch",
    back: "Nicht jetzt",
  },
};

/** @type {typeof En.unfinished} */
export const unfinished = {
  interrupted: "Das Senden wurde unterbrochen",
  made: "Ein Link wurde erstellt und noch nicht kopiert",
  name: (first, more) =>
    more === 0
      ? `„${isolated(first)}“`
      : counted(more, {
          one: () => `„${isolated(first)}“ und eine weitere Datei`,
          other: (n) => `„${isolated(first)}“ und ${n} weitere Dateien`,
        }),
  stored: (done, total, until) =>
    `${done} von ${total} sind schon auf dem Server. Sie können auf diesem Gerät bis zum ${until} weitermachen.`,
  ready: (until) => `Die Dateien sind versiegelt und auf dem Server. Der Link gilt bis zum ${until}.`,
  /** Of a new version that is done. */
  version: {
    made: "Eine neue Fassung liegt hinter ihren Links",
    ready: (until) => `Sie ist versiegelt und gespeichert. Ihre Links gelten bis ${until}.`,
    showLink: "Die Links anzeigen",
    deleteFiles: "Aus dieser Liste nehmen",
    deleteAsk: "Aus dieser Liste nehmen? Die Fassung bleibt hinter ihren Links.",
    yes: "Ja, herausnehmen",
    thrown: "Sie steht nicht mehr in dieser Liste. Die Fassung bleibt hinter ihren Links.",
  },
  elsewhere: "Es läuft in einem anderen Tab dieses Browsers.",
  goOn: "Fortsetzen",
  showLink: "Link zeigen",
  pause: "Anhalten",
  paused: "Angehalten. Was schon auf dem Server ist, bleibt dort.",
  throwAway: "Verwerfen",
  deleteFiles: "Dateien löschen",
  throwAsk: "Nicht weiter senden? Was schon gesendet wurde, wird vom Server gelöscht.",
  deleteAsk: "Die Dateien vom Server löschen? Der Link öffnet danach nichts mehr.",
  yes: "Ja, löschen",
  no: "Behalten",
  thrown: "Es ist vom Server gelöscht, und auf diesem Gerät ist nichts mehr davon.",
  notThrown: "Es konnte nicht gelöscht werden: Der Server hat nicht geantwortet. Versuchen Sie es noch einmal.",
  gone: (why) => `Hier geht es nicht weiter. ${why}`,
  unknown: "Der Server kennt es nicht mehr.",
  damaged: "Was dieser Browser davon aufbewahrt hat, ist beschädigt. Verwerfen Sie es, und senden Sie die Dateien neu.",
  looking: "Der Server wird gefragt, was schon da ist …",
  comparing: "Ihre Dateien werden mit dem verglichen, was schon da ist …",
  found: (found, wanted) => counted(wanted, { other: `${found} von # Dateien gefunden.` }),
  more: (more) => counted(more, { other: "und # weitere" }),
  changed: (count, first) =>
    counted(count, {
      one: () =>
        `„${isolated(first)}“ ist nicht mehr dieselbe Datei: Größe, Zeit oder Inhalt sind anders. Was von der alten Datei schon auf ` +
        "dem Server ist, passt nicht dazu.",
      other: (n) =>
        `${n} Dateien sind nicht mehr dieselben, darunter „${isolated(first)}“: Größe, Zeit oder Inhalt sind anders. Was von den ` +
        "alten Dateien schon auf dem Server ist, passt nicht dazu.",
    }),
  changedHelp: "Wählen Sie die Dateien, wie sie waren, oder gehen Sie zurück, und verwerfen Sie alles.",
  unclear: (count, first) =>
    counted(count, {
      one: () => `Es gibt mehrere Dateien wie „${isolated(first)}“. Wählen Sie den Ordner, in dem sie liegt.`,
      other: (n) =>
        `Zu ${n} Dateien gibt es mehrere gleichartige, wie zu „${isolated(first)}“. Wählen Sie die Ordner, in denen sie liegen.`,
    }),
  unneeded: "Von den fehlenden Dateien war keine dabei.",
  kept: (until) =>
    `Wenn diese Seite doch geschlossen wird, können Sie auf diesem Gerät bis zum ${until} weitermachen. So lange bewahrt ` +
    "dieser Browser die Schlüssel dafür auf.",
  unkept: "Dieser Browser merkt sich für diese Seite nichts. Wenn sie geschlossen wird, müssen Sie von vorn beginnen.",
};
