//! What a user types comes in; what is printed, and the exit code, go out. The target is a store on
//! one machine, with and without a bug.

use super::{Cli, Streams, cli};
use crate::check::{Check, check};
use crate::fault::Nemesis;
use crate::node::{Event, Io, Node};
use crate::spec::kv::{Get, Put, PutGet};
use std::path::{Path, PathBuf};

mod calibrate;
mod commands;
mod coverage;
mod explore;
mod files;
mod measures;
mod page;
mod paths;
mod replays;

/// A store on one machine. What it acknowledges is on its disk, unless it is lazy.
struct Store {
    lazy: bool,
}

impl Node for Store {
    type Spec = PutGet;
    type Message = ();
    type Timer = ();
    type View = ();

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        let Event::Request { id, op } = event else { return };
        let (Put(key, _) | Get(key)) = op;
        let cell = format!("k{key}");
        if let Put(key, value) = op {
            tracing::info!(key, value, "kept");
            io.disk().put(&cell, &value.to_be_bytes());
        }
        if !self.lazy && io.disk().get(&cell).is_some() {
            // Before a read, too: what a process that died wrote may be there and not be synced.
            io.disk().sync(&cell);
        }
        let number = |bytes: &[u8]| bytes.iter().fold(0, |n, byte| n << 8 | u64::from(*byte));
        let kept = io.disk().get(&cell).map(number);
        io.ok(id, kept.filter(|_| matches!(op, Get(_))));
    }

    fn view(&self) {}
}

fn store(lazy: bool) -> Check<Store> {
    let claim = Nemesis::new().crashes().power_loss();
    check(move |_: &mut Io<Store>| Store { lazy })
        .nodes(1)
        .survives(claim)
        .linearizable()
        .cases(200)
        .seed(1)
}

/// A command with the store, and with the one that does not sync.
fn command() -> Cli {
    cli().check("store", "a store on one machine", store(false)).mutant(
        "lazy",
        "what it acknowledges is not synced",
        &["linearizable"],
        2,
        store(true),
    )
}

/// What a command came to.
struct Ran {
    code: u8,
    out: String,
    err: String,
}

/// Runs the command with these words behind its name.
fn run(words: &[&str]) -> Ran {
    run_with(words, "")
}

/// The same, with something to read on standard input.
fn run_with(words: &[&str], input: &str) -> Ran {
    run_of(&command(), words, input)
}

/// A command whose store says that it stands for election, as a server of Raft's would, and does
/// nothing else of the kind.
fn telling() -> Cli {
    let tells = |io: &mut Io<Store>| {
        io.tell(crate::fact::Fact::Stands { term: 1 });
        Store { lazy: false }
    };
    let claim = Nemesis::new().crashes().power_loss();
    let teller = check(tells).nodes(1).survives(claim).linearizable().cases(50).seed(1);
    command().check("teller", "the same, and it talks like Raft", teller)
}

/// The same with another command.
fn run_of(command: &Cli, words: &[&str], input: &str) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut input = input.as_bytes();
    let mut streams = Streams { input: &mut input, out: &mut out, err: &mut err, terminal: false };
    let code = command.run(&[&["schism"], words].concat(), &mut streams);
    let text = |bytes| String::from_utf8(bytes).expect("all that is printed is text");
    Ran { code, out: text(out), err: text(err) }
}

/// A folder of this test's own, which goes when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let name = format!("schism-cli-{test}-{}", std::process::id());
        let folder = Folder(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&folder.0).expect("a temporary folder can be made");
        folder
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("the name was made above")
    }

    /// Writes a file, and says where it is.
    fn file(&self, name: &str, text: &str) -> String {
        let path: &Path = &self.0.join(name);
        std::fs::write(path, text).expect("a temporary folder can be written");
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A test that fails must not fail twice.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
