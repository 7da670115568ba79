// @ts-check
/** How far something is: a bar, figures, and a word to screen readers now and then. */

import { announce, element } from "./views.js";
import { sizeText, spanText } from "./wording.js";

/** It is shown so often, not at every event of four workers. */
const SHOW_MILLIS = 250;

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
  return (/** @type {number} */ bytes, /** @type {number} */ total) => {
    const now = performance.now();
    if (now - shownAt < SHOW_MILLIS && bytes < total) return;
    shownAt = now;
    const share = total === 0 ? 1 : bytes / total;
    progress.value = share;
    element("done-bytes", HTMLElement).textContent = texts.progress(sizeText(bytes), sizeText(total));
    const measured = pace.measure(bytes, total, now);
    element("pace", HTMLElement).textContent =
      measured && bytes < total ? texts.pace(sizeText(measured.bytesPerSec), spanText(measured.secsLeft)) : "";
    const quarter = Math.floor(share * 4);
    if (quarter > announced) announce(texts.announce(25 * (announced = quarter)));
  };
}
