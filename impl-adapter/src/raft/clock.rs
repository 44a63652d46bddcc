//! The time that passes goes in; how many ticks the library is owed, and when to be woken next,
//! come out. It knows nothing of the library.
//!
//! The one idea: most ticks only count. So nobody is woken for them: the server sets one timer for
//! the tick at which the library would do something (an election timeout, a heartbeat, a check of
//! the quorum), and makes up for the ticks before it whenever something else happens. What the
//! library sees is the same as with a timer for each tick, and a run has fewer events.
//!
//! A process that stood still (a pause, or a clock that jumped ahead) finds many ticks overdue at
//! once. It is given those up to the brink of the next thing the library would do, that thing
//! itself when its timer comes, and no more: the rest are skipped, as with a ticker that drops what
//! nobody took. So messages which arrived meanwhile are heard before a follower gives its leader
//! up, and a leader does not notice by its own clock how long it was away.

use super::Timer;
use schism::time::micros;
use schism::{Io, Node, Time, TimerId};
use std::time::Duration;

/// A node's ticks.
#[derive(Debug)]
pub struct Clock {
    /// In microseconds.
    tick: u64,
    /// When the last tick that was counted was due.
    last: Time,
    /// When the timer that is running is due.
    due: Option<Time>,
    timer: Option<TimerId>,
}

impl Clock {
    /// A clock that begins somewhere in its first tick: nodes do not tick in step.
    pub fn new<N: Node>(tick: Duration, io: &Io<N>) -> Clock {
        let tick = micros(tick).max(1);
        let last = Time(io.now().0 + io.draw("phase") % tick);
        Clock { tick, last, due: None, timer: None }
    }

    /// How many ticks to give the library now, if the one after `quiet` more would make it do
    /// something. Only its `timer` makes it do that.
    #[inline]
    pub fn ticks(&mut self, now: Time, quiet: u64, timer: bool) -> u64 {
        // One that was replaced while the process stood still may come all the same: not this one.
        let timer = timer && self.due.is_some_and(|due| due <= now);
        if timer {
            self.due = None;
        }
        let passed = now.0.saturating_sub(self.last.0);
        if passed < self.tick {
            return 0;
        }
        let overdue = passed / self.tick;
        let allowed = if timer { quiet + 1 } else { quiet };
        let given = overdue.min(allowed);
        // With one tick more than allowed nobody stood still: its timer comes at this very time.
        let counted = if overdue > quiet + 1 { overdue } else { given };
        self.last = Time(self.last.0 + counted * self.tick);
        given
    }

    /// Sees to it that the node is woken at the tick after `quiet` more.
    #[inline]
    pub fn wind<N: Node<Timer = Timer>>(&mut self, quiet: u64, io: &mut Io<N>) {
        let due = Time(self.last.0 + (quiet + 1) * self.tick);
        // One that comes too early is not worth moving: it winds the clock anew.
        if self.due.is_some_and(|running| running <= due) {
            return;
        }
        if let (Some(_), Some(timer)) = (self.due, self.timer) {
            io.cancel(timer);
        }
        self.timer = Some(io.after(due.since(io.now()), Timer::Tick));
        self.due = Some(due);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(due: u64) -> Clock {
        Clock { tick: 10, last: Time(5), due: Some(Time(due)), timer: None }
    }

    #[test]
    fn ticks_are_made_up_for_and_their_beat_is_kept() {
        let mut clock = clock(105);
        assert_eq!(clock.ticks(Time(14), 9, false), 0);
        assert_eq!(clock.ticks(Time(15), 9, false), 1);
        assert_eq!(clock.ticks(Time(44), 8, false), 2);
        assert_eq!(clock.ticks(Time(45), 6, false), 1);
    }

    #[test]
    fn only_the_timer_goes_over_the_brink() {
        let mut clock = clock(35);
        assert_eq!(clock.ticks(Time(35), 2, false), 2);
        assert_eq!(clock.ticks(Time(35), 0, false), 0);
        assert_eq!(clock.ticks(Time(35), 0, true), 1);
        assert_eq!(clock.last, Time(35));
    }

    #[test]
    fn a_timer_that_was_replaced_is_not_heard() {
        let mut clock = clock(45);
        assert_eq!(clock.ticks(Time(35), 2, true), 2);
        assert_eq!(clock.due, Some(Time(45)));
    }

    #[test]
    fn ticks_missed_while_standing_still_are_skipped() {
        let mut clock = clock(35);
        assert_eq!(clock.ticks(Time(405), 2, false), 2);
        assert_eq!(clock.last, Time(405));
        let mut clock = self::clock(35);
        assert_eq!(clock.ticks(Time(405), 2, true), 3);
        assert_eq!(clock.last, Time(405));
    }
}
