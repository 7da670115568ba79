// @ts-check
/** Having the files deleted from the server, where the sender allows it: a button, and a question. */

import { CallError } from "../api.js";
import { problems } from "../texts.js";
import { button, element, say, state } from "../views.js";
import { sentenceOf } from "../wording.js";

/** @param {() => Promise<void>} destroy asks the server, and goes on from there */
export function prepareDestroy(destroy) {
  const ask = element("destroy-ask", HTMLElement);
  button("destroy").addEventListener("click", () => {
    ask.hidden = false;
    say("destroy-problem", "");
    button("destroy-keep").focus();
  });
  button("destroy-keep").addEventListener("click", () => {
    ask.hidden = true;
    button("destroy").focus();
  });
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
    say("destroy-problem", (failure?.again ? "" : sentenceOf(failure)) || problems.network);
  } finally {
    confirm.disabled = false;
  }
}
