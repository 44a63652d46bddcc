//! The command line as a library: targets, each a cluster and what must hold of it, come in; a
//! command with `list`, `check`, `replay`, `calibrate`, `history` and a tour goes out. It must not
//! know any target's types beyond `target.rs`, nor how a hunt works.
//!
//! A user's own store gets all of it in five lines:
//!
//! ```no_run
//! # use schism::{Event, Io, Node, spec::kv};
//! # struct Server;
//! # impl Node for Server {
//! #     type Spec = kv::PutGet;
//! #     type Message = ();
//! #     type Timer = ();
//! #     type View = ();
//! #     fn step(&mut self, _: Event<Self>, _: &mut Io<Self>) {}
//! #     fn view(&self) {}
//! # }
//! fn boot(io: &mut Io<Server>) -> Server {
//! #   let _ = io; Server
//!     // ...
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     schism::cli().target("mystore", boot).main()
//! }
//! ```
//!
//! Every command writes to the streams that it is given and returns a number, so all of it can be
//! tested in one process.

use crate::campaign::Stop;
use crate::check::{Check, check};
use crate::fault::Nemesis;
use crate::node::{Io, Node};
use std::ffi::OsString;
use std::process::ExitCode;

mod args;
mod calibrate;
mod check;
mod confirm;
mod console;
mod explore;
mod extra;
mod given;
mod history;
mod interrupt;
mod json;
mod list;
mod program;
mod progress;
mod replay;
mod scenes;
mod shrink;
mod target;
#[cfg(test)]
mod tests;
mod tour;
mod wishes;

pub use console::Streams;
use console::{Console, Exit, Trouble};
use extra::Extra;
use program::Program;
use scenes::Scene;
use target::{Entry, Mutant};

/// A command line without targets, to add to.
pub fn cli() -> Cli {
    Cli {
        entries: Vec::new(),
        scenes: Vec::new(),
        extras: Vec::new(),
        tour: None,
        canary: None,
        listens: false,
    }
}

/// A command line that is being put together; see [`cli`].
#[must_use = "a command line does nothing until its `main` is called"]
pub struct Cli {
    entries: Vec<Entry>,
    scenes: Vec<Scene>,
    extras: Vec<Extra>,
    /// The target and the mutant that the tour shows, where they are not the first ones.
    tour: Option<(String, String)>,
    /// Whether Ctrl-C is ours to answer.
    listens: bool,
    /// The mutant that every measurement must find, where it is not the first one.
    canary: Option<String>,
}

impl Cli {
    /// A cluster that claims to survive [everything](Nemesis::everything) and to be linearizable.
    pub fn target<N: Node>(
        self,
        name: &str,
        boot: impl Fn(&mut Io<N>) -> N + Send + Sync + 'static,
    ) -> Cli {
        let whole = check(boot).survives(Nemesis::everything()).linearizable();
        self.check(name, "claims to survive everything and to be linearizable", whole)
    }

    /// A whole check, with claims and properties of its own, and a sentence of what it is.
    pub fn check<N: Node>(mut self, name: &str, sentence: &str, check: Check<N>) -> Cli {
        self.entries.push(Entry::new(name.to_owned(), sentence, None, check));
        self
    }

    /// A known-bad variant of a target, checked as `mutant:ID`: what is wrong with it, the
    /// properties that may catch it (or one with its clause, `reference: logs match`), and
    /// the length of the shortest failing schedule known.
    pub fn mutant<N: Node>(
        mut self,
        id: &str,
        sentence: &str,
        caught_by: &[&str],
        known_steps: usize,
        check: Check<N>,
    ) -> Cli {
        let mutant = Mutant {
            id: id.to_owned(),
            caught_by: caught_by.iter().map(|&name| name.to_owned()).collect(),
            known_steps,
        };
        self.entries.push(Entry::new(format!("mutant:{id}"), sentence, Some(mutant), check));
        self
    }

    /// A scenario for a target of this command, checked as `scenario:NAME`: a schedule that
    /// expects things of its run, whose first comment says what it is about.
    pub fn scenario(mut self, target: &str, name: &str, text: &str) -> Cli {
        let [target, name, text] = [target, name, text].map(str::to_owned);
        self.scenes.push(Scene { name, target, text });
        self
    }

    /// A command of the program's own, beside those that every program has: its name, what it does
    /// in a few words, and what runs it. It gets its words, of which the first is how it was
    /// called, and returns the exit code; what it understands, `--help` among it, is its own
    /// matter.
    ///
    /// # Panics
    /// There is a command of this name.
    pub fn command(
        mut self,
        name: &'static str,
        sentence: &'static str,
        run: impl Fn(&[OsString], &mut Streams<'_>) -> u8 + Send + Sync + 'static,
    ) -> Cli {
        let taken = args::is_command(name) || self.extras.iter().any(|extra| extra.name == name);
        assert!(!taken, "there is a command `{name}` already");
        self.extras.push(Extra::new(name, sentence, run));
        self
    }

    /// The target and the mutant that the tour shows; the first of each unless said.
    pub fn tour(mut self, target: &str, mutant: &str) -> Cli {
        self.tour = Some((target.to_owned(), format!("mutant:{mutant}")));
        self
    }

    /// The mutant that each hunt of `calibrate` must find; the first unless said. If one does not,
    /// the measurement itself is broken. It should be easy to find, and take a fault and a judge.
    pub fn canary(mut self, mutant: &str) -> Cli {
        self.canary = Some(format!("mutant:{mutant}"));
        self
    }

    /// Runs the command with the arguments of this process.
    #[must_use]
    pub fn main(mut self) -> ExitCode {
        self.listens = true;
        let arguments: Vec<OsString> = std::env::args_os().collect();
        Streams::with_process(|streams| ExitCode::from(self.run(&arguments, streams)))
    }

    /// Runs the command with these arguments, of which the first is its own name, and returns the
    /// exit code: 0 all held, 1 a property failed, 2 misuse or trouble of our own, 3 inconclusive.
    ///
    /// ```
    /// let (mut out, mut err) = (Vec::new(), Vec::new());
    /// let code = schism::cli().main_with(&["schism", "list"], &mut out, &mut err);
    /// assert_eq!((code, err.len()), (0, 0));
    /// assert!(String::from_utf8_lossy(&out).contains("power-loss"));
    /// ```
    pub fn main_with(
        &self,
        arguments: &[impl AsRef<std::ffi::OsStr>],
        out: &mut dyn std::io::Write,
        err: &mut dyn std::io::Write,
    ) -> u8 {
        let mut nothing = std::io::empty();
        self.run(arguments, &mut Streams { input: &mut nothing, out, err, terminal: false })
    }

    /// The same with all streams.
    pub fn run(&self, arguments: &[impl AsRef<std::ffi::OsStr>], streams: &mut Streams<'_>) -> u8 {
        let arguments: Vec<_> = arguments.iter().map(|word| word.as_ref().to_owned()).collect();
        let program = Program::of(arguments.first());
        if let Some((extra, words)) = extra::asked(&self.extras, &program.name, &arguments) {
            return extra.run(&words, streams);
        }
        let mut console = Console::new(streams);
        let parsed = args::parse(&program.name, &arguments, &self.extras);
        let ended = match parsed {
            Ok(arguments) => self.obey(arguments.command, &program, &mut console),
            Err(usage) => usage.show(&mut console),
        };
        let exit = ended.unwrap_or_else(|trouble| console.complain(&trouble));
        exit.code()
    }

    fn obey(
        &self,
        command: Option<args::Command>,
        program: &Program,
        console: &mut Console<'_, '_>,
    ) -> Result<Exit, Trouble> {
        match command {
            None => tour::tour(self, program, console),
            Some(args::Command::List(list)) => list::list(self, &list, console),
            Some(args::Command::Check(check)) => check::check(self, &check, program, console),
            Some(args::Command::Replay(replay)) => replay::replay(self, &replay, program, console),
            Some(args::Command::Confirm(asked)) => confirm::confirm(self, &asked, program, console),
            Some(args::Command::Shrink(asked)) => shrink::shrink(self, &asked, program, console),
            Some(args::Command::Explore(asked)) => explore::explore(self, &asked, program, console),
            Some(args::Command::Calibrate(calibrate)) => {
                calibrate::calibrate(self, &calibrate, program, console)
            }
            Some(args::Command::History(asked)) => history::history(&asked, console),
        }
    }

    /// What Ctrl-C asks to stop. Only long work listens; the rest ends at once, as usual.
    fn stop(&self) -> Stop {
        let stop = Stop::default();
        if self.listens {
            interrupt::listen(&stop);
        }
        stop
    }

    /// The target of this name.
    fn find(&self, name: &str, program: &Program) -> Result<&Entry, Trouble> {
        let played = scenes::played_on(name);
        self.entries.iter().find(|entry| entry.name == played).ok_or_else(|| {
            let near = self.near(name).map(|near| format!(": did you mean `{near}`?"));
            let list = program.command("list");
            Trouble::misuse(format!(
                "unknown target `{}`{}\n`{list}` shows all targets",
                name.escape_debug(),
                near.unwrap_or_default()
            ))
        })
    }

    /// The name that was probably meant.
    fn near(&self, name: &str) -> Option<&str> {
        let name = name.to_lowercase();
        let lower: Vec<String> =
            self.entries.iter().map(|entry| entry.name.to_lowercase()).collect();
        let known: Vec<&str> = lower.iter().map(String::as_str).collect();
        let part =
            |known: &&&str| !name.is_empty() && (known.contains(&name) || name.contains(**known));
        let meant =
            crate::schedule::nearest(&name, &known).or_else(|| known.iter().find(part).copied())?;
        let place = known.iter().position(|known| *known == meant)?;
        self.entries.get(place).map(|entry| entry.name.as_str())
    }
}
