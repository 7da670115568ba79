// @ts-check
/** Welche Fassung der Dateien ein Empfänger hat, auf Deutsch. */

export const edition = {
  /** @param {string} number @param {string} moment */
  is: (number, moment) => `Dies ist Fassung ${number} dieser Dateien, versiegelt am ${moment}.`,
  newer:
    "Der Absender hat hier inzwischen eine neuere Fassung hinterlegt. Beenden Sie diesen Download, und öffnen Sie den " +
    "Link dann noch einmal für die neuere.",
  /** @param {string} number @param {string} seen */
  older: (number, seen) =>
    `Dies ist Fassung ${number}, aber dieses Gerät hat hier schon Fassung ${seen} gesehen. Vielleicht ist der Absender ` +
    "dorthin zurückgegangen; fragen Sie im Zweifel nach.",
};
