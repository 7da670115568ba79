// @ts-check
/** Owners' addresses that are pasted: which server has it, and what it is of. */

/** @typedef {import("../storage/keyring.js").KeyringItem} KeyringItem */

/** That the address is of another server. */
export class NotOurs extends Error {
  /** @param {string} host */
  constructor(host) {
    super(host);
    this.host = host;
  }
}

/**
 * Rejects with `no-link`, `damaged`, `other-kind` (a recipient's link), or {@link NotOurs}.
 *
 * @param {string} text
 * @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker
 * @param {string | undefined} pushOrigin of the server that keeps passwords, if it is another one
 * @returns {Promise<KeyringItem>} as far as the address tells
 */
export async function addressOf(text, keyWorker, pushOrigin) {
  const { kind, token } = await tokenIn(text, keyWorker);
  const origin = originIn(text);
  const isKnown = origin === location.origin || (kind === "push" && origin === pushOrigin);
  if (!isKnown) throw new NotOurs(new URL(origin).host);
  const { id } = await keyWorker.ask("ownerOf", kind, token);
  const now = Date.now();
  const unknown = { name: "", files: 0, isForFiles: false, hasPassword: false, madeAt: now, endsAt: now, seen: null };
  return { version: 1, id, kind, token, origin, ...unknown };
}

/** @param {string} text @param {import("../workers/key-worker.js").SealKeyWorker} keyWorker */
async function tokenIn(text, keyWorker) {
  try {
    return { kind: /** @type {const} */ ("share"), token: await keyWorker.ask("ownerTokenOf", "share", text) };
  } catch (error) {
    if (/** @type {{ variant?: string }} */ (error).variant !== "other-kind") throw error;
  }
  return { kind: /** @type {const} */ ("push"), token: await keyWorker.ask("ownerTokenOf", "push", text) };
}

/** The server in an address; where only what stands behind `#` was pasted, this one. @param {string} text */
function originIn(text) {
  const address = /https?:\/\/[^\s#]+/iu.exec(text)?.[0];
  return address && URL.canParse(address) ? new URL(address).origin : location.origin;
}
