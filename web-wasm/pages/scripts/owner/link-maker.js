// @ts-check
/**
 * Makes links to what was sent: first noted, then made, then told. So no link is there that nobody can show again, whatever
 * is interrupted; a link that is noted and was never made opens nothing.
 */

import { shownContent } from "./answers.js";

/**
 * @typedef {import("./owner-hand.js").OwnerHand} OwnerHand
 *
 * @typedef {object} WantedLink
 * @property {string} label whom it is for
 * @property {number} downloads how many it allows
 * @property {boolean} [waits] whether it stays when they are taken
 * @property {string} [replaces] the link in whose place it comes, which ends in the same step
 *
 * @typedef {{ wanted: WantedLink, link: string, json: string }} Drawn
 *
 * @typedef {object} Listener
 * @property {(done: number, all: number) => void} onProgress
 * @property {(made: Drawn[], left: Drawn[]) => void} onMade some are there
 * @property {() => boolean} isOver whether nobody waits for them any more
 */

/** Links that one call makes. */
const LINKS_AT_ONCE = 50;

export class LinkMaker {
  #hand;
  /**
   * What was begun and is not made yet: the answer to the first of it may have been lost.
   *
   * @type {{ password: string, left: Drawn[] } | undefined}
   */
  #begun;

  /** @param {OwnerHand} hand */
  constructor(hand) {
    this.#hand = hand;
  }

  /**
   * Makes them. What is left of those that were begun goes on when it is asked for again.
   *
   * @param {WantedLink[]} wanted
   * @param {string} password of all of them; empty: none
   * @param {Listener} listener
   * @returns {Promise<boolean>} whether all are made
   */
  async make(wanted, password, { onProgress, onMade, isOver }) {
    if (!this.#begun || this.#begun.password !== password || !isSame(this.#begun.left, wanted)) {
      this.#begun = { password, left: await this.#hand.alone(() => this.#note(wanted, password, onProgress)) };
    }
    const { left } = this.#begun;
    while (left.length > 0) {
      if (isOver()) return false;
      onProgress(wanted.length - left.length, wanted.length);
      const some = left.slice(0, LINKS_AT_ONCE);
      // The same bodies again are the same call again.
      await this.#hand.ask("POST", "/links", `{"links":[${some.map(({ json }) => json).join(",")}]}`);
      left.splice(0, some.length);
      onMade(some, left);
    }
    this.#begun = undefined;
    return true;
  }

  /**
   * Draws them, and has them noted.
   *
   * @param {WantedLink[]} wanted
   * @param {string} password
   * @param {Listener["onProgress"]} onProgress
   * @returns {Promise<Drawn[]>} what makes them
   */
  async #note(wanted, password, onProgress) {
    const { keyWorker } = this.#hand;
    const tag = await this.#hand.take(shownContent);
    const labels = wanted.map(({ label }) => label);
    await keyWorker.ask("expectRoom", labels);
    /** @type {string[]} */
    const links = [];
    for (const label of labels) {
      onProgress(links.length, labels.length);
      links.push(await keyWorker.ask("drawLink", label, password));
    }
    await this.#hand.storeNote(tag);
    const drawn = wanted.map(async (one, place) => {
      const { downloads, waits = false, replaces = null } = one;
      const terms = { downloads_max: downloads, waits_for_editions: waits, replaces };
      return { wanted: one, link: links[place], json: await keyWorker.ask("drawnLinkBody", links[place], terms) };
    });
    return Promise.all(drawn);
  }
}

/**
 * What comes in the place of a link.
 *
 * @param {import("/api").LinkStatus} link
 * @param {string} label
 * @returns {WantedLink}
 */
export const successorOf = ({ link, downloads_max: downloads, waits_for_editions: waits }, label) => ({
  label,
  downloads,
  waits,
  replaces: link,
});

/** Whether what is left of what was begun is what is asked for. @param {Drawn[]} left @param {WantedLink[]} wanted */
const isSame = (left, wanted) => JSON.stringify(left.map((drawn) => drawn.wanted)) === JSON.stringify(wanted);
