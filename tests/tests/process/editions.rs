//! New editions, with real kills. Promise: a recipient gets the files of one version, and never a
//! mix, however often what is behind a link is replaced meanwhile.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use subrosa_shared::api::ContentState;
use subrosa_shared::content::ContentNumber;
use subrosa_tests::bytes::noise;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::upload::{LinkTerms, SealedLink};
use subrosa_tests::client::{Client, Error};
use subrosa_tests::server::Server;

const READERS: usize = 16;
const MOVES: usize = 50;
/// Moves between two kills of the server.
const MOVES_TO_A_KILL: usize = 10;

/// What became of one try to read.
enum Read {
    /// The files of that version, whole.
    Whole(usize),
    /// A call failed, or something was replaced in between: nothing was read.
    Nothing,
    /// Something else: the promise is broken.
    Mixed(String),
}

/// Compares what was read with the versions that there were.
fn judge(read: Result<Vec<Source>, Error>, versions: &[Vec<Source>; 2]) -> Read {
    match read {
        Ok(files) => {
            let same = |version: &Vec<Source>| {
                version.len() == files.len()
                    && version.iter().zip(&files).all(|(one, other)| one.path == other.path && one.bytes == other.bytes)
            };
            match versions.iter().position(same) {
                Some(version) => Read::Whole(version),
                None => Read::Mixed(format!("{:?}", files.iter().map(|file| &file.path).collect::<Vec<_>>())),
            }
        }
        Err(_) => Read::Nothing,
    }
}

#[test]
fn the_judge_notices_a_mix() {
    let version = |seed: u8| vec![Source::new("a", vec![seed; 10]), Source::new("b", vec![seed; 20])];
    let versions = [version(1), version(2)];
    assert!(matches!(judge(Ok(version(1)), &versions), Read::Whole(0)));
    assert!(matches!(judge(Ok(version(2)), &versions), Read::Whole(1)));
    let mix = vec![version(1)[0].clone(), version(2)[1].clone()];
    assert!(matches!(judge(Ok(mix), &versions), Read::Mixed(_)));
    assert!(matches!(judge(Ok(version(1)[..1].to_vec()), &versions), Read::Mixed(_)));
    assert!(matches!(judge(Err(Error::Altered), &versions), Read::Nothing));
}

async fn read(client: &Client, link: &str) -> Result<Vec<Source>, Error> {
    let recipient = Recipient::new(client, link, Some("right"))?;
    let download = recipient.take().await?;
    let files = download.files().await?;
    download.finish().await?;
    Ok(files)
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_who_race_moves_and_kills_get_one_version_whole() {
    let mut server = Server::start().await;
    let file = |name: &str, len: usize, seed| Source::new(name, noise(len, seed));
    // Parts of both have the same lengths: only what is in them tells them apart.
    let versions =
        [vec![file("one", 100_000, 1), file("two", 90_000, 2)], vec![file("one", 100_000, 3), file("two", 90_000, 4)]];
    let terms = Terms { part_bytes: Some(65_536), ..Terms::default() };
    let first = Package::seal(&versions[0], &terms).unwrap();
    let second = first.edition(ContentNumber::new(2).unwrap(), &versions[1], &terms).unwrap();
    let client = server.client();
    client.upload(&first).await.unwrap();
    let link = SealedLink::seal(&first, &LinkTerms::downloads(1000).with_password("right")).unwrap();
    client.put_link(&first, &link).await.unwrap();
    client.upload(&second).await.unwrap();
    let token = link.secret.to_token().to_string();

    let (is_over, whole) = (AtomicBool::new(false), [AtomicUsize::new(0), AtomicUsize::new(0)]);
    let mover = async {
        for round in 1..=MOVES {
            let package = if round % 2 == 1 { &second } else { &first };
            let moved = link.moved_to(package, Some("right")).unwrap();
            let kill = async {
                if round % MOVES_TO_A_KILL == 0 {
                    server.kill_9().await;
                }
            };
            let (answer, ()) = tokio::join!(client.move_links(package, vec![moved.clone()]), kill);
            if round % MOVES_TO_A_KILL == 0 {
                server = server.start_again().await;
                // Whether it was taken is not known: it is asked for again.
                drop(answer);
                client.move_links(package, vec![moved]).await.unwrap();
            } else {
                answer.unwrap();
            }
        }
        is_over.store(true, Ordering::SeqCst);
        server
    };
    let readers = futures_util::future::join_all((0..READERS).map(|_| async {
        while !is_over.load(Ordering::SeqCst) {
            match judge(read(&client, &token).await, &versions) {
                Read::Whole(version) => _ = whole[version].fetch_add(1, Ordering::SeqCst),
                // A server that is being killed refuses many at once.
                Read::Nothing => tokio::time::sleep(Duration::from_millis(20)).await,
                Read::Mixed(what) => panic!("a mix: {what}"),
            }
        }
    }));
    let (server, _) = tokio::join!(mover, readers);
    let whole = whole.map(AtomicUsize::into_inner);
    assert!(whole.iter().all(|count| *count > 0), "each version was read: {whole:?}");
    let status = server.client().status(&first).await.unwrap();
    assert!(status.contents.iter().all(|content| content.state == ContentState::Ready));
    assert!(status.links[0].receipts.iter().any(|receipt| !receipt.content.is_first()), "who saved which is known");
}

/// Each step of a new edition is cut by a kill, and asked for again.
#[tokio::test(flavor = "multi_thread")]
async fn an_edition_outlives_a_kill_at_every_step() {
    let mut server = Server::start().await;
    let file = |seed| vec![Source::new("report.txt", noise(100_000, seed))];
    let terms = Terms { part_bytes: Some(65_536), ..Terms::default() };
    let first = Package::seal(&file(1), &terms).unwrap();
    let second = first.edition(ContentNumber::new(2).unwrap(), &file(2), &terms).unwrap();
    let client = server.client();
    client.upload(&first).await.unwrap();
    let link = SealedLink::seal(&first, &LinkTerms::downloads(9)).unwrap();
    client.put_link(&first, &link).await.unwrap();
    let token = link.secret.to_token().to_string();
    let now = async |client: &Client| {
        let recipient = Recipient::new(client, &token, None).unwrap();
        recipient.contents().await.unwrap().content.get()
    };
    for step in 0..6 {
        let step_of = async || -> Result<(), Error> {
            match step {
                0 => client.begin_content(&second).await.map(drop),
                1 | 2 => client.put_part(&second, step - 1).await.map(drop),
                3 => client.put_manifest(&second).await,
                4 => client.complete(&second).await.map(drop),
                _ => client.move_links(&second, vec![link.moved_to(&second, None).unwrap()]).await.map(drop),
            }
        };
        // Killed while it is asked, or right after.
        let (_, ()) = tokio::join!(step_of(), server.kill_9());
        server = server.start_again().await;
        if step < 5 {
            assert_eq!(now(&client).await, 1, "nothing is moved before all is stored");
        }
        step_of().await.unwrap();
    }
    assert_eq!(now(&client).await, 2);
    let recipient = Recipient::new(&client, &token, None).unwrap();
    assert_eq!(recipient.take().await.unwrap().files().await.unwrap()[0].bytes, file(2)[0].bytes);
}
