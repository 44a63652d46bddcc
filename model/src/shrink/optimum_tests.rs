//! Small bugs are planted in toy systems, and all short schedules are tried, so the length of the
//! shortest that fails is known for sure: the shrinker must reach it from long ones.

use super::Shrinker;
use crate::fault::{Fault, Target};
use crate::schedule::{Action, Schedule, Step, When};
use crate::seed::Seed;
use crate::spec::kv::Op;
use crate::time::Time;

/// A toy system: it takes a schedule's actions in their order, whenever they come.
#[derive(Default)]
struct Toy {
    /// Of three nodes: which are down, which are cut off, what they hold, what they synced.
    down: [bool; 3],
    apart: [bool; 3],
    entries: [u32; 3],
    synced: [u32; 3],
    /// Writes that a client was told of, stale reads, and restarts without all writes.
    acked: u32,
    reads: u32,
    restarts: u32,
}

type Bug = fn(&Toy) -> bool;

impl Toy {
    fn after(schedule: &Schedule<Op>) -> Toy {
        let mut toy = Toy::default();
        for step in &schedule.steps {
            toy.step(&step.action);
        }
        toy
    }

    fn step(&mut self, action: &Action<Op>) {
        match action {
            Action::Request { to: Target::Node(id), op, .. } => self.request(id.index(), op),
            Action::Fault(Fault::Crash { node: Target::Node(id), .. }) => {
                let id = id.index();
                self.down[id] = true;
                self.entries[id] = self.synced[id];
            }
            Action::Fault(Fault::Restart { node: Target::Node(id) }) => {
                let lacks = self.entries[id.index()] < self.acked;
                self.restarts += u32::from(self.down[id.index()] && lacks);
                self.down[id.index()] = false;
            }
            Action::Fault(Fault::Isolate { node: Target::Node(id) }) => {
                self.apart[id.index()] = true;
            }
            Action::Fault(Fault::Heal) => {
                self.apart = [false; 3];
                self.synced = self.entries;
            }
            _ => {}
        }
    }

    /// A write is acknowledged by the node that takes it, and reaches those that hear it.
    fn request(&mut self, to: usize, op: &Op) {
        if self.down[to] {
            return;
        }
        match op {
            Op::Put(..) => {
                self.acked += 1;
                for node in 0..3 {
                    let hears = node == to || !(self.apart[to] || self.apart[node]);
                    self.entries[node] += u32::from(hears && !self.down[node]);
                }
            }
            Op::Get(_) => self.reads += u32::from(self.entries[to] < self.acked),
        }
    }
}

const BUGS: [(&str, Bug); 6] = [
    ("a write is lost though two nodes are up", |toy| {
        let up = toy.down.iter().filter(|down| !**down).count();
        up >= 2 && toy.entries.iter().all(|n| *n < toy.acked)
    }),
    ("a read is stale", |toy| toy.reads > 0),
    ("one is down and two are apart", |toy| {
        let apart = toy.apart.iter().zip(toy.down).filter(|(apart, down)| **apart && !down);
        apart.count() == 2 && toy.down.contains(&true)
    }),
    ("a node comes back without a write", |toy| toy.restarts > 0),
    ("an even number of writes", |toy| toy.acked > 0 && toy.acked.is_multiple_of(2)),
    ("all are apart", |toy| toy.apart == [true; 3]),
];

/// Everything that a step of these tests can do.
fn alphabet() -> Vec<Action<Op>> {
    let mut words = vec!["heal".to_owned()];
    for node in 1..=3 {
        let does = ["crash n", "restart n", "isolate n"].map(|word| format!("{word}{node}"));
        words.extend(does);
        words.push(format!("c0 -> n{node} put k1 1"));
        words.push(format!("c0 -> n{node} get k1"));
    }
    let text = words.join("; ").replace("; ", "\n@0ms ");
    let all: Schedule<Op> =
        format!("nodes 3 survives everything\n@0ms {text}").parse().expect("a schedule");
    all.steps.into_iter().map(|step| step.action).collect()
}

fn schedule(actions: &[Action<Op>], numbers: impl Iterator<Item = usize>) -> Schedule<Op> {
    let mut schedule: Schedule<Op> = "nodes 3 survives everything".parse().expect("a header");
    schedule.steps.extend(numbers.zip(1..).map(|(number, ms)| Step {
        when: When::At(Time::millis(ms)),
        action: actions[number].clone(),
    }));
    schedule
}

/// The length of the shortest failing schedule of at most four steps: all of them are tried.
fn optimum(bug: Bug) -> usize {
    let actions = alphabet();
    let fails = |len: u32| {
        (0..actions.len().pow(len)).any(|code| {
            let digits = (0..len).map(|place| code / actions.len().pow(place) % actions.len());
            bug(&Toy::after(&schedule(&actions, digits)))
        })
    };
    (0..=4).find(|len| fails(*len)).expect("four steps are enough") as usize
}

/// Shrinks in several orders, and leaps from where each ended, as a hunt does.
fn smallest(start: &Schedule<Op>, bug: Bug) -> usize {
    let shrunk = |mut shrinker: Shrinker<Op>| {
        while let Some(candidate) = shrinker.candidate() {
            let fails = bug(&Toy::after(candidate));
            shrinker.answer(fails);
        }
        assert!(shrinker.is_finished());
        shrinker.best().clone()
    };
    let ends = (0..=6).map(|order| {
        let small = shrunk(Shrinker::new(start.clone()).in_order(order));
        shrunk(Shrinker::new(small).leaping()).steps.len()
    });
    ends.min().expect("there are some orders")
}

#[test]
fn shrinking_reaches_the_optimum_from_each_of_many_long_schedules() {
    let actions = alphabet();
    for (name, bug) in BUGS {
        let optimum = optimum(bug);
        let long = |seed: u64| {
            let mut draws = Seed(seed).draws();
            let numbers = (0..50).map(|_| draws.below(actions.len() as u64) as usize);
            schedule(&actions, numbers)
        };
        let failing = (0..).map(long).filter(|start| bug(&Toy::after(start)));
        for start in failing.take(30) {
            assert_eq!(smallest(&start, bug), optimum, "{name}: {start}");
        }
    }
}
