// @ts-check
/** Texts of links that are opened on a page that they do not belong to, in German. */

/** @type {typeof import("../en/other-kinds.js").otherKinds} */
export const otherKinds = {
  share: {
    title: "Das ist ein Link zu Dateien",
    text: "Er ist für den Empfänger. Die Dateien sind auf einer anderen Seite dieses Servers. Es wurde nichts gezählt.",
    button: "Dort öffnen",
  },
  push: {
    title: "Das ist ein Link zu einem Passwort",
    text: "Er ist für den Empfänger, auf einer anderen Seite dieses Servers. Es wurde nichts gezählt.",
    button: "Dort öffnen",
  },
  "share-owner": {
    title: "Das ist die Adresse eines Absenders",
    text: "Sie zeigt, was aus gesendeten Dateien geworden ist, und ändert oder löscht sie. Sie ist nicht für Empfänger.",
    button: "Dort öffnen",
  },
  "push-owner": {
    title: "Das ist die Adresse eines Absenders",
    text: "Sie zeigt, was aus einem Link zu einem Passwort geworden ist, und ändert oder löscht ihn. Sie ist nicht für Empfänger.",
    button: "Dort öffnen",
  },
  unknown: {
    title: "Dieser Link führt woandershin",
    text: "Dieser Link stammt von einer neueren Version von Subrosa oder ist von einer Art, die diese Seite nicht öffnet.",
  },
  elsewhere: "Er gehört zu einem anderen Server: Öffnen Sie ihn so, wie er Ihnen geschickt wurde.",
};
