//! The engines: Chromium, Firefox, WebKitGTK. Which one runs is chosen for the whole test program,
//! so that every test is written once; what an engine or its driver cannot do is said here.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// The variable that chooses the engine: `chromium` (also without it), `whole-chromium`, `firefox`,
/// `webkit`.
pub const ENGINE_VARIABLE: &str = "SUBROSA_BROWSER";

/// Chromium as people have it, where otherwise its headless shell runs.
pub(super) const WHOLE: &str = "whole-chromium";

/// What renders the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium with chromedriver.
    Chromium,
    /// Firefox with geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser with WebKitWebDriver, on a display that nobody sees.
    WebKit,
}

/// What a test needs of an engine or its driver beyond the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Chromium's own protocol: scripts before the page's, dropped files, what was requested.
    DevTools,
    /// A folder picked by keys sent to the input.
    FolderInput,
    /// Downloads saved to disk while automated.
    Downloads,
    /// What pages kept is there after a crash of the browser. (WebKitGTK keeps nothing while it is
    /// automated.)
    KeptProfile,
    /// Pages learn that a picked file has changed since. (Firefox goes on with the size that it
    /// had, and says nothing unless it has become shorter.)
    ChangedFiles,
}

impl Engine {
    /// The engine of this run.
    ///
    /// # Panics
    /// The variable names none.
    #[must_use]
    pub fn of_this_run() -> Self {
        match std::env::var(ENGINE_VARIABLE).as_deref() {
            Err(_) | Ok("" | "chromium" | WHOLE) => Self::Chromium,
            Ok("firefox") => Self::Firefox,
            Ok("webkit") => Self::WebKit,
            Ok(other) => panic!("{ENGINE_VARIABLE} is {other}: chromium, {WHOLE}, firefox or webkit"),
        }
    }

    /// Whether it can do that.
    #[must_use]
    pub fn can(self, needs: Needs) -> bool {
        match (self, needs) {
            (Self::Chromium, _) | (Self::Firefox, Needs::Downloads | Needs::KeptProfile) => true,
            (Self::Firefox | Self::WebKit, _) => false,
        }
    }

    /// The shell command that starts the driver, and what stands before the port in the line that
    /// says that it listens. `port` is a free one, for drivers that choose none themselves.
    pub(super) fn driver(self, port: u16) -> (String, Option<&'static str>) {
        match self {
            Self::Chromium => ("chromedriver --port=0".to_owned(), Some("started successfully on port ")),
            Self::Firefox => ("geckodriver --port=0 --websocket-port=0".to_owned(), Some("Listening on 127.0.0.1:")),
            Self::WebKit => (format!("WebKitWebDriver --port={port}"), None),
        }
    }

    /// What a session is asked for that starts its browser: an empty profile, downloads into that
    /// folder without a question.
    pub(super) fn capabilities(self, folder: &Path, downloads: &Path) -> Value {
        match self {
            Self::Chromium => unreachable!("it runs before its session"),
            Self::Firefox => {
                let profile = folder.join("profile");
                std::fs::create_dir_all(&profile).expect("the folder is ours");
                json!({
                    "browserName": "firefox",
                    "unhandledPromptBehavior": "accept",
                    "moz:firefoxOptions": {
                        "args": ["-headless", "-profile", profile, "--width=1000", "--height=1200"],
                        "prefs": {
                            "browser.download.folderList": 2,
                            "browser.download.dir": downloads,
                            // Its panel would take the keys.
                            "browser.download.alwaysOpenPanel": false,
                            "browser.helperApps.neverAsk.saveToDisk": "application/octet-stream,application/zip",
                            "network.captive-portal-service.enabled": false,
                            "network.connectivity-service.enabled": false,
                            "devtools.console.stdout.content": true,
                        },
                    },
                })
            }
            Self::WebKit => json!({
                "unhandledPromptBehavior": "accept",
                "webkitgtk:browserOptions": { "binary": mini_browser(), "args": ["--automation"] },
            }),
        }
    }
}

/// Debian keeps it beside the library, in the folder of the machine's architecture.
fn mini_browser() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let found = folders.map(|folder| folder.path().join("webkit2gtk-4.1/MiniBrowser")).find(|path| path.exists());
    found.expect("there is a MiniBrowser; `cargo xtask test` installs it where it is missing")
}

/// Ends a test that needs what the engine of this run cannot do, and says so.
#[macro_export]
macro_rules! only_if_browser_can {
    ($needs:ident) => {
        if !$crate::browser::engine::Engine::of_this_run().can($crate::browser::engine::Needs::$needs) {
            eprintln!("not in this engine: needs {}", stringify!($needs));
            return;
        }
    };
}
