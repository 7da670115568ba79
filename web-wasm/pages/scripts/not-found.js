// @ts-check
/** A page that is not there: no key stays in its address, and it leads only to what this server has. */

import { forgetFragment } from "./fragment.js";
import { servedHere } from "./served.js";

if (location.hash !== "") forgetFragment();
addEventListener("hashchange", () => location.hash !== "" && forgetFragment());

const serves = await servedHere();
for (const way of document.querySelectorAll("[data-channel]")) {
  way.toggleAttribute("hidden", !serves(way.getAttribute("data-channel") === "shares" ? "shares" : "pushes"));
}
