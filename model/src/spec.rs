//! What clients are promised: a sequential object, and how to make up operations on it.
//!
//! A [`Spec`] knows nothing of nodes, networks or faults. It says what an operation does to the
//! object when nothing else happens; that a replicated system behaves as if its operations happened
//! one at a time is for the judges to hold it to.

use crate::seed::Draws;
use flow::{Flow, Gives};
use lists::Listed;
use places::{Places, Told};
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

pub mod flow;
pub mod group;
pub mod kv;
pub mod lists;
pub mod map;
pub mod object;
pub mod places;

/// What one operation does to one register, for [`Spec::access`]. Values are numbers, or nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Whatever the register held, it holds this now.
    Write(Option<u64>),
    /// The register holds this, and goes on to.
    Read(Option<u64>),
    /// The register held the first, and holds the second now.
    Swap(Option<u64>, Option<u64>),
    /// The register holds anything but this, and goes on to.
    Miss(Option<u64>),
}

/// A sequential object: its state, its operations, and what each of them answers.
///
/// The name and the idea are Stateright's `SequentialSpec` and Porcupine's `Model`; the definition
/// of an object by its sequential histories is Herlihy and Wing's (TOPLAS 1990, section 2).
///
/// An object may have a choice: then [`Spec::others`] says what else an operation may do. A cache
/// that may forget a value at any time, and a history that it explains:
///
/// ```
/// # use schism::history::{History, Moment, Operation, Outcome};
/// # use schism::judge::linearizability::{Finding, check};
/// # use schism::{ClientId, RequestId, Seed, Time, seed::Draws};
/// use schism::spec::{Spec, kv::{Answer, Get, Op, Put, PutGet}};
///
/// struct Cache;
///
/// impl Spec for Cache {
///     type Op = Op;
///     type Ret = Answer;
///     type State = Option<u64>;
///     const CHOICES: bool = true;
///     fn init() -> Option<u64> { None }
///     fn apply(state: &mut Option<u64>, op: &Op) -> Answer { PutGet::apply(state, op) }
///     fn others(_: &Option<u64>, op: &Op) -> Vec<(Option<u64>, Answer)> {
///         if let Get(_) = op { vec![(None, Answer(None))] } else { vec![] }
///     }
///     fn part(op: &Op) -> Option<u64> { PutGet::part(op) }
///     fn is_read(_: &Op) -> bool { false } // a get may forget
///     fn any(draws: &mut Draws, unique: u64) -> Op { PutGet::any(draws, unique) }
///     fn probe(unique: u64) -> Op { PutGet::probe(unique) }
///     fn look(op: &Op) -> Option<Op> { PutGet::look(op) }
/// }
///
/// # fn asked(order: u64, op: Op, found: Option<u64>) -> Operation<Cache> {
/// #     let at = |order| Moment { order, time: Time(order) };
/// #     let request = RequestId { client: ClientId(0), number: 0 };
/// #     let (outcome, completed) = (Outcome::Ok(Answer(found)), at(order + 1));
/// #     Operation { outcome, completed, ..Operation::asked(request, op, at(order)) }
/// # }
/// let mut history: History<Cache> = History::default();
/// history.operations.push(asked(1, Put(1, 7), None));
/// history.operations.push(asked(3, Get(1), None)); // forgotten
/// assert_eq!(check(&history, 1_000), Finding::Linearizable);
/// history.operations.push(asked(5, Get(1), Some(7))); // and found again: never
/// assert!(matches!(check(&history, 1_000), Finding::Refuted(_)));
/// ```
pub trait Spec: Sized + 'static {
    /// What a client asks. Its text form is the one in schedules, so the two must be inverse.
    type Op: Clone + PartialEq + Debug + Display + FromStr<Err: Display> + Hash + Send + Sync;
    /// What a client is told.
    type Ret: Clone + PartialEq + Debug + Display + Hash + Send + Sync;
    /// The object itself, or one part of it where [`Spec::part`] divides it.
    type State: Clone + Eq + Hash + Debug;

    /// The object before any operation.
    fn init() -> Self::State;

    /// Does `op`, and says what its client is told.
    fn apply(state: &mut Self::State, op: &Self::Op) -> Self::Ret;

    /// Whether an operation may do something else than [`Spec::apply`] says.
    const CHOICES: bool = false;

    /// What else `op` may lead to, and answer: the choices of an object that is free to choose. It
    /// is only asked where [`Spec::CHOICES`] says so, so that other objects do not pay for it.
    fn others(_state: &Self::State, _op: &Self::Op) -> Vec<(Self::State, Self::Ret)> {
        Vec::new()
    }

    /// The part of the object that `op` touches, where the object consists of independent parts
    /// (the keys of a map). Parts are judged one by one, which is the same and much faster: a
    /// history is linearizable if it is so part by part (Herlihy and Wing, theorem 1).
    /// `None` means that the operation may touch everything; an object either divides or does not.
    fn part(_op: &Self::Op) -> Option<u64> {
        None
    }

    /// Whether `op` leaves every state as it is.
    fn is_read(op: &Self::Op) -> bool;

    /// What `op` did to the register that its part is, where it was answered with `ret`; or what it
    /// may yet do, where nobody knows (`None`). It says the same as [`Spec::apply`], and lets a
    /// part be judged in ways that are much faster. Nothing where the part is no register, or the
    /// operation more than that. Before all operations a register holds `None`.
    fn access(_op: &Self::Op, _ret: Option<&Self::Ret>) -> Option<Access> {
        None
    }

    /// What `op` moved into or out of the collection that its part is, where it was answered with
    /// `ret`, or may yet move, where nobody knows. It says the same as [`Spec::apply`], and lets
    /// collections of unique values be judged without a search. Nothing where the part is no
    /// collection.
    fn flow(_op: &Self::Op, _ret: Option<&Self::Ret>) -> Option<(Gives, Flow)> {
        None
    }

    /// Where the answers place the operations of a part in the one order of its changes, where they
    /// tell: by revisions, offsets, or the length of what was read. It says the same as
    /// [`Spec::apply`], and lets a part be judged without a search. Nothing where they do not.
    fn places(_part: &[Told<'_, Self::Op, Self::Ret>]) -> Option<Places> {
        None
    }

    /// What `op` did to the lists that its part is, where it was answered with `ret`, or may do
    /// yet, where nobody knows. It says the same as [`Spec::apply`], and lets lists be judged
    /// without a search. Nothing where the part is not made of lists.
    fn listed<'r>(_op: &Self::Op, _ret: Option<&'r Self::Ret>) -> Option<Listed<'r>> {
        None
    }

    /// An operation for the generator to ask. `unique` differs in every call within a schedule:
    /// a value that is written once makes a history both quicker to judge and easier to read.
    fn any(draws: &mut Draws, unique: u64) -> Self::Op;

    /// An operation of a client that asks again and again while a scenario is played. It is one
    /// that leaves the cluster as it is, where [`Spec::any`] may change who takes part.
    fn steady(draws: &mut Draws, unique: u64) -> Self::Op {
        Self::any(draws, unique)
    }

    /// A write that must succeed when all is well again; `unique` as in [`Spec::any`].
    fn probe(unique: u64) -> Self::Op;

    /// The read that would show what `op` left behind: after the calm end it tells whether an
    /// acknowledged write is still there. `None` where nothing can show it.
    fn look(op: &Self::Op) -> Option<Self::Op>;
}
