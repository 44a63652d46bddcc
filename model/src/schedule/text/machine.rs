//! Reads the steps about one machine's speed, disk and clock, and those about all processes.

use super::line::Line;
use super::step::{duration, kept_percent, target};
use super::words::{digits, excerpt};
use crate::error::Error;
use crate::fault::{ClockTrouble, DiskCall, DiskTrouble, Fault};
use std::time::Duration;

type Read<T> = Result<T, Error>;

/// Reads what follows one of these steps' first words.
pub(super) fn fault(word: &str, line: &mut Line) -> Read<Fault> {
    Ok(match word {
        "restart-all" => Fault::RestartAll,
        "rolling-restart" => Fault::RollingRestart { every: span(line, "every")? },
        "slow" => {
            let node = target(line)?;
            Fault::Slow { node, by: span(line, "by")?, lasts: span(line, "for")? }
        }
        "disk" => Fault::Disk { node: target(line)?, what: disk(line)? },
        "wipe" => Fault::Disk { node: target(line)?, what: DiskTrouble::Wiped },
        "revert" => Fault::Disk { node: target(line)?, what: DiskTrouble::Reverted },
        _ => {
            let node = target(line)?;
            let what = match word {
                "drift" => ClockTrouble::Drifts { percent: drift(line)? },
                "wobble" => {
                    let percent = percent(line, ClockTrouble::SWING_MAX)?;
                    ClockTrouble::Wobbles { percent, every: span(line, "every")? }
                }
                "jitter" => {
                    ClockTrouble::Jitters { percent: percent(line, ClockTrouble::SWING_MAX)? }
                }
                _ => ClockTrouble::Freezes { lasts: span(line, "for")? },
            };
            Fault::Clock { node, what }
        }
    })
}

/// What can stand behind `disk n2`.
const DISK: [&str; 7] = ["fails", "is", "lies", "tears", "misdirects", "flips", "loses"];

fn disk(line: &mut Line) -> Read<DiskTrouble> {
    let word = line.peek();
    if !DISK.contains(&word) {
        return Err(line.unknown("trouble of a disk", &DISK));
    }
    line.take(word);
    Ok(match word {
        "fails" => {
            line.expect(&["its", "next"])?;
            let call = if line.take_if("write") {
                DiskCall::Write
            } else if line.take_if("sync") {
                DiskCall::Sync
            } else {
                return Err(line.unknown("call", &["write", "sync"]));
            };
            DiskTrouble::Fails { call, kept_percent: kept_percent(line)? }
        }
        "is" if line.take_if("full") => {
            DiskTrouble::Full { lasts: span(line, "for")?, kept_percent: kept_percent(line)? }
        }
        "is" if line.take_if("slow") => {
            DiskTrouble::Slow { by: span(line, "by")?, lasts: span(line, "for")? }
        }
        "is" => return Err(line.unknown("state", &["full", "slow"])),
        "lies" => DiskTrouble::Lies { lasts: span(line, "for")? },
        "tears" | "misdirects" => {
            line.expect(&["its", "next", "write"])?;
            if word == "tears" { DiskTrouble::Tears } else { DiskTrouble::Misdirects }
        }
        "flips" => {
            line.expect(&["bit"])?;
            DiskTrouble::Flips { bit: line.number("which bit, such as 12345", u64::MAX)? }
        }
        _ => {
            line.expect(&["file"])?;
            let file = line.number("which file, such as 1", u64::from(u32::MAX))?;
            DiskTrouble::Loses { file: file as u32 }
        }
    })
}

/// Reads a time behind a word: `for 500ms`.
pub(super) fn span(line: &mut Line, word: &str) -> Read<Duration> {
    line.expect(&[word])?;
    duration(line)
}

fn percent(line: &mut Line, max: u8) -> Read<u8> {
    let word = line.peek();
    let percent = word.strip_suffix('%').and_then(digits);
    let percent = percent.ok_or_else(|| line.expected("a share such as 20%"))?;
    let percent = u8::try_from(percent)
        .ok()
        .filter(|percent| *percent <= max)
        .ok_or_else(|| line.error(format!("`{}` is too large: at most {max}%", excerpt(word))))?;
    line.take(word);
    Ok(percent)
}

/// Reads `+5%` or `-5%`.
fn drift(line: &mut Line) -> Read<i16> {
    let word = line.peek();
    let (least, most) = (ClockTrouble::SLOWEST, ClockTrouble::FASTEST);
    let body = word.strip_suffix('%').unwrap_or_default();
    let (sign, amount) = match (body.strip_prefix('+'), body.strip_prefix('-')) {
        (Some(amount), _) => (1, amount),
        (_, Some(amount)) => (-1, amount),
        _ => (1, body),
    };
    let amount = digits(amount).ok_or_else(|| line.expected("a drift such as +5%"))?;
    let percent = i16::try_from(amount).ok().map(|amount| sign * amount);
    let percent = percent.filter(|percent| (least..=most).contains(percent)).ok_or_else(|| {
        line.error(format!("`{}` is too much: from {least}% to +{most}%", excerpt(word)))
    })?;
    line.take(word);
    Ok(percent)
}
