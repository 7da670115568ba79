// @ts-check
/**
 * Whether a file was picked before: the same path, size and time say little (everything that is unpacked from an archive may
 * have one time), so what is in the two is compared, to the last byte.
 */

/**
 * @typedef {import("../owner/source.js").PickedFile} PickedFile
 * @typedef {{ id: number, looks_same: boolean }} Twin
 * @typedef {{ path: string, picked: PickedFile, twins: Twin[] }} Doubt a file, and those before that came under its path
 *
 * `known`: the same to the last byte; `replaces`: the number of one that can no longer be read.
 *
 * @typedef {"new" | "known" | "unreadable" | { replaces: number }} Verdict
 */

/** Bytes compared at a time. */
const STEP_BYTES = 8 * 1024 * 1024;
/** Small files compared together. */
const TOGETHER = 500;

/**
 * Judges files one after another; the earlier a file was picked, the earlier one that looks the same is taken for it.
 * Within one pick no two files are the same, so that none of them is taken twice.
 *
 * @param {Doubt[]} doubts
 * @param {(id: number) => PickedFile} fileOf
 * @param {(id: number) => boolean} isLost whether a file is known to be unreadable
 * @returns {AsyncGenerator<[Doubt, Verdict]>}
 */
export async function* judged(doubts, fileOf, isLost) {
  /** @type {Set<number>} */
  const claimed = new Set();
  for (const group of groups(doubts)) {
    const candidates = group.map(({ twins }) => twins.find(({ id, looks_same }) => looks_same && !claimed.has(id)));
    const olds = candidates.map((twin) => (twin && !isLost(twin.id) ? fileOf(twin.id).file : undefined));
    const isDistinct = new Set(candidates.map((twin) => twin?.id)).size === group.length;
    if (group.length > 1 && isDistinct && (await allSame(olds, group))) {
      for (const twin of candidates) if (twin) claimed.add(twin.id);
      for (const doubt of group) yield [doubt, "known"];
      continue;
    }
    for (const doubt of group) yield [doubt, await judge(doubt, fileOf, isLost, claimed)];
  }
}

/** Small files in groups, each of the others alone. @param {Doubt[]} doubts */
function* groups(doubts) {
  /** @type {Doubt[]} */
  let group = [];
  let bytes = 0;
  for (const doubt of doubts) {
    if (group.length === TOGETHER || bytes + doubt.picked.size > STEP_BYTES) {
      if (group.length > 0) yield group;
      [group, bytes] = [[], 0];
    }
    group.push(doubt);
    bytes += doubt.picked.size;
  }
  if (group.length > 0) yield group;
}

/** @param {(File | undefined)[]} olds @param {Doubt[]} doubts */
async function allSame(olds, doubts) {
  const before = olds.filter((file) => file !== undefined);
  if (before.length !== doubts.length) return false;
  try {
    const now = doubts.map(({ picked }) => picked.file);
    const [one, other] = await Promise.all([new Blob(before).arrayBuffer(), new Blob(now).arrayBuffer()]);
    return equal(one, other);
  } catch {
    return false;
  }
}

/**
 * @param {Doubt} doubt
 * @param {(id: number) => PickedFile} fileOf
 * @param {(id: number) => boolean} isLost
 * @param {Set<number>} claimed
 * @returns {Promise<Verdict>}
 */
async function judge({ picked, twins }, fileOf, isLost, claimed) {
  for (const { id, looks_same: looksSame } of twins.filter(({ id }) => !claimed.has(id))) {
    const before = fileOf(id).file;
    const found =
      isLost(id) || !(await canRead(before)) ? "lost" : looksSame ? await compared(before, picked) : "other";
    if (found === "unreadable") return "unreadable";
    if (found === "other") continue;
    claimed.add(id);
    return found === "lost" ? { replaces: id } : "known";
  }
  return "new";
}

/**
 * @param {File} before
 * @param {PickedFile} now of the same size
 * @returns {Promise<"same" | "other" | "lost" | "unreadable">}
 */
async function compared(before, { file, size }) {
  for (let at = 0; at < size; at += STEP_BYTES) {
    const end = Math.min(size, at + STEP_BYTES);
    const bytes = await file
      .slice(at, end)
      .arrayBuffer()
      .catch(() => undefined);
    if (!bytes) return "unreadable";
    const old = await before
      .slice(at, end)
      .arrayBuffer()
      .catch(() => undefined);
    if (!old) return "lost";
    if (!equal(old, bytes)) return "other";
  }
  return "same";
}

/** Whether the browser can still read a file: not when it is gone, or is another one since it was picked. @param {File} file */
export const canRead = (file) =>
  file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      (bytes) => bytes.byteLength === Math.min(1, file.size),
      () => false,
    );

/** @param {ArrayBuffer} one @param {ArrayBuffer} other */
function equal(one, other) {
  if (one.byteLength !== other.byteLength) return false;
  // Words first: eight million bytes one by one take long.
  const words = Math.floor(one.byteLength / 4);
  const [a, b] = [new Uint32Array(one, 0, words), new Uint32Array(other, 0, words)];
  for (let at = 0; at < words; at += 1) if (a[at] !== b[at]) return false;
  const [c, d] = [new Uint8Array(one, 4 * words), new Uint8Array(other, 4 * words)];
  return c.every((byte, at) => byte === d[at]);
}

/**
 * The files that can no longer be read, of many.
 *
 * @param {[number, PickedFile][]} files by number
 * @returns {Promise<number[]>} their numbers
 */
export async function unreadable(files) {
  const lost = [];
  for (let at = 0; at < files.length; at += TOGETHER)
    lost.push(...(await unreadableOf(files.slice(at, at + TOGETHER))));
  return lost;
}

/** @param {[number, PickedFile][]} files @returns {Promise<number[]>} */
async function unreadableOf(files) {
  if (files.length === 1) return (await canRead(files[0][1].file)) ? [] : [files[0][0]];
  const first = files.map(([, { file }]) => file.slice(0, 1));
  const wanted = files.reduce((sum, [, { size }]) => sum + Math.min(1, size), 0);
  const found = await new Blob(first).arrayBuffer().then(
    ({ byteLength }) => byteLength,
    () => -1,
  );
  if (found === wanted) return [];
  const middle = files.length >> 1;
  return [...(await unreadableOf(files.slice(0, middle))), ...(await unreadableOf(files.slice(middle)))];
}
