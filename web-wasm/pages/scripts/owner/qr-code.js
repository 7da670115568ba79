// @ts-check
/** QR codes as pictures. */

import { qrPath } from "/wasm/seal.js";

const SVG = "http://www.w3.org/2000/svg";

/** The QR code of a text. Its white margin belongs to it, in the dark too. @param {string} text @param {string} title */
export function qrCode(text, title) {
  const { size, path } = /** @type {{ size: number, path: string }} */ (JSON.parse(qrPath(text)));
  const svg = shape("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": title });
  svg.append(
    shape("rect", { width: String(size), height: String(size), fill: "#fff" }),
    shape("path", { d: path, fill: "#000", "shape-rendering": "crispEdges" }),
  );
  return svg;
}

/** @param {string} name @param {Record<string, string>} attributes */
function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
