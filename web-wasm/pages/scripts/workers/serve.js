// @ts-check
/** Answers what a page asks a key worker; see `./key-worker.js`. */

/**
 * @param {Record<string, (...args: any[]) => unknown>} calls
 * @param {(start: { module: WebAssembly.Module }) => unknown} initSync
 */
export function serve(calls, initSync) {
  self.addEventListener("message", (/** @type {MessageEvent} */ { data }) => {
    if (data.module) initSync({ module: data.module });
    else void answer(calls, data);
  });
}

/**
 * @param {Record<string, (...args: any[]) => unknown>} calls
 * @param {{ id: number, name: string, args: unknown[] }} question
 */
async function answer(calls, { id, name, args }) {
  try {
    const value = await calls[name](...args);
    const moved = value instanceof Uint8Array ? [/** @type {ArrayBuffer} */ (value.buffer)] : [];
    self.postMessage({ id, value }, { transfer: moved });
  } catch (error) {
    const { message, variant = "unexpected", detail } = /** @type {import("./key-worker.js").ReportedError} */ (error);
    self.postMessage({ id, error: { message, variant, detail } });
  }
}
