//! What happens again and again, and what does not, under which promises.

use stateright::{Model, Property};

use crate::explore::{Fair, Lasting, Live, lasting};
use crate::reference::raft::{self, Raft};
use crate::reference::swim::{self, Status, Swim};

/// A light that is off, on, or broken for ever; it may also blink without ever being on.
#[derive(Clone)]
struct Light {
    breaks: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Shows {
    Off,
    Blinks,
    On,
    Broken,
}

impl Model for Light {
    type State = Shows;
    type Action = Shows;

    fn init_states(&self) -> Vec<Shows> {
        vec![Shows::Off]
    }

    fn actions(&self, state: &Shows, actions: &mut Vec<Shows>) {
        match state {
            Shows::Off => actions.extend([Shows::Blinks, Shows::On]),
            Shows::Blinks | Shows::On => actions.push(Shows::Off),
            Shows::Broken => {}
        }
        if self.breaks && *state == Shows::Blinks {
            actions.push(Shows::Broken);
        }
    }

    fn next_state(&self, _: &Shows, action: Shows) -> Option<Shows> {
        Some(action)
    }

    fn properties(&self) -> Vec<Property<Light>> {
        Vec::new()
    }
}

fn light(breaks: bool, fair: fn(&Light, &Shows, &Shows) -> Fair) -> Lasting<Shows, Shows> {
    let good = |_: &Light, state: &Shows| *state == Shows::On;
    lasting(&Light { breaks }, &Live { name: "the light is on", good, fair }, 100)
}

#[test]
fn without_a_promise_a_run_may_stop_at_once() {
    let Lasting::Stays(path, cycle) = light(false, |_, _, _| Fair::Not) else {
        panic!("nothing makes it go on")
    };
    assert_eq!((path.steps.len(), path.start), (0, Shows::Off));
    // It may also blink for ever, and that is what is shown.
    assert_eq!(cycle, [(Shows::Blinks, Shows::Blinks), (Shows::Off, Shows::Off)]);
}

#[test]
fn what_is_possible_now_and_then_needs_the_stronger_promise() {
    let weakly = light(false, |_, _, action| match action {
        Shows::On => Fair::Weakly(0),
        _ => Fair::Weakly(1),
    });
    // While it blinks it cannot be switched on, so that is not possible all the time.
    let Lasting::Stays(_, cycle) = weakly else { panic!("{weakly:?}") };
    assert_eq!(cycle.len(), 2);
    let strongly = |_: &Light, _: &Shows, action: &Shows| match action {
        Shows::On => Fair::Strongly(0),
        _ => Fair::Weakly(1),
    };
    assert_eq!(light(false, strongly), Lasting::Holds);
    let Lasting::Stays(path, cycle) = light(true, strongly) else { panic!("it may break") };
    assert_eq!((path.last(), path.steps.len(), cycle.len()), (&Shows::Broken, 2, 0));
}

#[test]
fn a_search_with_too_many_states_does_not_know() {
    let good = |_: &Light, _: &Shows| true;
    let live = Live { name: "anything", good, fair: |_, _, _| Fair::Not };
    assert_eq!(lasting(&Light { breaks: true }, &live, 2), Lasting::Unknown);
    assert_eq!(lasting(&Light { breaks: true }, &live, 4), Lasting::Holds);
}

/// Who has crashed is probed again and again, and a suspicion of it runs out.
fn swim(fair: fn(&Swim, &swim::State, &swim::Action) -> Fair) -> bool {
    let bounds = swim::Bounds { nodes: 3, suspicions: 1, messages: 1, crashes: 1 };
    let good = |_: &Swim, state: &swim::State| {
        let crashed = |of: usize| state.members[of].crashed;
        let up = (0..3).filter(|who| !crashed(*who));
        up.flat_map(|who| (0..3).map(move |of| (who, of)))
            .all(|(who, of)| !crashed(of) || state.members[who].views[of].status == Status::Down)
    };
    let live = Live { name: "all know of each death", good, fair };
    lasting(&Swim { bounds, bug: None }, &live, 100_000) == Lasting::Holds
}

#[test]
fn a_member_that_crashed_is_declared_down_by_all_who_probe() {
    let probes = |_: &Swim, _: &swim::State, action: &swim::Action| match action {
        swim::Action::Suspect(who, of) => Fair::Weakly(u16::from(who * 8 + of)),
        swim::Action::Expire(who, of) => Fair::Weakly(u16::from(64 + who * 8 + of)),
        _ => Fair::Not,
    };
    assert!(swim(probes));
    assert!(!swim(|_, _, action| match action {
        swim::Action::Expire(who, of) => Fair::Weakly(u16::from(who * 8 + of)),
        _ => Fair::Not,
    }));
}

/// While somebody leads, all get to know what is committed. Terms are bounded, so a run in which
/// they are used up, or nobody leads, is not held against the protocol.
fn raft(
    fair: fn(&Raft, &raft::State, &raft::Action) -> Fair,
) -> Lasting<raft::State, raft::Action> {
    let bounds = raft::Bounds { terms: 1, requests: 1, restarts: 0, ..raft::Bounds::PLAIN };
    let good = |_: &Raft, state: &raft::State| {
        let leader = state.servers.iter().any(|server| server.role == raft::Role::Leader);
        let most = state.servers.iter().map(|server| server.log.len()).max();
        let all = state.servers.iter().all(|server| Some(usize::from(server.commit)) == most);
        all || !leader
    };
    let live = Live { name: "all know all that a leader took", good, fair };
    lasting(&Raft::within(bounds), &live, 100_000)
}

#[test]
fn what_a_leader_took_is_known_to_all_in_the_end_if_messages_arrive_in_the_end() {
    let arrives = |_: &Raft, _: &raft::State, action: &raft::Action| match action {
        raft::Action::Replicate(who, other) => Fair::Strongly(u16::from(who * 8 + other)),
        raft::Action::Deliver(message) => {
            let kind = match message.body {
                raft::Body::Vote { .. } => 1,
                raft::Body::Voted { .. } => 2,
                raft::Body::Append { entry, commit, .. } => {
                    3 + u16::from(entry.is_some()) + 2 * u16::from(commit)
                }
                raft::Body::Appended { upto } => 7 + u16::from(upto),
                raft::Body::Refused { .. } => 9,
                raft::Body::Install(_) => 10,
            };
            Fair::Strongly(64 * kind + u16::from(message.from * 8 + message.to))
        }
        _ => Fair::Not,
    };
    assert_eq!(raft(arrives), Lasting::Holds);
    // If each message may be lost for ever, the leader alone may have the entry for ever.
    let Lasting::Stays(path, cycle) = raft(|_, _, action| match action {
        raft::Action::Replicate(who, other) => Fair::Strongly(u16::from(who * 8 + other)),
        _ => Fair::Not,
    }) else {
        panic!("messages may be lost for ever");
    };
    assert_eq!(path.steps.len(), 5);
    assert!(cycle.iter().any(|(action, _)| matches!(action, raft::Action::Lose(_))));
}
