//! The program on a disk that takes nothing more, or not much more: files may not grow beyond a
//! limit that the kernel keeps.

use std::time::Duration;

use http::StatusCode;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use subrosa_shared::api::{LinkStatus, PushStatus, ShareStatus};
use subrosa_shared::secret::LeaseSecret;
use tokio::time::{Instant, sleep};

use crate::program::Program;
use crate::support::push::Push;
use crate::support::{Answer, Call, Link, Sender};

/// After so many wrong passwords a link or push is set to end.
const GUESSES_MAX: u32 = 5;

impl Program {
    /// From now on no file of the program gets longer than that. Zero: nothing is written at all,
    /// as on a disk that is mounted to be read only.
    fn limit_files(&self, bytes_max: Option<u64>) {
        let pid = Pid::from_child(&self.child);
        prlimit(Some(pid), Resource::Fsize, Rlimit { current: bytes_max, maximum: None }).unwrap();
    }

    async fn link_status(&self, sender: &Sender) -> LinkStatus {
        let status: ShareStatus = self.call(Call::get(sender.path("")).owner(&sender.owner)).await.json();
        status.links.into_iter().next().unwrap()
    }
}

struct Stage {
    program: Program,
    sender: Sender,
    link: Link,
    push: Push,
    _data: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let (program, sender) = (Program::start(&data), Sender::new(1));
        let mut link = Link::new(9).downloads(50);
        link.body.destroy_after_guesses = Some(GUESSES_MAX);
        let mut push = Push::new(3).views(50);
        push.body.destroy_after_guesses = Some(GUESSES_MAX);
        program.call(Call::put(sender.path("")).owner(&sender.owner).json(&sender.create_body())).await.ok();
        for call in [sender.put_part(0), sender.put_part(1), sender.put_part(2), sender.put_manifest()] {
            program.call(call).await.ok();
        }
        program
            .call(Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(&sender.complete_body()))
            .await
            .ok();
        program.call(sender.put_link(&link)).await.ok();
        program.call(push.make()).await.ok();
        Self { program, sender, link, push, _data: data }
    }

    /// Every call that compares an open proof, with leases that run and with new ones.
    fn calls(&self) -> Vec<fn(&Self) -> Call> {
        vec![
            |stage| Call::post(stage.link.path("/open")).open(&stage.link),
            |stage| Call::get(stage.link.path("/manifest")).open(&stage.link),
            |stage| stage.link.ask_lease(&LeaseSecret::from_bytes([1; 32])),
            |stage| stage.link.ask_lease(&LeaseSecret::from_bytes([2; 32])),
            |stage| Call::delete(stage.link.path("")).open(&stage.link),
            |stage| stage.push.ask_reveal(&LeaseSecret::from_bytes([1; 32])),
            |stage| stage.push.ask_reveal(&LeaseSecret::from_bytes([2; 32])),
            |stage| stage.push.destroy(),
        ]
    }

    async fn tries(&self, call: fn(&Self) -> Call, right: bool) -> Answer {
        let call = call(self);
        let call = if right { call } else { call.header("subrosa-open-proof", self.link.wrong_open()) };
        let mut answer = self.program.call(call).await;
        answer.headers.remove("date");
        answer
    }
}

/// The limit on guesses holds where none can be counted: whatever is shown, the answer is the same.
#[tokio::test]
async fn where_nothing_can_be_written_right_and_wrong_open_proofs_get_the_same_answer() {
    let stage = Stage::new().await;
    let running = LeaseSecret::from_bytes([1; 32]);
    stage.program.call(stage.link.ask_lease(&running)).await.ok();
    stage.program.call(stage.push.ask_reveal(&running)).await.ok();

    stage.program.limit_files(Some(0));
    for call in stage.calls() {
        let right = stage.tries(call, true).await;
        assert!(right.status.is_server_error(), "{right:?}");
        for _ in 0..3 {
            assert_eq!(stage.tries(call, false).await, right);
            assert_eq!(stage.tries(call, true).await, right);
        }
    }
    // What needs no comparison is told all the same.
    stage.program.call(Call::get(stage.link.path("")).link(&stage.link)).await.ok();
    stage.program.call(stage.link.fetch(&running, 9)).await.refused(subrosa_shared::problem::ProblemType::NotFound);

    // One wrong one of each was compared, and is counted once the disk takes it.
    stage.program.limit_files(None);
    let counted = Instant::now();
    loop {
        let link = stage.program.link_status(&stage.sender).await;
        let push: PushStatus = stage.program.call(stage.push.ask_status()).await.json();
        if (link.counters.wrong_password.count, push.link.counters.wrong_password.count) == (1, 1) {
            break;
        }
        assert!(counted.elapsed() < Duration::from_secs(20), "{link:?} {push:?}");
        sleep(Duration::from_millis(50)).await;
    }
    stage.program.kill();
}

/// With room for some pages more, and then for none: nobody learns of more guesses than are
/// counted.
#[tokio::test]
async fn on_a_disk_that_is_nearly_full_no_guess_is_told_that_is_not_counted() {
    for room in [1, 2, 3, 5, 8].map(|pages: u64| pages * 4096) {
        let stage = Stage::new().await;
        let manifest: fn(&Stage) -> Call = |stage| Call::get(stage.link.path("/manifest")).open(&stage.link);
        let wal = stage._data.path().join("ledger.sqlite-wal");
        let len = std::fs::metadata(&wal).unwrap().len();
        stage.program.limit_files(Some(len + room));
        // A stranger tries as fast as the waits allow. What a wrong one gets and a right one would
        // not is a guess that was told.
        let mut told = 0;
        for _ in 0..20 {
            let wrong = stage.tries(manifest, false).await;
            let right = stage.tries(manifest, true).await;
            if wrong.status == right.status {
                continue;
            }
            told += 1;
            if right.status == StatusCode::OK {
                // It was not counted before the right one was told.
                let link = stage.program.link_status(&stage.sender).await;
                assert!(link.counters.wrong_password.count >= told, "{wrong:?}");
            }
        }
        stage.program.limit_files(None);
        let healed = Instant::now();
        while stage.program.link_status(&stage.sender).await.counters.wrong_password.count < told {
            assert!(healed.elapsed() < Duration::from_secs(20), "{told} with room for {room}");
            sleep(Duration::from_millis(50)).await;
        }
        stage.program.kill();
    }
}
