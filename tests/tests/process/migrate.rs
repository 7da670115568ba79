//! `subrosa-server migrate`: everything is there afterwards, for everybody, and nobody serves what
//! was left.

pub(crate) mod world;

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::push::Payload;
use subrosa_tests::client::Client;
use subrosa_tests::client::push::{PushTerms, SealedPush};
use subrosa_tests::only_on_a_file;
use subrosa_tests::redis::Redis;
use subrosa_tests::server::{self, Options, Refused, Server};
use tempfile::TempDir;
use tokio::time::sleep;

use self::world::World;
use crate::assert_problem;

/// A data folder, and the port that its servers listen on, one after the other.
pub(crate) struct Installation {
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
}

impl Installation {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), port: 0 }
    }

    pub(crate) fn sqlite(&self, name: &str) -> String {
        format!("sqlite:{}", self.folder.path().join(name).display())
    }

    pub(crate) async fn serve(&mut self, ledger: &str) -> Server {
        let server = self.try_serve(ledger).await;
        server.unwrap_or_else(|refused| panic!("it does not start: {}", refused.log))
    }

    async fn try_serve(&mut self, ledger: &str) -> Result<Server, Refused> {
        let options = Options::flags(&["--expiry-secs-min", "1", "--ledger", ledger]).in_folder(self.folder.path());
        let server = Server::try_start(Options { port: self.port, ..options }).await?;
        self.port = server.port();
        Ok(server)
    }

    /// Whether a server serves this ledger.
    async fn serves(&mut self, ledger: &str) -> bool {
        let server = self.try_serve(ledger).await;
        let serves = server.is_ok();
        if let Ok(mut server) = server {
            server.kill_9().await;
        }
        serves
    }

    fn migrate(&self, from: &str, to: &str) -> tokio::process::Command {
        migrate(self.folder.path(), from, to)
    }

    /// Says why nobody serves a ledger any more.
    async fn refusal(&mut self, ledger: &str) -> String {
        match self.try_serve(ledger).await {
            Err(refused) => refused.log,
            Ok(server) => panic!("it must not serve:\n{}", server.log()),
        }
    }
}

fn migrate(data: &Path, from: &str, to: &str) -> tokio::process::Command {
    let mut command = server::command();
    command.args(["migrate", "--from", from, "--to", to, "--data"]).arg(data);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// What a command said, all of it.
fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

async fn succeeds(command: &mut tokio::process::Command) -> String {
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

async fn fails(command: &mut tokio::process::Command) -> String {
    let output = command.output().await.unwrap();
    assert!(!output.status.success() && !said(&output).contains("panicked"), "{}", said(&output));
    said(&output)
}

pub(crate) async fn stop(mut server: Server) {
    server.terminate();
    assert!(server.ended().await.success());
}

/// There, back, and there again: for owners and holders nothing happens.
async fn everything_goes_on_there_and_back(mut here: Installation, old: &str, new: &str) {
    let server = here.serve(old).await;
    let mut world = World::new(&server).await;
    let told = world.told().await;
    stop(server).await;

    let done = succeeds(&mut here.migrate(old, new)).await;
    assert!(done.contains("All 9 records") && done.contains("What to do next"), "{done}");
    let refused = here.refusal(old).await;
    assert!(refused.contains("taken to another ledger") && refused.contains("--ledger"), "{refused}");
    let server = here.serve(new).await;
    assert_eq!(world.told().await, told);
    world.goes_on().await;
    let told = world.told().await;
    stop(server).await;

    succeeds(&mut here.migrate(new, old)).await;
    here.refusal(new).await;
    let server = here.serve(old).await;
    assert_eq!(world.told().await, told, "and back");
    world.ends(&server).await;
    assert_eq!(world.counted().await, 1, "the download was one, all the way");
    let told = world.told().await;
    stop(server).await;

    // What has ended meanwhile does not come to life again where it was before.
    succeeds(&mut here.migrate(old, new)).await;
    let done = succeeds(&mut here.migrate(old, new)).await;
    assert!(done.contains("done before"), "{done}");
    let server = here.serve(new).await;
    assert_eq!(world.told().await, told, "and there again");
    stop(server).await;
}

/// Killed at moments that come later and later, until it gets through.
async fn killed_again_and_again_it_gets_there(mut here: Installation, old: &str, new: &str) {
    let server = here.serve(old).await;
    let world = World::new(&server).await;
    make_pushes(&server, 400).await;
    let told = world.told().await;
    stop(server).await;
    let mut kills = 0;
    loop {
        let mut running = here.migrate(old, new).spawn().unwrap();
        tokio::select! {
            () = sleep(Duration::from_millis(5 + 23 * kills)) => {}
            ended = running.wait() => {
                assert!(ended.unwrap().success());
                break;
            }
        }
        running.kill().await.unwrap();
        kills += 1;
        // Whoever gives up for a while may serve what is not closed yet, and nothing else.
        let serving = [here.serves(old).await, here.serves(new).await];
        assert_ne!(serving, [true, true], "after {kills} kills");
    }
    assert!(kills > 2, "it was killed in the middle: {kills}");
    here.refusal(old).await;
    let server = here.serve(new).await;
    assert_eq!(world.told().await, told);
    stop(server).await;
}

pub(crate) async fn make_pushes(server: &Server, count: usize) {
    let client = server.client();
    let made = join_all((0..count).map(|index| {
        let client = client.clone();
        async move {
            let payload = Payload::Password { password: format!("password {index}") };
            let push = SealedPush::seal(&payload, &PushTerms::default()).unwrap();
            loop {
                match client.push(&push).await {
                    // So many at once may have to wait: then a client comes again.
                    Err(error) if error.problem() == Some(ProblemType::Busy) => sleep(Duration::from_millis(100)).await,
                    made => break drop(made.unwrap()),
                }
            }
        }
    }));
    made.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_one_file_to_another_everything_goes_on_there_and_back() {
    only_on_a_file!();
    let here = Installation::new();
    let (old, new) = (here.sqlite("ledger.sqlite"), here.sqlite("other.sqlite"));
    everything_goes_on_there_and_back(here, &old, &new).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_one_file_to_another_killed_again_and_again_it_gets_there() {
    only_on_a_file!();
    let here = Installation::new();
    let (old, new) = (here.sqlite("ledger.sqlite"), here.sqlite("other.sqlite"));
    killed_again_and_again_it_gets_there(here, &old, &new).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_file_to_redis_everything_goes_on_there_and_back() {
    only_on_a_file!();
    let (here, redis) = (Installation::new(), Redis::start().await);
    let old = here.sqlite("ledger.sqlite");
    everything_goes_on_there_and_back(here, &old, &redis.url()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_file_to_redis_killed_again_and_again_it_gets_there() {
    only_on_a_file!();
    let (here, redis) = (Installation::new(), Redis::start().await);
    let old = here.sqlite("ledger.sqlite");
    killed_again_and_again_it_gets_there(here, &old, &redis.url()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_redis_to_a_file_killed_again_and_again_it_gets_there() {
    only_on_a_file!();
    let (here, redis) = (Installation::new(), Redis::start().await);
    let new = here.sqlite("ledger.sqlite");
    killed_again_and_again_it_gets_there(here, &redis.url(), &new).await;
}

/// Servers over Redis need not be stopped: from one moment on they refuse, and what they
/// acknowledged before is there.
#[tokio::test(flavor = "multi_thread")]
async fn servers_over_redis_that_run_are_shut_out_and_nothing_acknowledged_is_lost() {
    only_on_a_file!();
    let (mut here, redis) = (Installation::new(), Redis::start().await);
    let (old, new) = (redis.url(), here.sqlite("ledger.sqlite"));
    let first = here.serve(&old).await;
    let (elsewhere, blobs) = (TempDir::new().unwrap(), format!("file:{}", here.folder.path().join("blobs").display()));
    let flags = ["--ledger", &old, "--blobs", &blobs];
    let second = Server::start_with(Options::flags(&flags).in_folder(elsewhere.path())).await;
    make_pushes(&first, 200).await;
    let pushing = [&first, &second].map(|server| tokio::spawn(push_until_refused(server.client())));

    let done = succeeds(&mut here.migrate(&old, &new)).await;
    let mut pushed = Vec::new();
    for pushing in pushing {
        pushed.extend(pushing.await.unwrap());
    }
    assert!(!pushed.is_empty(), "they were busy meanwhile");
    assert!(done.contains(&format!("All {} records", 200 + pushed.len())), "{done}");
    let look = first.client().push_status(&pushed[0]).await;
    assert_problem(look, ProblemType::Busy);
    assert!(second.log().contains("taken to another ledger"), "{}", second.log());
    stop(first).await;
    let server = here.serve(&new).await;
    for push in &pushed {
        server.client().push_status(push).await.unwrap();
    }
    stop(server).await;
}

/// Those that were acknowledged.
async fn push_until_refused(client: Client) -> Vec<SealedPush> {
    let mut pushed = Vec::new();
    loop {
        let push = SealedPush::seal(&Payload::Password { password: "x".to_owned() }, &PushTerms::default()).unwrap();
        match client.push(&push).await {
            Ok(_) => pushed.push(push),
            Err(error) if error.problem() == Some(ProblemType::Busy) => return pushed,
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn what_cannot_be_moved_is_said_so_and_left_alone() {
    only_on_a_file!();
    let (mut here, mut there) = (Installation::new(), Installation::new());
    let (old, new) = (here.sqlite("ledger.sqlite"), here.sqlite("other.sqlite"));
    assert!(fails(&mut here.migrate(&old, &new)).await.contains("no ledger"));
    let server = here.serve(&old).await;
    make_pushes(&server, 1).await;
    let said = fails(&mut here.migrate(&old, &new)).await;
    assert!(said.contains("in use by another Subrosa server"), "{said}");
    stop(server).await;
    assert!(fails(&mut here.migrate(&old, &old)).await.contains("the same one"));

    // Somebody else's ledger, somebody else's blobs, and blobs that are not there.
    let others = there.sqlite("ledger.sqlite");
    stop(there.serve(&others).await).await;
    assert!(fails(&mut here.migrate(&old, &others)).await.contains("another installation"));
    assert!(fails(&mut migrate(there.folder.path(), &old, &new)).await.contains("belongs to installation"));
    let empty = TempDir::new().unwrap();
    assert!(fails(&mut migrate(empty.path(), &old, &new)).await.contains("no installation"));
    stop(there.serve(&others).await).await;
    stop(here.serve(&old).await).await;
}
