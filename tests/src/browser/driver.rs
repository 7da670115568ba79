//! The driver of a browser: one per browser, in a process group of its own, so that nothing
//! outlives the tests. Firefox and WebKit are started by their drivers and end with them; Chromium
//! is started before its driver, which attaches to it, and can serve another test afterwards.

use std::io::{BufRead as _, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;

use super::SOON;
use super::engine::Engine;
use super::group::Group;
use super::pool::{Build, Chromium};
use crate::wait;

#[derive(Debug)]
pub(super) struct Driver {
    engine: Engine,
    group: Group,
    /// The browser that it is attached to, if it has not started one itself.
    chromium: Option<Chromium>,
    /// The display that nobody sees, for an engine that needs one.
    _display: Option<Group>,
    port: u16,
    pub(super) session: Option<String>,
    /// Lines of driver and browser that stand for a mistake of ours.
    said: Arc<Mutex<Vec<String>>>,
}

/// How often a driver is started that does not come.
const TRIES: usize = 3;
/// One that does not listen by then does not come.
const STARTS: Duration = Duration::from_secs(40);

impl Driver {
    /// Starts one, for a browser that runs already or for one that it will start, with variables as
    /// a shell takes them before a command.
    pub(super) async fn start(engine: Engine, chromium: Option<Chromium>, more: &str) -> Self {
        for _ in 0..TRIES {
            // On a busy machine, one in hundreds never says that it listens.
            if let Ok(mut driver) = timeout(STARTS, Self::started(engine, more)).await {
                driver.chromium = chromium;
                return driver;
            }
        }
        panic!("no driver listens; `cargo xtask test` installs it where it is missing");
    }

    async fn started(engine: Engine, more: &str) -> Self {
        let display = match engine {
            Engine::WebKit => Some(display().await),
            Engine::Chromium | Engine::Firefox => None,
        };
        let free = free_port();
        let (command, announcement) = engine.driver(free);
        let variables = display.as_ref().map(|(_, number)| format!("DISPLAY=:{number} ")).unwrap_or_default();
        let (group, mut lines) = Group::start(&format!("{variables}{more}{command} 2>&1"), None);
        let port = match announcement {
            Some(announcement) => loop {
                let line = lines.recv().await;
                let line = line.unwrap_or_else(|| panic!("the driver ended before it listened: {command}"));
                if let Some((_, port)) = line.trim_end_matches('.').split_once(announcement) {
                    break port.trim().parse().expect("a port is a number");
                }
            },
            None => {
                let connected = async || TcpStream::connect(("127.0.0.1", free)).ok();
                wait::until(SOON, "the driver listens", connected).await;
                free
            }
        };
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        tokio::spawn(async move {
            while let Some(line) = lines.recv().await {
                if is_complaint(&line) {
                    heard.lock().expect("nobody panics with it").push(line);
                }
            }
        });
        let display = display.map(|(group, _)| group);
        Self { engine, group, chromium: None, _display: display, port, session: None, said }
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Entries of the console that stand for a mistake of ours: violations of the policy, uncaught
    /// errors. Requests that failed are not: tests make them fail.
    pub(super) fn complaints(&self) -> Vec<String> {
        if self.engine != Engine::Chromium {
            return std::mem::take(&mut *self.said.lock().expect("nobody panics with it"));
        }
        let log = self.call("POST", "se/log", &json!({ "type": "browser" }).to_string());
        let entries = log.as_ref().and_then(Value::as_array).into_iter().flatten();
        let complaints = entries.filter(|entry| {
            let message = entry["message"].as_str().unwrap_or_default();
            entry["source"] == "security"
                || message.contains("Content Security Policy")
                || message.contains("TrustedScript")
                || (entry["level"] == "SEVERE" && entry["source"] != "network")
        });
        complaints.filter_map(|entry| entry["message"].as_str().map(ToOwned::to_owned)).collect()
    }

    /// Proportional memory of every process of the browser, with the driver where that started it.
    pub(super) fn resident_bytes(&self) -> u64 {
        let group_of_browser = self.chromium.as_ref().map_or(&self.group, Chromium::group);
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let of_group = processes.filter(|process| {
            // The fifth field; the second is the name, in brackets, and may contain anything.
            let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
            let group = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(2)?.parse().ok());
            group == Some(group_of_browser.id())
        });
        let proportional = of_group.filter_map(|process| {
            let rollup = std::fs::read_to_string(process.path().join("smaps_rollup")).ok()?;
            let kib = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
            kib.trim().trim_end_matches(" kB").parse::<u64>().ok()
        });
        proportional.sum::<u64>() * 1024
    }

    /// Keeps what the page looks like and what it said, for whoever has to find out why a test
    /// failed.
    pub(super) fn keep_last_words(&self) {
        let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        let path = |kind: &str| folder.join(format!("{name}-{}.{kind}", self.port));
        let _ = std::fs::create_dir_all(&folder);
        if let Some(picture) = self.call("GET", "screenshot", "") {
            let picture = STANDARD.decode(picture.as_str().unwrap_or_default()).unwrap_or_default();
            let _ = std::fs::write(path("png"), picture);
        }
        let log = self.call("POST", "se/log", &json!({ "type": "browser" }).to_string()).unwrap_or_default();
        let text = json!({ "script": "return document.body.innerText", "args": [] }).to_string();
        let text = self.call("POST", "execute/sync", &text).unwrap_or_default();
        let words = format!("{}\n\n{log:#}\n", text.as_str().unwrap_or_default());
        let _ = std::fs::write(path("txt"), words);
    }

    /// A call without the runtime, which may be ending: plain HTTP over a socket that blocks.
    fn call(&self, method: &str, endpoint: &str, body: &str) -> Option<Value> {
        let session = self.session.as_ref()?;
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        socket.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        let head = format!(
            "{method} /session/{session}/{endpoint} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        socket.write_all(head.as_bytes()).ok()?;
        let mut reader = std::io::BufReader::new(socket);
        let mut len = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            match line.trim_end().split_once(':') {
                None if line.trim_end().is_empty() => break,
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    len = value.trim().parse().ok()?
                }
                _ => {}
            }
        }
        let mut answer: Value = serde_json::from_reader(reader.take(len)).ok()?;
        Some(answer["value"].take())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.keep_last_words();
            return;
        }
        if let Some(chromium) = self.end() {
            chromium.give_back();
        }
    }
}

impl Driver {
    /// Kills the browser as a power cut would, and gives what it was and its folder.
    pub(super) fn kill_browser(mut self) -> Option<(Build, TempDir)> {
        self.end().map(|chromium| (chromium.build(), chromium.kill()))
    }

    /// Ends the driver, so that nothing of it is left in the browser, and gives that.
    fn end(&mut self) -> Option<Chromium> {
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "the page complained: {complaints:#?}");
        self.session = None;
        self.group.kill();
        self.chromium.take()
    }
}

/// A display in memory, and its number.
async fn display() -> (Group, u32) {
    let (group, mut lines) = Group::start("Xvfb -displayfd 1 -screen 0 1280x1400x24 -nolisten tcp 2>/dev/null", None);
    let number = timeout(Duration::from_secs(30), lines.recv()).await.ok().flatten();
    let number = number.and_then(|line| line.trim().parse().ok());
    (group, number.expect("Xvfb starts; `cargo xtask test` installs it where it is missing"))
}

/// A port that was free a moment ago, for drivers that choose none.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there are free ports");
    listener.local_addr().expect("it is bound").port()
}

/// What Firefox prints when a page does what it should not. WebKit's driver passes nothing on.
fn is_complaint(line: &str) -> bool {
    line.contains("JavaScript error: http://")
        || line.contains("Content-Security-Policy")
        || line.contains("TrustedScript")
}
