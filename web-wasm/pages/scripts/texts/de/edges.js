// @ts-check
/** Texts of what stands unseen around a password, in German. */

export const edges = {
  start: "Am Anfang steht ein Leerzeichen oder ein anderes Zeichen, das man nicht sieht.",
  end: "Am Ende steht ein Leerzeichen oder ein anderes Zeichen, das man nicht sieht.",
  both: "Am Anfang und am Ende stehen Leerzeichen oder andere Zeichen, die man nicht sieht.",
  nothingTried: "Sie kommen oft beim Kopieren eines Passworts mit. Noch wurde nichts versucht.",
  remove: "Entfernen und weiter",
  keep: "So verwenden",
};
