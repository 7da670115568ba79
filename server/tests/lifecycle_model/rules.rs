//! Rules one by one, at their edges: what random stories reach seldom or never.

mod ends;
mod guesses;
mod leases;
mod links;
mod pushes;
mod uploads;

use subrosa_lifecycle::{Policy, Refusal};
use subrosa_shared::api::{LinkStatus, LinkView, PutLink, ShareStatus};

use crate::command::{HolderAction, Outcome};
use crate::run::Run;
use crate::world;

/// A share with one link as wished, under the limits that a server has unless it is told otherwise.
fn one_link(request: PutLink) -> Run {
    let mut run = Run::with_share();
    run.policy = Policy::default();
    run.done(world::put(0, request));
    run
}

impl Run {
    /// Applies what must be granted.
    fn done(&mut self, command: crate::command::Command) -> Outcome {
        self.apply(command).clone().unwrap()
    }

    /// Applies what must be refused.
    fn refused(&mut self, command: crate::command::Command) -> Refusal {
        self.apply(command).clone().unwrap_err()
    }

    fn holder(&mut self, link: u8, action: HolderAction) -> Result<Outcome, Refusal> {
        self.apply(world::by_holder(link, action)).clone()
    }

    fn seen(&self) -> ShareStatus {
        self.status().unwrap()
    }

    fn seen_link(&self, link: u8) -> LinkStatus {
        self.seen().links.into_iter().find(|status| status.link == world::link_id(link)).unwrap()
    }

    fn view(&self, link: u8) -> LinkView {
        self.look(link).unwrap()
    }
}
