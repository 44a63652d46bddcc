//! What the answers alone say of the one order of an object's changes: a revision, an offset, the
//! length of a list. It knows nothing of time; that is for judges.
//!
//! The one idea: where answers tell how many changes came before them, nothing has to be searched.

/// Where an operation stands among the changes of the object, which are counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// It is this change, and no other operation is.
    Change(u64),
    /// It changed nothing, and came after so many changes at least and so many at most.
    Between(u64, u64),
    /// It is a change that came after all that have a number, in any order with others like it.
    Last,
    /// Nobody knows: it may be any change that no other operation is, or none.
    Anywhere,
    /// Nobody knows, and no answer needs it.
    Unseen,
}

/// The places of some operations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Places {
    /// Of each operation, in their order.
    pub of: Vec<Place>,
    /// Whether all answers are right in every order that keeps to these places.
    pub certain: bool,
}

/// An operation, and its answer where it has one.
pub type Told<'a, Op, Ret> = (&'a Op, Option<&'a Ret>);
