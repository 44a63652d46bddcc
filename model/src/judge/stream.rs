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

mod part;

/// A history that is judged as it comes.
pub struct Stream<S: Spec> {
    places: BTreeMap<Option<u64>, usize>,
    parts: Vec<Part<S>>,
    /// What will return: when, in which part, in which of its seats.
    returns: BinaryHeap<Reverse<(u64, usize, u32)>>,
    /// The work that one return may take.
    budget: u64,
    last: u64,
}

/// Why a stream of operations was not followed to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Halt<Op, Ret> {
    /// No order explains this answer beside those before it.
    Refuted {
        /// The mark of the operation that was given it.
        mark: u64,
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
        let returns = BinaryHeap::new();
        Stream { places: BTreeMap::new(), parts: Vec::new(), returns, budget, last: 0 }
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
            self.parts[place].leave(operation.op.clone());
            return Ok(());
        };
        let seat = self.parts[place].call(operation.op.clone(), ret.clone(), mark);
        let seat = seat.ok_or(Halt::Spent(mark))?;
        self.returns.push(Reverse((operation.completed.order, place, seat)));
        Ok(())
    }

    /// After the last operation.
    ///
    /// # Errors
    /// As for [`Stream::push`].
    pub fn end(mut self) -> Result<(), Halted<S>> {
        self.follow(u64::MAX)
    }

    /// Follows the returns before this moment.
    fn follow(&mut self, until: u64) -> Result<(), Halted<S>> {
        while let Some(Reverse((at, place, seat))) = self.returns.peek().copied() {
            if at >= until {
                break;
            }
            self.returns.pop();
            self.parts[place].ret(seat, self.budget)?;
        }
        Ok(())
    }

    fn place(&mut self, op: &S::Op) -> usize {
        let next = self.parts.len();
        let place = *self.places.entry(S::part(op)).or_insert(next);
        if place == next {
            self.parts.push(Part::new());
        }
        place
    }
}
