// @ts-check
/** Asks how things stand, of those that are on the screen, a few at a time. */

/** Calls at the same time. */
const AT_ONCE = 4;
/** What was asked so recently is not asked again. */
const FRESH_MILLIS = 30_000;

export class FreshStates {
  #ask;
  /** @type {Set<string>} */
  #waiting = new Set();
  /** When each was asked. @type {Map<string, number>} */
  #asked = new Map();
  #running = 0;
  #observer;
  /** Those on the screen. @type {Set<string>} */
  #seen = new Set();

  /** @param {(id: string) => Promise<void>} ask never rejects */
  constructor(ask) {
    this.#ask = ask;
    this.#observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const id = /** @type {HTMLElement} */ (target).dataset.id ?? "";
        // What left the screen before its turn came is not asked.
        if (isIntersecting) this.#seen.add(id);
        else this.#seen.delete(id);
        if (isIntersecting) this.want(id);
        else this.#waiting.delete(id);
      }
    });
    const again = () => {
      if (document.visibilityState === "visible") for (const id of this.#seen) this.want(id);
    };
    document.addEventListener("visibilitychange", again);
    addEventListener("online", again);
  }

  /** @param {HTMLElement} row with the id in `data-id` */
  watch(row) {
    this.#observer.observe(row);
  }

  /** @param {HTMLElement} row */
  unwatch(row) {
    this.#observer.unobserve(row);
    this.#waiting.delete(row.dataset.id ?? "");
    this.#seen.delete(row.dataset.id ?? "");
  }

  /** Asks, unless it was asked just now. @param {string} id */
  want(id) {
    if (Date.now() - (this.#asked.get(id) ?? 0) < FRESH_MILLIS) return;
    this.#waiting.add(id);
    this.#next();
  }

  #next() {
    for (const id of this.#waiting) {
      if (this.#running >= AT_ONCE) return;
      this.#waiting.delete(id);
      this.#asked.set(id, Date.now());
      this.#running += 1;
      void this.#ask(id).finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }
}
