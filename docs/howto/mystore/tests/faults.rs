//! Does our store keep every acknowledged write while power fails and the network splits?
use mystore::{Answer, Message, Replica, Status, TICK};
use schism::{Event, Io, Nemesis, Node, check, spec::kv};

struct Server(Replica);

impl Node for Server {
    type Spec = kv::PutGet; // what clients are promised
    type Message = Message; // what travels between nodes
    type Timer = (); // what a node asks to be woken for
    type View = Status; // what properties may look at
    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        match event {
            Event::Request { id, op: kv::Put(k, v) } => self.0.put(id, k, v),
            Event::Request { id, op: kv::Get(k) } => self.0.get(id, k),
            Event::Message { from, body } => self.0.receive(from, body),
            Event::Timer(()) => self.0.tick(),
            _ => {}
        }
        let out = self.0.ready();
        io.disk().append("wal", &out.records); // term, vote and entries
        io.disk().sync("wal"); // delete this line and watch: a lost acknowledged write
        io.send_all(out.messages);
        for (id, answer) in out.answers {
            match answer {
                Answer::Done(value) => io.ok(id, value),
                Answer::NotLeader => io.refused(id), // only where it can never be executed
                Answer::GaveUp => io.unknown(id),    // may still take effect
            }
        }
    }
    fn view(&self) -> Status {
        self.0.status()
    }
}

#[test]
fn acknowledged_writes_survive_power_loss_and_partitions() {
    check(|io| {
        io.every(TICK, ());
        Server(Replica::open(io.id(), io.peers(), io.seed(), io.disk().read("wal")))
    })
    .survives(Nemesis::new().power_loss().partitions())
    .linearizable()
    .agree("leader of a term", |n| n.leads.then_some((n.term, n.id))) // over the whole run
    .reaches("a leader loses office with a write pending", |n| n.deposed_with_pending)
    .run();
}
