// @ts-check
/**
 * What a document without an origin needs to draw the pages of a PDF file, and what it tells. It can load nothing itself:
 * it is handed the script of its worker and the module.
 */

import { preview as texts } from "../i18n/texts.js";
import { sizeText } from "../i18n/wording.js";
import { setText } from "../ui/views.js";

/** @param {AbortSignal} signal @returns {Promise<{ script: string, module: ArrayBuffer, failed: string }>} */
export async function drawing(signal) {
  const paths = ["/wasm/pdf.js", "/preview/pages-worker.js", "/wasm/pdf_bg.wasm"];
  const [glue, worker, module] = await Promise.all(paths.map((path) => get(path, signal)));
  return {
    script: `${await glue.text()}\n${await worker.text()}`,
    module: await module.arrayBuffer(),
    failed: texts.pageFailed,
  };
}

/** @param {string} path @param {AbortSignal} signal */
async function get(path, signal) {
  const response = await fetch(path, { credentials: "omit", signal });
  if (!response.ok) throw new TypeError(`${path} was answered with ${response.status}`);
  return response;
}

/**
 * Says which page is seen.
 *
 * @param {{ pages: number, sheets: number }} shown pages of the document, and those that are shown
 * @param {MessagePort} port
 * @param {number} size of the file, in bytes
 */
export function followPages({ pages, sheets }, port, size) {
  const labels = Array.from({ length: sheets }, (_, index) => texts.pageOf(index + 1, pages));
  port.postMessage({ labels });
  setText("preview-lead", texts.drawn(sizeText(size)));
  const tell = (/** @type {number} */ at) => {
    const isLast = at === sheets && sheets < pages;
    setText("preview-place", isLast ? texts.pagesCut(at, pages) : (labels[at - 1] ?? ""));
  };
  port.onmessage = ({ data }) => data.at && tell(data.at);
  tell(1);
}
