// @ts-check
/** Another password for a link that is handed out, or none: noted first, then changed. */

import { problems, send as texts } from "../i18n/texts.js";
import { refusalOf } from "../i18n/wording.js";
import { CallError } from "../net/api.js";
import { Card } from "../owner/card.js";
import { announce, button, element, setText, wireShowPassword } from "../ui/views.js";
import { LinkPushes, messageOf, whyNotShown } from "./link-pushes.js";

/** @typedef {import("../owner/owner-hand.js").OwnerHand} OwnerHand */

/** So often it is tried when another version comes behind the link meanwhile. */
const TRIES = 2;

export class NewPassword {
  /** @type {OwnerHand | undefined} */
  #hand;
  #listener;
  /** What is offered, so that nobody loses the place where they stand. */
  #offered = "";
  /** How the links stand. @type {Map<string, import("/api").LinkStatus>} */
  #stood = new Map();
  /** @type {import("/api").Config | undefined} */
  #config;
  /** What makes a link that shows the password, where there are pushes. @type {LinkPushes | undefined} */
  #pushes;
  #card = new Card(element("relock-card", HTMLElement), { prefix: "relock-push-" });

  /**
   * @param {object} listener
   * @param {() => void} listener.onChange a link has another password
   * @param {(link: string) => string} listener.nameOf how the owner calls a link; empty: there is no other
   * @param {() => string} listener.what name of the first file
   */
  constructor(listener) {
    this.#listener = listener;
    wireShowPassword("relock-password", "relock-show");
    element("relock", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const hand = this.#hand;
      if (hand) void this.#change(hand);
    });
  }

  /** @param {import("/api").Config} config */
  offer(config) {
    this.#config = config;
    element("relock-push-choice", HTMLElement).hidden = !LinkPushes.isOffered(config);
  }

  /** @param {OwnerHand} hand @param {string} shareId */
  show(hand, shareId) {
    this.clear();
    this.#hand = hand;
    const config = this.#config;
    if (config && LinkPushes.isOffered(config)) this.#pushes = new LinkPushes(hand.keyWorker, config, shareId);
  }

  clear() {
    this.#hand = this.#pushes = undefined;
    this.#offered = "";
    this.#stood.clear();
    this.#card.clear();
    element("relock-card", HTMLElement).hidden = true;
    element("relock-password", HTMLInputElement).value = "";
    element("relock-link", HTMLSelectElement).replaceChildren();
    for (const id of ["relock-said", "relock-problem"]) setText(id, "");
  }

  /** @param {import("/api").LinkStatus[]} links as the server says now */
  update(links) {
    this.#stood = new Map(links.map((link) => [link.link, link]));
    const live = links.filter(({ gone }) => !gone).map(({ link }) => ({ link, name: this.#listener.nameOf(link) }));
    element("relock-block", HTMLElement).hidden = live.length === 0;
    const offered = JSON.stringify(live);
    if (offered === this.#offered) return;
    this.#offered = offered;
    const select = element("relock-link", HTMLSelectElement);
    const chosen = select.value;
    select.replaceChildren(...live.map(({ link, name }) => new Option(name || texts.newPassword.only, link)));
    if (live.some(({ link }) => link === chosen)) select.value = chosen;
    element("relock-link-field", HTMLElement).hidden = live.length < 2;
  }

  /** @param {OwnerHand} hand */
  async #change(hand) {
    const [password, pressed] = [element("relock-password", HTMLInputElement), button("relock-change")];
    const link = element("relock-link", HTMLSelectElement).value;
    const pushes = element("relock-push", HTMLInputElement).checked && password.value !== "" ? this.#pushes : undefined;
    pressed.disabled = true;
    for (const id of ["relock-said", "relock-problem"]) setText(id, "");
    this.#card.clear();
    element("relock-card", HTMLElement).hidden = true;
    try {
      const unseen = pushes ? whyNotShown(password.value) : "";
      if (unseen) return setText("relock-problem", unseen);
      await hand.alone(() => relock(hand, link, password.value));
      if (this.#hand !== hand) return;
      if (pushes && !(await this.#push(pushes, link, password.value))) return;
      if (this.#hand !== hand) return;
      const done = password.value === "" ? texts.newPassword.none : texts.newPassword.done;
      password.value = "";
      setText("relock-said", done);
      announce(done);
      this.#listener.onChange();
    } catch (error) {
      if (this.#hand !== hand) return;
      const { variant, detail = "" } = /** @type {{ variant?: string, detail?: string }} */ (error);
      const said = error instanceof CallError ? refusalOf(error.failure) : problems.unexpected;
      setText("relock-problem", variant === "password-too-long" ? problems.passwordTooLong(detail) : said);
    } finally {
      pressed.disabled = false;
    }
  }

  /**
   * A link that shows the new password. The link to the files has it already, whatever becomes of this.
   *
   * @param {LinkPushes} pushes
   * @param {string} link
   * @param {string} password
   */
  async #push(pushes, link, password) {
    const stood = this.#stood.get(link);
    const terms = { downloads: stood?.downloads_max ?? 1, endsAt: stood?.expires_at ?? 0 };
    const name = this.#hand?.noted.get(link)?.label || this.#listener.what();
    try {
      const pushed = await pushes.make({ link, password, name, ...terms });
      this.#card.show({
        link: pushed.address,
        title: texts.pushes.title,
        lead: texts.cardTwoLead,
        message: messageOf(pushed),
      });
      element("relock-card", HTMLElement).hidden = false;
      return true;
    } catch {
      setText("relock-problem", texts.pushes.failed(1));
      this.#listener.onChange();
      return false;
    }
  }
}

/**
 * The note first: one that has the keys of a password which is not set yet moves no link, and is put right by setting it.
 *
 * @param {OwnerHand} hand
 * @param {string} link
 * @param {string} password
 */
async function relock(hand, link, password) {
  for (let tries = 1; ; tries += 1) {
    const tag = await hand.take(({ links }) => links.find((known) => known.link === link)?.content ?? 1);
    await hand.keyWorker.ask("relock", link, password);
    await hand.storeNote(tag);
    try {
      await hand.ask("PATCH", `/links/${link}`, await hand.keyWorker.ask("lockBody", link));
      return;
    } catch (error) {
      // Another version came behind it since.
      const isMoved = error instanceof CallError && error.variant === "already-exists";
      if (!isMoved || tries === TRIES) throw error;
    } finally {
      await hand.keyWorker.ask("forgetDrawn");
    }
  }
}
