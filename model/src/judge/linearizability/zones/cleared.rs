//! A history comes in, with its clusters; whether some order explains a register goes out that one
//! value was written to once, and that was made to hold nothing any number of times: what each
//! number of a set is. Nothing is searched, and nothing is kept but a few moments for each.
//!
//! The idea is that of monitors for sets (Lee and Mathur, "Efficient Decrease-and-Conquer
//! Linearizability Monitoring", OOPSLA 2025; Abdulla and others, PLDI 2025): the value is there in
//! one stretch of time, and the shorter that is, the better for whoever found nothing, or cleared
//! what was empty. All who saw the value must find a moment in the stretch, so it begins no later
//! than their first return and ends no sooner than their last call. So let it begin as late as it
//! can, and end with the first clearing that may come after that. Only where one clearing can come
//! right after the write and all who saw it, at one moment, the stretch is that moment.

use super::{NONE, OPEN, Ruling, Zones};
use crate::history::{History, Outcome};
use crate::spec::{Access, Spec};

/// When the value of a part is there.
#[derive(Clone, Copy)]
enum Stay {
    /// The part was not cleared, or more happened to it than is judged here.
    Other,
    /// It need not be there at any time.
    Never,
    /// It was seen, but never written, or not before.
    Wrong,
    /// From one moment to another, if nothing is cleared then; the last call of who saw it is
    /// between the two.
    Between { from: u64, last: u64, until: u64 },
}

/// A clearing, or one who found nothing.
struct Span {
    part: usize,
    clears: bool,
    call: u64,
    ret: u64,
}

impl Zones {
    /// Rules on the parts that were cleared and held one value at most.
    pub(super) fn rule_on_cleared<S: Spec>(&mut self, history: &History<S>) {
        let mut stays = self.stays();
        for span in self.spans(history).filter(|span| span.clears) {
            stays[span.part].end(&span);
        }
        for span in self.spans(history) {
            let stay = &mut stays[span.part];
            if let Stay::Between { from, until, .. } = *stay
                && from < span.call
                && span.ret < until
            {
                *stay = Stay::Wrong;
            }
        }
        for (part, stay) in self.parts.iter_mut().zip(stays) {
            part.ruling = match stay {
                Stay::Other => continue,
                Stay::Wrong => Ruling::Refuted,
                Stay::Never | Stay::Between { .. } => Ruling::Explained,
            };
        }
    }

    /// What is known of each part before its clearings are looked at.
    fn stays(&self) -> Vec<Stay> {
        let judged = |part: &super::Part| part.cleared && !part.swaps;
        let first = |part| if judged(part) { Stay::Never } else { Stay::Other };
        let mut stays: Vec<Stay> = self.parts.iter().map(first).collect();
        let mut known = vec![false; stays.len()];
        for cluster in self.clusters.iter().filter(|cluster| !cluster.is_nothing) {
            let part = cluster.part as usize;
            stays[part] = match stays[part] {
                Stay::Other => Stay::Other,
                _ if std::mem::replace(&mut known[part], true) => Stay::Other,
                _ if !cluster.alive => Stay::Never,
                _ if !cluster.has_writer || cluster.first < cluster.written => Stay::Wrong,
                _ => Stay::Between { from: cluster.first, last: cluster.last, until: OPEN },
            };
        }
        stays
    }

    /// All that was cleared, and all who found nothing.
    fn spans<S: Spec>(&self, history: &History<S>) -> impl Iterator<Item = Span> {
        history.operations.iter().filter_map(|operation| {
            let (op, call) = (&operation.op, operation.invoked.order.saturating_add(1));
            let (told, ret) = match &operation.outcome {
                Outcome::Ok(ret) => (Some(ret), operation.completed.order.saturating_add(1)),
                Outcome::Unknown => (None, OPEN),
                Outcome::Refused => return None,
            };
            let clears = match S::access(op, told)? {
                Access::Write(None) => true,
                Access::Read(None) => false,
                _ => return None,
            };
            let key = S::part(op)?;
            let is = |at: u32| self.parts[at as usize].key == key;
            let part = self.keys.find(0, Some(key), is).unwrap_or(NONE) as usize;
            Some(Span { part, clears, call, ret })
        })
    }
}

impl Stay {
    /// A clearing may end it.
    fn end(&mut self, clearing: &Span) {
        let Stay::Between { from, last, until } = self else { return };
        if clearing.ret < *last {
            return;
        }
        if *last <= *from && clearing.call <= *from {
            // Right after the write and all who saw it.
            *self = Stay::Never;
        } else {
            *until = (*until).min(clearing.call.max(*last));
        }
    }
}
