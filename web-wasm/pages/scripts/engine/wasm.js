// @ts-check
/**
 * What both wasm modules have: `seal` for those who send, `open` for those who receive. Whoever loads one of them says so
 * here; scripts that serve both sides ask for nothing else.
 */

/** @typedef {typeof import("/wasm/open.js") | typeof import("/wasm/seal.js")} Loaded */

/** @type {Loaded} */
let loaded;

/** @param {Loaded} module */
export function use(module) {
  loaded = module;
}

/** @type {Loaded["judge"]} */
export const judge = (...answer) => loaded.judge(...answer);
/** @type {Loaded["size"]} */
export const size = (bytes) => loaded.size(bytes);
/** @type {Loaded["span"]} */
export const span = (secs) => loaded.span(secs);
/** @type {Loaded["life"]} */
export const life = (secs) => loaded.life(secs);
