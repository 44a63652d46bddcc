//! `schism fault`: words come in, and reach the cluster that runs in another terminal; there they
//! are read, and done.

use super::{FAILED, HELD, cannot, say};
use crate::live::control;
use clap::Parser;
use schism::cli::Streams;
use std::path::PathBuf;

mod order;

pub(super) use order::obey;

/// Break the network of a cluster that `schism serve` runs, or mend it
///
/// A node is a number that counts from 0, or a name that counts from n1: `0` is `n1`.
///
///   partition 0,1 2,3,4   cut the network into these groups; those that are not
///                         named form one more
///   heal                  end all cuts and all other trouble
///   cut 0 1               what 0 sends to 1 is lost, not the reverse
///   loss 20               so many percent of messages are lost
///   delay 10 50           each message is so many milliseconds late, from and to
///   duplicate 20          so many percent of messages come twice
///   reorder 20            so many percent wait until the next one has passed
///   bandwidth 5000        so many bytes a second on each link, the rest waits
///   crash 0               end a node's process; its files stay
///   restart 0             bring it up again
///   status                what each node shows
///
/// What is wrong with messages adds up, and is so on all links; with two nodes
/// behind it (`loss 20 0 1`) on that from 0 to 1 alone.
///
/// Exit codes: 0 done; 1 the cluster refused it; 2 misuse, or no cluster runs.
#[derive(Parser, Debug)]
#[command(verbatim_doc_comment)]
pub(super) struct Fault {
    /// What is to be done
    #[arg(required = true, value_name = "WORD", allow_negative_numbers = true)]
    words: Vec<String>,
    /// The file in which the cluster says where it listens
    #[arg(long, value_name = "FILE", default_value = super::CONTROL)]
    control: PathBuf,
}

pub(super) fn run(asked: &Fault, streams: &mut Streams<'_>) -> Result<u8, String> {
    let line = asked.words.join(" ");
    let reply = control::ask(&asked.control, &line).map_err(|error| {
        let file = asked.control.display();
        cannot("reach a cluster", format!("{error} ({file}); start one with `schism serve`"))
    })?;
    let (refused, text) = match reply.strip_prefix(REFUSED) {
        Some(text) => (true, text),
        None => (false, reply.as_str()),
    };
    say(streams, text)?;
    Ok(if refused { FAILED } else { HELD })
}

/// What a reply begins with where nothing was done.
const REFUSED: &str = "refused: ";

/// A reply as it travels.
pub(super) fn reply(done: &Result<String, String>) -> String {
    match done {
        Ok(done) => format!("{done}\n"),
        Err(why) => format!("{REFUSED}{why}\n"),
    }
}
