//! What every call does when it is asked as it should be.

use http::StatusCode;
use serde_json::json;
use subrosa_shared::api::{EndReason, Event, LinkState, Log, PushStatus, PushView, RevealedPush};
use subrosa_shared::id::Receipt;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::LeaseSecret;

use crate::support::push::Push;
use crate::support::{START, Server};

const MINUTE: u64 = 60;

async fn events(server: &Server, push: &Push) -> Vec<Event> {
    let log: Log = server.call(push.ask_log()).await.json();
    // A push is its link: every line is about it.
    assert!(log.lines.iter().all(|line| line.link == Some(push.id)));
    log.lines.iter().map(|line| line.event).collect()
}

#[tokio::test]
async fn a_push_is_made_looked_at_revealed_once_and_gone() {
    let server = Server::start().await;
    let push = Push::new(1);
    let answer = server.call(push.make()).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let made: PushStatus = answer.json();
    assert_eq!((made.created_at, &made.note), (START, &push.body.note));
    assert_eq!((made.link.state, made.link.downloads_max, made.link.downloads_taken), (LinkState::Ready, 1, 0));

    for _ in 0..20 {
        let PushView { face, link } = push.look(&server).await;
        assert_eq!(face.as_ref(), Some(&push.body.lock.face));
        assert_eq!((link.state, link.downloads_left, link.padded_len), (LinkState::Ready, 1, 512));
    }
    assert_eq!(events(&server, &push).await, [Event::Created], "looking is not viewing");

    let lease = LeaseSecret::from_bytes([1; 32]);
    let revealed: RevealedPush = server.call(push.ask_reveal(&lease)).await.json();
    assert_eq!((revealed.lease, &revealed.payload), (lease.lease_id(), &push.body.lock.payload));
    assert_eq!(START.until(revealed.expires_at).as_secs(), 15 * MINUTE);
    assert_eq!((revealed.link.state, revealed.link.downloads_left), (LinkState::Exhausted, 0));
    assert_eq!(push.status(&server).await.link.counters.started.count, 1);

    let receipt = Receipt::from_bytes([5; 32]);
    let ack = push.ack(&lease).json(&json!({ "receipt": receipt }));
    let PushView { face, link } = server.call(ack).await.json();
    assert_eq!((face, link.state, link.gone.unwrap().why), (None, LinkState::Gone, EndReason::Spent));
    server.call(push.ack(&lease)).await.ok();

    let status = push.status(&server).await;
    assert_eq!(status.note, push.body.note, "its owner still sees what it was");
    assert_eq!(status.link.gone, link.gone);
    assert_eq!((status.link.counters.finished.count, status.link.receipts[0].receipt), (1, receipt));
    assert_eq!(events(&server, &push).await, [Event::Created, Event::Started, Event::Finished, Event::Spent]);
    let again = LeaseSecret::from_bytes([2; 32]);
    for call in [push.ask_reveal(&lease), push.ask_reveal(&again), push.destroy(), push.make()] {
        let problem = server.call(call).await.refused(ProblemType::Gone);
        assert_eq!(problem.gone, link.gone);
    }
    assert_eq!(push.look(&server).await.face, None);
}
