//! What clients saw and when leaders were undisturbed comes in; whether writes ended in time goes
//! out.
//!
//! A cluster is available while any majority of its servers is up and can communicate (Raft thesis
//! 2.1), once it has elected a leader. How long that takes nobody can promise (Fischer, Lynch and
//! Paterson 1985), so this starts where the election is over: one node has led for a while, and
//! nothing is in its way. Then a write that it is asked for has no reason to wait.

use super::Property;
use crate::node::Node;
use crate::observe::Observed;
use crate::spec::Spec;
use crate::trace::Reign;
use crate::verdict::{Failure, Verdict, Violation};
use std::time::Duration;

/// The property that an undisturbed leader ends each write within a bound. A refusal is an end.
#[derive(Clone, Copy, Debug)]
pub struct Available {
    bound: Duration,
    grace: Duration,
}

const PROPERTY: &str = "available";
const CLAUSE: &str = "a write waits though nothing is in its way";

impl Available {
    /// Writes asked of a leader that has been undisturbed for three times `bound` end within it. A
    /// client that gives up earlier is not judged, so the bound is to be below the clients' own.
    #[must_use]
    pub fn within(bound: Duration) -> Available {
        Available { bound, grace: bound * 3 }
    }
}

impl<N: Node> Property<N> for Available {
    fn name(&self) -> &str {
        PROPERTY
    }

    fn looks_at_reigns(&self) -> bool {
        true
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        for (place, operation) in seen.history.operations.iter().enumerate() {
            let due = operation.invoked.time + self.bound;
            // One that is open when the run ends was completed, as it were, when it began.
            let open = operation.completed.order == operation.invoked.order;
            let ended = !open && operation.completed.time <= due;
            if operation.again || N::Spec::is_read(&operation.op) || ended {
                continue;
            }
            let settled = |reign: &&Reign| {
                Some(reign.leader) == operation.node
                    && reign.from + self.grace <= operation.invoked.time
                    && due < reign.until
            };
            if let Some(reign) = seen.reigns.iter().find(settled) {
                return Verdict::Fail(self.violation(seen, place, reign));
            }
        }
        Verdict::Pass
    }
}

impl Available {
    fn violation<N: Node>(&self, seen: &Observed<'_, N>, place: usize, reign: &Reign) -> Violation {
        let operation = &seen.history.operations[place];
        let Reign { leader, term, from, .. } = *reign;
        let (client, op) = (operation.request.client, &operation.op);
        Violation {
            failure: Failure { property: PROPERTY.to_owned(), clause: CLAUSE.to_owned() },
            headline: format!("{op} waits though nothing is in its way"),
            why: format!(
                "{client}'s {op}, asked of {leader} at {}, had no answer {} ms later. {leader} had \
                 led term {term} undisturbed since {from}: it and a quorum were up, healthy and \
                 connected.",
                operation.invoked.time,
                self.bound.as_millis(),
            ),
            rule: format!(
                "a write asked of a leader that has been undisturbed for {} ms ends within {} ms \
                 (Raft thesis 2.1: available while a majority is up and can communicate)",
                self.grace.as_millis(),
                self.bound.as_millis(),
            ),
            at: operation.invoked.time + self.bound,
            nodes: vec![leader],
            operations: vec![place],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::NodeId;
    use crate::judge::testing::{Mute, Run, history};
    use crate::spec::kv::PutGet;
    use crate::time::Time;

    fn verdict(line: &str, leader: u32, from: u64, until: u64) -> Verdict {
        let reign = Reign {
            leader: NodeId(leader),
            term: 2,
            from: Time::millis(from),
            until: Time::millis(until),
        };
        let run = Run::<PutGet> { history: history(line), ..Run::new() };
        let reigns = [reign];
        let seen = Observed::<Mute<PutGet>> { reigns: &reigns, ..run.seen() };
        Available::within(Duration::from_millis(100)).judge(&seen)
    }

    #[test]
    fn a_write_that_waits_for_no_reason_is_found() {
        let Verdict::Fail(found) = verdict("1000..2000 c0 n1 put k1 5 -> unknown", 1, 700, 1500)
        else {
            panic!("it is not found")
        };
        assert_eq!(
            found.failure.to_string(),
            "available: a write waits though nothing is in its way"
        );
        assert_eq!(
            found.why,
            "c0's put k1 5, asked of n1 at 1.000 s, had no answer 100 ms later. n1 had led term 2 \
             undisturbed since 0.700 s: it and a quorum were up, healthy and connected."
        );
    }

    #[test]
    fn a_write_in_time_or_with_something_in_its_way_is_let_pass() {
        for (line, leader, from, until) in [
            ("1000..1100 c0 n1 put k1 5 -> ok", 1, 700, 1500),
            ("1000..1100 c0 n1 put k1 5 -> refused", 1, 700, 1500),
            // Another node leads; the leader is new; trouble comes before the bound.
            ("1000..2000 c0 n1 put k1 5 -> unknown", 2, 700, 1500),
            ("1000..2000 c0 n1 put k1 5 -> unknown", 1, 701, 1500),
            ("1000..2000 c0 n1 put k1 5 -> unknown", 1, 700, 1100),
            // Reads are not judged.
            ("1000..2000 c0 n1 get k1 -> unknown", 1, 700, 1500),
        ] {
            assert_eq!(verdict(line, leader, from, until), Verdict::Pass, "{line}");
        }
    }
}
