// @ts-check
/**
 * The desk: one worker that holds the secrets and does what would make the page stutter, such as stretching a password,
 * sealing and opening manifests, writing zip. The page asks by name and gets promises; what can be asked is in
 * `workers/seal-desk-worker.js` by those who send, in `workers/open-desk-worker.js` by those who receive.
 */

import { startWorker } from "./trusted.js";

/** @typedef {import("./workers/seal-desk-worker.js").Calls} SealCalls */
/** @typedef {import("./workers/open-desk-worker.js").Calls} OpenCalls */
/** @typedef {{ message: string, variant?: string, detail?: string }} Told what a worker says of an error */

/** @template {Record<keyof Calls, (...args: any[]) => unknown>} Calls */
class Desk {
  #worker;
  #next = 0;
  /** Whether it answers no more, as when its script did not come. */
  isBroken = false;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (reason: unknown) => void }>} */
  #waiting = new Map();

  /** @param {"seal-desk" | "open-desk"} name @param {WebAssembly.Module} module */
  constructor(name, module) {
    this.#worker = startWorker(name);
    this.#worker.addEventListener("message", (event) => this.#answered(event.data));
    this.#worker.addEventListener("error", () => this.#failed());
    this.#worker.addEventListener("messageerror", () => this.#failed());
    this.#worker.postMessage({ module });
  }

  /**
   * @template {keyof Calls & string} Name
   * @param {Name} name
   * @param {Parameters<Calls[Name]>} args
   * @returns {Promise<Awaited<ReturnType<Calls[Name]>>>}
   */
  ask(name, ...args) {
    return new Promise((resolve, reject) => {
      if (this.isBroken) throw new DeskError({ message: "the desk is broken" });
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      // Content and ports are handed over, not copied.
      const moved = MOVING.has(name) ? args.flatMap(transferable) : [];
      this.#worker.postMessage({ id, name, args }, moved);
    });
  }

  /** @param {{ id: number, value?: unknown, error?: Told }} answer */
  #answered({ id, value, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new DeskError(error));
    else waiting?.resolve(value);
  }

  /** Ends the worker: its memory, and the secrets in it, is gone. */
  end() {
    this.#worker.terminate();
    this.#failed();
  }

  #failed() {
    this.isBroken = true;
    for (const { reject } of this.#waiting.values()) reject(new DeskError({ message: "the desk broke" }));
    this.#waiting.clear();
  }
}

/** The desk of those who send. @extends {Desk<SealCalls>} */
export class SealDesk extends Desk {
  /** @param {WebAssembly.Module} module */
  constructor(module) {
    super("seal-desk", module);
  }
}

/** The desk of those who receive. @extends {Desk<OpenCalls>} */
export class OpenDesk extends Desk {
  /** @param {WebAssembly.Module} module */
  constructor(module) {
    super("open-desk", module);
  }
}

/** Calls whose bytes nobody here needs afterwards. @type {Set<string>} */
const MOVING = new Set(["pushZip", "pipe", "openPipe", "store"]);

/** @param {unknown} value @returns {Transferable[]} */
function transferable(value) {
  if (value instanceof MessagePort) return [value];
  return value instanceof Uint8Array && value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
}

/** What the desk could not do; `variant` says why, and is stable, `detail` is what a sentence about it names. */
class DeskError extends Error {
  /** @param {Told} told */
  constructor({ message, variant = "unexpected", detail }) {
    super(message);
    this.name = "DeskError";
    this.variant = variant;
    this.detail = detail;
  }
}
