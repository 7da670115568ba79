//! What goes over the wire below the API: requests that are none, hosts, addresses that are too
//! long.

use subrosa_shared::problem::ProblemType;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Duration, timeout};

use crate::sockets::{Listening, read_to_end, refused};

async fn said(listening: &Listening, request: &[u8]) -> String {
    let mut stream = listening.connect().await;
    // The server may answer and close before it has all of it.
    let _ = timeout(Duration::from_secs(10), stream.write_all(request)).await.expect("it is taken, or refused");
    read_to_end(&mut stream).await
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_cannot_be_parsed_get_a_problem_document() {
    let listening = Listening::start(&[]).await;
    let mut cases: Vec<(Vec<u8>, ProblemType)> = Vec::new();
    for malformed in [
        "GET\r\n\r\n",
        "garbage\r\n\r\n",
        "\x16\x03\x01\x02garbage\r\n\r\n",
        "GET / HTTP/1.7\r\nhost: a\r\n\r\n",
        "GET / HTTP/2.0\r\nhost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\nbad name: b\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\nx: a\x00b\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n",
        "POST / HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n",
        "GET http://[ HTTP/1.1\r\nhost: a\r\n\r\n",
    ] {
        cases.push((malformed.into(), ProblemType::MalformedRequest));
    }
    for rest in ["", "line\nanother", &"x".repeat(20_000)] {
        let huge = format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{rest}", u64::MAX);
        cases.push((huge.into(), ProblemType::MalformedRequest));
    }
    let filler = "x".repeat(200_000);
    cases.push((format!("GET /{filler} HTTP/1.1\r\nhost: a\r\n\r\n").into(), ProblemType::UriTooLong));
    cases.push((format!("GET / HTTP/1.1\r\nhost: a\r\nx: {filler}\r\n\r\n").into(), ProblemType::HeadersTooLarge));
    let many: String = (0..200).map(|at| format!("x-{at}: y\r\n")).collect();
    cases.push((format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\n").into(), ProblemType::HeadersTooLarge));
    for (request, expected) in cases {
        let shown = String::from_utf8_lossy(&request[..request.len().min(100)]).into_owned();
        let answer = timeout(Duration::from_secs(5), said(&listening, &request)).await;
        let answer = answer.unwrap_or_else(|_| panic!("no answer to {shown:?}"));
        assert!(answer.contains("application/problem+json"), "{shown:?}: {answer}");
        refused(&answer, expected);
    }
}

/// RFC 9110, section 9.3.2: also where the server gives up after it has taken the head.
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_head_is_answered_without_a_body() {
    let listening = Listening::start(&[]).await;
    let good = "GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n";
    let asked = |method: &str, target: &str| format!("{method} {target} HTTP/1.1\r\nhost: a\r\n\r\n");
    for target in ["s#n", "http://[", "/a b"] {
        let (head, get) = (asked("HEAD", target), asked("GET", target));
        for behind in ["", "x", "lines\r\nof a body\r\n", good] {
            for before in ["", "\r\n"] {
                let answer = said(&listening, format!("{before}{head}{behind}").as_bytes()).await;
                assert!(answer.starts_with("HTTP/1.1 400") && answer.ends_with("\r\n\r\n"), "{head:?}: {answer}");
                let answer = said(&listening, format!("{before}{get}{behind}").as_bytes()).await;
                refused(&answer, ProblemType::MalformedRequest);
            }
        }
        // On a connection that was used before, by another method.
        for (request, has_body) in [(&head, false), (&get, true)] {
            let mut stream = listening.connect().await;
            stream.write_all(good.as_bytes()).await.unwrap();
            let mut answer = [0; 1024];
            let len = stream.read(&mut answer).await.unwrap();
            assert!(answer[..len].starts_with(b"HTTP/1.1 200"));
            stream.write_all(request.as_bytes()).await.unwrap();
            let answer = read_to_end(&mut stream).await;
            let place = answer.find("HTTP/1.1 400").unwrap_or_else(|| panic!("{request:?}: {answer}"));
            assert_eq!(!answer[place..].ends_with("\r\n\r\n"), has_body, "{request:?}: {answer}");
        }
    }
    // Together with the one before.
    let answer = said(&listening, format!("{good}{}", asked("HEAD", "/a b")).as_bytes()).await;
    let place = answer.find("HTTP/1.1 400").unwrap_or_else(|| panic!("{answer}"));
    assert!(answer[place..].ends_with("\r\n\r\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_request_behind_good_ones_is_told_after_their_answers() {
    let listening = Listening::start(&[]).await;
    let good = "GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n";
    let answer = said(&listening, format!("{good}{good}nonsense\r\n\r\n").as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    let place = answer.find("HTTP/1.1 400").unwrap_or_else(|| panic!("{answer}"));
    refused(&answer[place..], ProblemType::MalformedRequest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_names_one_host() {
    let listening = Listening::start(&[]).await;
    let ask = |version: &str, hosts: &str| format!("GET /s HTTP/{version}\r\n{hosts}connection: close\r\n\r\n");
    for path in ["/s", "/api/v1/config", "/health/live", "/nothing"] {
        for hosts in [
            "",
            "host:\r\n",
            "host: a\r\nhost: a\r\n",
            "host: a\r\nhost: b\r\n",
            "host: a b\r\n",
            "host: a/b\r\n",
            "host: user@a\r\n",
            "host: a:b\r\n",
            "host: a:99999\r\n",
            "host: :80\r\n",
            "host: [::1\r\n",
            "host: [zz]\r\n",
            "host: []\r\n",
            "host: a,b\r\n",
        ] {
            let answer = said(&listening, ask("1.1", hosts).replace("/s ", &format!("{path} ")).as_bytes()).await;
            refused(&answer, ProblemType::MalformedRequest);
        }
    }
    for hosts in ["host: a\r\n", "host: a.example:8080\r\n", "host: [::1]:80\r\n", "host: 127.0.0.1\r\n"] {
        for version in ["1.1", "1.0"] {
            let answer = said(&listening, ask(version, hosts).replace("/s", "/health/live").as_bytes()).await;
            assert!(answer.contains(" 200 OK"), "{version} {hosts}: {answer}");
        }
    }
    // An old client need not name one.
    let answer = said(&listening, ask("1.0", "").replace("/s", "/health/live").as_bytes()).await;
    assert!(answer.contains(" 200 OK"), "{answer}");
    let answer = said(&listening, ask("1.0", "host: a\r\nhost: b\r\n").as_bytes()).await;
    refused(&answer.replacen("HTTP/1.0", "HTTP/1.1", 1), ProblemType::MalformedRequest);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_more_than_8_kibibytes_is_too_long() {
    let listening = Listening::start(&[]).await;
    for path in ["/s?", "/api/v1/", "/"] {
        let path = format!("{path}{}", "x".repeat(8 * 1024));
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        refused(&said(&listening, request.as_bytes()).await, ProblemType::UriTooLong);
    }
}
