//! The program, killed without warning at the worst moments: what was acknowledged is durable, what
//! was begun goes on, and a limit stays a limit.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "http/unchecked.rs"]
mod openapi;
#[path = "http/program.rs"]
#[allow(dead_code, reason = "shared with the tests of the API")]
mod program;
#[path = "http/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the API")]
mod support;

use subrosa_shared::api::{GrantedLease, LinkState, PartList, PushStatus, PushView, RevealedPush};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::LeaseSecret;
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::time::{Duration, Instant, sleep};

use crate::program::Program;
use crate::support::push::Push;
use crate::support::{Call, Link, Sender};

#[tokio::test]
async fn killed_at_every_step_nothing_acknowledged_is_lost_and_no_limit_is_passed() {
    let data = tempfile::tempdir().unwrap();
    let (sender, link) = (Sender::new(1), Link::new(9));

    let program = Program::start(&data);
    program.call(Call::put(sender.path("")).owner(&sender.owner).json(&sender.create_body())).await.ok();
    program.call(sender.put_part(0)).await.ok();
    let half_sent = program.begin(sender.put_part(1), 40_000).await;
    program.kill();
    drop(half_sent);

    let program = Program::start(&data);
    let list: PartList = program.call(Call::get(sender.path("/contents/1/parts")).owner(&sender.owner)).await.json();
    assert_eq!(list.parts.iter().map(|part| part.index).collect::<Vec<_>>(), [0]);
    let back = program.call(Call::get(sender.path("/contents/1/parts/0")).owner(&sender.owner)).await.ok();
    assert_eq!(back.body, sender.parts[0]);
    for call in [sender.put_part(1), sender.put_part(2), sender.put_manifest()] {
        program.call(call).await.ok();
    }
    let complete =
        || Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(&sender.complete_body());
    program.call(complete()).await.ok();
    program.kill();

    let program = Program::start(&data);
    program.call(complete()).await.ok();
    program.call(sender.put_link(&link)).await.ok();
    program.kill();

    let program = Program::start(&data);
    let lease = LeaseSecret::from_bytes([1; 32]);
    let granted: GrantedLease = program.call(link.ask_lease(&lease)).await.json();
    let mut half_read = program.begin(link.fetch(&lease, 0), 0).await;
    half_read.read_exact(&mut [0; 1000]).await.unwrap();
    program.kill();
    drop(half_read);

    let program = Program::start(&data);
    let other = LeaseSecret::from_bytes([2; 32]);
    program.call(link.ask_lease(&other)).await.refused(ProblemType::NoDownloadLeft);
    let again: GrantedLease = program.call(link.ask_lease(&lease)).await.json();
    assert_eq!((again.lease, again.expires_at), (granted.lease, granted.expires_at));
    let rest = program.call(link.fetch(&lease, 0).header("range", "bytes=500-")).await.ok();
    assert_eq!(rest.body, sender.parts[0][500..]);
    for index in [1, 2] {
        assert_eq!(program.call(link.fetch(&lease, index)).await.ok().body, sender.parts[index]);
    }
    program.call(link.done(&lease)).await.ok();
    program.kill();

    let program = Program::start(&data);
    program.call(link.fetch(&lease, 0)).await.refused(ProblemType::Gone);
    program.kill();
}

/// What the ledger holds of the only record, read beside the running program.
fn stored(data: &TempDir) -> Vec<u8> {
    let ledger = rusqlite::Connection::open(data.path().join("ledger.sqlite")).unwrap();
    ledger.busy_timeout(Duration::from_secs(5)).unwrap();
    ledger.query_row("SELECT bytes FROM record", [], |row| row.get(0)).unwrap()
}

/// The view is counted, and whoever asked for it never hears of it: they ask again and get it, and
/// nobody else does.
#[tokio::test]
async fn killed_between_a_reveal_and_its_answer_the_view_is_still_theirs() {
    let data = tempfile::tempdir().unwrap();
    let push = Push::new(1);
    let program = Program::start(&data);
    program.call(push.make()).await.ok();
    let before = stored(&data);

    let lease = LeaseSecret::from_bytes([1; 32]);
    let unanswered = program.begin(push.ask_reveal(&lease), usize::MAX).await;
    let sent = Instant::now();
    while stored(&data) == before {
        assert!(sent.elapsed() < Duration::from_secs(10), "it is counted");
        sleep(Duration::from_millis(1)).await;
    }
    program.kill();
    // Whatever may be on its way is lost.
    drop(unanswered);

    let program = Program::start(&data);
    let other = LeaseSecret::from_bytes([2; 32]);
    program.call(push.ask_reveal(&other)).await.refused(ProblemType::NoDownloadLeft);
    let again: RevealedPush = program.call(push.ask_reveal(&lease)).await.json();
    assert_eq!((again.lease, again.payload), (lease.lease_id(), push.body.lock.payload.clone()));
    let status: PushStatus = program.call(push.ask_status()).await.json();
    assert_eq!((status.link.downloads_taken, status.link.counters.started.count), (1, 1));

    // The same when the view is over: the payload is gone, and the client is told so again.
    let running = stored(&data);
    let unanswered = program.begin(push.ack(&lease), usize::MAX).await;
    while stored(&data) == running {
        sleep(Duration::from_millis(1)).await;
    }
    program.kill();
    drop(unanswered);
    let kept = String::from_utf8(stored(&data)).unwrap();
    let payload = serde_json::to_value(&push.body).unwrap()["lock"]["payload"].as_str().unwrap().to_owned();
    assert!(String::from_utf8(running).unwrap().contains(&payload) && !kept.contains(&payload));
    let program = Program::start(&data);
    let view: PushView = program.call(push.ack(&lease)).await.json();
    assert_eq!((view.link.state, view.face), (LinkState::Gone, None));
    program.kill();
}

/// At any other moment too: before it is counted, while it is written, after.
#[tokio::test]
async fn killed_at_any_moment_of_a_reveal_one_client_gets_it_once() {
    let data = tempfile::tempdir().unwrap();
    for turn in 0..8 {
        let push = Push::new(turn);
        let program = Program::start(&data);
        program.call(push.make()).await.ok();
        let lease = LeaseSecret::from_bytes([1; 32]);
        let unanswered = program.begin(push.ask_reveal(&lease), usize::MAX).await;
        sleep(Duration::from_micros(200 << turn)).await;
        program.kill();
        drop(unanswered);

        let program = Program::start(&data);
        program.call(push.make()).await.ok();
        let revealed: RevealedPush = program.call(push.ask_reveal(&lease)).await.json();
        assert_eq!((revealed.payload, revealed.link.downloads_left), (push.body.lock.payload.clone(), 0));
        let other = LeaseSecret::from_bytes([2; 32]);
        program.call(push.ask_reveal(&other)).await.refused(ProblemType::NoDownloadLeft);
        let status: PushStatus = program.call(push.ask_status()).await.json();
        assert_eq!(status.link.counters.started.count, 1);
        program.kill();
    }
}
