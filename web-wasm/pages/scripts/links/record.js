// @ts-check
/** The record of what was sent, as a file: without keys, links and addresses. */

import { csvOf } from "../ui/save-text.js";
import { stateOf } from "./states.js";

/** @typedef {import("../storage/keyring.js").KeyringItem} KeyringItem */

const COLUMNS = /** @type {const} */ ([
  "name",
  "kind",
  "files",
  "has_password",
  "made",
  "ends",
  "state",
  "opened",
  "saved",
  "wrong_passwords",
  "downloads_taken",
  "downloads_allowed",
  "ended",
  "ended_because",
  "asked",
]);

/** @param {KeyringItem} item @returns {Record<(typeof COLUMNS)[number], string | number | boolean | null>} */
function row({ name, kind, files, hasPassword, madeAt, endsAt, seen, ...rest }) {
  return {
    name,
    kind,
    files,
    has_password: hasPassword,
    made: dateText(madeAt),
    ends: dateText(endsAt),
    state: stateOf({ seen, endsAt, ...rest, name, kind, files, hasPassword, madeAt }),
    opened: seen?.opened ?? null,
    saved: seen?.saved ?? null,
    wrong_passwords: seen?.wrong ?? null,
    downloads_taken: seen?.taken ?? null,
    downloads_allowed: seen?.max ?? null,
    ended: seen?.gone ? dateText(seen.gone.at) : null,
    ended_because: seen?.gone?.why ?? null,
    asked: seen ? dateText(seen.at) : null,
  };
}

/** @param {number} at */
const dateText = (at) => new Date(at).toISOString();

/** @param {KeyringItem[]} items */
export const asJson = (items) => `${JSON.stringify(items.map(row), undefined, 2)}\n`;

/** @param {KeyringItem[]} items */
export const asCsv = (items) =>
  csvOf([[...COLUMNS], ...items.map(row).map((line) => COLUMNS.map((column) => line[column]))]);
