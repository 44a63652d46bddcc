//! A refuted register comes in, and the return that refutes it; what was asked shortly before goes
//! out. That is enough to know what would have been right, however long the history is.

use super::super::parts::{Claim, claim};
use super::first::Culprits;
use super::{NONE, Zones};
use crate::history::History;
use crate::spec::Spec;

/// After so many operations a register hardly holds what it held before.
const ENOUGH: usize = 256;

impl Zones {
    /// The operations of a part that were under way at some moment before it was refuted, or came
    /// later, and that moment. Whatever the register held before may be assumed.
    pub(in super::super) fn recent<'a, S: Spec>(
        &self,
        history: &'a History<S>,
        key: u64,
        found: &Culprits,
    ) -> (u64, Vec<Claim<'a, S>>) {
        let all = &history.operations;
        let is_of = |place: usize| {
            let cluster = self.of.get(place).copied().unwrap_or(NONE);
            let known = self.clusters.get(cluster as usize);
            known.is_some_and(|cluster| self.parts[cluster.part as usize].key == key)
        };
        let ends = |place: &&usize| all[**place].completed.order == found.moment;
        let wrong = found.places.iter().find(ends).copied().unwrap_or(0);
        let mut places: Vec<usize> = Vec::new();
        let mut begins = found.moment;
        // What was asked first may stand last: see there.
        for place in (0..all.len().min(wrong + 1)).rev() {
            let call = all[place].invoked.order;
            let enough = places.len() > ENOUGH;
            if enough && call.saturating_add(self.longest) < begins {
                break;
            }
            if is_of(place) && (!enough || all[place].completed.order > begins) {
                places.push(place);
                begins = if enough { begins } else { call };
            }
        }
        let later = (wrong + 1..all.len()).take_while(|at| all[*at].invoked.order < found.moment);
        places.extend(later.filter(|place| is_of(*place)));
        places.extend(self.unanswered.iter().copied().filter(|place| is_of(*place)));
        places.sort_unstable();
        places.dedup();
        let claims = places.into_iter().map(|place| claim(history, place));
        // What was over says nothing of what came later, nor does what was read before.
        let matters =
            |claim: &Claim<'a, S>| claim.call >= begins || !claim.read && claim.ret > begins;
        let mut claims: Vec<Claim<'a, S>> = claims.filter(matters).collect();
        claims.sort_by_key(|claim| claim.call);
        (begins, claims)
    }
}
