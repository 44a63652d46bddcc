//! What a schedule expected of its run, and how the nodes stood, come in; whether it came true goes
//! out, expectation by expectation. It must not see the schedule: an expectation is a part of what
//! was observed, like an operation of a client's.
//!
//! The one idea: what nodes stand for changes at certain moments and at no other, so a wish is
//! looked at where it begins and at each change until it is certain.

use super::Property;
use crate::expect::{Answer, Begun, Lasting, Wish};
use crate::history::Outcome;
use crate::node::Node;
use crate::observe::Observed;
use crate::spec::Spec;
use crate::verdict::{Failure, Verdict, Violation};
use state::{Looked, State};

mod state;
#[cfg(test)]
mod tests;

/// The property that all comes true that a schedule expects.
#[derive(Clone, Copy, Default, Debug)]
pub struct Scenario;

/// Its name.
pub const PROPERTY: &str = "scenario";

const RULE: &str = "the scenario's own: what the system is to do under this trouble";

impl<N: Node> Property<N> for Scenario {
    fn name(&self) -> &str {
        PROPERTY
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        if seen.outlook.begun.is_empty() {
            return Verdict::Pass;
        }
        let answers = answers(seen);
        if let Some(broken) = answers.iter().find(|answer| answer.held == Some(false)) {
            return Verdict::Fail(violation(broken));
        }
        match answers.iter().find(|answer| answer.held.is_none()) {
            Some(answer) => Verdict::Unknown(format!("{}: {}", answer.expected, answer.saw)),
            None => Verdict::Pass,
        }
    }
}

fn violation(answer: &Answer) -> Violation {
    let Answer { step, at, expected, saw, .. } = answer;
    Violation {
        failure: Failure { property: PROPERTY.to_owned(), clause: answer.clause.to_owned() },
        headline: format!("expected in vain: {expected}"),
        why: format!("step {} expected at {at}: {expected}. Instead: {saw}.", step + 1),
        rule: RULE.to_owned(),
        at: answer.certain,
        nodes: answer.nodes.clone(),
        operations: answer.operation.into_iter().collect(),
    }
}

/// What became of each expectation whose time came, in order.
#[must_use]
pub fn answers<N: Node>(seen: &Observed<'_, N>) -> Vec<Answer> {
    seen.outlook.begun.iter().map(|begun| answer(begun, seen)).collect()
}

fn answer<N: Node>(begun: &Begun, seen: &Observed<'_, N>) -> Answer {
    let mut answer = Answer {
        step: begun.step,
        at: begun.at.time,
        expected: begun.expect.to_string(),
        clause: begun.expect.wish.clause(),
        held: None,
        saw: String::new(),
        certain: begun.until(),
        nodes: state::nodes(begun.expect.wish.targets().into_iter()),
        operation: None,
    };
    if seen.ended.time < begun.until() {
        answer.saw = "the run ended before".to_owned();
    } else if let Wish::Writes { some, .. } = begun.expect.wish {
        of_clients(&mut answer, begun, some, seen);
    } else {
        of_nodes(&mut answer, begun, seen);
    }
    answer
}

/// Judges what was expected of answers to clients. Only writes count that were asked for, and
/// answered, between the beginning and the end.
fn of_clients<N: Node>(answer: &mut Answer, begun: &Begun, some: bool, seen: &Observed<'_, N>) {
    let until = begun.until();
    let among = |node| answer.nodes.is_empty() || answer.nodes.contains(&node);
    let asked = seen.history.operations.iter().enumerate().filter(|(_, operation)| {
        let during = operation.invoked.order > begun.at.order && operation.invoked.time <= until;
        during && !N::Spec::is_read(&operation.op) && operation.node.is_some_and(among)
    });
    let asked: Vec<_> = asked.collect();
    let mut taken = asked.iter().filter(|(_, operation)| {
        matches!(operation.outcome, Outcome::Ok(_)) && operation.completed.time <= until
    });
    let first = taken.next();
    let all = asked.len();
    // Where nobody asks, nothing is taken, and nobody can tell whether it would have been.
    answer.held = (all > 0 || !some).then_some(first.is_some() == some);
    answer.saw = match first {
        _ if all == 0 => "no client asked one of them for a write".to_owned(),
        None => format!("none of {all} writes was acknowledged"),
        Some((place, operation)) => {
            if !some {
                answer.operation = Some(*place);
            }
            if !some || begun.expect.lasting == Lasting::Now {
                answer.certain = operation.completed.time;
            }
            let (at, count) = (operation.completed.time.since(begun.at.time), taken.count() + 1);
            let node = operation.node.map_or(String::new(), |node| format!(" through {node}"));
            format!("{count} of {all} acknowledged, the first{node} after {}", state::span(at))
        }
    };
}

/// Judges what was expected of how nodes stand.
fn of_nodes<N: Node>(answer: &mut Answer, begun: &Begun, seen: &Observed<'_, N>) {
    let mut state = State::at(begun.at.order, seen);
    let start = state.clone();
    let wish = &begun.expect.wish;
    if let Some(why) = start.cannot_tell(wish) {
        why.clone_into(&mut answer.saw);
        return;
    }
    let mut looked = start.look(wish, &start);
    let wanted = match begun.expect.lasting {
        Lasting::Now => None,
        Lasting::Within(_) => Some(true),
        Lasting::For(_) => Some(false),
    };
    let mut at = begun.at.time;
    if let Some(wanted) = wanted {
        while looked.held != wanted
            && let Some(next) = state.advance(begun.until(), seen)
        {
            at = next;
            looked = state.look(wish, &start);
        }
    }
    answer.held = Some(looked.held);
    let Looked { held, saw, nodes } = looked;
    answer.nodes.extend(nodes);
    answer.nodes.sort_unstable();
    answer.nodes.dedup();
    let since = at.since(begun.at.time);
    answer.saw = match (begun.expect.lasting, held) {
        (Lasting::Within(_), true) if since.is_zero() => format!("{saw}, at once"),
        (Lasting::Within(_), false) => format!("{saw}, at the end"),
        (Lasting::Within(_), true) | (Lasting::For(_), false) => {
            format!("{saw}, after {}", state::span(since))
        }
        (Lasting::For(_), true) => format!("{saw}, all the time"),
        (Lasting::Now, _) => saw,
    };
    answer.certain = if wanted == Some(held) { at } else { begun.until() };
}
