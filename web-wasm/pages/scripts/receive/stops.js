// @ts-check
/** Dead ends, each with what happened and what one can do. */

import { CallError } from "../api.js";
import { goneForRecipient, problems, stops } from "../texts.js";
import { button, element, say, show } from "../views.js";
import { momentText, sizeText } from "../wording.js";
import { BLOB_BYTES_MAX } from "./saver.js";

/** @typedef {keyof typeof stops} Stop */

/**
 * @param {Stop} name also the page's state
 * @param {string} text empty: the usual one
 * @param {(() => void) | undefined} again what the button does; undefined: no button
 */
export function stopAt(name, text, again) {
  const { title, text: usual, button: label } = stops[name];
  element("stop-title", HTMLElement).textContent = title;
  say("error", text || usual);
  const retry = button("retry");
  retry.hidden = !again;
  retry.textContent = label || stops.error.button;
  retry.onclick = again ?? null;
  show(name);
}

/**
 * The dead end that a link's state is, if it is one.
 *
 * @param {import("./session.js").LinkView} view
 * @param {boolean} holdsLease for whom a drained link still opens
 * @param {() => void} again
 * @returns {boolean}
 */
export function stopsAtState(view, holdsLease, again) {
  if (view.state === "gone" || view.gone) {
    stopAt("gone", goneText(view.gone), undefined);
  } else if (view.state === "paused" || view.state === "locked") {
    stopAt(view.state, "", again);
  } else if (view.state === "drained" && !holdsLease) {
    stopAt("drained", "", again);
  } else {
    return false;
  }
  return true;
}

/**
 * The dead end for a failed call or a failed save.
 *
 * @param {unknown} error
 * @param {() => void} again
 */
export function stopForError(error, again) {
  const { variant = "unexpected", failure } =
    /** @type {{ variant?: string, failure?: import("../api.js").Failure }} */ (error ?? {});
  switch (variant) {
    case "gone":
      return stopAt("gone", goneText(failure?.gone ?? null), undefined);
    case "not-found":
    case "paused":
    case "locked":
      return stopAt(variant, "", again);
    case "no-download-left":
      return stopAt("drained", "", again);
    case "network":
    case "unavailable":
      return stopAt("offline", "", again);
    case "altered":
      return stopAt("error", problems.altered, again);
    case "altered-manifest":
      return stopAt("error", problems.manifestAltered, undefined);
    case "lease-ended":
      return stopAt("error", problems.leaseEnded, again);
    case "lease-spent":
      return stopAt("error", problems.leaseSpent, again);
    case "browser-cancelled":
      return stopAt("stopped", problems.browserCancelled, again);
    case "no-stream":
      return stopAt("error", problems.noStream(sizeText(BLOB_BYTES_MAX)), again);
    case "server":
    case "answer":
      return stopAt("error", problems.server, again);
    default:
      return stopAt(
        "error",
        (error instanceof CallError && failure?.sentence) || failure?.sentence || problems.unexpected,
        again,
      );
  }
}

/** @param {{ why: string, at: number } | null} gone */
function goneText(gone) {
  if (!gone) return stops["not-found"].text;
  return (goneForRecipient[gone.why] ?? goneForRecipient.expired)(momentText(gone.at));
}
