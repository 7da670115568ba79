//! What docs/OPERATIONS.md tells operators to do, done exactly as it stands there: its blocks are
//! read from the document.

use std::path::Path;
use std::time::Duration;

use subrosa_shared::push::Payload;
use subrosa_tests::client::push::{PushTerms, SealedPush};
use subrosa_tests::only_on_a_file;
use subrosa_tests::ports::free_port;
use subrosa_tests::redis::{Cluster, Redis, Settings};
use subrosa_tests::server::{self, Options, Server};
use subrosa_tests::wait;
use tempfile::TempDir;

use crate::migrate::world::World;
use crate::migrate::{Installation, make_pushes, stop};

const DOCUMENT: &str = include_str!("../../../docs/OPERATIONS.md");

/// The block that begins with that line, without it.
pub(crate) fn block(first_line: &str) -> &'static str {
    let mut blocks = DOCUMENT.split("```").skip(1).step_by(2);
    let of_block = |block: &'static str| block.split_once('\n')?.1.strip_prefix(first_line)?.strip_prefix('\n');
    blocks.find_map(of_block).unwrap_or_else(|| panic!("OPERATIONS.md has no block {first_line:?}"))
}

/// Runs a block as a person would who copies it into a shell.
async fn run(first_line: &str, variables: &[(&str, &Path)]) {
    let program = server::command();
    let programs = Path::new(program.as_std().get_program()).parent().unwrap().display().to_string();
    let mut shell = tokio::process::Command::new("sh");
    shell.args(["-e", "-c", block(first_line)]).envs(variables.iter().copied());
    shell.env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap()));
    let output = shell.output().await.unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{first_line}: {said}");
}

/// A backup while the server runs and is used, then everything is lost. It comes back as it was at
/// the backup: also what had ended since, as the document says.
async fn what_was_backed_up_comes_back(
    mut here: Installation,
    ledger: &str,
    backup: impl AsyncFnOnce(&Path),
    restore: impl AsyncFnOnce(&Path) -> String,
) {
    let server = here.serve(ledger).await;
    let mut world = World::new(&server).await;
    make_pushes(&server, 100).await;
    let told = world.told().await;
    let client = server.client();
    let busy = tokio::spawn(async move {
        loop {
            let payload = Payload::Password { password: "meanwhile".to_owned() };
            client.push(&SealedPush::seal(&payload, &PushTerms::default()).unwrap()).await.unwrap();
        }
    });
    backup(here.folder.path()).await;
    busy.abort();
    world.ends(&server).await;
    assert_ne!(world.told().await, told);
    stop(server).await;

    let mut there = Installation { folder: TempDir::new().unwrap(), port: here.port };
    drop(here);
    let ledger = restore(there.folder.path()).await;
    let server = there.serve(&ledger).await;
    assert_eq!(world.told().await, told, "as at the backup");
    world.goes_on().await;
    stop(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_file_is_restored_as_the_document_says() {
    only_on_a_file!();
    let (here, kept) = (Installation::new(), TempDir::new().unwrap());
    let ledger = here.sqlite("ledger.sqlite");
    let to = async |data: &Path| run("# backup, SQLite", &[("DATA", data), ("BACKUP", kept.path())]).await;
    let from = async |data: &Path| {
        run("# restore, SQLite: into an empty data folder", &[("DATA", data), ("BACKUP", kept.path())]).await;
        format!("sqlite:{}", data.join("ledger.sqlite").display())
    };
    what_was_backed_up_comes_back(here, &ledger, to, from).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_redis_is_restored_as_the_document_says() {
    only_on_a_file!();
    let (here, kept, new) = (Installation::new(), TempDir::new().unwrap(), TempDir::new().unwrap());
    let redis = Redis::start().await;
    let url = redis.url();
    let to = async |data: &Path| {
        run("# backup, Redis", &[("DATA", data), ("BACKUP", kept.path()), ("REDIS", url.as_ref())]).await;
    };
    let mut restored = None;
    let from = async |data: &Path| {
        let (config, port) = (new.path().join("redis.conf"), free_port());
        let lines = Settings::durable().lines.join("\n");
        std::fs::write(&config, format!("port {port}\ndir {}\n{lines}\n", new.path().display())).unwrap();
        let url = format!("redis://127.0.0.1:{port}");
        let first_line = "# restore, Redis: it is stopped, and $REDIS_DIR, its folder, has no appendonlydir";
        let places = [("DATA", data), ("BACKUP", kept.path()), ("REDIS_DIR", new.path()), ("REDIS_CONF", &config)];
        run(first_line, &[&places[..], &[("REDIS", url.as_ref())]].concat()).await;
        let redis = Redis::start_in(new.path(), Settings::durable()).await;
        let url = redis.url();
        restored = Some(redis);
        url
    };
    what_was_backed_up_comes_back(here, &url, to, from).await;
    drop((redis, restored));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_moved_as_the_document_says() {
    only_on_a_file!();
    let (mut here, redis) = (Installation::new(), Redis::start().await);
    let server = here.serve(&here.sqlite("ledger.sqlite")).await;
    let world = World::new(&server).await;
    let told = world.told().await;
    stop(server).await;
    let url = redis.url();
    let places = [("DATA", here.folder.path()), ("REDIS", url.as_ref())];
    run("# migrate to Redis: stop the server before", &places).await;
    let server = here.serve(&url).await;
    assert_eq!(world.told().await, told);
    stop(server).await;
}

const PASSWORD: &str = "correct-horse-battery-1";

/// The words of the command that makes the ledger's user.
fn rights() -> Vec<String> {
    let words = block("# rights of the ledger's user").split_whitespace();
    words.map(|word| word.replace("PASSWORD", PASSWORD)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_in_the_document_are_enough_for_one_redis() {
    only_on_a_file!();
    let redis = Redis::start().await;
    let rights = rights();
    let words: Vec<&str> = rights.iter().map(String::as_str).collect();
    redis.command(&words).await.unwrap();
    let ledger = format!("redis://subrosa:{PASSWORD}@{}", redis.address());
    let mut here = Installation::new();
    let server = here.serve(&ledger).await;
    let mut world = World::new(&server).await;
    world.goes_on().await;
    let rewritten = async || redis.command(&["INFO", "commandstats"]).await.unwrap();
    let is_rewritten = |stats: &String| stats.contains("cmdstat_bgrewriteaof:calls=1");
    wait::until_so(Duration::from_secs(20), "the file is rewritten", rewritten, is_rewritten).await;
    let stats = redis.command(&["INFO", "commandstats"]).await.unwrap();
    assert!(
        stats.lines().all(|line| !line.contains("rejected_calls=") || line.contains("rejected_calls=0")),
        "{stats}"
    );
    assert_eq!(redis.command(&["ACL", "LOG"]).await.unwrap().trim(), "", "nothing was refused");
    assert!(!server.log().contains(PASSWORD));
    stop(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_in_the_document_are_enough_for_a_cluster() {
    only_on_a_file!();
    let cluster = Cluster::start().await;
    let rights = rights();
    let words: Vec<&str> = rights.iter().map(String::as_str).collect();
    for node in 0..6 {
        cluster.command(node, &words).await.unwrap();
    }
    let ledger = cluster.url().replace("://", &format!("://subrosa:{PASSWORD}@"));
    let data = TempDir::new().unwrap();
    let server = Server::start_with(Options::flags(&["--ledger", &ledger]).in_folder(data.path())).await;
    make_pushes(&server, 50).await;
    for node in 0..6 {
        assert_eq!(cluster.command(node, &["ACL", "LOG"]).await.unwrap().trim(), "", "nothing was refused");
    }
    stop(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_installations_share_a_redis_by_two_prefixes_as_the_document_says() {
    only_on_a_file!();
    let redis = Redis::start().await;
    let rights: Vec<String> = rights().iter().map(|word| word.replace("~subrosa:*", "~one:*")).collect();
    let words: Vec<&str> = rights.iter().map(String::as_str).collect();
    redis.command(&words).await.unwrap();
    let (mut one, mut other) = (Installation::new(), Installation::new());
    let one = one.serve(&format!("redis://subrosa:{PASSWORD}@{}?prefix=one", redis.address())).await;
    let other = other.serve(&format!("redis://{}?prefix=other", redis.address())).await;
    let (mut world, others) = (World::new(&one).await, World::new(&other).await);
    let told = others.told().await;
    world.ends(&one).await;
    assert_eq!(others.told().await, told);
    let keys = redis.command(&["KEYS", "*"]).await.unwrap();
    assert!(keys.lines().all(|key| key.starts_with("one:") || key.starts_with("other:")), "{keys}");
    assert_eq!(redis.command(&["ACL", "LOG"]).await.unwrap().trim(), "", "nothing was refused");
    stop(one).await;
    stop(other).await;
}
