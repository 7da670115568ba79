// @ts-check
/** The timeline of what was sent, in words, oldest first. */

import { momentText } from "../i18n/wording.js";
import { element } from "../ui/views.js";

export class Timeline {
  #words;

  /** @param {Partial<Record<import("/api").Event, string>>} words by event; what is missing is not shown */
  constructor(words) {
    this.#words = words;
    this.show([]);
  }

  /**
   * @param {import("/api").LogLine[]} lines
   * @param {(link: string) => string} [nameOf] of the link that something happened to; empty: none is named
   */
  show(lines, nameOf = () => "") {
    const known = lines.filter(({ event }) => Object.hasOwn(this.#words, event));
    element("timeline", HTMLElement).replaceChildren(...known.map((line) => this.#line(line, nameOf)));
    element("timeline-block", HTMLElement).hidden = known.length === 0;
  }

  /** @param {import("/api").LogLine} line @param {(link: string) => string} nameOf */
  #line({ at, event, link }, nameOf) {
    const item = document.createElement("li");
    item.dataset.event = event;
    const time = document.createElement("time");
    time.dateTime = new Date(at).toISOString();
    time.textContent = momentText(at);
    const what = document.createElement("span");
    what.textContent = this.#words[event] ?? "";
    const name = link ? nameOf(link) : "";
    if (name !== "") {
      const whose = document.createElement("bdi");
      whose.textContent = name;
      what.append(" · ", whose);
    }
    item.append(time, what);
    return item;
  }
}
