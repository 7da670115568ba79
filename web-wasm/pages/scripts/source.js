// @ts-check
/** Where the plaintext of a part comes from: ranges of picked files. For pages and workers. */

import { sha256 } from "./api.js";

/**
 * @typedef {{ file: File, size: number, modified: number }} PickedFile what it was when it was picked
 *
 * @typedef {object} Source a range of a file, with what the file was when it was picked
 * @property {File} file
 * @property {string} name
 * @property {number} size
 * @property {number} modified
 * @property {number} start
 * @property {number} end
 */

/** The bytes of some sources, and zeros up to the length. @param {{ len: number, sources: Source[] }} part */
export async function gather({ len, sources }) {
  const [only] = sources;
  // Most parts of a large file come from it alone, and need no copy.
  if (sources.length === 1 && only.end - only.start === len) return read(only);
  const plaintext = new Uint8Array(len);
  let at = 0;
  for (const source of sources) {
    const bytes = await read(source);
    plaintext.set(bytes, at);
    at += bytes.byteLength;
  }
  return plaintext;
}

/**
 * Reads a range. A file that is not what it was when it was picked stops everything: its parts would not fit together.
 * Chromium refuses to read it; other engines read on, and are found out by size, time or length.
 *
 * @param {Source} source
 */
async function read({ file, name, size, modified, start, end }) {
  const changed = () => Object.assign(new Error(name), { variant: "source-changed" });
  let bytes;
  try {
    bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
  } catch {
    throw changed();
  }
  if (bytes.byteLength !== end - start || file.size !== size || file.lastModified !== modified) throw changed();
  return bytes;
}

/**
 * The sources in the flat list that a plan gives: file, start, end; file, start, end; …
 *
 * @param {Float64Array} flat
 * @param {(id: number) => PickedFile} fileOf
 * @returns {Source[]}
 */
export function sourcesOf(flat, fileOf) {
  const sources = [];
  for (let at = 0; at < flat.length; at += 3) {
    const picked = fileOf(flat[at]);
    sources.push({ ...picked, name: picked.file.name, start: flat[at + 1], end: flat[at + 2] });
  }
  return sources;
}

/** Bytes at both ends of a part, by which a file that is picked again is compared with what was sealed of it. */
const EDGE_BYTES = 32 * 1024;

/** The ranges of both ends in a part. @param {number} len @returns {[number, number][]} */
export const edgesOf = (len) => [
  [0, Math.min(EDGE_BYTES, len)],
  [Math.max(0, len - EDGE_BYTES), len],
];

/** Digests of both ends of a part. @param {Uint8Array<ArrayBuffer>} plaintext @returns {Promise<Uint8Array[]>} */
export const edgeDigests = (plaintext) =>
  Promise.all(edgesOf(plaintext.byteLength).map(([start, end]) => sha256(plaintext.subarray(start, end))));
