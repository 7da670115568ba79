// @ts-check
/** What is sent now: the upload, what goes with it, and what is kept to go on later. */

import { Plan } from "/wasm/seal.js";

import { send as sendTexts, unfinished as texts } from "../i18n/texts.js";
import { momentText, sizeText } from "../i18n/wording.js";
import { setText } from "../ui/views.js";
import { Edition } from "./edition.js";
import { PasswordPush } from "./password-push.js";
import { UploadRecorder } from "./resume/recorder.js";
import { uploadListener } from "./upload-view.js";
import { Upload } from "./upload.js";

/**
 * @typedef {object} Sending
 * @property {Upload} upload
 * @property {PasswordPush | undefined} passwordPush for the password, if it travels by a link of its own
 * @property {number} downloads
 * @property {boolean} hasPassword
 * @property {string} drawn the password, if the page drew it: nobody else knows it
 * @property {string} what files and size, in words
 * @property {string} first name of the first file
 * @property {number} files
 * @property {import("./edition.js").Edition} [edition] it is a new version of what was sent
 * @property {import("./basket-view.js").BasketView} [basket] with its files, if they were picked for it on this page
 *
 * @typedef {object} Tools
 * @property {WebAssembly.Module} module
 * @property {import("../workers/key-worker.js").SealKeyWorker} keyWorker
 */

/**
 * @param {Tools} tools
 * @param {import("./basket-view.js").BasketView} basket
 * @param {import("./upload.js").Terms} terms
 * @param {{ passwordPush: PasswordPush | undefined, drawn: string }} password
 * @param {Edition} [edition] a new version of what was sent, instead of something new
 * @returns {Sending}
 */
export function newSending({ module, keyWorker }, basket, terms, { passwordPush, drawn }, edition) {
  const plan = basket.plan();
  const [count, hasPassword] = [plan.fileCount(), terms.password !== ""];
  const what = sendTexts.what(count, sizeText(plan.contentLen()));
  const entries = plan.entries();
  /** @type {(start: { shareId: string, secrets: Uint8Array, until: number }) => Promise<UploadRecorder | undefined>} */
  const keep = async (start) => {
    const recorder = await UploadRecorder.begin(
      {
        ...start,
        // Beside what is kept of the share itself.
        shareId: edition ? `${start.shareId}.${edition.content}` : start.shareId,
        terms: { ...terms, password: "" },
        ...{ hasPassword, drawn, what, count, entries },
        push: null,
        first: plan.firstPath(),
        partBytes: plan.partBytes(),
        ...(await basket.origins(plan)),
        isDone: false,
        ...(edition && { edition: edition.kept }),
      },
      sayNotStored,
    );
    setText("kept", recorder ? texts.kept(momentText(start.until)) : texts.unkept);
    return recorder;
  };
  setText("kept", "");
  const fileOf = (/** @type {number} */ id) => basket.file(id);
  const upload = new Upload({ module, keyWorker, plan, fileOf, terms, keep, edition }, listenerOf(plan));
  // Begun at once: after a crash, only its link brings the password back.
  passwordPush?.make().then(
    ({ kept }) => upload.remember({ push: kept, drawn: "" }),
    () => {},
  );
  const [first, files] = [plan.firstPath(), count];
  return { upload, passwordPush, downloads: terms.downloads, hasPassword, drawn, what, first, files, edition, basket };
}

/** @param {Plan} plan */
const listenerOf = (plan) =>
  uploadListener({ contentLen: plan.contentLen(), fileCount: plan.fileCount(), emptyCount: plan.emptyCount() });

/**
 * One that was interrupted, in this tab or before.
 *
 * @param {Tools} tools
 * @param {UploadRecorder} recorder
 * @param {(id: number) => import("../owner/source.js").PickedFile} fileOf by place in the plan
 * @returns {Sending & { plan: Plan }}
 */
export function resumedSending({ module, keyWorker }, recorder, fileOf) {
  const { entries, partBytes, terms, push, hasPassword, drawn, until } = recorder.unfinished;
  const { what, first, count: files, edition: kept } = recorder.unfinished;
  const plan = Plan.kept(entries, partBytes);
  const edition = kept && new Edition(kept);
  const keep = async () => undefined;
  const upload = new Upload({ module, keyWorker, plan, fileOf, terms, keep, edition }, listenerOf(plan));
  setText("kept", texts.kept(momentText(until)));
  const passwordPush = push ? PasswordPush.resume(keyWorker, push) : undefined;
  return { upload, passwordPush, downloads: terms.downloads, hasPassword, drawn, what, first, files, edition, plan };
}

/** That nothing is kept any longer. */
export const sayNotStored = () => setText("kept", texts.unkept);
