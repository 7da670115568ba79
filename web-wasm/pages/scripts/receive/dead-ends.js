// @ts-check
/** Dead ends of this page: those of every link, and those of saving. */

import { goneForRecipient, problems, receiveDeadEnds } from "../i18n/texts.js";
import { sizeText } from "../i18n/wording.js";
import { DeadEnds } from "../ui/dead-ends.js";
import { BLOB_BYTES_MAX } from "./saver.js";

export const deadEnds = new DeadEnds({ deadEnds: receiveDeadEnds, gone: goneForRecipient });

/**
 * The dead end for a failed call or a failed save.
 *
 * @param {unknown} error
 * @param {() => void} again
 */
export function showDeadEnd(error, again) {
  const { variant } = /** @type {{ variant?: string }} */ (error ?? {});
  switch (variant) {
    case "altered":
      return deadEnds.show("error", problems.altered, again);
    case "altered-manifest":
      return deadEnds.show("error", problems.manifestAltered, undefined);
    case "lease-ended":
      return deadEnds.show("error", problems.leaseEnded, again);
    case "lease-spent":
      return deadEnds.show("error", problems.leaseSpent, again);
    case "browser-cancelled":
      return deadEnds.show("stopped", problems.browserCancelled, again);
    case "no-stream":
      return deadEnds.show("error", problems.noStream(sizeText(BLOB_BYTES_MAX)), again);
    default:
      return deadEnds.showError(error, again);
  }
}
