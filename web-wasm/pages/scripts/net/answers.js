// @ts-check
/**
 * What answers of the server have to be: everything that a page relies on is there, of its type and within bounds. Fields
 * that nobody knows are ignored. Used by `read`, in `api.js`.
 */

/** @template T @typedef {(value: any) => value is T} Check */
/** @typedef {(value: any) => boolean} Test */

/** The end of the year 9999: later, dates have no words any more. */
const MOMENT_MAX = 253_402_300_799_999;
/** @type {import("/api").LinkState[]} */
const STATES = ["ready", "paused", "locked", "exhausted", "gone"];

/** @type {Test} */
export const text = (value) => typeof value === "string";
/** @type {Test} */
export const yesOrNo = (value) => typeof value === "boolean";
/** @type {Test} */
export const count = (value) => Number.isSafeInteger(value) && value >= 0;
/** @type {Test} */
export const moment = (value) => count(value) && value <= MOMENT_MAX;
/** @type {Test} */
export const linkState = (value) => STATES.includes(value);
/** @param {Test} test @returns {Test} */
export const orNothing = (test) => (value) => value == null || test(value);
/** @param {Test} test @returns {Test} */
export const listOf = (test) => (value) => Array.isArray(value) && value.every(test);

/** @param {Record<string, Test>} fields @returns {Check<any>} */
export const shape = (fields) => /** @returns {value is any} */ (value) =>
  typeof value === "object" && value !== null && Object.entries(fields).every(([name, test]) => test(value[name]));

/** That something has ended. There may be reasons that this page does not know. @type {Check<import("/api").Gone>} */
export const isGone = shape({ why: text, at: moment });

/** @type {Check<import("/api").LinkView>} */
export const isLink = shape({
  state: linkState,
  gone: orNothing(isGone),
  needs_password: yesOrNo,
  expires_at: moment,
  downloads_left: count,
  recipient_may_destroy: yesOrNo,
  retry_after_millis: count,
  opened_first_at: orNothing(moment),
  started_last_at: orNothing(moment),
  now: moment,
  content: count,
});
