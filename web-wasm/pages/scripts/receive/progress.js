// @ts-check
/** How far a download is: a bar, figures, and a word to screen readers now and then. */

import { receive as texts } from "../texts.js";
import { announce, element } from "../views.js";
import { sizeText, spanText } from "../wording.js";

const SHOW_MILLIS = 250;

/** Nothing is known yet. */
export function clearProgress() {
  element("progress", HTMLProgressElement).removeAttribute("value");
  element("done-bytes", HTMLElement).textContent = "";
  element("pace", HTMLElement).textContent = "";
}

/** @param {import("../pace.js").Pace} pace */
export function showProgress(pace) {
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
