//! Single cases of a check, on the calling thread and without a report: for measurements, and for
//! tools that drive the stages themselves. Seeds and schedules come in; rulings go out.

use super::{Check, Ruling, ScheduleOf};
use super::{Settings, Subject};
use crate::counterexample::{Cost, Counterexample};
use crate::error::Error;
use crate::execute::Op;
use crate::node::Node;
use crate::seed::Seed;

/// A check whose cases are run one by one; see [`Check::one_by_one`].
pub struct Cases<N: Node> {
    pub(super) subject: Subject<N>,
    pub(super) settings: Settings,
}

impl<N: Node> Check<N> {
    /// Makes the check ready, and leaves it to the caller which cases are run.
    ///
    /// ```
    /// # use schism::{Event, Io, Node, check, spec::kv};
    /// # struct Deaf;
    /// # impl Node for Deaf {
    /// #     type Spec = kv::PutGet;
    /// #     type Message = ();
    /// #     type Timer = ();
    /// #     type View = ();
    /// #     fn step(&mut self, _: Event<Self>, _: &mut Io<Self>) {}
    /// #     fn view(&self) {}
    /// # }
    /// use schism::check::Ruling;
    ///
    /// // A node that never answers: in the calm end no write succeeds.
    /// let cases = check(|_| Deaf).nodes(1).one_by_one()?;
    /// let schedule = cases.schedule(7);
    /// assert!(matches!(cases.judge(&schedule), Ruling::Broken(_)));
    /// let small = cases.shrink(&schedule).expect("it fails");
    /// assert_eq!(small.schedule.steps, []);
    /// # Ok::<(), schism::Error>(())
    /// ```
    ///
    /// # Errors
    /// The check cannot be done: no nodes, or too many.
    pub fn one_by_one(mut self) -> Result<Cases<N>, Error> {
        self.subject.prepare()?;
        Ok(Cases { subject: self.subject, settings: self.settings })
    }
}

impl<N: Node> Cases<N> {
    /// The schedule that this seed generates.
    #[must_use]
    pub fn schedule(&self, seed: u64) -> ScheduleOf<N> {
        self.subject.generate(&self.settings, Seed(seed))
    }

    /// Runs a schedule once, recording what the properties need, and judges the run.
    #[must_use]
    pub fn judge(&self, schedule: &ScheduleOf<N>) -> Ruling {
        self.subject.try_out(schedule).1
    }

    /// The smallest schedule that fails as this one does; `None` if it does not fail.
    #[must_use]
    pub fn shrink(&self, schedule: &ScheduleOf<N>) -> Option<Counterexample<Op<N>>> {
        let nobody = &mut |_: &ScheduleOf<N>, _: &_| {};
        self.subject.counterexample(schedule.clone(), &Cost::default(), &self.settings, nobody)
    }
}
