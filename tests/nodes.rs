//! Nodes that tests break on purpose: a store of one node which does one odd thing.

use schism::spec::kv::{Get, Put, PutGet};
use schism::{Event, Io, Node};
use std::collections::BTreeMap;

/// What is odd about a store: it sees each event first, and may do anything through `Io`.
pub(crate) type Quirk = fn(&Event<Store>, &mut Io<Store>);

/// Keeps values in memory and answers at once. As a cluster of one it is linearizable as long as it
/// does not crash.
pub(crate) struct Store {
    values: BTreeMap<u64, u64>,
    quirk: Quirk,
}

/// Brings up stores with this quirk.
pub(crate) fn store(quirk: Quirk) -> impl Fn(&mut Io<Store>) -> Store + Send + Sync + 'static {
    move |_| Store { values: BTreeMap::new(), quirk }
}

/// Nothing is odd.
pub(crate) fn plain(_: &Event<Store>, _: &mut Io<Store>) {}

impl Node for Store {
    type Spec = PutGet;
    type Message = u64;
    type Timer = u64;
    type View = usize;

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        (self.quirk)(&event, io);
        match event {
            Event::Request { id, op: Put(key, value) } => {
                self.values.insert(key, value);
                io.ok(id, None);
            }
            Event::Request { id, op: Get(key) } => io.ok(id, self.values.get(&key).copied()),
            _ => {}
        }
    }

    fn view(&self) -> usize {
        self.values.len()
    }
}
