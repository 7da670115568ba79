//! chromedriver: one per browser, in a process group of its own, so that nothing outlives a test.

use std::io::{BufRead as _, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

#[derive(Debug)]
pub(super) struct Driver {
    process: Child,
    group: Pid,
    port: u16,
    pub(super) session: Option<String>,
}

impl Driver {
    pub(super) async fn start() -> Self {
        // When this program is killed, the shell's input ends, and with it the whole group.
        let mut command = Command::new("sh");
        command.args(["-c", "chromedriver --port=0 <&- & read -r _; kill -9 0"]).process_group(0).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("there is a shell");
        let group = process.id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("it runs");
        let mut lines = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
        let port = timeout(Duration::from_secs(30), async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some((_, port)) = line.trim_end_matches('.').split_once("started successfully on port ") {
                    return port.parse().expect("a port is a number");
                }
            }
            panic!("chromedriver ended before it listened");
        });
        let port = port.await.expect("chromedriver listens; `cargo xtask test` installs it where it is missing");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { process, group, port, session: None }
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Entries of the console that stand for a mistake of ours: violations of the policy, uncaught errors. Requests that
    /// failed are not: tests make them fail.
    pub(super) fn complaints(&self) -> Vec<String> {
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

    /// Proportional memory of every process in the group, the driver's own included.
    pub(super) fn resident_bytes(&self) -> u64 {
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let of_group = processes.filter(|process| {
            // The fifth field; the second is the name, in brackets, and may contain anything.
            let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
            let group = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(2)?.parse().ok());
            group == Some(self.group.as_raw_pid())
        });
        let proportional = of_group.filter_map(|process| {
            let rollup = std::fs::read_to_string(process.path().join("smaps_rollup")).ok()?;
            let kib = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
            kib.trim().trim_end_matches(" kB").parse::<u64>().ok()
        });
        proportional.sum::<u64>() * 1024
    }

    /// Keeps what the page looks like and what it said, for whoever has to find out why a test failed.
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
        let complaints = self.end();
        assert!(complaints.is_empty(), "the page complained: {complaints:#?}");
    }
}

impl Driver {
    /// Ends browser and driver. What the page complained of, unless the test failed anyway: then its last words are kept.
    fn end(&mut self) -> Vec<String> {
        let complaints = match std::thread::panicking() {
            true => {
                self.keep_last_words();
                Vec::new()
            }
            false => self.complaints(),
        };
        // The browser belongs to the driver's group.
        let _ = kill_process_group(self.group, Signal::KILL);
        let _ = self.process.start_kill();
        complaints
    }
}
