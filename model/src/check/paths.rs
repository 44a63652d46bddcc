//! Paths of a protocol's model run on real nodes: a plan of paths comes in; each is followed, step
//! by step, and becomes a schedule like any other, which is judged, shrunk and saved like any
//! other. What of the plan was really taken goes out.
//!
//! The one idea: what a run does next is known only where it stands, so a path is not translated
//! but followed: for each step of the model the real nodes are looked at, and what makes them take
//! that step is done by hand. Where nothing does, the path ends there, with the reason.

use super::clock::Stopwatch;
use super::hunt::{Finding, Hunted, TWICE, Worker, broken_in};
use super::settings::Settings;
use super::subject::Subject;
use crate::campaign::{self, Effort};
use crate::counterexample::{Cost, Paths, Stopped, Tally};
use crate::error::Error;
use crate::execute::Op;
use crate::judge::refines::{Raft as RefinesRaft, Refines};
use crate::node::Node;
use crate::reference::raft::coverage::Plan;
use crate::reference::raft::{Bounds, Raft};
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::verdict::Violation;
use follow::Follower;
use std::collections::BTreeMap;
use std::sync::Arc;

mod follow;
mod likeness;

/// What one worker gathers of paths.
#[derive(Default)]
struct Walker {
    worker: Worker,
    stopped: Option<(u64, bool)>,
    paths: Paths,
    reasons: BTreeMap<&'static str, (usize, (usize, usize), String)>,
}

impl<N: Node> Subject<N> {
    /// Holds all runs against Raft besides, and notes what of it they walk.
    pub(super) fn along_paths(&mut self) {
        let refines = Refines::new(RefinesRaft);
        let name = crate::judge::Property::<N>::name(&refines).to_owned();
        if !self.property_names().contains(&name) {
            self.add_for_clients(Arc::new(refines));
        }
        self.covered = true;
    }

    /// Whether its nodes tell of Raft's steps in a run without trouble: only then can runs be held
    /// against Raft's model.
    #[cfg(feature = "cli")]
    pub(crate) fn speaks_raft(&self) -> bool {
        use crate::execute::Recording;
        use crate::fact::Fact;
        let shape = &self.shape;
        let calm = Schedule { timing: shape.timing, ..Schedule::new(shape.nodes) };
        let told = self.run(&calm, Recording { detail: true, ..Recording::default() }).facts;
        told.iter().any(|told| matches!(told.fact, Fact::Stands { .. } | Fact::Took { .. }))
    }

    /// Follows paths through Raft's model within these bounds, and judges each run.
    pub(super) fn hunt_paths(
        &self,
        bounds: Bounds,
        settings: &Settings,
        progress: &mut dyn FnMut(u64),
        seen: &mut dyn FnMut(&Schedule<Op<N>>, &Violation),
    ) -> Result<Hunted<Op<N>>, Error> {
        let clock = Stopwatch::start();
        let raft = Arc::new(Raft::within(bounds));
        let plan = Arc::new(Plan::cover(&raft));
        let (subject, work, model) = (self.clone(), plan.clone(), raft.clone());
        let case =
            move |walker: &mut Walker, number: u64| subject.path(&model, &work, number, walker);
        let effort = Effort { cases: plan.paths.len() as u64, ..settings.effort };
        let (walkers, first) =
            campaign::run(&effort, &settings.stop, Walker::default, case, progress)?;
        let mut tally = Tally::default();
        let mut all = Walker::default();
        for walker in walkers {
            tally.add(&walker.worker.tally);
            all.add(walker);
        }
        tally.elapsed = clock.elapsed();
        tally.stopped = settings.stop.asked();
        let seed = Seed(0);
        let Some(number) = first else {
            tally.paths = Some(Box::new(all.told(&plan, &tally)));
            return Ok(Hunted { seed, tally, finding: Finding::Nothing });
        };
        tally.cases = number + 1;
        tally.coverage = None;
        let schedule = Follower::new(self, &raft).follow(&plan.paths[number as usize]).schedule;
        if all.stopped == Some((number, true)) {
            let difference = self.difference(&schedule);
            let finding = Finding::Nondeterminism { schedule: Box::new(schedule), difference };
            return Ok(Hunted { seed, tally, finding });
        }
        let cost = Cost { cases: effort.cases, hunt: tally.elapsed, ..Cost::default() };
        let mut found = self
            .counterexample(schedule, &cost, settings, seen)
            .ok_or_else(|| broken_in("path", number))?;
        found.cost.case = number + 1;
        Ok(Hunted { seed, tally, finding: Finding::Failure(Box::new(found)) })
    }

    /// Follows one path; says whether that stops the hunt.
    fn path(&self, raft: &Raft, plan: &Plan, number: u64, walker: &mut Walker) -> bool {
        let path = &plan.paths[number as usize];
        let run = Follower::new(self, raft).follow(path);
        let paths = &mut walker.paths;
        paths.steps += path.len();
        paths.steps_taken += run.taken;
        match run.stopped {
            None => {
                paths.followed += 1;
                paths.exactly += usize::from(run.exactly);
            }
            Some(why) => {
                let first = (number as usize + 1, run.taken + 1);
                let reason = walker
                    .reasons
                    .entry(why)
                    .or_insert_with(|| (0, first, path[run.taken].action.to_string()));
                reason.0 += 1;
            }
        }
        let stop = self.case(&run.schedule, number.is_multiple_of(TWICE), &mut walker.worker);
        if let Some(broken) = stop {
            walker.stopped.get_or_insert((number, broken));
        }
        stop.is_some()
    }
}

impl Walker {
    fn add(&mut self, other: Walker) {
        let Paths { followed, exactly, steps, steps_taken, .. } = other.paths;
        self.paths.followed += followed;
        self.paths.exactly += exactly;
        self.paths.steps += steps;
        self.paths.steps_taken += steps_taken;
        for (why, (n, first, step)) in other.reasons {
            let known = self.reasons.entry(why).or_insert_with(|| (0, first, step.clone()));
            known.0 += n;
            if first < known.1 {
                (known.1, known.2) = (first, step);
            }
        }
        // The lowest counts: who stopped the hunt.
        self.stopped = [self.stopped, other.stopped].into_iter().flatten().min();
    }

    fn told(self, plan: &Plan, tally: &Tally) -> Paths {
        let taken = tally.coverage.as_ref().map_or(0, |walked| walked.shares(&plan.edges));
        let mut stopped: Vec<Stopped> = self
            .reasons
            .into_iter()
            .map(|(why, (paths, first, step))| Stopped { why, paths, first, step })
            .collect();
        stopped.sort_by_key(|stopped| (std::cmp::Reverse(stopped.paths), stopped.first));
        Paths {
            planned: plan.paths.len(),
            edges: plan.edges.edges().count(),
            edges_taken: taken,
            stopped,
            ..self.paths
        }
    }
}
