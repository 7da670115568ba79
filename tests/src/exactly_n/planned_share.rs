//! What is sent under one link, sealed once: every client that needs it repeats the same request.

use subrosa_shared::push::Payload;
use subrosa_shared::secret::LeaseSecret;
use tokio::sync::{Mutex, OnceCell};

use super::history::Kind;
use super::plan::{Planned, SHORT_LIFE_SECS};
use crate::bytes::noise;
use crate::client::package::{Package, Source, Terms};
use crate::client::push::{PushTerms, SealedPush};
use crate::client::upload::{LinkTerms, SealedLink};

/// The smallest part size: several parts without many bytes.
const PART_BYTES: u32 = 64 * 1024;
/// The life of what does not expire during the test.
const LIFE_SECS: i64 = 3600;

/// One planned link with what is sealed for it.
#[derive(Debug)]
pub(super) struct PlannedShare {
    /// The plan.
    pub(super) planned: Planned,
    /// Made when it is first sent.
    pub(super) sealed: OnceCell<Sealed>,
    /// A lease of a push that got the payload and was not finished: it gets it again.
    pub(super) unfinished: Mutex<Option<LeaseSecret>>,
}

/// What is sealed for a link.
#[derive(Debug)]
pub(super) enum Sealed {
    /// A share and its link.
    Share {
        /// What is in it.
        files: Vec<Source>,
        /// The share.
        package: Box<Package>,
        /// The link.
        link: Box<SealedLink>,
    },
    /// A push.
    Push {
        /// What is in it.
        text: String,
        /// The push.
        push: Box<SealedPush>,
    },
}

impl PlannedShare {
    /// Not sealed yet.
    #[must_use]
    pub(super) fn new(planned: Planned) -> Self {
        Self { planned, sealed: OnceCell::new(), unfinished: Mutex::new(None) }
    }

    /// Seals it, with content that is its own.
    ///
    /// # Panics
    /// It cannot be sealed.
    #[must_use]
    pub(super) fn seal(&self, number: usize) -> Sealed {
        let terms = &self.planned.terms;
        let expires_in_secs = if terms.expires { SHORT_LIFE_SECS } else { LIFE_SECS };
        let guesses = (terms.guesses_max < subrosa_shared::limits::GUESSES_MAX).then_some(terms.guesses_max);
        match terms.kind {
            Kind::Share => {
                let files = vec![Source::new("noise.bin", noise(self.planned.content_len, number as u64))];
                let of_share = Terms {
                    part_bytes: Some(PART_BYTES),
                    expires_in_secs,
                    ends_with_last_link: terms.ends_with_last_link,
                    ..Terms::default()
                };
                let package = Box::new(Package::seal(&files, &of_share).expect("noise can be sealed"));
                let of_link = LinkTerms { destroy_after_guesses: guesses, ..LinkTerms::downloads(terms.limit) };
                let link = Box::new(SealedLink::seal(&package, &of_link).expect("there is no password"));
                Sealed::Share { files, package, link }
            }
            Kind::Push => {
                let text = format!("password of case {number}");
                let payload = Payload::Password { password: text.clone() };
                let terms =
                    PushTerms { expires_in_secs, destroy_after_guesses: guesses, ..PushTerms::views(terms.limit) };
                Sealed::Push { text, push: Box::new(SealedPush::seal(&payload, &terms).expect("it is short")) }
            }
        }
    }
}

impl Sealed {
    /// The link's token.
    #[must_use]
    pub(super) fn token(&self) -> String {
        match self {
            Self::Share { link, .. } => link.secret.to_token().to_string(),
            Self::Push { push, .. } => push.owner.push_secret().to_token().to_string(),
        }
    }
}
