// @ts-check
/** The button that ends a long wait, where something goes on by itself. */

import { LONG_MILLIS, tryNow } from "../net/waiting.js";

const buttons = () => /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button.try-now"));

/** Listens to it. Called once. @param {() => void} act besides, when it is pressed */
export function prepareTryNow(act) {
  for (const target of buttons()) {
    target.addEventListener("click", () => {
      if (target.hidden) return;
      // It goes away under whoever pressed it.
      target.closest(".view")?.querySelector("h2")?.focus();
      offerTryNow(undefined);
      act();
      tryNow();
    });
  }
}

/** @param {import("../net/api.js").Failure | undefined} failure what is waited for after; undefined: nothing */
export function offerTryNow(failure) {
  for (const target of buttons()) target.hidden = !failure || failure.wait_millis <= LONG_MILLIS;
}
