// @ts-check
/**
 * One upload: share, parts, manifest, complete, read-back, link, note. Every step can be repeated, so `run` after a
 * failure goes on where it stopped; what is stored is not sent again. What is needed to go on after the page was closed
 * is kept beside (`recorder.js`).
 */

import { CallError, digestText, sendForJson, sendForNothing } from "../net/api.js";
import { Cancelled, throwIfCancelled, unlessCancelled } from "../net/waiting.js";
import { isPartList, isShare } from "../owner/answers.js";
import { sourcesOf } from "../owner/source.js";
import { Gone } from "./failures.js";
import { PartSealers } from "./part-sealers.js";
import { readBack } from "./read-back.js";

/**
 * @typedef {object} Terms
 * @property {number} expiresInSecs
 * @property {number} downloads
 * @property {string} password empty: none
 * @property {string} note empty: none
 *
 * @typedef {object} UploadListener
 * @property {(bytes: number, total: number, files: number) => void} onProgress `files`: read to their end so far
 * @property {(failure: import("../net/api.js").Failure | undefined) => void} onWait undefined: it goes on
 * @property {() => void} onChecking
 *
 * @typedef {import("./part-sealers.js").SealedPart} SealedPart
 * @typedef {import("./resume/recorder.js").UploadRecorder} UploadRecorder
 */

/** So often, what is stored is compared anew when it is not what was sent. */
const COMPLETE_TRIES = 4;

export class Upload {
  #module;
  #keyWorker;
  #plan;
  #fileOf;
  #terms;
  #listener;
  #keep;
  #edition;
  #stop = new AbortController();
  /** @type {{ shareId: string, linkId: string, ownerProof: string } | undefined} */
  #share;
  /** As the server said last. @type {import("/api").ShareStatus | undefined} */
  #status;
  /** @type {PartSealers | undefined} */
  #sealers;
  /** Bytes of each part that are on the server or on their way. @type {Float64Array} */
  #sent;
  /** Files of each part that were read to their end. @type {Uint32Array} */
  #read;
  /** @type {(SealedPart | undefined)[]} */
  #stored;
  /** As they were sealed last, stored or not. @type {Map<number, SealedPart>} */
  #sealed = new Map();
  /** What is kept beside, once anything is. @type {Partial<import("./resume/store.js").UnfinishedUpload>} */
  #alsoKept = {};
  /** @type {UploadRecorder | undefined} */
  #recorder;
  /** @type {ReturnType<typeof this.run> | undefined} */
  #running;
  #locked = false;
  #isMoving = false;
  #completed = false;
  #isDone = false;
  #isForgotten = false;
  /** @type {Uint8Array<ArrayBuffer> | undefined} */
  #manifest;

  /**
   * @param {object} what
   * @param {WebAssembly.Module} what.module
   * @param {import("../workers/key-worker.js").SealKeyWorker} what.keyWorker
   * @param {import("/wasm/seal.js").Plan} what.plan
   * @param {(id: number) => import("../owner/source.js").PickedFile} what.fileOf
   * @param {Terms} what.terms
   * @param {(start: { shareId: string, secrets: Uint8Array, until: number }) => Promise<UploadRecorder | undefined>} what.keep
   * begins to keep it, if that can be
   * @param {import("./edition.js").Edition} [what.edition] a new version of what was sent, instead of something new
   * @param {UploadListener} listener
   */
  constructor({ module, keyWorker, plan, fileOf, terms, keep, edition }, listener) {
    this.#module = module;
    this.#edition = edition;
    this.#keyWorker = keyWorker;
    this.#plan = plan;
    this.#fileOf = fileOf;
    this.#terms = terms;
    this.#keep = keep;
    this.#listener = listener;
    this.#sent = new Float64Array(plan.partCount());
    this.#read = new Uint32Array(plan.partCount());
    this.#stored = Array.from({ length: plan.partCount() }, () => undefined);
  }

  /**
   * Takes up what was kept, and asks the server what of it is stored.
   *
   * @param {UploadRecorder} recorder
   * @param {import("./resume/store.js").KeptPart[]} parts
   * @returns {Promise<number[]>} the parts that are missing
   */
  async resume(recorder, parts) {
    const { secrets, manifest, linkBody, isDone } = recorder.unfinished;
    this.#recorder = recorder;
    this.#share = await this.#keyWorker.ask("resumeShare", secrets, this.#number, manifest);
    this.#locked = true;
    const path = `/shares/${this.#share.shareId}`;
    this.#status = await this.#statusOf("GET", path, {});
    if (this.#status.gone) throw new Gone(this.#status.gone);
    const content = this.#status.contents.find(({ content }) => content === this.#number);
    // It took too long, or somebody gave it up from another page.
    if (!content) throw new Gone({ why: "abandoned", at: Date.now() });
    this.#completed = content.state !== "uploading";
    this.#isDone = isDone;
    for (const part of parts) this.#sealed.set(part.index, part);
    await this.#learnStored();
    const missing = this.#missing();
    if (missing.length === 0) {
      this.#manifest = /** @type {Uint8Array<ArrayBuffer> | undefined} */ (manifest);
      this.#linkBodyText = linkBody;
    }
    this.#listener.onWait(undefined);
    return missing;
  }

  /**
   * Does everything that is not done yet.
   *
   * @returns {Promise<{ shareId: string, linkId: string, ownerProof: string, token: string, ownerToken: string,
   * expiresAt: number }>}
   */
  async run() {
    // Whoever is quick with pause and go on finds the one before still ending.
    await this.#running?.catch(() => {});
    return (this.#running = this.#run());
  }

  async #run() {
    this.#stop = new AbortController();
    if (!this.#isDone) {
      this.#share ??= (await this.#edition?.begin(this.#keyWorker)) ?? (await this.#keyWorker.ask("beginShare"));
      const { shareId, linkId } = this.#share;
      this.#status ??= await this.#begin();
      await Promise.all([this.#lock(), this.#storeParts()]);
      this.#listener.onChecking();
      await this.#complete();
      const share = { parts: this.#parts(), sealers: await this.#pool(), keyWorker: this.#keyWorker };
      const call = (/** @type {string} */ below) => this.#get(this.#content(below));
      await readBack({ ...share, call }, () => this.#listener.onWait(undefined));
      if (this.#edition) {
        this.#isMoving = true;
        this.#status = await this.#edition.putBehindLinks(this.#keyWorker, this.#get(""));
      } else {
        const json = await this.#linkBody();
        // The note first: a link that it names and that does not exist is harmless, but not the other way round.
        await this.#put(`/shares/${shareId}/note`, await this.#note());
        this.#status = await this.#statusOf("PUT", `/shares/${shareId}/links/${linkId}`, { json });
      }
      this.#sealers?.end();
      this.#isDone = true;
      await this.#recorder?.change({ isDone: true, until: this.#expiresAt() });
    }
    const [token, ownerToken] = [await this.#keyWorker.ask("sendToken"), await this.#keyWorker.ask("ownerToken")];
    return { ...this.#the(), token, ownerToken, expiresAt: this.#expiresAt() };
  }

  /** Which content of the share is sent. */
  get #number() {
    return this.#edition?.content ?? 1;
  }

  /** @param {string} below */
  #content(below) {
    return `/shares/${this.#the().shareId}/contents/${this.#number}${below}`;
  }

  async #begin() {
    const partBytes = this.#plan.partBytes();
    if (this.#edition) return this.#beginEdition(this.#edition, partBytes);
    const json = await this.#keyWorker.ask("createBody", this.#terms.expiresInSecs, partBytes);
    return this.#statusOf("PUT", `/shares/${this.#the().shareId}`, { json });
  }

  /** Whether another device of the same owner sends that content. */
  #isOthers = false;

  /** @param {import("./edition.js").Edition} edition @param {number} partBytes */
  async #beginEdition({ begunBy }, partBytes) {
    try {
      const json = JSON.stringify({ part_bytes: partBytes, begun_by: begunBy });
      return await this.#statusOf("PUT", this.#content(""), { json });
    } catch (error) {
      if (!(error instanceof CallError) || error.variant !== "already-exists") throw error;
      this.#isOthers = true;
      throw Object.assign(new Error("another device sends it"), { variant: "other-device" });
    }
  }

  /** When the link ends, by the server's clock. */
  #expiresAt() {
    const link = this.#status?.links.find(({ link }) => link === this.#share?.linkId);
    return link?.expires_at ?? this.#status?.expires_at ?? 0;
  }

  /** Keeps more of it, from when anything is kept. @param {Partial<import("./resume/store.js").UnfinishedUpload>} changes */
  remember(changes) {
    this.#alsoKept = { ...this.#alsoKept, ...changes };
    void this.#recorder?.change(changes);
  }

  /** Stops for a while: `run` goes on. */
  pause() {
    this.#stop.abort();
    this.#sealers?.stop();
  }

  /** Forgets what was kept: nobody has to go on with it. */
  forget() {
    this.#isForgotten = true;
    return this.#recorder?.forget();
  }

  /** Stops, and leaves it as it is: it can be gone on with later. */
  leave() {
    this.#stop.abort();
    this.#sealers?.end();
    void this.#recorder?.leave();
  }

  /** Stops, and has what is stored deleted. Resolves when the server has answered, or does not. */
  async cancel() {
    this.#stop.abort();
    this.#sealers?.end();
    void this.forget();
    if (!this.#share || this.#isOthers) return;
    // Best effort: an upload that is never completed is deleted by the server anyway.
    await deleteUpload(this.#share, this.#number).catch(() => {});
  }

  /** Whether links are being moved: it is too late to take the version back by leaving. */
  get isMoving() {
    return this.#isMoving;
  }

  /** @type {Promise<void> | undefined} */
  #locking;

  #lock() {
    if (this.#locked) return;
    return (this.#locking ??= this.#lockAndKeep().finally(() => (this.#locking = undefined)));
  }

  async #lockAndKeep() {
    if (!this.#edition) await this.#keyWorker.ask("lock", this.#terms.password);
    // Stretching a password takes a while: it may be cancelled by now, and the key worker begin another share.
    if (this.#isForgotten) throw new Cancelled();
    // The key worker has what it needs of it.
    this.#terms = { ...this.#terms, password: "" };
    this.#locked = true;
    const secrets = await this.#keyWorker.ask("keepShare");
    const content = this.#status?.contents.find(({ content }) => content === this.#number);
    const until = content?.upload_ends_at ?? this.#status?.expires_at ?? 0;
    this.#recorder = await this.#keep({ shareId: this.#the().shareId, secrets, until });
    if (this.#isForgotten) await this.forget();
    void this.#recorder?.change(this.#alsoKept);
    void this.#recorder?.parts([...this.#sealed], false);
  }

  #missing() {
    return [...this.#stored.keys()].filter((index) => !this.#stored[index]);
  }

  /** Asks the server what it has. Only what was sealed here, to the byte, counts. */
  async #learnStored() {
    const list = await this.#call("GET", this.#content("/parts"), {}, isPartList);
    for (const { index, sealed_len, digest } of list.parts) {
      const part = this.#sealed.get(index);
      if (!part || part.sealedLen !== sealed_len || digestText(part.digest) !== digest) continue;
      this.#isStored(index, part);
    }
  }

  /** @param {number} index @param {SealedPart} part */
  #isStored(index, part) {
    this.#stored[index] = part;
    this.#sent[index] = this.#plan.partLen(index);
    this.#read[index] = this.#plan.endsIn(index);
  }

  async #storeParts() {
    // What was on its way when it stopped may have arrived.
    if (this.#sealed.size > 0 && this.#missing().length > 0) await this.#learnStored();
    const missing = this.#missing();
    // What has not begins anew.
    for (const index of missing) this.#sent[index] = this.#read[index] = 0;
    this.#report();
    if (missing.length === 0) return;
    const sealers = await this.#pool();
    const { signal } = this.#stop;
    throwIfCancelled(signal);
    await unlessCancelled(
      signal,
      sealers.store(missing, (index) => this.#jobOf(index)),
    );
  }

  /** The workers that seal, and check what is read back. */
  async #pool() {
    if (this.#sealers?.isBroken) {
      this.#sealers.end();
      this.#sealers = undefined;
    }
    this.#sealers ??= new PartSealers(
      {
        module: this.#module,
        grant: () => this.#keyWorker.ask("sealGrant"),
        headers: this.#headers(),
        partCount: Math.max(1, this.#missing().length),
      },
      {
        onSealed: (index, part) => {
          this.#sealed.set(index, part);
          void this.#recorder?.parts([[index, part]], false);
        },
        onStored: (index, part) => {
          void this.#recorder?.parts([[index, part]], true);
          this.#isStored(index, part);
          this.#listener.onWait(undefined);
          this.#report();
        },
        onRead: (index, files) => {
          this.#read[index] += files;
          this.#report();
        },
        onProgress: (index, bytes) => {
          if (bytes > 0) this.#listener.onWait(undefined);
          this.#sent[index] = bytes;
          this.#report();
        },
        onWait: this.#listener.onWait,
      },
    );
    await this.#sealers.ready;
    return this.#sealers;
  }

  /** @param {number} index @returns {import("../workers/seal-worker.js").SealJob} */
  #jobOf(index) {
    const sources = sourcesOf(this.#plan.sources(index), this.#fileOf);
    return { index, len: this.#plan.partLen(index), sources, url: `/api/v1${this.#content(`/parts/${index}`)}` };
  }

  #report() {
    let [sent, read] = [0, 0];
    for (const bytes of this.#sent) sent += bytes;
    for (const files of this.#read) read += files;
    this.#listener.onProgress(sent, this.#plan.paddedLen(), read);
  }

  #parts() {
    return this.#stored.map((part) => {
      if (!part) throw new Error("a part is missing");
      return part;
    });
  }

  async #complete() {
    for (let tries = 1; !this.#completed; tries += 1) {
      try {
        await this.#completeStored();
        this.#completed = true;
      } catch (error) {
        const isOther = error instanceof CallError && error.variant === "incomplete-upload";
        if (!isOther || tries === COMPLETE_TRIES) throw error;
        // What was on its way when this was broken off came after what was sent since, and took its place.
        this.#stored.fill(undefined);
        this.#manifest = this.#linkBodyText = undefined;
        await this.#storeParts();
        this.#listener.onChecking();
      }
    }
  }

  async #completeStored() {
    if (!this.#manifest) {
      this.#manifest = await this.#sealManifest();
      await this.#recorder?.change({ manifest: this.#manifest });
    }
    await this.#put(this.#content("/manifest"), this.#manifest);
    await this.#statusOf("POST", this.#content("/complete"), { json: await this.#keyWorker.ask("completeBody") });
  }

  async #sealManifest() {
    const parts = this.#parts();
    const [digests, commitments] = [new Uint8Array(32 * parts.length), new Uint8Array(32 * parts.length)];
    parts.forEach((part, index) => {
      digests.set(part.digest, 32 * index);
      commitments.set(part.commitment, 32 * index);
    });
    return this.#keyWorker.ask("sealManifest", {
      entries: this.#plan.entries(),
      note: this.#terms.note,
      partBytes: this.#plan.partBytes(),
      sealedLens: Float64Array.from(parts, (part) => part.sealedLen),
      digests,
      commitments,
    });
  }

  /** @type {string | undefined} */
  #linkBodyText;
  /** @type {Uint8Array<ArrayBuffer> | undefined} */
  #noteBytes;

  // Wraps are sealed once, and the note with them: the same body again is the same call again, another one would be a conflict.
  async #linkBody() {
    if (this.#linkBodyText === undefined) {
      this.#linkBodyText = await this.#keyWorker.ask("linkBody", this.#terms.downloads);
      await this.#recorder?.change({ linkBody: this.#linkBodyText });
    }
    return this.#linkBodyText;
  }

  async #note() {
    return (this.#noteBytes ??= await this.#keyWorker.ask("ownerNote"));
  }

  #the() {
    if (!this.#share) throw new Error("the share is not begun");
    return this.#share;
  }

  #headers() {
    return { "subrosa-owner-proof": this.#the().ownerProof };
  }

  /** @param {string} method @param {string} path @param {{ json?: string }} body @returns {Promise<import("/api").ShareStatus>} */
  async #statusOf(method, path, body) {
    return this.#call(method, path, body, isShare);
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {{ json?: string }} body
   * @param {import("../net/answers.js").Check<T>} check
   */
  async #call(method, path, body, check) {
    const answer = await sendForJson({ ...this.#get(path), method, ...body }, check);
    this.#listener.onWait(undefined);
    return answer;
  }

  /** Stores what is sealed. @param {string} path @param {Uint8Array<ArrayBuffer>} bytes */
  async #put(path, bytes) {
    await sendForNothing({ ...this.#get(path), method: "PUT", bytes });
    this.#listener.onWait(undefined);
  }

  /** @param {string} path @returns {import("../net/api.js").Call} */
  #get(path) {
    return { method: "GET", path, headers: this.#headers(), signal: this.#stop.signal, onWait: this.#listener.onWait };
  }
}

/**
 * Has what an upload stored deleted: the share, or only the new edition of it.
 *
 * @param {{ shareId: string, ownerProof: string }} share
 * @param {number} content
 */
export function deleteUpload({ shareId, ownerProof }, content) {
  if (content === 1) return deleteShare({ shareId, ownerProof });
  const [headers, { signal }] = [{ "subrosa-owner-proof": ownerProof }, new AbortController()];
  const path = `/shares/${shareId}/contents/${content}`;
  return sendForJson({ method: "DELETE", path, headers, signal, triesMax: 3 }, isShare);
}

/**
 * Has a share deleted, as its owner.
 *
 * @param {{ shareId: string, ownerProof: string }} share
 */
export function deleteShare({ shareId, ownerProof }) {
  const [headers, { signal }] = [{ "subrosa-owner-proof": ownerProof }, new AbortController()];
  return sendForJson({ method: "DELETE", path: `/shares/${shareId}`, headers, signal, triesMax: 3 }, isShare);
}
