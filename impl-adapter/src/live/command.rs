//! Words come in; a command on real networks is run, and its exit code goes out. clap is named
//! below this alone.

use clap::Parser;
use schism::cli::{Cli, Streams};
use std::ffi::OsString;
use std::fmt::Display;
use std::future::Future;

mod fault;
mod resilience;
mod serve;

/// Adds the commands to a command line.
pub fn register(cli: Cli) -> Cli {
    cli.command(
        "resilience",
        "Break the network between services and their clients, on real sockets",
        |words, streams| obey(words, streams, resilience::run),
    )
    .command("serve", "Run a cluster on real sockets, timers and files", |words, streams| {
        obey(words, streams, serve::run)
    })
    .command(
        "fault",
        "Break the network of a cluster that is served, or mend it",
        |words, streams| obey(words, streams, fault::run),
    )
}

/// Exit codes, as of all commands.
const HELD: u8 = 0;
const FAILED: u8 = 1;
const MISUSE: u8 = 2;
const UNKNOWN: u8 = 3;

/// Where a cluster says how it is reached.
const CONTROL: &str = "target/schism/serve.control";

/// Reads the words of a command, and does what they say.
fn obey<A: Parser>(
    words: &[OsString],
    streams: &mut Streams<'_>,
    run: impl FnOnce(&A, &mut Streams<'_>) -> Result<u8, String>,
) -> u8 {
    let asked = match A::try_parse_from(words) {
        Ok(asked) => asked,
        Err(error) => {
            let (stream, code) = if error.use_stderr() {
                (&mut *streams.err, MISUSE)
            } else {
                (&mut *streams.out, HELD)
            };
            // Who closed the stream does not want to hear it.
            let _ = write!(stream, "{}", error.render());
            return code;
        }
    };
    run(&asked, streams).unwrap_or_else(|complaint| {
        // As above.
        let _ = writeln!(streams.err, "error: {complaint}");
        MISUSE
    })
}

/// Runs what waits for sockets and timers, on this thread.
fn wait_for<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| cannot("start a runtime", error))?;
    Ok(runtime.block_on(work))
}

fn cannot(what: impl Display, error: impl Display) -> String {
    format!("cannot {what}: {error}")
}

/// Says something to people. A reader that has seen enough closes its end, and misses the rest.
fn say(streams: &mut Streams<'_>, text: &str) -> Result<(), String> {
    match streams.out.write_all(text.as_bytes()).and_then(|()| streams.out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(cannot("write the results", error))
        }
        _ => Ok(()),
    }
}
