//! Paths that cover the edges of Raft's model, followed by the library.

use super::*;
use crate::mutants;
use schism::check;
use schism::check::{Check, Checked, Outcome as Came, Ruling};
use schism::counterexample::Paths;
use schism::judge::refines::Raft as Refined;
use schism::reference::raft::Bounds;
use schism::reference::raft::coverage::Coverage;
use schism::spec::map::Op;

const SMALL: Bounds = Bounds { terms: 2, requests: 1, ..Coverage::BOUNDS };

/// What comes of following the paths within these bounds.
fn followed<N: schism::Node<Spec = Map>>(check: Check<N>, bounds: Bounds, jobs: usize) -> Checked {
    let mut check = check.survives(crate::targets::claim()).linearizable().paths(bounds);
    let settings = check.settings();
    (settings.save, settings.effort.jobs) = (None, jobs);
    check.named("paths").try_run(&mut |_| {}).expect("it can be checked")
}

fn plain() -> Config {
    Config { pre_vote: false, check_quorum: false, ..Config::default() }
}

#[test]
fn raft_rs_takes_the_steps_of_the_model_for_any_number_of_threads() {
    let of = |jobs: usize| followed(check(boot(plain())), SMALL, jobs);
    let (one, three) = (of(1), of(3));
    assert_eq!((one.outcome, three.outcome), (Came::Pass, Came::Pass), "{}", one.report);
    let paths = |checked: &Checked| checked.tally.paths.as_deref().cloned().unwrap_or_default();
    assert_eq!(paths(&one), paths(&three));
    let Paths { planned, followed, exactly, steps, steps_taken, edges, edges_taken, .. } =
        paths(&one);
    assert_eq!((planned, followed, exactly), (200, 179, 136));
    assert_eq!((steps, steps_taken), (2_186, 2_115));
    assert_eq!((edges, edges_taken), (284, 219));
}

#[test]
fn who_asks_before_it_stands_stands_where_somebody_lets_it() {
    let checked = followed(check(boot(Config::default())), SMALL, 0);
    assert_eq!(checked.outcome, Came::Pass, "{}", checked.report);
    let paths = checked.tally.paths.expect("paths were followed");
    let why: Vec<(&str, usize)> = paths.stopped.iter().map(|one| (one.why, one.paths)).collect();
    let want = [
        ("a node does not stand when its timer goes off", 26),
        ("such an answer to a candidate is not on its way", 13),
        ("a message is left unheard", 11),
    ];
    assert_eq!((paths.followed, &why[..]), (150, &want[..]));
}

#[test]
fn mistakes_are_found_on_paths_and_shrink_to_schedules_like_any_other() {
    for id in ["PM21", "SM17", "SM19"] {
        let mutant = mutants::raft::find(id).expect("it is listed");
        let check = check(mutant.boot(Config::default()));
        let checked = followed(check.clone(), SMALL, 0);
        assert_eq!(checked.outcome, Came::Fail, "{id}");
        assert!(checked.report.contains("no step of Raft"), "{id}: {}", checked.report);
        let found = checked.counterexample.expect("it is shrunk");
        assert!(found.steps < found.original_steps, "{id}");
        let schedule: schism::Schedule<Op> = found.schedule.parse().expect("it can be read");
        let cases = check.survives(crate::targets::claim()).linearizable().refines(Refined);
        let cases = cases.one_by_one().expect("it can be checked");
        let Ruling::Broken(violation) = cases.judge(&schedule) else { panic!("{id} holds") };
        assert_eq!(Some(violation.failure.property), checked.property, "{id}");
    }
}
