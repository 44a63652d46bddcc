//! Known-bad variants of the adapters: canaries for the properties. Each has an id, a sentence of
//! what is wrong with it, and the names of the properties that may catch it. It is data; that a
//! mutant is caught is for tests and for `schism calibrate` to say.
//!
//! The ids `PM..` are those of a public list of mutants for Raft and its kin, so that numbers can
//! be compared; `SM..` are mistakes that are easy to make in an adapter like ours.

use crate::raft::Config;
use crate::raft::hooks::{Hooks, Planted};
use crate::raft::log::logger;
use crate::raft::members;
use crate::raft::raft_rs::Server;
use crate::targets::stalls;
use schism::verdict::Failure;
use schism::{Io, Nemesis};

mod raft;
pub mod swim;
#[cfg(test)]
mod tests;

/// A server with something wrong.
pub type Broken = Server<Planted>;

/// One known-bad variant.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// Its name: `PM01`.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub sentence: &'static str,
    /// The failures that may show it, the likeliest first: a property, or a property and its clause
    /// as in `reference: one leader in a term`.
    pub caught_by: &'static [&'static str],
    /// How many nodes it takes: with fewer it does nothing wrong.
    pub nodes: u32,
    /// The length of the shortest failing schedule known, in steps. Elections that happen by
    /// themselves and the calm end are no steps.
    pub known_steps: usize,
    /// That schedule, as a file that can be replayed.
    pub known: &'static str,
    hooks: fn() -> Box<dyn Hooks>,
}

impl Mutant {
    /// Brings servers up that have this defect.
    pub fn boot(&self, config: Config) -> impl Fn(&mut Io<Broken>) -> Broken + Send + Sync + Clone {
        let (hooks, logger) = (self.hooks, logger());
        move |io| Server::open(config, Planted(hooks()), &logger, io)
    }

    /// How the healthy server is set up of which this is a variant.
    #[must_use]
    pub fn healthy(&self) -> Config {
        let mut config = Config::default();
        (self.hooks)().set_up(&mut config);
        let Config { voters_at_start, snapshot_every, sync_within, tight, .. } = config;
        Config { voters_at_start, snapshot_every, sync_within, tight, ..Config::default() }
    }

    /// What is claimed of a cluster of it: all that is claimed of the healthy one.
    #[must_use]
    pub fn claim(&self) -> Nemesis {
        let everything = Nemesis::everything();
        let everything = if self.healthy().tight { stalls(everything) } else { everything };
        match self.healthy().voters_at_start {
            Some(_) => members::claim(everything, self.nodes.into()),
            // Sessions, which snapshots hold, are for requests that come again.
            None if self.healthy().snapshot_every.is_some() => everything.retries(),
            None => everything,
        }
    }

    /// Whether a model of its protocol is what shows it: its runs are held against Raft.
    #[must_use]
    pub fn is_refined(&self) -> bool {
        self.caught_by.iter().any(|name| name.starts_with("refines(raft)"))
    }

    /// Whether a failure is one by which it may show.
    #[must_use]
    pub fn is_shown_by(&self, failure: &Failure) -> bool {
        is_named(self.caught_by, failure)
    }
}

/// Whether a failure is one of these: a property, or a property and its clause.
fn is_named(named: &[&str], failure: &Failure) -> bool {
    let (property, full) = (failure.property.as_str(), failure.to_string());
    named.iter().any(|name| *name == property || *name == full)
}

/// All mutants, by id.
#[must_use]
pub fn all() -> &'static [Mutant] {
    &raft::MUTANTS
}

/// The mutant of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Mutant> {
    all().iter().find(|mutant| mutant.id == id)
}
