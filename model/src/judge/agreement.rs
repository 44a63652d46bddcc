//! What nodes showed comes in; whether they agree goes out. What the values mean is the user's
//! business.
//!
//! [`Agree`] holds over the whole run, over nodes that have crashed since and over times that no
//! snapshot shows together. A predicate at one instant would miss two leaders of one term that
//! never lived at the same time, and these are as bad: both may have committed something.

use super::Property;
use crate::node::Node;
use crate::observe::Observed;
use crate::trace::Shown;
use crate::verdict::{Failure, Verdict, Violation};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// One value for each key, over the whole run: `agree("leader of a term", ...)`.
pub struct Agree<View, Key, Value> {
    name: String,
    read: Box<ReadPair<View, Key, Value>>,
}

type ReadPair<View, Key, Value> = dyn Fn(&View) -> Option<(Key, Value)> + Send + Sync;

impl<View, Key: Ord + Debug, Value: PartialEq + Debug> Agree<View, Key, Value> {
    /// All nodes that ever show a value for a key must show the same one. `read` takes key and
    /// value from what a node shows; `None` says nothing.
    pub fn new(
        name: impl Into<String>,
        read: impl Fn(&View) -> Option<(Key, Value)> + Send + Sync + 'static,
    ) -> Self {
        Agree { name: name.into(), read: Box::new(read) }
    }
}

impl<View, Key, Value> Debug for Agree<View, Key, Value> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agree").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<N, Key, Value> Property<N> for Agree<N::View, Key, Value>
where
    N: Node,
    Key: Ord + Debug,
    Value: PartialEq + Debug,
{
    fn name(&self) -> &str {
        &self.name
    }

    fn judges_any_time(&self) -> bool {
        true
    }

    fn looks_at_views(&self) -> bool {
        true
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        let mut known: BTreeMap<Key, (Value, &Shown<N::View>)> = BTreeMap::new();
        for shown in seen.views {
            let Some((key, value)) = (self.read)(&shown.view) else { continue };
            match known.get(&key) {
                None => {
                    known.insert(key, (value, shown));
                }
                Some((first, _)) if *first == value => {}
                Some((first, by)) => {
                    let why = format!(
                        "for {key:?}, {} showed {first:?} at {}, and {} showed {value:?} at {}; it \
                         must be one value, whenever it is asked for.",
                        teller(by),
                        by.at.time,
                        teller(shown),
                        shown.at.time
                    );
                    return Verdict::Fail(Violation {
                        failure: failure("agree", &self.name),
                        headline: format!("two values for {}", self.name),
                        why,
                        rule: format!("{}: one value for each key, over the whole run", self.name),
                        at: shown.at.time,
                        nodes: if by.node == shown.node {
                            vec![by.node]
                        } else {
                            vec![by.node, shown.node]
                        },
                        operations: Vec::new(),
                    });
                }
            }
        }
        Verdict::Pass
    }
}

/// Something that must hold of every node after each of its events.
pub struct Always<View> {
    name: String,
    holds: Box<dyn Fn(&View) -> bool + Send + Sync>,
}

impl<View> Always<View> {
    /// What every node shows must fit `holds`, at all times.
    pub fn new(
        name: impl Into<String>,
        holds: impl Fn(&View) -> bool + Send + Sync + 'static,
    ) -> Self {
        Always { name: name.into(), holds: Box::new(holds) }
    }
}

impl<View> Debug for Always<View> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Always").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<N: Node> Property<N> for Always<N::View> {
    fn name(&self) -> &str {
        &self.name
    }

    fn judges_any_time(&self) -> bool {
        true
    }

    fn looks_at_views(&self) -> bool {
        true
    }

    fn judge(&self, seen: &Observed<'_, N>) -> Verdict {
        let Some(shown) = seen.views.iter().find(|shown| !(self.holds)(&shown.view)) else {
            return Verdict::Pass;
        };
        Verdict::Fail(Violation {
            failure: failure("always", &self.name),
            headline: format!("not always: {}", self.name),
            why: format!("{} showed {:?} at {}.", teller(shown), shown.view, shown.at.time),
            rule: format!("{}: for every node, after each of its events", self.name),
            at: shown.at.time,
            nodes: vec![shown.node],
            operations: Vec::new(),
        })
    }
}

fn failure(property: &str, clause: &str) -> Failure {
    Failure { property: property.to_owned(), clause: clause.to_owned() }
}

/// Who showed it, and in which of its lives if that is not the first.
fn teller<View>(shown: &Shown<View>) -> String {
    match shown.incarnation {
        0 => shown.node.to_string(),
        1 => format!("{} (restarted)", shown.node),
        n => format!("{} (restarted {n} times)", shown.node),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::NodeId;
    use crate::judge::testing::{Leads, Mute, Run};
    use crate::spec::kv::PutGet;

    fn leader_of_a_term() -> Agree<Leads, u64, u64> {
        Agree::new("leader of a term", |view: &Leads| view.leads.then_some((view.term, view.id)))
    }

    fn violation<P: Property<Mute<PutGet>>>(property: &P, run: &Run<PutGet>) -> Violation {
        match property.judge(&run.seen()) {
            Verdict::Fail(violation) => violation,
            other => panic!("{other:?}"),
        }
    }

    const fn leads(term: u64, id: u64) -> Leads {
        Leads { term, id, leads: true }
    }

    const fn follows(term: u64, id: u64) -> Leads {
        Leads { term, id, leads: false }
    }

    #[test]
    fn two_leaders_of_one_term_disagree_even_if_they_never_lived_at_the_same_time() {
        let run = Run::new()
            .shows(1_300, 1, 0, leads(3, 1))
            .shows(1_400, 1, 1, follows(3, 1))
            .shows(5_000, 2, 2, leads(3, 2));
        let found = violation(&leader_of_a_term(), &run);
        assert_eq!(found.failure.to_string(), "agree: leader of a term");
        assert_eq!(found.headline, "two values for leader of a term");
        assert_eq!(
            found.why,
            "for 3, n1 showed 1 at 1.300 s, and n2 (restarted 2 times) showed 2 at 5.000 s; it must \
             be one value, whenever it is asked for."
        );
        assert_eq!(found.nodes, [NodeId(1), NodeId(2)]);
    }

    #[test]
    fn leaders_of_different_terms_agree() {
        let run = Run::<PutGet>::new()
            .shows(1_300, 1, 0, leads(3, 1))
            .shows(1_400, 2, 0, leads(4, 2))
            .shows(1_500, 1, 0, leads(3, 1));
        assert_eq!(leader_of_a_term().judge(&run.seen()), Verdict::Pass);
    }

    #[test]
    fn always_names_the_first_node_that_does_not_fit() {
        let below = Always::new("terms stay below 5", |view: &Leads| view.term < 5);
        let run = Run::new().shows(100, 1, 0, follows(4, 1)).shows(200, 2, 1, follows(5, 2)).shows(
            300,
            3,
            0,
            follows(6, 3),
        );
        let found = violation(&below, &run);
        assert_eq!(found.failure.to_string(), "always: terms stay below 5");
        assert_eq!(
            found.why,
            "n2 (restarted) showed Leads { term: 5, id: 2, leads: false } at 0.200 s."
        );
        assert_eq!((found.at, found.nodes), (run.views[1].at.time, vec![NodeId(2)]));
    }
}
