// @ts-check
/** Texts of the page *links*, in English. */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("en");

/** Texts of elements that carry `data-text="group.name"`. */
export const page = {
  links: {
    title: "The list in this browser",
    search: "Search",
    filter: "Show",
    all: "everything",
    live: "what still works",
    unopened: "what nobody has opened",
    unused: "unused for two weeks",
    gone: "what has ended",
    pickAll: "Choose all that is shown",
    more: "Allow one more",
    end: "Change the end",
    endLabel: "New end, for everything that is chosen",
    endSet: "Set it",
    pause: "Pause",
    resume: "Resume",
    reinvite: "Invite again",
    reinvitePassword: "Password of the new links, if they are to have one",
    reinviteHint:
      "Each link to files by which nobody has them yet gets a new one in its place, with the same name, limit and end. Those before open nothing from then on. Afterwards, “Copy link” gives the new one.",
    reinviteMake: "Make the new links",
    csv: "Record as a table (CSV)",
    json: "Record as JSON",
    forget: "Forget here",
    delete: "Delete from the server",
    no: "No, keep it",
    import: "Add what was sent elsewhere",
    importHint:
      "Paste the address “for you only” that the page of a result showed. It begins with this server’s name, then /o# or /push#.",
    importTake: "Add",
    remember: "Remember what I send from now on",
    rememberHint: "On a computer that others use, switch this off.",
    forgetAll: "Forget everything here",
    durable: "This browser may delete the list when it needs room, or when you do not come here for a while.",
    durableAsk: "Ask it to keep the list",
    stopped: "That did not work",
  },
  error: { retry: "Try again" },
};

export const links = {
  /** @param {string} when */
  inStep: (when) => `In step with your other devices since ${when}.`,
  notInStep: "Not in step with your other devices. The page of the ten words says why.",
  durableYes: "The browser keeps the list now.",
  durableNo: "The browser did not agree. Keep the addresses “for you only” of what matters.",
  files: "Files",
  push: "Password, login or note",
  /** @param {string} label */
  pushOf: (label) => `Password: ${isolated(label)}`,
  /** @param {string} first file */
  passwordFor: (first) => (first === "" ? "Password of files" : `Password of “${isolated(first)}”`),
  /** @param {string} when */
  made: (when) => `Sent ${when}`,
  /** @param {string} when */
  ends: (when) => `ends ${when}`,
  /** @param {string} taken @param {string} max */
  taken: (taken, max) => `${taken} of ${max} taken`,
  unasked: "Sent.",
  /** @type {Record<import("../../links/states.js").ItemState, string>} */
  states: {
    waiting: "Nobody has opened it yet.",
    opened: "Opened; nobody has said yet that it is saved.",
    saved: "Somebody with the link says that they have it.",
    paused: "Paused by you.",
    locked: "Locked after too many wrong passwords. “Resume” opens it again.",
    exhausted: "Every download or view is taken.",
    lost: "Damaged on the server. Send it again.",
    gone: "It has ended.",
  },
  /** @param {number} count */
  wrong: (count) => counted(count, { one: "# wrong password.", other: "# wrong passwords." }),
  open: "Open",
  copy: "Copy link",
  empty: "Nothing stands here yet. What you send with this browser is listed here, unless you choose otherwise.",
  notFound: "Nothing matches.",
  /** @param {number} count */
  picked: (count) => counted(count, { one: "# is chosen.", other: "# are chosen." }),
  /** @param {number} done @param {number} all */
  progress: (done, all) => `${done} / ${all}`,
  /** @param {number} count */
  done: (count) => counted(count, { one: "Done.", other: "Done, all #." }),
  /** @param {number} count */
  notAll: (count) =>
    counted(count, {
      one: "# could not be changed. The reason is beside it.",
      other: "# could not be changed. The reason is beside each.",
    }),
  nothingLive: "All that is chosen has ended already.",
  nothingToPrint: "Of what is chosen, there is no link to files that works. Links to passwords are not printed.",
  /** @param {number} count */
  notPrinted: (count) =>
    counted(count, {
      one: "# of what is chosen is not on the sheet: it has ended, or shows a password.",
      other: "# of what is chosen are not on the sheet: they have ended, or show passwords.",
    }),
  endPast: "Choose a moment that is still to come.",
  /** @param {number} count */
  deleteAsk: (count) =>
    counted(count, {
      one: "Delete it from the server? The link then opens nothing.",
      other: "Delete all # from the server? The links then open nothing.",
    }),
  deleteYes: "Yes, delete",
  /** @param {number} count */
  forgetAsk: (count) =>
    counted(count, {
      one:
        "Forget it in this browser? It stays on the server until it ends. Without its address “for you only” you cannot " +
        "change or delete it any more.",
      other:
        "Forget all # in this browser? They stay on the server until they end. Without their addresses “for you only” you " +
        "cannot change or delete them any more.",
    }),
  forgetAllAsk:
    "Forget the whole list in this browser? Everything stays on the server until it ends. Without its address “for you " +
    "only” you cannot change or delete it any more.",
  forgetYes: "Yes, forget",
  /** @param {number} count */
  forgotten: (count) =>
    counted(count, { one: "This browser has forgotten it.", other: "This browser has forgotten all #." }),
  /** @param {string} title */
  imported: (title) => `It is in the list now: ${title}`,
  /** @type {Record<"no-link" | "damaged" | "other-kind", string>} */
  importProblems: {
    "no-link": "That is no address of this kind. Copy the whole of it.",
    damaged: "A part of this address is missing or changed. Copy the whole of it.",
    "other-kind": "That is a link for a recipient. What you need is the address “for you only”.",
  },
  /** @param {string} host */
  elsewhere: (host) => `This address belongs to another server. Open it there: ${host}`,
  unknown: "The server does not know it any more. It may have ended more than a week ago.",
  /** @param {number} count */
  damaged: (count) =>
    counted(count, {
      one: "# thing in the list is damaged and cannot be shown. “Forget everything here” removes it, too.",
      other: "# things in the list are damaged and cannot be shown. “Forget everything here” removes them, too.",
    }),
  /** Why no new link took the place of another. */
  notInvited: {
    nobody: "There is no link by which nobody has the files yet. Open it to replace one of the others.",
    password: "A link with a password is replaced by one with a password. Type one, the same or another.",
  },
  reinviteNoPush: "Only links to files get another in their place. Send a password again by a new link.",
  tooManyLinks: "These files have as many links as they can have.",
  noStorage:
    "This browser keeps nothing for this page, as in a private window. Keep the address “for you only” of what you send.",
  fileName: "what-was-sent",
};
