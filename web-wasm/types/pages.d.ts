// What pages show, one state at a time: `document.body.dataset.state`, which tests and styles read
// too. A view of a page names the states in which it is seen (`data-view`).

import type { EndReason } from "/api";

/** Why something has ended, in words. Only an upload is ever abandoned. */
export type EndTexts = Record<Exclude<EndReason, "abandoned">, EndText> & { abandoned?: EndText };
type EndText = (when: string) => string;

/** What the token of a link opens. */
export type LinkKind = "share" | "push" | "share-owner" | "push-owner";

/** Where a visit to a link ends, and why. */
export type DeadEnd =
  | "gone"
  | "not-found"
  | "lost"
  | "paused"
  | "locked"
  | "exhausted"
  | "offline"
  | "error"
  | "stopped"
  | "destroyed"
  | "damaged"
  | "other-kind";

/** Of every page, until it can be used. */
type Start = "loading" | "unsupported";
/** Of pages that need a link, and have none. */
type LinkEntry = "damaged" | "no-link";

export type SendState =
  | Start
  | "pick"
  | "resuming"
  | "again"
  | "uploading"
  | "checking"
  | "done"
  | "print"
  | "revoked"
  | "error";

export type PushState =
  | Start
  | "form"
  | "making"
  | "done"
  | Extract<DeadEnd, "gone" | "not-found" | "lost" | "damaged" | "other-kind" | "offline" | "error">;

export type ReceiveState =
  | Start
  | LinkEntry
  | "password"
  | "ready"
  | "confirm"
  | "previewing"
  | "preview"
  | "saving"
  | "ask-saved"
  | "finished"
  | DeadEnd;

export type RevealState =
  | Start
  | LinkEntry
  | "password"
  | "ready"
  | "confirm"
  | "revealing"
  | "revealed"
  | "finished"
  | Exclude<DeadEnd, "stopped">;

export type LinksState = Start | "list" | "print" | "error";

export type PhraseState = Start | "start" | "made" | "on" | "error";

export type NotFoundState = "key-seen" | "key-held";

export type PageState = SendState | PushState | LinksState | PhraseState | ReceiveState | RevealState | NotFoundState;
