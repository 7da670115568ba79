//! Many at once on one record: nobody else waits, and no more wait than a bound says.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use subrosa_lifecycle::RecordKey;
use subrosa_lifecycle::Refusal;
use subrosa_server::store::{QUEUE_LEN_MAX, StoreError};
use subrosa_shared::api::{PatchLink, PutPush};
use subrosa_shared::id::{LinkId, Verifier};
use tokio::time::timeout;

use crate::command::{Command, HolderAction, Outcome, OwnerAction};
use crate::refusing::{Place, one_link, runtime};
use crate::world;

/// Much longer than what does not wait takes.
const BOUND: Duration = Duration::from_secs(4);

/// More than may wait.
const TOO_MANY: usize = 20;

/// A push whose id ends like that of the share.
fn push_with_the_same_last_byte() -> (RecordKey, Command) {
    let last = world::share_id().as_bytes()[15];
    let verifier = (0..=u16::MAX)
        .map(|number| Verifier::from_bytes([number.to_be_bytes(); 16].concat().try_into().unwrap()))
        .find(|verifier| LinkId::derive_push(verifier).as_bytes()[15] == last)
        .unwrap();
    let link = LinkId::derive_push(&verifier);
    let request = PutPush { link_verifier: verifier, ..world::push::put_request() };
    let Command::CreatePush { creator, .. } = world::push::put(request.clone()) else { unreachable!() };
    (RecordKey::Push(link), Command::CreatePush { link, request: Box::new(request), creator })
}

#[test]
fn a_busy_record_delays_no_other_and_no_question_and_only_so_many_wait_for_it() {
    let place = Place::new();
    runtime().block_on(async {
        let store = place.server();
        one_link(&store, None).await;
        let share = RecordKey::from(world::share_id());
        let held = place.hold(share);
        let change = |max| world::patch(0, PatchLink { downloads_max: Some(max), ..PatchLink::default() });
        // One holds the lock and waits for the ledger, the others wait for the lock, but for those
        // that are too many.
        let mut running: FuturesUnordered<_> = (0..QUEUE_LEN_MAX + TOO_MANY)
            .map(|at| {
                let (store, command) = (store.clone(), change(2 + u32::try_from(at % 4).unwrap()));
                tokio::spawn(async move { store.run(share, &command).await })
            })
            .collect();
        held.entered().await;
        for _ in 0..TOO_MANY {
            let told = timeout(BOUND, running.next()).await.expect("it is told at once").unwrap().unwrap();
            assert!(matches!(told, Err(StoreError::Contended)), "{told:?}");
        }

        let bounded = |command: Command, key: RecordKey| {
            let store = store.clone();
            async move { timeout(BOUND, store.run(key, &command)).await.expect("it waits for nobody") }
        };
        let (key, create) = push_with_the_same_last_byte();
        bounded(create, key).await.unwrap();
        let status = bounded(world::by_owner(OwnerAction::Status), share).await;
        assert!(matches!(status, Ok(Outcome::Share(_))), "{status:?}");
        bounded(world::by_holder(0, HolderAction::Status), share).await.unwrap();
        // Who has no proof takes no place in the queue either.
        let stranger = Command::Owner { presented: world::wrong(), action: OwnerAction::Revoke };
        let refused = bounded(stranger, share).await;
        assert!(matches!(refused, Err(StoreError::Refused(Refusal::NotFound))), "{refused:?}");

        held.release();
        assert_eq!(running.len(), QUEUE_LEN_MAX);
        while let Some(done) = running.next().await {
            done.unwrap().unwrap();
        }
        bounded(change(2), share).await.unwrap();
    });
}
