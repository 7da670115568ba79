//! A real nginx in front of a server.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::ports::free_port;
use crate::wait;

/// The longest wait until it answers.
const STARTED: Duration = Duration::from_secs(20);

/// nginx with a configuration of the test's own, without TLS. Killed when dropped.
#[derive(Debug)]
pub struct Nginx {
    _process: Child,
    folder: TempDir,
    port: u16,
}

impl Nginx {
    /// Starts it with what stands in its `http` block, which is told the port to listen on and the
    /// folder of this nginx. Waits until something answers with success at `/`.
    ///
    /// # Panics
    /// It does not start: shows what it says.
    pub async fn start(http: impl FnOnce(u16, &Path) -> String) -> Self {
        let (folder, port) = (TempDir::new().expect("there is room for a folder"), free_port());
        let here = folder.path().display();
        let paths =
            ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|name| format!("{name}_temp_path {here};"));
        // One process, so that killing it leaves no other.
        let config = format!(
            "daemon off; master_process off; pid {here}/pid; error_log {here}/errors;
             events {{ worker_connections 4096; }}
             http {{ {} {} }}",
            paths.concat(),
            http(port, folder.path())
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, config).expect("there is room for a file");
        let mut command = Command::new("nginx");
        // Debian keeps it where the programs of administrators are.
        command.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
        command.arg("-c").arg(&file).arg("-e").arg(folder.path().join("errors"));
        command.stdin(Stdio::null()).kill_on_drop(true);
        let process = command.spawn().expect("nginx can be started: `cargo xtask test` installs it");
        let nginx = Self { _process: process, folder, port };
        let answers = async || reqwest::get(nginx.origin()).await.ok().filter(|answer| answer.status().is_success());
        if wait::within(STARTED, answers).await.is_none() {
            panic!("nginx does not answer: {}", nginx.read("errors"));
        }
        nginx
    }

    /// The port that it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Host and port.
    #[must_use]
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The origin of its pages.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.host())
    }

    /// A file in its folder.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What stands in a file in its folder; nothing if there is none.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_default()
    }
}
