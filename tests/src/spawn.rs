//! Processes that never outlive the test program, even if that is killed.

use std::process::{Child, Command};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex};
use std::thread;

/// Starts processes. The kernel kills a process that asked for it when the *thread* that started it
/// ends, so they are all started by one thread that ends with the program; `setpriv` is what asks,
/// and then becomes the program.
static STARTER: LazyLock<Mutex<Sender<Start>>> = LazyLock::new(|| {
    let (starts, to_start) = channel::<Start>();
    thread::spawn(move || {
        for mut start in to_start {
            // Whoever asked waits for the answer.
            _ = start.answer.send(start.command.spawn());
        }
    });
    Mutex::new(starts)
});

struct Start {
    command: Command,
    answer: Sender<std::io::Result<Child>>,
}

/// A command that is killed when this program ends.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", program]);
    command
}

/// Starts such a command.
pub(crate) fn spawn(command: Command) -> std::io::Result<Child> {
    let (answer, answered) = channel();
    STARTER
        .lock()
        .expect("nobody panics with the lock")
        .send(Start { command, answer })
        .expect("the thread never ends");
    answered.recv().expect("the thread never ends")
}
