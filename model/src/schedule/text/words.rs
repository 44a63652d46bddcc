//! The vocabulary of the format: word lists, numbers, durations, ordinals. Text goes in, values or
//! half a sentence of complaint come out; where in a file the text stands is not known here.

/// The words with which a step's action begins, but for clients' names.
pub(super) const ACTIONS: [&str; 47] = [
    "crash",
    "power-loss",
    "stop",
    "restart",
    "pause",
    "resume",
    "partition",
    "isolate",
    "cut",
    "heal",
    "hold",
    "release",
    "drop",
    "delay",
    "hurry",
    "disturb",
    "restart-all",
    "rolling-restart",
    "slow",
    "disk",
    "wipe",
    "revert",
    "drift",
    "wobble",
    "jitter",
    "freeze",
    "ring",
    "bridge",
    "flap",
    "double",
    "swap",
    "corrupt",
    "lose",
    "latency",
    "congest",
    "by-hand",
    "let-go",
    "next",
    "deliver",
    "repeat",
    "fire",
    "synced",
    "give-up",
    "expect",
    "load",
    "mend",
    "clear",
];

/// The events that a step can wait for.
pub(super) const EVENTS: [&str; 4] = ["@elected", "@acked", "@answered", "@down"];

/// The words of a header.
pub(super) const HEADER: [&str; 10] = [
    "nodes",
    "seed",
    "quiet",
    "noise",
    "latency",
    "client-latency",
    "client-timeout",
    "linger",
    "settle",
    "survives",
];

/// The words that may stand before a role and mean nothing.
pub(super) const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// The value of a text of nothing but decimal digits. What is larger than any limit stays so.
pub(super) fn digits(text: &str) -> Option<u128> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| {
        let add = |n: u128, byte: u8| n.saturating_mul(10).saturating_add(u128::from(byte - b'0'));
        text.bytes().fold(0, add)
    })
}

/// The number in a name such as `n2` or `c0`.
pub(super) fn name(prefix: char, word: &str) -> Option<u128> {
    word.strip_prefix(prefix).and_then(digits)
}

/// Whether a word can name a role: lower-case letters and `-`, from a letter on, and no article.
pub(super) fn is_role(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        && !ARTICLES.contains(&word)
}

/// Reads a seed, `0x2a` or `42`.
pub(crate) fn seed(word: &str) -> Option<u64> {
    match word.strip_prefix("0x") {
        Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            u64::from_str_radix(hex, 16).ok()
        }
        Some(_) => None,
        None => digits(word).and_then(|n| u64::try_from(n).ok()),
    }
}

/// Reads a duration such as `20ms`, `1500us` or `1.5s`, in microseconds.
pub(crate) fn span(text: &str) -> Result<u64, String> {
    let unit_at = text.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(text.len());
    let (amount, unit) = text.split_at(unit_at);
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, "0"));
    let (Some(whole), Some(_)) = (digits(whole), digits(fraction)) else {
        return Err(no_span(text));
    };
    let decimals = match unit {
        "us" => 0,
        "ms" => 3,
        "s" => 6,
        "" => return Err(format!("the time `{}` needs a unit: us, ms or s", excerpt(text))),
        _ => return Err(no_span(text)),
    };
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals {
        return Err(format!("the time `{}` is finer than a microsecond", excerpt(text)));
    }
    let fraction = format!("{fraction:0<decimals$}");
    let micros = whole
        .saturating_mul(10_u128.pow(decimals as u32))
        .saturating_add(digits(&fraction).unwrap_or(0));
    u64::try_from(micros)
        .map_err(|_| format!("the time `{}` is too long: at most {}us", excerpt(text), u64::MAX))
}

fn no_span(text: &str) -> String {
    format!("expected a time such as 20ms, 1500us or 1.5s, found `{}`", excerpt(text))
}

/// The ending that makes a number an ordinal: 1st, 2nd, 3rd, 4th, 11th, 21st.
pub(super) const fn ordinal_ending(n: u32) -> &'static str {
    match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// The number of an ordinal. Which of the four endings it has does not matter.
pub(super) fn ordinal(word: &str) -> Option<u128> {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending));
    number.and_then(digits)
}

/// What to show of a text that may be long and may hold anything.
pub(super) fn excerpt(text: &str) -> String {
    shortened(text, 40)
}

/// The first characters of a text, fit to be shown.
pub(super) fn shortened(text: &str, chars: usize) -> String {
    let mut shown = String::new();
    for (place, c) in text.chars().enumerate() {
        if place == chars {
            shown.push('…');
            break;
        }
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

/// Says that a word is none of those known, and which of them was probably meant.
pub(super) fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    let shown = excerpt(word);
    match nearest(word, known) {
        Some(meant) => format!("unknown {what} `{shown}`: did you mean `{meant}`?"),
        None => format!("unknown {what} `{shown}`: expected one of {}", known.join(", ")),
    }
}

/// The known word that is at most two slips away, if that leaves most of the word as it is.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    const LONGEST: usize = 24;
    let word: Vec<char> = word.chars().take(LONGEST + 1).collect();
    if word.len() > LONGEST {
        return None;
    }
    let near = known.iter().map(|known| (slips(&word, known), *known));
    let (slips, meant) = near.min_by_key(|(slips, _)| *slips)?;
    (slips <= 2 && slips * 3 <= word.len()).then_some(meant)
}

/// How many letters must be put in, left out, replaced or swapped with their neighbour to make one
/// word of another (the optimal string alignment distance).
fn slips(word: &[char], known: &str) -> usize {
    let known: Vec<char> = known.chars().collect();
    let mut before = vec![0; known.len() + 1];
    let mut above: Vec<usize> = (0..=known.len()).collect();
    for (i, a) in word.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in known.iter().enumerate() {
            let mut best = (above[j] + usize::from(a != b)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == known[j - 1] && word[i - 1] == *b {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[known.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_in_three_units_and_with_fractions_down_to_a_microsecond() {
        for (text, micros) in [
            ("20ms", 20_000),
            ("1500us", 1_500),
            ("2s", 2_000_000),
            ("1.5s", 1_500_000),
            ("1.500000000s", 1_500_000),
            ("0.001ms", 1),
            ("7.0us", 7),
            ("18446744073709551615us", u64::MAX),
        ] {
            assert_eq!(span(text), Ok(micros), "{text}");
        }
    }

    #[test]
    fn ordinals_end_as_they_are_spoken() {
        for word in ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th", "122nd"] {
            let number = ordinal(word).expect("an ordinal");
            let ending = ordinal_ending(u32::try_from(number).expect("a small number"));
            assert_eq!(format!("{number}{ending}"), word);
        }
        assert_eq!([ordinal("2th"), ordinal("2"), ordinal("nd")], [Some(2), None, None]);
    }

    #[test]
    fn the_nearest_word_is_at_most_two_slips_away() {
        for (word, meant) in [
            ("crsh", Some("crash")),
            ("carsh", Some("crash")),
            ("Crash", Some("crash")),
            ("powerloss", Some("power-loss")),
            ("partion", Some("partition")),
            ("dorp", Some("drop")),
            ("x", None),
            ("explode", None),
        ] {
            assert_eq!(nearest(word, &ACTIONS), meant, "{word}");
        }
    }
}
