// @ts-check
/**
 * Shows one file, in a document that reaches nothing: its origin is opaque, it has no storage, no network and no way into
 * the page around it. The server puts this script into the document itself (`server/build/preview.rs`), so that the document
 * has nothing to load. It stands in a frame within a frame: the policy of the outer one, which allows no frame from anywhere,
 * keeps the inner one from going to another address.
 *
 * To the page: `{ ready: true }`. From the page, once, with a port: `{ text }` or `{ kind, blob }`, where `kind` is `image`,
 * `audio` or `video`, or what `pages.js` needs; and always its `label`, and the `lang` of the page. Over the port, to the page: `{ shown: true }` or
 * `{ failed: true }`.
 */
{
  /** @param {string} text @param {string} label */
  const textOf = (text, label) => {
    const pre = document.createElement("pre");
    pre.textContent = text;
    pre.dir = "auto";
    // So that the keyboard can scroll it.
    pre.tabIndex = 0;
    pre.setAttribute("role", "region");
    pre.setAttribute("aria-label", label);
    return pre;
  };

  /** @param {string} kind @param {Blob} blob @param {string} label @param {MessagePort} port */
  const mediaOf = (kind, blob, label, port) => {
    const url = URL.createObjectURL(blob);
    if (kind === "image") {
      const image = document.createElement("img");
      image.alt = label;
      image.onload = () => port.postMessage({ shown: true });
      image.onerror = () => port.postMessage({ failed: true });
      image.src = url;
      return image;
    }
    const media = document.createElement(kind === "audio" ? "audio" : "video");
    media.controls = true;
    media.setAttribute("aria-label", label);
    media.onloadedmetadata = () => port.postMessage({ shown: true });
    media.onerror = () => port.postMessage({ failed: true });
    media.src = url;
    return media;
  };

  /** The page that shows the file, around both frames. */
  const page = parent.parent;
  let isShown = false;
  addEventListener("message", ({ source, data, ports }) => {
    if (isShown || source !== page || ports.length !== 1) return;
    isShown = true;
    const [port] = ports;
    document.documentElement.lang = data.lang;
    document.title = data.label;
    if (typeof data.text === "string") {
      document.body.replaceChildren(textOf(data.text, data.label));
      port.postMessage({ shown: true });
    } else if (data.kind === "pdf") {
      void showPages(data, port);
    } else {
      document.body.replaceChildren(mediaOf(data.kind, data.blob, data.label, port));
    }
  });
  // Not before the policy below this script holds.
  document.addEventListener("DOMContentLoaded", () => page.postMessage({ ready: true }, "*"));
}
