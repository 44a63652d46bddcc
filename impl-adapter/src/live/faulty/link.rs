//! A frame on one way comes in, as its length and its place among those before it; its fate goes
//! out. Nothing is carried out here.

use super::Trouble;
use super::held::Place;
use schism::Seed;
use std::time::Duration;
use tokio::time::Instant;

/// One way of a network.
#[derive(Default)]
pub(super) struct Link {
    pub(super) cut: bool,
    pub(super) trouble: Trouble,
    /// How many frames went this way before, as the cause of what is drawn.
    count: u64,
    /// When a narrow way has carried all that was given to it.
    free: Option<Instant>,
    /// When the last frame is handed on that keeps its place: those behind it come no earlier.
    last: Option<Instant>,
    /// Whether the last frame stepped aside for this one.
    aside: bool,
}

/// What becomes of a frame.
pub(super) struct Fate {
    pub(super) lost: bool,
    pub(super) place: Place,
    /// When it is handed on; `None` where it does not wait.
    pub(super) due: Option<Instant>,
    /// When its double is.
    double: Option<Instant>,
}

impl Fate {
    /// Nothing happens to it.
    pub(super) const PASSES: Fate =
        Fate { lost: false, place: Place::InLine, due: None, double: None };
    const LOST: Fate = Fate { lost: true, ..Fate::PASSES };

    pub(super) const fn waits(&self) -> bool {
        self.due.is_some()
    }

    /// When each copy is handed on.
    pub(super) fn copies(&self) -> impl Iterator<Item = Instant> {
        self.due.into_iter().chain(self.double)
    }
}

impl Link {
    /// The fate of the next frame. `lined_up` says whether one waits that it must not overtake.
    pub(super) fn next(&mut self, seed: Seed, length: usize, now: Instant, lined_up: bool) -> Fate {
        let nth = self.count;
        self.count += 1;
        let seed = seed.fork(nth);
        let trouble = &self.trouble;
        if self.cut || seed.of("loss").happens(trouble.loss) || self.is_full(now) {
            return Fate::LOST;
        }
        let trouble = &self.trouble;
        let (low, high) = (trouble.delay.start().as_micros(), trouble.delay.end().as_micros());
        let drawn = seed.of("delay").draws().between(low as u64, high as u64);
        let drawn = Duration::from_micros(drawn);
        let (share, no_longer) = trouble.overtaken;
        let aside = seed.of("overtaken").happens(share);
        let doubled = seed.of("doubled").happens(trouble.doubled);
        let carried = self.carried(length, now);
        // A frame that wants nothing of the wrapper passes at once, unless those before it wait.
        let passes = drawn.is_zero() && carried <= now && !aside && !doubled;
        if passes && !lined_up && !self.aside {
            return Fate::PASSES;
        }
        self.aside = aside;
        let (place, due) = if aside {
            (Place::Aside, carried + drawn + no_longer)
        } else if drawn.is_zero() {
            let due = self.last.map_or(carried, |last| last.max(carried));
            self.last = Some(due);
            (Place::InLine, due)
        } else {
            (Place::Late, carried + drawn)
        };
        Fate { lost: false, place, due: Some(due), double: doubled.then_some(due) }
    }

    /// When a narrow way has carried this frame as well.
    fn carried(&mut self, length: usize, now: Instant) -> Instant {
        let Trouble { bandwidth, narrow, .. } = self.trouble;
        if bandwidth.is_none() && narrow.is_none() {
            return now;
        }
        let bytes = bandwidth
            .map_or(0, |rate| (length as u128 * 1_000_000_000 / u128::from(rate.get())) as u64);
        let takes = Duration::from_nanos(bytes).max(self.each());
        let done = self.free.map_or(now, |free| free.max(now)) + takes;
        self.free = Some(done);
        done
    }

    /// How long a narrow way takes for a frame of any length.
    fn each(&self) -> Duration {
        let rate = self.trouble.narrow.map(|(rate, _)| rate.get());
        rate.map_or(Duration::ZERO, |rate| Duration::from_secs(1) / rate)
    }

    /// Whether as many frames wait already as may. The one that is being carried does not wait.
    fn is_full(&self, now: Instant) -> bool {
        let (Some((_, Some(queue))), Some(free)) = (self.trouble.narrow, self.free) else {
            return false;
        };
        let ahead = free.saturating_duration_since(now).as_nanos();
        ahead > self.each().as_nanos() * (u128::from(queue) + 1) - 1
    }

    /// Whether nothing is wrong with it.
    pub(super) fn is_clear(&self) -> bool {
        !self.cut && self.trouble == Trouble::NONE
    }
}
