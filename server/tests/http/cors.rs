//! Pages of listed origins may make and watch pushes here, and nothing else; pages of other origins
//! nothing at all.

use http::{HeaderMap, Method, Request, header};
use subrosa_shared::api::PatchPush;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::LeaseSecret;

use crate::support::push::Push;
use crate::support::{Answer, Call, Server};

const SHARE: &str = "https://share.example";
const SECOND: &str = "http://localhost:8080";
const FLAGS: [&str; 4] = ["--share-origin", SHARE, "--share-origin", "HTTP://LocalHost:8080"];
/// None of them is listed.
const OTHERS: [&str; 14] = [
    "https://other.example",
    "https://share.example.org",
    "https://a.share.example",
    "https://share.example/",
    "https://share.example:443",
    "https://share.example:8443",
    "HTTPS://SHARE.EXAMPLE",
    "http://share.example",
    "http://localhost",
    "https://share.example http://localhost:8080",
    "https://share.example, http://localhost:8080",
    "null",
    "*",
    "",
];
const METHODS: [&str; 10] = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "OTHER"];

/// Calls that are allowed, calls that are not, what is no call, and what is no path of a server.
const PATHS: [&str; 29] = [
    "/api/v1/config",
    "/api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA",
    "/api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA/owner",
    "/api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA/log",
    "/api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA/reveal",
    "/api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA/ack",
    "/api/v1/openapi.json",
    "/api/v1/shares/AAAAAAAAAAAAAAAAAAAAAA",
    "/api/v1/shares/AAAAAAAAAAAAAAAAAAAAAA/log",
    "/api/v1/shares/AAAAAAAAAAAAAAAAAAAAAA/note",
    "/api/v1/shares/AAAAAAAAAAAAAAAAAAAAAA/links/AAAAAAAAAAAAAAAAAAAAAA",
    "/api/v1/links/AAAAAAAAAAAAAAAAAAAAAA",
    "/api/v1/links/AAAAAAAAAAAAAAAAAAAAAA/leases",
    "/api/v1/keyrings/AAAAAAAAAAAAAAAAAAAAAA",
    "/api/v1/nothing",
    "/api/v1/pushes",
    "/api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA/nothing",
    "/api/v1/config/",
    "/api/v1",
    "/config",
    "/",
    "/links",
    "/phrase",
    "/push",
    "/p",
    "/wasm/open.js",
    "/dl/config",
    "/given",
    "/health/live",
];

/// What a listed origin may call, as the browser is told it.
fn methods(path: &str) -> &'static str {
    match path {
        "/api/v1/config" => "GET",
        "/api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA" => "PUT",
        "/api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA/owner" => "GET, PATCH, DELETE",
        "/api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA/log" => "GET",
        _ => "",
    }
}

fn may(path: &str, method: &str) -> bool {
    methods(path).split(", ").any(|known| known == method)
}

async fn send(server: &Server, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let method: Method = method.parse().unwrap();
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    server.send(request.body("".into()).unwrap()).await
}

/// The headers that let pages of other origins in, and whether caches are told that they matter.
fn cors(headers: &HeaderMap) -> Vec<(&str, &str)> {
    let mut cors: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .filter(|(name, value)| {
            name.starts_with("access-control-") || *name == "vary" && value.eq_ignore_ascii_case("origin")
        })
        .collect();
    cors.sort_unstable();
    cors
}

/// The answer, without those of an allowed call.
fn without_cors(mut answer: Answer, may: bool) -> Answer {
    if may {
        answer.headers.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        answer.headers.remove(header::VARY);
    }
    answer
}

#[tokio::test]
async fn listed_origins_read_the_answers_to_the_calls_that_make_and_watch_pushes_and_to_no_others() {
    let server = Server::start_with(&FLAGS).await;
    for path in PATHS {
        for method in METHODS {
            let plain = send(&server, method, path, &[]).await;
            assert_eq!(cors(&plain.headers), [], "{method} {path}");
            for origin in [SHARE, SECOND] {
                let answer = send(&server, method, path, &[("origin", origin)]).await;
                let expected = [("access-control-allow-origin", origin), ("vary", "Origin")];
                let expected = if may(path, method) { &expected[..] } else { &[] };
                assert_eq!(cors(&answer.headers), expected, "{method} {path}");
                // It is the same answer.
                assert_eq!(without_cors(answer, may(path, method)), plain, "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn listed_origins_are_told_what_they_may_call_and_other_questions_are_no_calls() {
    let server = Server::start_with(&FLAGS).await;
    for path in PATHS {
        let no_question = send(&server, "OPTIONS", path, &[]).await;
        for asked in METHODS {
            for origin in [SHARE, SECOND] {
                let question = [
                    ("origin", origin),
                    ("access-control-request-method", asked),
                    ("access-control-request-headers", "content-type,subrosa-owner-proof"),
                ];
                let answer = send(&server, "OPTIONS", path, &question).await;
                if !may(path, asked) {
                    assert_eq!(answer, no_question, "{asked} {path}");
                    continue;
                }
                assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
                let expected = [
                    ("access-control-allow-headers", "content-type, subrosa-owner-proof"),
                    ("access-control-allow-methods", methods(path)),
                    ("access-control-allow-origin", origin),
                    ("access-control-max-age", "600"),
                    ("vary", "Origin"),
                ];
                assert_eq!(cors(&answer.headers), expected, "{asked} {path}");
            }
        }
        assert_eq!(cors(&no_question.headers), [], "{path}");
    }
}

#[tokio::test]
async fn a_push_is_made_and_watched_from_a_listed_page_and_revealed_on_its_own() {
    let server = Server::start_with(&[&FLAGS[..], &["--channels", "pushes"]].concat()).await;
    let push = Push::new(1);
    let lease = LeaseSecret::from_bytes([2; 32]);
    let resumed = PatchPush { paused: Some(false), ..PatchPush::default() };
    let from = |call: Call| call.header("origin", SHARE);
    let allowed = [("access-control-allow-origin", SHARE), ("vary", "Origin")];
    for (call, by_owner) in [
        (push.make(), true),
        (push.ask_status(), true),
        (push.patch(&resumed), true),
        (push.ask_look(), false),
        (push.ask_reveal(&lease), false),
        (push.ack(&lease), false),
        (push.ask_log(), true),
    ] {
        let answer = server.call(from(call)).await.ok();
        assert_eq!(cors(&answer.headers), if by_owner { &allowed[..] } else { &[] });
    }
    let (second, third) = (Push::new(3).on(&server).await, Push::new(4).on(&server).await);
    let answer = server.call(from(second.revoke())).await.ok();
    assert_eq!(cors(&answer.headers), allowed);
    let answer = server.call(from(third.destroy())).await.ok();
    assert_eq!(cors(&answer.headers), []);
}

#[tokio::test]
async fn other_origins_are_answered_as_if_they_had_said_none() {
    let server = Server::start_with(&FLAGS).await;
    for path in PATHS {
        for method in METHODS {
            let plain = send(&server, method, path, &[]).await;
            for origin in OTHERS {
                let headers = [("origin", origin), ("access-control-request-method", "GET")];
                assert_eq!(send(&server, method, path, &headers).await, plain, "{origin}: {method} {path}");
            }
            let twice = [("origin", SHARE), ("origin", SHARE), ("access-control-request-method", "PUT")];
            assert_eq!(send(&server, method, path, &twice).await, plain, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_server_that_lists_no_origin_lets_none_in() {
    for flags in [&[][..], &["--channels", "pushes"], &["--channels", "shares"], &["--push-origin", SHARE]] {
        let server = Server::start_with(flags).await;
        for path in PATHS {
            for method in METHODS {
                for origin in ["http://localhost", "http://127.0.0.1:8080", SHARE, "null"] {
                    let headers = [("origin", origin), ("access-control-request-method", "GET")];
                    let answer = send(&server, method, path, &headers).await;
                    assert_eq!(cors(&answer.headers), [], "{flags:?} {origin}: {method} {path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn refusals_can_be_read_too() {
    let server = Server::start_with(&[&FLAGS[..], &["--channels", "pushes"]].concat()).await;
    let allowed = [("access-control-allow-origin", SHARE), ("vary", "Origin")];
    let push = "/pushes/AAAAAAAAAAAAAAAAAAAAAA";
    for (call, problem) in [
        (Call::put(push), ProblemType::InvalidProof),
        (Call::put("/pushes/not-an-id"), ProblemType::InvalidPath),
        (Call::get("/config?query"), ProblemType::InvalidPath),
        (Call::get("/config").header("x-large", "x".repeat(20_000)), ProblemType::HeadersTooLarge),
    ] {
        let answer = server.call(call.header("origin", SHARE)).await;
        assert_eq!(cors(&answer.headers), allowed);
        answer.refused(problem);
    }

    let question = [("origin", SHARE), ("access-control-request-method", "PUT")];
    let answer = send(&server, "OPTIONS", &format!("/api/v1{push}"), &question).await;
    assert_eq!(answer.status, 204);
}
