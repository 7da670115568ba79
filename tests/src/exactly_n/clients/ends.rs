//! What ends a link before all is taken.

use std::time::Duration;

use subrosa_shared::problem::ProblemType;
use tokio::time::sleep;

use super::caller::{Caller, plain};
use crate::client::download::Recipient;
use crate::client::push::Reader;
use crate::client::{Client, Error};
use crate::exactly_n::history::{Answer, Deed};
use crate::exactly_n::plan::Ending;
use crate::exactly_n::planned_share::{PlannedShare, Sealed};

impl Caller {
    /// Ends it as planned, and tries to take one more then.
    pub(crate) async fn end(&mut self, share: &PlannedShare, lease: u32) {
        let sealed = share.sealed.get().expect("it was sent");
        let client = self.client.clone();
        let (ending, deed) = match share.planned.ending {
            Ending::Destroy => (Ending::Destroy, Deed::Destroy),
            ending => (ending, Deed::Revoke),
        };
        _ = self.until_answered(deed, async || end(&client, sealed, ending).await).await;
        self.take(share, lease, true).await;
    }

    /// Tries a wrong password until it is over.
    pub(crate) async fn guess(&mut self, share: &PlannedShare) {
        let sealed = share.sealed.get().expect("it was sent");
        let guesser = Guesser::new(&self.client, sealed).await;
        loop {
            let mut wait = Duration::ZERO;
            let noted = |result: Option<&Result<(), Error>>| {
                if let Some(Err(Error::Problem(problem))) = result {
                    wait = Duration::from_millis(problem.retry_after_millis.unwrap_or_default());
                }
                plain(result)
            };
            match self.once(Deed::Guess, guesser.guess(), noted).await.0 {
                Answer::Unknown if self.again().await => {}
                Answer::Refused(ProblemType::WrongPassword | ProblemType::TooManyGuesses, _) => sleep(wait).await,
                _ => return,
            }
        }
    }
}

async fn end(client: &Client, sealed: &Sealed, ending: Ending) -> Result<(), Error> {
    match (sealed, ending) {
        (Sealed::Share { .. }, Ending::Destroy) => {
            Recipient::new(client, &sealed.token(), None)?.destroy().await.map(drop)
        }
        (Sealed::Push { .. }, Ending::Destroy) => Reader::new(client, &sealed.token(), None)?.destroy().await.map(drop),
        (Sealed::Share { package, .. }, _) => client.revoke(package).await,
        (Sealed::Push { push, .. }, _) => client.revoke_push(push).await.map(drop),
    }
}

/// Somebody with the link and a wrong password.
enum Guesser {
    Share(Recipient),
    Push(Reader),
}

impl Guesser {
    async fn new(client: &Client, sealed: &Sealed) -> Self {
        const WRONG: Option<&str> = Some("wrong");
        let (client, token, is_share) = (client.clone(), sealed.token(), matches!(sealed, Sealed::Share { .. }));
        // Stretching a password takes a while.
        let made = tokio::task::spawn_blocking(move || match is_share {
            true => Recipient::new(&client, &token, WRONG).map(Self::Share),
            false => Reader::new(&client, &token, WRONG).map(Self::Push),
        });
        made.await.expect("it does not panic").expect("the token is whole")
    }

    async fn guess(&self) -> Result<(), Error> {
        match self {
            Self::Share(recipient) => recipient.open().await.map(drop),
            // A reveal is what compares; with a wrong password it gives nothing.
            Self::Push(reader) => {
                let lease = subrosa_shared::secret::LeaseSecret::generate(&mut crate::bytes::rng());
                reader.reveal_sealed(&lease).await.map(drop)
            }
        }
    }
}
