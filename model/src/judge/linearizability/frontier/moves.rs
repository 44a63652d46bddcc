//! The claims of a part come in; what each of them does to a state, and which of them can be told
//! apart, goes out.
//!
//! Any object will do ([`Whole`]), one operation of its specification at a time. A register is much
//! quicker, since its values can be numbered: [`Registers`].

use super::super::parts::{Claim, Expect, OPEN};
use super::super::zones::table::Table;
use crate::spec::{Access, Spec};
use std::hash::Hash;

/// What the claims of a part do. Claims are named by their places in it.
pub(in super::super) trait Moves {
    /// The object.
    type State: Clone + Eq + Hash + std::fmt::Debug;

    /// Before all claims.
    fn init(&self) -> Self::State;

    /// The state after a claim, where its answer fits the state.
    fn after(&self, state: &Self::State, claim: u32) -> Option<Self::State>;

    /// Other states that a claim may lead to.
    #[inline]
    fn others(&self, _state: &Self::State, _claim: u32) -> Vec<Self::State> {
        Vec::new()
    }

    /// Whether a claim's answer fits the state.
    #[inline]
    fn fits(&self, state: &Self::State, claim: u32) -> bool {
        self.after(state, claim).is_some()
    }

    /// Whether a claim, where it fits, changes nothing.
    fn is_still(&self, claim: u32) -> bool;

    /// Whether two claims do and say the same.
    fn same(&self, one: u32, other: u32) -> bool;

    /// The last return that may tell whether an open claim took effect.
    fn matters_until(&self, claim: u32) -> u64;
}

/// Claims about any object.
pub(in super::super) struct Whole<'p, 'a, S: Spec>(pub(in super::super) &'p [Claim<'a, S>]);

impl<S: Spec> Moves for Whole<'_, '_, S> {
    type State = S::State;

    fn init(&self) -> S::State {
        S::init()
    }

    #[inline]
    fn after(&self, state: &S::State, claim: u32) -> Option<S::State> {
        let claim = &self.0[claim as usize];
        let mut state = state.clone();
        claim.expect.allows(&S::apply(&mut state, claim.op)).then_some(state)
    }

    #[inline]
    fn others(&self, state: &S::State, claim: u32) -> Vec<S::State> {
        if !S::CHOICES {
            return Vec::new();
        }
        let claim = &self.0[claim as usize];
        let others = S::others(state, claim.op).into_iter();
        others.filter(|(_, ret)| claim.expect.allows(ret)).map(|(state, _)| state).collect()
    }

    #[inline]
    fn fits(&self, state: &S::State, claim: u32) -> bool {
        self.after(state, claim).is_some() || S::CHOICES && !self.others(state, claim).is_empty()
    }

    fn is_still(&self, claim: u32) -> bool {
        self.0[claim as usize].read
    }

    fn same(&self, one: u32, other: u32) -> bool {
        let (one, other) = (&self.0[one as usize], &self.0[other as usize]);
        one.op == other.op
            && match (one.expect, other.expect) {
                (Expect::Exactly(one), Expect::Exactly(other)) => one == other,
                (Expect::Anything, Expect::Anything) => true,
                _ => false,
            }
    }

    fn matters_until(&self, _claim: u32) -> u64 {
        OPEN
    }
}

/// What a claim does to a register whose values are numbered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Write(u32),
    Read(u32),
    Swap(u32, u32),
    Miss(u32),
    /// A swap or a miss: the answer is not known.
    Try(u32, u32),
    /// A read of anything but these, as a stretch of `others`.
    Other(u32, u32),
}

/// Claims about a register.
pub(in super::super) struct Registers {
    /// The value of each number.
    values: Vec<Option<u64>>,
    steps: Vec<Step>,
    /// Values that were not read.
    others: Vec<u32>,
    /// For each claim, the last return that may tell of it.
    until: Vec<u64>,
}

impl Registers {
    /// Nothing if some claim is about more than a register.
    pub(in super::super) fn of<S: Spec>(part: &[Claim<'_, S>]) -> Option<Registers> {
        // Of an object that does not divide, some claims alone may look like those of registers.
        let key = part.first().and_then(|claim| S::part(claim.op));
        if part.iter().any(|claim| S::part(claim.op) != key) {
            return None;
        }
        // What is there at first has number 0.
        let mut values: Vec<Option<u64>> = vec![None];
        let mut table = Table::with_capacity(part.len());
        table.insert(0, None, 0, |_| (0, None));
        let mut number = |value: Option<u64>| {
            let found = table.find(0, value, |at| values[at as usize] == value);
            found.unwrap_or_else(|| {
                let at = values.len() as u32;
                values.push(value);
                table.insert(0, value, at, |at| (0, values[at as usize]));
                at
            })
        };
        let mut steps = Vec::with_capacity(part.len());
        let mut others = Vec::new();
        for claim in part {
            let access = match claim.expect {
                Expect::Exactly(ret) => S::access(claim.op, Some(ret))?,
                Expect::Anything => S::access(claim.op, None)?,
                Expect::NoneOf(wrong) if claim.read => {
                    let start = others.len() as u32;
                    for ret in wrong {
                        let Access::Read(value) = S::access(claim.op, Some(ret))? else {
                            return None;
                        };
                        others.push(number(value));
                    }
                    steps.push(Step::Other(start, others.len() as u32));
                    continue;
                }
                Expect::NoneOf(wrong) => match unlike::<S>(claim.op, wrong)? {
                    (Access::Swap(from, to), true) => {
                        steps.push(Step::Try(number(from), number(to)));
                        continue;
                    }
                    (access, _) => access,
                },
            };
            steps.push(match access {
                Access::Write(value) => Step::Write(number(value)),
                Access::Read(value) => Step::Read(number(value)),
                Access::Swap(from, to) => Step::Swap(number(from), number(to)),
                Access::Miss(value) => Step::Miss(number(value)),
            });
        }
        let until = until(part, &steps, values.len());
        Some(Registers { values, steps, others, until })
    }

    /// The value that a number stands for.
    pub(in super::super) fn value(&self, number: u32) -> Option<u64> {
        self.values[number as usize]
    }

    /// The number of a value, be it in the claims or not.
    pub(in super::super) fn number(&mut self, value: Option<u64>) -> u32 {
        let known = self.values.iter().position(|known| *known == value);
        known.unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        }) as u32
    }

    /// The numbers of all values, and one for those that are in no claim.
    pub(in super::super) fn all(&self) -> impl Iterator<Item = u32> {
        0..=self.values.len() as u32
    }
}

/// What a write does if it was answered with none of these, and whether it may do something else
/// instead. A plain write has one answer, so there is nothing to say of one that had another.
fn unlike<S: Spec>(op: &S::Op, wrong: &[S::Ret]) -> Option<(Access, bool)> {
    let may = S::access(op, None)?;
    let Access::Swap(from, _) = may else {
        return wrong.is_empty().then_some((may, false));
    };
    let told = |access: Access| wrong.iter().any(|ret| S::access(op, Some(ret)) == Some(access));
    match (told(may), told(Access::Miss(from))) {
        (false, false) => wrong.is_empty().then_some((may, true)),
        (true, false) => Some((Access::Miss(from), false)),
        (false, true) => Some((may, false)),
        (true, true) => None,
    }
}

/// Longer chains of open compare-and-sets are not followed.
const ROUNDS_MAX: usize = 16;

/// For each open claim, the last return that may tell whether it took effect: of what saw its
/// value, or saw that the value was not another one.
fn until<S: Spec>(part: &[Claim<'_, S>], steps: &[Step], values: usize) -> Vec<u64> {
    if part.iter().all(Claim::is_closed) {
        return vec![OPEN; part.len()];
    }
    let mut seen = vec![0; values];
    let mut missed = 0;
    for (claim, step) in part.iter().zip(steps).filter(|(claim, _)| claim.is_closed()) {
        match *step {
            Step::Write(_) => {}
            Step::Read(value) | Step::Swap(value, _) => {
                seen[value as usize] = claim.ret.max(seen[value as usize]);
            }
            Step::Miss(_) | Step::Other(..) => missed = claim.ret.max(missed),
            Step::Try(value, _) => {
                seen[value as usize] = claim.ret.max(seen[value as usize]);
                missed = claim.ret.max(missed);
            }
        }
    }
    // What may only be seen by an open operation matters as long as that one does.
    let open = || part.iter().zip(steps).filter(|(claim, _)| !claim.is_closed());
    let mut changed = true;
    for _ in 0..ROUNDS_MAX {
        changed = false;
        for (_, step) in open() {
            if let Step::Swap(from, to) = *step {
                changed |= seen[from as usize] < seen[to as usize];
                seen[from as usize] = seen[from as usize].max(seen[to as usize]);
            }
        }
        if !changed {
            break;
        }
    }
    if changed {
        return vec![OPEN; part.len()];
    }
    let of = |step: &Step| match *step {
        Step::Write(value) | Step::Swap(_, value) => missed.max(seen[value as usize]),
        Step::Read(_) | Step::Miss(_) | Step::Try(..) | Step::Other(..) => OPEN,
    };
    steps.iter().map(of).collect()
}

impl Moves for Registers {
    type State = u32;

    fn init(&self) -> u32 {
        0
    }

    #[inline]
    fn after(&self, state: &u32, claim: u32) -> Option<u32> {
        match self.steps[claim as usize] {
            Step::Write(value) => Some(value),
            Step::Read(value) => (*state == value).then_some(value),
            Step::Swap(from, to) => (*state == from).then_some(to),
            Step::Miss(value) => (*state != value).then_some(*state),
            Step::Try(from, to) => Some(if *state == from { to } else { *state }),
            Step::Other(start, end) => {
                let others = &self.others[start as usize..end as usize];
                (!others.contains(state)).then_some(*state)
            }
        }
    }

    #[inline]
    fn is_still(&self, claim: u32) -> bool {
        matches!(self.steps[claim as usize], Step::Read(_) | Step::Miss(_) | Step::Other(..))
    }

    #[inline]
    fn same(&self, one: u32, other: u32) -> bool {
        self.steps[one as usize] == self.steps[other as usize]
    }

    fn matters_until(&self, claim: u32) -> u64 {
        self.until[claim as usize]
    }
}
