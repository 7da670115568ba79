// @ts-check
/**
 * A page that is not there: no key stays in its address, and it leads only to what this server has. A key that came here goes
 * along to the page that the person chooses. Where a program on the way has escaped the `#`, the key was in the path: the
 * server, and whatever stands before it, has seen it, and the page says so.
 */

import { forgetFragment } from "../net/fragment.js";
import { fetchChannels } from "../net/server-channels.js";

const ESCAPED = /%(?:25)*23/iu;

/** The text of a link that came here. */
let held = "";

function takeKeyAlong() {
  const { origin, pathname, search, hash } = location;
  const path = pathname + search;
  const at = path.search(ESCAPED);
  if (at >= 0) show("key-seen");
  if (at < 0 && hash === "") return;
  held = at < 0 ? hash.slice(1) : path.slice(at).replace(ESCAPED, "") + hash;
  forgetFragment(origin + (at < 0 ? pathname : "/"));
  if (held !== "") show("key-held");
}

/** @param {string} id */
const show = (id) => document.getElementById(id)?.removeAttribute("hidden");

takeKeyAlong();
addEventListener("hashchange", takeKeyAlong);
for (const way of document.querySelectorAll("a[data-takes-link]")) {
  way.addEventListener("click", (event) => {
    if (held === "") return;
    event.preventDefault();
    location.assign(`${way.getAttribute("href")}#${held}`);
  });
}

const serves = await fetchChannels();
for (const way of document.querySelectorAll("[data-channel]")) {
  way.toggleAttribute("hidden", !serves(way.getAttribute("data-channel") === "shares" ? "shares" : "pushes"));
}
