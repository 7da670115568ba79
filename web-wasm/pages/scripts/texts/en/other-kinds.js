// @ts-check
/** Texts of links that are opened on a page that they do not belong to, in English. */

export const otherKinds = {
  share: {
    title: "This is a link to files",
    text: "It is for the one who receives them. They are on another page of this server. Nothing was counted.",
    button: "Open it there",
  },
  push: {
    title: "This is a link to a password",
    text: "It is for the one who receives it, on another page of this server. Nothing was counted.",
    button: "Open it there",
  },
  "share-owner": {
    title: "This is the address of a sender",
    text: "It shows what became of files that were sent, and changes or deletes them. It is not for a recipient.",
    button: "Open it there",
  },
  "push-owner": {
    title: "This is the address of a sender",
    text: "It shows what became of a link to a password, and changes or deletes it. It is not for a recipient.",
    button: "Open it there",
  },
  unknown: {
    title: "This link leads elsewhere",
    text: "This link was made by a newer version of Subrosa, or is of a kind that this page does not open.",
  },
  elsewhere: "It belongs to another server: open it as it was sent to you.",
};
