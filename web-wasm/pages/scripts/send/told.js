// @ts-check
/** What a running upload tells, on the page. */

import { Pace } from "../pace.js";
import { showProgress } from "../progress.js";
import { send as texts } from "../texts.js";
import { element, say } from "../views.js";
import { sentenceOf, soonText } from "../wording.js";

/** @param {number} contentLen bytes of all files @returns {import("./upload.js").Told} */
export function told(contentLen) {
  const pace = new Pace();
  const show = showProgress(pace, texts);
  return {
    // Padding is nothing that a person knows of.
    onProgress: (bytes, total) => show(total === 0 ? 0 : (bytes / total) * contentLen, contentLen),
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
