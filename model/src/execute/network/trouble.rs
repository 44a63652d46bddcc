//! What a link has for a while: it loses a share of its messages, is slow, or is narrow and lets
//! the rest wait in a queue. Messages come in one by one; what becomes of each goes out.

use crate::fault::{LinkTrouble, Overflow};
use crate::seed::Seed;
use crate::time::{Time, micros};
use std::collections::VecDeque;

/// The trouble of one link.
pub(in crate::execute) struct Trouble<T> {
    pub(in crate::execute) link: usize,
    pub(in crate::execute) step: usize,
    pub(in crate::execute) what: LinkTrouble,
    /// When the next message can leave a narrow link.
    free: Time,
    /// Messages that wait for that, with how much later they come for other reasons.
    queue: VecDeque<(T, u64)>,
}

/// What becomes of a message that comes to a link with trouble.
pub(in crate::execute) enum Admitted<T> {
    /// It goes on, so many microseconds later than usual.
    Passes(T, u64),
    /// It, or the one that has waited longest, is lost.
    Lost(T),
    /// It waits, and nobody waited before: the queue begins to empty then.
    First(Time),
    /// It waits behind others.
    Waits,
}

impl<T> Trouble<T> {
    pub(in crate::execute) const fn new(link: usize, step: usize, what: LinkTrouble) -> Trouble<T> {
        Trouble { link, step, what, free: Time::ZERO, queue: VecDeque::new() }
    }

    /// What tells it from other trouble of the same step: how long until it lets the next one go,
    /// and what waits for that; `known` says what each message is known by.
    pub(in crate::execute) fn mark(
        &self,
        now: Time,
        known: impl Fn(&T) -> u64,
    ) -> (u64, Vec<(u64, u64)>) {
        let waiting = self.queue.iter().map(|(message, late)| (known(message), *late));
        (self.free.0.saturating_sub(now.0), waiting.collect())
    }

    /// How many wait in its queue.
    pub(in crate::execute) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Takes in a message that is late by so many microseconds already. `key` is the message's as a
    /// cause, with the step's.
    pub(in crate::execute) fn admit(
        &mut self,
        message: T,
        late: u64,
        key: Seed,
        now: Time,
    ) -> Admitted<T> {
        match self.what {
            LinkTrouble::Loses { ratio } if key.happens(ratio) => Admitted::Lost(message),
            LinkTrouble::Loses { .. } => Admitted::Passes(message, late),
            LinkTrouble::Late { by } => Admitted::Passes(message, late.saturating_add(micros(by))),
            LinkTrouble::Narrow { per_second, queue, overflow } => {
                if self.queue.is_empty() && self.free <= now {
                    self.free = now + gap(per_second);
                    return Admitted::Passes(message, late);
                }
                let full = self.queue.len() >= queue as usize;
                match overflow {
                    Overflow::DropNewest if full => return Admitted::Lost(message),
                    Overflow::DropOldest if full => {
                        self.queue.push_back((message, late));
                        let oldest = self.queue.pop_front();
                        return oldest
                            .map_or(Admitted::Waits, |(oldest, _)| Admitted::Lost(oldest));
                    }
                    _ => {}
                }
                self.queue.push_back((message, late));
                if self.queue.len() == 1 { Admitted::First(self.free) } else { Admitted::Waits }
            }
        }
    }

    /// The first message that waits leaves; says when the next one can, if another one waits.
    pub(in crate::execute) fn depart(&mut self, now: Time) -> (Option<(T, u64)>, Option<Time>) {
        let first = self.queue.pop_front();
        if let LinkTrouble::Narrow { per_second, .. } = self.what {
            self.free = now + gap(per_second);
        }
        (first, (!self.queue.is_empty()).then_some(self.free))
    }

    /// The messages that still wait, with how late they are.
    pub(in crate::execute) fn into_queue(self) -> VecDeque<(T, u64)> {
        self.queue
    }
}

/// The time between two messages of a narrow link.
fn gap(per_second: u32) -> std::time::Duration {
    std::time::Duration::from_micros(1_000_000 / u64::from(per_second.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Ratio;
    use std::time::Duration;

    fn narrow(queue: u32, overflow: Overflow) -> Trouble<u32> {
        Trouble::new(0, 0, LinkTrouble::Narrow { per_second: 100, queue, overflow })
    }

    fn told(trouble: &mut Trouble<u32>, message: u32, ms: u64) -> String {
        match trouble.admit(message, 0, Seed(message.into()), Time::millis(ms)) {
            Admitted::Passes(message, late) => format!("{message} passes, {late} late"),
            Admitted::Lost(message) => format!("{message} lost"),
            Admitted::First(at) => format!("waits until {}", at.0 / 1_000),
            Admitted::Waits => "waits".to_owned(),
        }
    }

    fn all(overflow: Overflow) -> Vec<String> {
        let mut trouble = narrow(2, overflow);
        (1..=4).map(|message| told(&mut trouble, message, 5)).collect()
    }

    #[test]
    fn a_full_queue_drops_the_newest_or_the_oldest_or_nothing() {
        let start = ["1 passes, 0 late", "waits until 15", "waits"];
        assert_eq!(all(Overflow::DropNewest)[..3], start);
        assert_eq!(all(Overflow::DropNewest)[3], "4 lost");
        assert_eq!(all(Overflow::DropOldest)[3], "2 lost");
        assert_eq!(all(Overflow::Block)[3], "waits");
    }

    #[test]
    fn a_queue_of_nothing_loses_what_cannot_leave_at_once() {
        for overflow in [Overflow::DropNewest, Overflow::DropOldest] {
            let mut trouble = narrow(0, overflow);
            assert_eq!(told(&mut trouble, 1, 5), "1 passes, 0 late");
            assert_eq!(told(&mut trouble, 2, 14), "2 lost");
            assert_eq!(told(&mut trouble, 3, 15), "3 passes, 0 late");
        }
    }

    #[test]
    fn what_waits_leaves_in_order_one_gap_apart() {
        let mut trouble = narrow(5, Overflow::DropNewest);
        for message in 1..=3 {
            told(&mut trouble, message, 5);
        }
        let (first, next) = trouble.depart(Time::millis(15));
        assert_eq!((first, next), (Some((2, 0)), Some(Time::millis(25))));
        let (second, next) = trouble.depart(Time::millis(25));
        assert_eq!((second, next), (Some((3, 0)), None));
        assert_eq!(told(&mut trouble, 4, 34), "waits until 35");
    }

    #[test]
    fn a_lossy_link_loses_its_share_by_the_cause_of_each_message() {
        let loses = LinkTrouble::Loses { ratio: Ratio::new(1, 3) };
        let mut trouble = Trouble::new(0, 0, loses);
        let lost = |trouble: &mut Trouble<u32>| -> Vec<u32> {
            (0..3_000).filter(|m| told(trouble, *m, 1).ends_with("lost")).collect()
        };
        let once = lost(&mut trouble);
        assert!((900..1_100).contains(&once.len()), "{}", once.len());
        assert_eq!(lost(&mut trouble), once);
        let late = LinkTrouble::Late { by: Duration::from_millis(3) };
        assert_eq!(told(&mut Trouble::new(0, 0, late), 1, 1), "1 passes, 3000 late");
    }
}
