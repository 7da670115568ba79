//! The proxy that docs/OPERATIONS.md tells operators to put in front, with the lines that stand
//! there.

use bytes::Bytes;
use subrosa_shared::api::EndReason;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::push::Payload;
use subrosa_tests::client::Client;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::push::{PushTerms, SealedPush};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::nginx::Nginx;
use subrosa_tests::server::Server;

use crate::operations::block;
use crate::{assert_problem, assert_same_files, sealed};

/// nginx in front of a server, as the document has it.
pub(crate) async fn start(server: &Server) -> Nginx {
    let beside = block("# in http { }, beside the server block");
    let beside = beside.replace("127.0.0.1:8080", &format!("127.0.0.1:{}", server.port()));
    let first_line = "client_header_timeout 10s;";
    let lines = format!("{first_line}\n{}", block(first_line));
    Nginx::start(|port, here| {
        let here = here.display();
        format!("gzip on; access_log {here}/requests; {beside} server {{ listen 127.0.0.1:{port}; {lines} }}")
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_through_the_proxy_of_the_document() {
    let server = Server::start().await;
    let proxy = start(&server).await;
    let client = Client::new(&proxy.origin()).unwrap();
    // A part as long as the longest manifest.
    let (files, package) = sealed(18 << 20, 90, 16 << 20);
    let secret = client.send(&package, &LinkTerms::default()).await.unwrap();
    let link = format!("{}/s#{}", proxy.origin(), *secret.to_token());
    let recipient = Recipient::new(&client, &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    let range = download.stream(0, Some(100..300)).await.unwrap();
    assert_eq!(range.status(), 206);
    assert_eq!(range.headers()["cache-control"], "no-store");
    assert_eq!(range.bytes().await.unwrap(), package.parts[0][100..300]);
    assert_same_files(&download.files().await.unwrap(), &files);
    download.finish().await.unwrap();
    assert_eq!(recipient.look().await.unwrap().gone.unwrap().why, EndReason::Spent);

    // Mail programs put something behind addresses.
    let page = reqwest::get(format!("{}/s?utm_source=mail", proxy.origin())).await.unwrap();
    assert!(page.status().is_success());
    assert!(page.headers()["strict-transport-security"].to_str().unwrap().contains("max-age"));
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    // What an app shares where no worker takes it, larger than nginx takes without being told.
    let given = reqwest::Client::new().post(format!("{}/given", proxy.origin())).body(vec![0; 8 << 20]);
    assert_eq!(given.send().await.unwrap().url().query(), Some("given"), "it leads to the page");
    assert_eq!(proxy.read("requests"), "", "nothing is logged");
    assert_eq!(proxy.read("errors"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_comes_through_the_proxy_while_the_body_is_still_sent() {
    let server = Server::start().await;
    let proxy = start(&server).await;
    let client = Client::new(&proxy.origin()).unwrap();
    let (_, mut package) = sealed(1 << 20, 91, 1 << 20);
    client.create(&package).await.unwrap();
    package.parts[0] = Bytes::from(vec![1; 16 << 20]);
    for _ in 0..10 {
        assert_problem(client.put_part(&package, 0).await, ProblemType::ValueOutOfRange);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_bounds_what_one_address_has_and_makes() {
    let server = Server::start().await;
    let proxy = start(&server).await;
    let client = Client::new(&proxy.origin()).unwrap();
    let mut refused = 0;
    for _ in 0..80 {
        let push = SealedPush::seal(&Payload::Password { password: "x".to_owned() }, &PushTerms::default()).unwrap();
        refused += usize::from(client.push(&push).await.is_err());
    }
    assert!((1..40).contains(&refused), "{refused} of 80 were refused");
    // What exists is served on.
    client.config().await.unwrap();
}
