//! The log: lines for standard error, written by a thread of their own.
//!
//! Requests never wait for the log and never fail with it. A line that finds the queue full, or
//! that cannot be written, is dropped and counted; the count is the first thing that is written
//! when writing works again. The crate `tracing-appender` has such a thread, too, but its guard
//! writes to standard error itself, and hangs where that is stuck.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::panic::PanicHookInfo;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::LogFormat;

/// Bytes of lines that may wait: some 2,000 lines.
const QUEUE_BYTES_MAX: usize = 256 * 1024;
/// How long the end of the program waits for lines that still wait.
const FLUSH_MAX: Duration = Duration::from_secs(1);
/// Before the next try, where standard error is set not to block and takes nothing right now.
const WOULD_BLOCK_WAIT: Duration = Duration::from_millis(50);

/// The log of this process. Dropped, it waits for what is queued, but not for long.
#[derive(Debug)]
pub struct Log {
    lines: Lines,
}

impl Log {
    /// Starts it: what is traced goes to standard error, and so does word of a panic. `RUST_LOG`
    /// chooses what is shown.
    ///
    /// # Errors
    /// The system gives no thread, or this process has a log already.
    pub fn start(format: LogFormat) -> io::Result<Self> {
        let lines = Lines::to(io::stderr().as_fd().try_clone_to_owned()?, "log", Some(report_lost))?;
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(lines.clone())
            .with_target(false)
            // It would tell of a failure on standard error, directly, and panic where that is
            // closed.
            .log_internal_errors(false);
        let started = match format {
            LogFormat::Text => log.with_ansi(false).try_init(),
            LogFormat::Json => log.json().flatten_event(true).try_init(),
        };
        started.map_err(io::Error::other)?;
        // The hook that programs begin with writes to standard error directly.
        std::panic::set_hook(Box::new(log_panic));
        Ok(Self { lines })
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.lines.flush(FLUSH_MAX);
    }
}

fn report_lost(lost: u64) {
    tracing::error!(lost, "lines of the log were lost: it took none, or not as fast as they came");
}

/// Says where a panic was. Of its message only what stands in the source: the rest may be made of
/// what a client sent.
fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    let place = place.as_deref().unwrap_or("(unknown)");
    let message = info.payload().downcast_ref::<&'static str>().copied().unwrap_or("(made at run time, not shown)");
    let backtrace = std::backtrace::Backtrace::capture();
    let backtrace =
        (backtrace.status() == std::backtrace::BacktraceStatus::Captured).then(|| tracing::field::display(backtrace));
    tracing::error!(place, message, backtrace, "panic");
}

/// Lines on their way to a file, and the thread that writes them. Nobody who adds one ever waits.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// Told when there is a line, and when all are written.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Whether the thread writes what it took.
    writing: bool,
    /// Lines that were dropped since the last report.
    lost: u64,
}

thread_local! {
    /// On the writing thread: catches what it says itself, which must not wait behind what it
    /// writes.
    static CAUGHT: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

impl Lines {
    /// Starts the thread. `report` says, by way of the log, how many lines were lost.
    pub(crate) fn to(file: OwnedFd, name: &str, report: Option<fn(u64)>) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let out = Out { file: File::from(file), torn: false, report };
        let of_thread = Arc::clone(&shared);
        thread::Builder::new().name(name.to_owned()).spawn(move || write_all(&of_thread, out))?;
        Ok(Self { shared })
    }

    /// Adds a line, or counts it as lost.
    pub(crate) fn add(&self, line: &[u8]) {
        let mut queue = self.shared.queue();
        if queue.bytes.saturating_add(line.len()) > QUEUE_BYTES_MAX {
            queue.lost += 1;
            return;
        }
        queue.bytes += line.len();
        queue.lines.push_back(line.to_vec());
        drop(queue);
        self.shared.changed.notify_all();
    }

    /// Waits until everything is written, but no longer than that.
    pub(crate) fn flush(&self, wait: Duration) {
        let queue = self.shared.queue();
        let busy = |queue: &mut Queue| queue.writing || !queue.lines.is_empty();
        drop(self.shared.changed.wait_timeout_while(queue, wait, busy));
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Write for &Lines {
    /// One call is one line: the layer that formats hands over lines whole.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let caught = CAUGHT.with_borrow_mut(|caught| caught.as_mut().map(|caught| caught.extend_from_slice(line)));
        if caught.is_none() {
            self.add(line);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where the thread writes.
struct Out {
    file: File,
    /// Whether the last line was cut in the middle.
    torn: bool,
    report: Option<fn(u64)>,
}

fn write_all(shared: &Shared, mut out: Out) {
    // This thread's own words, should it have any, are never queued.
    CAUGHT.set(Some(Vec::new()));
    loop {
        let mut queue = shared.queue();
        while queue.lines.is_empty() {
            queue.writing = false;
            shared.changed.notify_all();
            queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.writing = true;
        let Some(line) = queue.lines.pop_front() else { continue };
        let lost = std::mem::take(&mut queue.lost);
        drop(queue);
        let still_lost = out.write_after_report(&line, lost);
        let mut queue = shared.queue();
        // Only now: what is being written still takes room.
        queue.bytes -= line.len();
        queue.lost += still_lost;
    }
}

impl Out {
    /// Writes a line, and before it how many were lost. Answers how many are lost now.
    fn write_after_report(&mut self, line: &[u8], lost: u64) -> u64 {
        if let (true, Some(report)) = (lost > 0, self.report) {
            CAUGHT.set(Some(Vec::new()));
            report(lost);
            let report = CAUGHT.replace(Some(Vec::new())).unwrap_or_default();
            if self.write_line(&report).is_err() {
                return lost + 1;
            }
        }
        u64::from(self.write_line(line).is_err())
    }

    fn write_line(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.write(b"\n")?;
            self.torn = false;
        }
        self.write(line)
    }

    fn write(&mut self, mut rest: &[u8]) -> io::Result<()> {
        while !rest.is_empty() {
            match self.file.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => {
                    rest = &rest[len..];
                    self.torn = !rest.is_empty();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(WOULD_BLOCK_WAIT),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use rustix::pipe::pipe;

    use super::*;

    const WAIT: Duration = Duration::from_secs(20);

    #[test]
    fn lines_come_whole_and_in_order() {
        let (reader, writer) = pipe().unwrap();
        let lines = Lines::to(writer, "test", None).unwrap();
        for at in 0..100 {
            lines.add(format!("{at}\n").as_bytes());
        }
        lines.flush(WAIT);
        let mut read = [0; 290];
        File::from(reader).read_exact(&mut read).unwrap();
        let expected: Vec<String> = (0..100).map(|at: u32| format!("{at}\n")).collect();
        assert_eq!(str::from_utf8(&read).unwrap(), expected.concat());
    }

    #[test]
    fn a_reader_that_is_stuck_costs_lines_and_neither_time_nor_memory_and_is_told_how_many() {
        fn report(lost: u64) {
            CAUGHT.with_borrow_mut(|caught| *caught = Some(format!("lost {lost}\n").into_bytes()));
        }
        let (reader, writer) = pipe().unwrap();
        let lines = Lines::to(writer, "test", Some(report)).unwrap();
        let line = [b'x'; 1023].into_iter().chain([b'\n']).collect::<Vec<u8>>();
        let sent = 8 * QUEUE_BYTES_MAX / line.len();
        for _ in 0..sent {
            lines.add(&line);
        }
        assert!(lines.shared.queue().bytes <= QUEUE_BYTES_MAX);
        // It does not wait for ever.
        lines.flush(Duration::from_millis(10));
        // The reader wakes up, and reads until it has the last line.
        let reading = thread::spawn(move || {
            let (mut reader, mut text, mut piece) = (File::from(reader), Vec::new(), vec![0; 64 * 1024]);
            while !text.ends_with(b"after\n") {
                let len = reader.read(&mut piece).unwrap();
                text.extend_from_slice(&piece[..len]);
            }
            String::from_utf8(text).unwrap()
        });
        lines.flush(WAIT);
        lines.add(b"after\n");
        let text = reading.join().unwrap();
        let whole = text.lines().filter(|found| found.as_bytes() == &line[..1023]).count();
        let reports = text.lines().filter_map(|found| found.strip_prefix("lost ")?.parse::<usize>().ok());
        assert_eq!(whole + reports.sum::<usize>(), sent, "every line came or was counted");
    }
}
