//! Claims come in whose answers place them in the one order of the object's changes; whether that
//! order can be goes out. It searches only for the changes that nobody was told of.
//!
//! The idea: revisions, offsets and the lengths of what was read tell how many changes came before
//! an operation. Then there is one order, and two things can be wrong with it: an operation comes
//! after another that was called only later, or an answer is not what the order leads to. Changes
//! without a number are tried for the numbers that nobody has.

use super::decide::{Decided, Wanted};
use super::parts::{Claim, Expect};
use super::search::Decision;
use crate::spec::Spec;
use crate::spec::places::{Place, Places, Told};

/// The claims of a part, and where they stand. Positions are twice a number of changes: even after
/// that many changes, odd for the change that makes them that many.
struct Order<'p, 'a, S: Spec> {
    part: &'p [Claim<'a, S>],
    places: &'p Places,
    /// The position of each claim, as far as it has one.
    at: Vec<Option<u64>>,
    /// The first position that each could have, as what had returned before its call shows.
    low: Vec<u64>,
    /// Numbers of changes that nobody was told.
    gaps: Vec<u64>,
}

/// Decides by the places of claims; nothing where there are none.
pub(super) fn decide<S: Spec>(
    part: &[Claim<'_, S>],
    wanted: Wanted,
    budget: &mut u64,
) -> Option<Decided<S::State>> {
    let places = places(part)?;
    let mut order = Order::new(part, &places);
    if !order.count() || order.sweep().is_some() {
        return Some(Decided::so(Decision::Refuted));
    }
    let fillers = if places.certain { order.fill() } else { order.try_out(budget) };
    Some(match fillers {
        Ok(None) => Decided::so(Decision::Refuted),
        Err(Spent) => return None,
        Ok(Some(fillers)) => {
            let all = if wanted == Wanted::Order { order.all(&fillers) } else { Vec::new() };
            let begins = Some(S::init());
            Decided { order: all, begins, ..Decided::so(Decision::Linearizable) }
        }
    })
}

/// Two claims of which the one stands before the other, but was called after it had returned; and
/// whether their own answers show where they stand, so that nothing else matters.
pub(super) fn pair<S: Spec>(part: &[Claim<'_, S>]) -> Option<([usize; 2], bool)> {
    let found = places(part)?;
    let mut order = Order::new(part, &found);
    let (late, early) = if order.count() { order.sweep()? } else { return None };
    let pair = [early?, late];
    let alone = places(&pair.map(|at| part[at]));
    let same = |alone: Places| alone.of.iter().eq(pair.map(|at| found.of[at]).iter());
    Some((pair, alone.is_some_and(same)))
}

fn places<S: Spec>(part: &[Claim<'_, S>]) -> Option<Places> {
    let mut told: Vec<Told<'_, S::Op, S::Ret>> = Vec::with_capacity(part.len());
    for claim in part {
        let ret = match claim.expect {
            Expect::Exactly(ret) => Some(ret),
            Expect::Anything if !claim.is_closed() => None,
            Expect::Anything | Expect::NoneOf(_) => return None,
        };
        told.push((claim.op, ret));
    }
    S::places(&told)
}

/// The budget ran out.
struct Spent;

impl<'p, 'a, S: Spec> Order<'p, 'a, S> {
    fn new(part: &'p [Claim<'a, S>], places: &'p Places) -> Order<'p, 'a, S> {
        let (at, low) = (vec![None; part.len()], vec![0; part.len()]);
        Order { part, places, at, low, gaps: Vec::new() }
    }

    /// Finds the gaps; false if two changes have one number or there are more gaps than can be
    /// filled.
    fn count(&mut self) -> bool {
        let mut numbers = Vec::new();
        let (mut last, mut fillers) = (0, 0);
        for place in &self.places.of {
            match *place {
                Place::Change(number) => numbers.push(number),
                Place::Between(low, _) => last = last.max(low),
                Place::Anywhere => fillers += 1,
                Place::Last | Place::Unseen => {}
            }
        }
        numbers.sort_unstable();
        last = last.max(numbers.last().copied().unwrap_or(0));
        let unique = numbers.windows(2).all(|pair| pair[0] < pair[1]);
        if !unique || numbers.first() == Some(&0) || last - numbers.len() as u64 > fillers {
            return false;
        }
        let mut next = 1;
        for number in numbers.into_iter().chain([last + 1]) {
            self.gaps.extend(next..number);
            next = number + 1;
        }
        for (at, place) in self.at.iter_mut().zip(&self.places.of) {
            *at = match *place {
                Place::Change(number) => Some(2 * number - 1),
                Place::Last => Some(2 * last + 1),
                _ => None,
            };
        }
        true
    }

    /// Goes through calls and returns in the order of time. Each claim stands behind all that had
    /// returned before its call; what changed nothing stands as early as it can. Hands back the
    /// first claim that has no place then, and what returned before it and stands furthest.
    fn sweep(&mut self) -> Option<(usize, Option<usize>)> {
        let numbered = (0..).zip(self.part);
        let mut returns: Vec<(u64, u32)> = numbered
            .filter(|(_, claim)| claim.is_closed())
            .map(|(at, claim)| (claim.ret, at))
            .collect();
        returns.sort_unstable();
        let mut returns = returns.into_iter().peekable();
        let (mut reached, mut by) = (0, None);
        for (at, claim) in self.part.iter().enumerate() {
            while let Some((_, returned)) = returns.next_if(|(ret, _)| *ret < claim.call) {
                let place = self.at[returned as usize].unwrap_or(0);
                if place > reached {
                    (reached, by) = (place, Some(returned as usize));
                }
            }
            self.low[at] = reached;
            let fits = match self.places.of[at] {
                Place::Change(number) => reached < 2 * number - 1,
                Place::Last => self.at[at].is_some_and(|last| reached <= last),
                Place::Between(low, high) => {
                    let after = low.max(reached.div_ceil(2));
                    self.at[at] = Some(2 * after);
                    after <= high
                }
                Place::Anywhere | Place::Unseen => true,
            };
            if !fits {
                return Some((at, by));
            }
        }
        None
    }

    /// A claim for each gap, where any that was called early enough will do.
    fn fill(&self) -> Result<Option<Vec<usize>>, Spent> {
        let mut free: Vec<usize> = self.fillers().collect();
        free.sort_unstable_by_key(|at| self.low[*at]);
        let early = |(gap, at): (&u64, &usize)| self.low[*at] < 2 * gap - 1;
        let fits = free.len() >= self.gaps.len() && self.gaps.iter().zip(&free).all(early);
        free.truncate(self.gaps.len());
        Ok(fits.then_some(free))
    }

    fn fillers(&self) -> impl Iterator<Item = usize> {
        let free = |(_, place): &(usize, &Place)| **place == Place::Anywhere;
        self.places.of.iter().enumerate().filter(free).map(|(at, _)| at)
    }

    /// The claims with a position, in order.
    fn in_order(&self) -> Vec<(u64, usize)> {
        let placed = self.at.iter().zip(0..).filter_map(|(at, claim)| at.map(|at| (at, claim)));
        let mut placed: Vec<(u64, usize)> = placed.collect();
        placed.sort_unstable();
        placed
    }

    fn all(&self, fillers: &[usize]) -> Vec<usize> {
        let mut placed = self.in_order();
        placed.extend(self.gaps.iter().zip(fillers).map(|(gap, at)| (2 * gap - 1, *at)));
        placed.sort_unstable();
        placed.into_iter().map(|(_, at)| at).collect()
    }

    /// A claim for each gap with which all answers are right. What could fill one gap is tried in
    /// turn, and taken back where an answer before the next gap shows that it was another.
    fn try_out(&self, budget: &mut u64) -> Result<Option<Vec<usize>>, Spent> {
        let placed = self.in_order();
        let fillers: Vec<usize> = self.fillers().collect();
        // For each gap, the placed claims before it.
        let gap = |gap: &u64| placed.partition_point(|(at, _)| *at < 2 * gap - 1);
        let mut ends: Vec<usize> = self.gaps.iter().map(gap).collect();
        ends.push(placed.len());
        let mut tried: Vec<Vec<(Vec<usize>, S::State)>> = vec![Vec::new(); ends.len()];
        let mut state = S::init();
        if !self.replay(&mut state, &placed[..ends[0]], budget)? {
            return Ok(None);
        }
        // The states before the gaps, and which filler was tried for each last.
        let mut path: Vec<(S::State, usize)> = vec![(state, 0)];
        let mut used: Vec<usize> = Vec::new();
        while used.len() < self.gaps.len() {
            let depth = used.len();
            let Some((before, next)) = path.last_mut() else { return Ok(None) };
            let Some(&filler) = fillers.get(*next) else {
                path.pop();
                used.pop();
                continue;
            };
            *next += 1;
            let like = |other: &usize| self.part[*other].op == self.part[filler].op;
            let before_it = fillers[..*next - 1].iter();
            let again = before_it
                .filter(|other| !used.contains(other))
                .any(|other| like(other) && self.low[*other] <= self.low[filler]);
            if used.contains(&filler) || again || self.low[filler] >= 2 * self.gaps[depth] - 1 {
                continue;
            }
            let mut after = before.clone();
            *budget = budget.checked_sub(1).ok_or(Spent)?;
            S::apply(&mut after, self.part[filler].op);
            let changes = after != *before;
            let segment = &placed[ends[depth]..ends[depth + 1]];
            if !changes || !self.replay(&mut after, segment, budget)? {
                continue;
            }
            used.push(filler);
            let mut set = used.clone();
            set.sort_unstable();
            let known = (set, after.clone());
            if tried[depth].contains(&known) {
                used.pop();
                continue;
            }
            tried[depth].push(known);
            path.push((after, 0));
        }
        Ok(Some(used))
    }

    /// Whether these claims get their answers, one after the other.
    fn replay(
        &self,
        state: &mut S::State,
        claims: &[(u64, usize)],
        budget: &mut u64,
    ) -> Result<bool, Spent> {
        for (_, at) in claims {
            *budget = budget.checked_sub(1).ok_or(Spent)?;
            let claim = &self.part[*at];
            if !claim.expect.allows(&S::apply(state, claim.op)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
