//! The adaptor to the lifecycle: the only module that calls [`step`] and knows its commands. The
//! others ask with a [`Call`] and get a [`Stepped`].
//!
//! The function is pure, so what it said of a record, a call and a moment is looked up the next
//! time. Records are kept once each, with what the promises need to know of them.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::num::NonZeroU64;
use std::sync::{LazyLock, Mutex};

use subrosa_lifecycle::rules::LEASE_BYTES_FACTOR;
use subrosa_lifecycle::{
    BlobsDeleted, Cell, Change, Command, ContentDeleted, Context, CountGuess, Create, CreatePush, Creator, Effect,
    Holder, HolderAction, LoadedLinks, OpenAttempt, Owner, OwnerAction, Policy, Record, RecordKey, Refusal, Shown,
    Step, StoredManifest, StoredRecord, StoredUpload, Tick, push_holder, push_owner, share_holder, share_owner, step,
};
use subrosa_shared::api::{
    BeginContent, CompleteShare, ContentState, ContentStatus, CreateShare, EndReason, Event, LinkLock, LinkStatus,
    LogLine, MoveLinks, MovedLink, OpenedLink, PatchLink, PatchPush, PatchShare, PushLock, PushView, PutLink, PutPush,
    RevealedPush, StoredPart,
};
use subrosa_shared::content::{ContentNumber, part_list_digest};
use subrosa_shared::id::{Digest, LinkId, ShareId, Verifier};
use subrosa_shared::limits::Limits;
use subrosa_shared::push::{FACE_LEN, NOTE_LEN};
use subrosa_shared::seal::sealed_len;
use subrosa_shared::time::Timestamp;
use subrosa_shared::wrap::{CONTENT_WRAP_LEN, VIEW_WRAP_LEN};

/// Milliseconds since the beginning.
pub(crate) type Millis = u64;

pub(crate) const SECOND: Millis = 1000;
pub(crate) const MINUTE: Millis = 60 * SECOND;
pub(crate) const HOUR: Millis = 60 * MINUTE;
pub(crate) const DAY: Millis = 24 * HOUR;

/// Links that a share has at most here.
pub(crate) const LINKS: usize = 2;
/// The highest number of a content here.
pub(crate) const CONTENTS: u8 = 4;

const START: Millis = 1_800_000_000_000;
const PART_BYTES: u32 = 64 * 1024;
const PAYLOAD_LEN: usize = 593;
/// Fetches that a lease may give.
const FETCHES: u64 = 2;

/// What the story begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    pub(crate) is_push: bool,
    pub(crate) links: u8,
    /// Downloads or views that each link allows.
    pub(crate) limit: u32,
    pub(crate) life: Millis,
    pub(crate) destroy_after_guesses: Option<u32>,
    /// Wrong passwords that were shown before.
    pub(crate) guessed_before: u32,
    /// Contents that are fixed; links have the first behind them.
    pub(crate) contents: u8,
    /// Whether links stay when their downloads are taken.
    pub(crate) waits: bool,
}

/// A set of contents: one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Contents(u8);

impl Contents {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const FIRST: Self = Self::one(1);

    pub(crate) const fn one(number: u8) -> Self {
        Self(1 << (number - 1))
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn len(self) -> u32 {
        self.0.count_ones()
    }

    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those with the highest numbers.
    pub(crate) fn newest(self, count: usize) -> Self {
        let there = (1..=CONTENTS).rev().filter(|number| self.0 & Self::one(*number).0 != 0);
        there.take(count).fold(Self::NONE, |all, number| all.with(Self::one(number)))
    }

    /// The one with the lowest number.
    pub(crate) fn lowest(self) -> Option<u8> {
        (1..=CONTENTS).find(|number| self.0 & Self::one(*number).0 != 0)
    }
}

/// Something asked of the share or push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Call {
    Open {
        link: u8,
        right: bool,
    },
    /// A download or view, with the lease secret of that number.
    Lease {
        link: u8,
        lease: u8,
        right: bool,
    },
    Fetch {
        link: u8,
        lease: u8,
    },
    Finish {
        link: u8,
        lease: u8,
    },
    Destroy {
        link: u8,
    },
    /// The page of a download that runs is loaded again: opens the link with its lease.
    Reopen {
        link: u8,
        lease: u8,
    },
    /// Begins the upload of a content.
    Begin {
        content: u8,
    },
    Complete {
        content: u8,
    },
    /// Puts a content behind a link, which then allows so many downloads; 0: as many as before.
    Move {
        link: u8,
        content: u8,
        max: u32,
    },
    RemoveContent {
        content: u8,
    },
    Create,
    Revoke,
    RevokeLink {
        link: u8,
    },
    Limit {
        link: u8,
        max: u32,
    },
    Pause {
        link: u8,
    },
    Resume {
        link: u8,
    },
    PauseAll,
    ResumeAll,
    CountGuess {
        link: u8,
    },
    Tick,
    BlobsDeleted,
    ContentDeleted {
        content: u8,
    },
}

/// What came back, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Answer {
    Done,
    /// The view wrap.
    Opened,
    /// The content wrap or the payload.
    Granted,
    Refused(Why),
    /// The ledger failed: nobody knows.
    Unavailable,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Why {
    Gone,
    Paused,
    Locked,
    WrongPassword,
    TooManyGuesses,
    NoneLeft,
    LeaseEnded,
    NotStarted,
    NotFound,
    Exists,
    Other,
}

/// Lines of the timeline of one link, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Lines {
    pub(crate) opened: u16,
    pub(crate) wrong: u16,
    pub(crate) granted: u16,
    pub(crate) released: u16,
    pub(crate) started: u16,
    pub(crate) finished: u16,
    pub(crate) lapsed: u16,
}

/// What became of a call.
#[derive(Debug)]
pub(crate) struct Stepped {
    pub(crate) change: Next,
    pub(crate) answer: Answer,
    pub(crate) lines: [Lines; LINKS],
    /// Whether the answer holds something sealed, or lets content out.
    pub(crate) hands_out: bool,
    /// Of which content that is.
    pub(crate) handed: Option<u8>,
    /// Whether what is sealed is of that content and link.
    pub(crate) is_of_one: bool,
    /// Whether the same comes of it where only the link that it is about is loaded, or then all are
    /// asked for.
    pub(crate) agrees_alone: bool,
}

/// What to store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Unchanged,
    Put(Known),
    Remove,
}

/// A record, and what the promises need to know of it. Each is kept once.
#[derive(Clone, Copy)]
pub(crate) struct Known(&'static Facts);

/// What is known of a record.
pub(crate) struct Facts {
    number: u32,
    record: Record,
    pub(crate) is_push: bool,
    pub(crate) due: Millis,
    pub(crate) keeps_blobs: bool,
    pub(crate) blobs_pending: bool,
    /// Contents that are fixed.
    pub(crate) fixed: Contents,
    /// Contents whose upload runs.
    pub(crate) uploading: Contents,
    /// Contents whose blobs are to be deleted, while the share lives.
    pub(crate) leaving: Contents,
    /// Since when it is gone, if it is and more than the id is kept.
    pub(crate) gone_at: Option<Millis>,
    pub(crate) is_burned: bool,
    /// As its owner is told; none of a burned id.
    pub(crate) links: [Option<LinkFacts>; LINKS],
    /// Whether its stored bytes are read as what was written.
    pub(crate) survives_storing: bool,
    /// Whether time alone changes something when it is due, and nothing before.
    pub(crate) due_is_honest: bool,
}

/// What is known of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinkFacts {
    pub(crate) gone: Option<(EndReason, Millis)>,
    pub(crate) expires_at: Millis,
    pub(crate) is_locked: bool,
    pub(crate) max: u32,
    pub(crate) taken: u32,
    pub(crate) opened: u32,
    pub(crate) wrong: u32,
    pub(crate) finished: u32,
    /// Contents of which something sealed is kept for it.
    pub(crate) sealed: Contents,
    /// What is behind it.
    pub(crate) content: u8,
    /// Whether it stays when its downloads are taken.
    pub(crate) waits: bool,
}

impl std::ops::Deref for Known {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        self.0
    }
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Known {}

impl PartialOrd for Known {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Known {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Facts { number, due, gone_at, is_burned, links, .. } = &**self;
        write!(f, "record {number} due {due} gone {gone_at:?} burned {is_burned} {links:?}")
    }
}

impl Call {
    /// Whether it shows an open proof.
    pub(crate) fn guesses(self) -> bool {
        matches!(self, Self::Open { .. } | Self::Reopen { .. } | Self::Lease { .. } | Self::Destroy { .. })
    }

    /// The link that it is about, if it is about one.
    pub(crate) fn link(self) -> Option<u8> {
        match self {
            Self::Open { link, .. }
            | Self::Lease { link, .. }
            | Self::Fetch { link, .. }
            | Self::Finish { link, .. }
            | Self::Destroy { link }
            | Self::Reopen { link, .. }
            | Self::Move { link, .. }
            | Self::RevokeLink { link }
            | Self::Limit { link, .. }
            | Self::Pause { link }
            | Self::Resume { link }
            | Self::CountGuess { link } => Some(link),
            Self::Create
            | Self::Revoke
            | Self::PauseAll
            | Self::ResumeAll
            | Self::Tick
            | Self::BlobsDeleted
            | Self::Begin { .. }
            | Self::Complete { .. }
            | Self::RemoveContent { .. }
            | Self::ContentDeleted { .. } => None,
        }
    }
}

impl Answer {
    /// Whether an open proof was compared for it.
    pub(crate) fn tells_of_a_password(self) -> bool {
        let refused = matches!(
            self,
            Self::Refused(Why::Gone | Why::Paused | Why::Locked | Why::TooManyGuesses | Why::NotFound | Why::Other)
        );
        !refused && self != Self::Unavailable
    }
}

impl Lines {
    pub(crate) fn add(&mut self, more: Self) {
        let Self { opened, wrong, granted, released, started, finished, lapsed } = more;
        self.opened += opened;
        self.wrong += wrong;
        self.granted += granted;
        self.released += released;
        self.started += started;
        self.finished += finished;
        self.lapsed += lapsed;
    }
}

impl Beginning {
    /// The record with which the story begins, its lines, and the moment.
    pub(crate) fn begin(&self) -> (Known, [Lines; LINKS], Millis) {
        let mut run = Run { record: None, lines: [Lines::default(); LINKS], now: 0 };
        run.apply(&*create(self));
        if !self.is_push {
            run.apply(&owner(share_owner::Complete {
                content: ContentNumber::FIRST,
                request: complete_request(),
                stored: upload(),
            }));
            for link in 0..self.links {
                run.apply(&owner(share_owner::AddLink { link: share_link(link), request: self.put_link(link) }));
            }
            for content in 2..=self.contents {
                run.apply(&*command(false, Call::Begin { content }));
                run.apply(&*command(false, Call::Complete { content }));
            }
        }
        for _ in 0..self.guessed_before {
            run.now += MINUTE;
            run.apply(&*command(self.is_push, Call::Open { link: 0, right: false }));
        }
        (know(run.record.unwrap()), run.lines, run.now)
    }

    fn put_link(&self, link: u8) -> PutLink {
        PutLink {
            link_verifier: verifier(2, link),
            lock: LinkLock {
                needs_password: true,
                open_verifier: open_verifier(link),
                view_wrap: vec![view_byte(link, 1); VIEW_WRAP_LEN],
                content_wrap: vec![content_byte(link, 1); CONTENT_WRAP_LEN],
                content: ContentNumber::FIRST,
            },
            downloads_max: self.limit,
            expires_in_secs: None,
            recipient_may_destroy: true,
            destroy_after_guesses: self.destroy_after_guesses,
            waits_for_editions: self.waits,
            replaces: None,
        }
    }
}

struct Run {
    record: Option<Record>,
    lines: [Lines; LINKS],
    now: Millis,
}

/// A step of a record with all its links.
fn step_whole<C: Command + ?Sized>(
    record: Option<&Record>,
    command: &C,
    policy: &Policy,
    now: Timestamp,
) -> Step<C::Answer> {
    step(record, command, policy, now).expect("all links are loaded")
}

/// Head and cells in one.
fn bytes_of(stored: &StoredRecord) -> Vec<u8> {
    stored.cells.iter().fold(stored.head.clone(), |bytes, cell| [bytes.as_slice(), &cell.bytes].concat())
}

impl Run {
    fn apply<C: Command + ?Sized>(&mut self, command: &C) {
        let step = step_whole(self.record.as_ref(), command, &POLICY, moment(self.now));
        if let Change::Put(record) = step.record {
            self.record = Some(*record);
        }
        for (all, more) in self.lines.iter_mut().zip(count(&step.log)) {
            all.add(more);
        }
    }
}

/// What a call does to a record at a moment.
pub(crate) fn ask(known: Known, call: Call, at: Millis) -> &'static Stepped {
    type Memo = HashMap<(u32, Call, Millis), &'static Stepped, BuildHasherDefault<Mixer>>;
    thread_local! {
        static MEMO: RefCell<Memo> = RefCell::default();
    }
    MEMO.with_borrow_mut(|memo| {
        *memo.entry((known.number, call, at)).or_insert_with(|| Box::leak(Box::new(stepped(known, call, at))))
    })
}

fn stepped(known: Known, call: Call, at: Millis) -> Stepped {
    let command = command(known.is_push, call);
    let step = step_whole(Some(&known.record), &*command, &POLICY, moment(at));
    let agrees_alone = agrees_alone(&known.record, &*command, at, &step);
    let change = match step.record {
        Change::Unchanged => Next::Unchanged,
        Change::Remove => Next::Remove,
        Change::Put(record) => Next::Put(know(*record)),
    };
    let (handed, is_of_one) = match step.outcome {
        Ok(Told::Granted(sealed) | Told::Opened(sealed)) => (Some(sealed.content), sealed.is_of_one(call)),
        // What parts are read of is asked for by itself.
        Ok(Told::HandedOver) if !known.is_push => {
            let read = match change {
                Next::Put(after) => read_of(after, call, at),
                _ => read_of(known, call, at),
            };
            (read, read.is_some())
        }
        _ => (None, true),
    };
    let hands_out = matches!(step.outcome, Ok(Told::Granted(_) | Told::Opened(_) | Told::HandedOver));
    let lines = count(&step.log);
    Stepped { change, answer: answer(&step.outcome), lines, hands_out, handed, is_of_one, agrees_alone }
}

/// Of which content the parts are that a fetch gives.
fn read_of(known: Known, call: Call, at: Millis) -> Option<u8> {
    let Call::Fetch { link, lease } = call else { return None };
    let action = share_holder::CheckLease { lease: verifier(4, lease) };
    let step = step_whole(Some(&known.record), &holder(false, link, action), &POLICY, moment(at));
    step.outcome.ok().map(number_of)
}

fn agrees_alone(record: &Record, command: &dyn Command<Answer = Told>, at: Millis, whole: &Step<Told>) -> bool {
    let Shown::Holder(link, _) = command.shown() else { return true };
    let stored = record.to_stored();
    let cells = stored.cells.iter().filter(|cell| cell.link == link).cloned().collect();
    let alone = StoredRecord { head: stored.head, cells };
    let alone = Record::from_stored(&alone, LoadedLinks::One(link)).expect("it was just written");
    let Ok(step) = step(Some(&alone), command, &POLICY, moment(at)) else { return true };
    let stays = match (&step.record, &whole.record) {
        (Change::Put(next), Change::Put(whole)) => {
            let mut next = next.to_stored_since(Some(&alone));
            let changed = next.cells.clone();
            let is_kept = |cell: &Cell| !whole.is_burned() && changed.iter().all(|new| new.link != cell.link);
            next.cells.extend(stored.cells.into_iter().filter(is_kept));
            Record::from_stored(&next, LoadedLinks::All).as_ref() == Ok(&**whole)
        }
        (next, whole) => next == whole,
    };
    stays && step.outcome == whole.outcome && step.log == whole.log
}

fn answer(outcome: &Result<Told, Refusal>) -> Answer {
    match outcome {
        Ok(Told::Granted(_)) => Answer::Granted,
        Ok(Told::Opened(_)) => Answer::Opened,
        Ok(Told::HandedOver | Told::Nothing) => Answer::Done,
        Err(refusal) => Answer::Refused(match refusal {
            Refusal::Gone(_) => Why::Gone,
            Refusal::Paused => Why::Paused,
            Refusal::Locked => Why::Locked,
            Refusal::WrongPassword { .. } => Why::WrongPassword,
            Refusal::TooManyGuesses { .. } => Why::TooManyGuesses,
            Refusal::NoDownloadLeft { .. } => Why::NoneLeft,
            Refusal::LeaseEnded => Why::LeaseEnded,
            Refusal::LeaseNotStarted => Why::NotStarted,
            Refusal::NotFound => Why::NotFound,
            Refusal::AlreadyExists => Why::Exists,
            _ => Why::Other,
        }),
    }
}

fn count(log: &[LogLine]) -> [Lines; LINKS] {
    let mut lines = [Lines::default(); LINKS];
    for line in log {
        let place = |link| (0..LINKS).find(|place| [share_link(*place as u8), push_link()].contains(&link));
        let Some(place) = line.link.and_then(place) else { continue };
        let counted = &mut lines[place];
        *(match line.event {
            Event::Opened => &mut counted.opened,
            Event::WrongPassword => &mut counted.wrong,
            Event::Granted => &mut counted.granted,
            Event::Released => &mut counted.released,
            Event::Started => &mut counted.started,
            Event::Finished => &mut counted.finished,
            Event::Lapsed => &mut counted.lapsed,
            _ => continue,
        }) += 1;
    }
    lines
}

/// Keeps a record, or finds it. By the digest of its stored bytes.
fn know(record: Record) -> Known {
    static ALL: LazyLock<Mutex<HashMap<Digest, Known>>> = LazyLock::new(Mutex::default);
    let bytes = bytes_of(&record.to_stored());
    let mut all = ALL.lock().unwrap();
    let number = u32::try_from(all.len()).unwrap();
    *all.entry(Digest::of(&bytes)).or_insert_with(|| Known(Box::leak(Box::new(facts(number, record, &bytes)))))
}

fn facts(number: u32, record: Record, bytes: &[u8]) -> Facts {
    let text = std::str::from_utf8(bytes).unwrap();
    let is_push = matches!(record.key(), RecordKey::Push(_));
    // At a moment long before, nothing is due: this is the record as it is stored.
    let long_before = Timestamp::from_millis(0);
    let (gone_at, links, contents) = if is_push {
        let status = step_whole(Some(&record), &owner(push_owner::Status), &POLICY, long_before).outcome;
        status.map_or_else(
            |_| (None, Vec::new(), Vec::new()),
            |push| (push.link.gone.map(|gone| since(gone.at)), vec![push.link], Vec::new()),
        )
    } else {
        let status = step_whole(Some(&record), &owner(share_owner::Status), &POLICY, long_before).outcome;
        status.map_or_else(
            |_| (None, Vec::new(), Vec::new()),
            |share| (share.gone.map(|gone| since(gone.at)), share.links, share.contents),
        )
    };
    let those = |wanted: ContentState| {
        let there = contents.iter().filter(|ContentStatus { state, .. }| *state == wanted);
        there.fold(Contents::NONE, |all, there| all.with(Contents::one(number_of(there.content))))
    };
    let effects = record.pending_effects();
    let leaving = effects.iter().fold(Contents::NONE, |all, effect| match effect {
        Effect::DeleteContent(content) => all.with(Contents::one(number_of(*content))),
        Effect::DeleteBlobs => all,
    });
    let fact = |place: usize, status: &LinkStatus| LinkFacts {
        gone: status.gone.map(|gone| (gone.why, since(gone.at))),
        expires_at: since(status.expires_at),
        is_locked: status.state == subrosa_shared::api::LinkState::Locked,
        max: status.downloads_max,
        taken: status.downloads_taken,
        opened: status.counters.opened.count,
        wrong: status.counters.wrong_password.count,
        finished: status.counters.finished.count,
        sealed: (1..=CONTENTS).fold(Contents::NONE, |all, content| {
            let kept = [view_byte(place as u8, content), content_byte(place as u8, content)];
            let is_kept = kept.iter().any(|byte| text.contains(&base64_of(*byte)));
            if is_kept { all.with(Contents::one(content)) } else { all }
        }),
        content: number_of(status.content),
        waits: status.waits_for_editions,
    };
    Facts {
        number,
        is_push,
        due: since(record.due()),
        keeps_blobs: record.keeps_blobs(),
        blobs_pending: !effects.is_empty(),
        fixed: those(ContentState::Ready),
        uploading: those(ContentState::Uploading),
        leaving,
        gone_at,
        is_burned: record.is_burned(),
        links: std::array::from_fn(|place| links.get(place).map(|status| fact(place, status))),
        survives_storing: Record::from_stored(&record.to_stored(), LoadedLinks::All).as_ref() == Ok(&record),
        due_is_honest: due_is_honest(&record),
        record,
    }
}

fn due_is_honest(record: &Record) -> bool {
    let due = record.due();
    let tick = |at| step_whole(Some(record), &Tick, &POLICY, at).record;
    let before = Timestamp::from_millis(due.as_millis() - 1);
    !record.pending_effects().is_empty() || (tick(before) == Change::Unchanged && tick(due) != Change::Unchanged)
}

/// Thirty bytes of that value, as records keep sealed things.
fn base64_of(byte: u8) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let three = u32::from_be_bytes([0, byte, byte, byte]);
    let four = [18, 12, 6, 0].map(|shift| char::from(DIGITS[(three >> shift) as usize & 63]));
    four.iter().collect::<String>().repeat(10)
}

/// What a call was answered, as far as the promises are about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// A lease, with what opens the content, or a view.
    Granted(Sealed),
    /// What the open proof shows.
    Opened(Sealed),
    /// Bytes of content, or the face of a push.
    HandedOver,
    Nothing,
}

/// Something sealed that was handed out: the content that it is said to be of, and what it is made
/// of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sealed {
    content: u8,
    byte: u8,
}

impl Sealed {
    fn new(content: ContentNumber, wrap: &[u8]) -> Self {
        Self { content: number_of(content), byte: wrap[0] }
    }

    /// Whether it opens that content of the link that the call is about.
    fn is_of_one(self, call: Call) -> bool {
        let link = call.link().unwrap_or(u8::MAX);
        [view_byte(link, self.content), content_byte(link, self.content)].contains(&self.byte)
    }
}

fn number_of(content: ContentNumber) -> u8 {
    u8::try_from(content.get()).unwrap()
}

fn content_number(number: u8) -> ContentNumber {
    ContentNumber::new(number.into()).unwrap()
}

type Dynamic = Box<dyn Command<Answer = Told>>;

/// A command whose answer is what was told.
struct Telling<C: Command> {
    command: C,
    told: fn(C::Answer) -> Told,
}

impl<C: Command> Command for Telling<C> {
    type Answer = Told;

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<Told, Refusal> {
        self.command.apply(record, context).map(self.told)
    }

    fn shown(&self) -> Shown {
        self.command.shown()
    }

    fn is_tick(&self) -> bool {
        self.command.is_tick()
    }
}

fn telling<C: Command + 'static>(command: C, told: fn(C::Answer) -> Told) -> Dynamic {
    Box::new(Telling { command, told })
}

fn silent<C: Command + 'static>(command: C) -> Dynamic {
    telling(command, |_| Told::Nothing)
}

fn revealed(view: RevealedPush) -> Told {
    Told::Granted(Sealed::new(ContentNumber::FIRST, &view.payload))
}

fn opened(link: OpenedLink) -> Told {
    Told::Opened(Sealed::new(link.content, &link.view_wrap))
}

fn view_told(view: PushView) -> Told {
    if view.face.is_some() { Told::HandedOver } else { Told::Nothing }
}

fn command(is_push: bool, call: Call) -> Dynamic {
    let attempt = |link, right, device| OpenAttempt {
        open: if right { open_verifier(link) } else { verifier(9, 9) },
        device: Some(verifier(5, device)),
    };
    let patch = |link, PatchLink { downloads_max, paused, .. }: PatchLink| {
        if is_push {
            let request = PatchPush { views_max: downloads_max, paused, ..PatchPush::default() };
            silent(owner(push_owner::Change { request }))
        } else {
            let request = PatchLink { downloads_max, paused, ..PatchLink::default() };
            silent(owner(share_owner::ChangeLink { link: share_link(link), request }))
        }
    };
    let patch_share = |paused| {
        let request = PatchShare { paused: Some(paused), expires_in_secs: None };
        silent(owner(share_owner::Change { request }))
    };
    match call {
        // A push cannot be opened without a view.
        Call::Open { link, right } if is_push => {
            let action = push_holder::Reveal { attempt: attempt(link, right, GUESSER), lease: verifier(4, GUESSER) };
            telling(holder(is_push, link, action), revealed)
        }
        Call::Open { link, right } => {
            let action =
                share_holder::Open { attempt: attempt(link, right, if right { 0 } else { GUESSER }), lease: None };
            telling(holder(is_push, link, action), opened)
        }
        Call::Reopen { link, lease } => {
            let action = share_holder::Open { attempt: attempt(link, true, lease), lease: Some(verifier(4, lease)) };
            telling(holder(is_push, link, action), opened)
        }
        Call::Begin { content } => {
            let request = BeginContent { part_bytes: PART_BYTES, begun_by: None };
            silent(owner(share_owner::Begin { content: content_number(content), request }))
        }
        Call::Complete { content } => silent(owner(share_owner::Complete {
            content: content_number(content),
            request: complete_request(),
            stored: upload(),
        })),
        Call::Move { link, content, max } => {
            let moved = MovedLink {
                link: share_link(link),
                open_verifier: open_verifier(link),
                view_wrap: vec![view_byte(link, content); VIEW_WRAP_LEN],
                content_wrap: vec![content_byte(link, content); CONTENT_WRAP_LEN],
                downloads_max: (max > 0).then_some(max),
            };
            let request = MoveLinks { links: vec![moved] };
            silent(owner(share_owner::Move { content: content_number(content), request }))
        }
        Call::RemoveContent { content } => {
            silent(owner(share_owner::RemoveContent { content: content_number(content) }))
        }
        Call::ContentDeleted { content } => silent(ContentDeleted(content_number(content))),
        Call::Lease { link, lease, right } => {
            let (attempt, lease) = (attempt(link, right, if right { lease } else { GUESSER }), verifier(4, lease));
            if is_push {
                telling(holder(is_push, link, push_holder::Reveal { attempt, lease }), revealed)
            } else {
                let action = share_holder::RequestLease { attempt, lease };
                telling(holder(is_push, link, action), |granted| {
                    Told::Granted(Sealed::new(granted.content, &granted.content_wrap))
                })
            }
        }
        Call::Fetch { link, lease } => {
            let bytes = NonZeroU64::new(LEASE_BYTES_FACTOR * sealed_len(PART_BYTES.into()) / FETCHES).unwrap();
            let action = share_holder::Fetch { lease: verifier(4, lease), bytes };
            telling(holder(is_push, link, action), |()| Told::HandedOver)
        }
        Call::Finish { link, lease } if is_push => {
            let action = push_holder::Finish { lease: verifier(4, lease), receipt: None };
            telling(holder(is_push, link, action), view_told)
        }
        Call::Finish { link, lease } => {
            silent(holder(is_push, link, share_holder::Finish { lease: verifier(4, lease), receipt: None }))
        }
        Call::Destroy { link } if is_push => {
            telling(holder(is_push, link, push_holder::Destroy(attempt(link, true, 0))), view_told)
        }
        Call::Destroy { link } => silent(holder(is_push, link, share_holder::Destroy(attempt(link, true, 0)))),
        Call::Create => create(&Beginning {
            is_push,
            links: 1,
            limit: 1,
            life: DAY,
            destroy_after_guesses: None,
            guessed_before: 0,
            contents: 1,
            waits: false,
        }),
        Call::Revoke if is_push => silent(owner(push_owner::Revoke)),
        Call::Revoke => silent(owner(share_owner::Revoke)),
        Call::RevokeLink { link } => silent(owner(share_owner::RevokeLink { link: share_link(link) })),
        Call::Limit { link, max } => patch(link, PatchLink { downloads_max: Some(max), ..PatchLink::default() }),
        Call::Pause { link } => patch(link, PatchLink { paused: Some(true), ..PatchLink::default() }),
        Call::Resume { link } => patch(link, PatchLink { paused: Some(false), ..PatchLink::default() }),
        Call::PauseAll => patch_share(true),
        Call::ResumeAll => patch_share(false),
        Call::CountGuess { link } => silent(CountGuess { link: if is_push { push_link() } else { share_link(link) } }),
        Call::Tick => silent(Tick),
        Call::BlobsDeleted => silent(BlobsDeleted),
    }
}

fn holder<Action: HolderAction>(is_push: bool, link: u8, action: Action) -> Holder<Action> {
    let id = if is_push { push_link() } else { share_link(link) };
    Holder { link: id, presented: verifier(2, link), action }
}

/// The number of the device, and of the lease secret, of whoever guesses.
const GUESSER: u8 = 7;
/// The number of the lease secret of somebody who only might ask.
pub(crate) const SOMEBODY: u8 = 8;

fn create(beginning: &Beginning) -> Dynamic {
    let Beginning { limit, life, destroy_after_guesses, .. } = *beginning;
    let expires_in_secs = i64::try_from(life / SECOND).unwrap();
    if beginning.is_push {
        let request = PutPush {
            owner_verifier: verifier(1, 0),
            link_verifier: verifier(2, 0),
            lock: PushLock {
                needs_password: true,
                open_verifier: open_verifier(0),
                face: vec![view_byte(0, 1); FACE_LEN],
                payload: vec![content_byte(0, 1); PAYLOAD_LEN],
            },
            views_max: limit,
            expires_in_secs,
            recipient_may_destroy: true,
            destroy_after_guesses,
            note: vec![0x7e; NOTE_LEN],
        };
        silent(CreatePush { link: push_link(), request, creator: Creator::Anyone })
    } else {
        let request = CreateShare {
            owner_verifier: verifier(1, 0),
            expires_in_secs,
            part_bytes: PART_BYTES,
            ends_with_last_link: true,
        };
        silent(Create { share: ShareId::derive(&verifier(1, 0)), request, creator: Creator::Anyone })
    }
}

fn owner<Action: OwnerAction>(action: Action) -> Owner<Action> {
    Owner { presented: verifier(1, 0), action }
}

fn upload() -> StoredUpload {
    let part = StoredPart { index: 0, sealed_len: sealed_len(PART_BYTES.into()), digest: Digest::of(b"part") };
    let manifest = StoredManifest { sealed_len: sealed_len(4096), digest: Digest::of(b"manifest") };
    StoredUpload { parts: vec![part], manifest: Some(manifest) }
}

fn complete_request() -> CompleteShare {
    let stored = upload();
    CompleteShare {
        part_count: 1,
        parts_digest: part_list_digest(stored.parts.iter().map(|part| (part.sealed_len, part.digest))),
        manifest_digest: stored.manifest.unwrap().digest,
    }
}

fn share_link(link: u8) -> LinkId {
    LinkId::derive(&verifier(2, link))
}

fn push_link() -> LinkId {
    LinkId::derive_push(&verifier(2, 0))
}

fn open_verifier(link: u8) -> Verifier {
    verifier(3, link)
}

fn verifier(role: u8, number: u8) -> Verifier {
    Verifier::from_bytes([[role, number], [0x5a; 2]].concat().repeat(8).try_into().unwrap())
}

/// What a link's view wrap of a content, or face, is made of here.
fn view_byte(link: u8, content: u8) -> u8 {
    FILLINGS[usize::from(8 * link + content - 1)]
}

/// What a link's content wrap of a content, or payload, is made of here.
fn content_byte(link: u8, content: u8) -> u8 {
    FILLINGS[usize::from(8 * link + 4 + content - 1)]
}

/// Bytes that are told apart in base64, too, wherever in the text somebody begins to read.
const FILLINGS: [u8; 16] =
    [0xfe, 0xfd, 0xfc, 0xfa, 0xf8, 0xf6, 0xf5, 0xf4, 0xf2, 0xf1, 0xf0, 0xed, 0xec, 0xea, 0xe9, 0xe8];

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy { limits: Limits::default(), ..Policy::default() });

fn moment(at: Millis) -> Timestamp {
    Timestamp::from_millis(START + at)
}

fn since(at: Timestamp) -> Millis {
    at.as_millis().saturating_sub(START)
}

/// Mixes a few numbers, quickly.
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }
}
