//! A check that somebody stops: what was found by then is told and saved, and what was not found is
//! no pass.

use crate::bad_input::Folder;
use crate::hunt;
use crate::nodes::{Store, plain, store};
use schism::campaign::Stop;
use schism::check::Outcome;
use schism::judge::Property;
use schism::observe::Observed;
use schism::verdict::{Failure, Violation};
use schism::{Time, Verdict};

/// Fails where there are operations, and asks to stop as soon as few of them do.
struct Impatient(Stop);

const FEW: usize = 9;

impl Property<Store> for Impatient {
    fn name(&self) -> &str {
        "impatient"
    }

    fn judge(&self, seen: &Observed<'_, Store>) -> Verdict {
        let asked = seen.history.operations.iter().filter(|operation| !operation.is_probe());
        let asked = asked.count();
        if asked == 0 {
            return Verdict::Pass;
        }
        if asked <= FEW {
            self.0.ask();
        }
        Verdict::Fail(Violation {
            failure: Failure { property: "impatient".into(), clause: "asked".into() },
            headline: "something was asked".into(),
            why: "It was asked for something.".into(),
            rule: "nothing is to be asked".into(),
            at: Time::ZERO,
            nodes: Vec::new(),
            operations: Vec::new(),
        })
    }
}

#[test]
fn a_half_shrunk_failure_is_told_and_saved_as_not_shown_minimal() {
    let folder = Folder::new("stopped");
    let mut check = hunt(store(plain), "stopped", 10).nodes(1).operations(40..=40);
    check.settings().save = Some(folder.0.clone());
    let stop = check.settings().stop.clone();
    let checked = check.property(Impatient(stop)).try_run(&mut |_| {}).expect("it can be checked");
    assert_eq!(checked.outcome, Outcome::Fail);
    assert!(checked.report.contains("\n  sure      not shown minimal"), "{}", checked.report);
    let brief = checked.counterexample.expect("there is one");
    assert!((2..=FEW).contains(&brief.steps), "{}", brief.schedule);
    let saved = brief.file.and_then(|file| std::fs::read_to_string(file).ok());
    assert!(saved.is_some_and(|text| text.contains(brief.schedule.trim_end())), "it is saved");
}

#[test]
fn a_hunt_that_was_stopped_is_no_pass() {
    let mut check = hunt(store(plain), "stopped", 1_000_000).nodes(1).reaches("never", |_| false);
    check.settings().stop.ask();
    let checked = check.try_run(&mut |_| {}).expect("it can be checked");
    assert_eq!((checked.outcome, checked.tally.stopped), (Outcome::Unknown, true));
    assert!(checked.report.starts_with("stopped: STOPPED, unknown   "), "{}", checked.report);
    assert_eq!(checked.vacuous, [""; 0], "too little was tried to say so");
}
