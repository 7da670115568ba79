// @ts-check
/** Having the files deleted from the server, where the sender allows it: a button, and a question. */

import { refusalOf } from "../i18n/wording.js";
import { CallError } from "../net/api.js";
import { button, setText, state, wireConfirmation } from "../ui/views.js";

/** @param {() => Promise<void>} destroy asks the server, and goes on from there */
export function prepareDestroy(destroy) {
  wireConfirmation("destroy", "destroy-ask", "destroy-keep");
  button("destroy").addEventListener("click", () => setText("destroy-problem", ""));
  button("destroy-confirm").addEventListener("click", (event) => {
    if (event.isTrusted && state() === "ready") void attempt(destroy);
  });
}

/** @param {() => Promise<void>} destroy */
async function attempt(destroy) {
  const confirm = button("destroy-confirm");
  confirm.disabled = true;
  try {
    await destroy();
  } catch (error) {
    const failure = error instanceof CallError ? error.failure : undefined;
    setText("destroy-problem", refusalOf(failure));
  } finally {
    confirm.disabled = false;
  }
}
