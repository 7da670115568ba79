//! The modelled system: who can move next, and what comes of it.

use stateright::{Model, Property};
use subrosa_shared::api::EndReason;

use crate::judge;
use crate::life::{Answer, Beginning, Call, Contents, DAY, Known, LINKS, Millis, Why};
use crate::promises::{Broken, Promise};
use crate::state::{
    Budget, CLIENTS, Client, LEASES, LeasePast, LinkPast, Past, Phase, REAPER, Reaper, SLOTS, Slot, Stage, State, Waits,
};
use crate::store::{self, Fate};

/// One bounded world.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) name: &'static str,
    pub(crate) beginning: Beginning,
    pub(crate) clients: &'static [Role],
    pub(crate) budget: Budget,
    /// Spans by which time may jump, beside those to the next due moment.
    pub(crate) spans: &'static [Millis],
    /// What has to happen in it.
    pub(crate) reaches: &'static [Reached],
}

/// Who somebody is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Role {
    Recipient {
        link: u8,
        lease: u8,
        /// Whether they open the link before they ask for a lease.
        opens: bool,
        /// Whether they may reload the page, and so ask for their lease again.
        reloads: bool,
        /// Whether they may then open the link with it, once.
        reopens: bool,
    },
    /// Shows so many wrong passwords; also with the lease secret of somebody else, if one is named.
    Guesser { link: u8, lease: Option<u8>, tries: u8 },
    /// Each of these once, in any order.
    Owner(&'static [Call]),
}

/// Something that has to happen somewhere, or the world is too small to mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    Spent,
    Expired,
    Revoked,
    Destroyed,
    TooManyGuesses,
    Locked,
    Released,
    Lapsed,
    Finished,
    LostRace,
    CommittedAndLost,
    AskedAgain,
    OwedGuess,
    BlobsDeletedEarly,
    BlobsDeleted,
    Burned,
    Forgotten,
    ReadsAnOlder,
    ContentDropped,
    UploadGivenUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// A client asks a server, which loads the record and steps.
    Asks {
        client: u8,
        slot: u8,
        call: Call,
    },
    Commits {
        slot: u8,
        fate: Fate,
    },
    Answers {
        slot: u8,
    },
    Crashes {
        slot: u8,
    },
    /// The connection of a client that waits breaks.
    LosesConnection {
        client: u8,
    },
    Reaps,
    /// Time jumps to that moment.
    Time(Millis),
}

impl World {
    fn role(&self, client: usize) -> Option<Role> {
        self.clients.get(client).copied()
    }

    /// What a client may ask next.
    fn asks(&self, state: &State, client: usize, mut ask: impl FnMut(Call)) {
        let Client { stage, tries, waits, asked } = state.clients[client];
        match (waits, asked) {
            (Waits::Yes | Waits::Again, _) => return,
            (Waits::Lost, Some(call)) => return ask(call),
            _ => {}
        }
        match self.role(client) {
            Some(Role::Recipient { link, lease, opens, reloads, reopens }) => {
                let wants = Call::Lease { link, lease, right: true };
                match stage {
                    Stage::Looks if opens => ask(Call::Open { link, right: true }),
                    Stage::Looks | Stage::Asks => ask(wants),
                    Stage::Has | Stage::Reads => {
                        if !self.beginning.is_push {
                            ask(Call::Fetch { link, lease });
                        }
                        if stage == Stage::Reads {
                            ask(Call::Finish { link, lease });
                        }
                        if reloads {
                            ask(wants);
                        }
                        if reopens && tries > 0 {
                            ask(Call::Reopen { link, lease });
                        }
                    }
                    Stage::Over => {}
                }
            }
            Some(Role::Guesser { link, lease, .. }) if tries > 0 => {
                ask(Call::Open { link, right: false });
                if let Some(lease) = lease {
                    ask(Call::Lease { link, lease, right: false });
                }
            }
            Some(Role::Owner(calls)) => {
                calls.iter().enumerate().filter(|(place, _)| tries & 1 << place != 0).for_each(|(_, call)| ask(*call));
            }
            Some(Role::Guesser { .. }) | None => {}
        }
    }

    fn answer(&self, state: &mut State, slot: u8) {
        let (client, call, answer) = store::answer(state, slot.into());
        if let Some(client) = client.map(usize::from)
            && let Some(role) = self.role(client)
        {
            self.hears(&mut state.clients[client], role, call, answer);
        }
    }

    /// What a client does with an answer.
    fn hears(&self, client: &mut Client, role: Role, call: Call, answer: Answer) {
        if answer == Answer::Unavailable {
            client.waits = Waits::Lost;
            return;
        }
        (client.waits, client.asked) = (Waits::No, None);
        match role {
            Role::Recipient { .. } => {
                // Each time is counted: for ever there would be more states.
                client.tries -= u8::from(matches!((call, answer), (Call::Reopen { .. }, Answer::Opened)));
                client.stage = match (call, answer) {
                    (_, Answer::Refused(Why::Gone | Why::NotFound)) => Stage::Over,
                    (Call::Open { .. }, Answer::Opened) => Stage::Asks,
                    (Call::Lease { .. }, Answer::Granted) if self.beginning.is_push => Stage::Reads,
                    (Call::Lease { .. }, Answer::Granted) => client.stage.max_has(),
                    (Call::Fetch { .. }, Answer::Done) => Stage::Reads,
                    (Call::Finish { .. }, Answer::Done) => Stage::Over,
                    // It went back: whoever has not begun asks anew.
                    (Call::Fetch { .. }, Answer::Refused(Why::LeaseEnded)) if client.stage == Stage::Has => Stage::Asks,
                    (_, Answer::Refused(Why::LeaseEnded)) => Stage::Over,
                    _ => client.stage,
                }
            }
            Role::Guesser { .. } => match answer {
                Answer::Refused(Why::WrongPassword) => client.tries -= 1,
                Answer::Refused(Why::TooManyGuesses | Why::Paused | Why::Locked) => {}
                _ => client.tries = 0,
            },
            Role::Owner(calls) => {
                let place = calls.iter().position(|known| *known == call).unwrap_or_default();
                client.tries &= !(1 << place);
            }
        }
    }

    fn moments(&self, state: &State, mut jump: impl FnMut(Millis)) {
        let Some(record) = state.record.filter(|_| state.left.jumps > 0) else { return };
        // What is due is left to the reaper, or to whoever comes first.
        let due = record.due;
        if due > state.now + 1 {
            jump(due - 1);
        }
        if due > state.now {
            jump(due);
        }
        // For a week nobody deletes what is to be deleted.
        if record.blobs_pending {
            jump(state.now + 7 * DAY);
        }
        self.spans.iter().for_each(|span| jump(state.now + span));
    }
}

impl Stage {
    fn max_has(self) -> Self {
        if self == Self::Reads { self } else { Self::Has }
    }
}

impl Model for World {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let (record, lines, now) = self.beginning.begin();
        let client = |client| match self.role(client) {
            None => Client::ABSENT,
            Some(Role::Recipient { reopens, .. }) => {
                Client { stage: Stage::Looks, tries: reopens.into(), ..Client::ABSENT }
            }
            Some(Role::Guesser { tries, .. }) => Client { tries, ..Client::ABSENT },
            Some(Role::Owner(calls)) => Client { tries: (1 << calls.len()) - 1, ..Client::ABSENT },
        };
        let link_of = |number: usize| {
            self.clients.iter().find_map(|role| match role {
                Role::Recipient { link, lease, .. } if usize::from(*lease) == number => Some(*link),
                _ => None,
            })
        };
        let guessed = self.beginning.guessed_before;
        let link = |place| {
            let told = if place == 0 { guessed } else { 0 };
            LinkPast { max: self.beginning.limit, wrong_told: told as u16, ..LinkPast::default() }
        };
        let past = Past {
            leases: std::array::from_fn(|lease| LeasePast {
                link: link_of(lease).unwrap_or(u8::MAX),
                ..LeasePast::default()
            }),
            links: std::array::from_fn(link),
            gone_at: None,
            guesses_excused: 0,
            guesses_noticed: std::array::from_fn(|place| if place == 0 { guessed as u8 } else { 0 }),
        };
        vec![State {
            now,
            record: Some(record),
            lines,
            blobs: (1..=self.beginning.contents)
                .map(Contents::one)
                .fold(Contents::NONE, |all, one| if self.beginning.is_push { all } else { all.with(one) }),
            slots: [Slot::FREE; SLOTS],
            reaper: Reaper::Idle,
            clients: std::array::from_fn(client),
            past,
            left: self.budget,
            broken: Broken::default(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for number in 0..SLOTS {
            let (slot, left) = (number as u8, state.left);
            let Slot { phase, owes, .. } = state.slots[number];
            match phase {
                Phase::Free => {}
                Phase::Answering => actions.push(Action::Answers { slot }),
                Phase::Stepped => {
                    actions.push(Action::Commits { slot, fate: Fate::Taken });
                    if left.faults > 0 {
                        actions.push(Action::Commits { slot, fate: Fate::Failed });
                        actions.push(Action::Commits { slot, fate: Fate::Unanswered });
                    }
                }
            }
            let idle = phase == Phase::Free && owes.is_none() && (number != REAPER || state.reaper == Reaper::Idle);
            if left.crashes > 0 && !idle {
                actions.push(Action::Crashes { slot });
            }
        }
        for client in 0..CLIENTS {
            let number = client as u8;
            // Servers that are free and owe nothing are alike: one of them is enough.
            let free = |slot: &usize| state.slots[*slot].phase == Phase::Free;
            let mut alike = false;
            for slot in (0..REAPER).filter(free) {
                let plain = state.slots[slot].owes.is_none();
                if !(plain && alike) {
                    let slot = slot as u8;
                    self.asks(state, client, |call| actions.push(Action::Asks { client: number, slot, call }));
                }
                alike |= plain;
            }
            if state.left.losses > 0 && matches!(state.clients[client].waits, Waits::Yes | Waits::Again) {
                actions.push(Action::LosesConnection { client: number });
            }
        }
        let due = || state.record.is_some_and(|record| record.due <= state.now);
        if match state.reaper {
            Reaper::Idle => due(),
            Reaper::Ticks | Reaper::Says => false,
            _ => true,
        } {
            actions.push(Action::Reaps);
        }
        self.moments(state, |at| actions.push(Action::Time(at)));
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut next = before.clone();
        let state = &mut next;
        match action {
            Action::Asks { client, slot, call } => {
                let asking = &mut state.clients[usize::from(client)];
                asking.waits = if asking.waits == Waits::Lost { Waits::Again } else { Waits::Yes };
                asking.asked = Some(call);
                store::accept(state, slot.into(), Some(client), call);
            }
            Action::Commits { slot, fate } => {
                state.left.faults -= u8::from(fate != Fate::Taken);
                let at_once = store::commit(state, slot.into(), fate);
                if usize::from(slot) == REAPER {
                    if state.slots[REAPER].phase == Phase::Answering {
                        store::reap(state);
                    }
                } else if at_once {
                    self.answer(state, slot);
                }
            }
            Action::Answers { slot } => self.answer(state, slot),
            Action::Crashes { slot } => {
                state.left.crashes -= 1;
                let client = store::crash(state, slot.into());
                if usize::from(slot) == REAPER {
                    state.reaper = Reaper::Idle;
                }
                if let Some(client) = client {
                    state.clients[usize::from(client)].waits = Waits::Lost;
                }
            }
            Action::LosesConnection { client } => {
                state.left.losses -= 1;
                state.clients[usize::from(client)].waits = Waits::Lost;
                // The server goes on.
                state.slots.iter_mut().filter(|slot| slot.client == Some(client)).for_each(|slot| slot.client = None);
            }
            Action::Reaps => store::reap(state),
            Action::Time(at) => {
                state.left.jumps -= 1;
                state.now = at;
                judge::record(state, None);
            }
        }
        // Servers are alike: they stand in order of what they do.
        state.slots[..REAPER].sort_unstable();
        state.broken.demand(Promise::GuessingEnds, judge::guessing_ends(state, self.beginning.destroy_after_guesses));
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        // One for all: the checker looks each up by its name in every state. The state says which.
        let promises = Property::always("every promise holds", |_, state: &State| state.broken == Broken::default());
        [promises].into_iter().chain(self.reaches.iter().map(|reached| reached.property())).collect()
    }
}

impl Reached {
    fn property(self) -> Property<World> {
        fn ended(state: &State, why: EndReason) -> bool {
            let links = state.record.iter().flat_map(|record| record.links.iter().flatten());
            links.into_iter().any(|link| link.gone.is_some_and(|(reason, _)| reason == why))
        }
        fn waits(state: &State, waits: Waits) -> bool {
            state.clients.iter().any(|client| client.waits == waits)
        }
        match self {
            Self::Spent => Property::sometimes("a link is spent", |_, state: &State| ended(state, EndReason::Spent)),
            Self::Expired => Property::sometimes("a link expires", |_, state: &State| ended(state, EndReason::Expired)),
            Self::Revoked => {
                Property::sometimes("a link is revoked", |_, state: &State| ended(state, EndReason::Revoked))
            }
            Self::Destroyed => {
                Property::sometimes("a link is destroyed", |_, state: &State| ended(state, EndReason::Destroyed))
            }
            Self::TooManyGuesses => Property::sometimes("a link ends by guesses", |_, state: &State| {
                ended(state, EndReason::TooManyGuesses)
            }),
            Self::Locked => Property::sometimes("a link locks", |_, state: &State| {
                state.record.is_some_and(|record| record.links.iter().flatten().any(|link| link.is_locked))
            }),
            Self::Released => Property::sometimes("a lease goes back", |_, state: &State| {
                state.lines.iter().any(|lines| lines.released > 0)
            }),
            Self::Lapsed => Property::sometimes("a lease lapses", |_, state: &State| {
                state.lines.iter().any(|lines| lines.lapsed > 0)
            }),
            Self::Finished => Property::sometimes("every link is finished once", |world: &World, state: &State| {
                (0..LINKS).take(world.beginning.links.into()).all(|place| state.lines[place].finished > 0)
            }),
            Self::LostRace => Property::sometimes("a race for the record is lost", |_, state: &State| {
                state.slots.iter().any(|slot| slot.phase == Phase::Stepped && slot.is_stale)
            }),
            Self::CommittedAndLost => {
                Property::sometimes("a server dies between commit and answer", |world: &World, state: &State| {
                    let crashed = state.left.crashes < world.budget.crashes && state.left.losses == world.budget.losses;
                    let granted = |lease: u8| state.past.leases[usize::from(lease)].granted_at.is_some();
                    crashed
                        && state.clients.iter().any(|client| match (client.waits, client.asked) {
                            (Waits::Lost, Some(Call::Lease { lease, .. })) => {
                                usize::from(lease) < LEASES && client.stage != Stage::Has && granted(lease)
                            }
                            _ => false,
                        })
                })
            }
            Self::AskedAgain => {
                Property::sometimes("a lost answer is asked for again", |_, state: &State| waits(state, Waits::Again))
            }
            Self::OwedGuess => Property::sometimes("a guess is owed", |_, state: &State| {
                state.slots.iter().any(|slot| slot.owes.is_some())
            }),
            Self::BlobsDeletedEarly => {
                Property::sometimes("blobs are deleted before the end is stored", |_, state: &State| {
                    state.blobs.is_empty() && state.past.gone_at.is_none()
                })
            }
            Self::BlobsDeleted => Property::sometimes("blobs are deleted, and it is noted", |_, state: &State| {
                state.blobs.is_empty()
                    && state.record.is_some_and(|record| record.gone_at.is_some() && !record.blobs_pending)
            }),
            Self::Burned => Property::sometimes("only the id is kept", |_, state: &State| {
                state.record.is_some_and(|record| record.is_burned)
            }),
            Self::ReadsAnOlder => Property::sometimes("a download reads an older content", |_, state: &State| {
                let links = state.record.map(|record| record.links).unwrap_or_default();
                state.past.leases.iter().any(|lease| {
                    let link = links.get(usize::from(lease.link)).copied().flatten();
                    lease.runs(false, state.now) && link.is_some_and(|link| link.content > lease.content)
                })
            }),
            Self::ContentDropped => Property::sometimes("a content is dropped, and it is noted", |_, state: &State| {
                let is_none = |contents: Contents| Contents::FIRST.without(contents) == Contents::FIRST;
                let dropped = |record: Known| record.gone_at.is_none() && record.leaving.is_empty();
                let is_dropped = state.record.is_some_and(|record| dropped(record) && is_none(record.fixed));
                is_dropped && is_none(state.blobs) && !state.blobs.is_empty()
            }),
            Self::UploadGivenUp => Property::sometimes("an upload is given up", |_, state: &State| {
                state
                    .record
                    .is_some_and(|record| record.gone_at.is_none() && !record.leaving.without(record.fixed).is_empty())
            }),
            Self::Forgotten => Property::sometimes("all is forgotten", |_, state: &State| state.record.is_none()),
        }
    }
}
