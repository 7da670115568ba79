//! Processes of a browser or its driver, in a group, so that nothing outlives the tests.

use std::io::BufRead as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Programs that end together, at the latest with this one.
#[derive(Debug)]
pub(super) struct Group {
    process: Child,
    id: Pid,
}

impl Group {
    /// Starts a command of the shell, and gives its lines. When this program ends with the group
    /// still running, the folder is deleted too.
    pub(super) fn start(shell_command: &str, folder: Option<&Path>) -> (Self, UnboundedReceiver<String>) {
        let delete = folder.map(|folder| format!("kill -9 $!; wait $!; rm -rf '{}';", folder.display()));
        // When this program is killed, the shell's input ends, and with it the whole group.
        let delete = delete.unwrap_or_default();
        let script = format!("{shell_command} <&- & read -r _; {delete} kill -9 0");
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("there is a shell");
        let id = Pid::from_raw(process.id().cast_signed()).expect("it runs");
        let stdout = process.stdout.take().expect("stdout is piped");
        let (line, lines) = unbounded_channel();
        // A thread, not a task: the group may outlive the runtime of its test, and must not be
        // stopped by a pipe that nobody empties.
        std::thread::spawn(move || {
            for read in std::io::BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = line.send(read);
            }
        });
        (Self { process, id }, lines)
    }

    /// As the system counts it.
    pub(super) fn id(&self) -> i32 {
        self.id.as_raw_pid()
    }

    pub(super) fn kill(&mut self) {
        let _ = kill_process_group(self.id, Signal::KILL);
        let _ = self.process.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
