// @ts-check
/** What a running upload tells, on the page. */

import { send as texts } from "../i18n/texts.js";
import { countText, sentenceOf, soonText } from "../i18n/wording.js";
import { Pace } from "../ui/pace.js";
import { showProgress } from "../ui/progress.js";
import { offerTryNow } from "../ui/try-now.js";
import { element, setText } from "../ui/views.js";

/** Where there are so many files, and they are so small, files are counted. */
const MANY = 100;
const SMALL_BYTES = 64 * 1024;
/** To open and read a file takes about as long as to send so many bytes. */
const FILE_BYTES = 4096;

/**
 * @param {object} plan
 * @param {number} plan.contentLen bytes of all files
 * @param {number} plan.fileCount
 * @param {number} plan.emptyCount of them, files with nothing to read
 * @returns {import("./upload.js").UploadListener}
 */
export function uploadListener({ contentLen, fileCount, emptyCount }) {
  const pace = new Pace();
  const show = showProgress(pace, texts);
  const isMany = fileCount >= MANY && contentLen / fileCount < SMALL_BYTES;
  return {
    onProgress(bytes, total, files) {
      // Padding is nothing that a person knows of.
      const sent = total === 0 ? 0 : (bytes / total) * contentLen;
      if (!isMany) return show(sent, contentLen);
      const read = files + emptyCount;
      const share = (bytes + FILE_BYTES * read) / (total + FILE_BYTES * fileCount);
      show(sent, contentLen, { share, done: texts.progressFiles(countText(read), fileCount), left: texts.left });
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

/** @param {import("../net/api.js").Failure | undefined} failure undefined: nothing is waited for */
export function waiting(failure) {
  offerTryNow(failure);
  if (!failure) return setText("network", "");
  const soon = soonText(failure.wait_millis / 1000);
  if (!navigator.onLine) return setText("network", texts.offline);
  const why = sentenceOf(failure);
  setText("network", why ? texts.waitingBecause(why, soon) : texts.waiting(soon));
}
