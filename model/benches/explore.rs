//! The search beside Stateright's own searches, on the same models in one run: distinct states for
//! each second of the processor, so that a busy machine spoils all alike, and the real time on one
//! and on four threads. Where the counts differ the benchmark fails.
//!
//! `actors` is Stateright's own example of Raft, transcribed; `raft` is the model of this library,
//! by this search with packed states.
//!
//! ```sh
//! cargo bench -p schism --bench explore                  # all of it
//! cargo bench -p schism --bench explore -- actors 9      # one model, and fewer levels of actors
//! model/benches/explore.sh                               # medians of several rounds
//! ```

#[path = "explore/actors.rs"]
mod actors;

use std::fmt::Debug;
use std::hash::Hash;
use std::time::Instant;

use cpu_time::ProcessTime;
use schism::explore::{Packing, explore};
use schism::reference::packed::Packed;
use schism::reference::raft::{Bounds, Raft};
use stateright::{Checker, Model, Property};

/// Two-phase commit (Gray and Lamport, TODS 2006) in a few bytes, so that the search and not the
/// model is what costs.
#[derive(Clone)]
struct TwoPhase(u8);

/// For each participant two bits: working, prepared, committed, aborted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct State {
    stages: u32,
    /// Who has sent that it is prepared.
    sent: u8,
    /// Of whom the manager knows it.
    known: u8,
    /// 0 for none, else the stage that it has decided on.
    decision: u8,
}

const PREPARED: u32 = 1;
const COMMITTED: u32 = 2;
const ABORTED: u32 = 3;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Action {
    Decide(u32),
    Hear(u8),
    Go(u8, u32),
}

impl State {
    fn stage(self, who: u8) -> u32 {
        self.stages >> (2 * who) & 3
    }
}

impl Model for TwoPhase {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State { stages: 0, sent: 0, known: 0, decision: 0 }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let open = state.decision == 0;
        if open {
            actions.push(Action::Decide(ABORTED));
            if u32::from(state.known) == (1 << self.0) - 1 {
                actions.push(Action::Decide(COMMITTED));
            }
        }
        for who in 0..self.0 {
            if open && state.sent >> who & 1 == 1 {
                actions.push(Action::Hear(who));
            }
            if state.stage(who) == 0 {
                actions.extend([Action::Go(who, PREPARED), Action::Go(who, ABORTED)]);
            }
            if !open {
                actions.push(Action::Go(who, u32::from(state.decision)));
            }
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = *state;
        match action {
            Action::Decide(stage) => next.decision = stage as u8,
            Action::Hear(who) => next.known |= 1 << who,
            Action::Go(who, stage) => {
                next.stages = state.stages & !(3 << (2 * who)) | stage << (2 * who);
                next.sent |= u8::from(stage == PREPARED) << who;
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<TwoPhase>> {
        vec![Property::always("consistent", |model: &TwoPhase, state: &State| {
            let any = |stage| (0..model.0).any(|who| state.stage(who) == stage);
            !(any(COMMITTED) && any(ABORTED))
        })]
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn now() -> Instant {
    Instant::now()
}

/// A search of a model on so many threads: gives distinct states, and the memory that it says it
/// holds.
type Run<'a> = &'a dyn Fn(usize) -> (u64, Option<u64>);

/// What one search took.
struct Timed {
    distinct: u64,
    /// Distinct states for each second of the processor.
    rate: f64,
    /// Real seconds.
    real: f64,
}

fn timed(name: &str, search: &str, threads: usize, run: Run<'_>) -> Timed {
    let (started, real) = (ProcessTime::now(), now());
    let (distinct, memory) = run(threads);
    let (seconds, real) = (started.elapsed().as_secs_f64(), real.elapsed().as_secs_f64());
    let each = memory.map_or_else(String::new, |memory| format!("{} B", memory / distinct));
    let rate = distinct as f64 / seconds;
    let thousands = rate / 1_000.0;
    println!(
        "{name:<10} {search:<15} {threads} threads {distinct:>9} states \
         {seconds:>6.2} CPU s {thousands:>6.0} k/CPU s {real:>6.2} s {each}"
    );
    Timed { distinct, rate, real }
}

/// The same model by each search.
fn rows<M>(name: &str, model: &M, levels: usize, packing: Option<Packing<M::State>>)
where
    M: Model<Action: Clone + PartialEq> + Clone + Send + Sync + 'static,
    M::State: Hash + Clone + PartialEq + Debug + Send + Sync + 'static,
{
    let mut words = std::env::args().skip(1).filter(|word| word.starts_with(char::is_alphabetic));
    let first = words.next();
    if first.is_some_and(|first| first != name && !words.any(|word| word == name)) {
        return;
    }
    let ours = |threads| {
        let mut search = explore(model.clone()).jobs(threads).levels_max(levels as u64);
        if let Some(packing) = packing {
            search = search.packed(packing);
        }
        let found = search.run(&mut |_| {}).progress;
        (found.distinct, Some(found.memory))
    };
    let checker = |threads| model.clone().checker().threads(threads).target_max_depth(levels);
    let bfs = |threads| (checker(threads).spawn_bfs().join().unique_state_count() as u64, None);
    let dfs = |threads| (checker(threads).spawn_dfs().join().unique_state_count() as u64, None);
    let [our_one, our_four] = [1, 4].map(|threads| timed(name, "schism", threads, &ours));
    let [one, four] = [1, 4].map(|threads| timed(name, "stateright bfs", threads, &bfs));
    let deep = timed(name, "stateright dfs", 1, &dfs);
    assert_eq!(our_one.distinct, one.distinct, "the same states by both searches");
    assert_eq!(our_one.distinct, our_four.distinct, "the same states on four threads");
    println!(
        "{name:<10} {:.2} times the states for a second of the processor; four threads are {:.2} \
         times as fast as one, Stateright's {:.2} times; its depth-first search finds {:.1}%\n",
        our_one.rate / one.rate,
        our_one.real / our_four.real,
        one.real / four.real,
        100.0 * deep.distinct as f64 / one.distinct as f64
    );
}

fn main() {
    // Cargo adds options of its own harness.
    let levels = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(10);
    rows("actors", &actors::Actors, levels, None);
    rows("two-phase", &TwoPhase(8), 1_000, None);
    let bounds = Bounds { terms: 2, requests: 1, changes: 0, ..Bounds::USUAL };
    let packing = Packing { pack: Packed::pack, unpack: Packed::unpack };
    rows("raft", &Raft::within(bounds), 1_000, Some(packing));
}
