//! A ledger that refuses changes, under the stories of the model: what a stranger is told of a
//! guess is never more than what was counted.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use proptest::prelude::*;
use subrosa_lifecycle::{Command as _, LoadedLinks, OpenAttempt, RecordKey, Refusal, share_owner};
use subrosa_server::ledger::sqlite::SqliteLedger;
use subrosa_server::ledger::{
    Change, CommitOutcome, Due, InstallationId, Ledger, LedgerError, ManualClock, ObjectRow, Objects, PutNote,
    PutObject, Replaces, Row, Slot, WriteId,
};
use subrosa_server::store::{Store, StoreError};
use subrosa_shared::api::{Event, LogLine, PutLink};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LinkId, ShareId, Verifier};
use subrosa_shared::time::Timestamp;
use tempfile::TempDir;
use tokio::sync::Notify;

use crate::command::{Command, HolderAction, Outcome, OwnerAction};
use crate::run::Run;
use crate::world::{self, MINUTE, any_story};

type Refuses = Box<dyn FnMut(&Change) -> bool + Send>;

/// A real ledger, but for the changes that it is told to refuse.
pub(crate) struct Refusing {
    ledger: SqliteLedger,
    refuses: Mutex<Refuses>,
    held: Mutex<Option<(RecordKey, Arc<Held>)>>,
}

/// Holds a change of one record back until it is told otherwise.
#[derive(Default)]
pub(crate) struct Held {
    entered: Notify,
    released: Notify,
}

impl Held {
    /// Waits until it is held back.
    pub(crate) async fn entered(&self) {
        self.entered.notified().await;
    }

    /// Lets it go on.
    pub(crate) fn release(&self) {
        self.released.notify_one();
    }
}

#[async_trait]
impl Ledger for Refusing {
    async fn commit(&self, change: Change) -> Result<CommitOutcome, LedgerError> {
        let held = self.held.lock().unwrap().take_if(|(key, _)| *key == change.key);
        if let Some((_, held)) = held {
            held.entered.notify_one();
            held.released.notified().await;
        }
        let refused = (self.refuses.lock().unwrap())(&change);
        if refused { Err(LedgerError::Full) } else { self.ledger.commit(change).await }
    }

    async fn now(&self) -> Result<Timestamp, LedgerError> {
        self.ledger.now().await
    }
    async fn installation(&self) -> Result<Option<InstallationId>, LedgerError> {
        self.ledger.installation().await
    }
    async fn set_installation(&self, id: InstallationId) -> Result<InstallationId, LedgerError> {
        self.ledger.set_installation(id).await
    }
    async fn load(&self, key: &RecordKey, links: LoadedLinks) -> Result<Option<Row>, LedgerError> {
        self.ledger.load(key, links).await
    }
    async fn confirm_durable(&self, key: &RecordKey, write_id: Option<WriteId>) -> Result<bool, LedgerError> {
        self.ledger.confirm_durable(key, write_id).await
    }
    async fn share_of_link(&self, link: &LinkId) -> Result<Option<ShareId>, LedgerError> {
        self.ledger.share_of_link(link).await
    }
    async fn put_object(&self, share: &ShareId, object: ObjectRow) -> Result<PutObject, LedgerError> {
        self.ledger.put_object(share, object).await
    }
    async fn objects(&self, share: &ShareId) -> Result<Objects, LedgerError> {
        self.ledger.objects(share).await
    }
    async fn parts(
        &self,
        share: &ShareId,
        content: ContentNumber,
        places: std::ops::Range<u32>,
    ) -> Result<Vec<ObjectRow>, LedgerError> {
        self.ledger.parts(share, content, places).await
    }
    async fn last_part(&self, share: &ShareId, content: ContentNumber) -> Result<Option<ObjectRow>, LedgerError> {
        self.ledger.last_part(share, content).await
    }
    async fn object(
        &self,
        share: &ShareId,
        content: ContentNumber,
        slot: Slot,
    ) -> Result<Option<ObjectRow>, LedgerError> {
        self.ledger.object(share, content, slot).await
    }
    async fn put_note(&self, share: &ShareId, note: Vec<u8>, replaces: Replaces) -> Result<PutNote, LedgerError> {
        self.ledger.put_note(share, note, replaces).await
    }
    async fn note(&self, share: &ShareId) -> Result<Option<Vec<u8>>, LedgerError> {
        self.ledger.note(share).await
    }
    async fn log(&self, key: &RecordKey) -> Result<Vec<LogLine>, LedgerError> {
        self.ledger.log(key).await
    }
    async fn due(&self, now: Timestamp, after: Option<Due>, count_max: usize) -> Result<Vec<Due>, LedgerError> {
        self.ledger.due(now, after, count_max).await
    }
    async fn is_empty(&self) -> Result<bool, LedgerError> {
        self.ledger.is_empty().await
    }
    async fn scrub(&self) -> Result<bool, LedgerError> {
        self.ledger.scrub().await
    }
    async fn ping(&self) -> Result<(), LedgerError> {
        self.ledger.ping().await
    }
}

/// The ledger of one story, with the servers on it.
pub(crate) struct Place {
    ledger: Arc<Refusing>,
    clock: ManualClock,
    _folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        // In memory where that is at hand: nothing here is about a disk.
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let clock = ManualClock::new(world::START);
        let ledger = SqliteLedger::open(&folder.path().join("ledger.sqlite"), Arc::new(clock.clone())).unwrap();
        let ledger = Arc::new(Refusing { ledger, refuses: Mutex::new(Box::new(|_| false)), held: Mutex::default() });
        Self { ledger, clock, _folder: folder }
    }

    fn refuse(&self, refuses: impl FnMut(&Change) -> bool + Send + 'static) {
        *self.ledger.refuses.lock().unwrap() = Box::new(refuses);
    }

    /// Holds the next change of a record back.
    pub(crate) fn hold(&self, key: RecordKey) -> Arc<Held> {
        let held = Arc::<Held>::default();
        *self.ledger.held.lock().unwrap() = Some((key, Arc::clone(&held)));
        held
    }

    pub(crate) fn server(&self) -> Store {
        Store::new(Arc::clone(&self.ledger) as Arc<dyn Ledger>, world::policy())
    }

    fn wait_until(&self, at: Timestamp) {
        self.clock.advance(self.clock_now().until(at));
    }

    fn clock_now(&self) -> Timestamp {
        subrosa_server::ledger::Clock::now(&self.clock)
    }
}

fn key(command: &Command) -> RecordKey {
    match command {
        Command::CreatePush { .. } => RecordKey::Push(world::push::id()),
        Command::Holder { link, .. } if *link == world::push::id() => RecordKey::Push(*link),
        Command::Owner { action: OwnerAction::ChangePush { .. }, .. } => RecordKey::Push(world::push::id()),
        _ => world::share_id().into(),
    }
}

/// The same with another open proof.
fn showing(command: &Command, open: Verifier) -> Command {
    let mut command = command.clone();
    if let Command::Holder {
        action:
            HolderAction::Open(attempt)
            | HolderAction::ReadManifest(attempt)
            | HolderAction::Destroy(attempt)
            | HolderAction::Lease { attempt, .. }
            | HolderAction::Reveal { attempt, .. },
        ..
    } = &mut command
    {
        attempt.open = open;
    }
    command
}

fn told(outcome: &Result<Outcome, StoreError>) -> String {
    format!("{outcome:?}")
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..world::config() })]

    /// In any story, for every step that shows an open proof: where the ledger refuses just this
    /// change, every open proof gets the same answer, and nothing is changed by any. Else the store
    /// answers what the function does.
    #[test]
    fn a_change_that_is_refused_tells_nothing_of_a_guess(story in any_story()) {
        let run = Run::of(&story);
        let pushes = run.trace.iter().any(|entry| matches!(entry.command, Command::CreatePush { .. }));
        let key = |command: &Command| if pushes { RecordKey::Push(world::push::id()) } else { key(command) };
        let opens: Vec<Verifier> = (0..world::LINKS)
            .flat_map(|link| (0..world::PASSWORDS).map(move |password| world::open_verifier(link, password)))
            .chain([world::push::open_verifier(), world::wrong()])
            .collect();
        let place = Place::new();
        let store = place.server();
        runtime().block_on(async {
            for entry in &run.trace {
                place.wait_until(entry.at);
                let key = key(&entry.command);
                if entry.command.guesses().is_some() {
                    let before = place.ledger.load(&key, LoadedLinks::All).await.unwrap();
                    place.refuse(|_| true);
                    let mut answers = Vec::new();
                    for open in &opens {
                        answers.push(told(&place.server().run(key, &showing(&entry.command, *open)).await));
                    }
                    answers.dedup();
                    prop_assert_eq!(answers.len(), 1, "{:?}: {:?}", &entry.command, &answers);
                    place.refuse(|_| false);
                    prop_assert_eq!(place.ledger.load(&key, LoadedLinks::All).await.unwrap(), before);
                }
                let outcome = store.run(key, &entry.command).await;
                let expected = entry.outcome.clone().map_err(StoreError::Refused);
                prop_assert_eq!(told(&outcome), told(&expected), "{:?}", &entry.command);
            }
            Ok(())
        })?;
    }
}

fn open(open: Verifier) -> Command {
    world::by_holder(0, HolderAction::Open(OpenAttempt { open, device: None }))
}

pub(crate) async fn one_link(store: &Store, destroy_after_guesses: Option<u32>) {
    let link = PutLink { destroy_after_guesses, ..world::put_request(0) };
    for command in [world::create(world::create_request()), world::complete(), world::put(0, link)] {
        store.run(world::share_id(), &command).await.unwrap();
    }
}

async fn wrong_passwords(store: &Store) -> u64 {
    let outcome = store.run(world::share_id(), &world::by_owner(OwnerAction::Status)).await.unwrap();
    let Outcome::Share(status) = outcome else { panic!("{outcome:?}") };
    status.links[0].counters.wrong_password.count.into()
}

/// A disk that has room for what a right proof writes, and not for the line that a wrong one adds.
#[test]
fn where_only_wrong_ones_are_refused_one_is_owed_and_no_other_is_compared() {
    let place = Place::new();
    runtime().block_on(async {
        let store = place.server();
        one_link(&store, Some(5)).await;
        place.refuse(|change| change.log.iter().any(|line| line.event == Event::WrongPassword));
        let first = told(&store.run(world::share_id(), &open(world::wrong())).await);
        assert_eq!(first, told(&Err(LedgerError::Full.into())));
        for _ in 0..20 {
            for guess in [world::open_verifier(0, 0), world::wrong()] {
                assert_eq!(told(&store.run(world::share_id(), &open(guess)).await), first);
            }
            store.count_owed_guesses().await.unwrap_err();
        }
        assert_eq!(wrong_passwords(&store).await, 0);

        // The ledger takes it: what is owed is counted, once, and slows the next.
        place.refuse(|_| false);
        store.count_owed_guesses().await.unwrap();
        assert_eq!(wrong_passwords(&store).await, 1);
        let early = store.run(world::share_id(), &open(world::open_verifier(0, 0))).await;
        assert!(matches!(early, Err(StoreError::Refused(Refusal::TooManyGuesses { .. }))), "{early:?}");
        place.clock.advance(std::time::Duration::from_millis(MINUTE));
        store.run(world::share_id(), &open(world::open_verifier(0, 0))).await.unwrap();
    });
}

/// An end that its owner was told cannot be noted: the link hands nothing out, strangers learn
/// nothing of it, other links go on, and it is noted without being asked for again.
#[test]
fn an_end_that_is_refused_is_owed_and_noted_later() {
    let place = Place::new();
    runtime().block_on(async {
        let store = place.server();
        one_link(&store, None).await;
        store.run(world::share_id(), &world::put(1, world::put_request(1))).await.unwrap();
        let ends = |line: &LogLine| line.event == Event::Revoked;
        place.refuse(move |change| change.log.iter().any(ends));
        let end = share_owner::RevokeLink { link: world::link_id(0) };
        let refused = store.run_owner(world::share_id(), world::owner(), end).await;
        assert!(matches!(refused, Err(StoreError::NoRoomForGranted)), "{refused:?}");

        let full = told(&Err(LedgerError::Full.into()));
        let by = |link, attempt| world::by_holder(link, HolderAction::Open(attempt));
        for attempt in [world::right(0, None), OpenAttempt { open: world::wrong(), device: None }] {
            assert_eq!(told(&store.run(world::share_id(), &by(0, attempt)).await), full);
        }
        store.run(world::share_id(), &by(1, world::right(1, None))).await.unwrap();
        let action = HolderAction::Open(world::right(0, None));
        let stranger = Command::Holder { link: world::link_id(0), presented: world::wrong(), action };
        let answer = store.run(world::share_id(), &stranger).await;
        assert!(matches!(answer, Err(StoreError::Refused(Refusal::NotFound))), "{answer:?}");
        store.note_owed_ends().await.unwrap_err();

        place.refuse(|_| false);
        store.note_owed_ends().await.unwrap();
        let answer = store.run(world::share_id(), &by(0, world::right(0, None))).await;
        assert!(matches!(answer, Err(StoreError::Refused(Refusal::Gone(_)))), "{answer:?}");
        store.run(world::share_id(), &by(1, world::right(1, None))).await.unwrap();
    });
}

/// Whichever changes are refused, and whoever comes when they are taken again: no more is told than
/// was counted.
#[test]
fn whichever_changes_are_refused_guessing_ends() {
    runtime().block_on(async {
        for pattern in 0..16_u32 {
            let place = Place::new();
            let store = place.server();
            one_link(&store, Some(3)).await;
            let mut commits = 0;
            place.refuse(move |_| {
                commits += 1;
                pattern >> (commits % 4) & 1 == 1
            });
            // Answers by which a wrong guess can be told from a right one.
            let mut learned = 0;
            for _ in 0..24 {
                let answer = store.run(world::share_id(), &open(world::wrong())).await;
                learned += u64::from(matches!(answer, Err(StoreError::Refused(Refusal::WrongPassword { .. }))));
                place.clock.advance(std::time::Duration::from_millis(MINUTE));
            }
            place.refuse(|_| false);
            store.count_owed_guesses().await.unwrap();
            let counted = wrong_passwords(&store).await;
            assert!(learned <= counted && counted <= 3, "{learned} {counted} of pattern {pattern:04b}");
            if pattern != 15 {
                assert_eq!(counted, 3, "{pattern:04b}");
            }
        }
    });
}

/// A change that was made, though the ledger said otherwise, counts once.
#[test]
fn what_was_counted_after_all_is_not_counted_again() {
    let place = Place::new();
    runtime().block_on(async {
        let store = place.server();
        one_link(&store, None).await;
        let made: Arc<Mutex<Option<Change>>> = Arc::default();
        let kept = Arc::clone(&made);
        place.refuse(move |change| kept.lock().unwrap().replace(change.clone()).is_none());
        store.run(world::share_id(), &open(world::wrong())).await.unwrap_err();
        let change = made.lock().unwrap().clone().unwrap();
        place.ledger.ledger.commit(change).await.unwrap();
        store.count_owed_guesses().await.unwrap();
        assert_eq!(wrong_passwords(&store).await, 1);
    });
}
