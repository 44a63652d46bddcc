//! What nodes showed comes in; whether something of interest was among it goes out.
//!
//! This is no property of a run: a run in which nothing interesting happened is as right as any. It
//! is one of a whole hunt, which is worth little if no run ever came where the danger is.

use crate::node::Node;
use crate::observe::Observed;
use std::fmt;

/// Something that a hunt should come across: `reaches("a leader loses office", ...)`.
pub struct Reach<View> {
    /// What it is.
    pub name: String,
    predicate: Box<dyn Fn(&View) -> bool + Send + Sync>,
}

impl<View> Reach<View> {
    /// Any node that shows what fits `predicate` has reached it.
    pub fn new(
        name: impl Into<String>,
        predicate: impl Fn(&View) -> bool + Send + Sync + 'static,
    ) -> Self {
        Reach { name: name.into(), predicate: Box::new(predicate) }
    }

    /// Whether a run came across it. It must have been recorded with views.
    pub fn reached<N: Node<View = View>>(&self, seen: &Observed<'_, N>) -> bool {
        seen.views.iter().any(|shown| (self.predicate)(&shown.view))
    }
}

impl<View> fmt::Debug for Reach<View> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{Leads, Run};
    use crate::spec::kv::PutGet;

    #[test]
    fn one_node_that_shows_it_once_is_enough() {
        let third_term = Reach::new("a third term", |view: &Leads| view.term == 3);
        let before = Run::<PutGet>::new().shows(10, 1, 0, Leads { term: 2, id: 1, leads: true });
        assert!(!third_term.reached(&before.seen()));
        let after = before.shows(20, 2, 0, Leads { term: 3, id: 2, leads: false }).shows(
            30,
            2,
            0,
            Leads { term: 4, id: 2, leads: false },
        );
        assert!(third_term.reached(&after.seen()));
    }
}
