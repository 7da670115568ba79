//! The life of a share or push, as one pure function:
//! [`step`](fn@step)`(record, command, policy, now)` gives the record as it is then, the answer to
//! who asked, and lines for the timeline.
//!
//! Nothing here does I/O, reads a clock or draws randomness; nothing outside decides what may
//! happen to either. A handler makes a [`Command`]; the store loads the record, steps, and swaps it
//! in if nobody else did meanwhile.
//!
//! ```text
//! share: uploading --complete--> ready <--> paused --(expired | revoked | last link gone, if chosen)--> gone
//! link:  ready --(no lease left to grant)--> exhausted --(every lease finished or lapsed)--> gone
//!        also: paused, locked, revoked, expired, destroyed, too many guesses
//! content of a share: uploading --complete--> behind links --(no link, no download needs it)--> gone
//! gone, 7 days later: only the id stays, burned; 90 days later: nothing
//! ```
//!
//! A push is the same kind of record as a share: ready at once, with one link, and gone with it.
//! What it hands over lies in its record. A view of it is a lease that counts at once. Wherever
//! this says share, it means a push too, unless it is about parts.
//!
//! A synced keyring is a record too, with a life of its own: [`keyring`].
//!
//! Start with [`record`] (what is kept), then [`command`] (what can be asked, and of whom:
//! [`share_owner`], [`share_holder`], [`push_owner`], [`push_holder`]), then `step` and `expiry`
//! (what time alone does), then the rules: `bounds`, `create`, `upkeep`, `upload`, `edition`,
//! `link`, `push`, `guess`, `lease`.

pub mod command;
pub mod keyring;
pub mod push_holder;
pub mod push_owner;
pub mod record;
pub mod refusal;
pub mod rules;
pub mod share_holder;
pub mod share_owner;

mod bounds;
mod context;
mod create;
mod edition;
mod expiry;
mod guess;
mod held;
mod holder;
mod kept_keyring;
mod lease;
mod link;
mod owner;
mod push;
mod record_key;
mod replaces;
mod sealed;
mod step;
mod stored;
mod stored_form;
mod upkeep;
mod upload;
mod view;

pub use crate::command::{Change, Command, Ended, Shown, SpaceNeed, Step};
pub use crate::context::Context;
pub use crate::create::{Create, CreatePush};
pub use crate::guess::OpenAttempt;
pub use crate::held::Held;
pub use crate::holder::{Holder, HolderAction};
pub use crate::lease::Grant;
pub use crate::owner::{Owned, Owner, OwnerAction};
pub use crate::record::{Creator, Effect, NeedsAllLinks, Record};
pub use crate::record_key::{RecordKey, RecordKind};
pub use crate::refusal::{Refusal, UploadFault};
pub use crate::replaces::Replaces;
pub use crate::rules::Policy;
pub use crate::step::step;
pub use crate::stored::{Cell, LoadedLinks, RecordError, StoredRecord};
pub use crate::upkeep::{BlobsDeleted, ContentChecked, ContentDeleted, CountGuess, Tick};
pub use crate::upload::{StoredManifest, StoredUpload};
