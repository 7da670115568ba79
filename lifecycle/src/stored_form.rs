//! The stored form of what stands on the wire too. Of its own: calls can change without what is
//! stored, and what is stored without calls. A field that the type gets or loses does not compile
//! here until its stored form is decided.

use serde::{Deserialize, Serialize};
use subrosa_shared::api::{Counter, EndReason, Gone, LinkCounters, StoredReceipt};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LeaseId, Receipt};
use subrosa_shared::time::Timestamp;

#[derive(Serialize, Deserialize)]
#[serde(remote = "EndReason", rename_all = "kebab-case")]
enum EndReasonForm {
    Spent,
    Expired,
    Revoked,
    Destroyed,
    // The name that records had before.
    #[serde(alias = "guessed")]
    TooManyGuesses,
    Abandoned,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Gone")]
pub(crate) struct GoneForm {
    #[serde(with = "EndReasonForm")]
    why: EndReason,
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Counter")]
struct CounterForm {
    count: u32,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "LinkCounters")]
pub(crate) struct LinkCountersForm {
    #[serde(with = "CounterForm")]
    opened: Counter,
    #[serde(with = "CounterForm")]
    started: Counter,
    #[serde(with = "CounterForm")]
    finished: Counter,
    #[serde(with = "CounterForm")]
    wrong_password: Counter,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "StoredReceipt")]
struct ReceiptForm {
    lease: LeaseId,
    receipt: Receipt,
    at: Timestamp,
    #[serde(default, skip_serializing_if = "ContentNumber::is_first")]
    content: ContentNumber,
}

/// Receipts of a link.
pub(crate) mod receipts {
    use serde::{Deserializer, Serializer};

    use super::{Deserialize, ReceiptForm, Serialize, StoredReceipt};

    #[derive(Serialize, Deserialize)]
    struct One(#[serde(with = "ReceiptForm")] StoredReceipt);

    pub(crate) fn serialize<S: Serializer>(receipts: &[StoredReceipt], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(receipts.iter().copied().map(One))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<StoredReceipt>, D::Error> {
        Ok(Vec::<One>::deserialize(deserializer)?.into_iter().map(|One(receipt)| receipt).collect())
    }
}
