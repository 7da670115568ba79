//! The stored form of records: a head, and of a share a cell for each link.
//!
//! ```text
//! subrosa-record 4 HEADSUM BODYSUM OWNER LINK… LINK        subrosa-link 4 HEADSUM BODYSUM VERIFIER
//! {"key":…,"kept":…}                                       {"link":…,"number":…}
//! ```
//!
//! The first line of each: a checksum of the rest of the line, a checksum of what follows the line,
//! and the verifiers. So whether a proof is right is known without parsing the body. `-` stands for
//! a verifier that is not kept any more.
//!
//! A synced keyring has neither links nor cells. A push has its one link in its head, with id and
//! verifier in the first line. So had shares with all of theirs in version 3, which is still read;
//! and version 2, a JSON object with its version in it. What is changed is stored as version 4; as
//! version 5 where another content than the first comes into it, which a program that knows only
//! version 4 must not touch.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use subrosa_shared::id::LinkId;
use subtle::ConstantTimeEq as _;

use crate::RecordKey;
use crate::command::Shown;
use crate::record::{Kept, Kind, Link, Links, Record, State};

/// Version of the stored form. A change that an older program would misread gets a new number.
const VERSION: u32 = 5;
/// The version before, for what has or had one content only.
const ONE_CONTENT: u32 = 4;
/// The version before that, with all links in the head.
const WITHOUT_CELLS: u32 = 3;
/// The first version that is read, which has no first line.
const HEADLESS: u32 = 2;
/// What a head begins with.
const RECORD: &str = "subrosa-record ";
/// What a cell begins with.
const LINK: &str = "subrosa-link ";
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
        "the record has version {found}, and this program reads only versions {HEADLESS} to {VERSION}: was it written by \
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

/// A record as a ledger stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    /// What all its links share.
    pub head: Vec<u8>,
    /// Its links, in any order.
    pub cells: Vec<Cell>,
}

/// A link as a ledger stores it, beside the head of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Which.
    pub link: LinkId,
    /// Opaque to the ledger.
    pub bytes: Vec<u8>,
}

/// Which cells were loaded with a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadedLinks {
    /// All that there are.
    All,
    /// One, if there is such a link.
    One(LinkId),
}

impl Record {
    /// All of it, as a ledger stores it.
    #[must_use]
    pub fn to_stored(&self) -> StoredRecord {
        self.to_stored_since(None)
    }

    /// What a ledger has to store of it, where it has stored that before: the head, and the links
    /// that have changed.
    #[must_use]
    pub fn to_stored_since(&self, before: Option<&Self>) -> StoredRecord {
        let body = serde_json::to_vec(&Body { key: &self.key, kept: &self.kept });
        let body = body.expect("numbers, texts and lists become JSON");
        let mut head = match &self.kept {
            Kept::Burned { .. } => NOBODY.to_owned(),
            Kept::Share(share) => share.owner_verifier.to_string(),
            Kept::Keyring(keyring) => keyring.owner_verifier.to_string(),
        };
        for link in self.links().filter(|links| links.stand_in_head()).into_iter().flat_map(|links| links.iter()) {
            // Whose verifier is forgotten is found by nobody any more.
            if let Some(verifier) = &link.verifier {
                let _ = write!(head, " {}{verifier}", link.link);
            }
        }
        let before = before.and_then(Self::links).filter(|links| !links.stand_in_head());
        let links = self.links().filter(|links| !links.stand_in_head());
        let is_stored = |link: &&Link| before.is_some_and(|before| before.contains(link));
        let changed = links.into_iter().flat_map(|links| links.iter()).filter(|link| !is_stored(link));
        let version = version(self.links().is_some_and(|_| self.has_editions()));
        StoredRecord { head: with_first_line(RECORD, version, &head, &body), cells: changed.map(cell).collect() }
    }

    /// Reads what [`to_stored`](Self::to_stored) wrote, now or at a version before. With one of its
    /// links only, it is what the step of that link's holder needs.
    ///
    /// # Errors
    /// The bytes are damaged, or of a version that this program does not know; or links are
    /// missing.
    pub fn from_stored(stored: &StoredRecord, loaded: LoadedLinks) -> Result<Self, RecordError> {
        let line = FirstLine::read(RECORD, &stored.head)?;
        let body = match &line {
            None => &stored.head,
            Some(line) => line.checked_body()?,
        };
        let StoredBody { key, mut kept } = serde_json::from_slice(body).map_err(|_| damaged("it does not parse"))?;
        let links = stored.cells.iter().map(read_cell).collect::<Result<Vec<_>, _>>()?;
        match &mut kept {
            Kept::Share(share) => {
                share.links.take_in(links).ok_or(damaged("its links are others"))?;
                if loaded == LoadedLinks::All && !share.links.are_all() {
                    return Err(damaged("links are missing"));
                }
            }
            Kept::Keyring(_) | Kept::Burned { .. } if links.is_empty() => {}
            Kept::Keyring(_) => return Err(damaged("a keyring has links")),
            Kept::Burned { .. } => return Err(damaged("it has links after its end")),
        }
        let record = Self { key, kept };
        line.map_or(Ok(()), |line| line.check_version(record.has_editions()))?;
        Ok(record)
    }

    /// Whether the stored record has the proof that a command shows. Cheap, however large the
    /// record is. What shows no proof is admitted, and whatever is shown to a record of version 2:
    /// there the step tells.
    ///
    /// # Errors
    /// As [`from_stored`](Self::from_stored), as far as that is seen without looking at all of it.
    pub fn admits(stored: &StoredRecord, shown: Shown) -> Result<bool, RecordError> {
        let Some(head) = FirstLine::read(RECORD, &stored.head)? else { return Ok(true) };
        let (owner, links) = split(head.verifiers, b' ').unwrap_or((head.verifiers, &[]));
        let (known, presented) = match shown {
            Shown::Nothing => return Ok(true),
            Shown::Owner(presented) => (Some(owner), presented),
            Shown::Holder(link, presented) => {
                let id = link.to_string();
                // One link after the other, each of the same length and with a space behind it.
                let known = links.chunks(ID_LEN + VERIFIER_LEN + 1).find(|link| link.starts_with(id.as_bytes()));
                let in_head = known.and_then(|link| link.get(ID_LEN..ID_LEN + VERIFIER_LEN));
                let cell = stored.cells.iter().find(|cell| cell.link == link);
                (cell.map(first_line_of_cell).transpose()?.map(|line| line.verifiers).or(in_head), presented)
            }
        };
        // Of the verifier that is compared, the time it takes tells nothing.
        Ok(known.is_some_and(|known| known.ct_eq(presented.to_string().as_bytes()).into()))
    }

    /// Whether its head speaks of another content than the first.
    fn has_editions(&self) -> bool {
        match &self.kept {
            Kept::Share(share) => matches!(&share.state, State::Ready { editions, .. } if !editions.is_none()),
            Kept::Keyring(_) | Kept::Burned { .. } => false,
        }
    }

    /// Its links, unless only the id is kept.
    fn links(&self) -> Option<&Links> {
        match &self.kept {
            Kept::Share(share) => Some(&share.links),
            Kept::Keyring(_) | Kept::Burned { .. } => None,
        }
    }

    /// Has the head say of the links of a share what there is to say now. Whether that is something
    /// else than before.
    pub(crate) fn note_links(&mut self) -> bool {
        match &mut self.kept {
            Kept::Share(share) => match share.kind {
                Kind::Files { .. } => share.links.note(share.kind.lease_terms()),
                Kind::Push { .. } => false,
            },
            Kept::Keyring(_) | Kept::Burned { .. } => false,
        }
    }
}

fn cell(link: &Link) -> Cell {
    let verifier = link.verifier.map_or_else(|| NOBODY.to_owned(), |verifier| verifier.to_string());
    let body = serde_json::to_vec(link).expect("numbers, texts and lists become JSON");
    let version = version(link.has_editions());
    Cell { link: link.link, bytes: with_first_line(LINK, version, &verifier, &body) }
}

fn read_cell(cell: &Cell) -> Result<Link, RecordError> {
    let line = first_line_of_cell(cell)?;
    let link: Link = serde_json::from_slice(line.checked_body()?).map_err(|_| damaged("a link does not parse"))?;
    line.check_version(link.has_editions())?;
    if link.link == cell.link { Ok(link) } else { Err(damaged("a link is that of another id")) }
}

fn first_line_of_cell(cell: &Cell) -> Result<FirstLine<'_>, RecordError> {
    FirstLine::read(LINK, &cell.bytes)?.ok_or(damaged("a link is none"))
}

/// What a head or cell is stored as.
fn version(has_editions: bool) -> u32 {
    if has_editions { VERSION } else { ONE_CONTENT }
}

/// Puts the first line before a body.
fn with_first_line(magic: &str, version: u32, verifiers: &str, body: &[u8]) -> Vec<u8> {
    let line = format!("{:08x} {verifiers}", crc32fast::hash(body));
    let mut bytes = format!("{magic}{version} {:08x} {line}\n", crc32fast::hash(line.as_bytes())).into_bytes();
    bytes.extend(body);
    bytes
}

/// The first line of a head or a cell: what can be read of it without parsing the rest.
struct FirstLine<'a> {
    version: u32,
    sum: &'a [u8],
    verifiers: &'a [u8],
    body: &'a [u8],
}

impl<'a> FirstLine<'a> {
    /// Reads it; `None` if the version has none. The body is not looked at.
    ///
    /// # Errors
    /// The line is damaged, or of a version that this program does not know.
    fn read(magic: &str, bytes: &'a [u8]) -> Result<Option<Self>, RecordError> {
        let Some(rest) = bytes.strip_prefix(magic.as_bytes()) else {
            let version = serde_json::from_slice(bytes).map_err(|_| damaged("it is no record"))?;
            return match version {
                HeadlessVersion { version: HEADLESS } => Ok(None),
                HeadlessVersion { version: found } => Err(RecordError::UnknownVersion { found }),
            };
        };
        let (version, rest) = split(rest, b' ').ok_or(damaged("its version is cut off"))?;
        let version = std::str::from_utf8(version).ok().and_then(|text| text.parse().ok());
        let version = version.ok_or(damaged("its version is no number"))?;
        if !matches!(version, WITHOUT_CELLS | ONE_CONTENT | VERSION) {
            return Err(RecordError::UnknownVersion { found: version });
        }
        let (line, body) = split(rest, b'\n').ok_or(damaged("its first line is cut off"))?;
        let (sum, line) = split(line, b' ').ok_or(damaged("its first line is cut off"))?;
        if format!("{:08x}", crc32fast::hash(line)).as_bytes() != sum {
            return Err(damaged("the checksum of its first line is another"));
        }
        let (sum, verifiers) =
            split(line, b' ').filter(|(sum, _)| sum.len() == SUM_LEN).ok_or(damaged("its first line"))?;
        Ok(Some(Self { version, sum, verifiers, body }))
    }

    /// Whether the version is the one in which that is written: no checksum holds it.
    fn check_version(&self, has_editions: bool) -> Result<(), RecordError> {
        if (self.version == VERSION) == has_editions { Ok(()) } else { Err(damaged("its version is another")) }
    }

    /// What follows the line, if that is what was written.
    fn checked_body(&self) -> Result<&'a [u8], RecordError> {
        let is_whole = format!("{:08x}", crc32fast::hash(self.body)).as_bytes() == self.sum;
        if is_whole { Ok(self.body) } else { Err(damaged("its checksum is another")) }
    }
}

fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|byte| *byte == at)?;
    Some((&bytes[..place], &bytes[place + 1..]))
}
