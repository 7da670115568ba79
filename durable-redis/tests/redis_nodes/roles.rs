//! Roles that change under load: what was answered stays, and nobody has to start anything again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use subrosa_tests::wait;
use tokio::task::JoinHandle;

use super::*;

/// Writers that never give up, on tags all over the ledger.
struct Load {
    ends: Arc<AtomicBool>,
    writers: Vec<JoinHandle<(Tag, Vec<String>)>>,
}

impl Load {
    fn start(nodes: &Nodes) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let tags = Tag::of_ids().step_by(64).chain([Tag::LEDGER]);
        let writers = tags.map(|tag| tokio::spawn(write(nodes.clone(), tag, Arc::clone(&ends)))).collect();
        Self { ends, writers }
    }

    /// Ends it, and checks that everything that was answered is there.
    async fn end(self, nodes: &Nodes) {
        self.ends.store(true, Ordering::SeqCst);
        for writer in self.writers {
            let (tag, answered) = writer.await.unwrap();
            assert!(!answered.is_empty(), "{tag}: nothing was answered");
            for member in &answered {
                assert!(has(nodes, tag, member).await, "{tag}: {member} was answered, and is gone");
            }
        }
    }
}

/// What was answered.
async fn write(nodes: Nodes, tag: Tag, ends: Arc<AtomicBool>) -> (Tag, Vec<String>) {
    let mut answered = Vec::new();
    for number in 0.. {
        let member = number.to_string();
        match put(&nodes, tag, &member).await {
            Ok(()) => answered.push(member),
            Err(Error::Unavailable(_) | Error::Lost(_) | Error::NotAcknowledged) => {}
            Err(error) => panic!("{error:?}"),
        }
        if ends.load(Ordering::SeqCst) {
            break;
        }
    }
    (tag, answered)
}

/// Until it can be written everywhere again.
async fn recovered(nodes: &Nodes) {
    for tag in nodes.tag_of_each() {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        while let Err(error) = put(nodes, tag, "recovered").await {
            assert!(tokio::time::Instant::now() < deadline, "{tag}: {error:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn a_cluster_that_loses_primaries_under_load_keeps_what_it_answered() {
    let mut cluster = Cluster::start().await;
    let nodes = open(&cluster.url(), DurabilityPolicy::default()).await.unwrap();
    let load = Load::start(&nodes);
    for slot in [0, 16_383] {
        recovered(&nodes).await;
        let killed = cluster.kill_primary(slot).await;
        cluster.wait_served().await;
        cluster.start_again(killed).await;
        cluster.wait_healthy().await;
    }
    recovered(&nodes).await;
    // One that is still there, and gives way.
    let primary = cluster.primary_of(0).await;
    let port = cluster.url().split(',').nth(primary).unwrap().rsplit(':').next().unwrap().to_owned();
    while cluster.primary_of(0).await == primary {
        for node in 0..6 {
            let info = cluster.command(node, &["INFO", "replication"]).await.unwrap();
            if info.contains(&format!("master_port:{port}\r")) || info.contains(&format!("master_port:{port}\n")) {
                let _ = cluster.command(node, &["CLUSTER", "FAILOVER"]).await;
            }
        }
        // Asked again it would begin again; by itself it gives up after five seconds.
        let given_way = async || (cluster.primary_of(0).await != primary).then_some(());
        wait::within(Duration::from_secs(6), given_way).await;
    }
    cluster.wait_healthy().await;
    recovered(&nodes).await;
    load.end(&nodes).await;
}

#[tokio::test]
async fn a_primary_that_hangs_under_load_is_replaced_and_what_it_answered_is_kept() {
    let sentinels = Sentinels::start().await;
    let nodes = open(&sentinels.url(), DurabilityPolicy::default()).await.unwrap();
    let load = Load::start(&nodes);
    recovered(&nodes).await;
    let paused = sentinels.primary().await.unwrap();
    sentinels.pause(paused);
    let replaced = async || (sentinels.primary().await == Some(1 - paused)).then_some(());
    wait::until(Duration::from_secs(30), "the other is the primary", replaced).await;
    // It still believes to be the primary, until it is told.
    sentinels.resume(paused);
    sentinels.wait_healthy().await;
    recovered(&nodes).await;
    load.end(&nodes).await;
}

/// What goes to one machine goes together. That a slot has left it costs those of other slots
/// nothing.
#[tokio::test]
async fn a_slot_that_has_moved_does_not_keep_others_from_being_acknowledged() {
    let cluster = Cluster::start().await;
    let nodes = open(&cluster.url(), DurabilityPolicy::default()).await.unwrap();
    let slot = async |tag: Tag| cluster.command(0, &["CLUSTER", "KEYSLOT", &format!("{{{tag}}}")]).await.unwrap();
    let primary = async |tag: Tag| cluster.primary_of(slot(tag).await.parse().unwrap()).await;
    let mut tags = Tag::of_ids();
    let moves = tags.next().unwrap();
    let from = primary(moves).await;
    let stays = loop {
        let tag = tags.next().unwrap();
        if primary(tag).await == from {
            break tag;
        }
    };
    let to = cluster.primaries().await.into_iter().find(|&node| node != from).unwrap();
    let id = async |node| cluster.command(node, &["CLUSTER", "MYID"]).await.unwrap();
    let (slot, from_id, to_id) = (slot(moves).await, id(from).await, id(to).await);
    // From now on the machine knows the script: all is run at the first try.
    put(&nodes, stays, "before").await.unwrap();
    // Nothing lies there yet.
    cluster.command(to, &["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from_id]).await.unwrap();
    for node in [to, from] {
        cluster.command(node, &["CLUSTER", "SETSLOT", &slot, "NODE", &to_id]).await.unwrap();
    }
    let members: Vec<String> = (0..16).map(|number| number.to_string()).collect();
    let each = members.iter().flat_map(|member| [(stays, member), (moves, member)]);
    let all = futures_util::future::join_all(each.map(async |(tag, member)| put(&nodes, tag, member).await));
    for (index, answer) in all.await.into_iter().enumerate() {
        answer.unwrap_or_else(|error| panic!("{index}: {error:?}"));
    }
}

#[tokio::test]
async fn a_slot_on_its_way_is_asked_for_where_it_is() {
    let cluster = Cluster::start().await;
    let nodes = open(&cluster.url(), DurabilityPolicy::default()).await.unwrap();
    let tag = Tag::LEDGER;
    put(&nodes, tag, "before").await.unwrap();
    let slot = cluster.command(0, &["CLUSTER", "KEYSLOT", "{ledger}"]).await.unwrap();
    let from = cluster.primary_of(slot.parse().unwrap()).await;
    let to = cluster.primaries().await.into_iter().find(|&node| node != from).unwrap();
    let id = async |node| cluster.command(node, &["CLUSTER", "MYID"]).await.unwrap();
    let (from_id, to_id) = (id(from).await, id(to).await);
    cluster.command(to, &["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from_id]).await.unwrap();
    cluster.command(from, &["CLUSTER", "SETSLOT", &slot, "MIGRATING", &to_id]).await.unwrap();
    // Not there yet, then there already, with a connection that knows the script and one that does
    // not.
    put(&nodes, tag, "on the way").await.unwrap();
    let port = cluster.url().split(',').nth(to).unwrap().rsplit(':').next().unwrap().to_owned();
    let mut migrate = vec!["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
    let keys = cluster.command(from, &["CLUSTER", "GETKEYSINSLOT", &slot, "100"]).await.unwrap();
    migrate.extend(keys.lines());
    cluster.command(from, &migrate).await.unwrap();
    for member in ["moved", "again"] {
        put(&nodes, tag, member).await.unwrap();
        assert!(has(&nodes, tag, "before").await && has(&nodes, tag, member).await);
    }
    for node in [to, from] {
        cluster.command(node, &["CLUSTER", "SETSLOT", &slot, "NODE", &to_id]).await.unwrap();
    }
    put(&nodes, tag, "after").await.unwrap();
    for member in ["before", "on the way", "moved", "again", "after"] {
        assert!(has(&nodes, tag, member).await, "{member}");
    }
}
