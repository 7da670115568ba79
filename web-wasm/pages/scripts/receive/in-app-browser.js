// @ts-check
/**
 * Where this page was opened, as far as it can be guessed: inside of another app, or in a window that forgets. A
 * sentence before anything is counted, never a refusal.
 */

import { inAppBrowser as texts } from "../i18n/texts.js";
import { sizeText } from "../i18n/wording.js";
import { isForgetful } from "../storage/device-storage.js";
import { announce, button } from "../ui/views.js";
import { BLOB_BYTES_MAX, canSave } from "./saver.js";

/** What windows inside of apps call themselves. */
const IN_APP =
  /\b(FBAN|FBAV|FB_IAB|Instagram|Line\/|MicroMessenger|Snapchat|BytedanceWebview|musical_ly|TwitterAndroid|LinkedInApp|Pinterest\/|GSA\/|WhatsApp|Telegram|KAKAOTALK)|; wv\)/u;
/** Private windows are given much less than this, in bytes. */
const QUOTA_MIN = 150_000_000;

/**
 * @param {number} size of what is to be saved, in bytes
 * @returns {Promise<string>} a sentence, or nothing
 */
export async function warning(size) {
  if (IN_APP.test(navigator.userAgent)) return texts.inApp;
  if (!(await canSave(size))) return texts.noStream(sizeText(BLOB_BYTES_MAX));
  if (!navigator.serviceWorker || isForgetful() || (await quota()) < QUOTA_MIN) return texts.forgetful;
  return "";
}

/** @returns {Promise<number>} bytes that this page may keep; infinite if nobody says */
async function quota() {
  try {
    return (await navigator.storage.estimate()).quota ?? Infinity;
  } catch {
    return Infinity;
  }
}

/**
 * Hands the link out for another window: a menu that opens this page elsewhere takes it along without its key.
 *
 * @param {string} token
 */
export async function handOut(token) {
  const target = button("copy-link");
  const path = `/s#${token}`;
  try {
    await navigator.clipboard.writeText(location.origin + path);
    target.textContent = texts.copied;
  } catch {
    // Not allowed here: then the key stands where such menus take it from, because the person asked for it.
    history.replaceState(history.state, "", path);
    target.textContent = texts.inAddress;
  }
  announce(target.textContent);
}

/** @param {string} kind */
export const isPlayed = (kind) => kind === "audio" || kind === "video";

/** Whether this browser can show something of that kind and size. @param {string} kind @param {number} size */
export const canShow = (kind, size) => !isPlayed(kind) || size <= BLOB_BYTES_MAX || Boolean(navigator.serviceWorker);
