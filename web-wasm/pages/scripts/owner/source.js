// @ts-check
/** Where the plaintext of a part comes from: ranges of picked files. For pages and workers. */

import { digestText, sha256 } from "../net/api.js";

/**
 * @typedef {{ file: File, size: number, modified: number }} PickedFile what it was when it was picked
 *
 * @typedef {object} Source a range of a file, with what the file was when it was picked
 * @property {number} id its number
 * @property {File} file
 * @property {string} name
 * @property {number} size
 * @property {number} modified
 * @property {number} start
 * @property {number} end
 */

/** Small files read together: one by one, most of the time would be waiting. */
const TOGETHER = 256;
const TOGETHER_BYTES = 1024 * 1024;
/** Reads at the same time. */
const AT_ONCE = 4;

/**
 * The bytes of some sources, and zeros up to the length.
 *
 * @param {{ len: number, sources: Source[] }} part
 * @param {(files: number) => void} [onRead] told how many files were read to their end since it was told last
 */
export async function gather({ len, sources }, onRead = () => {}) {
  const [only] = sources;
  // Most parts of a large file come from it alone, and need no copy.
  if (sources.length === 1 && only.end - only.start === len) {
    const bytes = await read(only);
    onRead(ended(sources));
    return bytes;
  }
  const plaintext = new Uint8Array(len);
  const groups = grouped(sources);
  const next = async () => {
    for (let group = groups.shift(); group; group = groups.shift()) {
      plaintext.set(await readTogether(group.sources), group.at);
      onRead(ended(group.sources));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return plaintext;
}

/** @param {Source[]} sources */
const ended = (sources) => sources.filter(({ end, size }) => end === size).length;

/** @param {Source[]} sources @returns {{ at: number, sources: Source[] }[]} `at`: where they begin in the part */
function grouped(sources) {
  /** @type {{ at: number, sources: Source[] }[]} */
  const groups = [];
  let [at, len] = [0, 0];
  for (const source of sources) {
    const bytes = source.end - source.start;
    const last = groups.at(-1);
    if (last && last.sources.length < TOGETHER && len + bytes <= TOGETHER_BYTES) last.sources.push(source);
    else [len] = [0, groups.push({ at, sources: [source] })];
    len += bytes;
    at += bytes;
  }
  return groups;
}

/** @param {Source[]} sources */
async function readTogether(sources) {
  if (sources.length === 1) return read(sources[0]);
  const pieces = sources.map(({ file, start, end, size }) => (end - start === size ? file : file.slice(start, end)));
  const wanted = sources.reduce((sum, { start, end }) => sum + end - start, 0);
  const bytes = await new Blob(pieces).arrayBuffer().catch(() => undefined);
  if (bytes?.byteLength === wanted && sources.every(isAsPicked)) return new Uint8Array(bytes);
  // One of them is not what it was: which, they tell one by one.
  const all = new Uint8Array(wanted);
  let at = 0;
  for (const source of sources) {
    const one = await read(source);
    all.set(one, at);
    at += one.byteLength;
  }
  return all;
}

/** @param {Source} source */
const isAsPicked = ({ file, size, modified }) => file.size === size && file.lastModified === modified;

/**
 * Reads a range. A file that is not what it was when it was picked stops everything: its parts would not fit together.
 * Chromium refuses to read it; other engines read on, and are found out by size, time or length.
 *
 * @param {Source} source
 */
async function read(source) {
  const { id, file, name, start, end } = source;
  const bytes = await file
    .slice(start, end)
    .arrayBuffer()
    .catch(() => undefined);
  if (bytes?.byteLength === end - start && isAsPicked(source)) return new Uint8Array(bytes);
  throw Object.assign(new Error(name), { variant: "source-changed", file: id });
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
    sources.push({ id: flat[at], ...picked, name: picked.file.name, start: flat[at + 1], end: flat[at + 2] });
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

/** So far apart, both ends of a stretch of a file go into its print. */
const PRINTED_BYTES = 8 * 1024 * 1024;

/**
 * What tells a file from others of its name, size and time, without reading all of a large one.
 *
 * @param {PickedFile} picked
 */
export async function printOf({ file, size }) {
  const digests = [];
  for (let at = 0; at < size; at += PRINTED_BYTES) {
    const len = Math.min(PRINTED_BYTES, size - at);
    const ends = edgesOf(len).map(([start, end]) => file.slice(at + start, at + end));
    digests.push(await sha256(new Uint8Array(await new Blob(ends).arrayBuffer())));
  }
  return digestText(await sha256(new Uint8Array(await new Blob(digests).arrayBuffer())));
}
