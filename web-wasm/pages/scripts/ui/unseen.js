// @ts-check
/** Characters of a text that nobody sees: they come along when something is copied, and a password with them is another one. */

/** Spaces, and what shows nothing. What emoji and flags end with is not among it. */
const UNSEEN =
  "[\\s\\u00ad\\u034f\\u061c\\u115f\\u1160\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufeff\\uffa0]+";
const EDGES = new RegExp(`^${UNSEEN}|${UNSEEN}$`, "gu");
/** Those that nobody types inside of a text: not the space, nor what joins letters and emoji. */
const INSIDE = new RegExp(`(?![ \\u200c\\u200d])${UNSEEN}`, "u");

/** A text without what stands unseen around it. @param {string} text */
export const withoutEdges = (text) => text.replace(EDGES, "");

/** Whether something stands in a text, or around it, that nobody sees. @param {string} text */
export const hasUnseen = (text) => text !== withoutEdges(text) || INSIDE.test(text);
