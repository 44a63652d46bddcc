//! A counter behind a network that may lose what it counts.

use stateright::Model;

use super::{Follow, Halt, STATES_MAX, Walk};
use crate::fact::{Fact, Told};
use crate::id::NodeId;
use crate::time::Time;

/// Counts up by one, or loses up to `losses` numbers, each by a step that nobody tells.
struct Counter {
    losses: u64,
}

#[derive(Clone, PartialEq, Debug)]
enum Step {
    Count,
    Lose(u64),
}

impl Model for Counter {
    type State = u64;
    type Action = Step;

    fn init_states(&self) -> Vec<u64> {
        vec![0]
    }

    fn actions(&self, _state: &u64, steps: &mut Vec<Step>) {
        steps.push(Step::Count);
        steps.extend((1..=self.losses).map(Step::Lose));
    }

    fn next_state(&self, state: &u64, step: Step) -> Option<u64> {
        Some(match step {
            Step::Count => state + 1,
            Step::Lose(by) => state + by,
        })
    }
}

impl Follow for Counter {
    const NAME: &'static str = "counter";

    fn tells(&self, before: &u64, step: &Step, told: &Told) -> bool {
        let Fact::Own { values: [n, ..], name } = told.fact else { return false };
        *step == Step::Count && (name == "any" || n == before + 1)
    }

    fn is_hidden(&self, step: &Step) -> bool {
        matches!(step, Step::Lose(_))
    }
}

fn told(name: &'static str, n: u64) -> Told {
    let fact = Fact::Own { name, values: [n, 0, 0] };
    Told { time: Time::ZERO, order: 0, node: NodeId(1), incarnation: 0, fact }
}

#[test]
fn two_steps_may_be_hidden_before_a_fact_and_not_three() {
    let model = Counter { losses: 1 };
    let mut walk = Walk::new(&model);
    assert_eq!(walk.step(&told("counted", 1)), Ok(()));
    assert_eq!(walk.step(&told("counted", 4)), Ok(()));
    assert_eq!(walk.states(), [4]);
    let steps = vec![Step::Count, Step::Lose(1)];
    let refused = Halt::Refused { states: vec![4], steps, accepted: 2 };
    assert_eq!(walk.step(&told("counted", 8)), Err(refused));
}

#[test]
fn what_is_not_the_models_is_passed_over() {
    let model = Counter { losses: 0 };
    let mut walk = Walk::new(&model);
    let other = Told { fact: Fact::Committed { index: 9 }, ..told("counted", 0) };
    assert_eq!(walk.step(&other), Ok(()));
    assert_eq!(walk.states(), [0]);
}

#[test]
fn more_states_than_are_taken_along_are_told_as_such() {
    let model = Counter { losses: STATES_MAX as u64 };
    let mut walk = Walk::new(&model);
    assert_eq!(walk.step(&told("any", 0)), Err(Halt::TooMany));
}
