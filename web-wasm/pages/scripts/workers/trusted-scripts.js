// @ts-check
/**
 * The one Trusted Types policy, `subrosa`: it lets through the addresses of our own workers, and nothing else. No HTML
 * and no script text is ever trusted.
 */

const OWN_SCRIPTS = [
  "/scripts/workers/seal-key-worker.js",
  "/scripts/workers/open-key-worker.js",
  "/scripts/workers/seal-worker.js",
  "/scripts/workers/open-worker.js",
  "/save-worker.js",
  "/given-worker.js",
];

/** @param {string} url */
function ownScript(url) {
  if (!OWN_SCRIPTS.includes(url)) throw new TypeError("not a script of this site");
  return url;
}

/**
 * @typedef {{ createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url:
 * string): string } }} Factory
 */
const factory = /** @type {{ trustedTypes?: Factory }} */ (/** @type {unknown} */ (globalThis)).trustedTypes;
const policy = factory?.createPolicy("subrosa", { createScriptURL: ownScript }) ?? { createScriptURL: ownScript };

/**
 * Starts a module worker.
 *
 * @param {"seal-key" | "open-key" | "seal" | "open"} name
 * @returns {Worker}
 */
export function startWorker(name) {
  return new Worker(policy.createScriptURL(`/scripts/workers/${name}-worker.js`), {
    type: "module",
    name: `subrosa-${name}`,
  });
}

/** Registers a service worker. @param {string} script @param {string} scope which holds no page */
export function registerService(script, scope) {
  return navigator.serviceWorker.register(policy.createScriptURL(script), { scope, updateViaCache: "none" });
}
