// @ts-check
/**
 * The key worker: one worker that holds the secrets and does what would make the page stutter, such as stretching a password,
 * sealing and opening manifests, writing zip. The page asks by name and gets promises; what can be asked is in
 * `workers/seal-key-worker.js` by those who send, in `workers/open-key-worker.js` by those who receive.
 */

import { startWorker } from "./trusted-scripts.js";

/** @typedef {import("./seal-key-worker.js").Calls} SealCalls */
/** @typedef {import("./open-key-worker.js").Calls} OpenCalls */
/** @typedef {{ message: string, variant?: string, detail?: string }} ReportedError what a worker says of an error */

/** @template {Record<keyof Calls, (...args: any[]) => unknown>} Calls */
class KeyWorker {
  #worker;
  #next = 0;
  /** Whether it answers no more, as when its script did not come. */
  isBroken = false;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (reason: unknown) => void }>} */
  #waiting = new Map();

  /** @param {"seal-key" | "open-key"} name @param {WebAssembly.Module} module */
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
      if (this.isBroken) throw new KeyWorkerError({ message: "the key worker is broken" });
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      // Content and ports are handed over, not copied.
      const moved = MOVING.has(name) ? args.flatMap(transferable) : [];
      this.#worker.postMessage({ id, name, args }, moved);
    });
  }

  /** @param {{ id: number, value?: unknown, error?: ReportedError }} answer */
  #answered({ id, value, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new KeyWorkerError(error));
    else waiting?.resolve(value);
  }

  /** Ends the worker: its memory, and the secrets in it, is gone. */
  end() {
    this.#worker.terminate();
    this.#failed();
  }

  #failed() {
    this.isBroken = true;
    for (const { reject } of this.#waiting.values()) reject(new KeyWorkerError({ message: "the key worker broke" }));
    this.#waiting.clear();
  }
}

/** The key worker of those who send. @extends {KeyWorker<SealCalls>} */
export class SealKeyWorker extends KeyWorker {
  /** @param {WebAssembly.Module} module */
  constructor(module) {
    super("seal-key", module);
  }
}

/** The key worker of those who receive. @extends {KeyWorker<OpenCalls>} */
export class OpenKeyWorker extends KeyWorker {
  /** @param {WebAssembly.Module} module */
  constructor(module) {
    super("open-key", module);
  }
}

/** Calls whose bytes nobody here needs afterwards. @type {Set<string>} */
const MOVING = new Set(["pushZip", "pipe", "openPipe", "store"]);

/** @param {unknown} value @returns {Transferable[]} */
function transferable(value) {
  if (value instanceof MessagePort) return [value];
  return value instanceof Uint8Array && value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
}

/** What the key worker could not do; `variant` says why, and is stable, `detail` is what a sentence about it names. */
class KeyWorkerError extends Error {
  /** @param {ReportedError} reported */
  constructor({ message, variant = "unexpected", detail }) {
    super(message);
    this.name = "KeyWorkerError";
    this.variant = variant;
    this.detail = detail;
  }
}
