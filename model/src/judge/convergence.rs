//! How a run ended comes in; whether the system got well again goes out.
//!
//! No protocol can promise progress while messages may take for ever (Fischer, Lynch and Paterson
//! 1985); all promise it once the network is calm. So the calm end of a run is where it is asked
//! for: all nodes up, all links whole, and a stated multiple of the election timeout to go.

use super::Property;
use crate::id::NodeId;
use crate::node::Node;
use crate::observe::Observed;
use crate::time::{Time, micros};
use crate::trace::End;
use crate::verdict::{Failure, Verdict, Violation};
use std::time::Duration;

/// The property that after all trouble a write succeeds, every voter takes it in, and what the
/// run's writes left behind can be read.
#[derive(Clone, Copy, Default, Debug)]
pub struct Converges;

const PROPERTY: &str = "converges";

const RULE: &str = "a cluster is available as long as a majority is up and can communicate (Raft \
                    thesis 2.1), once the network is calm (Dwork, Lynch and Stockmeyer 1988)";

impl<N: Node> Property<N> for Converges {
    fn name(&self) -> &str {
        PROPERTY
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        let mut operations = Vec::new();
        let (clause, why, nodes) = match seen.end {
            End::Settled { behind, unread: None, .. } if behind.is_empty() => {
                return Verdict::Pass;
            }
            End::Settled { behind, unread: Some(place), node } if behind.is_empty() => {
                operations.push(*place);
                let op = &seen.history.operations[*place].op;
                (
                    "no read succeeded after the calm",
                    format!(
                        "{op} was answered by nobody in the calm end, though a write succeeded \
                         through {node} and all nodes were up and connected."
                    ),
                    Vec::new(),
                )
            }
            End::Settled { node, behind, .. } => (
                "a voter stays behind",
                format!(
                    "{} never applied the write that succeeded through {node} in the calm end, \
                     though all nodes were up and connected.",
                    list(behind)
                ),
                behind.clone(),
            ),
            End::Unsettled { waited } => (
                "no progress after the calm",
                format!(
                    "no write succeeded in {} of calm, though all nodes were up and connected.",
                    span(*waited)
                ),
                Vec::new(),
            ),
            End::Open => return Verdict::Pass,
            End::Panicked(_) | End::Runaway { .. } => {
                return Verdict::Unknown("the run ended before all was calm".to_owned());
            }
        };
        Verdict::Fail(Violation {
            failure: Failure { property: PROPERTY.to_owned(), clause: clause.to_owned() },
            headline: clause.to_owned(),
            why,
            rule: RULE.to_owned(),
            at: seen.ended.time,
            nodes,
            operations,
        })
    }
}

/// As a sentence has it: `10 s`, `2.500 s`.
fn span(span: Duration) -> String {
    if span.subsec_micros() == 0 {
        format!("{} s", span.as_secs())
    } else {
        Time(micros(span)).to_string()
    }
}

/// `n1`, `n1 and n2`, `n1, n2 and n3`.
fn list(nodes: &[NodeId]) -> String {
    let names: Vec<String> = nodes.iter().map(ToString::to_string).collect();
    match &names[..] {
        [] => "no node".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{Run, history};
    use crate::spec::kv::PutGet;

    fn verdict(end: End) -> Verdict {
        let run = Run::<PutGet> { end, ..Run::new() };
        Converges.judge(&run.seen())
    }

    fn violation(end: End) -> Violation {
        match verdict(end) {
            Verdict::Fail(violation) => violation,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_run_that_settles_with_nobody_behind_converges() {
        assert_eq!(
            verdict(End::Settled { node: NodeId(2), behind: vec![], unread: None }),
            Verdict::Pass
        );
    }

    #[test]
    fn a_voter_that_stays_behind_is_named() {
        let behind = vec![NodeId(1), NodeId(3)];
        let found =
            violation(End::Settled { node: NodeId(2), behind: behind.clone(), unread: None });
        assert_eq!(found.failure.to_string(), "converges: a voter stays behind");
        assert_eq!(
            found.why,
            "n1 and n3 never applied the write that succeeded through n2 in the calm end, though all \
             nodes were up and connected."
        );
        assert_eq!(found.nodes, behind);
    }

    #[test]
    fn a_read_that_nobody_answers_is_told() {
        let mut run =
            Run::<PutGet> { history: history("0..9 probe n1 get k1 -> unknown"), ..Run::new() };
        run.end = End::Settled { node: NodeId(2), behind: vec![], unread: Some(0) };
        let Verdict::Fail(found) = Converges.judge(&run.seen()) else { panic!("it must fail") };
        assert_eq!(found.failure.to_string(), "converges: no read succeeded after the calm");
        assert_eq!(
            found.why,
            "get k1 was answered by nobody in the calm end, though a write succeeded through n2 and \
             all nodes were up and connected."
        );
    }

    #[test]
    fn calm_without_a_write_is_no_progress() {
        let found = violation(End::Unsettled { waited: Duration::from_secs(10) });
        assert_eq!(found.failure.to_string(), "converges: no progress after the calm");
        assert_eq!(
            found.why,
            "no write succeeded in 10 s of calm, though all nodes were up and connected."
        );
    }

    #[test]
    fn a_run_that_was_cut_short_says_nothing() {
        let end = End::Runaway { node: None, what: "the run had 1000000 events".to_owned() };
        assert!(matches!(verdict(end), Verdict::Unknown(_)));
    }
}
