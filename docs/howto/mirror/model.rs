//! A register with a mirror: a client hears of a write when both have it. As a model, explored to
//! its last state, and as a server that is held against it.
use schism::check::{Check, Outcome};
use schism::explore::{Finding, explore};
use schism::fact::{Fact, Told};
use schism::judge::refines::Steps;
use schism::reference::steps::Follow;
use schism::{Event, Io, Nemesis, Node, NodeId, RequestId, check, spec::kv};
use stateright::{Model, Property};
use std::collections::BTreeMap;
use std::time::Duration;

/// The model. It takes so many writes; no run of it is bounded in length.
#[derive(Clone)]
struct Mirror {
    most: u64,
}

/// How many writes the first node has taken, the second has stored, and clients have heard of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct State {
    taken: u64,
    stored: u64,
    answered: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Take,
    Store,
    Answer,
}

impl Mirror {
    /// What forbids a step, if anything: each guard stands here, and nowhere else.
    fn forbids(&self, state: &State, step: Step) -> Option<&'static str> {
        let (allowed, guard) = match step {
            Step::Take => (state.taken < self.most, "no more writes are asked for"),
            Step::Store => (state.stored < state.taken, "only what was taken is stored"),
            Step::Answer => (state.answered < state.stored, "only what is stored is answered"),
        };
        (!allowed).then_some(guard)
    }
}

impl Model for Mirror {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State { taken: 0, stored: 0, answered: 0 }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        let all = [Step::Take, Step::Store, Step::Answer];
        steps.extend(all.into_iter().filter(|step| self.forbids(state, *step).is_none()));
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let mut next = *state;
        match step {
            Step::Take => next.taken += 1,
            Step::Store => next.stored += 1,
            Step::Answer => next.answered += 1,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Mirror>> {
        vec![
            Property::always("who was answered is on both", |_, s: &State| s.answered <= s.stored),
            Property::sometimes("all is answered", |m, s: &State| s.answered == m.most),
        ]
    }
}

/// How a server's facts read as steps of the model.
impl Follow for Mirror {
    const NAME: &'static str = "mirror";

    fn tells(&self, before: &State, step: &Step, told: &Told) -> bool {
        match (step, told.fact) {
            (Step::Take, Fact::Own { name: "took", values: [n, ..] }) => n == before.taken + 1,
            (Step::Store, Fact::Own { name: "stored", values: [n, ..] }) => n == before.stored + 1,
            (Step::Answer, Fact::Own { name: "answered", values: [n, ..] }) => {
                n == before.answered + 1
            }
            _ => false,
        }
    }

    fn guard(&self, state: &State, told: &Told) -> Option<&'static str> {
        match told.fact {
            Fact::Own { name: "took", .. } => self.forbids(state, Step::Take),
            Fact::Own { name: "stored", .. } => self.forbids(state, Step::Store),
            Fact::Own { name: "answered", .. } => self.forbids(state, Step::Answer),
            _ => None,
        }
    }
}

/// The server: n1 serves, n2 mirrors. Its writes are numbered from 1.
#[derive(Default)]
struct Server {
    writes: Vec<(Option<RequestId>, u64, u64)>,
    map: BTreeMap<u64, u64>,
    answered: usize,
    /// The mistake: it answers before the mirror has the write.
    hasty: bool,
}

#[derive(Clone, Debug)]
enum Message {
    Copy { number: u64, key: u64, value: u64 },
    Stored { number: u64 },
}

const AGAIN: Duration = Duration::from_millis(20);

fn own(name: &'static str, number: u64) -> Fact {
    Fact::Own { name, values: [number, 0, 0] }
}

impl Server {
    fn keep(&mut self, asked: Option<RequestId>, key: u64, value: u64) -> u64 {
        self.writes.push((asked, key, value));
        self.map.insert(key, value);
        self.writes.len() as u64
    }

    fn copy(&self, io: &mut Io<Server>) {
        if let Some(&(_, key, value)) = self.writes.get(self.answered) {
            io.send(NodeId(2), Message::Copy { number: self.answered as u64 + 1, key, value });
        }
    }

    fn answer(&mut self, number: u64, io: &mut Io<Server>) {
        while (self.answered as u64) < number {
            let (asked, ..) = self.writes[self.answered];
            self.answered += 1;
            io.tell(own("answered", self.answered as u64));
            io.ok(asked.expect("only the first node answers"), None);
        }
    }
}

impl Node for Server {
    type Spec = kv::PutGet;
    type Message = Message;
    type Timer = ();
    type View = ();

    fn step(&mut self, event: Event<Server>, io: &mut Io<Server>) {
        match event {
            Event::Request { id, .. } if io.id() != NodeId(1) => io.refused(id),
            Event::Request { id, op: kv::Get(key) } => io.ok(id, self.map.get(&key).copied()),
            Event::Request { id, op: kv::Put(key, value) } => {
                let number = self.keep(Some(id), key, value);
                io.tell(own("took", number));
                if self.hasty {
                    self.answer(number, io);
                }
            }
            Event::Message { body: Message::Copy { number, key, value }, from } => {
                if number == self.writes.len() as u64 + 1 {
                    self.keep(None, key, value);
                    io.tell(own("stored", number));
                }
                if number <= self.writes.len() as u64 {
                    io.send(from, Message::Stored { number });
                }
            }
            Event::Message { body: Message::Stored { number }, .. } => self.answer(number, io),
            _ => {}
        }
        if io.id() == NodeId(1) {
            self.copy(io);
        }
    }

    fn view(&self) {}
}

fn cluster(hasty: bool) -> Check<Server> {
    check(move |io: &mut Io<Server>| {
        io.every(AGAIN, ());
        Server { hasty, ..Server::default() }
    })
    .named("mirror")
    .nodes(2)
    .survives(Nemesis::new().partitions().loss().delays().doubles())
    .linearizable()
}

#[test]
fn who_was_answered_is_on_both_in_every_state_of_the_model() {
    let found = explore(Mirror { most: 3 }).run(&mut |_| {});
    assert_eq!((found.progress.distinct, found.progress.generated), (20, 31));
    assert_eq!(found.findings[0].1, Finding::Holds);
    assert!(matches!(found.findings[1].1, Finding::Shown(_)));
}

#[test]
fn the_server_does_nothing_that_the_model_does_not() {
    cluster(false).refines(Steps(Mirror { most: u64::MAX })).cases(1_000).run();
}

#[test]
fn who_answers_too_early_is_noticed_by_the_model_and_by_no_client() {
    let hunt = |mut check: Check<Server>| {
        check.settings().save = None;
        check.seed(1).cases(1_000).try_run(&mut |_| {}).expect("it can be checked")
    };
    assert_eq!(hunt(cluster(true)).outcome, Outcome::Pass);
    let found = hunt(cluster(true).refines(Steps(Mirror { most: u64::MAX })));
    println!("{}", found.report);
    assert_eq!(found.property.as_deref(), Some("refines(mirror)"));
    assert_eq!(found.clause.as_deref(), Some("only what is stored is answered"));
}
