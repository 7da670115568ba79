// @ts-check
/** How far something is: a bar, figures, and a word to screen readers now and then. */

import { sizeText, spanText } from "../i18n/wording.js";
import { announce, element } from "./views.js";

/** It is shown so often, not at every event of four workers. */
const SHOW_MILLIS = 250;

/**
 * Where bytes tell little: how much is done, and what is said then.
 *
 * @typedef {{ share: number, done: string, left: (span: string) => string } | undefined} Other
 */

/** Nothing is known yet. @param {string} [said] in place of figures */
export function clearProgress(said = "") {
  element("progress", HTMLProgressElement).removeAttribute("value");
  element("done-bytes", HTMLElement).textContent = said;
  element("pace", HTMLElement).textContent = "";
}

/**
 * @param {import("./pace.js").Pace} pace
 * @param {{ progress: (done: string, total: string) => string, pace: (speed: string, left: string) => string,
 * announce: (percent: number) => string }} texts
 */
export function showProgress(pace, texts) {
  const progress = element("progress", HTMLProgressElement);
  let shownAt = 0;
  let announced = 0;
  return (/** @type {number} */ bytes, /** @type {number} */ total, /** @type {Other} */ other = undefined) => {
    const now = performance.now();
    const share = other ? other.share : total === 0 ? 1 : bytes / total;
    if (now - shownAt < SHOW_MILLIS && share < 1) return;
    shownAt = now;
    progress.value = share;
    element("done-bytes", HTMLElement).textContent = other?.done ?? texts.progress(sizeText(bytes), sizeText(total));
    const measured = other ? pace.measure(share, 1, now) : pace.measure(bytes, total, now);
    const left = measured && share < 1 ? spanText(measured.secsLeft) : "";
    const speed = measured ? sizeText(measured.bytesPerSec) : "";
    element("pace", HTMLElement).textContent = left && (other ? other.left(left) : texts.pace(speed, left));
    const quarter = Math.floor(share * 4);
    if (quarter > announced) announce(texts.announce(25 * (announced = quarter)));
  };
}
