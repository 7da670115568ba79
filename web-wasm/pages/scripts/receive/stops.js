// @ts-check
/** Dead ends of this page: those of every link, and those of saving. */

import { Stops } from "../stops.js";
import { goneForRecipient, problems, receiveStops } from "../texts.js";
import { sizeText } from "../wording.js";
import { BLOB_BYTES_MAX } from "./saver.js";

export const stops = new Stops({ stops: receiveStops, gone: goneForRecipient });

/**
 * The dead end for a failed call or a failed save.
 *
 * @param {unknown} error
 * @param {() => void} again
 */
export function stopForError(error, again) {
  const { variant } = /** @type {{ variant?: string }} */ (error ?? {});
  switch (variant) {
    case "altered":
      return stops.at("error", problems.altered, again);
    case "altered-manifest":
      return stops.at("error", problems.manifestAltered, undefined);
    case "lease-ended":
      return stops.at("error", problems.leaseEnded, again);
    case "lease-spent":
      return stops.at("error", problems.leaseSpent, again);
    case "browser-cancelled":
      return stops.at("stopped", problems.browserCancelled, again);
    case "no-stream":
      return stops.at("error", problems.noStream(sizeText(BLOB_BYTES_MAX)), again);
    default:
      return stops.forError(error, again);
  }
}
