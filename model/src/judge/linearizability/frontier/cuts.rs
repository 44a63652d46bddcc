//! A frontier comes in, between two events; where it can be gone on from goes out, and the order
//! that led there. It decides nothing.
//!
//! The idea: what was known at a moment is a few configurations, so a question about what came
//! after it need not begin at the beginning. As a history is gone through, some such moments are
//! kept: many of the last ones, few of those before.

use super::super::parts::Claim;
use super::{Configuration, Event, Frontier, Moves, bits, note};
use crate::spec::Spec;

/// Where a frontier stood.
#[derive(Clone, Debug)]
pub(in super::super) struct Cut<State> {
    /// After all events up to this moment.
    pub(in super::super) at: u64,
    /// How many claims had been called by then.
    pub(in super::super) called: usize,
    /// Those of them that were under way and may matter yet, as places in the part.
    pub(in super::super) live: Vec<u32>,
    /// The configurations: states, and which of those claims had taken effect.
    pub(in super::super) starts: Vec<(State, Vec<u32>)>,
}

/// Returns between two cuts.
const STRIDE: u64 = 64;

/// Each level has cuts so many times further apart than the one before.
const APART: u64 = 8;

const LEVELS: usize = 4;

/// The cuts that are kept: the last two of each level.
pub(super) struct Cuts<State> {
    returns: u64,
    levels: [[Option<Cut<State>>; 2]; LEVELS],
}

impl<State: Clone> Cuts<State> {
    const fn new() -> Cuts<State> {
        Cuts { returns: 0, levels: [const { [const { None }; 2] }; LEVELS] }
    }

    /// One more return; whether a cut should be taken after it.
    #[inline]
    pub(super) const fn is_time(&mut self) -> bool {
        self.returns += 1;
        self.returns.is_multiple_of(STRIDE)
    }

    pub(super) fn keep(&mut self, cut: &Cut<State>) {
        let mut apart = STRIDE;
        for level in &mut self.levels {
            if !self.returns.is_multiple_of(apart) {
                break;
            }
            level.swap(0, 1);
            level[0] = Some(cut.clone());
            apart *= APART;
        }
    }

    fn all(self) -> Vec<Cut<State>> {
        self.levels.into_iter().flatten().flatten().collect()
    }
}

impl<M: Moves> Frontier<'_, M> {
    /// From now on, it notes where it could go on from later.
    pub(in super::super) fn take_cuts(&mut self) {
        self.cuts = Some(Cuts::new());
    }

    /// The cuts that were taken.
    pub(in super::super) fn cuts(&mut self) -> Vec<Cut<M::State>> {
        self.cuts.take().map_or_else(Vec::new, Cuts::all)
    }

    /// Begins in any of these configurations: states, and which of the first claims, which are
    /// called now, have taken effect in them. False if there are too many to tell apart.
    pub(in super::super) fn begin<S: Spec>(
        &mut self,
        starts: Vec<(M::State, Vec<u32>)>,
        part: &[Claim<'_, S>],
        called: usize,
    ) -> bool {
        for (at, claim) in (0..).zip(&part[..called]) {
            if !self.call(&Event { at: claim.call, claim: at, returns: false }, part) {
                return false;
            }
        }
        for (state, claims) in starts {
            let slots = bits(self.live).filter(|slot| claims.contains(&self.claims[*slot]));
            let used = slots.fold(0, |used, slot| used | 1 << slot);
            let last = note(&mut self.log, 0, u32::MAX);
            let start = self.settled(Configuration { state, used, last });
            self.configurations.insert(start, self.open);
        }
        true
    }

    /// Where it stands after all events up to a moment, with so many claims called.
    pub(in super::super) fn cut(&self, at: u64, called: usize) -> Cut<M::State> {
        let live = bits(self.live).map(|slot| self.claims[slot]).collect();
        let starts = (0..self.configurations.len()).map(|place| {
            let used = bits(self.configurations.used(place) & self.live);
            let used = used.map(|slot| self.claims[slot]).collect();
            (self.configurations.state(place).clone(), used)
        });
        Cut { at, called, live, starts: starts.collect() }
    }

    /// An order that explains what was gone through, as places in the part, and which of the
    /// configurations that it began with leads to it.
    pub(in super::super) fn order(&self) -> (Vec<usize>, usize) {
        let (Some(log), Some(found)) = (&self.log, self.configurations.first()) else {
            return (Vec::new(), 0);
        };
        let mut order = Vec::new();
        let mut at = found.last;
        while log[at as usize].1 != u32::MAX {
            let (before, claim) = log[at as usize];
            order.push(claim as usize);
            at = before;
        }
        order.reverse();
        let earlier = log[1..].iter().take(at as usize).filter(|(_, claim)| *claim == u32::MAX);
        (order, earlier.count().saturating_sub(1))
    }
}
