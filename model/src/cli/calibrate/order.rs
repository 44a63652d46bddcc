//! Figures of single hunts come in; their median, its interval and the 95th percentile go out.
//!
//! Times to a first hit are far from normal, and some are cut off. So nothing is averaged: the
//! figures are taken at ranks, and a hunt that was cut off is later than all others. That such an
//! interval holds the true median is as likely as that of `n` tosses of a coin between `k` and
//! `n - k` show heads, whatever the distribution (Conover, "Practical Nonparametric Statistics").

/// What many hunts of one kind have in common.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Summary {
    /// The value in the middle; `None` where that hunt was cut off.
    pub(super) median: Option<f64>,
    /// Between which values the true median lies, with a confidence of 95% or a little more; the
    /// upper one is `None` where it is not known. Fewer than six hunts have no interval.
    pub(super) interval: Option<(f64, Option<f64>)>,
    /// Nineteen in twenty hunts took at most this; `None` where that hunt was cut off.
    pub(super) p95: Option<f64>,
}

/// Sums up values; `None` stands for one that is later than all others.
pub(super) fn summary(values: impl IntoIterator<Item = Option<f64>>) -> Summary {
    let mut values: Vec<Option<f64>> = values.into_iter().collect();
    values.sort_by(|one, other| {
        let late = |value: &Option<f64>| value.unwrap_or(f64::INFINITY);
        late(one).total_cmp(&late(other))
    });
    let n = values.len();
    // Ranks count from 1. Of an even number the lower of the two in the middle: it is a hunt that
    // was.
    let at = |rank: usize| values.get(rank.wrapping_sub(1)).copied().flatten();
    let interval = rank_below(n).and_then(|rank| Some((at(rank)?, at(n + 1 - rank))));
    Summary { median: at(n.div_ceil(2)), interval, p95: at((n * 19).div_ceil(20)) }
}

/// The largest rank from either end at which an interval for the median still has a confidence of
/// 95%: at most 2.5% of `n` tosses show heads fewer times than that.
fn rank_below(n: usize) -> Option<usize> {
    let mut term = 0.5_f64.powi(i32::try_from(n).ok()?);
    let (mut sum, mut rank) = (0.0, 0);
    while rank < n {
        sum += term;
        if sum > 0.025 {
            break;
        }
        term *= (n - rank) as f64 / (rank + 1) as f64;
        rank += 1;
    }
    (rank > 0).then_some(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranks_are_those_of_the_tables() {
        // Conover 1999, table A3; with six tosses both ends together have 2/64.
        for (n, rank) in [(5, None), (6, Some(1)), (9, Some(2)), (15, Some(4)), (21, Some(6))] {
            assert_eq!(rank_below(n), rank, "{n}");
        }
        assert_eq!((rank_below(100), rank_below(0)), (Some(40), None));
    }

    #[test]
    fn figures_stand_at_their_ranks() {
        let all = summary((1..=21).rev().map(|n| Some(f64::from(n))));
        let interval = Some((6.0, Some(16.0)));
        assert_eq!(all, Summary { median: Some(11.0), interval, p95: Some(20.0) });
        let one = summary([Some(7.0)]);
        assert_eq!(one, Summary { median: Some(7.0), interval: None, p95: Some(7.0) });
    }

    #[test]
    fn what_was_cut_off_is_later_than_all_others() {
        let some = |cut: u32| summary((1..=21).map(|n| (n > cut).then(|| f64::from(n))));
        let interval = Some((16.0, None));
        assert_eq!(some(10), Summary { median: Some(21.0), interval, p95: None });
        assert_eq!(some(11).median, None);
        assert_eq!(some(21), Summary { median: None, interval: None, p95: None });
        assert_eq!(summary([]), Summary { median: None, interval: None, p95: None });
    }
}
