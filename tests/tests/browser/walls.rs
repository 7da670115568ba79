//! What a script could send away from the document in which files are looked at, if one ever ran
//! there: nothing.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use subrosa_tests::browser::engine::Engine;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

use crate::preview::preview;
use crate::sent;

/// Every way out that a document has, by name. `to(name)` is an address on the machine that
/// listens.
const WAYS: &str = include_str!("walls.js");
/// Longer than any of these takes where nothing stops it.
const LONG: Duration = Duration::from_secs(2);

/// A machine somewhere that notes everything that comes: the name in the path of requests, and
/// whatever else.
struct Listener {
    tcp: u16,
    udp: u16,
    heard: Arc<Mutex<BTreeSet<String>>>,
}

impl Listener {
    async fn start() -> Self {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let heard = Arc::new(Mutex::new(BTreeSet::new()));
        let listener = Self {
            tcp: tcp.local_addr().unwrap().port(),
            udp: udp.local_addr().unwrap().port(),
            heard: Arc::clone(&heard),
        };
        let noted = Arc::clone(&heard);
        tokio::spawn(async move {
            let mut datagram = [0; 2048];
            while udp.recv(&mut datagram).await.is_ok() {
                noted.lock().unwrap().insert("webrtc".to_owned());
            }
        });
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = tcp.accept().await {
                // A connection says something already, though nothing may be asked over it.
                let heard = Arc::clone(&heard);
                heard.lock().unwrap().insert("(connection)".to_owned());
                tokio::spawn(async move {
                    let mut request = vec![0; 4096];
                    let len = socket.read(&mut request).await.unwrap_or(0);
                    let line = String::from_utf8_lossy(&request[..len]);
                    let name = line.split([' ', '?']).nth(1).unwrap_or("").trim_start_matches('/').to_owned();
                    let page = "<!doctype html><title>open</title>";
                    let body = if name == "page" { page } else { "" };
                    heard.lock().unwrap().insert(name);
                    let answer = format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\naccess-control-allow-origin: *\r\n\
                         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    let _ = socket.write_all(answer.as_bytes()).await;
                });
            }
        });
        listener
    }

    fn heard(&self) -> BTreeSet<String> {
        self.heard.lock().unwrap().clone()
    }

    /// What came that may not. Said in docs/THREAT_MODEL.md: no other engine than Chromium can be
    /// told not to connect in advance.
    fn heard_more(&self) -> Vec<String> {
        let may_connect = Engine::of_this_run() != Engine::Chromium;
        let known = |heard: &String| may_connect && matches!(heard.as_str(), "(connection)" | "");
        self.heard().into_iter().filter(|heard| !known(heard)).collect()
    }

    /// The script with the ways, for this machine. `hashes` are those that the document's policy
    /// allows.
    fn ways(&self, hashes: &[String], act: &str) -> String {
        format!(
            "const to = (name) => `http://127.0.0.1:{}/${{name}}`; const udp = {}; const hashes = {hashes:?};
             {WAYS}
             {act}",
            self.tcp, self.udp
        )
    }
}

/// Hashes that the policy of the document allows.
async fn allowed_hashes(server: &Server) -> Vec<String> {
    let answer = reqwest::get(format!("{}/preview", server.origin())).await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    policy.split(['\'', ' ']).filter(|part| part.starts_with("sha256-")).map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn a_script_in_the_document_of_a_look_reaches_nothing() {
    let _turn = turn().await;
    let (server, recipient, listener) = (Server::start().await, Browser::start().await, Listener::start().await);
    let hashes = allowed_hashes(&server).await;
    assert!(hashes.len() >= 3, "{hashes:?}");

    // Where nothing stops them, they arrive: so this can fail.
    recipient.open(&format!("http://127.0.0.1:{}/page", listener.tcp)).await;
    recipient.script(&listener.ways(&hashes, "every(); webrtc();")).await;
    let mut must = vec!["fetch", "style", "script", "image", "frame", "beacon", "worker-fetch", "preload-script"];
    // The others send nothing to a machine that is their own.
    if Engine::of_this_run() == Engine::Chromium {
        must.push("webrtc");
    }
    wait::until_so(
        SOON,
        "they arrive",
        async || listener.heard(),
        |heard| must.iter().all(|name| heard.contains(*name)),
    )
    .await;

    let (_, link) = sent(&server, &[Source::new("a.txt", "a")], &LinkTerms::default()).await;
    recipient.look(&link).await;
    preview(&recipient, "a.txt").await;
    tokio::time::sleep(LONG).await;
    listener.heard.lock().unwrap().clear();
    let tried = recipient.script_in_frame(&listener.ways(&hashes, "return every();")).await;
    assert!(tried.as_u64().unwrap() > 60, "{tried}");
    tokio::time::sleep(LONG).await;
    assert_eq!(listener.heard_more(), [""; 0]);
    let state = recipient.script_in_frame("return [window.worked, location.href]").await;
    assert_eq!(state, serde_json::json!([true, "about:srcdoc"]), "the worker tried, too");
    let _ = recipient.complaints();

    // A document that goes elsewhere takes what it knows along: neither other servers nor this one
    // are asked.
    let others = "(other)";
    let (away, here) = ("to('away')".to_owned(), format!("'{}/away?secret'", server.origin()));
    // What may not even go to this server may go nowhere.
    let ways = ["assign", "replace", "anchor", "download", "meta", "form"].map(|way| (way, &here));
    for (way, to) in ways.into_iter().chain(["anchor", "parent", "top", "open"].map(|way| (way, &away))) {
        recipient.click("preview-back").await;
        recipient.state_of(&["ready"]).await;
        preview(&recipient, "a.txt").await;
        let before = server.log().matches(others).count();
        recipient.script_in_frame(&listener.ways(&hashes, &format!("return leave({way:?}, {to});"))).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(listener.heard_more(), [""; 0], "{way} {to}");
        // The document itself is one of these.
        assert_eq!(server.log().matches(others).count(), before, "{way} {to}");
        let _ = recipient.complaints();
    }
    assert_eq!(recipient.state().await, "preview");

    // Last, because Chromium ends the page of a document that tries. The other engines know no way
    // to forbid it.
    if Engine::of_this_run() == Engine::Chromium {
        let _ = recipient.try_in_frame(&listener.ways(&hashes, "webrtc(); return count;")).await;
        tokio::time::sleep(LONG).await;
        assert!(listener.heard().is_empty(), "{:?}", listener.heard());
    }
}
