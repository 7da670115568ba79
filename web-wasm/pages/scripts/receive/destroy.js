// @ts-check
/** Having the files deleted from the server, where the sender allows it: a button, and a question. */

import { CallError } from "../api.js";
import { asking, button, say, state } from "../views.js";
import { refusalOf } from "../wording.js";

/** @param {() => Promise<void>} destroy asks the server, and goes on from there */
export function prepareDestroy(destroy) {
  asking("destroy", "destroy-ask", "destroy-keep");
  button("destroy").addEventListener("click", () => say("destroy-problem", ""));
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
    say("destroy-problem", refusalOf(failure));
  } finally {
    confirm.disabled = false;
  }
}
