//! The claims of lists that only grow come in, of which many can be read at one time; whether some
//! order explains them goes out. Nothing is searched.
//!
//! The idea: an append's place in its list is told by its own answer, or by any scan that found its
//! value. Then each claim only waits for others: for those that had returned before it was called,
//! an append for the one before it in its list and for all who saw the list without it, a scan for
//! the last values that it saw. Whatever waits for nothing may come next, for good. If some claims
//! wait for each other in the end, no order explains them.
//!
//! An append that nobody heard of and nobody saw may fill a place that answers leave empty. Of such
//! ones the first called fills the first place: it waits for less, and is otherwise like the rest.

use super::decide::{Decided, Wanted};
use super::parts::{Claim, Expect};
use super::search::Decision;
use crate::spec::Spec;
use crate::spec::lists::Listed;

/// No claim.
const NONE: u32 = u32::MAX;

/// What somebody saw of a list.
type Seen<'r> = &'r [(u64, u64)];

/// A list, as far as its answers tell.
struct Row<'r> {
    list: u64,
    /// The most that a scan saw of it.
    longest: Seen<'r>,
    /// The append at each place.
    at: Vec<u32>,
    /// For each length, the scans that saw the list so long.
    scans: Vec<Vec<u32>>,
    /// How many of these are still to come.
    ahead: Vec<u32>,
    /// How long it is by now.
    length: usize,
}

/// What the claims of a part say.
struct Lists<'r> {
    claims: Vec<Listed<'r>>,
    /// The lists, in their order.
    rows: Vec<Row<'r>>,
    /// For each append that has a place in its list, the place, counted from 1; otherwise 0.
    places: Vec<u32>,
}

/// No order can explain the claims.
struct Impossible;

/// Decides about lists; nothing where the part is not made of lists, or a value was put into a list
/// more than once.
pub(super) fn decide<S: Spec>(part: &[Claim<'_, S>], wanted: Wanted) -> Option<Decided<S::State>> {
    let claims: Vec<Listed<'_>> = part.iter().map(listed).collect::<Option<_>>()?;
    let appends = appends(&claims)?;
    let mut lists = Lists::new(claims, &appends);
    let placed = lists.saw().and_then(|()| lists.place(&appends));
    let order = placed.ok().and_then(|()| lists.order(part));
    Some(match order {
        None => Decided::so(Decision::Refuted),
        Some(order) => {
            let order = if wanted == Wanted::Order { order } else { Vec::new() };
            let begins = Some(S::init());
            Decided { order, begins, ..Decided::so(Decision::Linearizable) }
        }
    })
}

fn listed<'a, S: Spec>(claim: &Claim<'a, S>) -> Option<Listed<'a>> {
    match claim.expect {
        Expect::Exactly(ret) => S::listed(claim.op, Some(ret)),
        Expect::Anything if !claim.is_closed() => S::listed(claim.op, None),
        Expect::Anything | Expect::NoneOf(_) => None,
    }
}

/// An append: its list, its value, and which claim it is.
type Append = (u64, u64, u32);

/// The appends by lists and values; nothing if two are alike.
fn appends(claims: &[Listed<'_>]) -> Option<Vec<Append>> {
    let mut appends: Vec<Append> = Vec::new();
    for (number, claim) in (0..).zip(claims) {
        if let Listed::Append { list, value, .. } = *claim {
            appends.push((list, value, number));
        }
    }
    appends.sort_unstable();
    let unique = appends.windows(2).all(|two| (two[0].0, two[0].1) != (two[1].0, two[1].1));
    unique.then_some(appends)
}

impl<'r> Lists<'r> {
    fn new(claims: Vec<Listed<'r>>, appends: &[Append]) -> Lists<'r> {
        let mut rows: Vec<Row<'r>> = Vec::new();
        for (list, ..) in appends {
            if rows.last().is_none_or(|row| row.list < *list) {
                let (at, scans, ahead) = (Vec::new(), Vec::new(), Vec::new());
                rows.push(Row { list: *list, longest: &[], at, scans, ahead, length: 0 });
            }
        }
        let places = vec![0; claims.len()];
        Lists { claims, rows, places }
    }

    /// Finds the most that was seen of each list; each scan must have seen the beginning of it.
    fn saw(&mut self) -> Result<(), Impossible> {
        for claim in &self.claims {
            let Listed::Scan { first, last, found } = *claim else { continue };
            let asked = |(list, _): &(u64, u64)| (first..=last).contains(list);
            let mut rest = found.len();
            for (row, seen) in views(&mut self.rows, first, last, found) {
                rest -= seen.len();
                if seen.len() > row.longest.len() {
                    row.longest = seen;
                }
            }
            // Nobody put anything into the list of what is left.
            if rest > 0 || !found.iter().all(asked) || !found.is_sorted_by_key(|(list, _)| *list) {
                return Err(Impossible);
            }
        }
        for row in &mut self.rows {
            row.scans.resize(row.longest.len() + 1, Vec::new());
        }
        for (number, claim) in (0..).zip(&self.claims) {
            let Listed::Scan { first, last, found } = *claim else { continue };
            for (row, seen) in views(&mut self.rows, first, last, found) {
                if !row.longest.starts_with(seen) {
                    return Err(Impossible);
                }
                row.scans[seen.len()].push(number);
            }
        }
        Ok(())
    }

    /// Finds the place of each append.
    fn place(&mut self, appends: &[Append]) -> Result<(), Impossible> {
        for row in &mut self.rows {
            row.at = Vec::with_capacity(row.longest.len());
            for (place, seen) in (1..).zip(row.longest) {
                let found = appends.binary_search_by_key(seen, |(list, value, _)| (*list, *value));
                let (.., claim) = appends[found.map_err(|_| Impossible)?];
                if std::mem::replace(&mut self.places[claim as usize], place) != 0 {
                    return Err(Impossible);
                }
                row.at.push(claim);
            }
        }
        for group in appends.chunk_by(|one, other| one.0 == other.0) {
            let row = row(&mut self.rows, group[0].0).ok_or(Impossible)?;
            let mut free: Vec<u32> = Vec::new();
            for (.., claim) in group {
                let place = &mut self.places[*claim as usize];
                match self.claims[*claim as usize] {
                    Listed::Append { length: Some(length), .. } => {
                        row.told(*claim, place, length, group.len())?;
                    }
                    _ if *place == 0 => free.push(*claim),
                    _ => {}
                }
            }
            // Claims are numbered in the order of their calls.
            free.sort_unstable();
            let mut free = free.into_iter();
            for (place, at) in (1..).zip(&mut row.at).filter(|(_, at)| **at == NONE) {
                *at = free.next().ok_or(Impossible)?;
                self.places[*at as usize] = place;
            }
            row.scans.resize(row.at.len() + 1, Vec::new());
        }
        Ok(())
    }

    /// An order of all claims that have a place, if there is one.
    fn order<S: Spec>(&mut self, part: &[Claim<'_, S>]) -> Option<Vec<usize>> {
        let mut needs = vec![0_u32; part.len()];
        for row in &mut self.rows {
            row.ahead = row.scans.iter().map(|scans| scans.len() as u32).collect();
            row.scans.iter().skip(1).flatten().for_each(|scan| needs[*scan as usize] += 1);
        }
        let counts = |at: &usize| self.places[*at] > 0 || self.is_scan(*at);
        let placed = (0..part.len()).filter(counts).count();
        let mut returns: Vec<(u64, usize)> = (0..part.len())
            .filter(|at| part[*at].is_closed())
            .map(|at| (part[at].ret, at))
            .collect();
        returns.sort_unstable();
        let mut returns = returns.into_iter().peekable();
        let mut called = 0;
        let mut done = vec![false; part.len()];
        let mut order: Vec<usize> = Vec::with_capacity(placed);
        let mut ready: Vec<u32> = Vec::new();
        loop {
            while returns.next_if(|(_, at)| done[*at]).is_some() {}
            let until = returns.peek().map_or(u64::MAX, |(ret, _)| *ret);
            while part.get(called).is_some_and(|claim| claim.call < until) {
                ready.push(called as u32);
                called += 1;
            }
            let Some(next) = ready.pop() else { break };
            let at = next as usize;
            if at < called && !done[at] && self.take(next, &mut needs, &mut ready) {
                done[at] = true;
                order.push(at);
            }
        }
        (order.len() == placed).then_some(order)
    }

    /// Lets a claim come next, if it waits for no other in its lists; who may wait for nothing else
    /// than it is added to `ready`.
    fn take(&mut self, claim: u32, needs: &mut [u32], ready: &mut Vec<u32>) -> bool {
        match self.claims[claim as usize] {
            Listed::Append { list, .. } => {
                let place = self.places[claim as usize] as usize;
                let next = |row: &&mut Row<'r>| row.length + 1 == place;
                let Some(row) = row(&mut self.rows, list).filter(next) else { return false };
                if row.ahead[row.length] > 0 {
                    return false;
                }
                row.length = place;
                for scan in &row.scans[place] {
                    needs[*scan as usize] -= 1;
                    ready.push(*scan);
                }
                ready.extend(row.next());
                true
            }
            Listed::Scan { first, last, found } => {
                if needs[claim as usize] > 0 {
                    return false;
                }
                for (row, seen) in views(&mut self.rows, first, last, found) {
                    row.ahead[seen.len()] -= 1;
                    ready.extend(row.next());
                }
                true
            }
        }
    }

    fn is_scan(&self, at: usize) -> bool {
        matches!(self.claims[at], Listed::Scan { .. })
    }
}

impl Row<'_> {
    /// Puts an append where its own answer says; there are so many in all.
    fn told(
        &mut self,
        claim: u32,
        place: &mut u32,
        length: u64,
        appends: usize,
    ) -> Result<(), Impossible> {
        if length == 0 || length > appends as u64 || *place > 0 && u64::from(*place) != length {
            return Err(Impossible);
        }
        let at = length as usize - 1;
        if self.at.len() <= at {
            self.at.resize(at + 1, NONE);
        }
        if *place == 0 && std::mem::replace(&mut self.at[at], claim) != NONE {
            return Err(Impossible);
        }
        *place = length as u32;
        Ok(())
    }

    /// The next append, once all who saw the list without it are in order.
    fn next(&self) -> Option<u32> {
        if self.ahead[self.length] > 0 { None } else { self.at.get(self.length).copied() }
    }
}

fn row<'l, 'r>(rows: &'l mut [Row<'r>], list: u64) -> Option<&'l mut Row<'r>> {
    let at = rows.binary_search_by_key(&list, |row| row.list).ok()?;
    rows.get_mut(at)
}

/// The lists from one through another, and what a scan that found this saw of each.
fn views<'l, 'r>(
    rows: &'l mut [Row<'r>],
    first: u64,
    last: u64,
    found: Seen<'r>,
) -> impl Iterator<Item = (&'l mut Row<'r>, Seen<'r>)> {
    let start = rows.partition_point(|row| row.list < first);
    let asked = rows[start..].iter_mut().take_while(move |row| row.list <= last);
    let mut rest = found;
    asked.map(move |row| {
        let seen;
        (seen, rest) = rest.split_at(rest.partition_point(|(list, _)| *list <= row.list));
        (row, seen)
    })
}
