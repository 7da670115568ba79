// @ts-check
/**
 * The page's wasm module: loaded and compiled once per page; workers get the compiled module. And whether this browser
 * can at all.
 */

import { use } from "../engine/wasm.js";
import { strangers, unsupported } from "../i18n/texts.js";
import { setText, show } from "./views.js";

/** That this browser, or this way of opening the page, cannot work. The message is for people. */
class Unsupported extends Error {}

/** That a part of the page did not come: the browser can do it. The message is for people. */
class NotLoaded extends Error {}

/**
 * Checks what the pages need, and starts a module. If that cannot be, the page says why.
 *
 * @param {"open" | "seal"} name
 * @param {import("../engine/wasm.js").Loaded} glue what the page imports of it
 * @returns {Promise<WebAssembly.Module | undefined>} for the workers
 */
export async function startEngine(name, glue) {
  try {
    return await started(name, glue);
  } catch (error) {
    const isTold = error instanceof Unsupported || error instanceof NotLoaded;
    if (!(error instanceof Unsupported)) setText("unsupported-title", unsupported.notLoaded);
    setText("unsupported-why", isTold ? error.message : unsupported.modules);
    show("unsupported");
    return undefined;
  }
}

/** @param {"open" | "seal"} name @param {import("../engine/wasm.js").Loaded} glue */
async function started(name, glue) {
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) throw new Unsupported(unsupported.insecure);
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") throw new Unsupported(unsupported.wasm);
  let module;
  try {
    module = await compile(name);
  } catch (error) {
    // A policy that forbids wasm and an engine without it look the same; a failed fetch does not.
    if (error instanceof WebAssembly.CompileError) throw new Unsupported(unsupported.wasm);
    throw error;
  }
  await glue.default({ module_or_path: module });
  use(glue);
  if (!glue.hasRandomness()) throw new Unsupported(unsupported.randomness);
  return module;
}

/** @param {"open" | "seal"} name */
async function compile(name) {
  // With nothing that would make it another request than the one that the page's head began.
  const response = await fetch(`/wasm/${name}_bg.wasm`);
  const { ok, status } = response;
  if (!ok) throw new NotLoaded(strangers.answer(status, location.host));
  try {
    return await WebAssembly.compileStreaming(response.clone());
  } catch {
    // A proxy that changes the media type breaks streaming, not compiling.
    const bytes = await response.arrayBuffer();
    // The page of a sign-in, say: that it is no module is not the browser's fault.
    if (!isModule(new Uint8Array(bytes))) throw new NotLoaded(strangers.answer(status, location.host));
    return WebAssembly.compile(bytes);
  }
}

/** Whether bytes begin as those of a module do. @param {Uint8Array} bytes */
const isModule = (bytes) => [0x00, 0x61, 0x73, 0x6d].every((byte, at) => bytes[at] === byte);

/** How many workers seal or open: one per core, at most four. */
export const workerCount = () => Math.max(1, Math.min(4, navigator.hardwareConcurrency || 2));
