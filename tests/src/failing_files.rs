//! Files of a running server that fail as those of a dying disk do: the kernel's answer to its
//! calls is replaced by an input/output error.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::server::Server;

/// Calls of the system, as `strace` names them.
pub const WRITES: &str = "write,pwrite64,pwritev,fsync,fdatasync,ftruncate,fallocate";
/// Those that make sure that what was written is on the disk.
pub const SYNCS: &str = "fsync,fdatasync";
/// Those that read.
pub const READS: &str = "read,pread64,preadv";

/// Files that fail until this is mended.
#[derive(Debug)]
pub struct FailingFiles(Child);

impl FailingFiles {
    /// Lets these calls on these files fail with `EIO`; on all files if there are none here.
    ///
    /// # Panics
    /// `strace` is missing, or may not look at the server.
    pub async fn of(server: &Server, calls: &str, files: &[PathBuf]) -> Self {
        let mut command = Command::new("strace");
        command.arg("-f").arg("-p").arg(server.process_id().to_string());
        for file in files {
            command.arg("-P").arg(file);
        }
        command.args(["-e".to_owned(), format!("trace={calls}"), "-e".to_owned(), format!("inject={calls}:error=EIO")]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut strace = command.spawn().expect("strace can be started: `cargo xtask test` installs it");
        let mut lines = BufReader::new(strace.stderr.take().expect("it is piped")).lines();
        loop {
            let line = lines.next_line().await.expect("it can be read").expect("it stays at the server");
            assert!(!line.contains("Operation not permitted"), "{line}");
            if line.contains("attached") && !line.contains("resolving") {
                break;
            }
        }
        // What it says of every call has to go somewhere.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self(strace)
    }

    /// The disk works again.
    ///
    /// # Panics
    /// `strace` does not end.
    pub async fn mend(mut self) {
        let pid = self.0.id().and_then(|pid| rustix::process::Pid::from_raw(pid.cast_signed())).expect("it is running");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a child can be signalled");
        self.0.wait().await.expect("a child can be waited for");
    }
}
