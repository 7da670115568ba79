// @ts-check
/** What answers to owners and senders have to be. */

import { count, isGone, linkState, listOf, moment, orNothing, shape, text, yesOrNo } from "../net/answers.js";

/**
 * @template T
 * @typedef {import("../net/answers.js").Check<T>} Check
 */

/** Three centuries. */
const SECS_MAX = 10_000_000_000;
const CHANNELS = ["shares", "pushes", "both"];

/** @type {import("../net/answers.js").Test} */
const secs = (value) => count(value) && value <= SECS_MAX;
/** @type {import("../net/answers.js").Test} */
const origin = (value) => text(value) && /^https?:\/\//u.test(value);

const counter = shape({ count, first: orNothing(moment), last: orNothing(moment) });

const isLinkStatus = shape({
  link: text,
  state: linkState,
  gone: orNothing(isGone),
  needs_password: yesOrNo,
  expires_at: moment,
  downloads_max: count,
  downloads_taken: count,
  counters: shape({ opened: counter, started: counter, finished: counter, wrong_password: counter }),
  content: count,
});

const isContentStatus = shape({ content: count, state: text, upload_ends_at: orNothing(moment) });

/** @type {Check<import("/api").ShareStatus>} */
export const isShare = shape({
  state: text,
  gone: orNothing(isGone),
  created_at: moment,
  expires_at: moment,
  upload_ends_at: orNothing(moment),
  content_lost_at: orNothing(moment),
  links: listOf(isLinkStatus),
  contents: listOf(isContentStatus),
});

/** The number of the newest content that is complete; 1 where there is none. @param {import("/api").ShareStatus} status */
export const newestContent = ({ contents }) => contents.findLast(({ state }) => state === "ready")?.content ?? 1;

/** What the links show: of those that live, the newest. @param {import("/api").ShareStatus} status */
export const shownContent = (status) =>
  Math.max(...status.links.filter(({ gone }) => !gone).map(({ content }) => content), 0) || newestContent(status);

/** @type {Check<import("/api").PushStatus>} */
export const isPush = shape({ created_at: moment, link: isLinkStatus, note: text });

/** @type {Check<import("/api").Log>} */
export const isLog = shape({ lines: listOf(shape({ at: moment, event: text })) });

/** @type {Check<import("/api").StoredPart>} */
export const isPart = shape({ index: count, sealed_len: count, digest: text });

/** @type {Check<import("/api").PartList>} */
export const isPartList = shape({ parts: listOf(isPart) });

/** @type {import("../net/answers.js").Test} */
const texts = (value) => typeof value === "object" && value !== null && Object.values(value).every(text);

const isPreset = shape({
  key: text,
  name: orNothing(texts),
  expiry_secs: secs,
  downloads: count,
  password: (value) => ["none", "required", "drawn"].includes(value),
});

/** @type {Check<import("/api").Config>} */
export const isConfig = shape({
  channels: (value) => CHANNELS.includes(value),
  push_origin: orNothing(origin),
  limits: shape({
    downloads_max: count,
    views_max: count,
    expiry_secs_min: secs,
    expiry_secs_max: secs,
    // Servers of a version before have no lives of their own for pushes, and no presets.
    push_expiry_secs_min: orNothing(secs),
    push_expiry_secs_max: orNothing(secs),
    password_required: orNothing(yesOrNo),
    entries_max: count,
    manifest_bytes_max: count,
    part_bytes_min: count,
    part_bytes_max: count,
    parts_max: count,
    share_bytes_max: count,
  }),
  choices: shape({
    downloads: listOf(count),
    downloads_default: count,
    expiry_secs: listOf(secs),
    expiry_secs_default: secs,
    views: listOf(count),
    views_default: count,
    push_expiry_secs: listOf(secs),
    push_expiry_secs_default: secs,
    presets: orNothing(listOf(isPreset)),
    preset_default: orNothing(text),
  }),
});
