// @ts-check
/** A mail with a link in it, begun in the person's mail program: to whom, and what stands in it. Never a password. */

/** @typedef {import("../texts/en/card.js").Message} Message */

/** A browser takes a mail's address to its mail program within that time. */
const MAILING_MILLIS = 1_000;
/** Windows hands no longer address to a mail program, and says nothing. */
const ADDRESS_CHARS_MAX = 2_000;
/** One mailbox, as nearly everybody has one: nothing in it means anything else in an address. */
const MAILBOX = String.raw`[\w.+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8}`;
const ONLY_MAILBOX = new RegExp(`^${MAILBOX}$`, "u");
const NAMED_MAILBOX = new RegExp(`^([^<>]*)<(${MAILBOX})>$`, "u");
/** What would begin a line, or turn the line around. */
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu;

/** Whether a mail is being begun. */
let mailing = false;
// Browsers ask whether to leave the page for a mail, too: nobody leaves, so nobody is asked.
addEventListener("beforeunload", (event) => mailing && event.stopImmediatePropagation(), {
  capture: true,
});

/**
 * To whom, out of what a link is called: a name, a mailbox, or both as mail programs write them. Whatever else stands there
 * is a name.
 *
 * @param {string} label
 * @returns {{ name: string, mailbox: string }}
 */
export function addressee(label) {
  const line = label.replaceAll(UNSEEN, " ").replaceAll(/ {2,}/gu, " ").trim();
  if (ONLY_MAILBOX.test(line)) return { name: "", mailbox: line };
  const [, name, mailbox] = NAMED_MAILBOX.exec(line) ?? [];
  return mailbox ? { name: name.replaceAll('"', "").trim(), mailbox } : { name: line, mailbox: "" };
}

/**
 * Begins a mail.
 *
 * @param {Message} message
 * @param {string} link
 * @param {string} [mailbox]
 */
export function startMail(message, link, mailbox = "") {
  // The address carries the link, so it stands nowhere on the page.
  const mail = document.createElement("a");
  mail.href = mailAddress(message, link, mailbox);
  mailing = true;
  mail.click();
  setTimeout(() => (mailing = false), MAILING_MILLIS);
}

/**
 * The address of a mail (RFC 6068). What would make it too long is said in short: how long the link works, and whether
 * there is a password, for as long as there is room, and the link always.
 *
 * @param {Message} message
 * @param {string} link
 * @param {string} mailbox
 */
function mailAddress({ subject, short, before, after }, link, mailbox) {
  const to = mailbox.split("@").map(encodeURIComponent).join("@");
  const last = after.slice(-1);
  const bodies = [
    [...before, link, ...after],
    [...before.slice(0, 1), short, link, ...last],
    [short, link, ...last],
    [link, ...last],
  ];
  const addresses = bodies.map((paragraphs) => {
    const body = paragraphs.join("\r\n\r\n");
    return `mailto:${to}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`;
  });
  return addresses.find((address) => address.length <= ADDRESS_CHARS_MAX) ?? addresses[addresses.length - 1];
}
