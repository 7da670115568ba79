// @ts-check
/**
 * A whole link that belongs to another page: what it is, and the way there, with the link and without an address that has it.
 * Fetched when somebody opens such a one.
 */

import { addTexts, otherKinds as texts } from "../i18n/texts.js";
import { openWith } from "../net/fragment.js";
import { fetchChannels } from "../net/server-channels.js";

/** @typedef {import("/pages").LinkKind} Kind */
/** @typedef {{ title: string, text: string, button: string }} Words */

/** @type {Record<Kind, { path: string, channel: import("../net/server-channels.js").Channel }>} */
const PLACES = {
  share: { path: "/s", channel: "shares" },
  push: { path: "/p", channel: "pushes" },
  "share-owner": { path: "/o", channel: "shares" },
  "push-owner": { path: "/push", channel: "pushes" },
};

/**
 * @param {Kind | ""} kind as the key worker tells it
 * @param {string} text that has the link
 * @returns {Promise<{ words: Words, go: (() => void) | undefined }>} `go`: leads there; undefined: it is not on this server
 */
export async function wayOf(kind, text) {
  await addTexts("other-kinds");
  if (kind === "") return { words: { ...texts.unknown, button: "" }, go: undefined };
  const { path, channel } = PLACES[kind];
  const [words, serves] = [texts[kind], await fetchChannels()];
  if (!serves(channel)) return { words: { ...words, text: texts.elsewhere }, go: undefined };
  return { words, go: () => openWith(path, text) };
}
