// @ts-check
/**
 * One upload: share, parts, manifest, complete, link, note, read-back. Every step can be repeated, so `run` after a
 * failure goes on where it stopped; what is stored is not sent again.
 */

import { CallError, digestText, sendForBytes, sendForPart, sendForText } from "../api.js";
import { Cancelled } from "../waiting.js";
import { sentenceOf } from "../wording.js";
import { Sealers } from "./sealers.js";

/**
 * @typedef {object} Terms
 * @property {number} expiresInSecs
 * @property {number} downloads
 * @property {string} password empty: none
 * @property {string} note empty: none
 *
 * @typedef {object} Told
 * @property {(bytes: number, total: number) => void} onProgress
 * @property {(failure: import("../api.js").Failure | undefined) => void} onWait undefined: it goes on
 * @property {() => void} onChecking
 */

/** How many parts are read back, besides the manifest. */
const SAMPLE = 3;

export class Upload {
  #module;
  #desk;
  #plan;
  #fileOf;
  #terms;
  #told;
  #stop = new AbortController();
  /** @type {{ shareId: string, linkId: string, ownerProof: string } | undefined} */
  #share;
  /** @type {Sealers | undefined} */
  #sealers;
  /** Bytes of each part that are on the server or on their way. @type {Float64Array} */
  #sent;
  /** @type {({ sealedLen: number, digest: Uint8Array, commitment: Uint8Array } | undefined)[]} */
  #stored;
  #locked = false;
  #completed = false;
  /** @type {Uint8Array<ArrayBuffer> | undefined} */
  #manifest;

  /**
   * @param {object} what
   * @param {WebAssembly.Module} what.module
   * @param {import("../desk.js").SealDesk} what.desk
   * @param {import("/wasm/seal.js").Plan} what.plan
   * @param {(id: number) => import("./picked.js").PickedFile} what.fileOf
   * @param {Terms} what.terms
   * @param {Told} told
   */
  constructor({ module, desk, plan, fileOf, terms }, told) {
    this.#module = module;
    this.#desk = desk;
    this.#plan = plan;
    this.#fileOf = fileOf;
    this.#terms = terms;
    this.#told = told;
    this.#sent = new Float64Array(plan.partCount());
    this.#stored = Array.from({ length: plan.partCount() }, () => undefined);
  }

  /**
   * Does everything that is not done yet.
   *
   * @returns {Promise<{ shareId: string, linkId: string, ownerProof: string, token: string }>}
   */
  async run() {
    this.#stop = new AbortController();
    this.#share ??= await this.#desk.ask("beginShare");
    const { shareId, linkId } = this.#share;
    await this.#put(`/shares/${shareId}`, {
      json: await this.#desk.ask("createBody", this.#terms.expiresInSecs, this.#plan.partBytes()),
    });
    await Promise.all([this.#lock(), this.#storeParts()]);
    this.#told.onChecking();
    await this.#complete();
    await this.#readBack();
    await this.#put(`/shares/${shareId}/links/${linkId}`, { json: await this.#linkBody() });
    await this.#put(`/shares/${shareId}/note`, { bytes: await this.#note() });
    this.#sealers?.end();
    return { ...this.#share, token: await this.#desk.ask("sendToken") };
  }

  /** Stops, and has what is stored deleted. */
  cancel() {
    this.#stop.abort();
    this.#sealers?.end();
    if (!this.#share) return;
    const { shareId, ownerProof } = this.#share;
    const headers = { "subrosa-owner-proof": ownerProof };
    // Best effort: an upload that is never completed is deleted by the server anyway.
    sendForText({
      method: "DELETE",
      path: `/shares/${shareId}`,
      headers,
      signal: new AbortController().signal,
      triesMax: 3,
    }).catch(() => {});
  }

  async #lock() {
    if (this.#locked) return;
    await this.#desk.ask("lock", this.#terms.password);
    // The desk has what it needs of it.
    this.#terms = { ...this.#terms, password: "" };
    this.#locked = true;
  }

  async #storeParts() {
    const { shareId } = this.#the();
    const missing = [...this.#stored.keys()].filter((index) => !this.#stored[index]);
    this.#report();
    if (missing.length === 0) return;
    this.#sealers ??= new Sealers(
      {
        module: this.#module,
        grant: () => this.#desk.ask("sealGrant"),
        headers: this.#headers(),
        partCount: missing.length,
      },
      {
        onStored: (index, part) => {
          this.#stored[index] = part;
          this.#sent[index] = this.#plan.partLen(index);
          this.#told.onWait(undefined);
          this.#report();
        },
        onProgress: (index, bytes) => {
          if (bytes > 0) this.#told.onWait(undefined);
          this.#sent[index] = bytes;
          this.#report();
        },
        onWait: this.#told.onWait,
      },
    );
    await this.#sealers.ready;
    const stopped = new Promise((_, reject) => {
      this.#stop.signal.addEventListener("abort", () => reject(new Cancelled()));
    });
    await Promise.race([this.#sealers.store(missing, (index) => this.#jobOf(index, shareId)), stopped]);
  }

  /** @param {number} index @param {string} shareId @returns {import("../workers/seal-worker.js").SealJob} */
  #jobOf(index, shareId) {
    const flat = this.#plan.sources(index);
    const sources = [];
    for (let at = 0; at < flat.length; at += 3) {
      const picked = this.#fileOf(flat[at]);
      sources.push({ ...picked, name: picked.file.name, start: flat[at + 1], end: flat[at + 2] });
    }
    return { index, len: this.#plan.partLen(index), sources, url: `/api/v1/shares/${shareId}/parts/${index}` };
  }

  #report() {
    let sent = 0;
    for (const bytes of this.#sent) sent += bytes;
    this.#told.onProgress(sent, this.#plan.paddedLen());
  }

  #parts() {
    return this.#stored.map((part) => {
      if (!part) throw new Error("a part is missing");
      return part;
    });
  }

  async #complete() {
    if (this.#completed) return;
    const { shareId } = this.#the();
    this.#manifest ??= await this.#sealManifest();
    await this.#put(`/shares/${shareId}/manifest`, { bytes: this.#manifest });
    await this.#call("POST", `/shares/${shareId}/complete`, { json: await this.#desk.ask("completeBody") });
    this.#completed = true;
  }

  async #sealManifest() {
    const parts = this.#parts();
    const [digests, commitments] = [new Uint8Array(32 * parts.length), new Uint8Array(32 * parts.length)];
    parts.forEach((part, index) => {
      digests.set(part.digest, 32 * index);
      commitments.set(part.commitment, 32 * index);
    });
    return this.#desk.ask("sealManifest", {
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

  // Wraps and note are sealed once: the same body again is the same call again, another one would be a conflict.
  async #linkBody() {
    return (this.#linkBodyText ??= await this.#desk.ask("linkBody", this.#terms.downloads));
  }

  async #note() {
    return (this.#noteBytes ??= await this.#desk.ask("ownerNote"));
  }

  /** Fetches the manifest and some parts back, as owner, and opens them. */
  async #readBack() {
    const { shareId } = this.#the();
    const manifest = await this.#fetch(`/shares/${shareId}/manifest`);
    await this.#desk.ask("checkManifest", manifest);
    const parts = this.#parts();
    for (const index of sample(parts.length)) {
      const { sealedLen, digest } = parts[index];
      const sealed = await this.#fetch(`/shares/${shareId}/parts/${index}`, sealedLen);
      const whole = await this.#sealers?.check({ index, sealedLen, digest: digestText(digest) }, sealed);
      if (!whole) throw Object.assign(new Error("a part was read back with other bytes"), { variant: "read-back" });
    }
  }

  #the() {
    if (!this.#share) throw new Error("the share is not begun");
    return this.#share;
  }

  #headers() {
    return { "subrosa-owner-proof": this.#the().ownerProof };
  }

  /** @param {string} path @param {{ json?: string, bytes?: Uint8Array<ArrayBuffer> }} body */
  #put(path, body) {
    return this.#call("PUT", path, body);
  }

  /** @param {string} method @param {string} path @param {{ json?: string, bytes?: Uint8Array<ArrayBuffer> }} body */
  async #call(method, path, body) {
    const { signal } = this.#stop;
    await sendForText({ method, path, headers: this.#headers(), ...body, signal, onWait: this.#told.onWait });
    this.#told.onWait(undefined);
  }

  /** @param {string} path @param {number} [len] of a part */
  async #fetch(path, len) {
    const { signal } = this.#stop;
    const call = { method: "GET", path, headers: this.#headers(), signal, onWait: this.#told.onWait };
    const moves = () => this.#told.onWait(undefined);
    const bytes = await (len === undefined ? sendForBytes(call) : sendForPart(call, len, moves));
    moves();
    return bytes;
  }
}

/** First, last, and one in between. @param {number} count */
function sample(count) {
  const chosen = new Set([0, count - 1]);
  while (chosen.size < Math.min(SAMPLE, count)) chosen.add(Math.floor(Math.random() * count));
  return chosen;
}

/**
 * What to tell the person about a failed upload.
 *
 * @param {unknown} error
 * @returns {{ variant: string, message: string, sentence: string }}
 */
export function reason(error) {
  const { variant, message, failure } =
    /** @type {{ variant?: string, message?: string, failure?: { variant: string, sentence: string } | null }} */ (error ?? {});
  const sentence = sentenceOf(error instanceof CallError ? error.failure : failure);
  return { variant: variant ?? "unexpected", message: message ?? "", sentence };
}
