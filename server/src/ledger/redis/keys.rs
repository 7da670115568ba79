//! Names of keys. What belongs to a record carries the tag of its id, so that one script can change
//! all of it.
//!
//! ```text
//! PREFIX:{TAG}:installation      which installation the keys of this tag are of
//! PREFIX:{TAG}:due               records of the tag, by the moment when they are due
//! PREFIX:{TAG}:KIND:ID           a record: its bytes, its write id, that of its objects, whether it takes parts, the highest of
//!                                these, the cell of each link
//! PREFIX:{TAG}:KIND:ID:objects   its objects, by slot
//! PREFIX:{TAG}:KIND:ID:links     ids of its links
//! PREFIX:{TAG}:KIND:ID:note      its note, after a version of 16 bytes
//! PREFIX:{TAG}:KIND:ID:log       its timeline
//! PREFIX:{TAG}:link:ID           the share that a link opens, under the tag of the link's id
//! PREFIX:{TAG}:ping              written to see whether it can be
//! PREFIX:{TAG}:acknowledged      written behind every batch of writes, for replicas to acknowledge
//! PREFIX:{ledger}:installation   the fence over those of all tags
//! PREFIX:{ledger}:clock          how far the time has come
//! PREFIX:{ledger}:replicas       how many acknowledge every change
//! PREFIX:{ledger}:rewrite        there until files may be written anew again
//! ```

use subrosa_durable_redis::Tag;
use subrosa_lifecycle::RecordKey;
use subrosa_shared::id::LinkId;

/// Names keys.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    prefix: String,
}

/// The keys of one record.
#[derive(Clone, Debug)]
pub(super) struct RecordKeys {
    pub(super) tag: Tag,
    pub(super) record: String,
    pub(super) objects: String,
    pub(super) links: String,
    pub(super) note: String,
    pub(super) log: String,
    pub(super) due: String,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    fn of(&self, tag: Tag, name: &str) -> String {
        tag.key(&self.prefix, name)
    }

    pub(super) fn fence(&self, tag: Tag) -> String {
        self.of(tag, "installation")
    }

    pub(super) fn due(&self, tag: Tag) -> String {
        self.of(tag, "due")
    }

    pub(super) fn ping(&self, tag: Tag) -> String {
        self.of(tag, "ping")
    }

    pub(super) fn clock(&self) -> String {
        self.of(Tag::LEDGER, "clock")
    }

    pub(super) fn replicas(&self) -> String {
        self.of(Tag::LEDGER, "replicas")
    }

    pub(super) fn rewrite(&self) -> String {
        self.of(Tag::LEDGER, "rewrite")
    }

    pub(super) fn record(&self, key: &RecordKey) -> RecordKeys {
        let (kind, id) = match key {
            RecordKey::Share(share) => ("share", share.as_bytes()),
            RecordKey::Push(link) => ("push", link.as_bytes()),
            RecordKey::Keyring(keyring) => ("keyring", keyring.as_bytes()),
        };
        let tag = Tag::of_id(id);
        let record = self.of(tag, &format!("{kind}:{}", hex(id)));
        let beside = |name: &str| format!("{record}:{name}");
        RecordKeys {
            tag,
            objects: beside("objects"),
            links: beside("links"),
            note: beside("note"),
            log: beside("log"),
            due: self.due(tag),
            record,
        }
    }

    /// What a link opens, and the tag that this lies under.
    pub(super) fn link(&self, link: &LinkId) -> (Tag, String) {
        let tag = Tag::of_id(link.as_bytes());
        (tag, self.of(tag, &format!("link:{}", hex(link.as_bytes()))))
    }
}

fn hex(id: &[u8; 16]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}
