//! A large part that no order explains comes in, with cuts through it; the few operations at its
//! end that are worth asking about go out.
//!
//! What contradicts each other in a long history mostly stands close together. Of a register two
//! things are asked: how far back one must go to see a contradiction *whatever* the register held
//! before; then nothing earlier matters at all. Of other objects, and where that does not show it,
//! what came before is a fact that is taken as known: the states in which it may have left the
//! object.

use super::super::decide::{Context, Held, later};
use super::super::frontier::Cut;
use super::super::parts::{Claim, known_at};
use super::lab::{Base, Lab};
use crate::spec::Spec;

/// Smaller parts are asked about as a whole.
const WHOLE_MAX: usize = 128;

/// So many returns are tried for the first one that refutes, and so many claims looked at for them.
const RETURNS_MAX: usize = 64;
const AHEAD_MAX: usize = 4_096;

/// So many operations before the wrong one may matter without what came before them, and so many
/// may be under way when they begin.
const BACK_MAX: usize = 2_048;
const UNDER_WAY_MAX: usize = 4_096;

/// Claims, and what is known when they begin.
pub(super) struct Asked<'a, S: Spec> {
    pub(super) base: Option<Base<S::State>>,
    pub(super) claims: Vec<Claim<'a, S>>,
}

impl<S: Spec> Clone for Asked<'_, S> {
    fn clone(&self) -> Self {
        Asked { base: self.base.clone(), claims: self.claims.clone() }
    }
}

/// What is asked about.
pub(super) struct Window<'a, S: Spec> {
    /// The return that refutes.
    pub(super) moment: u64,
    /// The fewest claims that show it.
    pub(super) near: Asked<'a, S>,
    /// Claims of which all is known, and nothing was left out.
    pub(super) exact: Asked<'a, S>,
    /// How many operations came before those of `near`, where they matter.
    pub(super) earlier: usize,
    /// Whether no open operation was forgotten, so that all right answers can be found.
    pub(super) complete: bool,
}

impl<'a, S: Spec> Window<'a, S> {
    pub(super) fn whole(part: &[Claim<'a, S>], moment: u64) -> Window<'a, S> {
        let all = || Asked { base: None, claims: known_at(part, moment) };
        Window { moment, near: all(), exact: all(), earlier: 0, complete: true }
    }

    /// Of claims of which all is known.
    pub(super) fn exactly(exact: Asked<'a, S>, moment: u64) -> Window<'a, S> {
        Window { moment, near: exact.clone(), exact, earlier: 0, complete: true }
    }
}

/// Finds the window of a part that no earlier return than `from` refutes. Nothing where the part is
/// small or the cuts do not show it.
pub(super) fn find<'a, S: Spec>(
    lab: &mut Lab<S>,
    part: &[Claim<'a, S>],
    from: u64,
    cuts: &[Cut<Held<S::State>>],
) -> Option<Window<'a, S>> {
    if part.len() < WHOLE_MAX {
        return None;
    }
    // What has taken effect at the cut must be known to have been answered so.
    let settled = |cut: &&Cut<Held<S::State>>| {
        let mut live = cut.live.iter().map(|at| &part[*at as usize]);
        cut.at < from && live.all(|claim| !claim.is_closed() || claim.ret <= from)
    };
    let cut = cuts.iter().filter(settled).max_by_key(|cut| cut.at)?;
    let ahead = &part[cut.called..part.len().min(cut.called + AHEAD_MAX)];
    let under_way = cut.live.iter().map(|at| &part[*at as usize]);
    let closed = under_way.chain(ahead).filter(|claim| claim.is_closed() && claim.ret >= from);
    let mut returns: Vec<u64> = closed.map(|claim| claim.ret).collect();
    returns.sort_unstable();
    returns.truncate(RETURNS_MAX);
    let base = Some(base(part, cut));
    lab.base.clone_from(&base);
    let since = |moment: u64| {
        let live = cut.live.iter().map(|at| part[*at as usize]);
        let called = ahead.iter().take_while(|claim| claim.call <= moment);
        known_at(&live.chain(called.copied()).collect::<Vec<_>>(), moment)
    };
    let found = returns.into_iter().find(|moment| lab.refutes(&since(*moment)));
    lab.base = None;
    let moment = found?;
    let exact = Asked { base, claims: since(moment) };
    let forgotten = |(at, claim): (usize, &Claim<'_, S>)| {
        !claim.is_closed() && !cut.live.contains(&(at as u32))
    };
    let complete = !part[..cut.called].iter().enumerate().any(forgotten);
    Some(nearest(lab, part, 0, Window { complete, ..Window::exactly(exact, moment) }))
}

/// The same window with the fewest claims that show what is wrong. Nothing is known of what came
/// between the first so many claims of the part and the others.
pub(super) fn nearest<'a, S: Spec>(
    lab: &mut Lab<S>,
    part: &[Claim<'a, S>],
    floor: usize,
    window: Window<'a, S>,
) -> Window<'a, S> {
    let Window { moment, exact, complete, .. } = window;
    let near = alone(lab, part, floor, moment).or_else(|| closer(&exact, moment));
    let near = near.unwrap_or_else(|| exact.clone());
    let begins = near.base.as_ref().map_or(0, |base| base.at);
    let known = matches!(near.base, Some(Base { context: Context::Starts(_), .. }));
    let earlier = if known { part.partition_point(|claim| claim.call <= begins) } else { 0 };
    Window { moment, near, exact, earlier, complete }
}

fn base<S: Spec>(part: &[Claim<'_, S>], cut: &Cut<Held<S::State>>) -> Base<S::State> {
    let place = |at: &u32| part[*at as usize].place;
    let starts = cut.starts.iter();
    let starts = starts.map(|(held, used)| (held.clone(), used.iter().map(place).collect()));
    Base { at: cut.at, context: Context::Starts(starts.collect()) }
}

/// The fewest last operations of a register that contradict each other whatever it held before.
/// What was under way when they began may have taken effect before, or at any later time.
fn alone<'a, S: Spec>(
    lab: &mut Lab<S>,
    part: &[Claim<'a, S>],
    floor: usize,
    moment: u64,
) -> Option<Asked<'a, S>> {
    let end = part.partition_point(|claim| claim.call <= moment);
    let wrong = part[..end].iter().rposition(|claim| claim.ret == moment)?;
    if wrong <= floor {
        return None;
    }
    let deepest = wrong.saturating_sub(BACK_MAX).max(floor);
    let under_way = |claim: &&Claim<'a, S>| !claim.read && claim.ret > part[deepest].call;
    let early = part[..deepest].iter().filter(under_way).take(UNDER_WAY_MAX + 1);
    let early: Vec<Claim<'a, S>> = early.copied().collect();
    if early.len() > UNDER_WAY_MAX {
        return None;
    }
    let asked = |back: usize| {
        let first = wrong - back;
        let begins = part[first].call;
        let before = early.iter().chain(&part[deepest..first]);
        let mut claims: Vec<Claim<'a, S>> =
            before.filter(|claim| !claim.read && claim.ret > begins).copied().collect();
        claims.iter_mut().for_each(Claim::weaken);
        claims.extend(known_at(&part[first..end], moment));
        let base = Some(Base { at: begins - 1, context: Context::Register });
        Asked { base, claims }
    };
    let mut refutes = |back: usize| {
        let asked = asked(back);
        lab.base = asked.base;
        lab.refutes(&asked.claims)
    };
    let (mut low, mut high) = (0, 1);
    while !refutes(high) {
        if high >= wrong - deepest {
            (lab.base, lab.certain) = (None, true);
            return None;
        }
        low = high;
        high = (2 * high).min(wrong - deepest);
    }
    while low + 1 < high {
        let middle = usize::midpoint(low, high);
        if refutes(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    lab.base = None;
    Some(asked(high))
}

/// The operations that were under way with the wrong one, after what came before it is known.
fn closer<'a, S: Spec>(exact: &Asked<'a, S>, moment: u64) -> Option<Asked<'a, S>> {
    let base = exact.base.as_ref()?;
    let wrong = exact.claims.iter().find(|claim| claim.ret == moment)?;
    let called = exact.claims.partition_point(|claim| claim.call <= base.at);
    if wrong.call <= base.at {
        return None;
    }
    let (context, live) =
        later(&base.context, &exact.claims, called, wrong.call, &mut { STEPS_MAX })?;
    let there = |claim: &&Claim<'a, S>| claim.call >= wrong.call || live.contains(&claim.place);
    let claims = exact.claims.iter().filter(there).copied().collect();
    Some(Asked { base: Some(Base { at: wrong.call - 1, context }), claims })
}

/// To find out what is known when the wrong operation is called.
const STEPS_MAX: u64 = 1 << 19;
