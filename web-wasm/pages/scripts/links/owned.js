// @ts-check
/** Calls about one thing that was sent, whether it is a share or a push: how it stands, its link, what can be changed. */

import { read, sendForBytes, sendForJson, sendForText } from "../net/api.js";
import { isPush, isShare, newestContent, shownContent } from "../owner/answers.js";
import { LinkMaker, successorOf } from "../owner/link-maker.js";
import { OwnerHand } from "../owner/owner-hand.js";

/**
 * @typedef {import("../storage/keyring.js").KeyringItem} KeyringItem
 * @typedef {import("../storage/keyring.js").Seen} Seen
 * @typedef {import("../workers/key-worker.js").SealKeyWorker} SealKeyWorker
 *
 * @typedef {{ paused?: boolean, endsAt?: number, isOneMore?: boolean }} Change
 */

const TRIES = 3;

/** Why nobody was invited again: all have it, or a password is needed. */
export class NotInvited extends Error {
  /** @param {"nobody" | "password"} why */
  constructor(why) {
    super(why);
    this.why = why;
  }
}

export class Owned {
  #keyWorker;
  #item;
  /** @type {Promise<{ id: string, ownerProof: string }> | undefined} */
  #owner;
  /** @type {{ hand: OwnerHand, maker: LinkMaker } | undefined} */
  #maker;

  /** @param {SealKeyWorker} keyWorker @param {KeyringItem} item */
  constructor(keyWorker, item) {
    this.#keyWorker = keyWorker;
    this.#item = item;
  }

  /** How it stands. @returns {Promise<{ seen: Seen, endsAt: number }>} */
  async status() {
    return this.#seen(await this.#status(await this.#call("GET", "")));
  }

  /** The same, and what does not change. @returns {Promise<Pick<KeyringItem, "seen" | "endsAt" | "madeAt" | "hasPassword" | "name">>} */
  async whole() {
    const body = await this.#status(await this.#call("GET", ""));
    const news = this.#seen(body);
    if (this.#item.kind === "push") {
      const { created_at: madeAt, link } = read(body, isPush);
      const { label } = JSON.parse(await this.#keyWorker.ask("pushStatusOf", this.#item.token, body));
      return { ...news, madeAt, hasPassword: link.needs_password, name: label };
    }
    const { created_at: madeAt, links } = read(body, isShare);
    return { ...news, madeAt, hasPassword: links.some((link) => link.needs_password), name: "" };
  }

  /** @param {Change} change @returns {Promise<{ seen: Seen, endsAt: number }>} as it stands then */
  async change({ paused, endsAt, isOneMore }) {
    const call = await this.#call("PATCH", "");
    const secs = endsAt === undefined ? undefined : Math.floor((endsAt - Date.now()) / 1000);
    if (this.#item.kind === "push") {
      const more = isOneMore ? (await this.status()).seen.max + 1 : undefined;
      const json = JSON.stringify({ paused, expires_in_secs: secs, views_max: more });
      return this.#seen(await this.#status({ ...call, json }));
    }
    // A link ends no later than its share, but may end sooner. A share may have been paused by another program.
    if (secs !== undefined) await this.#status({ ...call, json: JSON.stringify({ expires_in_secs: secs }) });
    if (paused === false) await this.#status({ ...call, json: JSON.stringify({ paused }) });
    for (const { link, downloads_max: max } of await this.#liveLinks()) {
      const json = JSON.stringify({ paused, expires_in_secs: secs, downloads_max: isOneMore ? max + 1 : undefined });
      await this.#status({ ...(await this.#call("PATCH", `/links/${link}`)), json });
    }
    return this.status();
  }

  /** The links of a share that have not ended. */
  async #liveLinks() {
    const { links } = await sendForJson(await this.#call("GET", ""), isShare);
    return links.filter((link) => !link.gone);
  }

  /** Has it deleted. */
  async revoke() {
    await this.#status(await this.#call("DELETE", ""));
  }

  /**
   * Has a new link take the place of each by which nobody said yet that they have it. Again goes on with what was begun.
   *
   * @param {string} password of all of them; empty: none
   * @returns {Promise<{ seen: Seen, endsAt: number }>} as it stands then
   */
  async inviteAgain(password) {
    const waiting = (await this.#liveLinks()).filter(({ counters }) => counters.finished.count === 0);
    if (waiting.length === 0) throw new NotInvited("nobody");
    if (password === "" && waiting.some((link) => link.needs_password)) throw new NotInvited("password");
    if (!this.#maker) {
      const [{ id: shareId, ownerProof }, { token: ownerToken }] = [await this.#ownerOf(), this.#item];
      const hand = new OwnerHand({ shareId, ownerProof, ownerToken }, this.#keyWorker);
      this.#maker = { hand, maker: new LinkMaker(hand) };
    }
    const { hand, maker } = this.#maker;
    await hand.alone(() => hand.take(shownContent));
    const wanted = waiting.map((link) => successorOf(link, hand.noted.get(link.link)?.label ?? ""));
    await maker.make(wanted, password, { onProgress: () => {}, onMade: () => {}, isOver: () => false });
    return this.status();
  }

  /**
   * What is handed out.
   *
   * @returns {Promise<string>}
   */
  async link() {
    const { kind, token, origin } = this.#item;
    if (kind === "push") return `${origin}/p#${await this.#keyWorker.ask("pushTokenOf", token)}`;
    return `${origin}/s#${(await this.#handedOut()).sent}`;
  }

  /**
   * What is handed out of a share, and how that very link stands: others may end sooner, or have another password.
   *
   * @returns {Promise<{ link: string, status: import("/api").LinkStatus }>}
   */
  async linkToPrint() {
    const { live, note, sent } = await this.#handedOut();
    for (const status of live) {
      // One that is not in the note is no link that can be handed out.
      const own = this.#keyWorker.ask("sendTokenOf", this.#item.token, note, [status.link]).catch(() => "");
      if ((await own) === sent) return { link: `${this.#item.origin}/s#${sent}`, status };
    }
    throw new Error("the link that is handed out has no status");
  }

  /** The token of the first link that has not ended, and what it was found in. */
  async #handedOut() {
    const live = await this.#liveLinks();
    const note = await sendForBytes(await this.#call("GET", "/note"));
    const ids = live.map(({ link }) => link);
    return { live, note, sent: await this.#keyWorker.ask("sendTokenOf", this.#item.token, note, ids) };
  }

  /** Its first file, and how many there are. @returns {Promise<{ name: string, files: number }>} */
  async contents() {
    const content = newestContent(await sendForJson(await this.#call("GET", ""), isShare));
    const manifest = await sendForBytes(await this.#call("GET", `/contents/${content}/manifest`));
    const { files, first } = await this.#keyWorker.ask("contentsOf", this.#item.token, content, manifest);
    return { name: first, files };
  }

  /** What every call about it answers: how it stands then. @param {import("../net/api.js").Call} call */
  #status(call) {
    return this.#item.kind === "push" ? sendForText(call, isPush) : sendForText(call, isShare);
  }

  /** @param {string} body */
  #seen(body) {
    if (this.#item.kind === "push") {
      const { link } = read(body, isPush);
      return { seen: seenOf([link], link.gone, false), endsAt: link.expires_at };
    }
    const { links, gone, expires_at: shareEnds, content_lost_at: lostAt } = read(body, isShare);
    const live = links.filter((link) => !link.gone);
    const endsAt = Math.max(0, ...live.map((link) => link.expires_at)) || shareEnds;
    return { seen: seenOf(links, gone ?? (links.length === 1 ? links[0].gone : null), lostAt != null), endsAt };
  }

  #ownerOf() {
    return (this.#owner ??= this.#keyWorker.ask("ownerOf", this.#item.kind, this.#item.token));
  }

  /** @param {string} method @param {string} below */
  async #call(method, below) {
    const { kind, origin } = this.#item;
    const { id, ownerProof } = await this.#ownerOf();
    return {
      method,
      path: kind === "share" ? `/shares/${id}${below}` : `/pushes/${id}/owner${below}`,
      headers: { "subrosa-owner-proof": ownerProof },
      signal: new AbortController().signal,
      triesMax: TRIES,
      ...(origin !== location.origin && { origin }),
    };
  }
}

/**
 * @param {import("/api").LinkStatus[]} links
 * @param {import("/api").Gone | null | undefined} gone
 * @param {boolean} isLost
 * @returns {Seen}
 */
function seenOf(links, gone, isLost) {
  const live = links.filter((link) => !link.gone);
  const state = gone ? "gone" : (live.find((link) => link.state === "ready")?.state ?? live[0]?.state ?? "ready");
  const sum = (/** @type {(link: import("/api").LinkStatus) => number} */ of) =>
    links.reduce((total, link) => total + of(link), 0);
  const lasts = links.flatMap(({ counters }) => Object.values(counters).map(({ last }) => last ?? 0));
  return {
    at: Date.now(),
    state,
    gone: gone ?? null,
    isLost,
    opened: sum(({ counters }) => Math.max(counters.opened.count, counters.started.count)),
    saved: sum(({ counters }) => counters.finished.count),
    wrong: sum(({ counters }) => counters.wrong_password.count),
    last: Math.max(0, ...lasts),
    taken: sum((link) => link.downloads_taken),
    max: sum((link) => link.downloads_max),
  };
}
