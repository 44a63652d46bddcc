//! Two-phase commit, whose numbers of states are known: so many participants come in, the search is
//! held against Stateright's and against what has been published.
//!
//! The protocol is that of Gray and Lamport ("Consensus on transaction commit", TODS 2006), section
//! 3. Messages are never lost and never taken away, so the network is a set that grows.

use stateright::{Checker, Model, Property};

use crate::explore::{End, Finding, explore};

#[derive(Clone)]
struct TwoPhase {
    participants: usize,
    /// Whether the manager may commit without waiting for everybody.
    hasty: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Stage {
    Working,
    Prepared,
    Committed,
    Aborted,
}

/// What the manager has decided; a decision is a message to all as well.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Decision {
    Open,
    Commit,
    Abort,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct State {
    stages: Vec<Stage>,
    decision: Decision,
    /// Who has sent that it is prepared.
    sent: u8,
    /// Of whom the manager knows it.
    known: u8,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Action {
    Commit,
    Abort,
    Hears(usize),
    Prepares(usize),
    GivesUp(usize),
    Obeys(usize),
}

impl Model for TwoPhase {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let stages = vec![Stage::Working; self.participants];
        vec![State { stages, decision: Decision::Open, sent: 0, known: 0 }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let open = state.decision == Decision::Open;
        let all = (1_u8 << self.participants) - 1;
        if open {
            actions.push(Action::Abort);
            if state.known == all || self.hasty {
                actions.push(Action::Commit);
            }
        }
        for (who, stage) in state.stages.iter().enumerate() {
            if open && state.sent >> who & 1 == 1 {
                actions.push(Action::Hears(who));
            }
            if *stage == Stage::Working {
                actions.extend([Action::Prepares(who), Action::GivesUp(who)]);
            }
            if !open {
                actions.push(Action::Obeys(who));
            }
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Commit => next.decision = Decision::Commit,
            Action::Abort => next.decision = Decision::Abort,
            Action::Hears(who) => next.known |= 1 << who,
            Action::Prepares(who) => {
                next.stages[who] = Stage::Prepared;
                next.sent |= 1 << who;
            }
            Action::Obeys(who) if state.decision == Decision::Commit => {
                next.stages[who] = Stage::Committed;
            }
            Action::GivesUp(who) | Action::Obeys(who) => next.stages[who] = Stage::Aborted,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<TwoPhase>> {
        vec![
            Property::always("consistent", |_, state: &State| {
                !(state.stages.contains(&Stage::Aborted)
                    && state.stages.contains(&Stage::Committed))
            }),
            Property::sometimes("all commit", |_, state| all(state, Stage::Committed)),
            Property::sometimes("all abort", |_, state| all(state, Stage::Aborted)),
        ]
    }
}

fn all(state: &State, stage: Stage) -> bool {
    state.stages.iter().all(|other| *other == stage)
}

#[test]
fn two_phase_commit_has_the_published_number_of_states() {
    for (participants, distinct) in [(3, 288), (5, 8_832), (6, 50_816)] {
        let model = TwoPhase { participants, hasty: false };
        let theirs = model.clone().checker().spawn_bfs().join();
        for jobs in [1, 4] {
            let ours = explore(model.clone()).jobs(jobs).run(&mut |_| {});
            assert_eq!(ours.end, End::Complete);
            assert_eq!(ours.progress.distinct, distinct);
            assert_eq!(ours.progress.distinct, theirs.unique_state_count() as u64);
            assert_eq!(ours.progress.generated, theirs.state_count() as u64);
            assert_eq!(ours.findings[0], ("consistent", Finding::Holds));
        }
    }
}

#[test]
fn a_hasty_manager_is_found_out_in_three_steps() {
    let found = explore(TwoPhase { participants: 4, hasty: true }).run(&mut |_| {});
    assert_eq!(found.end, End::Broken);
    let Finding::Broken(path) = &found.findings[0].1 else { panic!("{:?}", found.findings) };
    let actions: Vec<Action> = path.steps.iter().map(|(action, _)| *action).collect();
    assert_eq!(actions, [Action::Commit, Action::GivesUp(0), Action::Obeys(1)]);
}
