//! Trouble with links, messages and requests, made weaker and smaller: what lasts becomes one
//! message, links that flap are cut once, then numbers, times and shares go down.

use super::plain::reduced;
use crate::fault::{Fault, Hand, LinkTrouble, Overflow};
use crate::seed::Ratio;
use std::time::Duration;

/// A fault that does less, or is easier to see through, in one of three ways; `None` where there is
/// none.
pub(super) fn weaker(fault: &Fault, way: usize) -> Option<Fault> {
    match (way, fault.clone()) {
        (0, Fault::Link { from, to, what, .. }) => match what {
            LinkTrouble::Loses { .. } => Some(Fault::Drop { nth: 1, from, to }),
            LinkTrouble::Late { by } => Some(Fault::Delay { nth: 1, from, to, by }),
            LinkTrouble::Narrow { .. } => None,
        },
        (1, Fault::Link { from, to, what, lasts }) => {
            let what = match what {
                LinkTrouble::Loses { ratio } if ratio != Ratio::new(1, 1) => {
                    LinkTrouble::Loses { ratio: Ratio::new(1, 1) }
                }
                LinkTrouble::Narrow { per_second, queue, overflow: Overflow::DropOldest } => {
                    let overflow = Overflow::DropNewest;
                    LinkTrouble::Narrow { per_second, queue, overflow }
                }
                // A narrow link that lets all wait makes them late.
                LinkTrouble::Narrow { per_second, .. } => {
                    let by = 1_000 / u64::from(per_second.max(1));
                    LinkTrouble::Late { by: Duration::from_millis(by) }
                }
                _ => return None,
            };
            Some(Fault::Link { from, to, what, lasts })
        }
        (2, Fault::Link { from, to, what: LinkTrouble::Narrow { .. }, lasts }) => {
            let what = LinkTrouble::Loses { ratio: Ratio::new(1, 1) };
            Some(Fault::Link { from, to, what, lasts })
        }
        (0, Fault::Flap { groups, .. }) => Some(match &groups[..] {
            [one, other] if one.len() == 1 && other.len() == 1 => {
                Fault::Cut { from: one[0].clone(), to: other[0].clone(), both: true }
            }
            _ => Fault::Partition { groups },
        }),
        (0, Fault::Ring { order }) if !order.is_empty() => Some(Fault::Ring { order: Vec::new() }),
        (0, Fault::Corrupt { nth, from, to, .. }) => Some(Fault::Drop { nth, from, to }),
        (0, Fault::Double { nth, from, to, by }) if !by.is_zero() => {
            Some(Fault::Double { nth, from, to, by: Duration::ZERO })
        }
        (0, Fault::DoubleRequest { nth, client, by }) if !by.is_zero() => {
            Some(Fault::DoubleRequest { nth, client, by: Duration::ZERO })
        }
        _ => None,
    }
}

/// The same fault with a smaller or rounder number, in one of three ways.
pub(super) fn smaller(fault: &Fault, way: usize) -> Option<Fault> {
    match fault.clone() {
        Fault::Double { nth: nth @ 2.., from, to, by } if way == 0 => {
            Some(Fault::Double { nth: nth - 1, from, to, by })
        }
        Fault::Double { nth, from, to, by } => {
            reduced(by, way).map(|by| Fault::Double { nth, from, to, by })
        }
        Fault::Swap { nth: nth @ 2.., from, to } if way == 0 => {
            Some(Fault::Swap { nth: nth - 1, from, to })
        }
        Fault::Corrupt { nth: nth @ 2.., from, to, bit } if way == 0 => {
            Some(Fault::Corrupt { nth: nth - 1, from, to, bit })
        }
        Fault::Corrupt { nth, from, to, bit: bit @ 1.. } if way == 1 => {
            Some(Fault::Corrupt { nth, from, to, bit: bit / 2 })
        }
        Fault::DoubleRequest { nth: nth @ 2.., client, by } if way == 0 => {
            Some(Fault::DoubleRequest { nth: nth - 1, client, by })
        }
        Fault::DoubleRequest { nth, client, by } => {
            reduced(by, way).map(|by| Fault::DoubleRequest { nth, client, by })
        }
        Fault::Hand(Hand::Next { events: events @ 2.. }) if way < 2 => {
            let events = if way == 0 { events / 2 } else { events - 1 };
            Some(Fault::Hand(Hand::Next { events }))
        }
        Fault::Flap { groups, every, lasts } => {
            reduced(lasts, way).map(|lasts| Fault::Flap { groups, every, lasts })
        }
        Fault::Link { from, to, what, lasts } if way == 0 => {
            smaller_link(what).map(|what| Fault::Link { from, to, what, lasts })
        }
        Fault::Link { from, to, what, lasts } => {
            reduced(lasts, way).map(|lasts| Fault::Link { from, to, what, lasts })
        }
        _ => None,
    }
}

fn smaller_link(what: LinkTrouble) -> Option<LinkTrouble> {
    match what {
        LinkTrouble::Late { by } => reduced(by, 1).map(|by| LinkTrouble::Late { by }),
        LinkTrouble::Narrow { per_second, queue: queue @ 1.., overflow } => {
            Some(LinkTrouble::Narrow { per_second, queue: queue / 2, overflow })
        }
        _ => None,
    }
}
