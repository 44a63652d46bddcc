//! The driver: it knows the order of the stages. `check(boot)` hunts for a schedule that breaks a
//! property, shrinks it, runs it again in full, and says what it found.
//!
//! ```text
//! saved failures first ─► generate ─► execute ─► observe ─► judge ─► shrink ─► explain, persist
//! ```
//!
//! proptest is named only below this file. Its own runner is not used for the loop: it stops
//! shrinking at four times the number of cases, tells the seed only afterwards, and returns at the
//! first saved failure.

use crate::execute::hosted::{self, Hosted, Place};
use crate::execute::{Op, Recording};
use crate::fault::Nemesis;
use crate::figure::{Bound, Figure, Limit};
use crate::generate::Shape;
use crate::judge::Property;
use crate::judge::agreement::{Agree, Always};
use crate::judge::availability::Available;
use crate::judge::consistency::{Consistent, Model};
use crate::judge::linearizability::Linearizable;
use crate::judge::reach::Reach;
use crate::judge::refines::{self, Refines};
use crate::judge::within::Within;
use crate::node::{Io, Node};
use crate::observe::observe;
use crate::reference::raft::Bounds;
use crate::schedule::Timing;
use crate::trace::{End, Trace};
use std::fmt::Debug;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "state-machine")]
pub mod bridge;
mod cases;
mod clock;
mod cluster;
mod confirm;
mod guide;
mod hunt;
mod minimise;
mod neighbours;
mod outcome;
mod paths;
mod power;
mod regressions;
mod run;
mod sabotage;
mod scene;
mod settings;
mod smaller;
mod smallest;
mod strategy;
mod subject;
mod told;
mod walked;

pub use cases::Cases;
#[cfg(feature = "cli")]
pub(crate) use clock::Stopwatch;
pub use cluster::Cluster;
pub use confirm::{Confirmed, Near};
pub use hunt::{Finding, Hunted};
pub use outcome::{Brief, Checked, Outcome};
pub use power::{Alarms, Catch, Trial};
pub use regressions::Replayed;
pub use sabotage::Thoroughness;
pub use scene::{Kept, Staged};
pub use settings::Settings;
#[cfg(feature = "cli")]
pub(crate) use settings::variable;
pub use smaller::{Size, Smaller};
pub use strategy::{ScheduleTree, Schedules, schedules};
pub use subject::Ruling;
pub(crate) use subject::Subject;

/// Checks a cluster of nodes that `boot` brings to life: at the start, and again after each crash
/// from what the node's disk kept.
///
/// Nothing is injected and little is demanded until it is said: [`Check::survives`] names the
/// faults, [`Check::linearizable`] and its neighbours name what must hold. Always on are: no panic,
/// an end of each event, the reference's clauses on whatever facts the nodes tell, and that a write
/// succeeds once all is well again.
pub fn check<N: Node>(boot: impl Fn(&mut Io<N>) -> N + Send + Sync + 'static) -> Check<N> {
    Check { subject: Subject::new(Arc::new(boot)), settings: Settings::from_environment() }
}

/// A check that is being put together; see [`check`].
#[must_use = "a check does nothing until it is run"]
pub struct Check<N: Node> {
    pub(crate) subject: Subject<N>,
    pub(crate) settings: Settings,
}

impl<N: Node> Clone for Check<N> {
    fn clone(&self) -> Self {
        Check { subject: self.subject.clone(), settings: self.settings.clone() }
    }
}

impl<N: Node> Check<N> {
    /// The claim: the faults that the system survives. What is not claimed is not injected.
    pub fn survives(self, claim: Nemesis) -> Check<N> {
        self.shape(|shape| shape.claim = claim)
    }

    /// Clients must see what one copy of the object would have shown them: every operation takes
    /// effect once, between its invocation and its answer (Herlihy and Wing, TOPLAS 1990).
    pub fn linearizable(mut self) -> Check<N> {
        self.subject.add_for_clients(Arc::new(Linearizable::default()));
        self
    }

    /// Clients must see what they are promised where that is less than linearizability: sequential
    /// consistency, or the guarantees of sessions.
    pub fn consistent(mut self, model: Model) -> Check<N> {
        self.subject.add_for_clients(Arc::new(Consistent::new(model)));
        self
    }

    /// While a leader has nothing in its way, each write asked of it ends within the bound: it and
    /// a quorum of voters are up, healthy and connected, nobody else reaches them, and it has been
    /// so for three times the bound. It needs [`Node::role`] to say `leader`.
    pub fn available(self, bound: Duration) -> Check<N> {
        self.property(Available::within(bound))
    }

    /// One value for each key, over the whole run and all nodes, dead ones included:
    /// `.agree("leader of a term", |n| n.leads.then_some((n.term, n.id)))`.
    pub fn agree<Key, Value>(
        self,
        name: &str,
        of: impl Fn(&N::View) -> Option<(Key, Value)> + Send + Sync + 'static,
    ) -> Check<N>
    where
        Key: Ord + Debug + 'static,
        Value: PartialEq + Debug + 'static,
    {
        self.property(Agree::new(name, of))
    }

    /// True of each node after each of its events.
    pub fn always(
        self,
        name: &str,
        holds: impl Fn(&N::View) -> bool + Send + Sync + 'static,
    ) -> Check<N> {
        self.property(Always::new(name, holds))
    }

    /// Something that a full run must come to at least once, or it fails as vacuous: a test that
    /// never saw a leader lose office says nothing about that.
    pub fn reaches(
        mut self,
        name: &str,
        there: impl Fn(&N::View) -> bool + Send + Sync + 'static,
    ) -> Check<N> {
        self.subject.reaches.push(Arc::new(Reach::new(name, there)));
        self
    }

    /// Raft's model does what the nodes do within these bounds as well: `--coverage` measures runs
    /// against what it reaches within any that are named, and within [`Coverage::BOUNDS`], three
    /// nodes that always vote and keep their whole logs.
    ///
    /// [`Coverage::BOUNDS`]: crate::reference::raft::coverage::Coverage::BOUNDS
    pub fn modelled(mut self, bounds: crate::reference::raft::Bounds) -> Check<N> {
        self.subject.models.push(bounds);
        self
    }

    /// Whatever the nodes do, this model of their protocol does: each of their facts is held
    /// against it, each message that they tell of included: `.refines(Raft)`, or
    /// [`Steps`](crate::judge::refines::Steps) of a model of your own.
    pub fn refines(self, model: impl refines::Model + 'static) -> Check<N> {
        self.property(Refines::new(model))
    }

    /// A property of the user's own.
    pub fn property(mut self, property: impl Property<N> + 'static) -> Check<N> {
        self.subject.add(Arc::new(property));
        self
    }

    /// Declares that the nodes are no function of their events: something that they are made of
    /// draws or races for itself. No case is run twice then to hold this against them. What a run
    /// recorded is still judged, and a violation in it still a failure; the report says in how many
    /// of twenty runs of the same schedule it was seen, and claims nothing of minimality.
    pub fn nondeterministic(mut self) -> Check<N> {
        self.subject.deterministic = false;
        self
    }

    /// Measures what clients and faults meet with, in virtual time: latencies, the share refused
    /// and unknown, the time without a leader, the time to recover after each kind of fault. The
    /// report of a hunt in which all held shows it.
    pub fn measure(mut self) -> Check<N> {
        self.subject.measured = true;
        self
    }

    /// Notes which states and edges of Raft's model the runs walk, where the nodes tell details;
    /// see [`Tally::coverage`](crate::counterexample::Tally::coverage).
    pub fn cover(mut self) -> Check<N> {
        self.subject.covered = true;
        self
    }

    /// Half of the cases are made from earlier ones that walked something new of Raft's model,
    /// where the nodes tell details; without them it changes nothing. The cases are the same for
    /// any number of threads.
    pub fn guided(mut self) -> Check<N> {
        self.subject.guided = true;
        self
    }

    /// Instead of generated schedules: paths through Raft's model within these bounds, which cover
    /// its edges, are followed by the real nodes, held against the model besides, and judged as
    /// ever; see [`Tally::paths`](crate::counterexample::Tally::paths). The nodes must tell
    /// details.
    pub fn paths(mut self, bounds: Bounds) -> Check<N> {
        self.subject.paths = Some(bounds);
        self
    }

    /// A figure of each run stays within a bound, which is a time in virtual time or a share:
    /// `.within(Figure::Recovery, Duration::from_millis(500))`, `.within(Figure::Refused, 0.05)`.
    /// A run in which it does not is a failure, and is shrunk like any other. Measure first, with
    /// [`Check::measure`]: faults alone can take a cluster's leader, or its majority, away.
    pub fn within(mut self, figure: Figure, bound: impl Into<Bound>) -> Check<N> {
        match Limit::new(figure, bound) {
            Ok(limit) => self.property(Within::new(limit)),
            Err(error) => {
                self.subject.misuse.get_or_insert(error);
                self
            }
        }
    }

    /// So many nodes; 3 unless said.
    pub fn nodes(self, nodes: u32) -> Check<N> {
        self.shape(|shape| shape.nodes = nodes)
    }

    /// So many clients; 3 unless said.
    pub fn clients(self, clients: u32) -> Check<N> {
        self.shape(|shape| shape.clients = clients)
    }

    /// So many operations in a case; unless said 4 to 50, and in one case of eight three times as
    /// many.
    pub fn operations(self, operations: RangeInclusive<u32>) -> Check<N> {
        self.shape(|shape| (shape.operations, shape.long) = (operations, false))
    }

    /// So many faults in a case; unless said 1 to 10, and in one case of eight three times as many.
    pub fn faults(self, faults: RangeInclusive<u32>) -> Check<N> {
        self.shape(|shape| (shape.faults, shape.long) = (faults, false))
    }

    /// How long things take.
    pub fn timing(self, timing: Timing) -> Check<N> {
        self.shape(|shape| shape.timing = timing)
    }

    /// So many cases, 5,000 unless said; `PROPTEST_CASES` wins over it.
    pub fn cases(mut self, cases: u64) -> Check<N> {
        self.settings.default_cases(cases);
        self
    }

    /// Always the same cases, from this seed; `PROPTEST_RNG_SEED` wins over it. Without it each run
    /// hunts in new ones.
    pub fn seed(mut self, seed: u64) -> Check<N> {
        self.settings.default_seed(seed);
        self
    }

    /// The name under which failures are saved and told; that of the test unless said.
    pub fn named(mut self, name: &str) -> Check<N> {
        name.clone_into(&mut self.subject.name);
        self
    }

    /// What all properties together say of a run of so many nodes that somebody else recorded: real
    /// processes, for one. `whole` says whether it came to its calm end, which some ask for.
    pub fn judge(&self, trace: &Trace<N>, nodes: u32, whole: bool) -> Ruling {
        let seen = observe(trace, nodes);
        if whole { self.subject.judge(&seen) } else { self.subject.judge_so_far(&seen) }
    }

    /// What a run has to record for its judges, whoever runs it.
    #[must_use]
    pub fn recording(&self) -> Recording {
        self.subject.lean()
    }

    /// Brings up one node of those that are checked, outside of any simulation.
    ///
    /// # Errors
    /// It did not come up: how a run ends by that.
    pub fn host(&self, place: &Place, kept: Vec<hosted::Kept>) -> Result<Hosted<N>, End> {
        Hosted::boot(place, kept, &*self.subject.boot)
    }

    /// What the check depends on besides the nodes: how much to try, from which seed, and so on.
    #[must_use]
    pub fn settings(&mut self) -> &mut Settings {
        &mut self.settings
    }

    pub(crate) fn shape(mut self, change: impl FnOnce(&mut Shape)) -> Check<N> {
        change(&mut self.subject.shape);
        self
    }
}

/// A schedule for the clients of `N`.
pub type ScheduleOf<N> = crate::schedule::Schedule<Op<N>>;
