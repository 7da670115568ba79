// @ts-check
/** The list of words for passphrases. Fetched when it is first needed: most visits need none. */

import { WordList } from "/wasm/seal.js";

const LIST_URL = "/words/eff-large.txt";
/** Words of a passphrase that is drawn without asking: 77 bits. */
const WORDS = 6;

/** @typedef {{ text: string, bits: number, verdict: string }} Made */

/** @type {WordList | undefined} */
let list;

/** @returns {Promise<WordList>} rejects if it does not come, or is another */
export async function wordList() {
  if (list) return list;
  const response = await fetch(LIST_URL, { credentials: "omit" });
  if (!response.ok) throw new Error(`the word list was answered with ${response.status}`);
  return (list ??= new WordList(await response.text()));
}

/**
 * A passphrase that can be said on the phone.
 *
 * @returns {Promise<Made>} rejects without the list
 */
export async function speakable() {
  return JSON.parse((await wordList()).passphrase(WORDS, "-", false, false));
}
