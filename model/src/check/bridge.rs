//! For tests that are written with `prop_state_machine!` of the crate `proptest-state-machine`: a
//! check comes in; a reference whose transitions are steps of a schedule goes out, and a simulated
//! cluster that is judged after each of them.
//!
//! Such a test draws all transitions from the reference before the system under test runs. That
//! suits schedules: a step points at roles and events and not at what a run has shown, each is
//! legal wherever it stands, and leaving one out leaves a schedule. So the reference is the
//! schedule so far, and no precondition is needed. After each step the whole schedule is run anew,
//! with its calm end, and everything that the check demands is judged.
//!
//! ```
//! # use schism::{Event, Io, Node, spec::kv::{Get, Put, PutGet}};
//! # use std::collections::BTreeMap;
//! use proptest::test_runner::Config;
//! use proptest_state_machine::prop_state_machine;
//! use schism::check::bridge::{Bridge, Tested};
//! use schism::check::{Check, check};
//! # struct Store(BTreeMap<u64, u64>);
//! # impl Node for Store {
//! #     type Spec = PutGet;
//! #     type Message = ();
//! #     type Timer = ();
//! #     type View = ();
//! #     fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
//! #         match event {
//! #             Event::Request { id, op: Put(key, value) } => {
//! #                 self.0.insert(key, value);
//! #                 io.ok(id, None);
//! #             }
//! #             Event::Request { id, op: Get(key) } => io.ok(id, self.0.get(&key).copied()),
//! #             _ => {}
//! #         }
//! #     }
//! #     fn view(&self) {}
//! # }
//!
//! struct OneStore;
//!
//! impl Tested for OneStore {
//!     type Node = Store;
//!     fn check() -> Check<Store> {
//!         check(|_| Store(BTreeMap::new())).nodes(1).linearizable()
//!     }
//! }
//!
//! prop_state_machine! {
//!     #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(9) })]
//!     fn a_store_without_faults_is_linearizable(sequential 1..9 => Bridge<OneStore>);
//! }
//! # a_store_without_faults_is_linearizable();
//! ```

use super::subject::{Ruling, Subject};
use super::{Check, ScheduleOf};
use crate::execute::Op;
use crate::generate::{Shape, generate};
use crate::id::{ClientId, NodeId};
use crate::node::Node;
use crate::schedule::{Action, Schedule, Step, When};
use crate::seed::{Draws, Seed};
use crate::spec::Spec;
use proptest::prelude::{BoxedStrategy, Strategy, any};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use std::marker::PhantomData;
use std::time::Duration;

/// What is tested: a type of the user's own that names a check. Its boot, claim and properties
/// count; how many steps there are is said in the macro.
pub trait Tested: 'static {
    /// The nodes.
    type Node: Node;

    /// The cluster, what it survives, and what must hold.
    fn check() -> Check<Self::Node>;
}

/// Both halves of a state machine test of `T`: the reference, and the simulated cluster.
#[derive(Debug)]
pub struct Bridge<T>(PhantomData<fn() -> T>);

/// The reference's state: the schedule so far, and what further steps look like.
#[derive(Clone, Debug)]
pub struct Plan<Op> {
    /// The schedule so far.
    pub schedule: Schedule<Op>,
    shape: Shape,
}

/// The system under test: the nodes, and what was done to them so far.
pub struct Simulated<N: Node> {
    subject: Subject<N>,
    schedule: ScheduleOf<N>,
}

type SpecOf<T> = <<T as Tested>::Node as Node>::Spec;

impl<T: Tested> ReferenceStateMachine for Bridge<T> {
    type State = Plan<Op<T::Node>>;
    type Transition = Step<Op<T::Node>>;

    fn init_state() -> BoxedStrategy<Self::State> {
        let shape = subject::<T>().shape;
        let header = any::<u32>().prop_map(move |seed| {
            let schedule = generate::<SpecOf<T>>(&shape, Seed(seed.into())).without_steps();
            Plan { schedule, shape: shape.clone() }
        });
        header.boxed()
    }

    fn transitions(plan: &Self::State) -> BoxedStrategy<Self::Transition> {
        let (shape, unique) = (plan.shape.clone(), plan.schedule.steps.len() as u64 + 1);
        // Another number is another step and no simpler one: what shrinks is the list of them.
        let seeds = any::<u64>().no_shrink();
        seeds.prop_map(move |seed| step::<SpecOf<T>>(&shape, unique, Seed(seed))).boxed()
    }

    fn apply(mut plan: Self::State, step: &Self::Transition) -> Self::State {
        plan.schedule.steps.push(step.clone());
        plan
    }
}

impl<T: Tested> StateMachineTest for Bridge<T> {
    type SystemUnderTest = Simulated<T::Node>;
    type Reference = Self;

    fn init_test(plan: &Plan<Op<T::Node>>) -> Self::SystemUnderTest {
        Simulated { subject: subject::<T>(), schedule: plan.schedule.clone() }
    }

    fn apply(
        mut simulated: Self::SystemUnderTest,
        _: &Plan<Op<T::Node>>,
        step: Step<Op<T::Node>>,
    ) -> Self::SystemUnderTest {
        simulated.schedule.steps.push(step);
        simulated
    }

    /// Runs the schedule so far, and judges the run.
    ///
    /// # Panics
    /// A property does not hold, or nobody knows whether it does.
    fn check_invariants(simulated: &Self::SystemUnderTest, _: &Plan<Op<T::Node>>) {
        let Simulated { subject, schedule } = simulated;
        match subject.try_out(schedule).1 {
            Ruling::Held => {}
            Ruling::Broken(violation) => panic!(
                "{}\n{}\n{}\nSCHISM_REPLAY='{}'",
                violation.failure,
                violation.headline,
                violation.why,
                schedule.one_line()
            ),
            Ruling::Unknown(why) => panic!("unknown: {why}\n{schedule}"),
        }
    }
}

fn subject<T: Tested>() -> Subject<T::Node> {
    let mut subject = T::check().subject;
    if let Err(error) = subject.prepare() {
        panic!("cannot be checked: {error}");
    }
    subject
}

/// A step: an operation as often as a fault, soon after the one before.
fn step<S: Spec>(shape: &Shape, unique: u64, seed: Seed) -> Step<S::Op> {
    let mut draws = seed.draws();
    let most = *draws.pick(&[5, 50, 300]).unwrap_or(&50);
    let when = When::After(Duration::from_millis(draws.below(most)));
    let fault = if draws.chance(1, 2) { fault::<S>(shape, seed, &mut draws) } else { None };
    let action = fault.unwrap_or_else(|| Action::Request {
        client: ClientId(draws.below(shape.clients.into()) as u32),
        to: NodeId::at(draws.below(shape.nodes.into()) as usize).into(),
        op: S::any(&mut draws, unique),
    });
    Step { when, action }
}

/// One of the faults that the generator makes up, or what ends it; `None` where none is claimed.
fn fault<S: Spec>(shape: &Shape, seed: Seed, draws: &mut Draws) -> Option<Action<S::Op>> {
    let stormy = Shape { operations: 1..=1, long: false, ..shape.clone() };
    let steps = generate::<S>(&stormy, seed).steps.into_iter().map(|step| step.action);
    let faults: Vec<_> = steps.filter(|action| matches!(action, Action::Fault(_))).collect();
    draws.pick(&faults).cloned()
}
