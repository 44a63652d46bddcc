//! What clients saw, and how leaders and faults came and went, comes in; whether a figure of the
//! run stayed within its bound goes out.
//!
//! The figure is that of one run, measured as for the report of a whole hunt, but exactly. So a
//! hunt holds each of its runs to the bound, and a run that breaks it can be shrunk like any other.

use super::Property;
use crate::course::Span;
use crate::figure::{Bound, Figure, Limit};
use crate::history::{Operation, Outcome};
use crate::measures::{rank, share};
use crate::node::Node;
use crate::observe::Observed;
use crate::spec::Spec;
use crate::time::{Time, micros};
use crate::verdict::{Failure, Verdict, Violation};
use std::time::Duration;

mod words;

use words::{exactly, percent};

/// The property that a figure stays within its bound in each run.
#[derive(Clone, Debug)]
pub struct Within {
    limit: Limit,
    name: String,
}

/// What a figure came to, where that is too much.
struct Excess {
    clause: &'static str,
    headline: String,
    why: String,
    rule: String,
    at: Time,
    operations: Vec<usize>,
}

impl Within {
    /// The property of this limit: `within latency.p99`.
    #[must_use]
    pub fn new(limit: Limit) -> Within {
        Within { name: format!("within {}", limit.figure), limit }
    }
}

impl<N: Node> Property<N> for Within {
    fn name(&self) -> &str {
        &self.name
    }

    fn looks_at_course(&self) -> bool {
        !matches!(self.limit.figure, Figure::Latency(_) | Figure::Refused | Figure::Unknown)
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        let excess = match (self.limit.figure, self.limit.bound) {
            (Figure::Latency(percent), Bound::Time(bound)) => latency(seen, percent, bound),
            (Figure::Recovery, Bound::Time(bound)) => recovery(seen, bound),
            (Figure::Leaderless, Bound::Time(bound)) => leaderless(seen, bound),
            (Figure::LeaderlessShare, Bound::Share(bound)) => leaderless_share(seen, bound),
            (Figure::Refused, Bound::Share(bound)) => outcomes(seen, bound, true),
            (Figure::Unknown, Bound::Share(bound)) => outcomes(seen, bound, false),
            // A limit has a bound of its figure's own sort.
            _ => None,
        };
        let Some(excess) = excess else { return Verdict::Pass };
        let asked =
            excess.operations.iter().filter_map(|place| seen.history.operations[*place].node);
        Verdict::Fail(Violation {
            failure: Failure { property: self.name.clone(), clause: excess.clause.to_owned() },
            headline: excess.headline,
            why: excess.why,
            rule: excess.rule,
            at: excess.at,
            nodes: asked.collect(),
            operations: excess.operations,
        })
    }
}

/// The clients' operations, with their places.
fn asked<'a, N: Node>(
    seen: &Observed<'a, N>,
) -> impl Iterator<Item = (usize, &'a Operation<N::Spec>)> {
    seen.history.operations.iter().enumerate().filter(|(_, operation)| !operation.is_probe())
}

/// `c0's put k1 5, asked of n1 at 1.000 s`.
fn told<S: Spec>(operation: &Operation<S>) -> String {
    let node = operation.node.map_or_else(String::new, |node| format!(" of {node}"));
    let Operation { request, op, invoked, .. } = operation;
    format!("{}'s {op}, asked{node} at {}", request.client, invoked.time)
}

fn latency<N: Node>(seen: &Observed<'_, N>, of: f64, bound: Duration) -> Option<Excess> {
    let took = |operation: &Operation<_>| operation.completed.time.since(operation.invoked.time);
    let ok = asked(seen).filter(|(_, operation)| matches!(operation.outcome, Outcome::Ok(_)));
    let mut times: Vec<(Duration, usize)> = ok.map(|(place, ok)| (took(ok), place)).collect();
    let rank = rank(of, times.len() as u64) as usize;
    times.sort_unstable();
    let (time, place) = *times.get(rank.checked_sub(1)?)?;
    if time <= bound {
        return None;
    }
    let operation = &seen.history.operations[place];
    let figure = Figure::Latency(of).to_string().replace("latency.", "");
    let among = match times.len() {
        1 => "It is the only one of the run that ended ok".to_owned(),
        all => format!("Of {all} that ended ok it is number {rank} by its time"),
    };
    Some(Excess {
        clause: "an operation takes longer",
        headline: format!("{} took {}", operation.op, exactly(time)),
        why: format!(
            "{}, was answered {} later. {among}, so the run's {figure} is {}; {} are allowed.",
            told(operation),
            exactly(time),
            exactly(time),
            exactly(bound),
        ),
        rule: format!(
            "{of}% of a run's operations that end ok take at most {} (a bound that this check sets)",
            exactly(bound)
        ),
        at: operation.completed.time,
        operations: vec![place],
    })
}

fn recovery<N: Node>(seen: &Observed<'_, N>, bound: Duration) -> Option<Excess> {
    let mut recoveries = seen.course.recoveries(seen.history, seen.ended.time);
    let slow = recoveries.find(|recovery| recovery.took > bound)?;
    let Span { from, until } = slow.span;
    let (kind, took) = (slow.hold.kind.word(), exactly(slow.took));
    let end = match slow.acked {
        Some(place) => {
            let acked = told(&seen.history.operations[place]);
            format!("The first write to be acknowledged after that was {acked}, at {until}")
        }
        None if until == seen.ended.time => {
            format!("No write was acknowledged until the end of the run, {until}")
        }
        None => format!("No write was acknowledged until another fault took hold, at {until}"),
    };
    let operations = [slow.waited, slow.acked.filter(|place| Some(*place) != slow.waited)];
    Some(Excess {
        clause: "no write is acknowledged for longer",
        headline: format!("{took} without a write after a fault had ended ({kind})"),
        why: format!(
            "The fault of step {} ({kind}) ended at {from}. {end}. For {took} of that time a \
             client waited for a write, or nobody led; {} are allowed.",
            slow.hold.step + 1,
            exactly(bound),
        ),
        rule: format!(
            "once a fault has ended, a write is acknowledged after at most {} in which a client \
             waits for one or nobody leads (a bound that this check sets)",
            exactly(bound)
        ),
        at: until,
        operations: operations.into_iter().flatten().collect(),
    })
}

/// What it takes to lead, as a half sentence.
const LEADS: &str = "no node that was up and running said that it leads and could talk to a \
                     majority of the voters";

fn leaderless<N: Node>(seen: &Observed<'_, N>, bound: Duration) -> Option<Excess> {
    // Who never speaks of leaders is not asked for one.
    let long = |span: &&Span| seen.course.led && span.length() > bound;
    let span = seen.course.leaderless.iter().find(long)?;
    let length = exactly(span.length());
    Some(Excess {
        clause: "nobody leads for longer",
        headline: format!("nobody led for {length}"),
        why: format!(
            "From {} to {}, for {length}, {LEADS}; {} are allowed.",
            span.from,
            span.until,
            exactly(bound)
        ),
        rule: format!(
            "a cluster is without a leader for at most {} (a bound that this check sets)",
            exactly(bound)
        ),
        at: span.from + bound,
        operations: Vec::new(),
    })
}

fn leaderless_share<N: Node>(seen: &Observed<'_, N>, bound: f64) -> Option<Excess> {
    let spans = || seen.course.leaderless.iter();
    let part: u64 = spans().map(|span| micros(span.length())).sum();
    let of_all = share(part, seen.ended.time.0);
    if !seen.course.led || of_all <= bound {
        return None;
    }
    let longest = spans().max_by_key(|span| span.length())?;
    let part = exactly(Duration::from_micros(part));
    Some(Excess {
        clause: "nobody leads for a larger share",
        headline: format!("nobody led for {} of the run", percent(of_all)),
        why: format!(
            "For {part} of {} {LEADS}: {}; {} are allowed. The longest time was from {} to {}.",
            seen.ended.time,
            percent(of_all),
            percent(bound),
            longest.from,
            longest.until,
        ),
        rule: format!(
            "a cluster is without a leader for at most {} of a run (a bound that this check sets)",
            percent(bound)
        ),
        at: longest.until,
        operations: Vec::new(),
    })
}

fn outcomes<N: Node>(seen: &Observed<'_, N>, bound: f64, refused: bool) -> Option<Excess> {
    let is_one = |operation: &Operation<N::Spec>| match operation.outcome {
        Outcome::Ok(_) => false,
        Outcome::Refused => refused,
        Outcome::Unknown => !refused,
    };
    let all = asked(seen).count() as u64;
    let those = asked(seen).filter(|(_, operation)| is_one(operation)).count() as u64;
    let of_all = share(those, all);
    if of_all <= bound {
        return None;
    }
    let (place, first) = asked(seen).find(|(_, operation)| is_one(operation))?;
    let word = if refused { "refused" } else { "unknown" };
    Some(Excess {
        clause: if refused { "more are refused" } else { "more are unknown" },
        headline: format!("{} of the operations ended {word}", percent(of_all)),
        why: format!(
            "{those} of the clients' {all} operations ended {word}: {}; {} are allowed. The first \
             was {}, until {}.",
            percent(of_all),
            percent(bound),
            told(first),
            first.completed.time,
        ),
        rule: format!(
            "at most {} of a run's operations end {word} (a bound that this check sets)",
            percent(bound)
        ),
        at: first.completed.time,
        operations: vec![place],
    })
}

#[cfg(test)]
mod tests;
