//! The Subrosa server as a program: configuration, log, socket, signals.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{ArgMatches, Command, CommandFactory as _, FromArgMatches};
use subrosa_server::app::App;
use subrosa_server::config::{Config, LogFormat};
use subrosa_server::log::Log;
use subrosa_server::migrate::{Migrate, MigrateBlobs};
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};

/// The subcommand that prints the description of the API.
const DOCUMENT: &str = "openapi";
/// The subcommand that takes ciphertext to another place.
const MOVE_BLOBS: &str = "migrate-blobs";
/// Threads for what blocks on the disk. Enough that reads of the ledger find one while many parts
/// are being synced.
const BLOCKING_THREADS_MAX: usize = 64;
/// New connections that wait to be accepted. The system has a bound of its own below that.
const BACKLOG: u32 = 4096;

fn main() -> ExitCode {
    let matches = Config::command()
        .subcommand(Migrate::command())
        .subcommand(MigrateBlobs::command())
        .subcommand(Command::new(DOCUMENT).about("Prints the description of the API, in OpenAPI's format"))
        // Without one it serves.
        .subcommand_negates_reqs(true)
        .args_conflicts_with_subcommands(true)
        .get_matches();
    match matches.subcommand() {
        Some((DOCUMENT, _)) => print_document(),
        Some((MOVE_BLOBS, matches)) => {
            let command: MigrateBlobs = read(matches);
            execute(command.log_format, async move { Ok(command.run().await?) })
        }
        Some((_, matches)) => {
            let command: Migrate = read(matches);
            execute(command.log_format, async move { Ok(command.run().await?) })
        }
        None => {
            let config: Config = read(&matches);
            execute(config.log_format, serve(config))
        }
    }
}

/// A reader that has gone is no reason to panic.
fn print_document() -> ExitCode {
    let printed = io::stdout().write_all(&subrosa_server::http::router::document());
    if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read<T: FromArgMatches>(matches: &ArgMatches) -> T {
    T::from_arg_matches(matches).unwrap_or_else(|error| error.exit())
}

fn execute(log_format: LogFormat, work: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    // To its end, when it writes what still waits.
    let Ok(_log) = Log::start(log_format) else { return ExitCode::FAILURE };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .build()
        .context("cannot start the runtime");
    let work = async {
        // A file that may not grow any more (ulimit -f) is an error of that write, not the end.
        let _too_large = signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?;
        work.await
    };
    match runtime.and_then(|runtime| runtime.block_on(work)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A socket that listens, with as long a queue of new connections as the system allows: those that
/// do not fit are tried again by their clients only after a second.
fn bind(listen: SocketAddr) -> io::Result<TcpListener> {
    let socket = if listen.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As `TcpListener::bind` does: a server that is started again finds its address free.
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    socket.listen(BACKLOG)
}

async fn serve(config: Config) -> anyhow::Result<()> {
    tracing::info!(version = env!("CARGO_PKG_VERSION"), data = %config.data.display(), "starting");
    let app = App::open(&config).await?;
    let listen = config.listen;
    let listener = bind(listen).with_context(|| {
        format!("cannot listen on {listen}; is another server there? Name another address with --listen")
    })?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    subrosa_server::serve(listener, app, async {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
    .await;
    Ok(())
}
