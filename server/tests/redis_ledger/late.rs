//! A question that was given up may still arrive, seconds later: everything that was ever asked is
//! asked again, in another order, and nothing changes.

use std::sync::{Arc, Mutex};
use subrosa_shared::content::ContentNumber;

use subrosa_lifecycle::LoadedLinks;
use subrosa_server::ledger::{CommitOutcome, InstallationId, Ledger as _, PutNote, Replaces};
use subrosa_tests::redis::{Redis, Settings as Machine};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::support::{create, link, new_row, part, push_key, share, share_key};
use super::*;

/// Somebody between us and Redis, who remembers every question.
struct Echo {
    redis: String,
    address: String,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Echo {
    async fn before(redis: &Redis) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (redis, heard) = (redis.address(), Arc::<Mutex<Vec<Vec<u8>>>>::default());
        let (there, all) = (redis.clone(), Arc::clone(&heard));
        tokio::spawn(async move {
            while let Ok((us, _)) = listener.accept().await {
                let there = TcpStream::connect(&there).await.unwrap();
                let line = {
                    let mut all = all.lock().unwrap();
                    all.push(Vec::new());
                    all.len() - 1
                };
                tokio::spawn(carry(us, there, Arc::clone(&all), line));
            }
        });
        Self { redis, address, heard }
    }

    /// Asks everything again, the lines in the opposite order, and waits for all answers.
    async fn ask_again(&self) {
        let heard = self.heard.lock().unwrap().clone();
        for questions in heard.iter().rev() {
            let (mut answers, mut line) = TcpStream::connect(&self.redis).await.unwrap().into_split();
            let end = b"*2\r\n$4\r\nECHO\r\n$8\r\nthat-all\r\n";
            let (questions, mut all) = ([questions.as_slice(), end].concat(), Vec::new());
            let ask = async { line.write_all(&questions).await.unwrap() };
            let read = async {
                while !all.ends_with(b"that-all\r\n") {
                    assert!(answers.read_buf(&mut all).await.unwrap() > 0);
                }
            };
            tokio::join!(ask, read);
        }
    }
}

async fn carry(us: TcpStream, there: TcpStream, all: Arc<Mutex<Vec<Vec<u8>>>>, line: usize) {
    let ((mut us_read, mut us_write), (mut there_read, mut there_write)) = (us.into_split(), there.into_split());
    let back = tokio::spawn(async move { tokio::io::copy(&mut there_read, &mut us_write).await });
    let mut buffer = vec![0; 65_536];
    while let Ok(len @ 1..) = us_read.read(&mut buffer).await {
        all.lock().unwrap()[line].extend_from_slice(&buffer[..len]);
        if there_write.write_all(&buffer[..len]).await.is_err() {
            break;
        }
    }
    back.abort();
}

#[tokio::test]
async fn whatever_arrives_late_changes_nothing() {
    let redis = Redis::start_with(Machine::durable().and(&["enable-debug-command yes"])).await;
    let echo = Echo::before(&redis).await;
    let ledger = open(&format!("redis://{}", echo.address)).await;
    ledger.set_installation(InstallationId::generate()).await.unwrap();

    // Shares whose parts and notes are replaced again and again. One gets links, and is completed;
    // one still takes parts.
    let mut write_id = create(&ledger, share(1)).await;
    create(&ledger, share(2)).await;
    for share in [share(1), share(2)] {
        for (index, seed) in [(0, 1), (1, 1), (0, 2), (0, 3)] {
            ledger.put_object(&share, part(index, seed)).await.unwrap();
        }
    }
    for note in [b"one", b"two", b"one"] {
        assert_eq!(ledger.put_note(&share(1), note.to_vec(), Replaces::Anything).await.unwrap(), PutNote::Stored);
    }
    for (round, accepts_parts) in [(1, Some(ContentNumber::FIRST)), (2, Some(ContentNumber::FIRST)), (3, None)] {
        let row = NewRow { accepts_parts, ..new_row(&[round; 100]) };
        let change = Change { new_links: vec![link(round)], ..step(share(1), Some(write_id), &row) };
        assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
        write_id = row.write_id;
    }
    // A push that was taken back, and is nothing but its id.
    let push = create(&ledger, push_key(1)).await;
    let burned = NewRow { stands_alone: true, accepts_parts: None, ..new_row(b"burned") };
    ledger.commit(step(push_key(1), Some(push), &burned)).await.unwrap();

    let digest = async || redis.command(&["DEBUG", "DIGEST"]).await.unwrap();
    let before = digest().await;
    for _ in 0..2 {
        echo.ask_again().await;
        assert_eq!(digest().await, before);
    }
    for share in [share(1), share(2)] {
        assert_eq!(ledger.objects(&share).await.unwrap().rows, [part(0, 3), part(1, 1)]);
    }
    assert_eq!(ledger.note(&share(1)).await.unwrap().unwrap(), b"one");
    assert_eq!(ledger.load(&share_key(1), LoadedLinks::All).await.unwrap().unwrap().write_id, write_id);
    // It is able to see a change.
    ledger.put_note(&share(1), b"another".to_vec(), Replaces::Anything).await.unwrap();
    assert_ne!(digest().await, before);
}
