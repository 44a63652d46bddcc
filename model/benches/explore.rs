//! The search beside Stateright's own searches, on the same models in one run: distinct states for
//! each second of the processor, so that a busy machine spoils all alike.
//!
//! ```sh
//! cargo bench -p schism --bench explore            # or with `-- 7`, for fewer participants
//! ```

use std::fmt::Debug;
use std::hash::Hash;
use std::time::Instant;

use cpu_time::ProcessTime;
use schism::explore::explore;
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

/// One row: the same model by each search.
fn row<M>(name: &str, model: &M)
where
    M: Model<Action: Clone + PartialEq> + Clone + Send + Sync + 'static,
    M::State: Hash + Clone + PartialEq + Debug + Send + Sync + 'static,
{
    let ours = |jobs| {
        let found = explore(model.clone()).jobs(jobs).run(&mut |_| {});
        (found.progress.distinct, found.progress.memory)
    };
    let bfs = |threads| {
        let checker = model.clone().checker().threads(threads).spawn_bfs().join();
        (checker.unique_state_count() as u64, 0)
    };
    let dfs = |threads| {
        let checker = model.clone().checker().threads(threads).spawn_dfs().join();
        (checker.unique_state_count() as u64, 0)
    };
    for (search, run) in [
        ("schism", &ours as &dyn Fn(usize) -> (u64, u64)),
        ("stateright bfs", &bfs),
        ("stateright dfs", &dfs),
    ] {
        for threads in [1, 4] {
            let (started, real) = (ProcessTime::now(), now());
            let (distinct, memory) = run(threads);
            let (seconds, real) = (started.elapsed().as_secs_f64(), real.elapsed().as_secs_f64());
            let each = if memory > 0 { format!("{} B", memory / distinct) } else { String::new() };
            let rate = distinct as f64 / seconds / 1_000.0;
            println!(
                "{name:<12} {search:<15} {threads} threads {distinct:>9} states \
                 {seconds:>6.2} CPU s {rate:>6.0} k/CPU s {real:>6.2} s {each}"
            );
        }
    }
}

fn main() {
    // Cargo adds options of its own harness.
    let participants = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(8);
    row("two-phase", &TwoPhase(participants));
    let bounds = Bounds { terms: 2, ..Bounds::PLAIN };
    row("raft", &Raft::within(bounds));
}
