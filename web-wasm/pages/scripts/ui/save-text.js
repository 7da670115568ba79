// @ts-check
/** Texts that the browser saves as files: tables (RFC 4180), in UTF-8 with a mark, by which spreadsheets know it. */

/** @typedef {string | number | boolean | null} Cell */

/** @param {Cell[][]} lines */
export const csvOf = (lines) => `\u{feff}${lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("")}`;

/** What a spreadsheet would take for a formula becomes a text. @param {Cell} value */
function cell(value) {
  if (typeof value !== "string") return String(value ?? "");
  const harmless = /^\s*[=+\-@\t\r\n＝＋－＠]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/u.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Lets the browser save a text. @param {string} name @param {string} type @param {string} content */
export function saveText(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
