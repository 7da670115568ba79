// @ts-check
/** Dead ends of this page: those of every link, and what is different where a view of this device runs. */

import {
  heldDeadEnds,
  reveal as texts,
  revealDeadEnds,
  revealGone,
  revealProblems as problems,
} from "../i18n/texts.js";
import { momentText, timeText } from "../i18n/wording.js";
import { DeadEnds } from "../ui/dead-ends.js";

/** @typedef {import("./session.js").ViewSession} Session */
/** @typedef {import("/api").LinkView} LinkView */
/** @typedef {() => unknown} Again */

export const deadEnds = new DeadEnds({
  deadEnds: revealDeadEnds,
  gone: revealGone,
  unexpected: () => problems.unexpected,
});

/**
 * The dead end that the link's state is, if it is one for this device.
 *
 * @param {LinkView} view
 * @param {Session} session
 * @param {Again} again
 * @returns {boolean}
 */
export function showIfDeadEnd(view, session, again) {
  const mayShow = session.heldUntil !== undefined || session.isUnanswered;
  if (view.state === "gone" || view.gone) stopGone(view.gone, session, again);
  else if (view.state === "paused") stopPaused(session, again);
  // Wrong passphrases stop no view that runs.
  else if (view.state === "locked" && mayShow) return false;
  else return deadEnds.showState(view, mayShow, () => void again());
  return true;
}

/**
 * The dead end for a failed call.
 *
 * @param {unknown} error
 * @param {Session} session
 * @param {Again} again
 */
export function showDeadEnd(error, session, again) {
  const { variant, failure } = /** @type {import("../ui/dead-ends.js").Failed} */ (error ?? {});
  const retry = () => void again();
  const until = session.heldUntil;
  switch (variant) {
    case "lease-ended":
      session.forgetLease();
      return deadEnds.show("error", problems.leaseEnded, retry);
    case "altered-push":
      return deadEnds.show("error", problems.altered, undefined);
    case "paused":
      return stopPaused(session, again);
    case "locked":
      return deadEnds.show("locked", until ? heldDeadEnds.locked(timeText(until)) : "", retry);
    case "gone":
      session.forgetLease();
      return stopGone(failure?.gone, session, again);
    case "no-download-left":
    case "not-found":
      session.forgetLease();
  }
  deadEnds.showError(error, retry);
}

/** @param {LinkView["gone"]} gone @param {Session} session @param {Again} again */
function stopGone(gone, session, again) {
  const mine = gone && ["spent", "destroyed"].includes(gone.why) && session.isEndedHere;
  if (mine) deadEnds.show("gone", texts.goneHere(momentText(gone.at)), undefined);
  else deadEnds.showGone(gone, () => void again());
}

/** @param {Session} session @param {Again} again */
function stopPaused(session, again) {
  const until = session.heldUntil;
  const text = until ? heldDeadEnds.paused(timeText(until)) : session.isUnanswered ? texts.pausedUnanswered : "";
  deadEnds.show("paused", text, () => void again());
}
