// @ts-check
/** The ways between the pages of those who send, in their heads: files and passwords, where both exist, and what was sent. */

import { element } from "../ui/views.js";

/** @param {import("/api").Config} config */
export function showChannels({ channels, push_origin: pushOrigin }) {
  const nav = element("channels", HTMLElement);
  const passwords = nav.querySelector('a[href$="/push"]');
  if (passwords instanceof HTMLAnchorElement && pushOrigin && channels === "shares") {
    passwords.href = `${pushOrigin}/push`;
  }
  const isOne = channels === "pushes" || (channels === "shares" && !pushOrigin);
  // Where there is one channel only, nobody has to choose.
  for (const way of nav.querySelectorAll('a:not([href="/links"])')) way.toggleAttribute("hidden", isOne);
  nav.hidden = false;
}
