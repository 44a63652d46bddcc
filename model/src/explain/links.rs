//! Trouble with links, messages and requests comes in; English goes out. It must not decide what is
//! worth telling, only how it is said.

use super::words::{Told, ordinal};
use crate::fault::{Fault, LinkTrouble, Overflow, Target};
use crate::time::{Spelled, micros};
use crate::trace::{LinkCount, LossCause};
use std::fmt::Write;
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
            format!("a bit of {} is flipped", message(*nth, from, to))
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

/// What each link carried and lost, a line for each: `n1 -> n3  112 sent  4 cut off  1 dropped`.
pub(super) fn carried(links: &[LinkCount]) -> String {
    let mut text = String::new();
    for link in links {
        let lost = LossCause::ALL.into_iter().zip(link.lost).filter(|(_, n)| *n > 0);
        let lost: String = lost.map(|(cause, n)| format!("  {n} {}", cause.word())).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {} -> {}  {} sent{lost}", link.from, link.to, link.sent);
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::NodeId;
    use crate::spec::kv;

    fn said(text: &str) -> String {
        let schedule: crate::Schedule<kv::Op> =
            format!("nodes 3\n@0ms {text}").parse().expect("it is written well");
        let crate::schedule::Action::Fault(what) = &schedule.steps[0].action else {
            panic!("{text} is a fault");
        };
        match fault(what, Target::to_string).expect("it has words") {
            Told::At(said) | Told::Across(said) => said,
        }
    }

    #[test]
    fn trouble_of_links_is_said_without_the_words_of_the_format() {
        for (text, words) in [
            ("bridge n3", "two halves cut off from each other, both reach n3"),
            (
                "flap n1 -- n2 every 50ms for 400ms",
                "links fail and come back each 50ms for 400ms: n1 | n2",
            ),
            (
                "double the 2nd n1 -> n3 from here by 5ms",
                "the 2nd message from here, n1 to n3, comes twice, 5ms apart",
            ),
            (
                "swap the 1st n1 -> n3 from here",
                "the 1st message from here, n1 to n3, waits until the next one has passed",
            ),
            (
                "corrupt the 1st n1 -> n3 from here bit 7",
                "a bit of the 1st message from here, n1 to n3, is flipped",
            ),
            ("lose 1 in 1 n1 -> n2 for 50ms", "all messages from n1 to n2 are lost for 50ms"),
            ("lose 1 in 3 n1 -> n2 for 50ms", "1 in 3 messages from n1 to n2 are lost for 50ms"),
            (
                "latency n1 -> n2 by 50ms for 500ms",
                "messages from n1 to n2 take 50ms longer for 500ms",
            ),
            (
                "congest n1 -> n2 to 100/s queue 4 drop-newest for 500ms",
                "100 messages a second get from n1 to n2, 4 wait, newer ones are lost, for 500ms",
            ),
            ("c0 again -> n2", "c0 sends its request again, here"),
            (
                "double the 2nd request of c0 from here",
                "the 2nd request of c0 from here comes twice",
            ),
        ] {
            assert_eq!(said(text), words);
        }
    }

    #[test]
    fn a_link_tells_what_it_carried_and_lost() {
        let lost = [4, 1, 0, 0, 0];
        let link = LinkCount { from: NodeId(1), to: NodeId(3), sent: 112, lost };
        assert_eq!(carried(&[link]), "  n1 -> n3  112 sent  4 cut off  1 dropped\n");
    }
}
