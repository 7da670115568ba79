//! Redis (or Valkey) whose answers last: one machine, a primary behind Sentinels, or a Cluster.
//!
//! Subrosa keeps its ledger there. This crate knows which machines those are, runs scripts on them,
//! and says what an answer is worth. It does not know what stands in the ledger: keys, arguments
//! and scripts are the caller's.
//!
//! Start at [`Nodes`]: [`RedisUrl::parse`] reads the URL, and [`Nodes::open`] connects, checks, and
//! learns who is primary of what. Keys carry a hash tag, `{…}` around a [`Tag`]; an [`Invocation`]
//! is one [`Script`] with the keys of one tag. The key `PREFIX:{…}:acknowledged` of every tag is
//! used here.
//!
//! # What it promises
//!
//! - [`Nodes::write`] answers after the primary has run the script and N of its replicas have said
//!   that they have what it wrote, **and everything that this primary had written before**: so a
//!   script that changes nothing confirms what was read. N is [`Nodes::replicas`]: what the
//!   operator says, or what the primary with the fewest replicas had when this was opened. With 0,
//!   the primary's disk is the truth.
//! - The replicas are asked with `WAIT`, on the very connection that the script went through and
//!   behind a small write of ours, because a primary waits only for what that connection wrote.
//!   Where every machine knows `WAITAOF`, it then has to be on their disks, too.
//! - [`Nodes::read`] asks the tag's primary. What it says may not have reached its replicas.
//! - A script is run again by itself only if it surely was not run, or if
//!   [`Invocation::repeatable`] says that twice is the same as once. Otherwise a lost answer is
//!   [`Error::Lost`]: whoever asked has to look.
//! - Every call ends within a few seconds, with an answer or an [`Error`]. Dropping a call undoes
//!   nothing.
//! - A script answers with values. An error reply of its own becomes [`Error::Failed`].
//!
//! # What it needs of the machines
//!
//! [`Nodes::open`] asks every primary, and every replica that it reaches, and refuses all that is
//! wrong at once, as [`UnsafeSettings`]:
//!
//! - version 7.0 or later;
//! - `appendonly yes` and `appendfsync always`: what a machine acknowledges is on its disk;
//! - `maxmemory-policy noeviction`: a full machine refuses, and deletes nothing;
//! - as many replicas as were asked for; unless a number was given, at least one where roles change
//!   by themselves, which is behind Sentinels and in a Cluster;
//! - a user that may ask for the settings;
//! - in a Cluster, that every slot is served.
//!
//! A [`DurabilityPolicy`] can accept some of it, each by the name of its [`Risk`]. The words are
//! for the operator, and name the flags of Subrosa's server. What is set otherwise later is not
//! noticed.
//!
//! # What happens on a fail-over
//!
//! A call that meets a change of roles is tried again for two seconds, as far as it may be.
//! Meanwhile Sentinels or the machines of the Cluster are asked who is primary, and who knows of
//! the latest change is believed. A connection is used only if its machine says that it is a
//! primary (a login that may not ask finds out by writing), and one that broke is never mended, so
//! no answer is taken for that of another.
//!
//! What was acknowledged is kept if the new primary is one of the replicas that acknowledged it:
//! surely if N is the number of all replicas. With more than N, a fail-over can choose one that
//! has not acknowledged: `WAIT` is no consensus. What was run but not acknowledged
//! ([`Error::NotAcknowledged`], [`Error::Lost`]) may stay or be forgotten. Until N replicas follow
//! the new primary, nothing that is written is answered as done.
#![deny(missing_docs)]

mod address;
mod connection;
mod discovery;
mod error;
mod fitness;
mod invocation;
mod map;
mod node_error;
mod nodes;
mod primary;
mod redis_url;
mod replicas;
mod tag;
mod unsafe_settings;
mod write_connection;

pub use error::Error;
pub use fitness::DurabilityPolicy;
pub use invocation::{Invocation, Script};
pub use nodes::Nodes;
pub use redis_url::{RedisUrl, RedisUrlError};
pub use tag::Tag;
pub use unsafe_settings::{Risk, UnsafeSettings};
