//! The stored form of records.
//!
//! ```text
//! subrosa-record 3 HEADSUM BODYSUM OWNER LINK… LINK
//! {"key":…,"kept":…}
//! ```
//!
//! The first line is the head: a checksum of the rest of the line, a checksum of what follows the
//! line, the owner's verifier, and id and verifier of every link. So whether a proof is right is
//! known without parsing the body, which can be large. A record of which only the id is kept has
//! `-` for its owner. Version 2 was a JSON object, with its version in it, and is still read.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::RecordKey;
use crate::command::Shown;
use crate::record::{Kept, Record};

/// Version of the stored form. A change that an older program would misread gets a new number.
const VERSION: u32 = 3;
/// The version before, which has no head.
const HEADLESS: u32 = 2;
/// What a head begins with.
const MAGIC: &str = "subrosa-record ";
/// Stands for an owner or a link's verifier that is not kept any more.
const NOBODY: &str = "-";
/// Characters of a checksum.
const SUM_LEN: usize = 8;
/// Characters of a link's id.
const ID_LEN: usize = 22;
/// Characters of a verifier.
const VERIFIER_LEN: usize = 43;

/// Stored bytes are not a record that this program can read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// A newer program wrote it.
    #[error(
        "the record has version {found}, and this program reads only versions {HEADLESS} and {VERSION}: was it written by \
         a newer one?"
    )]
    UnknownVersion {
        /// The version that it has.
        found: u32,
    },
    /// It is not what was stored: the ledger's disk or memory has changed it, or somebody else has.
    #[error("the record is damaged: {what}")]
    Damaged {
        /// By what that is seen. Holds nothing of the record.
        what: &'static str,
    },
}

fn damaged(what: &'static str) -> RecordError {
    RecordError::Damaged { what }
}

#[derive(Serialize)]
struct Body<'a> {
    key: &'a RecordKey,
    kept: &'a Kept,
}

#[derive(Deserialize)]
struct StoredBody {
    key: RecordKey,
    kept: Kept,
}

#[derive(Deserialize)]
struct HeadlessVersion {
    version: u32,
}

impl Record {
    /// The bytes that a ledger stores.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = serde_json::to_vec(&Body { key: &self.key, kept: &self.kept });
        let body = body.expect("numbers, texts and lists become JSON");
        let head = self.head(&body);
        let mut bytes = format!("{MAGIC}{VERSION} {:08x} {head}\n", crc32fast::hash(head.as_bytes())).into_bytes();
        bytes.extend(body);
        bytes
    }

    /// What the head's checksum is over.
    fn head(&self, body: &[u8]) -> String {
        let mut head = format!("{:08x} ", crc32fast::hash(body));
        match &self.kept {
            Kept::Burned { .. } => head.push_str(NOBODY),
            Kept::Share(share) => {
                let _ = write!(head, "{}", share.owner_verifier);
                for link in &share.links {
                    // Whose verifier is forgotten is found by nobody any more.
                    if let Some(verifier) = &link.verifier {
                        let _ = write!(head, " {}{verifier}", link.link);
                    }
                }
            }
        }
        head
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, now or at the version before.
    ///
    /// # Errors
    /// The bytes are damaged, or of a version that this program does not know.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError> {
        let body = match Head::read(bytes)? {
            None => bytes,
            Some(Head { sum, body, .. }) if format!("{:08x}", crc32fast::hash(body)).as_bytes() == sum => body,
            Some(_) => return Err(damaged("its checksum is another")),
        };
        let StoredBody { key, kept } = serde_json::from_slice(body).map_err(|_| damaged("it does not parse"))?;
        Ok(Self { key, kept })
    }

    /// Whether the record that is stored as these bytes has the proof that a command shows. Cheap,
    /// however large the record is. What shows no proof is admitted, and whatever is shown to a
    /// record of the version before: there the step tells.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes), as far as that is seen without looking at all of it.
    pub fn admits(bytes: &[u8], shown: Shown) -> Result<bool, RecordError> {
        Ok(Head::read(bytes)?.is_none_or(|head| head.admits(shown)))
    }
}

/// What can be read of a stored record without parsing it.
struct Head<'a> {
    sum: &'a [u8],
    owner: &'a [u8],
    links: &'a [u8],
    body: &'a [u8],
}

impl<'a> Head<'a> {
    /// Reads the head of a stored record; `None` if its version has none. The body is not looked
    /// at.
    ///
    /// # Errors
    /// The head is damaged, or the record of a version that this program does not know.
    fn read(bytes: &'a [u8]) -> Result<Option<Self>, RecordError> {
        let Some(rest) = bytes.strip_prefix(MAGIC.as_bytes()) else {
            let version = serde_json::from_slice(bytes).map_err(|_| damaged("it is no record"))?;
            return match version {
                HeadlessVersion { version: HEADLESS } => Ok(None),
                HeadlessVersion { version: found } => Err(RecordError::UnknownVersion { found }),
            };
        };
        let (version, rest) = split(rest, b' ').ok_or(damaged("its version is cut off"))?;
        match std::str::from_utf8(version).ok().and_then(|text| text.parse().ok()) {
            Some(VERSION) => {}
            Some(found) => return Err(RecordError::UnknownVersion { found }),
            None => return Err(damaged("its version is no number")),
        }
        let (line, body) = split(rest, b'\n').ok_or(damaged("its head is cut off"))?;
        let (sum, head) = split(line, b' ').ok_or(damaged("its head is cut off"))?;
        if format!("{:08x}", crc32fast::hash(head)).as_bytes() != sum {
            return Err(damaged("the checksum of its head is another"));
        }
        let (sum, rest) = split(head, b' ').filter(|(sum, _)| sum.len() == SUM_LEN).ok_or(damaged("its head"))?;
        let (owner, links) = split(rest, b' ').unwrap_or((rest, &[]));
        Ok(Some(Self { sum, owner, links, body }))
    }

    /// Whether the proof that a command shows is the one of this record. What shows none, is not
    /// refused here. Of the verifier that is compared, the time it takes tells nothing.
    fn admits(&self, shown: Shown) -> bool {
        match shown {
            Shown::Nothing => true,
            Shown::Owner(presented) => self.owner.ct_eq(presented.to_string().as_bytes()).into(),
            Shown::Holder(link, presented) => {
                let id = link.to_string();
                // One link after the other, each of the same length and with a space behind it.
                let known = self.links.chunks(ID_LEN + VERIFIER_LEN + 1).find(|link| link.starts_with(id.as_bytes()));
                let verifier = known.and_then(|link| link.get(ID_LEN..ID_LEN + VERIFIER_LEN));
                verifier.is_some_and(|verifier| verifier.ct_eq(presented.to_string().as_bytes()).into())
            }
        }
    }
}

fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|byte| *byte == at)?;
    Some((&bytes[..place], &bytes[place + 1..]))
}
