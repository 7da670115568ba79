// @ts-check
/**
 * The part of a link after `#`: read once, taken out of the address bar, kept in `history.state`, so that reload works
 * while bookmarks, screenshots and copied addresses hold no key. The history that a browser keeps by itself still does.
 */

/** @typedef {{ link?: string, language?: string } | null} State `language` is kept by `language.js` */

/** Whole: a path may begin with two slashes, as a host does. */
const here = () => location.origin + location.pathname;

/** @returns {string} the text of the link; empty if there is none */
export function takeFragment() {
  const text = location.hash.slice(1) || takeHandedOver();
  if (text === "") return /** @type {State} */ (history.state)?.link ?? "";
  keep(text);
  return text;
}

const HANDED_OVER = "subrosa/handed-over";

/** Leads to a page with a link, without any address that has it, where that can be. @param {string} path @param {string} text */
export function openWith(path, text) {
  try {
    sessionStorage.setItem(HANDED_OVER, text);
    location.assign(path);
  } catch {
    location.assign(`${path}#${text}`);
  }
}

/** What the page before gave, once. @returns {string} empty if it gave nothing */
function takeHandedOver() {
  try {
    const text = sessionStorage.getItem(HANDED_OVER) ?? "";
    sessionStorage.removeItem(HANDED_OVER);
    return text;
  } catch {
    return "";
  }
}

/** Keeps a link over a reload, in its clean form or as it came. @param {string} text */
export function keep(text) {
  history.replaceState({ ...history.state, link: text }, "", here());
}

/** Reloading begins anew. @param {string} [address] what stands in the address bar then */
export function forgetFragment(address = here()) {
  const { link, ...others } = /** @type {State} */ (history.state) ?? {};
  history.replaceState(others, "", address);
}

/** Whoever follows a link to this very page wants to begin anew: browsers would come back with what was kept. */
export function beginAnewByLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a");
    if (link instanceof HTMLAnchorElement && link.href === here()) forgetFragment();
  });
}

/** Another link pasted into the address bar of this page changes only the fragment: the page begins anew with it. */
export function followNewLinks() {
  addEventListener("hashchange", () => {
    if (location.hash.length < 2) return;
    keep(location.hash.slice(1));
    location.reload();
  });
}
