// @ts-check
/** Texts of the page *not-found*, in German. */

/** What is written in English in the page. */
export const written = {
  "not-found.title": "Subrosa · diese Seite gibt es nicht",
  "not-found.heading": "Diese Seite gibt es nicht.",
  "not-found.lead":
    "Vielleicht ist die Adresse falsch geschrieben oder unvollständig. Es wurde nichts gezählt, und nichts ist verloren.",
  "not-found.now": "Und jetzt?",
  "not-found.seen":
    "Ihr Link wurde unterwegs verändert: Sein Schlüssel stand in dem Teil der Adresse, den Server sehen. Dieser Server und " +
    "was vor ihm steht können ihn notiert haben. Der Link geht noch. Für das, was geheim bleiben muss, bitten Sie um einen " +
    "neuen.",
  "not-found.held":
    "Der Schlüssel Ihres Links steht nicht mehr in der Adresszeile. Die Seite, die Sie hier wählen, bekommt ihn.",
  "not-found.files": "Wenn Sie einen Link zu Dateien bekommen haben, können Sie ihn vollständig einfügen:",
  "not-found.openFiles": "Einen Link zu Dateien öffnen",
  "not-found.password": "Wenn Sie einen Link zu einem Passwort bekommen haben, können Sie ihn vollständig einfügen:",
  "not-found.openPassword": "Einen Link zu einem Passwort öffnen",
  "not-found.elsewhere":
    "Wenn dieser Server Ihren Link nicht kennt, gehört der Link zu einem anderen: Öffnen Sie ihn so, wie Sie ihn bekommen " +
    "haben.",
};
