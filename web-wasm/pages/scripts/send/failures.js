// @ts-check
/** Why an upload stopped, and what is told about it. */

import { goneForOwner, unfinished as texts } from "../i18n/texts.js";
import { endText, sentenceOf } from "../i18n/wording.js";
import { CallError } from "../net/api.js";

/** That the server has given it up, or somebody has ended it. */
export class Gone extends Error {
  variant = "gone";

  /** @param {import("/api").Gone | null | undefined} gone null: nobody knows any more */
  constructor(gone) {
    super("the share is gone");
    this.gone = gone;
  }
}

/**
 * Why an upload has ended; undefined: it has not, as far as the error tells.
 *
 * @param {unknown} error
 */
export function whyGone(error) {
  const isGone = error instanceof Gone || (error instanceof CallError && ["gone", "not-found"].includes(error.variant));
  if (!isGone) return undefined;
  const gone = error instanceof Gone ? error.gone : error.failure.gone;
  return (gone && endText(goneForOwner, gone)) || texts.unknown;
}

/**
 * What to tell the person about a failed upload.
 *
 * @param {unknown} error
 * @returns {{ variant: string, message: string, sentence: string, file: number | undefined }}
 */
export function reason(error) {
  const { variant, message, failure, file } =
    /** @type {{ variant?: string, message?: string, failure?: { variant: string, sentence: string } | null,
     * file?: number }} */ (error ?? {});
  const sentence = sentenceOf(error instanceof CallError ? error.failure : failure);
  return { variant: variant ?? "unexpected", message: message ?? "", sentence, file };
}
