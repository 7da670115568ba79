//! One round trip for all who ask the same at the same moment.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;
use tokio::task::yield_now;

use crate::ledger::LedgerError;

/// Those who ask together, until their round trip begins. Whoever asks later waits for no flight
/// that began before.
pub(super) struct SingleFlight<T> {
    next: Mutex<Option<Arc<Flight<T>>>>,
}

type Flight<T> = OnceCell<Result<T, LedgerError>>;

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self { next: Mutex::default() }
    }
}

impl<T: Copy> SingleFlight<T> {
    /// Asks, together with others if there are any. What comes was asked for after this was called.
    /// If whoever began the flight goes away, another one begins it again.
    pub(super) async fn run<F: Future<Output = Result<T, LedgerError>>>(
        &self,
        flight: impl FnOnce() -> F,
    ) -> Result<T, LedgerError> {
        let shared = Arc::clone(self.lock().get_or_insert_default());
        let answer = shared.get_or_init(|| async {
            // Those who are ready to ask do so now.
            yield_now().await;
            self.close(&shared);
            flight().await
        });
        answer.await.as_ref().copied().map_err(same)
    }

    /// Nobody joins it any more.
    fn close(&self, flight: &Arc<Flight<T>>) {
        let mut next = self.lock();
        if next.as_ref().is_some_and(|next| Arc::ptr_eq(next, flight)) {
            *next = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Flight<T>>>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same for somebody else.
fn same(error: &LedgerError) -> LedgerError {
    match error {
        LedgerError::Unavailable(why) => LedgerError::Unavailable(why.clone()),
        LedgerError::Foreign(why) => LedgerError::Foreign(why.clone()),
        LedgerError::NotInService(state) => LedgerError::NotInService(state.clone()),
        LedgerError::Clock(refused) => LedgerError::Clock(*refused),
        other => LedgerError::Unavailable(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Context, Waker};

    use futures_util::future::join_all;
    use tokio::sync::oneshot;

    use super::*;

    /// Numbers the calls.
    #[derive(Default)]
    struct Calls(AtomicU32);

    impl Calls {
        async fn one(&self) -> Result<u32, LedgerError> {
            Ok(self.0.fetch_add(1, Ordering::SeqCst) + 1)
        }
    }

    #[tokio::test]
    async fn who_asks_at_the_same_moment_shares_a_trip() {
        let (single_flight, calls) = (SingleFlight::default(), Calls::default());
        let told = join_all((0..20).map(|_| single_flight.run(|| calls.one()))).await;
        assert!(told.into_iter().all(|told| told.unwrap() == 1));
        assert_eq!(single_flight.run(|| calls.one()).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn who_asks_while_a_trip_is_under_way_begins_another_and_does_not_wait_for_it() {
        let (single_flight, calls) = (SingleFlight::default(), Calls::default());
        let (begun, has_begun) = oneshot::channel();
        let (end, ends) = oneshot::channel();
        let first = single_flight.run(|| async {
            let number = calls.one().await;
            begun.send(()).unwrap();
            ends.await.unwrap();
            number
        });
        let second = async {
            has_begun.await.unwrap();
            let told = single_flight.run(|| calls.one()).await.unwrap();
            end.send(()).unwrap();
            told
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!((first.unwrap(), second), (1, 2));
    }

    #[tokio::test]
    async fn if_whoever_began_it_goes_away_another_one_begins_it_again() {
        let (single_flight, calls) = (SingleFlight::default(), Calls::default());
        let mut left = Box::pin(single_flight.run(std::future::pending));
        let mut stays = Box::pin(single_flight.run(|| calls.one()));
        // Both have joined when the first begins.
        let mut context = Context::from_waker(Waker::noop());
        assert!(left.as_mut().poll(&mut context).is_pending());
        assert!(stays.as_mut().poll(&mut context).is_pending());
        assert!(left.as_mut().poll(&mut context).is_pending());
        drop(left);
        assert_eq!(stays.await.unwrap(), 1);
    }

    #[tokio::test]
    async fn all_learn_why_there_is_no_answer() {
        let single_flight = SingleFlight::<u32>::default();
        let fails = || async { Err(LedgerError::Unavailable("why".to_owned())) };
        for told in join_all([single_flight.run(fails), single_flight.run(fails)]).await {
            assert!(matches!(told, Err(LedgerError::Unavailable(why)) if why == "why"));
        }
    }
}
