//! What was measured, in virtual time: over one run or over all of a hunt, in the same memory.
//!
//! The one idea: every part is a sum, a maximum or a histogram of counts, so that measures of many
//! runs can be merged in any order, on any number of threads, and the result is the same.

use crate::fault::Kind;
use crate::time::micros;
use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::time::Duration;

/// What was measured in one run, or in many.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Measures {
    /// Runs.
    pub runs: u64,
    /// How long clients waited for what ended ok, the checker's own operations left out.
    pub latency: Spread,
    /// How many of the clients' operations ended ok, refused, unknown.
    pub operations: [u64; 3],
    /// How long the runs lasted, together, in microseconds.
    pub time_us: u64,
    /// Runs in which somebody said that it leads.
    pub led: u64,
    /// How long nobody led, together, in microseconds.
    pub leaderless_us: u64,
    /// The longest stretch without a leader.
    pub leaderless_max: Duration,
    /// What members of groups found out of each other, where nodes tell of that.
    pub group: Option<Gossip>,
    /// How clusters came back from faults, by kind.
    pub recovery: BTreeMap<Kind, Recoveries>,
}

/// How news went round among members of a group.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Gossip {
    /// From when a member was given something to broadcast to when another one heard it, for each
    /// that did.
    pub broadcasts: Spread,
    /// From when a node went down to when another one believed that it is, for each that did before
    /// it came back.
    pub deaths: Spread,
    /// How often a member that was up came to be suspected by another one.
    pub suspected: u64,
    /// How often a member that was up, and had not left, came to be believed down by another one.
    pub buried: u64,
}

impl Gossip {
    pub(crate) fn merge(&mut self, other: &Gossip) {
        self.broadcasts.merge(&other.broadcasts);
        self.deaths.merge(&other.deaths);
        self.suspected += other.suspected;
        self.buried += other.buried;
    }
}

/// How clusters came back from faults of one kind.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Recoveries {
    /// Faults that took hold.
    pub faults: u64,
    /// For those after which a write was acknowledged before another fault had hold of the cluster:
    /// how long a client waited for that.
    pub spread: Spread,
}

impl Measures {
    /// Adds what other runs came to. The order does not matter.
    pub fn merge(&mut self, other: &Measures) {
        self.runs += other.runs;
        self.latency.merge(&other.latency);
        for (sum, n) in self.operations.iter_mut().zip(other.operations) {
            *sum += n;
        }
        self.time_us += other.time_us;
        self.led += other.led;
        self.leaderless_us += other.leaderless_us;
        self.leaderless_max = self.leaderless_max.max(other.leaderless_max);
        if let Some(group) = &other.group {
            self.group.get_or_insert_default().merge(group);
        }
        for (kind, recoveries) in &other.recovery {
            let mine = self.recovery.entry(*kind).or_default();
            mine.faults += recoveries.faults;
            mine.spread.merge(&recoveries.spread);
        }
    }

    /// Which share of the clients' operations was refused; 0 where there were none.
    #[must_use]
    pub fn refused(&self) -> f64 {
        share(self.operations[1], self.operations.iter().sum())
    }

    /// Of which share nobody knows whether they took effect; 0 where there were none.
    #[must_use]
    pub fn unknown(&self) -> f64 {
        share(self.operations[2], self.operations.iter().sum())
    }

    /// In which share of the time nobody led; `None` where no node ever says that it leads.
    #[must_use]
    pub fn leaderless(&self) -> Option<f64> {
        (self.led > 0).then(|| share(self.leaderless_us, self.time_us))
    }
}

pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// How durations are spread: their number, the longest, and any percentile to a thousandth of its
/// value, in a few hundred kilobytes at most, however many there are. (A log-linear histogram with
/// exact merging: <http://hdrhistogram.org>.)
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Spread {
    /// Made with the first duration.
    histogram: Option<Histogram<u64>>,
    max: Duration,
}

/// Digits that count: below 2,048 µs all is exact, above to a thousandth.
const DIGITS: u8 = 3;
/// What is longer, twelve days and more, is counted as this long.
const LONGEST_US: u64 = 1 << 40;

impl Spread {
    /// Adds a duration.
    pub fn record(&mut self, span: Duration) {
        let recorded = self.histogram().record(micros(span).min(LONGEST_US));
        recorded.expect("it resizes itself");
        self.max = self.max.max(span);
    }

    fn histogram(&mut self) -> &mut Histogram<u64> {
        self.histogram.get_or_insert_with(|| {
            Histogram::new(DIGITS).expect("three digits are within its limits")
        })
    }

    /// Adds all durations of another one.
    pub fn merge(&mut self, other: &Spread) {
        if let Some(histogram) = &other.histogram {
            self.histogram().add(histogram).expect("it resizes itself, and digits are the same");
            self.max = self.max.max(other.max);
        }
    }

    /// How many durations it holds.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.histogram.as_ref().map_or(0, Histogram::len)
    }

    /// The longest, exactly; zero where there is none.
    #[must_use]
    pub const fn max(&self) -> Duration {
        self.max
    }

    /// The shortest duration that is at least as long as so many percent of all (the nearest rank),
    /// to a thousandth of its value; zero where there is none.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Duration {
        let Some(histogram) = &self.histogram else { return Duration::ZERO };
        let count = histogram.len();
        // Just below the rank, so that rounding does not lead to the next one.
        let quantile = (rank(percent, count) as f64 - 0.5) / count as f64;
        Duration::from_micros(histogram.value_at_quantile(quantile)).min(self.max)
    }
}

/// The place, from 1, of the value among so many in order that is a percentile of them: the first
/// that so many percent do not exceed.
pub(crate) fn rank(percent: f64, count: u64) -> u64 {
    // 99.9% of 1,000 is 999, and not a little more because a tenth has no exact binary form.
    let rank = (percent * count as f64 / 100.0 - 1e-6).ceil();
    (rank.max(1.0) as u64).min(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn spread(times: impl IntoIterator<Item = Duration>) -> Spread {
        let mut spread = Spread::default();
        times.into_iter().for_each(|time| spread.record(time));
        spread
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let spread = spread((1..=1_000).map(Duration::from_micros));
        let at = |percent| spread.percentile(percent).as_micros();
        assert_eq!(
            [at(50.0), at(90.0), at(99.0), at(99.9), at(100.0)],
            [500, 900, 990, 999, 1_000]
        );
        assert_eq!((spread.count(), spread.max()), (1_000, ms(1)));
    }

    #[test]
    fn long_times_are_told_to_a_thousandth_and_the_longest_exactly() {
        let spread = spread([ms(20), ms(1_234), Duration::from_micros(9_876_543)]);
        let half = spread.percentile(50.0);
        assert!(half >= ms(1_234) && half <= ms(1_236), "{half:?}");
        assert_eq!(spread.percentile(99.0), Duration::from_micros(9_876_543));
        let never = self::spread([Duration::MAX]);
        assert_eq!(never.max(), Duration::MAX);
    }

    #[test]
    fn nothing_has_no_length() {
        let none = Spread::default();
        assert_eq!((none.count(), none.percentile(99.0), none.max()), (0, ms(0), ms(0)));
        assert_eq!(Measures::default().refused().to_bits(), 0.0_f64.to_bits());
        assert_eq!(Measures::default().leaderless(), None);
    }

    /// Measures of a run, different for each number.
    fn run(number: u64) -> Measures {
        let kind = Kind::ALL[number as usize % 3];
        let times = (0..number).map(|n| Duration::from_micros(n * n * 77 + number));
        Measures {
            runs: 1,
            latency: spread(times.clone()),
            operations: [number, number % 5, number % 7],
            time_us: 10_000 + number,
            led: number % 2,
            leaderless_us: number,
            leaderless_max: ms(number % 11),
            group: number.is_multiple_of(2).then(|| Gossip {
                broadcasts: spread(times.clone()),
                deaths: spread(times.clone().take(3)),
                suspected: number,
                buried: number % 3,
            }),
            recovery: BTreeMap::from([(
                kind,
                Recoveries { faults: number, spread: spread(times) },
            )]),
        }
    }

    #[test]
    fn measures_merge_to_the_same_in_any_order_and_grouping() {
        let all = |numbers: &mut dyn Iterator<Item = u64>| {
            numbers.fold(Measures::default(), |mut sum, number| {
                sum.merge(&run(number));
                sum
            })
        };
        let upwards = all(&mut (0..100));
        let mut grouped = all(&mut (50..100).rev());
        grouped.merge(&all(&mut (0..50).rev()));
        assert_eq!((upwards.runs, upwards.operations[0]), (100, 4_950));
        assert_eq!(upwards, grouped);
    }

    #[test]
    fn memory_does_not_grow_with_what_is_recorded() {
        let spread = spread((0..200_000).map(|n| Duration::from_micros(n * 1_000_003)));
        let bytes = spread.histogram.map_or(0, |histogram| histogram.distinct_values() * 8);
        assert!(bytes < 300_000, "{bytes}");
    }
}
