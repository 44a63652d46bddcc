//! Generation and shrinking presented to proptest: a [`Strategy`] of schedules whose value tree is
//! our shrinker. Use it in a `proptest!` of your own; [`check`](crate::check) drives the same tree
//! itself.

use crate::generate::{Shape, generate};
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::shrink::Shrinker;
use crate::spec::Spec;
use proptest::prelude::Rng;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::fmt;
use std::marker::PhantomData;

/// Schedules of this shape for clients of `S`.
///
/// ```
/// use proptest::prelude::*;
/// use schism::check::schedules;
/// use schism::generate::Shape;
/// use schism::spec::kv::PutGet;
///
/// proptest!(|(schedule in schedules::<PutGet>(Shape::default()))| {
///     prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
/// });
/// ```
#[must_use]
pub fn schedules<S: Spec>(shape: Shape) -> Schedules<S> {
    Schedules { shape, spec: PhantomData }
}

/// A proptest strategy; see [`schedules`].
pub struct Schedules<S> {
    shape: Shape,
    spec: PhantomData<fn() -> S>,
}

impl<S> Clone for Schedules<S> {
    fn clone(&self) -> Self {
        Schedules { shape: self.shape.clone(), spec: PhantomData }
    }
}

impl<S> fmt::Debug for Schedules<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schedules").field(&self.shape).finish()
    }
}

impl<S: Spec> Strategy for Schedules<S> {
    type Tree = ScheduleTree<S::Op>;
    type Value = Schedule<S::Op>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = Seed(runner.rng().next_u64());
        Ok(ScheduleTree { shrinker: Shrinker::new(generate::<S>(&self.shape, seed)) })
    }
}

/// A schedule that knows how to become simpler.
#[derive(Clone, Debug)]
pub struct ScheduleTree<Op> {
    pub(super) shrinker: Shrinker<Op>,
}

impl<Op: Clone + PartialEq + fmt::Debug + std::hash::Hash> ValueTree for ScheduleTree<Op> {
    type Value = Schedule<Op>;

    fn current(&self) -> Schedule<Op> {
        self.shrinker.current().clone()
    }

    fn simplify(&mut self) -> bool {
        self.shrinker.answer(true);
        self.shrinker.candidate().is_some()
    }

    fn complicate(&mut self) -> bool {
        self.shrinker.answer(false);
        self.shrinker.candidate().is_some()
    }
}

/// The tree of one case. Its random generator is built from bytes that we know, so that the case
/// can be made again from its seed; proptest's own runner tells the seed only afterwards.
pub(super) fn tree<S: Spec>(
    strategy: &Schedules<S>,
    config: &Config,
    seed: Seed,
) -> ScheduleTree<S::Op> {
    let mut bytes = [0; 32];
    for (key, chunk) in (0..).zip(bytes.chunks_exact_mut(8)) {
        chunk.copy_from_slice(&seed.fork(key).0.to_le_bytes());
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config.clone(), rng);
    match strategy.new_tree(&mut runner) {
        Ok(tree) => tree,
        Err(reason) => unreachable!("schedules are never rejected: {reason}"),
    }
}
