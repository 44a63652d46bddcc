//! A [`Trace`] comes in; what it measures goes out, to be merged with others. It must not know
//! what is right, nor run anything.
//!
//! All figures are in virtual time: what they say of an implementation is how long it waits for
//! messages, disks and timers, not how fast its code is.

use crate::history::Outcome;
use crate::measures::Measures;
use crate::node::Node;
use crate::time::micros;
use crate::trace::Trace;

/// What one run measures. The run is to have been recorded with
/// [`Recording::course`](crate::execute::Recording::course).
#[must_use]
pub fn measure<N: Node>(trace: &Trace<N>) -> Measures {
    let mut measures = Measures::default();
    add(&mut measures, trace);
    measures
}

/// Adds a run to what others came to.
pub fn add<N: Node>(measures: &mut Measures, trace: &Trace<N>) {
    let Trace { course, history, ended, .. } = trace;
    measures.runs += 1;
    for operation in history.operations.iter().filter(|operation| !operation.is_probe()) {
        let place = match operation.outcome {
            Outcome::Ok(_) => {
                measures.latency.record(operation.completed.time.since(operation.invoked.time));
                0
            }
            Outcome::Refused => 1,
            Outcome::Unknown => 2,
        };
        measures.operations[place] += 1;
    }
    measures.time_us += ended.time.0;
    measures.led += u64::from(course.led);
    for span in &course.leaderless {
        measures.leaderless_us += micros(span.length());
        measures.leaderless_max = measures.leaderless_max.max(span.length());
    }
    for hold in &course.holds {
        measures.recovery.entry(hold.kind).or_default().faults += 1;
    }
    if let Some(found) = group::gossip(trace) {
        measures.group.get_or_insert_default().merge(&found);
    }
    for recovery in course.recoveries(history, ended.time) {
        if recovery.acked.is_some() {
            let of_kind = measures.recovery.entry(recovery.hold.kind).or_default();
            of_kind.spread.record(recovery.took);
        }
    }
}

mod group;
#[cfg(test)]
mod tests;
