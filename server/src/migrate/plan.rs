//! What is left to do, read from the state of both ledgers.

use crate::ledger::{InstallationId, ServiceState};

/// What is left to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Copy, from the beginning or from wherever it was cut short.
    Take(InstallationId),
    /// All is copied, and the old ledger marked: only the new one is not in service yet.
    Finish,
    /// It was done before.
    Nothing,
    /// A move the other way round had begun, and is given up.
    Reopen(InstallationId),
}

/// Decides. An error says in plain words why nothing can be done.
pub(super) fn plan(from: &ServiceState, to: &ServiceState) -> Result<Plan, String> {
    use ServiceState as S;
    let refuse = |why: &str| Err(why.to_owned());
    let Some(installation) = from.installation() else {
        return refuse("the ledger of --from is new: there is nothing in it to be taken elsewhere");
    };
    if let Some(other) = to.installation()
        && other != installation
    {
        return Err(format!(
            "the ledger of --to belongs to another installation ({}, but --from to {}); name an empty one",
            other.as_str(),
            installation.as_str()
        ));
    }
    match (from, to) {
        (S::Serving(_) | S::Leaving(_), S::New | S::Receiving { .. } | S::Moved { .. }) => {
            Ok(Plan::Take(installation.clone()))
        }
        (S::Moved { to: marked, .. }, S::Receiving { name, .. }) if marked == name => Ok(Plan::Finish),
        (S::Moved { .. }, S::Serving(_)) => Ok(Plan::Nothing),
        (S::Receiving { .. }, S::Leaving(_)) => Ok(Plan::Reopen(installation.clone())),
        (S::Receiving { .. }, S::Serving(_)) => refuse(
            "the ledger of --to is in service, and that of --from was never filled to the end: nothing has to be done",
        ),
        (S::Receiving { .. }, _) => refuse(
            "the ledger of --from is being filled by a `migrate` that has not ended; end that one first, or give it up by \
             naming the ledger with the records as --to",
        ),
        (S::Moved { .. }, _) => refuse(
            "the records of --from were taken to another ledger than that of --to; what is still there is old. Name the \
             ledger in use as --from",
        ),
        (S::Serving(_) | S::Leaving(_), _) => refuse(
            "both ledgers hold this installation, as if one were a copy of the other, or both are the same one; no record was \
             touched. Name an empty ledger as --to",
        ),
        (S::New, _) => unreachable!("a new ledger has no installation"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::TransferId;

    #[test]
    fn what_is_left_to_do_follows_from_how_both_stand() {
        let [one, other] = [(); 2].map(|()| InstallationId::generate());
        let [a, b] = [(); 2].map(|()| TransferId::generate());
        let serving = |id: &InstallationId| ServiceState::Serving(id.clone());
        let leaving = |id: &InstallationId| ServiceState::Leaving(id.clone());
        let moved = |to| ServiceState::Moved { installation: one.clone(), to };
        let receiving = |name| ServiceState::Receiving { installation: one.clone(), name, run: TransferId::generate() };
        let of = |from: &ServiceState, to: &ServiceState| plan(from, to).map_err(|_| ());
        for from in [serving(&one), leaving(&one)] {
            // The last one: back to where it once came from.
            for to in [ServiceState::New, receiving(a), moved(a)] {
                assert_eq!(of(&from, &to), Ok(Plan::Take(one.clone())), "{from:?} {to:?}");
            }
            for to in [serving(&one), leaving(&one), serving(&other)] {
                assert_eq!(of(&from, &to), Err(()), "{from:?} {to:?}");
            }
        }
        assert_eq!(of(&moved(a), &receiving(a)), Ok(Plan::Finish));
        assert_eq!(of(&moved(a), &receiving(b)), Err(()), "it went elsewhere");
        assert_eq!(of(&moved(a), &serving(&one)), Ok(Plan::Nothing));
        assert_eq!(of(&moved(a), &ServiceState::New), Err(()));
        assert_eq!(of(&receiving(a), &leaving(&one)), Ok(Plan::Reopen(one.clone())));
        for to in [serving(&one), receiving(b), moved(a), ServiceState::New] {
            assert_eq!(of(&receiving(a), &to), Err(()), "{to:?}");
        }
        assert_eq!(of(&ServiceState::New, &ServiceState::New), Err(()));
        // A ledger is never taken to itself.
        for same in [ServiceState::New, serving(&one), leaving(&one), moved(a), receiving(a)] {
            assert_eq!(of(&same, &same), Err(()), "{same:?}");
        }
    }
}
