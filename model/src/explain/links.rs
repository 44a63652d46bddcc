//! Trouble with links, messages and requests comes in; English goes out. It must not decide what is
//! worth telling, only how it is said.

use super::words::{Told, ordinal};
use crate::fault::{Fault, LinkTrouble, Overflow, Target};
use crate::time::{Spelled, micros};
use std::time::Duration;

/// Groups of nodes, with bars between them.
pub(super) fn sides(groups: &[Vec<Target>]) -> String {
    let side =
        |group: &Vec<Target>| group.iter().map(Target::to_string).collect::<Vec<_>>().join(" ");
    groups.iter().map(side).collect::<Vec<_>>().join(" | ")
}

/// A fault in words; `None` where it is of another sort. `name` tells who a first target was.
pub(super) fn fault(fault: &Fault, name: impl Fn(&Target) -> String) -> Option<Told> {
    let message = |nth: u32, from: &Target, to: &Target| {
        format!("the {} message from here, {} to {to},", ordinal(nth), name(from))
    };
    Some(Told::Across(match fault {
        Fault::Ring { .. } => {
            "a ring: each node hears a bare majority, no two the same one".to_owned()
        }
        Fault::Bridge { node } => {
            format!("two halves cut off from each other, both reach {}", name(node))
        }
        Fault::Flap { groups, every, lasts } => {
            let (every, lasts) = (spelled(*every), spelled(*lasts));
            format!("links fail and come back each {every} for {lasts}: {}", sides(groups))
        }
        Fault::Double { nth, from, to, by } => {
            format!("{} comes twice{}", message(*nth, from, to), later(*by))
        }
        Fault::Swap { nth, from, to } => {
            format!("{} waits until the next one has passed", message(*nth, from, to))
        }
        Fault::Corrupt { nth, from, to, .. } => {
            format!("a bit of {} is flipped", message(*nth, from, to).trim_end_matches(','))
        }
        Fault::Link { from, to, what, lasts } => {
            format!("{} for {}", link(*what, &name(from), to), spelled(*lasts))
        }
        Fault::Again { client, .. } => {
            return Some(Told::At(format!("{client} sends its request again, here")));
        }
        Fault::DoubleRequest { nth, client, by } => {
            format!("the {} request of {client} from here comes twice{}", ordinal(*nth), later(*by))
        }
        _ => return None,
    }))
}

fn spelled(span: Duration) -> Spelled {
    Spelled(micros(span))
}

fn later(by: Duration) -> String {
    if by.is_zero() { String::new() } else { format!(", {} apart", spelled(by)) }
}

fn link(what: LinkTrouble, from: &str, to: &Target) -> String {
    match what {
        LinkTrouble::Loses { ratio } if ratio.part == ratio.of => {
            format!("all messages from {from} to {to} are lost")
        }
        LinkTrouble::Loses { ratio } => {
            format!("{} in {} messages from {from} to {to} are lost", ratio.part, ratio.of)
        }
        LinkTrouble::Late { by } => {
            format!("messages from {from} to {to} take {} longer", spelled(by))
        }
        LinkTrouble::Narrow { per_second, queue, overflow } => {
            let full = match overflow {
                Overflow::DropNewest => format!("{queue} wait, newer ones are lost,"),
                Overflow::DropOldest => format!("{queue} wait, older ones are lost,"),
                Overflow::Block => "the rest wait".to_owned(),
            };
            format!("{per_second} messages a second get from {from} to {to}, {full}")
        }
    }
}
