//! What contradicts what comes in; sentences go out, for a reader who has never seen the history.
//!
//! A sentence has the two values (what was answered, what would have been right), who asked whom
//! for what, and the times between them. A specification is only asked for the text of its
//! operations and answers, so the sentences are the same for stores, queues and locks.

use super::Refutation;
use super::blame::{Blame, Kind};
use crate::history::{History, Operation, Outcome};
use crate::id::NodeId;
use crate::spec::Spec;
use crate::time::{Time, micros};
use crate::verdict::{Failure, Violation};
use std::fmt::Display;

pub(super) const PROPERTY: &str = "linearizable";

const RULE: &str = "every operation takes effect once, between its invocation and its answer \
                    (Herlihy and Wing 1990)";

const LOST_WRITE: &str = "lost acknowledged write";

/// Puts into words what is wrong with a history.
pub(super) fn violation<S: Spec>(history: &History<S>, blame: &Blame<S::Ret>) -> Violation {
    let teller = Teller { history, blame };
    let wrong = &history.operations[blame.wrong];
    let (clause, why) = match blame.kind {
        Kind::StaleRead => ("stale read", teller.stale_read()),
        Kind::LostWrite { last } => (LOST_WRITE, teller.lost_write(last)),
        Kind::NeverWritten => ("read of a value never written", teller.never_written()),
        Kind::RefusedWrite { write } => ("read of a refused write", teller.refused_write(write)),
        Kind::NoOrder => ("no order explains", teller.no_order()),
    };
    let headline = match (blame.kind, blame.author) {
        (Kind::LostWrite { .. }, Some(author)) => {
            format!("{clause}: {}", history.operations[author].op)
        }
        (Kind::NoOrder, _) => format!("{clause} {}", wrong.op),
        _ => format!("{clause}: {}", wrong.op),
    };
    let operations = teller.operations();
    let asked = operations.iter().filter_map(|place| history.operations[*place].node);
    let mut nodes: Vec<NodeId> = asked.collect();
    nodes.sort_unstable();
    nodes.dedup();
    Violation {
        failure: Failure { property: PROPERTY.to_owned(), clause: clause.to_owned() },
        headline,
        why,
        rule: RULE.to_owned(),
        at: wrong.completed.time,
        nodes,
        operations,
    }
}

/// Whether `this` says more about the system than `that`: that something acknowledged is gone for
/// good, or else what came first.
pub(super) fn is_worse(this: &Refutation, that: &Refutation) -> bool {
    let rank = |of: &Refutation| (of.violation.failure.clause != LOST_WRITE, of.violation.at);
    rank(this) < rank(that)
}

struct Teller<'a, S: Spec> {
    history: &'a History<S>,
    blame: &'a Blame<S::Ret>,
}

impl<S: Spec> Teller<'_, S> {
    fn wrong(&self) -> &Operation<S> {
        &self.history.operations[self.blame.wrong]
    }

    fn author(&self) -> Option<&Operation<S>> {
        self.blame.author.map(|place| &self.history.operations[place])
    }

    /// The operations that the sentences are about, in the order of their calls, the wrong one
    /// last.
    fn operations(&self) -> Vec<usize> {
        let mut places = self.blame.needed.clone();
        places.extend(&self.blame.support);
        match self.blame.kind {
            Kind::RefusedWrite { write } => places = vec![write],
            Kind::NeverWritten => {}
            Kind::StaleRead | Kind::LostWrite { .. } | Kind::NoOrder => {
                places.extend(self.blame.author);
            }
        }
        places.retain(|place| *place != self.blame.wrong);
        places.sort_by_key(|place| self.history.operations[*place].invoked.order);
        places.dedup();
        places.push(self.blame.wrong);
        places
    }

    fn stale_read(&self) -> String {
        let wrong = self.wrong();
        let before = self.blame.needed.iter().map(|place| &self.history.operations[*place]);
        let before: Vec<&Operation<S>> = before.filter(|other| other.precedes(wrong)).collect();
        let latest_read = before.iter().rfind(|other| S::is_read(&other.op));
        let told = match (latest_read, before.iter().max_by_key(|other| other.completed.order)) {
            (Some(read), _) => format!(", {} {}", later(read, wrong), had_read(read)),
            (None, Some(write)) => format!(
                ", {} {} was acknowledged{}",
                later(write, wrong),
                whose(write),
                at_node(write)
            ),
            (None, None) => String::new(),
        };
        format!("{}{told}; {}.", read(wrong), self.nothing_between())
    }

    fn lost_write(&self, last: usize) -> String {
        let wrong = self.wrong();
        let author = self.author().map_or_else(String::new, |author| {
            let (whose, when) = (whose(author), author.completed.time);
            format!("{whose} was acknowledged{} at {when} and is gone: ", at_node(author))
        });
        let found = if wrong.is_probe() {
            format!("when all was calm again, {}", read(wrong))
        } else {
            let shown = &self.history.operations[last];
            let calm = if shown.is_probe() { ", when all was calm again" } else { "" };
            format!(
                "{} at {}, and the last read of all, at {}{calm}, did not see it either",
                read(wrong),
                wrong.completed.time,
                shown.completed.time
            )
        };
        format!("{author}{found}; {}.", self.nothing_between())
    }

    fn never_written(&self) -> String {
        let wrong = self.wrong();
        let must = self.must_be().map_or_else(String::new, |must| format!("; {must}"));
        format!(
            "{} at {}, but nothing that anybody had asked for could have led to that answer{must}.",
            read(wrong),
            wrong.completed.time
        )
    }

    fn refused_write(&self, write: usize) -> String {
        let (wrong, write) = (self.wrong(), &self.history.operations[write]);
        format!(
            "{} at {}. Only {} could have led to that answer, but it was refused{} at {}: what was \
             refused must never take effect.",
            read(wrong),
            wrong.completed.time,
            whose(write),
            at_node(write),
            write.completed.time
        )
    }

    fn no_order(&self) -> String {
        let wrong = self.wrong();
        let operations = self.operations();
        let others = operations.iter().filter(|place| **place != self.blame.wrong);
        let others: Vec<String> = others
            .map(|place| &self.history.operations[*place])
            .map(|other| format!("{}{}", whose(other), answer(other)))
            .collect();
        let after = match &others[..] {
            [] => "fits no order of what was asked for".to_owned(),
            others => format!("fits no order of {}", others.join(", ")),
        };
        let must = self.must_be().map_or_else(String::new, |must| format!("; {must}"));
        format!(
            "{}{}{} at {} {after}{must}.",
            whose(wrong),
            answer(wrong),
            at_node(wrong),
            wrong.completed.time
        )
    }

    /// Why the answer had to be another one.
    fn nothing_between(&self) -> String {
        match (self.blame.others, self.must_be()) {
            (false, Some(must)) => format!("nothing else was written there in between, so {must}"),
            (false, None) => "nothing else was written there in between".to_owned(),
            (true, Some(must)) => format!("whatever order the other writes took, {must}"),
            (true, None) => "no order of the other writes explains it".to_owned(),
        }
    }

    /// What would have been right.
    fn must_be(&self) -> Option<String> {
        match &self.blame.right[..] {
            [] => None,
            [one] => Some(format!("it must be {one}")),
            [most @ .., last] => {
                let most: Vec<String> = most.iter().map(ToString::to_string).collect();
                Some(format!("it must be {} or {last}", most.join(" or ")))
            }
        }
    }
}

/// `c1 read nothing at n1 (get k1)`.
fn read<S: Spec>(read: &Operation<S>) -> String {
    format!("{} read {}{} ({})", who(read), value(read), at_node(read), read.op)
}

/// `c1 had read 81 at n2 (get k1)`.
fn had_read<S: Spec>(read: &Operation<S>) -> String {
    format!("{} had read {}{} ({})", who(read), value(read), at_node(read), read.op)
}

fn value<S: Spec>(operation: &Operation<S>) -> &dyn Display {
    match &operation.outcome {
        Outcome::Ok(ret) => ret,
        Outcome::Refused => &"(refused)",
        Outcome::Unknown => &"(unknown)",
    }
}

/// What a write answered; many specifications have one answer for all that went well.
fn answer<S: Spec>(operation: &Operation<S>) -> String {
    match &operation.outcome {
        Outcome::Ok(ret) => format!(" -> {ret}"),
        Outcome::Refused => " (refused)".to_owned(),
        Outcome::Unknown => " (outcome unknown)".to_owned(),
    }
}

fn who<S: Spec>(operation: &Operation<S>) -> String {
    if operation.is_probe() {
        "the checker".to_owned()
    } else {
        operation.request.client.to_string()
    }
}

/// `c0's put k1 81`.
fn whose<S: Spec>(operation: &Operation<S>) -> String {
    format!("{}'s {}", who(operation), operation.op)
}

fn at_node<S: Spec>(operation: &Operation<S>) -> String {
    operation.node.map_or_else(String::new, |node| format!(" at {node}"))
}

/// How long the one had ended when the other began: `1.630 s after`.
fn later<S: Spec>(early: &Operation<S>, late: &Operation<S>) -> String {
    match Time(micros(late.invoked.time.since(early.completed.time))) {
        Time(0..500) => "right after".to_owned(),
        gap => format!("{gap} after"),
    }
}
