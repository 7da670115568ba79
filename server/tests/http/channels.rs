//! A server serves shares, pushes or both: calls, pages and the description of the calls.

use std::collections::BTreeSet;

use http::{Method, Request, header};
use serde_json::Value;
use subrosa_shared::api::{Channels, Config};
use subrosa_shared::problem::{Problem, ProblemType};

use crate::support::{Call, Server};

const ALL: [(&str, Channels); 3] =
    [("shares", Channels::Shares), ("pushes", Channels::Pushes), ("both", Channels::Both)];

/// Whether it is part of what is served.
fn is_served(path: &str, channels: Channels) -> bool {
    let begins = |begin: &str| path.strip_prefix(begin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let (shares, pushes) = (begins("/shares") || begins("/links"), begins("/pushes"));
    match channels {
        Channels::Shares => !pushes,
        Channels::Pushes => !shares,
        Channels::Both => true,
    }
}

async fn described(server: &Server) -> BTreeSet<(String, Method)> {
    let document: Value = server.call(Call::get("/openapi.json")).await.json();
    let paths = document["paths"].as_object().unwrap().iter();
    let calls = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(|method| (path.clone(), method.to_uppercase().parse().unwrap()))
    });
    calls.collect()
}

#[tokio::test]
async fn calls_of_what_is_not_served_do_not_exist_and_are_not_described() {
    let all = described(&Server::start().await).await;
    for begin in ["/shares/", "/links/", "/pushes/", "/config"] {
        assert!(all.iter().any(|(path, _)| path.starts_with(begin)), "{begin}");
    }
    for (flag, channels) in ALL {
        let server = Server::start_with(&["--channels", flag]).await;
        let expected = all.iter().filter(|(path, _)| is_served(path, channels)).cloned().collect();
        assert_eq!(described(&server).await, expected, "{flag}");
        for (template, method) in &all {
            let id = "A".repeat(22);
            let names = ["{share}", "{link}", "{lease}"];
            let path = names.iter().fold(template.clone(), |path, name| path.replace(name, &id));
            let answer = server.call(Call::new(method.clone(), path.replace("{index}", "0"))).await;
            let problem =
                serde_json::from_slice::<Problem>(&answer.body).ok().and_then(|problem| problem.problem_type());
            let unknown = problem == Some(ProblemType::UnknownEndpoint);
            assert_eq!(unknown, !is_served(template, channels), "{flag}: {method} {template}");
        }
    }
}

#[tokio::test]
async fn pages_of_what_is_not_served_do_not_exist() {
    // Pages that were not built are there all the same: they say so.
    let pages: [(&str, [bool; 3]); 11] = [
        ("/", [true, true, true]),
        ("/s", [true, false, true]),
        ("/links", [true, true, true]),
        ("/send.html", [true, false, true]),
        ("/receive.html", [true, false, true]),
        ("/push", [false, true, true]),
        ("/p", [false, true, true]),
        ("/push.html", [false, true, true]),
        ("/reveal.html", [false, true, true]),
        ("/s/", [true, false, true]),
        ("//push.html", [false, true, true]),
    ];
    for (at, (flag, channels)) in ALL.iter().enumerate() {
        let server = Server::start_with(&["--channels", flag]).await;
        let get = async |path: &str| server.send(Request::get(path).body("".into()).unwrap()).await;
        for (path, expected) in pages {
            let answer = get(path).await;
            assert_eq!(answer.status != 404, expected[at], "{flag}: {path}");
            if answer.status == 404 {
                assert!(String::from_utf8_lossy(&answer.body).contains("href=\"/\""), "{flag}: {path}");
            }
        }
        if *channels == Channels::Pushes {
            assert_eq!(get("/").await.body, get("/push").await.body);
        }
    }
}

#[tokio::test]
async fn the_configuration_tells_what_is_served_and_where_passwords_go() {
    for (flag, channels) in ALL {
        let server = Server::start_with(&["--channels", flag]).await;
        let config: Config = server.call(Call::get("/config")).await.json();
        assert_eq!((config.channels, config.push_origin), (channels, None));
        let config: Value = server.call(Call::get("/config")).await.json();
        assert_eq!(config["channels"], flag);
    }
    let config: Config = Server::start().await.call(Call::get("/config")).await.json();
    assert_eq!(config.channels, Channels::Both);
    let server = Server::start_with(&["--push-origin", "HTTPS://Push.Example:443"]).await;
    let config: Config = server.call(Call::get("/config")).await.json();
    assert_eq!(config.push_origin.as_deref(), Some("https://push.example"));
}

#[tokio::test]
async fn pages_may_talk_to_their_server_and_to_that_of_their_passwords() {
    let with: &[&str] = &["--channels", "shares", "--push-origin", "https://push.example:8443"];
    let share_origin: &[&str] = &["--share-origin", "https://share.example"];
    let own = "connect-src 'self'";
    let pushed = "connect-src 'self' https://push.example:8443";
    for (flags, expected) in [(&[][..], own), (with, pushed), (share_origin, own)] {
        let server = Server::start_with(flags).await;
        for path in ["/", "/s", "/nothing", "/api/v1/config", "/health/live"] {
            let answer = server.send(Request::get(path).body("".into()).unwrap()).await;
            let policies: Vec<_> = answer.headers.get_all(header::CONTENT_SECURITY_POLICY).iter().collect();
            let [policy] = policies[..] else { panic!("{policies:?}") };
            let directives: Vec<&str> = policy.to_str().unwrap().split("; ").collect();
            assert_eq!(directives.iter().filter(|directive| directive.starts_with("connect-src")).count(), 1);
            assert!(directives.contains(&expected), "{path}: {policy:?}");
            // Nothing else grows with it.
            let foreign = directives.iter().filter(|directive| directive.contains("example"));
            assert_eq!(foreign.count(), usize::from(expected == pushed), "{path}: {policy:?}");
        }
    }
}
