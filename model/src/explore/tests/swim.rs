//! The SWIM model to its last state, and the shortest ways to break what is broken.

use super::{broken, figures};
use crate::explore::{End, explore};
use crate::reference::swim::{Bounds, Bug, Swim};
use crate::reference::symmetry::Renamed;

const SMALL: Bounds = Bounds { nodes: 3, suspicions: 1, messages: 1, crashes: 1 };

#[test]
fn swim_has_the_same_states_by_staterights_search() {
    assert_eq!(figures(&Swim { bounds: SMALL, bug: None }), (36_415, 9_697));
}

#[test]
fn swims_representatives_stand_for_all_states() {
    let model = Swim { bounds: SMALL, bug: None };
    let sum = super::orbits(&model, Renamed::least, Renamed::orbit);
    assert_eq!(sum, explore(model).run(&mut |_| {}).progress.distinct);
}

#[test]
fn no_member_that_answers_is_declared_down() {
    let model = Swim { bounds: Bounds { messages: 2, ..SMALL }, bug: None };
    let found = explore(model).symmetry(Renamed::least).run(&mut |_| {});
    assert_eq!(found.end, End::Complete);
    let progress = found.progress;
    assert_eq!((progress.generated, progress.distinct), (156_069, 27_351));
}

#[test]
fn each_bug_of_swim_is_found_in_its_fewest_steps() {
    for (bug, property, steps) in [
        (Bug::RefutedAlike, "who answers is not declared down", 5),
        (Bug::DownForgotten, "who is down stays down", 5),
    ] {
        let model = Swim { bounds: SMALL, bug: Some(bug) };
        let (found, path) = broken(&explore(model).symmetry(Renamed::least));
        assert_eq!((found, path.len()), (property, steps), "{bug:?}: {path:#?}");
    }
}

#[test]
fn old_news_of_a_life_break_no_clause() {
    let model = Swim { bounds: Bounds { messages: 2, ..SMALL }, bug: Some(Bug::OldNewsBelieved) };
    let found = explore(model).symmetry(Renamed::least).run(&mut |_| {});
    assert_eq!(found.end, End::Complete);
}
