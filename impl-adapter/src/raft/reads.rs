//! Reads that wait: for a leader to confirm where the log stood, then for the state machine to get
//! there. Requests and confirmations come in, reads that may be answered go out.
//!
//! The one idea: the library forgets a read without a word (no leader, a leader that has committed
//! nothing in its term yet, a lost message), so it is asked again until it answers. Asking again
//! with the same context is safe: whichever attempt is confirmed, its index was taken after the
//! client asked.

use ::raft::ReadState;
use schism::spec::map::Op;
use schism::{NodeId, RequestId, Time};
use std::time::Duration;

/// The reads of one node that are not answered yet.
#[derive(Debug)]
pub struct Reads {
    /// Node and incarnation: a late confirmation for an earlier life of the node is not ours.
    prefix: [u8; 8],
    next: u32,
    again_after: Duration,
    waiting: Vec<Read>,
    /// Whether a timer is running.
    awaited: bool,
}

#[derive(Clone, Copy, Debug)]
struct Read {
    number: u32,
    request: RequestId,
    op: Op,
    since: Time,
    asked: Time,
    /// Where the log must have been applied up to; `None` until a leader says so.
    index: Option<u64>,
}

/// A client does not wait longer than this for anything.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

impl Reads {
    /// No reads yet; each is to be asked for again after this long.
    #[must_use]
    pub fn new(node: NodeId, incarnation: u32, again_after: Duration) -> Reads {
        let mut prefix = [0; 8];
        prefix[..4].copy_from_slice(&node.0.to_le_bytes());
        prefix[4..].copy_from_slice(&incarnation.to_le_bytes());
        Reads { prefix, next: 0, again_after, waiting: Vec::new(), awaited: false }
    }

    /// Adds a read, and says in which context to ask for its index.
    pub fn add(&mut self, request: RequestId, op: Op, now: Time) -> Vec<u8> {
        let number = self.next;
        self.next += 1;
        self.waiting.push(Read { number, request, op, since: now, asked: now, index: None });
        self.context(number)
    }

    /// How many wait.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes in what the library confirmed.
    pub fn confirmed(&mut self, states: Vec<ReadState>) {
        for state in states {
            let Some((prefix, number)) = state.request_ctx.split_first_chunk::<8>() else {
                continue;
            };
            let Ok(number) = number.try_into().map(u32::from_le_bytes) else { continue };
            if *prefix != self.prefix {
                continue;
            }
            if let Some(read) = self.waiting.iter_mut().find(|read| read.number == number) {
                read.index.get_or_insert(state.index);
            }
        }
    }

    /// Takes out a read, with its request, that may be answered by a state machine which
    /// stands at this index.
    pub fn ripe(&mut self, applied: u64) -> Option<(RequestId, Op)> {
        let ripe = |read: &Read| read.index.is_some_and(|index| index <= applied);
        let place = self.waiting.iter().position(ripe)?;
        let read = self.waiting.remove(place);
        Some((read.request, read.op))
    }

    /// How long from now until one may have to be asked for again, unless somebody waits for that
    /// already; `None` where nobody need wait.
    pub fn wait(&mut self, now: Time) -> Option<Duration> {
        if self.awaited {
            return None;
        }
        let unconfirmed = self.waiting.iter().filter(|read| read.index.is_none());
        let first = unconfirmed.map(|read| read.asked).min()?;
        self.awaited = true;
        Some((first + self.again_after).since(now))
    }

    /// The contexts to ask for again now, when the wait is over. Reads whose clients have long gone
    /// are forgotten.
    ///
    /// Each time it is a new context. With the old one, a late copy of the first question could
    /// join the leader's row behind somebody else's read, and the acknowledgements of the first
    /// round, arriving after it, would confirm both: a leader that was deposed meanwhile would
    /// answer from memory.
    pub fn overdue(&mut self, now: Time) -> Vec<Vec<u8>> {
        self.awaited = false;
        self.waiting.retain(|read| now.since(read.since) < PATIENCE);
        let mut contexts = Vec::new();
        for place in 0..self.waiting.len() {
            let read = &mut self.waiting[place];
            if read.index.is_none() && now.since(read.asked) >= self.again_after {
                read.asked = now;
                read.number = self.next;
                self.next += 1;
                let number = read.number;
                contexts.push(self.context(number));
            }
        }
        contexts
    }

    fn context(&self, number: u32) -> Vec<u8> {
        let mut context = Vec::with_capacity(12);
        context.extend_from_slice(&self.prefix);
        context.extend_from_slice(&number.to_le_bytes());
        context
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schism::ClientId;
    use schism::spec::map::Get;

    const AGAIN: Duration = Duration::from_millis(40);

    fn request(number: u32) -> RequestId {
        RequestId { client: ClientId(0), number }
    }

    fn state(index: u64, request_ctx: Vec<u8>) -> ReadState {
        ReadState { index, request_ctx }
    }

    #[test]
    fn a_read_is_answered_once_confirmed_and_applied() {
        let mut reads = Reads::new(NodeId(1), 0, AGAIN);
        let context = reads.add(request(0), Get(5), Time::ZERO);
        assert_eq!(reads.ripe(9), None);
        reads.confirmed(vec![state(7, context)]);
        assert_eq!(reads.ripe(6), None);
        assert_eq!(reads.ripe(7), Some((request(0), Get(5))));
        assert_eq!(reads.ripe(7), None);
    }

    #[test]
    fn a_confirmation_for_an_earlier_life_is_not_taken() {
        let context = Reads::new(NodeId(1), 0, AGAIN).add(request(0), Get(5), Time::ZERO);
        let mut reads = Reads::new(NodeId(1), 1, AGAIN);
        reads.add(request(0), Get(5), Time::ZERO);
        reads.confirmed(vec![state(0, context)]);
        assert_eq!(reads.ripe(9), None);
    }

    #[test]
    fn an_unconfirmed_read_is_asked_for_again_anew_until_its_client_has_gone() {
        let mut reads = Reads::new(NodeId(1), 0, AGAIN);
        let mut contexts = vec![reads.add(request(0), Get(5), Time::ZERO)];
        assert_eq!(reads.overdue(Time::millis(39)), Vec::<Vec<u8>>::new());
        contexts.extend(reads.overdue(Time::millis(40)));
        assert_eq!(reads.overdue(Time::millis(79)), Vec::<Vec<u8>>::new());
        contexts.extend(reads.overdue(Time::millis(80)));
        contexts.dedup();
        assert_eq!(contexts.len(), 3, "no context is used twice");
        reads.confirmed(vec![state(4, contexts[0].clone())]);
        assert_eq!(reads.ripe(4), None, "what answers an earlier question is late");
        assert_eq!(reads.overdue(Time::millis(3_000)), Vec::<Vec<u8>>::new());
        assert!(reads.is_empty());
    }

    #[test]
    fn one_wait_serves_all_reads() {
        let mut reads = Reads::new(NodeId(1), 0, AGAIN);
        assert_eq!(reads.wait(Time::ZERO), None);
        reads.add(request(0), Get(5), Time::ZERO);
        reads.add(request(1), Get(5), Time::millis(30));
        assert_eq!(reads.wait(Time::millis(30)), Some(Duration::from_millis(10)));
        assert_eq!(reads.wait(Time::millis(30)), None);
        assert_eq!(reads.overdue(Time::millis(40)).len(), 1);
        assert_eq!(reads.wait(Time::millis(40)), Some(Duration::from_millis(30)));
    }

    #[test]
    fn what_is_confirmed_is_not_waited_for() {
        let mut reads = Reads::new(NodeId(1), 0, AGAIN);
        let context = reads.add(request(0), Get(5), Time::ZERO);
        reads.confirmed(vec![state(7, context)]);
        assert_eq!(reads.wait(Time::millis(50)), None);
    }

    #[test]
    fn the_first_confirmation_counts() {
        let mut reads = Reads::new(NodeId(1), 0, AGAIN);
        let context = reads.add(request(0), Get(5), Time::ZERO);
        reads.confirmed(vec![state(3, context.clone()), state(8, context)]);
        assert_eq!(reads.ripe(3), Some((request(0), Get(5))));
    }
}
