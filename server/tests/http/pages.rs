//! The pages as a browser gets them, and the headers that everything has.

use http::{Request, header};
use subrosa_shared::problem::ProblemType;

use crate::support::{Answer, Call, Link, Server, shared};

async fn get(server: &Server, path: &str) -> Answer {
    server.send(Request::get(path).body("".into()).unwrap()).await
}

/// Whether the browser module was built before this test was compiled.
async fn built(server: &Server) -> bool {
    get(server, "/wasm/open.js").await.status == 200
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
        ("/push", "text/html; charset=utf-8"),
        ("/p", "text/html; charset=utf-8"),
        ("/preview", "text/html; charset=utf-8"),
        ("/save-worker.js", "text/javascript; charset=utf-8"),
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
async fn files_are_compressed_for_whoever_takes_that() {
    let server = Server::start().await;
    if !built(&server).await {
        return;
    }
    for path in ["/s", "/scripts/api.js", "/wasm/open.js", "/wasm/open_bg.wasm"] {
        let plain = get(&server, path).await.ok();
        assert!(!plain.headers.contains_key(header::CONTENT_ENCODING));
        for (accepted, coding) in [("gzip, deflate, br", "br"), ("BR;q=0.5", "br"), ("gzip, br;q=0", "gzip")] {
            let request = Request::get(path).header(header::ACCEPT_ENCODING, accepted).body("".into()).unwrap();
            let packed = server.send(request).await.ok();
            assert_eq!(packed.headers[header::CONTENT_ENCODING], coding, "{path}");
            for name in [header::CONTENT_TYPE, header::ETAG, header::VARY] {
                assert_eq!(packed.headers.get_all(&name).iter().count(), 1, "{path}: {name}");
                assert_eq!(packed.headers[&name], plain.headers[&name], "{path}: {name}");
            }
            assert!(packed.body.len() < plain.body.len(), "{path}");
            if coding == "br" {
                let mut unpacked = Vec::new();
                brotli::BrotliDecompress(&mut &*packed.body, &mut unpacked).unwrap();
                assert!(unpacked == plain.body, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_comes_with_the_texts_of_its_readers_language() {
    let server = Server::start().await;
    if !built(&server).await {
        return;
    }
    for (accepted, language) in
        [("de-CH,de;q=0.9,en;q=0.8", "de"), ("fr, AR;q=0.5", "ar"), ("en-GB", "en"), ("tlh, ../x", "en"), ("", "en")]
    {
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
    assert!(!get(&server, "/scripts/api.js").await.ok().headers.contains_key(header::LINK));
}

#[tokio::test]
async fn unknown_pages_show_a_way_home_and_no_file_of_the_machine() {
    let server = Server::start().await;
    for path in ["/nothing", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "/scripts/", "/wasm/", "/wasm/../x", "/s/token"] {
        let answer = get(&server, path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(String::from_utf8_lossy(&answer.body).contains("href=\"/\""), "{path}");
    }
    let post = Request::post("/").body("".into()).unwrap();
    assert_eq!(server.send(post).await.status, 405);
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
        server.call(Call::get(sender.path("/parts/0")).owner(&sender.owner)).await.ok(),
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
            "script-src 'nonce-subrosa-preview' 'wasm-unsafe-eval'",
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
    // Its own parts, and no others, can be loaded by an origin that nothing else has.
    for (path, policy) in [
        ("/preview/frame.js", "cross-origin"),
        ("/preview/frame.css", "cross-origin"),
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
async fn health_tells_whether_changes_can_be_taken() {
    let server = Server::start().await;
    assert_eq!(get(&server, "/health/live").await.status, 200);
    assert_eq!(get(&server, "/health/ready").await.status, 200);
    std::fs::remove_file(server.folder.path().join("blobs/installation")).unwrap();
    assert_eq!(get(&server, "/health/ready").await.status, 503);
    assert_eq!(get(&server, "/health/live").await.status, 200);
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
