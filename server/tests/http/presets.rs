//! The operator's file of presets and lives: what pages are told, and what the server enforces.

use std::path::PathBuf;

use serde_json::json;
use subrosa_server::app::App;
use subrosa_shared::api::{Config, CreateShare, PatchLink, PatchPush, PatchShare, PresetPassword};
use subrosa_shared::problem::ProblemType;
use tempfile::TempDir;

use crate::support::push::Push;
use crate::support::{Call, Link, Sender, Server, config, shared};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presets.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

async fn server_with(text: &str) -> Server {
    let (_folder, path) = file(text);
    Server::start_with(&["--presets", path.to_str().unwrap()]).await
}

#[tokio::test]
async fn pages_are_told_what_the_file_says() {
    let server = server_with(
        "preset_default = \"board\"\n[shares]\nlives = [\"1h\", \"1d\"]\nlife_default = \"1h\"\nlife_max = \"2d\"\n\
         [[preset]]\nkey = \"board\"\nname.de = \"Vorstand\"\nlife = \"2d\"\ndownloads = 3\npassword = \"required\"\n",
    )
    .await;
    let Config { limits, choices, .. } = server.call(Call::get("/config")).await.json();
    assert_eq!((limits.expiry_secs_min, limits.expiry_secs_max), (60, 2 * DAY));
    assert_eq!(limits.push_expiry_secs(), (60, 90 * DAY), "of pushes, the file says nothing");
    assert_eq!((choices.expiry_secs, choices.expiry_secs_default), (vec![HOUR, DAY], HOUR));
    assert_eq!(choices.preset_default.as_deref(), Some("board"));
    let [board] = &choices.presets[..] else { panic!("one preset") };
    assert_eq!((&*board.name["de"], board.expiry_secs, board.downloads), ("Vorstand", 2 * DAY, 3));
    assert_eq!(board.password, PresetPassword::Required);
}

#[tokio::test]
async fn without_a_file_pages_offer_presets_of_their_own() {
    let server = Server::start().await;
    let Config { choices, .. } = server.call(Call::get("/config")).await.json();
    let keys: Vec<_> = choices.presets.iter().map(|preset| preset.key.as_str()).collect();
    assert_eq!(keys, ["public", "internal", "personal", "financial"]);
    assert_eq!(choices.preset_default, None);
}

#[tokio::test]
async fn a_bad_file_is_an_error_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    for (text, said) in [
        ("[shares]\nlife_max = \"for ever\"", "presets.toml, line 2: \"for ever\" is no life"),
        ("[pushes]\nlives = [\"100d\"]", "presets.toml: pushes.lives must be lives from 1m to 90d"),
    ] {
        let (_folder, path) = file(text);
        let error = App::open(&config(&folder, &["--presets", path.to_str().unwrap()])).await.err().unwrap();
        assert!(error.to_string().contains(said), "{error}");
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing was made");
    }
}

#[tokio::test]
async fn lives_of_shares_and_links_stay_between_the_bounds_of_shares() {
    let server = server_with("[shares]\nlife_min = \"1h\"\nlife_max = \"2d\"\n[pushes]\nlife_max = \"30d\"").await;
    let create = |sender: &Sender, secs: u64| {
        let body = CreateShare { expires_in_secs: secs as i64, ..sender.create_body() };
        Call::put(sender.path("")).owner(&sender.owner).json(&body)
    };
    let bounded = async |call: Call| {
        let problem = server.call(call).await.refused(ProblemType::ExpiryOutOfRange);
        assert_eq!((problem.min, problem.max), (Some(HOUR), Some(2 * DAY)));
    };
    for (seed, secs) in [(1, HOUR - 1), (2, 2 * DAY + 1)] {
        bounded(create(&Sender::new(seed), secs)).await;
    }
    for (seed, secs) in [(3, HOUR), (4, 2 * DAY)] {
        server.call(create(&Sender::new(seed), secs)).await.ok();
    }
    let (sender, link) = shared(&server, Link::new(9)).await;
    for secs in [HOUR as i64 - 1, 2 * DAY as i64 + 1] {
        let patch = PatchShare { expires_in_secs: Some(secs), ..PatchShare::default() };
        bounded(Call::patch(sender.path("")).owner(&sender.owner).json(&patch)).await;
        let patch = PatchLink { expires_in_secs: Some(secs), ..PatchLink::default() };
        let path = sender.path(&format!("/links/{}", link.id));
        bounded(Call::patch(path).owner(&sender.owner).json(&patch)).await;
        let mut other = Link::new(10);
        other.body.expires_in_secs = Some(secs);
        bounded(sender.put_link(&other)).await;
    }
}

#[tokio::test]
async fn lives_of_pushes_stay_between_the_bounds_of_pushes() {
    let server = server_with("[shares]\nlife_max = \"30d\"\n[pushes]\nlife_min = \"1h\"\nlife_max = \"2d\"").await;
    let bounded = async |call: Call| {
        let problem = server.call(call).await.refused(ProblemType::ExpiryOutOfRange);
        assert_eq!((problem.min, problem.max), (Some(HOUR), Some(2 * DAY)));
    };
    for (seed, secs) in [(1, HOUR - 1), (2, 2 * DAY + 1)] {
        let mut push = Push::new(seed);
        push.body.expires_in_secs = secs as i64;
        bounded(push.make()).await;
    }
    let mut push = Push::new(3);
    push.body.expires_in_secs = 2 * DAY as i64;
    let push = push.on(&server).await;
    for secs in [HOUR as i64 - 1, 2 * DAY as i64 + 1] {
        bounded(push.patch(&PatchPush { expires_in_secs: Some(secs), ..PatchPush::default() })).await;
    }
}

#[tokio::test]
async fn links_without_a_password_are_refused_where_one_is_required() {
    let server = server_with("password_required = true").await;
    let sender = Sender::new(1);
    sender.complete(&server).await;
    let mut link = Link::new(9);
    server.call(sender.put_link(&link)).await.refused(ProblemType::PasswordRequired);
    link.body.lock.needs_password = true;
    server.call(sender.put_link(&link)).await.ok();
    // The same call again is the same, and a password is not taken away.
    server.call(sender.put_link(&link)).await.ok();
    let mut lock = link.body.lock.clone();
    lock.needs_password = false;
    let path = sender.path(&format!("/links/{}", link.id));
    let patch = PatchLink { lock: Some(lock), ..PatchLink::default() };
    server.call(Call::patch(&path).owner(&sender.owner).json(&patch)).await.refused(ProblemType::PasswordRequired);
    // Other changes are not about the password; and a push is a way to tell one.
    server.call(Call::patch(&path).owner(&sender.owner).json(&json!({ "paused": true }))).await.ok();
    Push::new(2).on(&server).await;
}
