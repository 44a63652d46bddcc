//! Noise: what happens to single messages without being written down. The cause of a message goes
//! in, what happens to it comes out; no stream of draws is shared.

use crate::fault::Kind;
use crate::schedule::{Noise, Timing};
use crate::seed::Seed;
use crate::time::micros;
use crate::trace::Hit;
use std::time::Duration;

/// What noise does to one message, decided by the message's cause alone.
#[derive(Clone, Copy, Debug)]
pub(in crate::execute) struct Disturber {
    noise: Noise,
    /// The kinds of noise that the claim names, at the front.
    kinds: [Kind; Kind::NOISE.len()],
    named: usize,
    late_max: u64,
}

impl Disturber {
    /// `None` where the schedule is quiet or its claim names no trouble with single messages.
    pub(in crate::execute) fn new(
        noise: Option<Noise>,
        names: impl Fn(Kind) -> bool,
        timing: &Timing,
    ) -> Option<Disturber> {
        let mut kinds = Kind::NOISE;
        let mut named = 0;
        for kind in Kind::NOISE.into_iter().filter(|kind| names(*kind)) {
            kinds[named] = kind;
            named += 1;
        }
        let late_max = micros(timing.latency) * 12;
        (named > 0).then_some(())?;
        Some(Disturber { noise: noise?, kinds, named, late_max })
    }

    /// What happens to the message with this cause; `None` in most cases.
    #[inline]
    pub(in crate::execute) fn hits(&self, cause: u64) -> Option<Hit> {
        let seed = self.noise.seed.fork(cause);
        seed.happens(self.noise.rate).then(|| self.how(seed))
    }

    fn how(&self, seed: Seed) -> Hit {
        let mut draws = seed.fork(1).draws();
        let kinds = &self.kinds[..self.named];
        let kind = if kinds.len() > 1 { draws.pick(kinds) } else { kinds.first() };
        // Whole milliseconds, so that what is written down later reads well.
        match kind {
            Some(Kind::Delays) => {
                Hit::Late(Duration::from_millis(1 + draws.below(self.late_max / 1_000)))
            }
            Some(Kind::Doubles) => {
                Hit::Doubled(Duration::from_millis(draws.below(self.late_max / 1_000)))
            }
            Some(Kind::Overtaking) => Hit::Overtaken,
            _ => Hit::Lost,
        }
    }
}
