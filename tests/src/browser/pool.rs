//! Chromium as a process that goes on from test to test: starting it costs more than most tests. A
//! test gets one that is emptied, and gives it back unless the test failed.

use std::fs::remove_dir_all;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;

use super::engine::{ENGINE_VARIABLE, WHOLE};
use super::group::Group;
use super::{Browser, DOWNLOADS, OUTBOX, made};

/// Those that no test uses.
static IDLE: Mutex<Vec<Chromium>> = Mutex::new(Vec::new());

/// Which program of Chromium runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Build {
    /// The same engine without the interface around it, which nobody sees in a test: a third less
    /// work for the processor.
    Shell,
    /// What people have.
    Whole,
}

impl Build {
    /// The one for a test that needs nothing of the interface.
    pub(super) fn of_this_run() -> Self {
        match std::env::var(ENGINE_VARIABLE).as_deref() {
            Ok(WHOLE) => Self::Whole,
            _ => Self::Shell,
        }
    }

    const fn program(self) -> &'static str {
        match self {
            Self::Shell => "chromium-headless-shell",
            Self::Whole => "chromium",
        }
    }
}

/// Whether what the pages ask for is written down.
#[derive(Clone, Copy, Debug)]
pub(super) enum Requests {
    Logged,
    NotLogged,
}

/// A running Chromium.
#[derive(Debug)]
pub(super) struct Chromium {
    build: Build,
    group: Group,
    folder: TempDir,
    /// Where drivers attach to it.
    debugger: String,
    /// Whether another test can use it.
    reusable: bool,
}

impl Chromium {
    /// One that another test has given back.
    pub(super) fn idle(build: Build) -> Option<Self> {
        let mut idle = IDLE.lock().expect("nobody panics with it");
        let at = idle.iter().rposition(|chromium| chromium.build == build)?;
        Some(idle.swap_remove(at))
    }

    /// Starts one with the profile of a folder, with more arguments, and with variables as a shell
    /// takes them before a command.
    pub(super) async fn start(build: Build, folder: TempDir, more: &[&str], variables: &str) -> Self {
        let profile = made(folder.path().join("profile"));
        // One that was killed has left its address there.
        let _ = std::fs::remove_file(profile.join("DevToolsActivePort"));
        let profile = format!("--user-data-dir={}", profile.display());
        let arguments = ARGUMENTS.iter().copied().chain([profile.as_str()]).chain(more.iter().copied());
        let arguments: Vec<_> = arguments.map(|argument| format!("'{argument}'")).collect();
        let command = format!("{variables}{} {} about:blank 2>&1", build.program(), arguments.join(" "));
        let (group, mut lines) = Group::start(&command, Some(folder.path()));
        let listens = async {
            while let Some(line) = lines.recv().await {
                if let Some(address) = line.strip_prefix("DevTools listening on ws://") {
                    return address.split('/').next().unwrap_or_default().to_owned();
                }
            }
            panic!("Chromium ended before it listened; `cargo xtask test` installs it where it is missing");
        };
        let debugger = timeout(Duration::from_secs(60), listens).await.expect("Chromium listens");
        Self { build, group, folder, debugger, reusable: true }
    }

    /// Not for another test: it was started in a way of its own.
    pub(super) fn only_once(self) -> Self {
        Self { reusable: false, ..self }
    }

    pub(super) fn build(&self) -> Build {
        self.build
    }

    pub(super) fn group(&self) -> &Group {
        &self.group
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a session that attaches to it is asked for. A log of requests costs time at every one.
    pub(super) fn capabilities(&self, requests: Requests) -> Value {
        let log = match requests {
            Requests::NotLogged => json!({ "browser": "ALL" }),
            Requests::Logged => json!({ "browser": "ALL", "performance": "ALL" }),
        };
        json!({
            "browserName": "chrome",
            "unhandledPromptBehavior": "accept",
            "goog:loggingPrefs": log,
            "goog:chromeOptions": { "debuggerAddress": self.debugger },
        })
    }

    /// Leaves it to another test.
    pub(super) fn give_back(self) {
        if self.reusable {
            IDLE.lock().expect("nobody panics with it").push(self);
        }
    }

    /// Kills it, and gives what it kept.
    pub(super) fn kill(self) -> TempDir {
        let Self { mut group, folder, .. } = self;
        group.kill();
        folder
    }
}

impl Browser {
    /// Makes it one that nobody has used: one empty tab, no files, nothing kept, nothing allowed.
    pub(super) async fn empty(&self) {
        let tab = self.client.new_window(true).await.expect("a tab opens").handle;
        for other in self.client.windows().await.expect("the driver lists them") {
            if other != tab {
                self.client.switch_to_window(other).await.expect("it is listed");
                self.client.close_window().await.expect("it closes");
            }
        }
        self.client.switch_to_window(tab.clone()).await.expect("it was opened");
        *self.tabs.lock().expect("no test panics here") = vec![tab];
        // With the focus, which the clipboard asks for.
        self.devtools("Page.bringToFront", json!({})).await;
        // A new session is told again what the old tabs said.
        let _ = self.driver.complaints();
        for folder in [DOWNLOADS, OUTBOX] {
            let _ = remove_dir_all(self.files.join(folder));
        }
        let everything = json!({ "origin": "*", "storageTypes": "all" });
        self.devtools("Storage.clearDataForOrigin", everything).await;
        self.devtools("Network.clearBrowserCache", json!({})).await;
        self.devtools("Browser.resetPermissions", json!({})).await;
        self.save_into_downloads().await;
    }

    /// What it downloads goes to its folder, without a question.
    pub(super) async fn save_into_downloads(&self) {
        let saving = json!({ "behavior": "allow", "downloadPath": made(self.downloads()) });
        self.devtools("Browser.setDownloadBehavior", saving).await;
    }
}

/// The first ones are what its driver starts it with.
const ARGUMENTS: [&str; 21] = [
    "--allow-pre-commit-input",
    "--disable-client-side-phishing-detection",
    "--disable-hang-monitor",
    "--disable-popup-blocking",
    "--disable-prompt-on-repost",
    "--enable-automation",
    "--no-default-browser-check",
    "--password-store=basic",
    "--remote-debugging-port=0",
    "--test-type=webdriver",
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1000,1200",
    // As it is anyway where there is an interface: another origin's frame is another process.
    "--site-per-process",
];
