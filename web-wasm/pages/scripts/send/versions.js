// @ts-check
/**
 * The versions of what was sent: which there are, what is behind the links, and what can be done with them. Each link
 * shows one of them, whole.
 */

import { problems, send as texts } from "../i18n/texts.js";
import { refusalOf, sizeText } from "../i18n/wording.js";
import { CallError } from "../net/api.js";
import { announce, button, element, fromTemplate, setText, setTextIn, state } from "../ui/views.js";
import { putBehindLinks } from "./edition.js";

/**
 * @typedef {{ shareId: string, ownerProof: string, ownerToken: string, first: string }} Owned
 * @typedef {{ owned: Owned, content: number, unfinished: number | undefined }} NextVersion `unfinished`: the number of one
 * that was begun before
 */

export class Versions {
  /** @type {Owned | undefined} */
  #owned;
  /** @type {import("../owner/owner-hand.js").OwnerHand | undefined} */
  #hand;
  /** What is shown, so that nobody loses the place where they stand. */
  #shown = "";
  #listener;
  #downloadsLimit = 1;
  /** What is to be said of a version that came. @type {{ moved: import("./edition.js").Moved, content: number } | undefined} */
  #came;

  /**
   * @param {object} listener
   * @param {() => boolean} listener.isAtRisk whether leaving now would lose a link
   * @param {(next: NextVersion) => void} listener.onNew a new version is to be chosen
   * @param {() => void} listener.onChange something changed on the server
   * @param {(link: string) => string} listener.nameOf how the owner calls a link
   */
  constructor(listener) {
    this.#listener = listener;
    element("versions-wait", HTMLInputElement).addEventListener("change", () => void this.#change(() => this.#wait()));
    button("new-version").addEventListener("click", () => state() === "done" && void this.#begin());
    element("versions-list", HTMLUListElement).addEventListener("click", ({ target }) => {
      const pressed = target instanceof Element ? target.closest("button") : null;
      const { use, remove } = pressed?.dataset ?? {};
      if (use !== undefined) void this.#change(() => this.#use(Number(use)));
      if (remove !== undefined) void this.#change(() => this.#remove(Number(remove)));
    });
  }

  /** @param {Owned & { downloadsLimit: number }} owned @param {import("../owner/owner-hand.js").OwnerHand} hand */
  show(owned, hand) {
    this.clear();
    [this.#owned, this.#hand, this.#downloadsLimit] = [owned, hand, owned.downloadsLimit];
  }

  clear() {
    this.#owned = this.#hand = undefined;
    this.#shown = "";
    this.#came = undefined;
    element("versions-list", HTMLUListElement).replaceChildren();
    element("versions-list", HTMLUListElement).hidden = true;
    for (const id of ["versions-said", "versions-problem"]) setText(id, "");
  }

  /** @param {import("/api").ShareStatus} status as the server says now */
  update(status) {
    if (this.#came) this.sayMoved(this.#came.moved, this.#came.content);
    const living = status.links.filter(({ gone }) => !gone);
    element("versions-wait", HTMLInputElement).checked = living.every((link) => link.waits_for_editions);
    const ready = status.contents.filter(({ state }) => state === "ready");
    const shown = JSON.stringify(ready);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const live = living.length;
    const rows = ready.map((content) => {
      const { content: number, links, downloads_running: running, padded_len: len } = content;
      const row = fromTemplate("version-row");
      row.dataset.version = String(number);
      setTextIn(row, ".what", texts.versions.row(String(number), links, sizeText(len ?? 0)));
      const [use, remove] = row.querySelectorAll("button");
      use.textContent = texts.versions.use(String(number));
      use.dataset.use = String(number);
      use.hidden = links === live;
      remove.textContent = texts.versions.remove(String(number));
      remove.dataset.remove = String(number);
      remove.hidden = links > 0 || running > 0;
      return row;
    });
    element("versions-list", HTMLUListElement).replaceChildren(...rows);
    element("versions-list", HTMLUListElement).hidden = ready.length < 2;
  }

  /** Says what became of the links. @param {import("./edition.js").Moved} moved @param {number} content */
  sayMoved({ moved, ended, left }, content) {
    // Names of links come later than this.
    this.#came = { moved: { moved, ended, left }, content };
    const names = left.map((link) => this.#listener.nameOf(link) || link.slice(0, 6));
    const said = [
      texts.versions.moved(moved, String(content)),
      ended > 0 ? texts.versions.ended(ended) : "",
      left.length > 0 ? texts.versions.left(new Intl.ListFormat(document.documentElement.lang).format(names)) : "",
    ];
    setText("versions-said", said.filter(Boolean).join(" "));
  }

  /** Has a new version chosen. */
  async #begin() {
    const [owned, hand] = [this.#owned, this.#hand];
    if (!owned || !hand) return;
    setText("versions-problem", "");
    if (this.#listener.isAtRisk()) return setText("versions-problem", texts.versions.first);
    try {
      const { contents, next_content: content } = await hand.ask("GET", "");
      const unfinished = contents.find(({ state }) => state === "uploading")?.content;
      if (content == null || contents.length - (unfinished ? 1 : 0) > 2) {
        return setText("versions-problem", texts.versions.full);
      }
      this.#listener.onNew({ owned, content, unfinished });
    } catch (error) {
      setText("versions-problem", whyNot(error));
    }
  }

  /** @param {() => Promise<void>} act */
  async #change(act) {
    const buttons = [...element("versions", HTMLElement).querySelectorAll("button, input")].filter(
      (target) => target instanceof HTMLButtonElement || target instanceof HTMLInputElement,
    );
    for (const target of buttons) target.disabled = true;
    for (const id of ["versions-said", "versions-problem"]) setText(id, "");
    this.#came = undefined;
    try {
      await act();
      this.#listener.onChange();
    } catch (error) {
      setText("versions-problem", whyNot(error));
    } finally {
      for (const target of buttons) target.disabled = false;
    }
  }

  /** Puts one behind all links. @param {number} content */
  async #use(content) {
    const hand = this.#hand;
    if (!hand) return;
    const { keyWorker, ownerToken } = hand;
    const what = { keyWorker, ownerToken, content, call: hand.call("GET", ""), downloadsLimit: this.#downloadsLimit };
    const { status, moved } = await hand.alone(() => putBehindLinks({ ...what, isOneMore: false, isForward: false }));
    this.update(status);
    this.sayMoved(moved, content);
  }

  /** Whether links stay when their downloads are taken, so that a new version can come. */
  async #wait() {
    const waits = element("versions-wait", HTMLInputElement).checked;
    const json = JSON.stringify({ waits_for_editions: waits });
    const { links } = (await this.#hand?.ask("GET", "")) ?? { links: [] };
    for (const { link, gone } of links) {
      if (!gone) await this.#hand?.ask("PATCH", `/links/${link}`, json);
    }
    announce(waits ? texts.versions.waits : texts.versions.waitsNot);
  }

  /** @param {number} content */
  async #remove(content) {
    if (!this.#hand) return;
    this.update(await this.#hand.ask("DELETE", `/contents/${content}`));
    setText("versions-said", texts.versions.removed);
    announce(texts.versions.removed);
  }
}

/** @param {unknown} error */
function whyNot(error) {
  if (!(error instanceof CallError)) return problems.unexpected;
  return refusalOf(error.failure);
}
