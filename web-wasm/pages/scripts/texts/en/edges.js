// @ts-check
/** Texts of what stands unseen around a password, in English. */

export const edges = {
  start: "It begins with a space or another character that does not show.",
  end: "It ends with a space or another character that does not show.",
  both: "It begins and ends with spaces or other characters that do not show.",
  nothingTried: "They often come along when a password is copied. Nothing was tried yet.",
  remove: "Remove and go on",
  keep: "Use it as it is",
};
