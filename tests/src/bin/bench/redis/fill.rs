//! Fills a ledger with records that nobody asks for, as its own commits would have written them.

use std::process::Stdio;
use std::time::Duration;

use subrosa_tests::bytes::noise;
use subrosa_tests::redis::Redis;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::sleep;

/// When they are due: long after this run.
const DUE_IN: Duration = Duration::from_secs(10 * 24 * 60 * 60);
/// The first byte of the name of a push.
const PUSH: u8 = 2;
/// A line of a timeline.
const LINE: &str = r#"{"at":1800000000000,"link":null,"event":"created"}"#;

/// The key of a push's record.
pub(super) fn push_key(id: &[u8; 16]) -> String {
    format!("subrosa:{{{}}}:push:{}", tag(id), hex(id))
}

/// Makes so many pushes with records of that length.
pub(super) async fn fill(redis: &Redis, count: u64, len: usize) {
    let address = redis.address();
    let (host, port) = address.split_once(':').expect("an address has a port");
    let mut pipe = Command::new("redis-cli");
    pipe.args(["-h", host, "-p", port, "--pipe"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut pipe = pipe.spawn().expect("redis-cli is installed");
    let mut input = pipe.stdin.take().expect("it is piped");
    let time = redis.command(&["TIME"]).await.expect("Redis answers");
    let seconds: u64 = time.lines().next().and_then(|line| line.trim().parse().ok()).expect("it tells seconds");
    let due = (Duration::from_secs(seconds) + DUE_IN).as_millis().to_string();
    let record = noise(len, 1);
    let mut commands = Vec::new();
    for number in 0..count {
        add(&mut commands, number, &record, &due);
        if commands.len() > 1 << 20 || number + 1 == count {
            input.write_all(&commands).await.expect("it is taken");
            commands.clear();
        }
    }
    drop(input);
    assert!(pipe.wait().await.expect("a child can be waited for").success());
    // The file may be written anew because it grew so much: not while something is measured.
    while !redis.command(&["INFO", "persistence"]).await.expect("Redis answers").contains("aof_rewrite_in_progress:0") {
        sleep(Duration::from_millis(200)).await;
    }
}

/// Memory that Redis takes for what it holds, in bytes.
pub(super) async fn memory(redis: &Redis) -> u64 {
    let info = redis.command(&["INFO", "memory"]).await.expect("Redis answers");
    let field = |name: &str| -> u64 {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|value| value.trim().parse().ok()).expect("Redis tells its memory")
    };
    field("used_memory") - field("used_memory_startup")
}

fn add(commands: &mut Vec<u8>, number: u64, record: &[u8], due: &str) {
    let id = id(number);
    let key = push_key(&id);
    let write_id = [number.to_be_bytes(), [7; 8]].concat();
    let name = [&[PUSH][..], &id].concat();
    let due_key = format!("subrosa:{{{}}}:due", tag(&id));
    let fields: [&[u8]; 10] =
        [b"HSET", key.as_bytes(), b"write", &write_id, b"bytes", record, b"open", b"0", b"objects", &write_id];
    command(commands, &fields);
    command(commands, &[b"ZADD", due_key.as_bytes(), due.as_bytes(), &name]);
    command(commands, &[b"RPUSH", format!("{key}:log").as_bytes(), LINE.as_bytes()]);
}

fn command(commands: &mut Vec<u8>, words: &[&[u8]]) {
    commands.extend(format!("*{}\r\n", words.len()).as_bytes());
    for word in words {
        commands.extend(format!("${}\r\n", word.len()).as_bytes());
        commands.extend(*word);
        commands.extend(b"\r\n");
    }
}

/// Ids are digests: spread evenly.
fn id(number: u64) -> [u8; 16] {
    let mix = |mut x: u64| {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let step = 0x9e37_79b9_7f4a_7c15_u64;
    let halves = [2 * number + 1, 2 * number + 2].map(|place| mix(place.wrapping_mul(step)).to_be_bytes());
    halves.concat().try_into().expect("two halves are sixteen bytes")
}

/// The first ten bits.
fn tag(id: &[u8; 16]) -> String {
    format!("{:03x}", u16::from_be_bytes([id[0], id[1]]) >> 6)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
