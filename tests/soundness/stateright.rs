//! Stateright's own tester, asked about our histories.

use schism::history::{History, Outcome};
use schism::spec::Spec;
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// One of our objects, as Stateright knows them.
struct Object<S: Spec> {
    parts: BTreeMap<Option<u64>, S::State>,
    divides: bool,
    spec: PhantomData<S>,
}

impl<S: Spec> Clone for Object<S> {
    fn clone(&self) -> Self {
        Object { parts: self.parts.clone(), divides: self.divides, spec: PhantomData }
    }
}

impl<S: Spec> SequentialSpec for Object<S> {
    type Op = S::Op;
    type Ret = S::Ret;

    fn invoke(&mut self, op: &S::Op) -> S::Ret {
        let part = S::part(op).filter(|_| self.divides);
        S::apply(self.parts.entry(part).or_insert_with(S::init), op)
    }
}

/// Whether Stateright finds an order. Each operation has a thread of its own, since there a thread
/// does nothing more after an operation without an answer.
pub(super) fn explained<S: Spec>(history: &History<S>) -> bool {
    let kept = history.operations.iter().filter(|one| match one.outcome {
        Outcome::Ok(_) => true,
        Outcome::Refused => false,
        Outcome::Unknown => !S::is_read(&one.op),
    });
    let kept: Vec<_> = kept.collect();
    let divides = kept.iter().all(|one| S::part(&one.op).is_some());
    let object: Object<S> = Object { parts: BTreeMap::new(), divides, spec: PhantomData };
    let mut tester = LinearizabilityTester::new(object);
    let mut events = BTreeMap::new();
    for (thread, one) in kept.iter().enumerate() {
        events.insert(one.invoked.order, (thread, None));
        if let Outcome::Ok(ret) = &one.outcome {
            events.insert(one.completed.order, (thread, Some(ret.clone())));
        }
    }
    for (thread, ret) in events.into_values() {
        let told = match ret {
            None => tester.on_invoke(thread, kept[thread].op.clone()),
            Some(ret) => tester.on_return(thread, ret),
        };
        assert!(told.is_ok(), "each thread has one operation");
    }
    tester.is_consistent()
}
