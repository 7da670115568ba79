//! Data that is gone, or is somebody else's, while servers run: nothing is served, nothing is
//! changed, and all goes on once the data is back.

use subrosa_lifecycle::LoadedLinks;
use subrosa_server::ledger::{InstallationId, Ledger as _, LedgerError, Replaces, ServiceState, Slot, Transfer as _};
use subrosa_shared::content::ContentNumber;
use subrosa_tests::redis::{Cluster, Redis};

use super::support::{create, link, part, push_key, share, share_key};
use super::*;

/// Everything that can be asked for says that the ledger is not the one.
async fn refuses_everything(ledger: &RedisLedger) {
    let key = share_key(1);
    let write_id = Some(WriteId::generate());
    let share = share(1);
    let answers = [
        ledger.load(&key, LoadedLinks::All).await.map(drop),
        ledger.confirm_durable(&key, write_id).await.map(drop),
        ledger.share_of_link(&link(1)).await.map(drop),
        ledger.commit(step(key, write_id, &new_row(b"x"))).await.map(drop),
        ledger.commit(step(push_key(1), None, &new_row(b"x"))).await.map(drop),
        ledger.commit(Change { new_links: vec![link(2)], ..step(key, None, &new_row(b"x")) }).await.map(drop),
        ledger.put_object(&share, part(0, 1)).await.map(drop),
        ledger.objects(&share).await.map(drop),
        ledger.object(&share, ContentNumber::FIRST, Slot::Manifest).await.map(drop),
        ledger.put_note(&share, b"x".to_vec(), Replaces::Anything).await.map(drop),
        ledger.note(&share).await.map(drop),
        ledger.log(&key).await.map(drop),
        ledger.due(START, None, 10).await.map(drop),
        ledger.is_empty().await.map(drop),
        ledger.now().await.map(drop),
        ledger.ping().await,
        ledger.scrub().await.map(drop),
    ];
    for (index, answer) in answers.into_iter().enumerate() {
        match answer {
            Err(LedgerError::Foreign(_) | LedgerError::NotInService(_)) => {}
            // With no replicas there is nothing to confirm.
            Ok(()) if index == 1 => {}
            other => panic!("{index}: {other:?}"),
        }
    }
}

async fn keys_count(redis: &Redis) -> u32 {
    redis.command(&["DBSIZE"]).await.unwrap().trim().parse().unwrap()
}

#[tokio::test]
async fn a_ledger_that_is_emptied_while_it_serves_is_not_served_and_not_filled_again() {
    let mut redis = Redis::start().await;
    let ledger = open(&redis.url()).await;
    let installation = InstallationId::generate();
    ledger.set_installation(installation.clone()).await.unwrap();
    create(&ledger, share(1)).await;

    redis.command(&["COPY", "subrosa:{ledger}:installation", "kept"]).await.unwrap();
    redis.flush().await;
    refuses_everything(&ledger).await;
    assert_eq!(keys_count(&redis).await, 0, "nothing was written");
    assert_eq!(ledger.installation().await.unwrap(), None, "as good as new");

    redis.kill_9();
    redis.start_again_empty().await;
    refuses_everything(&ledger).await;
    assert_eq!(keys_count(&redis).await, 0);
}

#[tokio::test]
async fn a_ledger_whose_data_comes_back_is_served_again_without_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let mut redis = Redis::start_in(data.path(), subrosa_tests::redis::Settings::durable()).await;
    let ledger = open(&redis.url()).await;
    ledger.set_installation(InstallationId::generate()).await.unwrap();
    let write_id = create(&ledger, share(1)).await;
    redis.kill_9();
    let away = data.path().join("away");
    std::fs::rename(data.path().join("appendonlydir"), &away).unwrap();
    redis.start_again().await;
    refuses_everything(&ledger).await;

    redis.kill_9();
    std::fs::remove_dir_all(data.path().join("appendonlydir")).unwrap();
    std::fs::rename(&away, data.path().join("appendonlydir")).unwrap();
    redis.start_again().await;
    assert_eq!(ledger.load(&share_key(1), LoadedLinks::All).await.unwrap().unwrap().write_id, write_id);
    create(&ledger, share(2)).await;
}

#[tokio::test]
async fn a_ledger_that_lost_a_part_of_it_is_not_opened_and_the_rest_is_served() {
    let redis = Redis::start().await;
    let ledger = open(&redis.url()).await;
    ledger.set_installation(InstallationId::generate()).await.unwrap();
    create(&ledger, share(1)).await;
    create(&ledger, share(0xff)).await;
    let tag = "subrosa:{004}:installation";
    let fence = redis.command(&["GET", tag]).await.unwrap();
    redis.command(&["DEL", tag]).await.unwrap();
    assert!(matches!(ledger.load(&share_key(1), LoadedLinks::All).await, Err(LedgerError::Foreign(_))));
    assert!(ledger.load(&share_key(0xff), LoadedLinks::All).await.unwrap().is_some());
    let error = try_open(&redis.url()).await.err().unwrap();
    assert!(matches!(&error, LedgerError::Foreign(why) if why.contains("Bring its data back")), "{error}");
    assert_eq!(redis.command(&["EXISTS", tag]).await.unwrap().trim(), "0", "it gets no fence again");

    redis.command(&["SET", tag, fence.trim()]).await.unwrap();
    assert!(ledger.load(&share_key(1), LoadedLinks::All).await.unwrap().is_some());
    // The fence over all of them is lost.
    redis.command(&["DEL", "subrosa:{ledger}:installation"]).await.unwrap();
    assert!(matches!(try_open(&redis.url()).await.err().unwrap(), LedgerError::Foreign(_)));
}

#[tokio::test]
async fn records_without_any_mark_are_not_given_to_an_installation() {
    let redis = Redis::start().await;
    let ledger = open(&redis.url()).await;
    create(&ledger, share(1)).await;
    let given = ledger.set_installation(InstallationId::generate()).await;
    assert!(matches!(given, Err(LedgerError::Foreign(_))), "{given:?}");
}

#[tokio::test]
async fn a_cluster_that_lost_one_of_its_machines_data_serves_the_rest() {
    let cluster = Cluster::start().await;
    let ledger = open(&cluster.url()).await;
    ledger.set_installation(InstallationId::generate()).await.unwrap();
    for seed in 0..=255 {
        create(&ledger, share(seed)).await;
    }
    // One primary is flushed, and its replica with it.
    let primary = cluster.primaries().await[0];
    cluster.command(primary, &["FLUSHALL"]).await.unwrap();
    let (mut served, mut refused) = (0, 0);
    for seed in 0..=255 {
        match ledger.load(&share_key(seed), LoadedLinks::All).await {
            Ok(Some(_)) => served += 1,
            Err(LedgerError::Foreign(_)) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(served > 50 && refused > 20, "{served} served, {refused} refused");
    cluster.wait_healthy().await;
}

#[tokio::test]
async fn a_ledger_that_is_closed_is_not_served_by_anybody_who_has_it_open() {
    let redis = Redis::start().await;
    let (ledger, mover) = (open(&redis.url()).await, open(&redis.url()).await);
    let id = InstallationId::generate();
    ledger.set_installation(id.clone()).await.unwrap();
    create(&ledger, share(1)).await;
    let (serving, leaving) = (ServiceState::Serving(id.clone()), ServiceState::Leaving(id));
    assert!(mover.compare_and_set_state(&serving, &leaving).await.unwrap());
    assert!(!mover.compare_and_set_state(&serving, &leaving).await.unwrap(), "it is not in that state any more");
    assert!(mover.finish_change_to(&leaving).await.unwrap());
    refuses_everything(&ledger).await;
    assert!(matches!(ledger.installation().await, Err(LedgerError::NotInService(ServiceState::Leaving(_)))));
    assert_eq!(mover.service_state().await.unwrap(), leaving);
    assert!(mover.compare_and_set_state(&leaving, &serving).await.unwrap());
    assert!(ledger.load(&share_key(1), LoadedLinks::All).await.unwrap().is_some(), "without a restart");
}

/// A change of state that was cut short at any step is ended by whoever comes next.
#[tokio::test]
async fn a_change_of_state_that_was_cut_short_is_ended() {
    let redis = Redis::start().await;
    let id = InstallationId::generate();
    open(&redis.url()).await.set_installation(id.clone()).await.unwrap();
    let text = id.as_str();
    let set = async |tag: &str, fence: &str| {
        redis.command(&["SET", &format!("subrosa:{{{tag}}}:installation"), fence]).await.unwrap();
    };
    // Decided, and a third of the tags have followed.
    set("ledger", &format!("{text}>leaving:{text}")).await;
    for tag in 0..341 {
        set(&format!("{tag:03x}"), &format!("leaving:{text}")).await;
    }
    let ledger = open(&redis.url()).await;
    assert_eq!(ledger.service_state().await.unwrap(), ServiceState::Leaving(id.clone()));
    let over_all = redis.command(&["GET", "subrosa:{ledger}:installation"]).await.unwrap();
    assert_eq!(over_all.trim(), format!("leaving:{text}"));
    let last = redis.command(&["GET", "subrosa:{3ff}:installation"]).await.unwrap();
    assert_eq!(last.trim(), format!("leaving:{text}"));
    // A tag with neither fence has lost its data.
    set("ledger", &format!("leaving:{text}>{text}")).await;
    redis.command(&["DEL", "subrosa:{123}:installation"]).await.unwrap();
    assert!(matches!(try_open(&redis.url()).await.err().unwrap(), LedgerError::Foreign(_)));
}
