//! The scripts: small ones, each one step in one slot. No rule about the life of a share is in
//! them.
//!
//! The first line of each is its flags. None is marked as one that only reads: then a replica would
//! run it, with what it happens to know. Those that make nothing bigger, and changes that end or
//! hand over something, also run when the memory is full: what exists lives on, and can end.

use std::sync::LazyLock;

use subrosa_durable_redis::Script;

macro_rules! scripts {
    ($($(#[$doc:meta])* $name:ident = $flags:literal $($file:literal),+;)*) => {
        $($(#[$doc])*
        pub(super) static $name: LazyLock<Script> = LazyLock::new(|| {
            Script::new(concat!("#!lua", $flags, "\n", $(include_str!(concat!("scripts/", $file, ".lua"))),+))
        });)*
    };
}

scripts! {
    /// Reads one key.
    GET = " flags=allow-oom" "installation", "get";
    /// Reads a record.
    LOAD = " flags=allow-oom" "installation", "cells", "load";
    /// Reads the objects of a share.
    OBJECTS = " flags=allow-oom" "installation", "objects";
    /// Makes a record, or changes one in a way that only makes it larger.
    GROW = "" "installation", "commit";
    /// Changes or removes a record.
    CHANGE = " flags=allow-oom" "installation", "commit";
    /// Whether a record is still what was read.
    CONFIRM = " flags=allow-oom" "installation", "confirm";
    /// Reads the stored part with the highest index.
    LAST_PART = " flags=allow-oom" "installation", "highest", "last_part";
    /// Notes an object.
    PUT_OBJECT = "" "installation", "highest", "put_object";
    /// Keeps a note.
    PUT_NOTE = "" "installation", "put_note";
    /// Says which share a link opens.
    CLAIM_LINK = "" "installation", "claim_link";
    /// Does something with what a link opens.
    LINK = " flags=allow-oom" "installation", "link";
    /// What is due.
    DUE = " flags=allow-oom" "installation", "due";
    /// The time.
    CLOCK = " flags=allow-oom" "installation", "clock";
    /// Writes something that changes nothing.
    PING = " flags=allow-oom" "installation", "ping";
    /// The same, refused where Redis has no memory for more.
    ROOM = "" "installation", "ping";
    /// Remembers how many replicas acknowledge.
    REPLICAS = " flags=allow-oom" "installation", "replicas";
    /// Whether it is time to have files rewritten.
    REWRITE = " flags=allow-oom" "installation", "rewrite";
    /// Reads all that is kept of a record.
    EXPORT = " flags=allow-oom" "installation", "cells", "export";
    /// Replaces all that is kept of a record.
    IMPORT = "" "installation", "import";
    /// Says which share a link opens, for good.
    IMPORT_LINK = "" "installation", "import_link";
    /// Changes a fence.
    SET_FENCE = " flags=allow-oom" "set_fence";
}
