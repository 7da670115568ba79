// @ts-check
/**
 * Draws pages of a document. It stands behind the glue of the module `pdf` in one script, which a document without an
 * origin starts: no network, no storage, and nothing here but the file that is looked at.
 *
 * `{ module, bytes }` begins, and is answered with `{ pages, sizes }`; `{ draw: index, width }` with `{ index, bytes }`. What
 * cannot be done with `{ failed: true }`; and `broken` if nothing can be done any more, as after a fault in the module.
 */
{
  /** @typedef {wasm_bindgen.Document} Pages */
  /** @type {Pages | undefined} */
  let pages;

  /** @param {{ module: ArrayBuffer, bytes: Uint8Array }} given */
  const begin = ({ module, bytes }) => {
    wasm_bindgen.initSync({ module: new WebAssembly.Module(module) });
    pages = new wasm_bindgen.Document(bytes);
    self.postMessage({ pages: pages.pages(), sizes: pages.sizes() });
  };

  self.addEventListener("message", (/** @type {MessageEvent} */ { data }) => {
    try {
      if (data.module) return begin(data);
      const bytes = pages?.draw(data.draw, data.width);
      if (bytes) self.postMessage({ bytes }, { transfer: [bytes.buffer] });
    } catch (error) {
      // What the module says itself is a text; anything else is a fault in it.
      self.postMessage({ failed: true, broken: typeof error !== "string" });
    }
  });
}
