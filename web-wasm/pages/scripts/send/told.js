// @ts-check
/** What a running upload tells, on the page. */

import { Pace } from "../pace.js";
import { send as texts } from "../texts.js";
import { announce, element, say } from "../views.js";
import { sentenceOf, sizeText, soonText, spanText } from "../wording.js";

/** Progress is shown so often, not at every event of four workers. */
const SHOW_MILLIS = 250;

/** @param {number} contentLen bytes of all files @returns {import("./upload.js").Told} */
export function told(contentLen) {
  const pace = new Pace();
  const progress = element("progress", HTMLProgressElement);
  let shownAt = 0;
  let announced = 0;
  return {
    onProgress(bytes, total) {
      const now = performance.now();
      if (now - shownAt < SHOW_MILLIS && bytes < total) return;
      shownAt = now;
      const share = total === 0 ? 0 : bytes / total;
      progress.value = share;
      element("done-bytes", HTMLElement).textContent = texts.progress(
        sizeText(share * contentLen),
        sizeText(contentLen),
      );
      const measured = pace.measure(bytes, total, now);
      element("pace", HTMLElement).textContent =
        measured && bytes < total ? texts.pace(sizeText(measured.bytesPerSec), spanText(measured.secsLeft)) : "";
      const quarter = Math.floor(share * 4);
      if (quarter > announced) announce(texts.announce(25 * (announced = quarter)));
    },
    onWait(failure) {
      if (failure) pace.forget();
      waiting(failure);
    },
    onChecking() {
      element("pace", HTMLElement).textContent = texts.checking;
      document.body.dataset.state = "checking";
    },
  };
}

/** @param {import("../api.js").Failure | undefined} failure undefined: nothing is waited for */
export function waiting(failure) {
  if (!failure) return say("network", "");
  const soon = soonText(failure.wait_millis / 1000);
  if (!navigator.onLine) return say("network", texts.offline);
  const why = sentenceOf(failure);
  say("network", why ? texts.waitingBecause(why, soon) : texts.waiting(soon));
}
