//! What is checked: how nodes come to life, what schedules look like, what must hold; and one case
//! of it: execute, observe, judge.

use crate::error::Error;
use crate::execute::{Op, Paused, Recording, Turn, Walked};
use crate::execute::{execute, execute_sabotaged, paused, turns, walk};
use crate::generate::Shape;
use crate::judge::Property;
use crate::judge::convergence::Converges;
use crate::judge::reach::Reach;
use crate::judge::replication::Reference;
use crate::judge::scenario::Scenario;
use crate::judge::survival::{NoPanic, Terminates};
use crate::node::{Io, Node};
use crate::observe::{Observed, observe};
use crate::reference::raft::Bounds;
use crate::reference::raft::coverage::Coverage;
use crate::sabotage::Sabotage;
use crate::schedule::Schedule;
use crate::trace::Trace;
use crate::verdict::{Failure, Verdict, Violation};
use std::sync::Arc;

type Boot<N> = Arc<dyn Fn(&mut Io<N>) -> N + Send + Sync>;

/// What is checked.
pub(crate) struct Subject<N: Node> {
    pub(crate) name: String,
    pub(crate) boot: Boot<N>,
    pub(crate) shape: Shape,
    /// In the order in which they are judged: the first that fails is the failure.
    properties: Vec<Arc<dyn Property<N>>>,
    pub(crate) reaches: Vec<Arc<Reach<N::View>>>,
    /// Whether the nodes are held to be a function of their events; see `Check::nondeterministic`.
    pub(crate) deterministic: bool,
    /// Whether latencies and the like are measured.
    pub(crate) measured: bool,
    /// Whether it is noted what of Raft's model the runs walk.
    pub(crate) covered: bool,
    /// Whether cases are made from those that walked something new of Raft's model.
    pub(crate) guided: bool,
    /// The schedule whose variations are the cases, where they are.
    pub(crate) scenario: Option<Arc<Schedule<Op<N>>>>,
    /// Within which bounds Raft's model does what its nodes do, one feature after the other.
    pub(crate) models: Vec<Bounds>,
    /// Within which bounds paths of Raft's model are followed, if they are.
    pub(crate) paths: Option<Bounds>,
    /// What was asked for and cannot be meant; told when the check is run.
    pub(crate) misuse: Option<Error>,
}

impl<N: Node> Clone for Subject<N> {
    fn clone(&self) -> Self {
        Subject {
            name: self.name.clone(),
            boot: self.boot.clone(),
            shape: self.shape.clone(),
            properties: self.properties.clone(),
            reaches: self.reaches.clone(),
            deterministic: self.deterministic,
            measured: self.measured,
            covered: self.covered,
            guided: self.guided,
            scenario: self.scenario.clone(),
            models: self.models.clone(),
            paths: self.paths,
            misuse: self.misuse.clone(),
        }
    }
}

/// What all properties together say of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ruling {
    /// All held.
    Held,
    /// The first that did not.
    Broken(Violation),
    /// None was broken, but of one nobody knows, for this reason.
    Unknown(String),
}

impl<N: Node> Subject<N> {
    pub(crate) fn new(boot: Boot<N>) -> Subject<N> {
        Subject {
            name: String::new(),
            boot,
            shape: Shape::default(),
            properties: vec![
                Arc::new(NoPanic),
                Arc::new(Terminates),
                Arc::new(Reference),
                Arc::new(Scenario),
                Arc::new(Converges),
            ],
            reaches: Vec::new(),
            deterministic: true,
            measured: false,
            covered: false,
            guided: false,
            scenario: None,
            models: vec![Coverage::BOUNDS],
            paths: None,
            misuse: None,
        }
    }

    /// Adds a property. What a run shows is told before what only its end shows.
    pub(crate) fn add(&mut self, property: Arc<dyn Property<N>>) {
        let last = self.properties.len() - 1;
        self.properties.insert(last, property);
    }

    /// Adds a property of what clients see: it is told before what nodes show of themselves.
    pub(crate) fn add_for_clients(&mut self, property: Arc<dyn Property<N>>) {
        self.properties.insert(ALWAYS_ON, property);
    }

    /// The place of a failure's property among those that are judged.
    pub(crate) fn rank(&self, failure: &Failure) -> usize {
        let place = self.properties.iter().position(|p| p.name() == failure.property);
        place.unwrap_or(self.properties.len())
    }

    pub(crate) fn property_names(&self) -> Vec<String> {
        self.properties.iter().map(|property| property.name().to_owned()).collect()
    }

    /// Finds out which roles the nodes play, in a run without steps, and refuses a shape that
    /// cannot be meant.
    pub(crate) fn prepare(&mut self) -> Result<(), Error> {
        if let Some(misuse) = &self.misuse {
            return Err(misuse.clone());
        }
        if self.shape.nodes == 0 {
            return Err(Error::new(
                "a cluster of 0 nodes has nothing to check: ask for at least 1",
            ));
        }
        if self.shape.nodes > NODES_MAX {
            let text = format!("{} nodes are too many: at most {NODES_MAX}", self.shape.nodes);
            return Err(Error::new(text));
        }
        if let Some(bounds) = self.paths {
            self.shape.nodes = bounds.nodes.into();
            self.along_paths();
        }
        let calm: Schedule<Op<N>> =
            Schedule { timing: self.shape.timing, ..Schedule::new(self.shape.nodes) };
        self.shape.roles = self.run(&calm, Recording::default()).roles;
        self.shape.roles.sort_unstable();
        Ok(())
    }

    /// What a hunt has to record for its judges.
    pub(crate) fn lean(&self) -> Recording {
        let views = !self.reaches.is_empty();
        Recording {
            views: views || self.properties.iter().any(|p| p.looks_at_views()),
            reigns: self.properties.iter().any(|p| p.looks_at_reigns()),
            course: self.measured || self.properties.iter().any(|p| p.looks_at_course()),
            detail: self.covered
                || self.guided
                || self.properties.iter().any(|p| p.looks_at_details()),
            rich: false,
        }
    }

    pub(crate) fn rich(&self) -> Recording {
        Recording { rich: true, ..self.lean() }
    }

    pub(crate) fn run(&self, schedule: &Schedule<Op<N>>, recording: Recording) -> Trace<N> {
        execute(schedule, &*self.boot, recording)
    }

    /// What a walk has to record: what judges need, and all that is told.
    pub(crate) fn views(&self) -> Recording {
        Recording { reigns: false, course: false, ..self.lean() }
    }

    /// Runs the steps of a schedule, and looks where they end.
    pub(crate) fn walk(&self, schedule: &Schedule<Op<N>>, recording: Recording) -> Walked<N> {
        walk(schedule, &*self.boot, recording)
    }

    /// Runs the steps of a schedule with all that nodes tell, and looks at what is on its way.
    pub(super) fn paused(&self, schedule: &Schedule<Op<N>>) -> Paused<N> {
        let detail = Recording { detail: true, ..Recording::default() };
        paused(schedule, &*self.boot, detail)
    }

    /// What happens in a run, one by one, before it comes to rest; at most so much of it.
    pub(crate) fn turns(&self, schedule: &Schedule<Op<N>>, most: usize) -> (Vec<Turn>, bool) {
        turns(schedule, &*self.boot, most)
    }

    /// The ruling on a run that has not come to its end.
    pub(crate) fn judge_so_far(&self, seen: &Observed<'_, N>) -> Ruling {
        self.judge_by(seen, |property| property.judges_any_time())
    }

    pub(crate) fn judge(&self, seen: &Observed<'_, N>) -> Ruling {
        self.judge_by(seen, |_| true)
    }

    fn judge_by(&self, seen: &Observed<'_, N>, asked: impl Fn(&dyn Property<N>) -> bool) -> Ruling {
        let mut unknown = None;
        for property in self.properties.iter().filter(|property| asked(&***property)) {
            match property.judge(seen) {
                Verdict::Pass => {}
                Verdict::Fail(violation) => return Ruling::Broken(violation),
                Verdict::Unknown(why) => {
                    unknown.get_or_insert_with(|| format!("{}: {why}", property.name()));
                }
            }
        }
        unknown.map_or(Ruling::Held, Ruling::Unknown)
    }

    /// Runs a schedule in a world that breaks a promise, and judges the run.
    pub(crate) fn ruling_of_sabotaged(
        &self,
        schedule: &Schedule<Op<N>>,
        sabotage: Sabotage,
    ) -> (Ruling, u64) {
        let trace = execute_sabotaged(schedule, &*self.boot, self.lean(), sabotage);
        (self.judge(&observe(&trace, schedule.nodes)), trace.counts.broken)
    }

    /// Runs a schedule and judges the run.
    pub(crate) fn try_out(&self, schedule: &Schedule<Op<N>>) -> (Trace<N>, Ruling) {
        let trace = self.run(schedule, self.lean());
        let ruling = self.judge(&observe(&trace, schedule.nodes));
        (trace, ruling)
    }
}

/// The properties that are judged before what clients see: no panic, terminates, the reference.
const ALWAYS_ON: usize = 3;
/// Links are kept as a table of all pairs of nodes.
const NODES_MAX: u32 = 2_000;
