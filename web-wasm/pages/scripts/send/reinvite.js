// @ts-check
/**
 * Inviting again: a new link takes the place of one that is lost, has ended, or that nobody used. Name, limit and end stay;
 * the one before ends in the same step.
 */

import { problems, send as texts, status as statusTexts } from "../i18n/texts.js";
import { refusalOf } from "../i18n/wording.js";
import { CallError } from "../net/api.js";
import { FormProblem } from "../owner/form-choices.js";
import { LinkMaker, successorOf } from "../owner/link-maker.js";
import { announce, button, element, fromTemplate, setText, setTextIn, wireShowPassword } from "../ui/views.js";
import { whyNotShown } from "./link-pushes.js";

/** @typedef {import("../owner/owner-hand.js").OwnerHand} OwnerHand */

export class Reinvite {
  /** @type {OwnerHand | undefined} */
  #hand;
  /** @type {LinkMaker | undefined} */
  #maker;
  /** How those stand that can be chosen. @type {Map<string, import("/api").LinkStatus>} */
  #offered = new Map();
  /** What is shown, so that nobody loses the place where they stand. */
  #shown = "";
  #needsPassword = false;
  #listener;

  /**
   * @param {object} listener
   * @param {() => void} listener.onChange links took the place of others
   * @param {(link: string) => string} listener.nameOf how the owner calls a link; empty: there is no other
   * @param {(made: import("../owner/link-maker.js").Drawn[], password: string) => Promise<string>} listener.pushPasswords
   * makes links that show the password of these; what is left undone
   */
  constructor(listener) {
    this.#listener = listener;
    wireShowPassword("reinvite-password", "reinvite-show");
    element("reinvite", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const [hand, maker] = [this.#hand, this.#maker];
      if (hand && maker) void this.#invite(hand, maker);
    });
  }

  /** @param {import("/api").Config} config */
  offer({ limits }) {
    this.#needsPassword = limits.password_required === true;
  }

  /** @param {OwnerHand} hand */
  show(hand) {
    this.clear();
    this.#hand = hand;
    this.#maker = new LinkMaker(hand);
  }

  clear() {
    this.#hand = this.#maker = undefined;
    this.#offered.clear();
    this.#shown = "";
    element("reinvite-password", HTMLInputElement).value = "";
    element("reinvite-links", HTMLElement).replaceChildren();
    for (const id of ["reinvite-said", "reinvite-problem"]) setText(id, "");
  }

  /** @param {import("/api").LinkStatus[]} links as the server says now */
  update(links) {
    const noted = this.#hand?.noted ?? new Map();
    const labelOf = (/** @type {string} */ link) => noted.get(link)?.label ?? "";
    const working = new Set(links.filter(({ gone }) => !gone).map(({ link }) => labelOf(link)));
    working.delete("");
    // Who has one that works needs none in place of an earlier one.
    const offered = links.filter(({ link, gone }) => !gone || !working.has(labelOf(link)));
    this.#offered = new Map(offered.map((link) => [link.link, link]));
    element("reinvite-block", HTMLElement).hidden = offered.length === 0;
    const rows = offered.map((link) => ({ link: link.link, what: this.#what(link) }));
    const shown = JSON.stringify(rows);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const list = element("reinvite-links", HTMLElement);
    const chosen = new Set(this.#chosen());
    const focused = document.activeElement instanceof HTMLInputElement ? document.activeElement.value : "";
    list.replaceChildren(
      ...rows.map(({ link, what }) => {
        const row = fromTemplate("reinvite-row");
        const box = /** @type {HTMLInputElement} */ (row.querySelector("input"));
        [box.value, box.checked] = [link, chosen.has(link)];
        setTextIn(row, ".what", what);
        return row;
      }),
    );
    for (const box of list.querySelectorAll("input")) if (box.value === focused) box.focus();
  }

  /** @param {import("/api").LinkStatus} link */
  #what({ link, gone, state, counters, needs_password: hasPassword }) {
    const isSaved = counters.finished.count > 0;
    const stands = gone ? texts.others.ended : isSaved ? texts.others.saved : (statusTexts.states[state] ?? state);
    const facts = [this.#listener.nameOf(link) || texts.newPassword.only, stands];
    if (hasPassword) facts.push(texts.others.hasPassword);
    return facts.join(" · ");
  }

  #chosen() {
    const boxes = element("reinvite-links", HTMLElement).querySelectorAll("input");
    return [...boxes].filter((box) => box.checked).map((box) => box.value);
  }

  /** @param {OwnerHand} hand @param {LinkMaker} maker */
  async #invite(hand, maker) {
    const [password, pressed] = [element("reinvite-password", HTMLInputElement), button("reinvite-make")];
    pressed.disabled = true;
    for (const id of ["reinvite-said", "reinvite-problem"]) setText(id, "");
    try {
      const chosen = this.#chosen().flatMap((link) => this.#offered.get(link) ?? []);
      if (chosen.length === 0) throw new FormProblem("reinvite-make", texts.reinvite.none);
      const isNeeded = this.#needsPassword || chosen.some((link) => link.needs_password);
      if (isNeeded && password.value === "") throw new FormProblem(password.id, texts.reinvite.needsPassword);
      const isPushed = element("reinvite-push", HTMLInputElement).checked;
      const unseen = isPushed ? whyNotShown(password.value) : "";
      if (unseen) throw new FormProblem(password.id, unseen);
      /** @type {import("../owner/link-maker.js").Drawn[]} */
      const all = [];
      const wanted = chosen.map((link) => successorOf(link, hand.noted.get(link.link)?.label ?? ""));
      const isDone = await maker.make(wanted, password.value, {
        onProgress: (done, all) => setText("reinvite-said", texts.others.progress(done, all)),
        onMade: (made) => {
          all.push(...made);
          this.#listener.onChange();
        },
        isOver: () => this.#hand !== hand,
      });
      if (!isDone || this.#hand !== hand) return;
      if (isPushed) setText("reinvite-problem", await this.#listener.pushPasswords(all, password.value));
      if (this.#hand !== hand) return;
      password.value = "";
      for (const box of element("reinvite-links", HTMLElement).querySelectorAll("input")) box.checked = false;
      setText("reinvite-said", texts.reinvite.made(chosen.length));
      announce(texts.reinvite.made(chosen.length));
    } catch (error) {
      if (this.#hand === hand) refuse(error);
    } finally {
      pressed.disabled = false;
    }
  }
}

/** @param {unknown} error */
function refuse(error) {
  const { variant = "", detail = "" } = /** @type {{ variant?: string, detail?: string }} */ (error);
  let problem = error instanceof CallError ? refusalOf(error.failure) : problems.unexpected;
  if (error instanceof FormProblem) problem = error.message;
  if (variant === "password-too-long") problem = problems.passwordTooLong(detail);
  if (variant === "too-many-links") problem = texts.others.tooMany;
  setText("reinvite-said", "");
  setText("reinvite-problem", problem);
  document.getElementById(error instanceof FormProblem ? error.id : "reinvite-make")?.focus();
}
