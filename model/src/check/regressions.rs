//! Saved failures: where they are, how they are judged when they are replayed, and how a new one is
//! saved the moment it is seen.

use super::settings::variable;
use super::subject::{Ruling, Subject};
use crate::error::Error;
use crate::execute::Op;
use crate::node::Node;
use crate::persist::{self, Saved};
use crate::schedule::Schedule;
use crate::trace::{Digest, Trace};
use crate::verdict::Violation;
use std::path::{Path, PathBuf};

/// The folder of saved failures: the nearest `proptest-regressions` above the package under test,
/// or one that would be made in it.
pub(super) fn folder() -> Option<PathBuf> {
    const NAME: &str = "proptest-regressions";
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR").unwrap_or_else(|| ".".to_owned()));
    let above = package.ancestors().map(|folder| folder.join(NAME));
    Some(above.take(4).find(|folder| folder.is_dir()).unwrap_or_else(|| package.join(NAME)))
}

/// What became of a saved failure.
#[derive(Clone, PartialEq, Debug)]
pub enum Replayed {
    /// It fails as it did.
    Same(Violation),
    /// It fails in another way.
    Other(Violation),
    /// It passes now. If fewer of its steps took hold than when it was saved, it is *stale*: it may
    /// pass only because the code's timing has changed.
    Passes {
        /// How many of its steps took hold.
        took: usize,
        /// How many did when it was saved, if the file says so.
        saved: Option<usize>,
    },
    /// Nobody knows.
    Unknown(String),
    /// It cannot be read any more, for this reason.
    Unreadable(Error),
}

impl Replayed {
    /// Whether it passes although fewer of its steps took hold than once did.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        matches!(self, Replayed::Passes { took, saved: Some(saved) } if took < saved)
    }
}

/// A schedule that could be read, and the digest of its run.
type Ran<N> = (Schedule<Op<N>>, Digest);

/// How many steps of a run did something.
pub(super) fn took<N: Node>(trace: &Trace<N>) -> usize {
    trace.steps.iter().filter(|step| step.took_hold).count()
}

impl<N: Node> Subject<N> {
    /// Replays a saved failure and judges it.
    pub(crate) fn replay(&self, saved: &Saved) -> (Replayed, Option<Ran<N>>) {
        let schedule: Schedule<Op<N>> = match saved.text.parse() {
            Ok(schedule) => schedule,
            Err(error) => return (Replayed::Unreadable(error), None),
        };
        let (trace, ruling) = self.try_out(&schedule);
        let replayed = match ruling {
            Ruling::Broken(violation) => match &saved.failure {
                Some(failure) if *failure != violation.failure => Replayed::Other(violation),
                _ => Replayed::Same(violation),
            },
            Ruling::Held => Replayed::Passes { took: took(&trace), saved: saved.took },
            Ruling::Unknown(why) => Replayed::Unknown(why),
        };
        (replayed, Some((schedule, trace.digest)))
    }
}

/// Keeps the file of the failure that a hunt is shrinking: written when it is seen, replaced as it
/// shrinks, so that Ctrl-C loses nothing.
pub(super) struct Keeper<'a> {
    folder: Option<&'a Path>,
    pub(super) kept: Option<PathBuf>,
    pub(super) trouble: Option<Error>,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(folder: Option<&'a Path>) -> Keeper<'a> {
        Keeper { folder, kept: None, trouble: None }
    }

    pub(super) fn keep(&mut self, saved: &Saved) {
        let (Some(folder), Some(target)) = (self.folder, &saved.target) else { return };
        let path = persist::place(folder, target, &saved.text);
        match saved.write(&path, self.kept.as_deref()) {
            Ok(()) => self.kept = Some(path),
            Err(error) => self.trouble = Some(error),
        }
    }
}
