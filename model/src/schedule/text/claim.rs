//! Reads a claim: words such as `partitions down:1` go in, a [`Nemesis`] comes out. Headers hold it
//! behind `survives`, and the command line takes the same words, separated by commas.

use super::words::{digits, excerpt, unknown};
use crate::error::Error;
use crate::fault::{Kind, Nemesis};
use std::ops::RangeInclusive;
use std::str::FromStr;

impl FromStr for Nemesis {
    type Err = Error;

    /// Reads what [`Nemesis`] displays, and the words `everything` and `nothing`. Commas separate
    /// as well as white space.
    ///
    /// ```
    /// use schism::Nemesis;
    /// let claim: Nemesis = "power-loss,partitions,down:1".parse()?;
    /// assert_eq!(claim, Nemesis::new().power_loss().partitions().down_at_most(1));
    /// # Ok::<(), schism::Error>(())
    /// ```
    fn from_str(text: &str) -> Result<Nemesis, Error> {
        text.split(separates)
            .filter(|word| !word.is_empty())
            .try_fold(Nemesis::new(), widened)
            .map_err(Error::new)
    }
}

/// Whether a character stands between the words of a claim.
pub(super) const fn separates(c: char) -> bool {
    c == ',' || c.is_whitespace()
}

/// The claim and what one more word adds to it.
pub(super) fn widened(claim: Nemesis, word: &str) -> Result<Nemesis, String> {
    if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.word() == word) {
        return Ok(claim.with(kind));
    }
    if word == "nothing" {
        return Ok(claim);
    }
    if word == "everything" {
        return Ok(Nemesis::everything().kinds().fold(claim, Nemesis::with));
    }
    if let Some(limit) = word.strip_prefix("down:") {
        if claim.down_limit().is_some() {
            return Err("`down` is said twice".to_owned());
        }
        let limit = digits(limit).and_then(|limit| u32::try_from(limit).ok());
        let limit = limit.ok_or_else(|| format!("expected `down:1`, found `{}`", excerpt(word)))?;
        return Ok(claim.down_at_most(limit));
    }
    if let Some(limit) = word.strip_prefix("damaged:") {
        if claim.damage_limit().is_some() {
            return Err("`damaged` is said twice".to_owned());
        }
        let limit = digits(limit).and_then(|limit| u32::try_from(limit).ok());
        let limit =
            limit.ok_or_else(|| format!("expected `damaged:1`, found `{}`", excerpt(word)))?;
        return Ok(claim.damaged_at_most(limit));
    }
    if let Some(own) = word.strip_prefix("disturb:") {
        let (name, arguments) = disturbance(own).ok_or_else(|| {
            format!("expected `disturb:spike-storm:1..10000`, found `{}`", excerpt(word))
        })?;
        return Ok(claim.own(name, arguments));
    }
    let mut known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
    known.extend(["down:1", "damaged:1", "everything", "nothing"]);
    Err(unknown("fault", word, &known))
}

/// Reads `spike-storm:1..10000`.
fn disturbance(text: &str) -> Option<(&str, RangeInclusive<u64>)> {
    let (name, arguments) = text.rsplit_once(':').filter(|(name, _)| !name.is_empty())?;
    let (low, high) = arguments.split_once("..")?;
    let [low, high] = [low, high].map(|n| digits(n).and_then(|n| u64::try_from(n).ok()));
    Some((name, low?..=high?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_reads_back_as_it_is_written() {
        let all = Kind::ALL.into_iter().fold(Nemesis::new(), Nemesis::with);
        let own = Nemesis::new().own("spike storm", 1..=10_000).own("a:b", 0..=0).crashes();
        for claim in
            [Nemesis::new(), Nemesis::everything(), all.down_at_most(2).damaged_at_most(1), own]
        {
            assert_eq!(claim.to_string().parse(), Ok(claim));
        }
    }

    #[test]
    fn a_claim_takes_commas_and_two_words_for_all_and_none() {
        assert_eq!("crashes, loss,,".parse(), Ok(Nemesis::new().crashes().loss()));
        assert_eq!("everything,down:1".parse(), Ok(Nemesis::everything().down_at_most(1)));
        assert_eq!("nothing".parse(), Ok(Nemesis::new()));
    }

    #[test]
    fn a_claim_that_cannot_be_read_says_what_was_expected() {
        for (text, error) in [
            ("partition", "unknown fault `partition`: did you mean `partitions`?"),
            ("down:x", "expected `down:1`, found `down:x`"),
            ("down:4294967296", "expected `down:1`, found `down:4294967296`"),
            ("down:1 down:2", "`down` is said twice"),
            ("damaged:x", "expected `damaged:1`, found `damaged:x`"),
            ("damaged:1 damaged:1", "`damaged` is said twice"),
            ("disturb:", "expected `disturb:spike-storm:1..10000`, found `disturb:`"),
            ("disturb::1..2", "expected `disturb:spike-storm:1..10000`, found `disturb::1..2`"),
            ("disturb:a:1", "expected `disturb:spike-storm:1..10000`, found `disturb:a:1`"),
            (
                "war",
                "unknown fault `war`: expected one of crashes, power-loss, stops, pauses, \
                 partitions, holds, loss, delays, doubles, overtaking, congestion, hurry, slowness, \
                 disk-errors, clocks, disk-lies, damage, corruption, retries, disturbances, down:1, \
                 damaged:1, everything, nothing",
            ),
        ] {
            assert_eq!(text.parse::<Nemesis>(), Err(Error::new(error)));
        }
    }
}
