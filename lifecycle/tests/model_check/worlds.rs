//! The worlds that are explored, each whole. Each has something of its own, and as much of
//! everything else as still leaves it small.

use crate::life::{Beginning, Call, DAY, SECOND};
use crate::state::Budget;
use crate::system::{Reached, Role, World};

const SHARE: Beginning =
    Beginning { is_push: false, links: 1, limit: 1, life: DAY, destroy_after_guesses: None, guessed_before: 0 };

const PUSH: Beginning = Beginning { is_push: true, ..SHARE };

const fn recipient(link: u8, lease: u8) -> Role {
    Role::Recipient { link, lease, opens: false, reloads: false }
}

pub(crate) const ALL: &[World] = &[
    World {
        name: "one download for two",
        beginning: SHARE,
        clients: &[recipient(0, 0), recipient(0, 1)],
        budget: Budget { crashes: 1, losses: 1, faults: 0, jumps: 1 },
        spans: &[],
        reaches: &[
            Reached::Spent,
            Reached::Released,
            Reached::Lapsed,
            Reached::Finished,
            Reached::LostRace,
            Reached::CommittedAndLost,
            Reached::AskedAgain,
            Reached::BlobsDeleted,
        ],
    },
    World {
        name: "two downloads for three",
        beginning: Beginning { limit: 2, ..SHARE },
        clients: &[recipient(0, 0), recipient(0, 1), recipient(0, 2)],
        budget: Budget { crashes: 1, losses: 0, faults: 0, jumps: 0 },
        spans: &[],
        reaches: &[Reached::Spent, Reached::LostRace, Reached::AskedAgain],
    },
    World {
        name: "time goes by",
        beginning: SHARE,
        clients: &[Role::Recipient { link: 0, lease: 0, opens: true, reloads: true }],
        budget: Budget { crashes: 1, losses: 0, faults: 1, jumps: 4 },
        spans: &[],
        reaches: &[
            Reached::Spent,
            Reached::Expired,
            Reached::Released,
            Reached::Lapsed,
            Reached::BlobsDeleted,
            Reached::BlobsDeletedEarly,
            Reached::Burned,
            Reached::Forgotten,
        ],
    },
    World {
        name: "two links",
        beginning: Beginning { links: 2, ..SHARE },
        clients: &[
            recipient(0, 0),
            recipient(1, 1),
            Role::Owner(&[Call::RevokeLink { link: 0 }, Call::Destroy { link: 1 }, Call::PauseAll, Call::ResumeAll]),
        ],
        budget: Budget { crashes: 0, losses: 0, faults: 0, jumps: 0 },
        spans: &[],
        reaches: &[Reached::Spent, Reached::Revoked, Reached::Destroyed, Reached::Finished, Reached::LostRace],
    },
    World {
        name: "an owner who changes the limit",
        beginning: Beginning { limit: 2, ..SHARE },
        clients: &[recipient(0, 0), recipient(0, 1), Role::Owner(&[Call::Limit { link: 0, max: 1 }])],
        budget: Budget { crashes: 0, losses: 0, faults: 0, jumps: 1 },
        spans: &[],
        reaches: &[Reached::Spent, Reached::Released, Reached::LostRace],
    },
    World {
        name: "an owner who pauses and revokes",
        beginning: SHARE,
        clients: &[recipient(0, 0), Role::Owner(&[Call::Pause { link: 0 }, Call::Resume { link: 0 }, Call::Revoke])],
        budget: Budget { crashes: 0, losses: 1, faults: 0, jumps: 1 },
        spans: &[],
        reaches: &[Reached::Spent, Reached::Revoked, Reached::AskedAgain, Reached::BlobsDeleted],
    },
    World {
        name: "guesses that end a link",
        beginning: Beginning { destroy_after_guesses: Some(2), ..SHARE },
        clients: &[recipient(0, 0), Role::Guesser { link: 0, lease: None, tries: 3 }],
        budget: Budget { crashes: 1, losses: 0, faults: 1, jumps: 1 },
        spans: &[2 * SECOND],
        reaches: &[Reached::TooManyGuesses, Reached::OwedGuess, Reached::BlobsDeleted],
    },
    World {
        name: "guesses that lock a link",
        beginning: Beginning { guessed_before: 199, life: 7 * DAY, ..SHARE },
        clients: &[recipient(0, 0), Role::Guesser { link: 0, lease: Some(0), tries: 2 }],
        budget: Budget { crashes: 0, losses: 0, faults: 1, jumps: 1 },
        spans: &[60 * SECOND],
        reaches: &[Reached::Locked, Reached::OwedGuess, Reached::Spent],
    },
    World {
        name: "one view for two",
        beginning: PUSH,
        clients: &[Role::Recipient { link: 0, lease: 0, opens: false, reloads: true }, recipient(0, 1)],
        budget: Budget { crashes: 1, losses: 1, faults: 0, jumps: 2 },
        spans: &[],
        reaches: &[Reached::Spent, Reached::Lapsed, Reached::Finished, Reached::LostRace, Reached::CommittedAndLost],
    },
    World {
        name: "a push that ends",
        beginning: Beginning { destroy_after_guesses: Some(2), ..PUSH },
        clients: &[
            recipient(0, 0),
            Role::Guesser { link: 0, lease: None, tries: 2 },
            Role::Owner(&[Call::Pause { link: 0 }, Call::Resume { link: 0 }, Call::Revoke]),
        ],
        budget: Budget { crashes: 0, losses: 0, faults: 1, jumps: 1 },
        spans: &[2 * SECOND],
        reaches: &[Reached::Spent, Reached::Revoked, Reached::TooManyGuesses, Reached::OwedGuess],
    },
];
