//! An installation with a share and a push in every state there is, and everything that their
//! owners and holders are told.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use subrosa_shared::api::{Event, Log};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::push::Payload;
use subrosa_shared::secret::LeaseSecret;
use subrosa_tests::bytes::rng;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::{Package, Source};
use subrosa_tests::client::push::{PushTerms, Reader, SealedPush};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::client::{Client, Error};
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::ending::assert_deleted;
use crate::{assert_problem, assert_same_files, sealed, send};

const PART: u32 = 1 << 20;
/// Bytes of the running download that arrived before.
const ARRIVED: usize = 100_000;

/// What the senders and recipients of an installation hold.
pub(crate) struct World {
    client: Client,
    packages: Vec<Package>,
    recipients: Vec<Recipient>,
    pushes: Vec<SealedPush>,
    readers: Vec<Reader>,
    running: Running,
    half: Package,
    view: LeaseSecret,
}

/// A download that has begun.
struct Running {
    files: Vec<Source>,
    package: Package,
    link: String,
    lease: [u8; 32],
    arrived: Vec<u8>,
}

impl World {
    pub(crate) async fn new(server: &Server) -> Self {
        let client = server.client();
        let (half, view) = (half_sent(&client).await, LeaseSecret::generate(&mut rng()));
        let running = Running::begin(server).await;
        let (mut packages, mut recipients) = (Vec::new(), Vec::new());
        for (seed, end) in [(200, End::TooManyGuesses), (201, End::Paused), (202, End::Exhausted), (203, End::Revoked)]
        {
            let (_, package) = sealed(300_000, seed, PART);
            let terms = LinkTerms { recipient_may_destroy: false, ..LinkTerms::default() }.with_password("right");
            let link = send(server, &package, &terms).await;
            client.put_note(&package, package.manifest.clone()).await.unwrap();
            let recipient = Recipient::new(&client, &link, Some("right")).unwrap();
            end.happen(server, &package, &recipient, &link).await;
            packages.push(package);
            recipients.push(recipient);
        }
        let (mut pushes, mut readers) = (Vec::new(), Vec::new());
        for (word, views_max) in [("kept", 2), ("seen", 1), ("revoked", 1)] {
            let terms = PushTerms { label: word.to_owned(), ..PushTerms::views(views_max) }.with_passphrase("right");
            let push = SealedPush::seal(&Payload::Password { password: word.to_owned() }, &terms).unwrap();
            client.push(&push).await.unwrap();
            readers.push(Reader::new(&client, &push.link_at(&server.origin()), Some("right")).unwrap());
            pushes.push(push);
        }
        readers[1].reveal(&view).await.unwrap();
        client.revoke_push(&pushes[2]).await.unwrap();
        Self { client, packages, recipients, pushes, readers, running, half, view }
    }

    /// Everything that anybody is told, without what depends on the moment.
    pub(crate) async fn told(&self) -> Value {
        let client = &self.client;
        let mut told = Vec::new();
        for package in self.packages.iter().chain([&self.half, &self.running.package]) {
            told.push(json!({
                "status": timeless(client.status(package).await),
                "log": timeless(client.log(package).await),
                "parts": timeless(client.stored_parts(package).await),
                "note": client.note(package).await.ok().map(|note| note.to_vec()),
            }));
        }
        for recipient in &self.recipients {
            told.push(timeless(recipient.look().await));
        }
        for (push, reader) in self.pushes.iter().zip(&self.readers) {
            told.push(json!({
                "status": timeless(client.push_status(push).await),
                "log": timeless(client.push_log(push).await),
                "look": timeless(reader.look().await),
            }));
        }
        told.into()
    }

    /// The download goes on at the byte, and counts once; the view is given again, to whoever had
    /// it.
    pub(crate) async fn goes_on(&mut self) {
        self.running.go_on(&self.client).await;
        let again = self.readers[1].reveal(&self.view).await.unwrap();
        assert!(again.payload == Payload::Password { password: "seen".to_owned() });
        let other = LeaseSecret::generate(&mut rng());
        assert_problem(self.readers[1].reveal(&other).await, ProblemType::NoDownloadLeft);
    }

    /// What was begun is brought to its end.
    pub(crate) async fn ends(&mut self, server: &Server) {
        self.running.end(&self.client).await;
        self.client.upload(&self.half).await.unwrap();
        let view = self.readers[1].reveal(&self.view).await.unwrap();
        self.readers[1].finish(&self.view, &view).await.unwrap();
        let view = LeaseSecret::generate(&mut rng());
        self.readers[0].reveal(&view).await.unwrap();
        self.client.revoke(&self.packages[0]).await.unwrap();
        assert_deleted(server, &self.packages[0].share()).await;
        // Its blobs are gone before the timeline says so.
        let log = async || self.client.log(&self.packages[0]).await.unwrap();
        let noted = |log: &Log| log.lines.iter().any(|line| line.event == Event::Deleted);
        wait::until_so(Duration::from_secs(20), "the line of the deletion", log, noted).await;
    }

    /// How many downloads of the running one were counted.
    pub(crate) async fn counted(&self) -> u32 {
        self.client.status(&self.running.package).await.unwrap().links[0].counters.started.count
    }
}

/// What happens to a share before it is moved.
enum End {
    TooManyGuesses,
    Paused,
    Exhausted,
    Revoked,
}

impl End {
    async fn happen(self, server: &Server, package: &Package, recipient: &Recipient, link: &str) {
        match self {
            Self::TooManyGuesses => {
                let wrong = Recipient::new(&server.client(), link, Some("wrong")).unwrap();
                assert_problem(wrong.open().await, ProblemType::WrongPassword);
            }
            Self::Paused => _ = server.client().pause(package, true).await.unwrap(),
            Self::Exhausted => _ = recipient.take().await.unwrap().sealed_part(0).await.unwrap(),
            Self::Revoked => {
                server.client().revoke(package).await.unwrap();
                assert_deleted(server, &package.share()).await;
            }
        }
    }
}

impl Running {
    async fn begin(server: &Server) -> Self {
        let (files, package) = sealed(3 << 20, 210, PART);
        let link = send(server, &package, &LinkTerms::downloads(2)).await;
        let recipient = Recipient::new(&server.client(), &link, None).unwrap();
        let lease = [210; 32];
        let download = recipient.take_with(LeaseSecret::from_bytes(lease)).await.unwrap();
        let arrived = download.fetch_some(0, 0, ARRIVED).await.unwrap();
        Self { files, package, link, lease, arrived }
    }

    /// A bit more of the first part.
    async fn go_on(&mut self, client: &Client) {
        let recipient = Recipient::new(client, &self.link, None).unwrap();
        let download = recipient.take_with(LeaseSecret::from_bytes(self.lease)).await.unwrap();
        let from = self.arrived.len() as u64;
        self.arrived.extend(download.fetch_some(0, from, 1).await.unwrap());
    }

    async fn end(&mut self, client: &Client) {
        let recipient = Recipient::new(client, &self.link, None).unwrap();
        let download = recipient.take_with(LeaseSecret::from_bytes(self.lease)).await.unwrap();
        let mut first = std::mem::take(&mut self.arrived);
        let missing = self.package.parts[0].len() - first.len();
        if missing > 0 {
            first.extend(download.fetch_some(0, first.len() as u64, missing).await.unwrap());
        }
        let mut content = download.open_part(0, &first).unwrap();
        for index in 1..download.part_count() {
            content.extend(download.open_part(index, &download.sealed_part(index).await.unwrap()).unwrap());
        }
        assert_same_files(&download.cut(content), &self.files);
        download.finish().await.unwrap();
    }
}

/// An upload that is not complete.
async fn half_sent(client: &Client) -> Package {
    let (_, package) = sealed(5 << 20, 211, PART);
    client.create(&package).await.unwrap();
    for index in [0, 2, 3] {
        client.put_part(&package, index).await.unwrap();
    }
    package
}

fn timeless<T: Serialize>(answer: Result<T, Error>) -> Value {
    let mut value = match answer {
        Ok(answer) => serde_json::to_value(answer).unwrap(),
        Err(error) => error.problem().expect("the server says why").uri().into(),
    };
    forget_the_moment(&mut value);
    value
}

fn forget_the_moment(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("now");
            fields.remove("retry_after_millis");
            fields.values_mut().for_each(forget_the_moment);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_the_moment),
        _ => {}
    }
}
