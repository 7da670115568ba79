// @ts-check
/**
 * More links to what was sent, one for each person: made, handed out, ended. The owner's note remembers them before they are
 * made, so that no link is there that nobody can show again.
 */

import { card, messages, problems, send as texts, status as statusTexts } from "../i18n/texts.js";
import { countText, momentText, refusalOf } from "../i18n/wording.js";
import { CallError } from "../net/api.js";
import { shownContent } from "../owner/answers.js";
import { copyByHand, copyLink } from "../owner/copy-link.js";
import { FormProblem, NumberChoice } from "../owner/form-choices.js";
import { LinkMaker } from "../owner/link-maker.js";
import { addressee, startMail } from "../owner/mail-link.js";
import { PrintSheet } from "../owner/print-sheet.js";
import { csvOf, saveText } from "../ui/save-text.js";
import { button, element, fromTemplate, setText, setTextIn, wireConfirmation, wireShowPassword } from "../ui/views.js";
import { LinkPushes, whyNotShown } from "./link-pushes.js";
import { NameTable, namesIn } from "./name-table.js";

/**
 * @typedef {import("../owner/owner-hand.js").OwnerHand} OwnerHand
 *
 * @typedef {{ shareId: string, linkId: string, ownerProof: string, ownerToken: string, token: string, what: string,
 * first: string }} Owned
 */

export class OtherLinks {
  /** @type {Owned | undefined} */
  #owned;
  /** @type {OwnerHand | undefined} */
  #hand;
  #downloads = new NumberChoice("add-downloads", "add-downloads-number");
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  /** What the server said last of each. @type {Map<string, import("/api").LinkStatus>} */
  #stood = new Map();
  /** @type {LinkMaker | undefined} */
  #maker;
  /** What makes links that show passwords, where there are pushes. @type {LinkPushes | undefined} */
  #pushes;
  /** @type {import("/api").Config | undefined} */
  #config;
  /** Addresses of pushes with the password of a link, made since the page was opened. @type {Map<string, string>} */
  #pushed = new Map();
  #onChange;
  #sheet;
  #linksMax = 0;
  #needsPassword = false;
  #table = new NameTable({
    names: () => [...this.#rows.keys()].filter((id) => this.#isLive(id)).map((id) => this.nameOf(id)),
    // What has ended counts, too, and so does the first one.
    room: () => Math.max(0, this.#linksMax - 1 - this.#rows.size),
  });

  /**
   * @param {() => void} onChange there is a new one, or one less
   * @param {() => void} onPrint the links are about to leave the page on paper
   */
  constructor(onChange, onPrint) {
    this.#onChange = onChange;
    this.#sheet = new PrintSheet({ back: "done", focus: "others-print", onPrint });
    wireShowPassword("add-password", "add-password-show");
    wireConfirmation("others-csv", "others-csv-ask", "others-csv-no");
    wireConfirmation("others-print", "others-print-ask", "others-print-no");
    button("others-print-yes").addEventListener("click", () => this.#owned && this.#print());
    button("others-csv-yes").addEventListener("click", () => this.#owned && this.#saveTable());
    element("add-link", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#owned) void this.#add();
    });
  }

  /** @param {import("/api").Config} config */
  offer(config) {
    this.#config = config;
    const { choices, limits } = config;
    for (const id of ["add-push-choice", "reinvite-push-choice"]) {
      element(id, HTMLElement).hidden = !LinkPushes.isOffered(config);
    }
    const { downloads, downloads_default: first } = choices;
    this.#downloads.offer(downloads, first, limits.downloads_max, texts.downloads, texts.downloadsOther);
    this.#linksMax = limits.links_max;
    this.#needsPassword = limits.password_required === true;
  }

  /** @param {Owned} owned @param {OwnerHand} hand */
  show(owned, hand) {
    this.clear();
    this.#owned = owned;
    this.#hand = hand;
    this.#maker = new LinkMaker(hand);
    const config = this.#config;
    if (config && LinkPushes.isOffered(config)) {
      this.#pushes = new LinkPushes(hand.keyWorker, config, owned.shareId);
    }
  }

  /** What the note says of a link, once it was read. @param {string} id */
  #notedOf(id) {
    return this.#hand?.noted.get(id);
  }

  clear() {
    this.#owned = this.#hand = this.#maker = undefined;
    this.#pushes = undefined;
    this.#pushed.clear();
    this.#lookedFor.clear();
    this.#beingRead.clear();
    this.#rows.clear();
    this.#stood.clear();
    element("other-links", HTMLElement).replaceChildren();
    element("add-label", HTMLTextAreaElement).value = element("add-password", HTMLInputElement).value = "";
    for (const id of ["add-problem", "add-said"]) setText(id, "");
    this.#table.clear();
    this.#sheet.clear();
    this.#offerTable();
  }

  /** How they stand. @param {import("/api").LinkStatus[]} links */
  update(links) {
    for (const link of links) this.#stood.set(link.link, link);
    const others = links.filter(({ link }) => link !== this.#owned?.linkId);
    for (const link of others) {
      this.#row(link.link).show(link);
      this.#name(link.link);
    }
    // Their names are in the note, which few need. What is not in it is not asked for again.
    const unknown = others.map(({ link }) => link).filter((link) => !this.#notedOf(link) && !this.#lookedFor.has(link));
    if (unknown.length > 0) void this.#readNames(unknown);
    this.#offerPrint();
  }

  /** A sheet has all links, or there is none yet: those that are not in the note were made by another program. */
  #offerPrint() {
    const isKnown = (/** @type {string} */ id) =>
      !this.#isLive(id) || this.#notedOf(id) || (this.#lookedFor.has(id) && !this.#beingRead.has(id));
    const isWhole = this.#stood.size > 0 && [...this.#rows.keys()].every((id) => this.#stood.has(id) && isKnown(id));
    for (const id of ["others-print", "others-print-yes"]) button(id).disabled = !isWhole;
  }

  /** How a link is called; empty while there is only one. @param {string} id */
  nameOf(id) {
    if (this.#rows.size === 0) return "";
    const number = id === this.#owned?.linkId ? 1 : [...this.#rows.keys()].indexOf(id) + 2;
    return this.#notedOf(id)?.label || texts.others.unnamed(countText(number));
  }

  /** Links whose names were asked for. @type {Set<string>} */
  #lookedFor = new Set();
  /** Those of them that the answer is still to come for. @type {Set<string>} */
  #beingRead = new Set();

  /** @param {string[]} unknown */
  async #readNames(unknown) {
    for (const link of unknown) {
      this.#lookedFor.add(link);
      this.#beingRead.add(link);
    }
    try {
      const hand = this.#hands();
      await hand.alone(() => this.#ready(hand));
      for (const link of unknown) this.#beingRead.delete(link);
      for (const id of this.#rows.keys()) this.#name(id);
      this.#offerPrint();
      this.#onChange();
    } catch {
      // With the next look.
      for (const link of unknown) this.#lookedFor.delete(link);
    }
  }

  /** @param {string} id */
  #row(id) {
    let row = this.#rows.get(id);
    if (!row) {
      row = fromTemplate("other-link");
      row.dataset.link = id;
      for (const [selector, text] of [
        [".copy", texts.others.copy],
        [".copy-push", texts.pushes.copy],
        [".mail", card.mail],
        [".end", texts.others.end],
        [".ask p", texts.others.endAsk],
        [".yes", texts.others.endYes],
        [".no", texts.others.endNo],
      ])
        setTextIn(row, selector, text);
      this.#rows.set(id, row);
      element("other-links", HTMLElement).append(row);
      const copy = /** @type {HTMLButtonElement} */ (row.querySelector(".copy"));
      copy.addEventListener("click", () => void this.#copy(id, copy));
      const copyPush = /** @type {HTMLButtonElement} */ (row.querySelector(".copy-push"));
      copyPush.addEventListener("click", () => void this.#copyPush(id, copyPush));
      row.querySelector(".mail")?.addEventListener("click", () => this.#mail(id));
      this.#wireEnd(id, row);
      this.#name(id);
      this.#offerTable();
    }
    const shown = row;
    return { show: (/** @type {import("/api").LinkStatus} */ link) => showStatus(shown, link) };
  }

  /** All links in one file, for who writes to many: without passwords. */
  #saveTable() {
    element("others-csv-ask", HTMLElement).hidden = true;
    const rows = [...this.#rows.keys()].flatMap((id) => {
      const noted = this.#notedOf(id);
      return noted && this.#isLive(id) ? [[this.nameOf(id), `${location.origin}/s#${noted.token}`]] : [];
    });
    saveText("links.csv", "text/csv;charset=utf-8", csvOf([["for", "link"], ...rows]));
  }

  /** A sheet with what works: the first link, and the others. */
  #print() {
    element("others-print-ask", HTMLElement).hidden = true;
    const first = this.#owned?.linkId ?? "";
    const printed = [...this.#stood.values()].flatMap(({ link, gone, ...stood }) => {
      const token = link === first ? this.#owned?.token : this.#notedOf(link)?.token;
      if (gone || !token) return [];
      return [
        {
          name: this.nameOf(link) || (this.#owned?.what ?? ""),
          link: `${location.origin}/s#${token}`,
          endsAt: stood.expires_at,
          taken: stood.downloads_taken,
          max: stood.downloads_max,
          hasPassword: stood.needs_password,
        },
      ];
    });
    this.#sheet.show(printed);
  }

  /** @param {string} id */
  #isLive(id) {
    return !this.#rows.get(id)?.querySelector(".end")?.hasAttribute("hidden");
  }

  #offerTable() {
    button("others-csv").hidden = this.#rows.size === 0;
    for (const id of ["others-csv-ask", "others-print-ask"]) element(id, HTMLElement).hidden = true;
    this.#offerPrint();
  }

  /** @param {string} id */
  #name(id) {
    const row = this.#rows.get(id);
    if (!row) return;
    const noted = this.#notedOf(id);
    const name = this.nameOf(id);
    setTextIn(row, ".name", name);
    for (const [className, label] of [
      ["copy", texts.others.copy],
      ["copy-push", texts.pushes.copy],
      ["mail", card.mail],
      ["end", texts.others.end],
    ]) {
      const target = /** @type {HTMLButtonElement} */ (row.querySelector(`.${className}`));
      target.setAttribute("aria-label", `${label}: ${name}`);
    }
    const copy = /** @type {HTMLButtonElement} */ (row.querySelector(".copy"));
    copy.disabled = !noted;
    row.querySelector(".copy-push")?.toggleAttribute("hidden", !this.#pushed.has(id));
    const mail = /** @type {HTMLButtonElement} */ (row.querySelector(".mail"));
    mail.disabled = !noted || !this.#stood.has(id);
    row.querySelector(".link")?.setAttribute("aria-label", name);
    row.querySelector(".ask")?.setAttribute("aria-label", name);
  }

  /** @param {string} id @param {HTMLElement} row */
  #wireEnd(id, row) {
    const [end, ask, yes, no] = [".end", ".ask", ".yes", ".no"].map((name) => row.querySelector(name));
    if (!(ask instanceof HTMLElement && end instanceof HTMLElement && no instanceof HTMLElement)) return;
    end.addEventListener("click", () => {
      ask.hidden = false;
      no.focus();
    });
    no.addEventListener("click", () => {
      ask.hidden = true;
      end.focus();
    });
    yes?.addEventListener("click", () => void this.#end(id, row));
  }

  /** @param {string} id @param {HTMLButtonElement} pressed */
  async #copy(id, pressed) {
    const noted = this.#notedOf(id);
    if (!noted) return;
    const link = `${location.origin}/s#${noted.token}`;
    const field = /** @type {HTMLInputElement} */ (pressed.closest("li")?.querySelector(".link"));
    await copyLink(link, pressed, texts.others.copy, () => copyByHand(field, link));
  }

  /** @param {string} id @param {HTMLButtonElement} pressed */
  async #copyPush(id, pressed) {
    const address = this.#pushed.get(id);
    if (!address) return;
    const field = /** @type {HTMLInputElement} */ (pressed.closest("li")?.querySelector(".link"));
    await copyLink(address, pressed, texts.pushes.copy, () => copyByHand(field, address));
  }

  /**
   * Makes a link that shows the password of each of these links, if that is wanted. Those to the files are there already.
   *
   * @param {import("../owner/link-maker.js").Drawn[]} made
   * @param {string} password
   * @returns {Promise<string>} what is left undone, in words
   */
  async pushPasswords(made, password) {
    const [pushes, owned] = [this.#pushes, this.#owned];
    if (!pushes || !owned || password === "") return "";
    let failed = 0;
    for (const { link, wanted } of made) {
      const endsAt = this.#stood.get(link)?.expires_at ?? this.#endsAt();
      const name = wanted.label || owned.first;
      try {
        const pushed = await pushes.make({ link, password, name, downloads: wanted.downloads, endsAt });
        if (this.#owned !== owned) return "";
        this.#pushed.set(link, pushed.address);
        this.#name(link);
      } catch {
        failed += 1;
      }
    }
    return failed > 0 ? texts.pushes.failed(failed) : "";
  }

  /** When the last of what is known ends. */
  #endsAt() {
    return Math.max(0, ...[...this.#stood.values()].filter(({ gone }) => !gone).map((link) => link.expires_at));
  }

  /** A mail for the one whom the link is for: with its own end and number, and never with its password. @param {string} id */
  #mail(id) {
    const [noted, stood] = [this.#notedOf(id), this.#stood.get(id)];
    if (!noted || !stood || !this.#owned) return;
    const { name, mailbox } = addressee(noted.label);
    const message = messages.files({
      what: this.#owned.what,
      downloads: texts.downloads(stood.downloads_max),
      until: momentText(stood.expires_at),
      password: stood.needs_password,
      name,
      isOneOfMany: true,
    });
    startMail(message, `${location.origin}/s#${noted.token}`, mailbox);
  }

  /** @param {string} id @param {HTMLElement} row */
  async #end(id, row) {
    const problem = /** @type {HTMLElement} */ (row.querySelector(".problem"));
    problem.hidden = true;
    try {
      await this.#hands().ask("DELETE", `/links/${id}`);
      this.#onChange();
    } catch (error) {
      problem.textContent = whyNot(error);
      problem.hidden = false;
    } finally {
      const ask = row.querySelector(".ask");
      if (ask instanceof HTMLElement) ask.hidden = true;
    }
  }

  /** Makes a link for each name; what is begun goes on when the rest is asked for again. */
  async #add() {
    const [owned, maker] = [this.#owned, this.#maker];
    if (!maker) return;
    const [names, password] = [element("add-label", HTMLTextAreaElement), element("add-password", HTMLInputElement)];
    setText("add-problem", "");
    const target = button("add-make");
    target.disabled = true;
    try {
      // Else its note would have links that the server does not make.
      if (this.#needsPassword && password.value === "") {
        throw new FormProblem(password.id, texts.others.needsPassword);
      }
      const isPushed = element("add-push", HTMLInputElement).checked;
      const unseen = isPushed ? whyNotShown(password.value) : "";
      if (unseen) throw new FormProblem(password.id, unseen);
      /** @type {import("../owner/link-maker.js").Drawn[]} */
      const all = [];
      const downloads = this.#downloads.value;
      const wanted = labelsIn(names.value).map((label) => ({ label, downloads }));
      const isDone = await maker.make(wanted, password.value, {
        onProgress: (done, all) => setText("add-said", texts.others.progress(done, all)),
        onMade: (made, left) => {
          // Who has a link gets no second one when the rest is tried again.
          names.value = left.map((drawn) => drawn.wanted.label).join("\n");
          // Another column of its table would bring them back.
          this.#table.clear();
          all.push(...made);
          for (const { link } of made) {
            this.#row(link);
            this.#name(link);
          }
        },
        // Meanwhile somebody else's files may stand here.
        isOver: () => this.#owned !== owned,
      });
      if (!isDone || this.#owned !== owned) return;
      if (isPushed) setText("add-problem", await this.pushPasswords(all, password.value));
      if (this.#owned !== owned) return;
      password.value = "";
      setText("add-said", texts.others.made(wanted.length));
      this.#onChange();
    } catch (error) {
      if (this.#owned === owned) this.#refuse(error);
    } finally {
      target.disabled = false;
    }
  }

  /** @param {unknown} error */
  #refuse(error) {
    setText("add-said", "");
    const { variant = "", detail = "" } = /** @type {{ variant?: string, detail?: string }} */ (error);
    let [id, problem] = ["add-make", whyNot(error)];
    if (error instanceof FormProblem) [id, problem] = [error.id, error.message];
    if (variant === "label-too-long") [id, problem] = ["add-label", texts.others.labelTooLong(Number(detail))];
    if (variant === "password-too-long") [id, problem] = ["add-password", problems.passwordTooLong(detail)];
    if (variant === "too-many-links") problem = texts.others.tooMany;
    setText("add-problem", problem);
    document.getElementById(id)?.focus();
  }

  /** Its note, and what links that are made open. @param {OwnerHand} hand @returns {Promise<string>} the tag of the note */
  async #ready(hand) {
    return hand.take(shownContent);
  }

  #hands() {
    if (!this.#hand) throw new Error("nothing is shown");
    return this.#hand;
  }
}

/** A name a line; without any, one link without a name. @param {string} typed */
function labelsIn(typed) {
  const names = namesIn(typed);
  return names.length > 0 ? [...new Set(names)] : [""];
}

/** @param {HTMLElement} row @param {import("/api").LinkStatus} link */
function showStatus(row, link) {
  const { counters, gone, downloads_taken: taken, downloads_max: max, needs_password: hasPassword } = link;
  const isSaved = counters.finished.count > 0;
  row.dataset.state = isSaved ? "saved" : link.state;
  const states = [isSaved ? texts.others.saved : "", gone ? texts.others.ended : ""].filter(Boolean);
  setTextIn(row, ".state", states.join(", ") || (statusTexts.states[link.state] ?? link.state));
  const facts = [texts.others.taken(countText(taken), countText(max))];
  if (hasPassword) facts.push(texts.others.hasPassword);
  if (counters.wrong_password.count > 0) facts.push(texts.others.wrong(counters.wrong_password.count));
  setTextIn(row, ".where", facts.join(" · "));
  for (const target of row.querySelectorAll(".copy, .mail, .end")) target.toggleAttribute("hidden", Boolean(gone));
}

/** @param {unknown} error */
const whyNot = (error) => (error instanceof CallError ? refusalOf(error.failure) : problems.unexpected);
