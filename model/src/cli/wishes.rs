//! What a command line says of a check comes in; the check with it goes out.

use crate::campaign::{Effort, Stop};
use crate::check::{Check, Thoroughness};
use crate::fault::Nemesis;
use crate::figure::Limit;
use crate::judge::Within;
use crate::judge::refines::{Raft, Refines};
use crate::node::Node;
use crate::reference::raft::Bounds;
use crate::seed::Seed;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What the command line says of a check; what it does not say stays as the check has it.
#[derive(Clone, Default)]
pub(super) struct Wishes {
    pub(super) cases: Option<u64>,
    pub(super) time: Option<Duration>,
    pub(super) seed: Option<u64>,
    pub(super) nodes: Option<u32>,
    pub(super) clients: Option<u32>,
    pub(super) operations: Option<RangeInclusive<u32>>,
    pub(super) faults: Option<RangeInclusive<u32>>,
    pub(super) nemesis: Option<Nemesis>,
    /// Whether to look at sabotage as thoroughly as at the rest.
    pub(super) sabotage: bool,
    /// Whether to measure latencies and the like.
    pub(super) measure: bool,
    /// Whether to tell what of Raft's model the runs walk.
    pub(super) coverage: bool,
    /// Whether to make cases from earlier ones that walked something new of Raft's model.
    pub(super) guided: bool,
    /// Whether to follow paths of Raft's model instead of generated schedules, and how far.
    pub(super) paths: Option<Bounds>,
    /// Figures that carry a bound besides those of the check.
    pub(super) limits: Vec<Limit>,
    /// The model that runs are held against besides.
    pub(super) refines: Option<Refined>,
    pub(super) jobs: usize,
    pub(super) save: Option<PathBuf>,
    pub(super) saved_first: bool,
    /// The command that replays a file.
    pub(super) replay: String,
    /// Whoever asks it to stop gets what is known by then.
    pub(super) stop: Stop,
}

/// A model that real runs can be held against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refined {
    Raft,
}

impl Refined {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Refined::Raft => "raft",
        }
    }
}

/// Adds properties of figures, and that of a model.
pub(super) fn bound<N: Node>(check: &mut Check<N>, limits: &[Limit], refines: Option<Refined>) {
    if let Some(Refined::Raft) = refines {
        check.subject.add_for_clients(Arc::new(Refines::new(Raft)));
    }
    limits.iter().for_each(|limit| check.subject.add(Arc::new(Within::new(*limit))));
}

impl Wishes {
    /// The check with these wishes.
    pub(super) fn applied<N: Node>(&self, check: &Check<N>) -> Check<N> {
        let mut check = check.clone();
        check.subject.measured |= self.measure;
        check.subject.covered |= self.coverage;
        check.subject.guided |= self.guided;
        check.subject.paths = self.paths;
        bound(&mut check, &self.limits, self.refines);
        let settings = &mut check.settings;
        settings.replay = None;
        settings.command = Some(self.replay.clone());
        settings.save.clone_from(&self.save);
        settings.stop = self.stop.clone();
        settings.saved_first = self.saved_first;
        settings.effort.jobs = self.jobs;
        if self.sabotage {
            settings.sabotage = Thoroughness::Full;
        }
        settings.effort.time = self.time;
        // Where only the time is said, only the time ends it.
        let endless = self.time.map(|_| Effort::NO_LIMIT);
        if let Some(cases) = self.cases.or(endless) {
            settings.effort.cases = cases;
        }
        if let Some(seed) = self.seed {
            settings.seed = Some(Seed(seed));
        }
        let shape = &mut check.subject.shape;
        shape.nodes = self.nodes.unwrap_or(shape.nodes);
        shape.clients = self.clients.unwrap_or(shape.clients);
        if let Some(operations) = &self.operations {
            (shape.operations, shape.long) = (operations.clone(), false);
        }
        if let Some(faults) = &self.faults {
            (shape.faults, shape.long) = (faults.clone(), false);
        }
        if let Some(claim) = &self.nemesis {
            shape.claim = claim.clone();
        }
        if *shape.faults.end() == 0 {
            // A calm run was asked for, so that none took hold is no surprise.
            shape.claim = Nemesis::new();
        }
        check
    }
}
