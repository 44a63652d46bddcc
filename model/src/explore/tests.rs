//! The search against Stateright's own, and against itself with other numbers of threads.

use std::collections::BTreeSet;

use stateright::{Checker, Model, Property};

use super::search::{Look, Search};
use super::{End, Explore, Finding, Least, explore};
use crate::campaign::Stop;
use crate::reference::symmetry::Renamed;
use std::time::Duration;

mod isr;
mod lasting;
mod offers;
mod packed;
mod raft;
mod real;
mod serve;
mod swim;
mod two_phase;

/// Processes that share a lock and count how often they held it; with `torn`, one looks at the
/// lock in one step and takes it in another.
#[derive(Clone)]
struct Lock {
    processes: usize,
    rounds: u8,
    torn: bool,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Stage {
    Idle,
    Looked,
    Inside,
}

/// Each process: its stage, and how often it was inside.
type State = Vec<(Stage, u8)>;

fn inside(state: &State) -> usize {
    state.iter().filter(|process| process.0 == Stage::Inside).count()
}

impl Model for Lock {
    type State = State;
    type Action = usize;

    fn init_states(&self) -> Vec<State> {
        vec![vec![(Stage::Idle, 0); self.processes]]
    }

    fn actions(&self, _: &State, actions: &mut Vec<usize>) {
        actions.extend(0..self.processes);
    }

    fn next_state(&self, state: &State, process: usize) -> Option<State> {
        let mut next = state.clone();
        let (stage, rounds) = &mut next[process];
        *stage = match stage {
            Stage::Idle if inside(state) == 0 => Stage::Looked,
            Stage::Looked if self.torn || inside(state) == 0 => Stage::Inside,
            Stage::Inside => {
                *rounds += 1;
                Stage::Idle
            }
            _ => return None,
        };
        Some(next)
    }

    fn within_boundary(&self, state: &State) -> bool {
        state.iter().all(|process| process.1 <= self.rounds)
    }

    fn properties(&self) -> Vec<Property<Lock>> {
        vec![
            Property::always("one holder", |_, state| inside(state) <= 1),
            Property::sometimes("all were inside", |_, state: &State| {
                state.iter().all(|p| p.1 > 0)
            }),
            Property::sometimes("nobody is there", |_, state: &State| state.is_empty()),
            Property::eventually("somebody enters", |_, state| inside(state) > 0),
        ]
    }
}

const SOUND: Lock = Lock { processes: 5, rounds: 4, torn: false };

fn sorted(state: &State) -> State {
    let mut least = state.clone();
    least.sort_unstable();
    least
}

/// How many states are renamings of this one.
fn orbit(state: &State) -> usize {
    let mut orbit = BTreeSet::from([state.clone()]);
    let mut ahead = vec![state.clone()];
    while let Some(state) = ahead.pop() {
        for at in 1..state.len() {
            let mut swapped = state.clone();
            swapped.swap(at - 1, at);
            if orbit.insert(swapped.clone()) {
                ahead.push(swapped);
            }
        }
    }
    orbit.len()
}

#[test]
fn the_counts_are_those_of_stateright() {
    for (processes, rounds) in [(1, 0), (2, 3), (3, 2), (4, 3), (5, 4)] {
        let model = Lock { processes, rounds, torn: false };
        let theirs = model.clone().checker().spawn_bfs().join();
        let ours = explore(model).jobs(1).run(&mut |_| {});
        assert_eq!(ours.end, End::Complete);
        assert_eq!(ours.progress.generated, theirs.state_count() as u64);
        assert_eq!(ours.progress.distinct, theirs.unique_state_count() as u64);
        assert_eq!(ours.progress.depth, theirs.max_depth() as u64);
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let run = |model: Lock, jobs| {
        let found = explore(model).jobs(jobs).run(&mut |_| {});
        let counts = (found.progress.generated, found.progress.distinct, found.progress.depth);
        (counts, found.end, found.findings)
    };
    for model in [SOUND, Lock { torn: true, ..SOUND }] {
        let one = run(model.clone(), 1);
        assert_eq!(run(model.clone(), 2), one);
        assert_eq!(run(model, 4), one);
    }
}

#[test]
fn a_torn_lock_is_broken_in_four_steps() {
    let torn = || explore(Lock { torn: true, ..SOUND }).jobs(2);
    for search in [torn(), torn().symmetry(sorted)] {
        let found = search.run(&mut |_| {});
        assert_eq!(found.end, End::Broken);
        let Finding::Broken(path) = &found.findings[0].1 else { panic!("{:?}", found.findings) };
        assert_eq!(path.steps.len(), 4);
        assert_eq!(inside(path.last()), 2);
        assert_eq!(found.findings[2].1, Finding::Unknown);
    }
}

#[test]
fn each_kind_of_property_has_its_finding() {
    let found = explore(Lock { processes: 2, rounds: 1, torn: false }).run(&mut |_| {});
    assert_eq!(found.findings[0], ("one holder", Finding::Holds));
    let Finding::Shown(path) = &found.findings[1].1 else { panic!("{:?}", found.findings) };
    assert_eq!(path.steps.len(), 6);
    assert_eq!(found.findings[2], ("nobody is there", Finding::Never));
    assert_eq!(found.findings[3], ("somebody enters", Finding::NotJudged));
}

#[test]
fn a_search_that_is_cut_short_does_not_know() {
    let stop = Stop::default();
    stop.ask();
    for (search, end) in [
        (explore(SOUND).states_max(100), End::States),
        (explore(SOUND).time(Duration::ZERO), End::Time),
        (explore(SOUND).levels_max(5), End::Levels),
        (explore(SOUND).stop(&stop), End::Stopped),
    ] {
        let found = search.run(&mut |_| {});
        assert_eq!(found.end, end);
        assert_eq!(found.findings[0], ("one holder", Finding::Unknown));
    }
}

#[test]
fn so_many_levels_have_all_states_that_are_so_near() {
    let theirs = SOUND.checker().target_max_depth(9).spawn_bfs().join();
    let before = SOUND.checker().target_max_depth(8).spawn_bfs().join();
    for jobs in [1, 4] {
        let cut = explore(SOUND).jobs(jobs).levels_max(9).run(&mut |_| {}).progress;
        assert_eq!(cut.depth, 9);
        assert_eq!(cut.distinct, theirs.unique_state_count() as u64);
        assert_eq!(cut.generated, theirs.state_count() as u64);
        assert_eq!(cut.frontier, cut.distinct - before.unique_state_count() as u64);
    }
    let all = explore(SOUND).levels_max(1_000).run(&mut |_| {});
    assert_eq!(all.end, End::Complete);
}

#[test]
fn progress_is_told_after_each_batch_and_ends_with_the_counts() {
    let mut told = Vec::new();
    let found = explore(SOUND).run(&mut |progress| told.push(*progress));
    let last = told.last().expect("at least one batch is expanded");
    assert_eq!(
        (last.distinct, last.generated),
        (found.progress.distinct, found.progress.generated)
    );
    assert_eq!(last.frontier, 0);
    assert!(told.len() as u64 >= found.progress.depth, "a level is at least one batch");
    assert!(told.is_sorted_by_key(|progress| progress.distinct));
    assert!(told.iter().all(|progress| progress.memory <= found.progress.memory));
}

#[test]
fn the_orbits_of_the_representatives_add_up_to_all_states() {
    let model = Lock { processes: 4, rounds: 2, torn: false };
    let all = explore(model.clone()).run(&mut |_| {}).progress.distinct;
    let mut representatives = 0;
    let sum = orbits(&model, sorted, |state| {
        representatives += 1;
        orbit(state)
    });
    assert_eq!(sum, all);
    assert!(representatives * 10 < all, "{representatives} of {all}");
}

/// For how many states the representatives stand, all together.
fn orbits<M>(model: &M, least: Least<M::State>, mut orbit: impl FnMut(&M::State) -> usize) -> u64
where
    M: Model + Sync,
    M::State: std::hash::Hash + Send + Sync,
{
    let mut search = Search::new(Look { model, least: Some(least), packing: None }, 2);
    let mut sum = 0;
    let mut depth = 0;
    while !search.level.is_empty() {
        if search.depth != depth {
            depth = search.depth;
            for row in &search.level {
                sum += (0..row.len()).map(|at| row.show(at, &mut orbit)).sum::<usize>();
            }
        }
        search.batch();
    }
    sum as u64
}

/// The counts of a sound model, generated and distinct, after Stateright's own search has found the
/// same.
fn figures<M>(model: &M) -> (u64, u64)
where
    M: Model<State: Renamed + 'static, Action: Clone + PartialEq> + Clone + Send + Sync + 'static,
{
    let ours = explore(model.clone()).run(&mut |_| {});
    assert_eq!(ours.end, End::Complete);
    let good = |finding: &_| matches!(finding, Finding::Holds | Finding::Shown(_));
    assert!(ours.findings.iter().all(|(_, finding)| good(finding)));
    let progress = ours.progress;
    let theirs = model.clone().checker().spawn_bfs().join();
    assert_eq!(theirs.state_count() as u64, progress.generated);
    assert_eq!(theirs.unique_state_count() as u64, progress.distinct);
    assert_eq!(theirs.max_depth() as u64, progress.depth);
    (progress.generated, progress.distinct)
}

/// The property that was broken, and the shortest way to it.
fn broken<M>(search: &Explore<M>) -> (&'static str, Vec<M::Action>)
where
    M: Model<State: Renamed> + Sync,
{
    let found = search.run(&mut |_| {});
    assert_eq!(found.end, End::Broken);
    let broken = found.findings.into_iter().find_map(|(name, finding)| match finding {
        Finding::Broken(path) => Some((name, path.steps.into_iter().map(|step| step.0).collect())),
        _ => None,
    });
    broken.expect("the search was broken off")
}
