// @ts-check
/** Sizes, spans and moments in the page's language. What number and unit: decided in Rust. */

import { life, size, span } from "../engine/wasm.js";
import { LONG_MILLIS } from "../net/waiting.js";
import { localeOf } from "./locale.js";
import { language, problems, refusals, strangers } from "./texts.js";

const locale = localeOf(language);

/**
 * @param {any[]} quantity `[value, unit, digits]`
 * @param {"short" | "long"} unitDisplay
 */
function quantityText([value, unit, digits], unitDisplay) {
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay, maximumFractionDigits: digits }).format(
    value,
  );
}

/** @param {number} bytes */
export const sizeText = (bytes) => quantityText(size(bytes), bytes < 1000 ? "long" : "short");

/** @param {number} secs */
export const spanText = (secs) => quantityText(span(secs), "long");

/** When something will be, from now: “in 3 seconds”. @param {number} secs */
export function soonText(secs) {
  const [value, unit] = span(secs);
  return new Intl.RelativeTimeFormat(locale).format(value, unit);
}

/** @param {number} secs */
export const lifeText = (secs) => quantityText(life(secs), "long");

/** @param {number} count */
export const countText = (count) => new Intl.NumberFormat(locale).format(count);

/** A time of day, for what ends soon. @param {number} millis */
export const timeText = (millis) =>
  new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(millis);

/** A moment as one says it: day and time of day, in the reader's time zone. @param {number} millis */
export function momentText(millis) {
  const moment = new Date(millis);
  const sameYear = moment.getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "long",
    year: sameYear ? undefined : "numeric",
    hour: "2-digit",
    minute: "2-digit",
  }).format(moment);
}

/**
 * What a failed call says to people; empty if there is nothing to say but that it failed. Servers speak English.
 *
 * @param {import("../net/api.js").Failure | { variant: string, sentence: string, stranger?: undefined } | null | undefined} failure
 * @returns {string}
 */
export function sentenceOf(failure) {
  if (!failure) return "";
  if (failure.variant === "answer") return problems.server;
  if (failure.stranger) {
    const { status, host, bytes } = failure.stranger;
    // Of uploads.
    if (status === 413 && problems.tooLargeForProxy) return problems.tooLargeForProxy(host, sizeText(bytes));
    return strangers.answer(status, host);
  }
  return refusals[failure.variant] ?? (language === "en" ? failure.sentence : "");
}

/** The same for what a person did once. @param {import("../net/api.js").Failure | undefined} failure @param {string} [lost] */
export const refusalOf = (failure, lost = problems.network) =>
  withWait((failure?.again && !failure.stranger ? "" : sentenceOf(failure)) || lost, failure);

/**
 * A sentence, and behind it when the next try is asked for, where that is long.
 *
 * @param {string} sentence
 * @param {import("../net/api.js").Failure | undefined} failure
 */
export const withWait = (sentence, failure) =>
  failure?.again && failure.wait_millis > LONG_MILLIS
    ? `${sentence} ${problems.later(soonText(failure.wait_millis / 1000))}`
    : sentence;

/**
 * Why something has ended, in words; empty for a reason that this page does not know.
 *
 * @param {import("/pages").EndTexts} words
 * @param {import("/api").Gone} gone
 */
export const endText = (words, { why, at }) => (Object.hasOwn(words, why) ? words[why]?.(momentText(at)) : "") ?? "";
