//! In the page: sealing and opening beside memcpy and WebCrypto, and a whole upload beside one of
//! the same bytes unsealed.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use subrosa_tests::browser::Browser;
use subrosa_tests::bytes::noise;
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use tokio::time::Instant;

use super::{figure, megabytes_per_second, say};

const LEN: usize = 1 << 30;
const ROUNDS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) async fn run() {
    let server = Server::start().await;
    let browser = Browser::start_whole().await;
    crypto(&server, &browser).await;

    let file = browser.outbox().join("noise");
    write_noise(&file);
    say(&format!("in Chromium, {} MiB to the server: MB/s, ratio to plain", LEN >> 20));
    let (mut plain, mut sealed) = (0_f64, 0_f64);
    let mut tasks = Vec::new();
    for _ in 0..ROUNDS {
        plain = plain.max(upload_plain(&server, &browser, &file).await);
        sealed = sealed.max(upload_sealed(&server, &browser, &file).await);
        tasks.push(longest_task(&browser).await);
    }
    figure("read, digest and PUT, unsealed, 4 at a time", plain, plain);
    figure("the page: from the click to the link", sealed, plain);
    say(&format!("  longest task of the page meanwhile, in each round: {tasks:?} ms (0: none over 50)"));
}

fn write_noise(path: &Path) {
    let piece = noise(64 << 20, 1);
    let mut file = std::fs::File::create(path).expect("the folder is ours");
    for _ in 0..LEN / piece.len() {
        file.write_all(&piece).expect("there is room");
    }
}

async fn crypto(server: &Server, browser: &Browser) {
    say("in Chromium, one thread, parts of 8 MiB: MB/s, ratio to memcpy");
    browser.open(&server.origin()).await;
    let speeds = result(browser, CRYPTO).await;
    let speed = |name: &str| speeds[name].as_f64().expect("the script measures it");
    for (what, name) in [
        ("memcpy", "memcpy"),
        ("seal", "seal"),
        ("open", "open"),
        ("WebCrypto AES-256-GCM, 8 MiB a call", "aes"),
        ("WebCrypto AES-256-GCM, 64 KiB a call", "aesChunks"),
        ("WebCrypto SHA-256", "sha256"),
    ] {
        figure(what, speed(name), speed("memcpy"));
    }
}

async fn upload_plain(server: &Server, browser: &Browser, file: &Path) -> f64 {
    browser.open(&server.origin()).await;
    browser
        .script("document.body.append(Object.assign(document.createElement('input'), { type: 'file', id: 'plain' }))")
        .await;
    browser.type_into("plain", &file.display().to_string()).await;
    let seconds = result(browser, PLAIN).await.as_f64().expect("the script measures time");
    megabytes_per_second(LEN, Duration::from_secs_f64(seconds))
}

async fn upload_sealed(server: &Server, browser: &Browser, file: &Path) -> f64 {
    browser.open(&server.origin()).await;
    browser.state_of(&["pick"]).await;
    browser.type_into("file-input", &file.display().to_string()).await;
    browser.script(WATCH_TASKS).await;
    let start = Instant::now();
    browser.click("send").await;
    browser.state_within(PATIENCE, &["done"]).await;
    megabytes_per_second(LEN, start.elapsed())
}

/// Milliseconds of the longest task on the page's main thread since it is watched.
async fn longest_task(browser: &Browser) -> u64 {
    browser.script("return window.longestTask").await.as_f64().expect("it is watched").round() as u64
}

/// Runs the body of an async function in the page and waits for what it returns, however long that
/// takes.
async fn result(browser: &Browser, body: &str) -> Value {
    let script = format!(
        "window.benched = null;\n(async () => {{ {body} }})().then((is) => (window.benched = {{ is }}), (error) => (window.benched = {{ error: `${{error}}` }}));"
    );
    browser.script(&script).await;
    let benched = wait::until(PATIENCE, "the bench's result", async || {
        let benched = browser.script("return window.benched").await;
        (!benched.is_null()).then_some(benched)
    });
    let benched = benched.await;
    assert!(benched["error"].is_null(), "the bench failed: {}", benched["error"]);
    benched["is"].clone()
}

/// W3C Long Tasks: entries are of 50 ms or more.
const WATCH_TASKS: &str = r#"
    window.longestTask = 0;
    new PerformanceObserver((list) => {
      window.longestTask = Math.max(window.longestTask, ...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: "longtask" });
"#;

const CRYPTO: &str = r#"
    const { default: init, PartKey } = await import("/wasm/seal.js");
    await init({ module_or_path: fetch("/wasm/seal_bg.wasm") });
    const len = 8 << 20;
    const plaintext = new Uint8Array(len), copy = new Uint8Array(len);
    for (let at = 0; at < len; at += 65536) crypto.getRandomValues(plaintext.subarray(at, at + 65536));
    const best = async (work) => {
      let seconds = Infinity;
      for (let round = 0; round < 12; round += 1) {
        const start = performance.now();
        await work();
        seconds = Math.min(seconds, (performance.now() - start) / 1000);
      }
      return len / 1e6 / seconds;
    };
    const key = new PartKey(crypto.getRandomValues(new Uint8Array(48)));
    const sealed = key.seal(0, plaintext);
    const aes = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    const gcm = (bytes) => crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, aes, bytes);
    return {
      memcpy: await best(() => copy.set(plaintext)),
      seal: await best(() => key.seal(0, plaintext)),
      open: await best(() => key.open(0, sealed)),
      aes: await best(() => gcm(plaintext)),
      aesChunks: await best(async () => {
        for (let at = 0; at < len; at += 65536) await gcm(plaintext.subarray(at, at + 65536));
      }),
      sha256: await best(() => crypto.subtle.digest("SHA-256", plaintext)),
    };
"#;

/// The same requests as an upload of the page makes for parts, with the plaintext in place of the
/// chunks: the server looks at no more than version, length and digest.
const PLAIN: &str = r#"
    const file = document.getElementById("plain").files[0];
    const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
    const base64url = (bytes) => base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const sha256 = (bytes) => crypto.subtle.digest("SHA-256", bytes);
    const proof = crypto.getRandomValues(new Uint8Array(32));
    const verifier = new Uint8Array(await sha256(proof));
    const label = new TextEncoder().encode("subrosa/1/share/id");
    const share = base64url((await sha256(Uint8Array.of(...label, ...verifier))).slice(0, 16));
    const put = async (path, body, headers) => {
      const answer = await fetch(`/api/v1/shares/${share}${path}`, {
        method: "PUT", body, headers: { "subrosa-owner-proof": base64url(proof), ...headers },
      });
      if (!answer.ok) throw new Error(await answer.text());
      await answer.arrayBuffer();
    };
    const part = 8 << 20;
    const terms = { owner_verifier: base64url(verifier), expires_in_secs: 3600, part_bytes: part, ends_with_last_link: true };
    const start = performance.now();
    await put("", JSON.stringify(terms), { "content-type": "application/json" });
    let next = 0;
    const worker = async () => {
      while (next * part < file.size) {
        const index = next++;
        const slice = new Uint8Array(await file.slice(index * part, (index + 1) * part).arrayBuffer());
        const body = new Uint8Array(65 + slice.length + 16 * Math.ceil(slice.length / 65536));
        body[0] = 1;
        body.set(slice, 65);
        const digest = `sha-256=:${base64(await sha256(body))}:`;
        // As a blob: the driver's log of requests would otherwise copy every body.
        await put(`/contents/1/parts/${index}`, new Blob([body]), { "content-type": "application/octet-stream", "content-digest": digest });
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    return (performance.now() - start) / 1000;
"#;
