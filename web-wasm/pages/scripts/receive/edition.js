// @ts-check
/** Which edition of the files it is, where there was more than one. */

import { addTexts, edition as texts } from "../i18n/texts.js";
import { momentText } from "../i18n/wording.js";
import { element } from "../ui/views.js";
import { visit } from "./visit.js";

/** Says it above the list of files. */
export async function say() {
  await addTexts("edition");
  const { listing, seen, session, view } = visit;
  const number = listing.edition ?? 1;
  const parts = [number > 1 ? texts.is(String(number), momentText(listing.editionAt ?? 0)) : ""];
  if (session.holdsLease && view.content > number) parts.push(texts.newer);
  else if (number < seen) parts.push(texts.older(String(number), String(seen)));
  const said =
    document.getElementById("edition") ??
    element("note-block", HTMLElement).parentElement?.insertBefore(
      Object.assign(document.createElement("p"), { id: "edition", className: "notice" }),
      element("note-block", HTMLElement),
    );
  if (said) said.textContent = parts.filter(Boolean).join(" ");
}
