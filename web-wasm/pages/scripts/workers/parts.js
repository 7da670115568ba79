// @ts-check
/** What workers that seal parts and those that open them have in common: how they begin, and how they are stopped. */

import { use } from "../engine/wasm.js";
import { tryNow } from "../net/waiting.js";

/**
 * `began`: with the module, a key that is wiped here, and headers of calls; `act`: whatever else is asked, until it is
 * cancelled.
 *
 * @template Key
 * @param {{ initSync: import("../engine/wasm.js").Loaded["initSync"], PartKey: new (grant: Uint8Array) => Key }} wasm
 * @param {(key: Key, headers: Record<string, string>) => void} began
 * @param {(data: any, signal: AbortSignal) => void} act
 */
export function serveParts(wasm, began, act) {
  let stop = new AbortController();
  self.addEventListener("message", (/** @type {MessageEvent} */ { data }) => {
    if (data.module) {
      wasm.initSync({ module: data.module });
      use(/** @type {import("../engine/wasm.js").Loaded} */ (/** @type {unknown} */ (wasm)));
      began(new wasm.PartKey(data.grant), data.headers);
      data.grant.fill(0);
    } else if (data.cancel) {
      stop.abort();
      stop = new AbortController();
    } else if (data.now) {
      tryNow();
    } else {
      act(data, stop.signal);
    }
  });
}
