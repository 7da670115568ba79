// @ts-check
/**
 * Tries a link as its owner: what its recipient is shown, and whether it would open now. With the owner's calls and the
 * owner's key alone: nothing of it is counted, and no download is taken.
 */

import { isolated } from "../i18n/phrases.js";
import { problems, send as texts, status as statusTexts } from "../i18n/texts.js";
import { countText, momentText, refusalOf, sizeText } from "../i18n/wording.js";
import { CallError, sendForBytes } from "../net/api.js";
import { announce, button, element, setText } from "../ui/views.js";

/** @typedef {import("../owner/owner-hand.js").OwnerHand} OwnerHand */

export class TryLink {
  /** @type {OwnerHand | undefined} */
  #hand;
  /** What is offered, so that nobody loses the place where they stand. */
  #offered = "";
  #nameOf;

  /** @param {(link: string) => string} nameOf how the owner calls a link; empty: there is no other */
  constructor(nameOf) {
    this.#nameOf = nameOf;
    button("try").addEventListener("click", () => this.#hand && void this.#try(this.#hand));
    element("try-link", HTMLSelectElement).addEventListener("change", () => this.#forget());
  }

  /** @param {OwnerHand} hand */
  show(hand) {
    this.clear();
    this.#hand = hand;
  }

  clear() {
    this.#hand = undefined;
    this.#offered = "";
    element("try-link", HTMLSelectElement).replaceChildren();
    this.#forget();
  }

  /** @param {import("/api").LinkStatus[]} links as the server says now */
  update(links) {
    const all = links.map(({ link }) => ({ link, name: this.#nameOf(link) || texts.newPassword.only }));
    element("try-block", HTMLElement).hidden = all.length === 0;
    const offered = JSON.stringify(all);
    if (offered === this.#offered) return;
    this.#offered = offered;
    const select = element("try-link", HTMLSelectElement);
    const chosen = select.value;
    select.replaceChildren(...all.map(({ link, name }) => new Option(name, link)));
    if (all.some(({ link }) => link === chosen)) select.value = chosen;
    element("try-link-field", HTMLElement).hidden = all.length < 2;
  }

  #forget() {
    for (const id of ["try-said", "try-problem"]) setText(id, "");
    element("try-found", HTMLElement).hidden = true;
    for (const id of ["try-facts", "try-files"]) element(id, HTMLElement).replaceChildren();
  }

  /** @param {OwnerHand} hand */
  async #try(hand) {
    const id = element("try-link", HTMLSelectElement).value;
    this.#forget();
    button("try").disabled = true;
    try {
      const { status, listing } = await hand.alone(() => look(hand, id));
      if (this.#hand !== hand) return;
      const link = status.links.find((known) => known.link === id);
      if (!link) return setText("try-problem", problems.unexpected);
      const content = status.contents.find((known) => known.content === link.content);
      this.#tell(link, listing, hand.noted.has(id), content?.manifest_digest === listing?.manifest_digest);
    } catch (error) {
      if (this.#hand !== hand) return;
      const isBroken = /** @type {{ variant?: string }} */ (error).variant === "manifest";
      const why = error instanceof CallError ? refusalOf(error.failure) : problems.unexpected;
      setText("try-problem", isBroken ? texts.trying.broken : why);
    } finally {
      button("try").disabled = false;
    }
  }

  /**
   * @param {import("/api").LinkStatus} link
   * @param {import("../workers/seal-key-worker.js").Listing | undefined} listing
   * @param {boolean} isNoted whether its secret is known
   * @param {boolean} isWhole whether the list is the one that was fixed
   */
  #tell(link, listing, isNoted, isWhole) {
    const left = Math.max(0, link.downloads_max - link.downloads_taken);
    const opens = !link.gone && link.state === "ready" && left > 0 && listing !== undefined && isWhole;
    const said = opens ? texts.trying.opens : texts.trying.opensNot;
    setText("try-said", said);
    announce(said);
    const { trying } = texts;
    /** @type {[string, string][]} */
    const facts = [
      [trying.state, link.gone ? texts.others.ended : (statusTexts.states[link.state] ?? link.state)],
      [trying.left, `${countText(left)} / ${countText(link.downloads_max)}`],
      [trying.ends, momentText(link.expires_at)],
      [trying.password, link.needs_password ? trying.passwordYes : trying.passwordNo],
      [trying.version, countText(link.content)],
      [trying.key, isNoted ? trying.keyYes : trying.keyNo],
      [trying.list, listing ? (isWhole ? trying.listYes(listing.count) : trying.broken) : trying.listGone],
    ];
    element("try-facts", HTMLElement).replaceChildren(
      ...facts.flatMap(([name, value]) => [made("dt", name), made("dd", value)]),
    );
    const entries = listing?.entries ?? [];
    const rows = entries.map(({ path, bytes }) =>
      made("li", bytes === null ? isolated(path) : `${isolated(path)} · ${sizeText(bytes)}`),
    );
    const more = (listing?.count ?? 0) - entries.length;
    if (more > 0) rows.push(made("li", trying.more(more)));
    element("try-files", HTMLElement).replaceChildren(...rows);
    setText("try-note", listing?.note ?? "");
    element("try-found", HTMLElement).hidden = false;
  }
}

/**
 * How it stands, and the list of what is behind it; none where that is deleted.
 *
 * @param {OwnerHand} hand
 * @param {string} id
 */
async function look(hand, id) {
  await hand.keyWorker.ask("takeShareOwnerLink", hand.ownerToken);
  const status = await hand.ask("GET", "");
  const content = status.links.find(({ link }) => link === id)?.content ?? 1;
  const isThere = status.contents.some((known) => known.content === content);
  await hand.readNote();
  if (!isThere) return { status, listing: undefined };
  const manifest = await sendForBytes(hand.call("GET", `/contents/${content}/manifest`));
  return { status, listing: await hand.keyWorker.ask("listing", content, manifest) };
}

/** @param {"dt" | "dd" | "li"} kind @param {string} text */
function made(kind, text) {
  const element = document.createElement(kind);
  element.textContent = text;
  return element;
}
