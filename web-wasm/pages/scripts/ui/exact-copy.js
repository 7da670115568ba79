// @ts-check
/**
 * What a person selects in a secret is the secret: a triple click takes the line break behind it along, and a drag that goes
 * a little too far the words beside it. Copied or dragged away, it is exactly the text.
 *
 * An element says in `data-exact` how it is taken: `whole`, whatever of it is selected, or `text`, as far as it is selected.
 */

/** What elements stand for whose text is written in another way. @type {WeakMap<Element, string>} */
const values = new WeakMap();

/**
 * Marks an element while it shows a secret.
 *
 * @param {HTMLElement} target
 * @param {"whole" | "text" | ""} how empty: it shows none any more
 * @param {string} [value] if its text is not the secret, character by character
 */
export function markSecret(target, how, value) {
  if (how === "") target.removeAttribute("data-exact");
  else target.dataset.exact = how;
  if (value === undefined) values.delete(target);
  else values.set(target, value);
}

/** A link in a field is taken as a whole, too: half of one leads nowhere. @param {HTMLInputElement} field */
export function copyWhole(field) {
  field.addEventListener("focus", () => field.select());
  field.addEventListener("dblclick", () => field.select());
  field.addEventListener("copy", (event) => {
    field.select();
    give(event, event.clipboardData, field.value);
  });
}

/** Listens to what is copied or dragged away. Called once. */
export function copyExactly() {
  document.addEventListener("copy", (event) => give(event, event.clipboardData, selected(event.target)));
  document.addEventListener("dragstart", (event) => give(event, event.dataTransfer, selected(event.target)));
  // Firefox selects nothing when what is selected as a whole is clicked twice.
  document.addEventListener("dblclick", ({ target }) => {
    const whole = target instanceof Element && target.closest("[data-exact=whole]");
    if (whole) getSelection()?.selectAllChildren(whole);
  });
}

/** @param {Event} event @param {DataTransfer | null} to @param {string} text empty: what the browser takes is right */
function give(event, to, text) {
  if (text === "" || !to || event.defaultPrevented) return;
  to.clearData();
  to.setData("text/plain", text);
  // What is dragged goes on its way; what is copied is copied.
  if (event.type === "copy") event.preventDefault();
}

/** The secret that is selected; several with a line for each. @param {EventTarget | null} target */
function selected(target) {
  // A field copies what is selected in it.
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return "";
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return "";
  const { anchorNode, focusNode } = selection;
  const ranges = Array.from({ length: selection.rangeCount }, (_, index) => selection.getRangeAt(index));
  const touched = [...document.querySelectorAll("[data-exact]")].filter((secret) =>
    ranges.some((range) => range.intersectsNode(secret) && taken(secret, range) !== ""),
  );
  // Where the selection was begun, there it is meant.
  const meant =
    touched.find((secret) => secret.contains(anchorNode)) ?? touched.find((secret) => secret.contains(focusNode));
  const secrets = meant ? [meant] : touched.filter(isMeantByAll);
  return secrets.map((secret) => ranges.map((range) => taken(secret, range)).join("")).join("\n");
}

/** Whether all of the page, selected, means that secret: what stands around a note to files is wanted, too. @param {Element} secret */
const isMeantByAll = (secret) => secret.matches("[data-exact=whole], .secrets *");

/** What a range has of a secret. @param {Element} secret @param {Range} range */
function taken(secret, range) {
  if (!range.intersectsNode(secret)) return "";
  const inside = document.createRange();
  inside.selectNodeContents(secret);
  if (range.compareBoundaryPoints(Range.START_TO_START, inside) > 0) {
    inside.setStart(range.startContainer, range.startOffset);
  }
  if (range.compareBoundaryPoints(Range.END_TO_END, inside) < 0) inside.setEnd(range.endContainer, range.endOffset);
  const [text, whole] = [inside.toString(), values.get(secret) ?? secret.textContent];
  if (text === "" || secret.getAttribute("data-exact") === "whole") return text && whole;
  // The line break behind a line belongs to the gesture; within the text, and at its end, it belongs to the text.
  return text === whole ? text : text.replace(/\r?\n$/u, "");
}
