//! Many calls about one record: whoever makes them stands in nobody else's way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use subrosa_tests::client::Client;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::{sealed, send};

/// More connections than one lane of a record, and than all permits of holders.
const CROWD: usize = 230;
/// What everybody else does meanwhile, so often.
const ROUNDS: usize = 2;

/// A crowd of holders of a link, each of which opens it again as soon as it is answered.
struct Crowd {
    ended: Arc<AtomicBool>,
    /// A permit for each answer that it got.
    answers: Arc<Semaphore>,
    tasks: Vec<JoinHandle<()>>,
}

impl Crowd {
    fn at(server: &Server, links: &[String]) -> Self {
        let (ended, answers) = (Arc::<AtomicBool>::default(), Arc::new(Semaphore::new(0)));
        let tasks = (0..CROWD).map(|at| {
            let recipient = Recipient::new(&server.client(), &links[at % links.len()], None).unwrap();
            let (ended, answers) = (Arc::clone(&ended), Arc::clone(&answers));
            tokio::spawn(async move {
                while !ended.load(Ordering::SeqCst) {
                    // Granted, or told that too many want it.
                    let _ = recipient.open().await;
                    answers.add_permits(1);
                }
            })
        });
        let tasks = tasks.collect();
        Self { ended, answers, tasks }
    }

    /// Waits until so many more were answered: the crowd is at work.
    async fn work(&self, more: u32) {
        let before = u32::try_from(self.answers.available_permits()).unwrap();
        self.answers.acquire_many(before + more).await.unwrap().forget();
    }

    async fn end(self) {
        self.ended.store(true, Ordering::SeqCst);
        join_all(self.tasks).await;
    }
}

async fn readiness(server: &Server) -> (u16, String) {
    let answer = reqwest::get(format!("{}/health/ready", server.origin())).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The owner of a link that a crowd opens without a pause, and the recipients of another link of
/// the same share, are served at their first try. So is the one who watches the server's health:
/// nobody is harmed.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_at_one_link_keeps_neither_its_owner_nor_other_recipients_out() {
    let server = Server::start().await;
    let client = server.client();
    let (_, package) = sealed(100_000, 90, 64 << 10);
    let crowded = send(&server, &package, &LinkTerms::default()).await;
    let other = client.add_link(&package, &LinkTerms::downloads(100)).await.unwrap();
    let other = format!("{}/s#{}", server.origin(), *other.to_token());
    let crowd = Crowd::at(&server, &[crowded]);
    for _ in 0..ROUNDS {
        crowd.work(100).await;
        let recipient = Recipient::new(&client, &other, None).unwrap();
        recipient.take().await.expect("the recipient of another link is served");
        client.pause(&package, true).await.expect("the owner pauses it");
        client.pause(&package, false).await.expect("and resumes it");
        assert_eq!(readiness(&server).await.0, 200, "{:?}", readiness(&server).await);
    }
    client.revoke(&package).await.expect("the owner takes it back");
    crowd.end().await;
}

/// A stranger who does that with links of their own harms nobody else, and does not make the server
/// look as if it did not serve.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_at_links_of_its_own_is_nobody_elses_trouble() {
    let server = Server::start().await;
    let client: Client = server.client();
    let mut links = Vec::new();
    for seed in [91, 92] {
        let (_, package) = sealed(100_000, seed, 64 << 10);
        links.push(send(&server, &package, &LinkTerms::default()).await);
    }
    let (_, package) = sealed(100_000, 93, 64 << 10);
    let mine = send(&server, &package, &LinkTerms::downloads(100)).await;
    let crowd = Crowd::at(&server, &links);
    for _ in 0..ROUNDS {
        crowd.work(100).await;
        let recipient = Recipient::new(&client, &mine, None).unwrap();
        recipient.look().await.expect("a recipient looks");
        recipient.take().await.expect("and is granted a download");
        client.status(&package).await.expect("the owner watches");
        assert_eq!(readiness(&server).await.0, 200, "{:?}", readiness(&server).await);
    }
    crowd.end().await;
}
