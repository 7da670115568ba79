//! What random stories are made of.

use std::fmt::{self, Debug, Formatter};

use crate::command::{Command, OwnerAction};

/// One move of a random story.
#[derive(Clone)]
pub(crate) enum Move {
    /// Time goes by, in milliseconds.
    Wait(u64),
    /// Until the record is due, or a millisecond before.
    WaitUntilDue { before: bool },
    /// Somebody asks for something.
    Do(Box<Command>),
    /// Something that was asked before is asked again: a retry, or an answer that came late.
    Again(usize),
    /// So many wrong passwords, as fast as they are let.
    GuessOn { link: u8, count: u32 },
    /// The same on a push.
    GuessOnPush { count: u32 },
}

/// On one line, and without what wraps hold, so that a failing story can be read.
impl Debug for Move {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wait(millis) => write!(f, "Wait({millis})"),
            Self::WaitUntilDue { before } => write!(f, "WaitUntilDue(before: {before})"),
            Self::Again(which) => write!(f, "Again({which})"),
            Self::GuessOn { link, count } => write!(f, "GuessOn(link: {link}, count: {count})"),
            Self::GuessOnPush { count } => write!(f, "GuessOnPush(count: {count})"),
            Self::Do(command) => {
                let mut command = command.clone();
                if let Command::Owner { action: OwnerAction::AddLink { request, .. }, .. } = &mut *command {
                    (request.lock.view_wrap, request.lock.content_wrap) = (vec![], vec![]);
                }
                if let Command::CreatePush { request, .. } = &mut *command {
                    (request.lock.face, request.lock.payload, request.note) = (vec![], vec![], vec![]);
                }
                if let Command::Owner { action: OwnerAction::ChangeLink { request, .. }, .. } = &mut *command {
                    let wraps = request.lock.iter_mut().flat_map(|lock| [&mut lock.view_wrap, &mut lock.content_wrap]);
                    wraps.for_each(Vec::clear);
                }
                write!(f, "Do({command:?})")
            }
        }
    }
}
