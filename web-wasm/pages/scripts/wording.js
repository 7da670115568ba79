// @ts-check
/** Sizes, spans and moments in the page's language. What number and unit: decided in Rust. */

import { language } from "./texts.js";
import { life, size, span } from "./wasm.js";

/**
 * @param {any[]} quantity `[value, unit, digits]`
 * @param {"short" | "long"} unitDisplay
 */
function quantityText([value, unit, digits], unitDisplay) {
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay, maximumFractionDigits: digits }).format(
    value,
  );
}

/** @param {number} bytes */
export const sizeText = (bytes) => quantityText(size(bytes), bytes < 1000 ? "long" : "short");

/** @param {number} secs */
export const spanText = (secs) => quantityText(span(secs), "long");

/** @param {number} secs */
export const lifeText = (secs) => quantityText(life(secs), "long");

/** @param {number} count */
export const countText = (count) => new Intl.NumberFormat(language).format(count);

/** A time of day, for what ends soon. @param {number} millis */
export const timeText = (millis) =>
  new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { hour: "2-digit", minute: "2-digit" }).format(millis);

/** A moment as one says it: day and time of day, in the reader's time zone. @param {number} millis */
export function momentText(millis) {
  const moment = new Date(millis);
  const sameYear = moment.getFullYear() === new Date().getFullYear();
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    day: "numeric",
    month: "long",
    year: sameYear ? undefined : "numeric",
    hour: "2-digit",
    minute: "2-digit",
  }).format(moment);
}
