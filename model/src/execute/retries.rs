//! Requests that are sent more than once: again by a client that has no answer, or twice on the
//! way. Attempts and their answers come in; the outcome of the one operation goes out.
//!
//! The one idea: however often it is sent, it is one operation, from its first invocation to its
//! first answer. It was refused only if each attempt was; where one attempt was and another is
//! still out, nobody knows yet.

use super::faults::{Nothing, Took};
use super::{Happening, Lane, World};
use crate::fault::Target;
use crate::history::Outcome;
use crate::id::{ClientId, NodeId, RequestId};
use crate::node::Node;
use crate::seed::Seed;
use crate::time::Time;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::time::Duration;

/// What is known of requests that are sent more than once; empty in most runs.
#[derive(Default)]
pub(super) struct Retries {
    marks: Vec<Mark>,
    /// By the operation's place in the history.
    several: BTreeMap<usize, Attempts>,
}

/// A step that waits for a client's nth request from where it stands, to double it.
struct Mark {
    client: ClientId,
    left: u32,
    by: Duration,
    step: usize,
}

struct Attempts {
    /// Who was asked and has not answered yet, once for each attempt.
    waiting: Vec<NodeId>,
    /// Whether an attempt may take effect though its answer has come.
    in_doubt: bool,
    /// How long the client waits for the last one.
    until: Time,
}

impl Retries {
    /// Whether any step waits for a request.
    #[inline]
    pub(super) const fn expects(&self) -> bool {
        !self.marks.is_empty()
    }

    /// What tells it from others, whatever their order: who has not answered yet, how much longer
    /// clients wait, and which requests are to be doubled.
    pub(super) fn tally(
        &self,
        now: Time,
        request: impl Fn(usize) -> RequestId,
        key: impl Fn(usize) -> u64,
    ) -> impl Hash {
        let one = |(place, all): (&usize, &Attempts)| {
            let mut waiting = all.waiting.clone();
            waiting.sort_unstable();
            (request(*place), waiting, all.in_doubt, all.until.0.wrapping_sub(now.0))
        };
        let mut several: Vec<_> = self.several.iter().map(one).collect();
        several.sort_unstable();
        let mark = |mark: &Mark| (mark.client, mark.left, mark.by, key(mark.step));
        let mut marks: Vec<_> = self.marks.iter().map(mark).collect();
        marks.sort_unstable();
        (several, marks)
    }

    /// The steps that wait for a request.
    pub(super) fn expected(&self) -> impl Iterator<Item = usize> {
        self.marks.iter().map(|mark| mark.step)
    }

    pub(super) fn mark(&mut self, client: ClientId, nth: u32, by: Duration, step: usize) {
        self.marks.push(Mark { client, left: nth.max(1), by, step });
    }

    /// Nobody waits for a request any more.
    pub(super) fn stop(&mut self) {
        self.marks.clear();
    }

    /// Counts a client's request, and says by which steps it is doubled, and how much later.
    fn counted(&mut self, client: ClientId) -> Vec<(usize, Duration)> {
        let mut doubled = Vec::new();
        self.marks.retain_mut(|mark| {
            if mark.client == client {
                mark.left -= 1;
                if mark.left == 0 {
                    doubled.push((mark.step, mark.by));
                }
            }
            mark.left > 0
        });
        doubled
    }

    /// One more attempt, at a node; the first one was made at another or the same.
    fn attempt(&mut self, operation: usize, first: NodeId, node: NodeId, until: Time) {
        let fresh = || Attempts { waiting: vec![first], in_doubt: false, until };
        let attempts = self.several.entry(operation).or_insert_with(fresh);
        attempts.waiting.push(node);
        attempts.until = attempts.until.max(until);
    }

    /// What an answer to an attempt makes of the operation; `None` where it is still open.
    pub(super) fn settle<R>(
        &mut self,
        operation: usize,
        node: NodeId,
        outcome: Outcome<R>,
    ) -> Option<Outcome<R>> {
        let Some(attempts) = self.several.get_mut(&operation) else { return Some(outcome) };
        if matches!(outcome, Outcome::Ok(_)) {
            return Some(outcome);
        }
        attempts.in_doubt |= matches!(outcome, Outcome::Unknown);
        if let Some(place) = attempts.waiting.iter().position(|waiting| *waiting == node) {
            attempts.waiting.remove(place);
        }
        let last = attempts.waiting.is_empty();
        last.then_some(if attempts.in_doubt { Outcome::Unknown } else { Outcome::Refused })
    }

    /// Whether the client waits for a later attempt.
    pub(super) fn waits(&self, operation: usize, now: Time) -> bool {
        self.several.get(&operation).is_some_and(|attempts| attempts.until > now)
    }
}

impl<N: Node> World<'_, N> {
    /// A client that waits for an answer sends its last such request again.
    pub(super) fn ask_again(
        &mut self,
        step: usize,
        client: ClientId,
        to: &Target,
    ) -> Result<Took, Nothing> {
        let node = self.resolve(to)?;
        let asked = self.asked.get(&client).map_or(&[][..], Vec::as_slice);
        let Some(operation) = asked.iter().rev().copied().find(|place| self.open[*place]) else {
            return Err(format!("{client} waits for no answer"));
        };
        let gives_up = self.now + self.schedule.timing.client_timeout;
        let first = self.history.operations[operation].node.unwrap_or(node);
        self.retries.attempt(operation, first, node, gives_up);
        self.history.operations[operation].again = true;
        let arrives = self.now + self.schedule.timing.client_latency;
        let (key, cause) = (self.plan.key(step), self.order);
        let what = Happening::Request { node, operation, key, cause };
        self.at_lane(arrives, Lane::Client, what);
        self.at_lane(gives_up, Lane::Timeout, Happening::GiveUp { operation });
        Ok(Took::Now(Some(node)))
    }

    /// A request that has just left: comes twice, where a step waited for it.
    pub(super) fn ask_twice(&mut self, operation: usize, node: NodeId) {
        let client = self.history.operations[operation].request.client;
        let timing = &self.schedule.timing;
        let (arrives, gives_up) =
            (self.now + timing.client_latency, self.now + timing.client_timeout);
        for (step, by) in self.retries.counted(client) {
            self.hit(step);
            self.retries.attempt(operation, node, node, gives_up);
            let (key, cause) = (Seed(self.plan.key(step)).fork(2).0, self.order);
            let what = Happening::Request { node, operation, key, cause };
            self.at_lane(arrives + by, Lane::Client, what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: NodeId = NodeId(1);
    const B: NodeId = NodeId(2);

    fn twice() -> Retries {
        let mut retries = Retries::default();
        retries.attempt(0, A, B, Time::millis(9));
        retries
    }

    #[test]
    fn refused_is_what_every_attempt_was() {
        let mut retries = twice();
        assert_eq!(retries.settle::<()>(0, A, Outcome::Refused), None);
        assert_eq!(retries.settle::<()>(0, A, Outcome::Refused), None, "another word of the same");
        assert_eq!(retries.settle::<()>(0, B, Outcome::Refused), Some(Outcome::Refused));
    }

    #[test]
    fn one_attempt_in_doubt_leaves_the_operation_in_doubt() {
        let mut retries = twice();
        assert_eq!(retries.settle::<()>(0, A, Outcome::Unknown), None);
        assert_eq!(retries.settle::<()>(0, B, Outcome::Refused), Some(Outcome::Unknown));
    }

    #[test]
    fn the_first_success_counts() {
        let mut retries = twice();
        assert_eq!(retries.settle::<u64>(0, A, Outcome::Refused), None);
        assert_eq!(retries.settle(0, B, Outcome::Ok(7_u64)), Some(Outcome::Ok(7)));
    }

    #[test]
    fn a_request_that_was_sent_once_ends_as_it_is_answered() {
        for outcome in [Outcome::Ok(7), Outcome::Refused, Outcome::Unknown] {
            let mut retries = Retries::default();
            assert_eq!(retries.settle(0, A, outcome.clone()), Some(outcome));
        }
    }

    #[test]
    fn a_mark_counts_the_requests_of_its_client() {
        let mut retries = Retries::default();
        let by = Duration::from_millis(3);
        retries.mark(ClientId(1), 2, by, 5);
        assert_eq!(retries.counted(ClientId(0)), []);
        assert_eq!(retries.counted(ClientId(1)), []);
        assert_eq!(retries.counted(ClientId(1)), [(5, by)]);
        assert!(!retries.expects());
    }
}
