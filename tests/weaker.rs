//! A store that promises less than linearizability is held to what it promises: it keeps all of
//! it, and each defect is caught by the guarantee that it breaks.
//!
//! The store keeps a list of all writes and shows each client a beginning of it, which may be
//! behind, but never goes back and has the client's own writes in it. So it is sequentially
//! consistent, and not linearizable.

use crate::hunt;
use schism::check::{Checked, Outcome};
use schism::judge::consistency::Model;
use schism::spec::kv::{Get, Put, PutGet};
use schism::{ClientId, Event, Io, Nemesis, Node};
use std::collections::BTreeMap;

/// What the store does wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Defect {
    None,
    /// A write does not count as seen by who wrote it.
    ForgetsItsOwn,
    /// What a client has seen is not kept.
    GoesBack,
    /// A write goes before the last one, if that is of the same client.
    Reverses,
    /// A write goes before the last one, if its client has seen that.
    Overtakes,
}

struct Lagging {
    defect: Defect,
    log: Vec<(ClientId, u64, u64)>,
    /// How much of the list each client has seen.
    seen: BTreeMap<ClientId, usize>,
    reads: usize,
}

impl Lagging {
    fn write(&mut self, client: ClientId, key: u64, value: u64) {
        let seen = self.seen.get(&client).copied().unwrap_or(0);
        let before_last = self.log.last().is_some_and(|(author, of, _)| {
            let own = *author == client;
            *of == key
                && match self.defect {
                    Defect::Reverses => own,
                    Defect::Overtakes => !own && seen == self.log.len(),
                    _ => false,
                }
        });
        let place = self.log.len() - usize::from(before_last);
        self.log.insert(place, (client, key, value));
        for seen in self.seen.values_mut().filter(|seen| **seen > place) {
            *seen += 1;
        }
        if self.defect != Defect::ForgetsItsOwn {
            let seen = self.seen.entry(client).or_insert(0);
            *seen = (place + 1).max(*seen);
        }
    }

    fn read(&mut self, client: ClientId, key: u64) -> Option<u64> {
        self.reads += 1;
        let behind = self.log.len().saturating_sub(self.reads % 3);
        let seen = self.seen.entry(client).or_insert(0);
        if self.defect == Defect::GoesBack {
            *seen = 0;
        }
        *seen = behind.max(*seen);
        let shown = self.log[..*seen].iter().rev();
        shown.into_iter().find(|(_, of, _)| *of == key).map(|(_, _, value)| *value)
    }
}

impl Node for Lagging {
    type Spec = PutGet;
    type Message = ();
    type Timer = ();
    type View = ();

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        match event {
            Event::Request { id, op: Put(key, value) } => {
                self.write(id.client, key, value);
                io.ok(id, None);
            }
            Event::Request { id, op: Get(key) } => {
                let found = self.read(id.client, key);
                io.ok(id, found);
            }
            _ => {}
        }
    }

    fn view(&self) {}
}

fn checked(defect: Defect, model: Option<Model>) -> Checked {
    let boot = move |_: &mut Io<Lagging>| Lagging {
        defect,
        log: Vec::new(),
        seen: BTreeMap::new(),
        reads: 0,
    };
    let check = hunt(boot, "lagging", 20_000).seed(8).nodes(1).survives(Nemesis::new());
    let check = match model {
        Some(model) => check.consistent(model),
        None => check.linearizable(),
    };
    check.try_run(&mut |_| {}).expect("it can be checked")
}

const SESSIONS: [Model; 5] = [
    Model::Session,
    Model::ReadYourWrites,
    Model::MonotonicReads,
    Model::MonotonicWrites,
    Model::WritesFollowReads,
];

#[test]
fn a_store_that_lags_keeps_all_weaker_promises_and_is_not_linearizable() {
    for model in SESSIONS.into_iter().chain([Model::Sequential]) {
        let checked = checked(Defect::None, Some(model));
        assert_eq!(checked.outcome, Outcome::Pass, "{model}: {}", checked.report);
        assert_eq!(checked.tally.unknown, 0, "{model}: {}", checked.report);
    }
    let checked = checked(Defect::None, None);
    assert_eq!(checked.outcome, Outcome::Fail, "{}", checked.report);
}

#[test]
fn each_defect_is_caught_by_the_guarantee_that_it_breaks_and_by_all_that_promise_more() {
    for (defect, model, clause) in [
        (Defect::ForgetsItsOwn, Model::ReadYourWrites, "read your writes"),
        (Defect::GoesBack, Model::MonotonicReads, "monotonic reads"),
        (Defect::Reverses, Model::MonotonicWrites, "monotonic writes"),
        (Defect::Overtakes, Model::WritesFollowReads, "writes follow reads"),
    ] {
        let found = checked(defect, Some(model));
        assert_eq!(found.outcome, Outcome::Fail, "{model}: {}", found.report);
        assert_eq!(found.property.as_deref(), Some("consistent"), "{}", found.report);
        assert_eq!(found.clause.as_deref(), Some(clause), "{}", found.report);
        let steps = found.counterexample.as_ref().map_or(usize::MAX, |found| found.steps);
        assert!(steps <= 8, "{steps} steps: {}", found.report);
        for model in [Model::Session, Model::Sequential] {
            let found = checked(defect, Some(model));
            assert_eq!(found.outcome, Outcome::Fail, "{model}: {}", found.report);
        }
    }
}

/// What one guarantee says, the others do not.
#[test]
fn a_defect_goes_unnoticed_by_guarantees_that_it_does_not_break() {
    for (defect, model) in [
        (Defect::ForgetsItsOwn, Model::MonotonicReads),
        (Defect::ForgetsItsOwn, Model::MonotonicWrites),
        (Defect::Overtakes, Model::MonotonicReads),
        (Defect::Reverses, Model::MonotonicReads),
    ] {
        let found = checked(defect, Some(model));
        assert_eq!(found.outcome, Outcome::Pass, "{model}: {}", found.report);
    }
}
