//! Writes schedules and their parts: values go in, text comes out that reads back as the same
//! values. Whether a step makes sense is not known here.
//!
//! Two spaces stand between the fields of a line, and in a whole schedule the actions line up: this
//! text is what a person reads when a test has failed.

use super::words::ordinal_ending;
use crate::fault::{ClockTrouble, CrashPoint, DiskTrouble, Fault, LinkTrouble, Target};
use crate::schedule::{Action, Anchor, Schedule, Step, Timing, When};
use crate::time::{Spelled, micros};
use std::fmt::{self, Display, Write};
use std::time::Duration;

impl<Op: Display> Display for Schedule<Op> {
    /// The header, then one line for each step. No line break stands at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut when = String::new();
        let mut width = 0;
        for step in &self.steps {
            when.clear();
            write!(when, "{}", step.when)?;
            width = width.max(when.len());
        }
        f.write_str(&self.header())?;
        for step in &self.steps {
            when.clear();
            write!(when, "{}", step.when)?;
            write!(f, "\n  {when:width$}  {}", step.action)?;
        }
        Ok(())
    }
}

impl<Op> Schedule<Op> {
    /// The first line of the schedule's text: `nodes 3  quiet  survives partitions`.
    #[must_use]
    pub fn header(&self) -> String {
        let mut fields = vec![format!("nodes {}", self.nodes)];
        if self.seed.0 != 0 {
            fields.push(format!("seed {}", self.seed));
        }
        match self.noise {
            None => fields.push("quiet".to_owned()),
            Some(noise) => fields.push(format!("noise {} {}", noise.seed, noise.rate)),
        }
        let defaults = timing_words(&Timing::DEFAULT);
        for ((word, span), (_, default)) in timing_words(&self.timing).into_iter().zip(defaults) {
            if micros(span) != micros(default) {
                fields.push(format!("{word} {}", spelled(span)));
            }
        }
        let claim = self.claim.to_string();
        if !claim.is_empty() {
            fields.push(format!("survives {claim}"));
        }
        fields.join("  ")
    }
}

const fn timing_words(timing: &Timing) -> [(&'static str, Duration); 5] {
    [
        ("latency", timing.latency),
        ("client-latency", timing.client_latency),
        ("client-timeout", timing.client_timeout),
        ("linger", timing.linger),
        ("settle", timing.settle),
    ]
}

/// Virtual time counts in microseconds, so what is finer is not written.
const fn spelled(span: Duration) -> Spelled {
    Spelled(micros(span))
}

impl<Op: Display> Display for Step<Op> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", self.when, self.action)
    }
}

impl Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            When::At(time) => write!(f, "@{}", Spelled(time.0)),
            When::After(span) => write!(f, "@+{}", spelled(span)),
            When::On(anchor, span) if micros(span) == 0 => write!(f, "{anchor}"),
            When::On(anchor, span) => write!(f, "{anchor} +{}", spelled(span)),
        }
    }
}

impl Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Anchor::Elected(None) => f.write_str("@elected"),
            Anchor::Elected(Some(node)) => write!(f, "@elected {node}"),
            Anchor::Acked(step) => write!(f, "@acked {}", step.saturating_add(1)),
            Anchor::Answered(step) => write!(f, "@answered {}", step.saturating_add(1)),
            Anchor::Down(node) => write!(f, "@down {node}"),
        }
    }
}

impl<Op: Display> Display for Action<Op> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Request { client, to, op } => write!(f, "{client} -> {to}  {op}"),
            Action::Fault(fault) => write!(f, "{fault}"),
            Action::Expect(expect) => write!(f, "expect {expect}"),
            Action::Load(load) => write!(f, "{load}"),
        }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Crash { node, point } => {
                write!(f, "crash {node}")?;
                write_point(f, *point)
            }
            Fault::PowerLoss { node, point, kept_percent } => {
                write!(f, "power-loss {node}")?;
                write_point(f, *point)?;
                if *kept_percent == 0 { Ok(()) } else { write!(f, " keeping {kept_percent}%") }
            }
            Fault::Stop { node } => write!(f, "stop {node}"),
            Fault::Restart { node } => write!(f, "restart {node}"),
            Fault::Pause { node } => write!(f, "pause {node}"),
            Fault::Resume { node } => write!(f, "resume {node}"),
            Fault::Partition { groups } => write_groups(f, "partition", groups),
            Fault::Isolate { node } => write!(f, "isolate {node}"),
            Fault::Cut { from, to, both: false } => write!(f, "cut {from} -> {to}"),
            Fault::Cut { from, to, both: true } => write!(f, "cut {from} -- {to}"),
            Fault::Heal => f.write_str("heal"),
            Fault::Hold { from, to } => write!(f, "hold {from} -> {to}"),
            Fault::Release { from, to } => write!(f, "release {from} -> {to}"),
            Fault::Drop { nth, from, to } => {
                write!(f, "drop the {nth}{} {from} -> {to} from here", ordinal_ending(*nth))
            }
            Fault::Delay { nth, from, to, by } => {
                let ending = ordinal_ending(*nth);
                write!(f, "delay the {nth}{ending} {from} -> {to} from here by {}", spelled(*by))
            }
            Fault::Hurry { node, by } => write!(f, "hurry {node} {}", spelled(*by)),
            Fault::Disturb { node, name, argument } => {
                write!(f, "disturb {node} {name} {argument}")
            }
            Fault::CrashLoop { node, times, every } => {
                write!(f, "crash {node} {times} times every {}", spelled(*every))
            }
            Fault::RestartAll => f.write_str("restart-all"),
            Fault::RollingRestart { every } => {
                write!(f, "rolling-restart every {}", spelled(*every))
            }
            Fault::Slow { node, by, lasts } => {
                write!(f, "slow {node} by {} for {}", spelled(*by), spelled(*lasts))
            }
            Fault::Disk { node, what: DiskTrouble::Wiped } => write!(f, "wipe {node}"),
            Fault::Disk { node, what: DiskTrouble::Reverted } => write!(f, "revert {node}"),
            Fault::Disk { node, what } => write!(f, "disk {node} {what}"),
            Fault::Clock { node, what } => write_clock(f, node, *what),
            Fault::Hand(hand) => super::hand::write(f, hand),
            Fault::Mend { node } => write!(f, "mend {node}"),
            Fault::Clear { from, to } => write!(f, "clear {from} -> {to}"),
            Fault::Ring { .. }
            | Fault::Bridge { .. }
            | Fault::Flap { .. }
            | Fault::Double { .. }
            | Fault::Swap { .. }
            | Fault::Corrupt { .. }
            | Fault::Link { .. }
            | Fault::Again { .. }
            | Fault::DoubleRequest { .. } => write_network(f, self),
        }
    }
}

/// The steps about links, messages and requests that are read in `network`.
fn write_network(f: &mut fmt::Formatter<'_>, fault: &Fault) -> fmt::Result {
    match fault {
        Fault::Ring { order } => {
            f.write_str("ring")?;
            order.iter().try_for_each(|node| write!(f, " {node}"))
        }
        Fault::Bridge { node } => write!(f, "bridge {node}"),
        Fault::Flap { groups, every, lasts } => {
            match &groups[..] {
                [a, b] if a.len() == 1 && b.len() == 1 => {
                    write!(f, "flap {} -- {}", a[0], b[0])?;
                }
                _ => write_groups(f, "flap", groups)?,
            }
            write!(f, " every {} for {}", spelled(*every), spelled(*lasts))
        }
        Fault::Double { nth, from, to, by } => {
            write!(f, "double the {nth}{} {from} -> {to} from here", ordinal_ending(*nth))?;
            write_by(f, *by)
        }
        Fault::Swap { nth, from, to } => {
            write!(f, "swap the {nth}{} {from} -> {to} from here", ordinal_ending(*nth))
        }
        Fault::Corrupt { nth, from, to, bit } => {
            let ending = ordinal_ending(*nth);
            write!(f, "corrupt the {nth}{ending} {from} -> {to} from here bit {bit}")
        }
        Fault::Link { from, to, what, lasts } => write_link(f, (from, to), *what, *lasts),
        Fault::Again { client, to } => write!(f, "{client} again -> {to}"),
        Fault::DoubleRequest { nth, client, by } => {
            let ending = ordinal_ending(*nth);
            write!(f, "double the {nth}{ending} request of {client} from here")?;
            write_by(f, *by)
        }
        // The others are written above.
        _ => Ok(()),
    }
}

fn write_clock(f: &mut fmt::Formatter<'_>, node: &Target, what: ClockTrouble) -> fmt::Result {
    match what {
        ClockTrouble::Drifts { percent } => write!(f, "drift {node} {percent:+}%"),
        ClockTrouble::Wobbles { percent, every } => {
            write!(f, "wobble {node} {percent}% every {}", spelled(every))
        }
        ClockTrouble::Jitters { percent } => write!(f, "jitter {node} {percent}%"),
        ClockTrouble::Freezes { lasts } => write!(f, "freeze {node} for {}", spelled(lasts)),
    }
}

fn write_point(f: &mut fmt::Formatter<'_>, point: Option<CrashPoint>) -> fmt::Result {
    match point {
        Some(point) => write!(f, " {point}"),
        None => Ok(()),
    }
}

/// How much later something comes; nothing where it comes at once.
fn write_by(f: &mut fmt::Formatter<'_>, by: Duration) -> fmt::Result {
    if micros(by) == 0 { Ok(()) } else { write!(f, " by {}", spelled(by)) }
}

fn write_link(
    f: &mut fmt::Formatter<'_>,
    (from, to): (&Target, &Target),
    what: LinkTrouble,
    lasts: Duration,
) -> fmt::Result {
    match what {
        LinkTrouble::Loses { ratio } => {
            write!(f, "lose {} in {} {from} -> {to}", ratio.part, ratio.of)?;
        }
        LinkTrouble::Late { by } => write!(f, "latency {from} -> {to} by {}", spelled(by))?,
        LinkTrouble::Narrow { per_second, queue, overflow } => {
            let overflow = overflow.word();
            write!(f, "congest {from} -> {to} to {per_second}/s queue {queue} {overflow}")?;
        }
    }
    write!(f, " for {}", spelled(lasts))
}

fn write_groups(f: &mut fmt::Formatter<'_>, word: &str, groups: &[Vec<Target>]) -> fmt::Result {
    f.write_str(word)?;
    for (place, group) in groups.iter().enumerate() {
        if place > 0 {
            f.write_str(" |")?;
        }
        for node in group {
            write!(f, " {node}")?;
        }
    }
    Ok(())
}
