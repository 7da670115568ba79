//! The worlds that are explored, each whole. Each has something of its own, and as much of
//! everything else as still leaves it small.

use crate::life::{Beginning, Call, DAY, SECOND};
use crate::state::Budget;
use crate::system::{Reached, Role, World};

const SHARE: Beginning = Beginning {
    is_push: false,
    links: 1,
    limit: 1,
    life: DAY,
    destroy_after_guesses: None,
    guessed_before: 0,
    contents: 1,
    waits: false,
};

const PUSH: Beginning = Beginning { is_push: true, ..SHARE };

const fn recipient(link: u8, lease: u8) -> Role {
    Role::Recipient { link, lease, opens: false, reloads: false, reopens: false }
}

/// Puts a content behind a link, which allows as many downloads as before.
const fn moved(link: u8, content: u8) -> Call {
    Call::Move { link, content, max: 0 }
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
        clients: &[Role::Recipient { link: 0, lease: 0, opens: true, reloads: true, reopens: false }],
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
        clients: &[Role::Recipient { link: 0, lease: 0, opens: false, reloads: true, reopens: false }, recipient(0, 1)],
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
    World {
        name: "a new version behind a link in use",
        beginning: Beginning { limit: 2, contents: 2, ..SHARE },
        clients: &[
            Role::Recipient { link: 0, lease: 0, opens: false, reloads: true, reopens: true },
            Role::Owner(&[moved(0, 2), moved(0, 1)]),
        ],
        budget: Budget { crashes: 0, losses: 0, faults: 0, jumps: 1 },
        spans: &[],
        reaches: &[Reached::LostRace, Reached::ReadsAnOlder],
    },
    World {
        name: "versions come and go",
        beginning: Beginning { limit: 2, ..SHARE },
        clients: &[
            recipient(0, 0),
            Role::Owner(&[
                Call::Begin { content: 2 },
                Call::Complete { content: 2 },
                moved(0, 2),
                Call::RemoveContent { content: 2 },
            ]),
        ],
        budget: Budget { crashes: 1, losses: 0, faults: 0, jumps: 1 },
        spans: &[],
        reaches: &[Reached::ReadsAnOlder, Reached::UploadGivenUp],
    },
    World {
        name: "a fourth version is too many",
        beginning: Beginning { limit: 2, contents: 2, ..SHARE },
        clients: &[
            recipient(0, 0),
            Role::Owner(&[
                moved(0, 2),
                Call::Begin { content: 3 },
                Call::Complete { content: 3 },
                moved(0, 3),
                Call::Begin { content: 4 },
            ]),
        ],
        budget: Budget { crashes: 0, losses: 0, faults: 0, jumps: 0 },
        spans: &[],
        reaches: &[Reached::ReadsAnOlder, Reached::ContentDropped],
    },
    World {
        name: "a link that ends before the new version",
        beginning: Beginning { links: 2, contents: 2, ..SHARE },
        clients: &[
            recipient(0, 0),
            recipient(1, 1),
            Role::Owner(&[Call::RevokeLink { link: 0 }, moved(0, 2), moved(1, 2)]),
        ],
        budget: Budget { crashes: 0, losses: 0, faults: 0, jumps: 0 },
        spans: &[],
        reaches: &[Reached::Spent, Reached::Revoked, Reached::ReadsAnOlder],
    },
    World {
        name: "a link that waits for a new version",
        beginning: Beginning { contents: 2, waits: true, ..SHARE },
        clients: &[
            recipient(0, 0),
            recipient(0, 1),
            Role::Owner(&[Call::Move { link: 0, content: 2, max: 2 }, Call::RevokeLink { link: 0 }]),
        ],
        budget: Budget { crashes: 0, losses: 0, faults: 0, jumps: 0 },
        spans: &[],
        reaches: &[Reached::Revoked, Reached::ReadsAnOlder, Reached::Finished],
    },
];
