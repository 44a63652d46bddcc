//! What an operation puts into a collection or takes out of it, and which value comes out first. It
//! knows nothing of time; that is for judges.

/// Which of its values a collection gives out first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gives {
    /// The one that was put in first: a queue.
    First,
    /// The one that was put in last: a stack.
    Last,
    /// The smallest: a priority queue.
    Smallest,
}

/// What an operation did to a collection, or may yet do. Values are numbers, in their order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// It put this in.
    Put(u64),
    /// It took this out.
    Took(u64),
    /// It found nothing to take.
    Nothing,
    /// It may take something out, or have done so; nobody knows what.
    Taking,
}
