// @ts-check
/** The way from files to passwords and back, in the head of the pages that send: where both exist. */

import { element } from "../ui/views.js";

/** @param {import("/api").Config} config */
export function showChannels({ channels, push_origin: pushOrigin }) {
  const nav = element("channels", HTMLElement);
  const passwords = nav.querySelector('a[href$="/push"]');
  if (passwords instanceof HTMLAnchorElement && pushOrigin && channels === "shares") {
    passwords.href = `${pushOrigin}/push`;
  }
  nav.hidden = channels === "pushes" || (channels === "shares" && !pushOrigin);
}
