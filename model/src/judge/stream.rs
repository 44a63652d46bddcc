//! Operations come in, in the order of their calls; whether some order explains all answers goes
//! out at the end, or as soon as none does. Memory does not grow with the history, only with what
//! is under way at one time, with what is never answered, and with the parts of the object.
//!
//! The one idea is just-in-time linearization (Lowe, Testing for linearizability, 2017): after each
//! return, keep every state that the object may be in, each with the operations under way that
//! have led to it already. An operation is put in order as late as possible: when it returns, or
//! when one that returns needs it. A read is put in order as soon as a state gives its answer,
//! since that changes nothing and can never be wrong later.
//!
//! It knows what each operation was answered when that operation begins, so whoever feeds it holds
//! operations back until then.

use crate::history::{Operation, Outcome};
use crate::spec::Spec;
use part::Part;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

mod open;
mod part;
mod ways;

/// A history that is judged as it comes.
pub struct Stream<S: Spec> {
    places: BTreeMap<Option<u64>, usize>,
    parts: Vec<Part<S>>,
    /// What will return: when, in which part, in which of its seats.
    returns: BinaryHeap<Reverse<(u64, usize, u32)>>,
    /// The work that one return may take.
    budget: u64,
    last: u64,
    work: u64,
    /// The part that was refuted.
    refuted: Option<usize>,
    /// When there are so many parts, those are given up that stand where they began.
    sweep: usize,
}

/// So many parts are not looked at for those that stand where they began.
const SWEEP_MIN: usize = 1 << 12;

/// Where a part stood at some moment. All moments are places in the one order of events.
pub struct Before<S: Spec> {
    /// The moment.
    pub at: u64,
    /// In which states it may have been, each with the calls of those of the operations under way
    /// that had led to it.
    pub starts: Vec<(S::State, Vec<u64>)>,
    /// When the operations were called that were under way.
    pub calls: Vec<u64>,
    /// How many operations had returned.
    pub returned: u64,
}

/// Why a stream of operations was not followed to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Halt<Op, Ret> {
    /// No order explains this answer beside those before it.
    Refuted {
        /// The mark of the operation that was given it.
        mark: u64,
        /// When it was given, as a place in the one order of events.
        at: u64,
        /// What was asked.
        op: Op,
        /// What was answered.
        ret: Ret,
        /// Answers that would have been right, a few at most.
        right: Vec<Ret>,
    },
    /// The budget ran out at the operation of this mark.
    Spent(u64),
    /// The operation of this mark asks for the whole object, and others for parts of it, or it is
    /// not in the order of calls.
    Mixed(u64),
}

/// [`Halt`] for a specification.
pub type Halted<S> = Halt<<S as Spec>::Op, <S as Spec>::Ret>;

impl<S: Spec> Stream<S> {
    /// A stream before its first operation. The budget bounds the work for each return, counted in
    /// operations that are tried.
    #[must_use]
    pub const fn new(budget: u64) -> Stream<S> {
        Stream {
            places: BTreeMap::new(),
            parts: Vec::new(),
            returns: BinaryHeap::new(),
            budget,
            last: 0,
            work: 0,
            refuted: None,
            sweep: SWEEP_MIN,
        }
    }

    /// How many operations were tried in all.
    #[must_use]
    pub const fn work(&self) -> u64 {
        self.work
    }

    /// Of the part that was refuted: where it stood a while before that, unless that was its
    /// beginning.
    #[must_use]
    pub fn before(&mut self) -> Option<Before<S>> {
        self.parts[self.refuted?].before()
    }

    /// Does `op` before all else that its part was asked for: what the object holds at first.
    pub fn begin(&mut self, op: &S::Op) {
        let place = self.place(op);
        self.parts[place].begin(op);
    }

    /// The next operation, in the order of calls. The mark names it if something is wrong with it.
    ///
    /// # Errors
    /// What ended the stream: nothing more is to be said after that.
    pub fn push(&mut self, operation: &Operation<S>, mark: u64) -> Result<(), Halted<S>> {
        let called = operation.invoked.order;
        if called < self.last {
            return Err(Halt::Mixed(mark));
        }
        self.last = called;
        self.follow(called)?;
        let ret = match &operation.outcome {
            Outcome::Refused => return Ok(()),
            Outcome::Unknown if S::is_read(&operation.op) => return Ok(()),
            Outcome::Unknown => None,
            Outcome::Ok(ret) => Some(ret),
        };
        let place = self.place(&operation.op);
        // Parts and the whole are not judged by themselves.
        if self.parts.len() > 1 && self.places.contains_key(&None) {
            return Err(Halt::Mixed(mark));
        }
        let Some(ret) = ret else {
            self.parts[place].leave(operation.op.clone(), called);
            return Ok(());
        };
        let seat = self.parts[place].call(operation, ret, mark);
        let seat = seat.ok_or(Halt::Spent(mark))?;
        self.returns.push(Reverse((operation.completed.order, place, seat)));
        Ok(())
    }

    /// After the last operation.
    ///
    /// # Errors
    /// As for [`Stream::push`].
    pub fn end(mut self) -> Result<(), Halted<S>> {
        self.finish()
    }

    /// The same, where more is to be asked afterwards.
    ///
    /// # Errors
    /// As for [`Stream::push`].
    pub fn finish(&mut self) -> Result<(), Halted<S>> {
        self.follow(u64::MAX)
    }

    /// Follows the returns before this moment.
    fn follow(&mut self, until: u64) -> Result<(), Halted<S>> {
        while let Some(Reverse((at, place, seat))) = self.returns.peek().copied() {
            if at >= until {
                break;
            }
            self.returns.pop();
            match self.parts[place].ret(seat, at, self.budget) {
                Ok(tried) => self.work += 1 + tried,
                Err(halt) => {
                    self.refuted = matches!(halt, Halt::Refuted { .. }).then_some(place);
                    return Err(halt);
                }
            }
        }
        Ok(())
    }

    fn place(&mut self, op: &S::Op) -> usize {
        let next = self.parts.len();
        let place = *self.places.entry(S::part(op)).or_insert(next);
        if place == next {
            self.parts.push(Part::new());
            if self.parts.len() > self.sweep {
                return self.give_up_some(place);
            }
        }
        place
    }

    /// Gives up the parts that stand where they began, as if nothing had been asked of them, so
    /// that a set takes no more memory than its values do. The new part is kept; its place is
    /// handed back.
    fn give_up_some(&mut self, new: usize) -> usize {
        let first = S::init();
        let mut moved: Vec<Option<usize>> = Vec::with_capacity(self.parts.len());
        let mut kept = Vec::new();
        for (place, part) in std::mem::take(&mut self.parts).into_iter().enumerate() {
            let keep = place == new || !part.is_as_at_first(&first);
            moved.push(keep.then_some(kept.len()));
            if keep {
                kept.push(part);
            }
        }
        self.parts = kept;
        self.places.retain(|_, place| moved[*place].map(|to| *place = to).is_some());
        let returns = std::mem::take(&mut self.returns).into_iter();
        let to = |Reverse((at, place, seat))| Some(Reverse((at, moved[place]?, seat)));
        self.returns = returns.filter_map(to).collect();
        self.sweep = SWEEP_MIN.max(2 * self.parts.len());
        moved[new].unwrap_or(0)
    }
}
