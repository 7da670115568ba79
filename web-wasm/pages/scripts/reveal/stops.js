// @ts-check
/** Dead ends of this page: those of every link, and what is different where a view of this device runs. */

import { Stops } from "../stops.js";
import { heldStops, reveal as texts, revealGone, revealProblems as problems, revealStops } from "../texts.js";
import { momentText, timeText } from "../wording.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./session.js").LinkView} LinkView */
/** @typedef {() => unknown} Again */

export const stops = new Stops({ stops: revealStops, gone: revealGone, unexpected: () => problems.unexpected });

/**
 * The dead end that the link's state is, if it is one for this device.
 *
 * @param {LinkView} view
 * @param {Session} session
 * @param {Again} again
 * @returns {boolean}
 */
export function isStopped(view, session, again) {
  const mayShow = session.heldUntil !== undefined || session.isUnanswered;
  if (view.state === "gone" || view.gone) stopGone(view.gone, session);
  else if (view.state === "paused") stopPaused(session, again);
  // Wrong passphrases stop no view that runs.
  else if (view.state === "locked" && mayShow) return false;
  else return stops.atState(view, mayShow, () => void again());
  return true;
}

/**
 * The dead end for a failed call.
 *
 * @param {unknown} error
 * @param {Session} session
 * @param {Again} again
 */
export function stopForError(error, session, again) {
  const { variant, failure } = /** @type {import("../stops.js").Failed} */ (error ?? {});
  const retry = () => void again();
  const until = session.heldUntil;
  switch (variant) {
    case "lease-ended":
      session.forgetLease();
      return stops.at("error", problems.leaseEnded, retry);
    case "altered-push":
      return stops.at("error", problems.altered, undefined);
    case "paused":
      return stopPaused(session, again);
    case "locked":
      return stops.at("locked", until ? heldStops.locked(timeText(until)) : "", retry);
    case "gone":
      session.forgetLease();
      return stopGone(failure?.gone ?? null, session);
    case "no-download-left":
    case "not-found":
      session.forgetLease();
  }
  stops.forError(error, retry);
}

/** @param {LinkView["gone"]} gone @param {Session} session */
function stopGone(gone, session) {
  const mine = gone && ["spent", "destroyed"].includes(gone.why) && session.isEndedHere;
  stops.at("gone", mine ? texts.goneHere(momentText(gone.at)) : stops.goneText(gone), undefined);
}

/** @param {Session} session @param {Again} again */
function stopPaused(session, again) {
  const until = session.heldUntil;
  const text = until ? heldStops.paused(timeText(until)) : session.isUnanswered ? texts.pausedUnanswered : "";
  stops.at("paused", text, () => void again());
}
