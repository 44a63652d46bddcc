//! Requests that come more than once: a store that does twice what came twice is found, and one
//! that tells requests apart is not.

use crate::hunt;
use crate::nodes::{plain, store};
use schism::check::Outcome;
use schism::fault::Kind;
use schism::spec::kv;
use schism::{Event, Io, Nemesis, Node, RequestId};
use std::collections::BTreeMap;

/// Keeps values in memory, and the answer to each request that it has done.
struct Careful {
    values: BTreeMap<u64, u64>,
    done: BTreeMap<RequestId, Option<u64>>,
}

impl Node for Careful {
    type Spec = kv::PutGet;
    type Message = ();
    type Timer = ();
    type View = ();

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        let Event::Request { id, op } = event else { return };
        let answer = *self.done.entry(id).or_insert_with(|| match op {
            kv::Put(key, value) => {
                self.values.insert(key, value);
                None
            }
            kv::Get(key) => self.values.get(&key).copied(),
        });
        io.ok(id, answer);
    }

    fn view(&self) {}
}

#[test]
fn a_store_that_does_twice_what_came_twice_is_found() {
    let check = hunt(store(plain), "forgetful", 500).nodes(1);
    let checked = check.survives(Nemesis::new().retries()).linearizable().try_run(&mut |_| {});
    let checked = checked.expect("it can be checked");
    assert_eq!(checked.outcome, Outcome::Fail, "{}", checked.report);
    assert_eq!(checked.property.as_deref(), Some("linearizable"));
    let steps = checked.counterexample.map_or(usize::MAX, |found| found.steps);
    assert_eq!(steps, 3, "{}", checked.report);
}

#[test]
fn a_store_that_remembers_what_it_has_done_survives_retries() {
    let boot = |_: &mut Io<Careful>| Careful { values: BTreeMap::new(), done: BTreeMap::new() };
    let check = hunt(boot, "careful", 500).nodes(1).survives(Nemesis::new().retries());
    let checked = check.linearizable().try_run(&mut |_| {}).expect("it can be checked");
    assert_eq!(checked.outcome, Outcome::Pass, "{}", checked.report);
    assert!(checked.tally.faults[Kind::Retries as usize] > 500);
}

#[test]
fn nobody_who_claims_everything_is_asked_twice() {
    assert!(!Nemesis::everything().names(Kind::Retries));
    let check = hunt(store(plain), "forgetful", 500).nodes(1);
    let claim = Nemesis::everything().down_at_most(0);
    let checked = check.survives(claim).linearizable().try_run(&mut |_| {});
    let checked = checked.expect("it can be checked");
    assert_eq!(checked.outcome, Outcome::Pass, "{}", checked.report);
    assert_eq!(checked.tally.faults[Kind::Retries as usize], 0);
}
