// @ts-check
/** Which edition of the files a recipient has, in English. Fetched only where there was more than one. */

export const edition = {
  /** @param {string} number @param {string} moment */
  is: (number, moment) => `This is version ${number} of these files, sealed on ${moment}.`,
  newer:
    "The sender has put a newer version here since you began. Finish this download, then open the link again for the " +
    "newer one.",
  /** @param {string} number @param {string} seen */
  older: (number, seen) =>
    `This is version ${number}, but this device has seen version ${seen} here. The sender may have gone back to it; if in ` +
    "doubt, ask.",
};
