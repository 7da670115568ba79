// @ts-check
/** How something stands that was sent, in one word, and which of them a person looks for. */

/** @typedef {import("../storage/keyring.js").KeyringItem} KeyringItem */
/** @typedef {"waiting" | "opened" | "saved" | "paused" | "locked" | "exhausted" | "lost" | "gone"} ItemState */

const DAY_MILLIS = 24 * 60 * 60 * 1000;
/** What nobody used for so long is unused. */
export const UNUSED_DAYS = 14;

/** @param {KeyringItem} item @returns {ItemState} */
export function stateOf({ seen, endsAt }) {
  if (seen?.state === "gone") return "gone";
  // This device's clock may be wrong: what the server said later, by the same clock, counts more.
  if (endsAt <= Date.now() && !(seen && seen.at >= endsAt)) return "gone";
  if (!seen) return "waiting";
  if (seen.isLost) return "lost";
  if (seen.state !== "ready") return seen.state;
  if (seen.saved > 0) return "saved";
  return seen.opened > 0 ? "opened" : "waiting";
}

/** By the value of the list to choose from. @type {Record<string, (item: KeyringItem) => boolean>} */
const FILTERS = {
  all: () => true,
  live: (item) => stateOf(item) !== "gone",
  unopened: (item) => stateOf(item) !== "gone" && (item.seen?.opened ?? 0) === 0,
  unused: (item) =>
    stateOf(item) !== "gone" && Math.max(item.madeAt, item.seen?.last ?? 0) < Date.now() - UNUSED_DAYS * DAY_MILLIS,
  gone: (item) => stateOf(item) === "gone",
};

/**
 * @param {KeyringItem} item
 * @param {string} filter
 * @param {string} wanted what was typed
 * @param {string} title as it is shown
 */
export function isWanted(item, filter, wanted, title) {
  const words = wanted.normalize("NFC").toLowerCase().split(/\s+/u).filter(Boolean);
  const shown = title.normalize("NFC").toLowerCase();
  return (FILTERS[filter] ?? FILTERS.all)(item) && words.every((word) => shown.includes(word));
}
