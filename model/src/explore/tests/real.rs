//! Real nodes as a model: their states, their paths, and the schedules of these.

use crate::check::check;
use crate::execute::Recording;
use crate::explore::real::{At, Real, Shared};
use crate::fault::Nemesis;
use crate::node::{Event, Io, Node};
use crate::schedule::Schedule;
use crate::spec::kv::{Get, Op, Put, PutGet};
use stateright::Model;
use std::sync::Arc;
use std::time::Duration;

/// Passes on what it is told, and answers before anybody else knows. It may look at its clock.
pub(super) struct Rumour {
    values: Vec<(u64, u64)>,
    timed: bool,
    seen: u64,
}

impl Rumour {
    pub(super) const fn new(timed: bool) -> Rumour {
        Rumour { values: Vec::new(), timed, seen: 0 }
    }
}

impl Node for Rumour {
    type Spec = PutGet;
    type Message = (u64, u64);
    type Timer = ();
    type View = (Vec<(u64, u64)>, u64);

    fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
        if self.timed {
            self.seen = io.now().0;
        }
        match event {
            Event::Request { id, op: Put(key, value) } => {
                self.values.push((key, value));
                for peer in io.peers() {
                    io.send(peer, (key, value));
                }
                io.ok(id, None);
            }
            Event::Request { id, op: Get(key) } => {
                let found = self.values.iter().rev().find(|(known, _)| *known == key);
                io.ok(id, found.map(|(_, value)| *value));
            }
            Event::Message { body: (13, _), .. } => panic!("an unlucky key"),
            Event::Message { body, .. } => self.values.push(body),
            _ => {}
        }
    }

    fn view(&self) -> Self::View {
        (self.values.clone(), self.seen)
    }
}

pub(super) fn walk(timed: bool, steps: &str) -> Real<Rumour> {
    let mut check = check(move |io| {
        io.every(Duration::from_millis(100), ());
        Rumour::new(timed)
    })
    .survives(Nemesis::new().crashes().overtaking())
    .linearizable();
    check.settings().save = None;
    let text = format!("nodes 3  quiet  survives crashes overtaking{steps}");
    let schedule: Schedule<Op> = text.parse().expect("it is written well");
    Real::new(check.subject, schedule)
}

/// Takes the move of each of these words.
fn take(model: &Shared<Rumour>, words: &[&str]) -> At<Op> {
    let mut at = model.init_states().remove(0);
    for word in words {
        let mut actions = Vec::new();
        model.actions(&at, &mut actions);
        let all: Vec<String> = actions.iter().map(|one| model.format_action(one)).collect();
        let place = all.iter().position(|one| one.starts_with(word));
        let place = place.unwrap_or_else(|| panic!("{word} is not in {all:#?}"));
        at = model.next_state(&at, actions.remove(place)).expect("it does something");
    }
    at
}

fn shared(timed: bool, steps: &str) -> Shared<Rumour> {
    Shared(Arc::new(walk(timed, steps)))
}

/// Up to where two messages are on their way.
const TOLD: [&str; 2] = ["▶ step 1: c0 -> n1  put k1 7", "c0 -> n1  put k1 7"];
const PUT: &str = "\n@0ms c0 -> n1 put k1 7";

fn after(more: &[&'static str]) -> Vec<&'static str> {
    [&TOLD[..], more].concat()
}

#[test]
fn what_different_nodes_are_given_merges_whatever_its_order() {
    for timed in [false, true] {
        let model = shared(timed, PUT);
        let one = take(&model, &after(&["n1 -> n2  (1, 7)", "n1 -> n3  (1, 7)"]));
        let other = take(&model, &after(&["n1 -> n3  (1, 7)", "n1 -> n2  (1, 7)"]));
        assert!(one == other, "{one:?}\n{other:?}");
        let third = take(&model, &after(&["n1 -> n2  (1, 7)"]));
        assert!(one != third);
        let timers = [["n2's timer", "n3's timer"], ["n3's timer", "n2's timer"]];
        let [one, other] = timers.map(|timers| take(&model, &timers));
        assert!(one == other, "{one:?}\n{other:?}");
    }
}

#[test]
fn what_one_node_is_given_in_another_order_is_another_state() {
    let model = shared(false, "\n@0ms c0 -> n1 put k1 7\n@0ms c1 -> n1 put k1 8");
    let asked = ["▶ step 1", "▶ step 2", "c0 -> n1", "c1 -> n1"];
    let with = |more: &[&'static str]| take(&model, &[&asked[..], more].concat());
    let one = with(&["n1 -> n2  (1, 7)", "n1 -> n2  (1, 8)"]);
    let other = with(&["n1 -> n2  (1, 8), before others", "n1 -> n2  (1, 7)"]);
    assert!(one != other, "{one:?}\n{other:?}");
    assert!(format!("{one:?}").contains("([(1, 7), (1, 8)], 0)"), "{one:?}");
    assert!(format!("{other:?}").contains("([(1, 8), (1, 7)], 0)"), "{other:?}");
}

#[test]
fn a_node_that_died_is_another_than_one_that_did_not() {
    let model = shared(false, PUT);
    let before = take(&model, &["▶ step 1"]);
    let down = take(&model, &["▶ step 1", "crash n3"]);
    let again = take(&model, &["▶ step 1", "crash n3", "restart n3"]);
    assert!(before != down && down != again && before != again);
    assert!(format!("{down:?}").contains("n3  down"), "{down:?}");
    assert!(format!("{again:?}").contains("n3  up"), "{again:?}");
}

#[test]
fn at_rest_each_node_shows_what_it_has_come_to() {
    let model = shared(false, PUT);
    let at = take(&model, &after(&["n1 -> n2  (1, 7)", "crash n3", "the calm end"]));
    let text = format!("{at:?}");
    let (_, nodes) = text.split_once("NODES AT REST\n").expect("they are shown");
    let shown: Vec<&str> = nodes.lines().take(6).map(str::trim).collect();
    // All held messages flow, and the calm end's own write is answered before anybody else knows.
    assert_eq!(shown[1], "shows      ([(1, 7), (0, 900000)], 0)", "{text}");
    assert_eq!([shown[3], shown[5]], ["shows      ([(1, 7)], 0)"; 2], "{text}");
    let mut actions = Vec::new();
    model.actions(&at, &mut actions);
    assert_eq!(actions, []);
}

#[test]
fn a_panic_is_a_state_from_which_nothing_goes_on() {
    let model = shared(false, "\n@0ms c0 -> n1 put k13 7");
    let at = take(&model, &["▶ step 1", "c0 -> n1", "n1 -> n2  (13, 7)"]);
    let text = format!("{at:?}");
    assert!(text.contains("✗ BROKEN  no panic: panic at real.rs:"), "{text}");
    assert!(text.contains("an unlucky key"), "{text}");
    let mut actions = Vec::new();
    model.actions(&at, &mut actions);
    assert_eq!(actions, []);
    let broken = |name| !(model.property(name).condition)(&model, &at);
    assert!(broken("no panic") && !broken("linearizable"));
}

#[test]
fn the_opening_path_ends_where_the_failure_shows_first() {
    let steps = "\n@10ms c0 -> n1 put k1 7\n@13ms c1 -> n2 get k1\n@300ms crash n3";
    let model = walk(false, steps);
    let places = model.opening();
    let found = model.schedule(&places).expect("it is a path");
    let before = model.schedule(&places[..places.len() - 1]).expect("it is a path");
    let verdict = |text: &str| {
        let again = walk(false, "");
        let schedule: Schedule<Op> = text.parse().expect("it is a schedule");
        let walked = again.subject.walk(&schedule, again.subject.views());
        let seen = crate::observe::observe(&walked.trace, 3);
        format!("{:?}", again.subject.judge_so_far(&seen))
    };
    assert!(verdict(&found).contains("stale read"), "{found}");
    assert_eq!(verdict(&before), "Held", "{before}");
    // Its third step was not needed.
    assert!(!found.contains("crash n3") && found.contains("get k1"), "{found}");
}

#[test]
fn a_way_along_the_whole_record_is_what_was_recorded() {
    let steps = "\n@10ms c0 -> n1 put k1 7\n@11ms crash n3\n@90ms restart n3\n\
                 @150ms c1 -> n3 get k1";
    let model = shared(true, steps);
    let mut at = model.init_states().remove(0);
    let mut places = vec![0];
    loop {
        let mut actions = Vec::new();
        model.actions(&at, &mut actions);
        if !model.format_action(&actions[0]).starts_with('▶') {
            break;
        }
        places.push(0);
        at = model.next_state(&at, actions.remove(0)).expect("what happened can happen");
    }
    let read = |text: &str| text.parse::<Schedule<Op>>().expect("it is written well");
    let views = Recording { views: true, ..Recording::default() };
    let way = read(&model.0.schedule(&places).expect("it is a path"));
    let walked = model.0.subject.walk(&way, views).trace;
    let header = "nodes 3  quiet  survives crashes overtaking";
    let run = model.0.subject.run(&read(&format!("{header}{steps}")), views);
    let shown = |trace: &crate::Trace<Rumour>| {
        let shown = trace.views.iter().map(|one| (one.at.time, one.node, one.view.clone()));
        shown.collect::<Vec<_>>()
    };
    let (walked, run) = (shown(&walked), shown(&run));
    assert!(walked.len() > 20 && run.len() > walked.len(), "{} {}", walked.len(), run.len());
    assert_eq!(walked[..], run[..walked.len()]);
}
