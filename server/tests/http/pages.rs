//! The pages as a browser gets them, and the headers that everything has.

use std::io::Read as _;
use std::path::Path;

use axum::body::Body;
use http::{Request, header};
use http_body_util::BodyExt as _;
use subrosa_shared::api::Channels;
use subrosa_shared::problem::ProblemType;
use tower::ServiceExt as _;

use crate::support::{Answer, Call, Link, Server, shared};

#[path = "../../../web-wasm/pages.rs"]
#[allow(dead_code, reason = "only addresses and channels are tried")]
mod table;

async fn get(server: &Server, path: &str) -> Answer {
    server.send(Request::get(path).body("".into()).unwrap()).await
}

/// Whether the browser module was built before this test was compiled.
async fn built(server: &Server) -> bool {
    get(server, "/wasm/open.js").await.status == 200
}

#[tokio::test]
async fn every_page_of_the_table_is_where_its_channel_is_served() {
    for (flag, channels) in [("both", Channels::Both), ("shares", Channels::Shares), ("pushes", Channels::Pushes)] {
        let server = Server::start_with(&["--channels", flag]).await;
        for page in table::PAGES {
            let is_served = match page.channel {
                Some(table::Channel::Shares) => channels.shares(),
                Some(table::Channel::Pushes) => channels.pushes(),
                None => true,
            };
            let file = format!("/{}.html", page.name);
            for path in page.paths.iter().take(1).chain([&file.as_str()]) {
                // Where a page has no modules, it is there and says so.
                let status = get(&server, path).await.status;
                let is_start = *path == "/";
                assert_eq!(status == 200 || status == 503, is_served || is_start, "{flag}: {path}: {status}");
            }
        }
    }
}

#[tokio::test]
async fn pages_are_served_with_their_types_or_say_that_they_were_not_built() {
    let server = Server::start().await;
    if !built(&server).await {
        let answer = get(&server, "/").await;
        assert_eq!(answer.status, 503);
        assert!(String::from_utf8_lossy(&answer.body).contains("not built"));
        return;
    }
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/s", "text/html; charset=utf-8"),
        ("/links", "text/html; charset=utf-8"),
        ("/push", "text/html; charset=utf-8"),
        ("/p", "text/html; charset=utf-8"),
        ("/preview", "text/html; charset=utf-8"),
        ("/save-worker.js", "text/javascript; charset=utf-8"),
        ("/given-worker.js", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/wasm/open.js", "text/javascript; charset=utf-8"),
        ("/wasm/open_bg.wasm", "application/wasm"),
    ] {
        let answer = get(&server, path).await.ok();
        assert_eq!(answer.headers[header::CONTENT_TYPE], content_type, "{path}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-cache", "{path}");
        let tag = answer.headers[header::ETAG].clone();
        for known in [tag.to_str().unwrap(), "*", &format!("\"other\", {}", tag.to_str().unwrap())] {
            let again = Request::get(path).header(header::IF_NONE_MATCH, known).body("".into()).unwrap();
            let again = server.send(again).await;
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
        }
        let other = Request::get(path).header(header::IF_NONE_MATCH, "\"other\"").body("".into()).unwrap();
        assert_eq!(server.send(other).await.status, 200);
    }
}

#[tokio::test]
async fn the_manifest_names_what_is_there_and_only_the_page_that_sends_names_it() {
    let server = Server::start().await;
    if !built(&server).await {
        return;
    }
    let manifest: serde_json::Value =
        serde_json::from_slice(&get(&server, "/manifest.webmanifest").await.ok().body).unwrap();
    for icon in manifest["icons"].as_array().unwrap() {
        let answer = get(&server, icon["src"].as_str().unwrap()).await.ok();
        assert_eq!(answer.headers[header::CONTENT_TYPE], icon["type"].as_str().unwrap());
    }
    assert_eq!(get(&server, manifest["start_url"].as_str().unwrap()).await.status, 200);
    assert_eq!(manifest["share_target"]["action"], "/given");
    for page in table::PAGES {
        let html = get(&server, &format!("/{}.html", page.name)).await.ok().body;
        let is_named = String::from_utf8_lossy(&html).contains("rel=\"manifest\"");
        assert_eq!(is_named, page.name == "send", "{}", page.name);
    }
}

/// What other apps share is for the device. Where no service worker takes it, the server answers
/// without a look at it.
#[tokio::test]
async fn what_another_app_shares_is_not_read() {
    let server = Server::start().await;
    for method in ["GET", "POST"] {
        // A body that breaks whoever reads it.
        let body = Body::from_stream(futures_util::stream::pending::<Result<bytes::Bytes, std::io::Error>>());
        let request = Request::builder().method(method).uri("/given").header(header::HOST, "localhost");
        let answer = server.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()[header::LOCATION], "/?given");
        assert_eq!(answer.headers()[header::CONNECTION], "close", "what nobody reads is not waited for");
    }
    let server = Server::start_with(&["--channels", "pushes"]).await;
    assert_eq!(get(&server, "/given").await.status, 404);
}

/// Every file that is served, by its path.
fn served_files() -> Vec<String> {
    fn list(folder: &Path, prefix: &str, paths: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                list(&entry.path(), &path, paths);
            } else {
                paths.push(path);
            }
        }
    }
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-wasm");
    let mut paths = Vec::new();
    list(&web.join("pages"), "", &mut paths);
    list(&web.join("generated"), "/wasm", &mut paths);
    paths
}

fn unpacked(coding: Option<&str>, bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        Some("br") => brotli::BrotliDecompress(&mut &*bytes, &mut plain).unwrap(),
        Some("gzip") => drop(flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).unwrap()),
        Some(other) => panic!("{other}"),
        None => plain.extend(bytes),
    }
    plain
}

#[tokio::test]
async fn every_file_is_served_in_the_form_that_its_client_likes_best() {
    let server = Server::start().await;
    if !built(&server).await {
        return;
    }
    let files = served_files();
    assert!(files.len() > 100, "{files:?}");
    let (mut plain_bytes, mut gzip_bytes, mut brotli_bytes) = (0, 0, 0);
    for path in &files {
        let plain = get(&server, path).await.ok();
        assert!(!plain.headers.contains_key(header::CONTENT_ENCODING), "{path}");
        let source =
            path.strip_prefix("/wasm").map_or_else(|| format!("pages{path}"), |name| format!("generated{name}"));
        let source = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-wasm").join(source)).unwrap();
        assert!(source == plain.body || path == "/preview.html", "{path} is what stands in the repository");
        // What the client accepts, and what it may get; the last where no packed form is smaller.
        for (accepted, codings) in [
            ("gzip, deflate, br, zstd", &["br", ""][..]),
            ("BR;q=0.5", &["br", ""]),
            ("gzip, br;q=0", &["gzip", ""]),
            // Of the smallest files, only one form may be smaller.
            ("br;q=0.2, gzip;q=0.9", if plain.body.len() < 300 { &["gzip", "br", ""] } else { &["gzip", ""] }),
            ("*", &["br", ""]),
            ("*;q=0.1, br;q=0", &["gzip", ""]),
            ("gzip;q=0.5, identity", &[""]),
            ("deflate, zstd", &[""]),
            ("gzip;q=0", &[""]),
            ("", &[""]),
        ] {
            let request = Request::get(path).header(header::ACCEPT_ENCODING, accepted).body("".into()).unwrap();
            let packed = server.send(request).await.ok();
            let coding = packed.headers.get(header::CONTENT_ENCODING).map(|coding| coding.to_str().unwrap());
            assert!(codings.contains(&coding.unwrap_or("")), "{path}, {accepted}: {coding:?}");
            assert!(coding.is_some() || codings == [""] || plain.body.len() < 300, "{path}, {accepted} is packed");
            assert!(unpacked(coding, &packed.body) == plain.body, "{path}, {accepted}");
            for name in [header::CONTENT_TYPE, header::ETAG, header::VARY] {
                assert_eq!(packed.headers.get_all(&name).iter().count(), 1, "{path}: {name}");
                assert_eq!(packed.headers[&name], plain.headers[&name], "{path}: {name}");
            }
            match (accepted, coding) {
                ("*", Some("br")) => brotli_bytes += packed.body.len(),
                ("gzip, br;q=0", Some("gzip")) => gzip_bytes += packed.body.len(),
                _ => {}
            }
        }
        // Nothing else is acceptable to these.
        let refused = Request::get(path).header(header::ACCEPT_ENCODING, "*;q=0, deflate").body("".into()).unwrap();
        assert_eq!(server.send(refused).await.status, 406, "{path}");
        plain_bytes += plain.body.len();
    }
    assert!(brotli_bytes < gzip_bytes && gzip_bytes < plain_bytes / 2, "{plain_bytes}, {gzip_bytes}, {brotli_bytes}");
}

/// What each request costs does not grow with the file: nothing is packed, hashed or copied for it.
#[tokio::test]
async fn a_large_file_takes_no_more_work_than_a_small_one() {
    const TIMES: u32 = 200;
    let server = Server::start().await;
    if !built(&server).await {
        return;
    }
    let cost = async |path: &str, accepted: &str| {
        let started = tokio::time::Instant::now();
        for _ in 0..TIMES {
            let request =
                Request::get(path).header(header::HOST, "localhost").header(header::ACCEPT_ENCODING, accepted);
            let request = request.body(Body::empty()).unwrap();
            let response = server.router.clone().oneshot(request).await.unwrap();
            // One frame, of bytes that lie in the program.
            let bytes = response.into_body().collect().await.unwrap().to_bytes();
            assert!(!bytes.is_empty() && !bytes.is_unique(), "bytes of the program are nobody's alone");
        }
        started.elapsed()
    };
    for accepted in ["gzip", "br", "identity"] {
        let large = "/wasm/pdf_bg.wasm";
        // The quickest of some: other programs run here, too.
        let mut small_best = cost("/styles/base.css", accepted).await;
        let mut large_best = cost(large, accepted).await;
        for _ in 0..4 {
            small_best = small_best.min(cost("/styles/base.css", accepted).await);
            large_best = large_best.min(cost(large, accepted).await);
        }
        assert!(large_best < small_best * 10, "{accepted}: {large_best:?} against {small_best:?}");
    }
}

#[tokio::test]
async fn a_page_comes_with_the_texts_of_its_readers_language() {
    let server = Server::start().await;
    if !built(&server).await {
        return;
    }
    for (accepted, language) in [
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("fr, AR;q=0.5", "ar"),
        ("en-GB", "en"),
        ("tlh, ../x", "en"),
        ("", "en"),
        ("en;q=0.1, de;q=0.2", "de"),
    ] {
        let request = Request::get("/p").header(header::ACCEPT_LANGUAGE, accepted).body("".into()).unwrap();
        let page = server.send(request).await.ok();
        let texts = format!(
            "</scripts/texts/{language}/common.js>; rel=modulepreload, </scripts/texts/{language}/reveal.js>; rel=modulepreload"
        );
        assert_eq!(page.headers[header::LINK], texts, "{accepted}");
        assert_eq!(page.headers[header::VARY], "accept-encoding, accept-language");
        for path in texts.split(['<', '>']).filter(|path| path.starts_with('/')) {
            get(&server, path).await.ok();
        }
    }
    assert!(!get(&server, "/scripts/net/api.js").await.ok().headers.contains_key(header::LINK));
}

#[tokio::test]
async fn unknown_pages_show_a_way_home_and_no_file_of_the_machine() {
    let server = Server::start().await;
    for path in ["/nothing", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "/scripts/", "/wasm/", "/wasm/../x", "/s/token"] {
        let answer = get(&server, path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(String::from_utf8_lossy(&answer.body).contains("href=\"/\""), "{path}");
    }
    for path in ["/", "/scripts/net/api.js", "/health/live", "/health/ready"] {
        let answer = server.send(Request::post(path).body("".into()).unwrap()).await;
        assert_eq!(answer.headers[header::ALLOW], "GET, HEAD", "{path}");
        answer.refused(ProblemType::MethodNotAllowed);
    }
}

#[tokio::test]
async fn an_address_that_was_mistyped_leads_to_the_page_that_was_meant_and_nowhere_else() {
    let server = Server::start().await;
    for (path, page) in [
        ("/s/", "/s"),
        ("//s", "/s"),
        ("/S", "/s"),
        ("/s/index.html?fbclid=1", "/s"),
        ("/s.", "/s"),
        ("/%73?utm_source=x", "/s"),
        ("/p/", "/p"),
        ("//P", "/p"),
        ("/P//", "/p"),
        ("/%70", "/p"),
        ("/PUSH/", "/push"),
        ("//", "/"),
    ] {
        let answer = get(&server, path).await;
        assert_eq!((answer.status.as_u16(), answer.headers[header::LOCATION].to_str().unwrap()), (302, page), "{path}");
        if built(&server).await {
            get(&server, page).await.ok();
        }
    }
    for path in [
        "/s%23token",
        "//evil.example/s/x",
        "//s@evil.example",
        "/s\\evil.example",
        "/x",
        "/s/token",
        "/api/s/",
        "///api",
    ] {
        let answer = get(&server, path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.headers.contains_key(header::LOCATION), "{path}");
    }
    // What is not served here is not led to, either.
    let server = Server::start_with(&["--channels", "pushes", "--share-origin", "https://share.example"]).await;
    assert_eq!(get(&server, "/P/").await.headers[header::LOCATION], "/p");
    assert_eq!(get(&server, "/S/").await.status, 404);
    assert_eq!(get(&server, "/s").await.status, 404);
}

#[tokio::test]
async fn what_belongs_to_the_service_worker_is_not_the_servers() {
    let server = Server::start().await;
    for path in ["/dl/", "/dl/name", "/dl/a/b"] {
        let answer = get(&server, path).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let api = [
        server.call(Call::get("/config")).await.ok(),
        server.call(Call::get(sender.path("/contents/1/parts/0")).owner(&sender.owner)).await.ok(),
        server.call(Call::get(link.path(""))).await,
        server.call(Call::get("/nothing")).await,
        server.call(Call::post("/config")).await,
        server.call(Call::get("/config").header("x-large", "x".repeat(20_000))).await,
    ];
    for answer in &api {
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        assert!(!answer.headers.contains_key(header::CONTENT_ENCODING));
    }
    let mut all = Vec::from(api);
    for path in ["/", "/s", "/nothing", "/dl/x", "/health/live", "/health/ready", "/api"] {
        all.push(get(&server, path).await);
    }
    for Answer { headers, .. } in all {
        let csp = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        for directive in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "trusted-types subrosa"] {
            assert!(csp.contains(directive));
        }
        assert!(!csp.contains("unsafe-inline") && !csp.contains("'unsafe-eval'"));
        for (name, value) in [
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-robots-tag", "noindex, nofollow"),
        ] {
            assert_eq!(headers[name], value);
        }
        assert!(headers.contains_key("permissions-policy"));
        assert!(!headers.contains_key("set-cookie") && !headers.contains_key("server"));
    }
}

#[tokio::test]
async fn files_are_looked_at_in_a_document_that_reaches_nothing() {
    let server = Server::start().await;
    if !built(&server).await {
        return;
    }
    for path in ["/preview", "/preview.html"] {
        let answer = get(&server, path).await.ok();
        let csp = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        let directives: Vec<&str> = csp.split(';').map(str::trim).collect();
        for directive in [
            "default-src 'none'",
            "worker-src data:",
            "sandbox allow-scripts",
            "frame-ancestors 'self'",
            "base-uri 'none'",
        ] {
            assert!(directives.contains(&directive), "{directive} in {csp}");
        }
        for loosening in
            ["connect-src", "unsafe-inline", "'unsafe-eval'", "frame-src", "'self' ", "same-origin", "http", "*"]
        {
            assert!(!csp.contains(loosening), "{loosening} in {csp}");
        }
        // Only what stands in the document itself; and the document takes that back when it was
        // run.
        let body = String::from_utf8(answer.body.to_vec()).unwrap();
        for kind in ["script-src", "style-src"] {
            let sources = directives.iter().find_map(|directive| directive.strip_prefix(kind)).unwrap();
            for source in sources.split_whitespace() {
                assert!(source.starts_with("'sha256-") || source == "'wasm-unsafe-eval'", "{source}");
            }
        }
        assert!(!csp.contains("nonce") && !body.contains("nonce"));
        for loaded in [" src=", " href=", "url(", "@import"] {
            assert!(!body.contains(loaded), "{loaded}");
        }
        let inner = body.split_once("srcdoc=\"").unwrap().1.split_once('"').unwrap().0.replace("&quot;", "\"");
        let (before, after) = inner.split_once("<meta http-equiv=\"content-security-policy\"").unwrap();
        assert!(before.contains("<script>") && !after.contains("<script") && !after.contains("<style"));
        assert!(after.contains("default-src 'none'; script-src 'wasm-unsafe-eval'; style-src 'none';"));
        assert_eq!(answer.headers["connection-allowlist"], "()");
        assert_eq!(answer.headers["x-frame-options"], "SAMEORIGIN");
        for (name, value) in [
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(answer.headers[name], value);
        }
    }
    // It loads no parts, so there is nothing for an origin that nothing else has.
    for (path, policy) in [
        ("/preview/frame.js", "same-origin"),
        ("/preview/frame.css", "same-origin"),
        ("/scripts/receive/main.js", "same-origin"),
        ("/preview/other.js", "same-origin"),
        ("/s", "same-origin"),
    ] {
        let answer = get(&server, path).await;
        assert_eq!(answer.headers["cross-origin-resource-policy"], policy, "{path}");
        assert!(answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("frame-ancestors 'none'"));
    }
    // No other page can be put into a frame, and this page's policy frames nothing of others.
    let page = get(&server, "/s").await.ok();
    assert!(page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("frame-src 'self';"));
    assert_eq!(page.headers["x-frame-options"], "DENY");
}

#[tokio::test]
async fn health_has_three_states_with_a_reason_each() {
    let server = Server::start().await;
    let asked = async |server: &Server| {
        let mut told = Vec::new();
        for path in ["/health/live", "/health/ready", "/health/accepting"] {
            let answer = get(server, path).await;
            assert_eq!(answer.headers["cache-control"], "no-store");
            let text = String::from_utf8(answer.body.to_vec()).unwrap();
            assert_eq!(text.lines().count(), 1, "one line: {text}");
            told.push((answer.status.as_u16(), text));
        }
        told
    };
    let statuses = |told: &[(u16, String)]| told.iter().map(|(status, _)| *status).collect::<Vec<_>>();
    assert_eq!(statuses(&asked(&server).await), [200, 200, 200]);

    // Below the floor it serves, and takes nothing new.
    let full = Server::start_with(&["--free-bytes-min", "9000000000000000000"]).await;
    let told = asked(&full).await;
    assert_eq!(statuses(&told), [200, 200, 503]);
    assert!(told[2].1.contains("--free-bytes-min"), "{told:?}");

    // Without its blobs it does not serve.
    std::fs::remove_file(server.folder.path().join("blobs/installation")).unwrap();
    let told = asked(&server).await;
    assert_eq!(statuses(&told), [200, 503, 503]);
    assert!(told[1].1.contains("blobs"), "{told:?}");
}

#[tokio::test]
async fn the_configuration_tells_limits_and_choices_within_them() {
    let server = Server::start_with(&["--expiry-secs-max", "172800", "--downloads-max", "5", "--views-max", "3"]).await;
    let config: subrosa_shared::api::Config = server.call(Call::get("/config")).await.json();
    assert_eq!(config.limits.expiry_secs_max, 172_800);
    assert_eq!(config.choices.expiry_secs, [3_600, 86_400]);
    assert_eq!(config.choices.expiry_secs_default, 86_400);
    assert_eq!((config.choices.downloads, config.choices.downloads_default), (vec![1, 2, 5], 1));
    assert_eq!((config.choices.views, config.choices.views_default), (vec![1, 2, 3], 1));
    assert_eq!(config.choices.push_expiry_secs, [600, 3_600, 28_800, 86_400]);
    assert_eq!(config.choices.push_expiry_secs_default, 86_400);
    assert_eq!(config.protocols, [1]);
    server.call(Call::get("/config").body("x")).await.refused(ProblemType::InvalidBody);
}

#[tokio::test]
async fn whom_to_tell_of_a_weakness_stands_where_the_operator_says() {
    let server = Server::start().await;
    assert_eq!(get(&server, "/.well-known/security.txt").await.status, 404);
    let text = "Contact: mailto:security@example.org\nExpires: 2027-01-01T00:00:00Z\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ours.txt");
    std::fs::write(&file, text).unwrap();
    let server = Server::start_with(&["--security-txt", &file.display().to_string()]).await;
    let answer = get(&server, "/.well-known/security.txt").await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (200, text.as_bytes()));
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
}
