//! A counterexample comes in; its report goes out with what to type next, or the file that it is
//! saved as. It must not know how it was found.

use super::Check;
use super::outcome::{Brief, Checked, Outcome};
use super::regressions::took;
use crate::counterexample::Counterexample;
use crate::execute::Op;
use crate::explain::{self, Next};
use crate::node::Node;
use crate::persist::Saved;
use crate::schedule::Schedule;
use crate::verdict::Violation;
use std::path::Path;

impl<N: Node> Check<N> {
    /// Runs a counterexample again in full, and reports it.
    pub(super) fn tell(
        &self,
        checked: &mut Checked,
        found: &Counterexample<Op<N>>,
        file: Option<&Path>,
    ) {
        let trace = self.subject.run(&found.schedule, self.subject.rich());
        checked.outcome = Outcome::Fail;
        checked.report = explain::failure(found, &trace, &self.next(found, file));
        checked.property = Some(found.violation.failure.property.clone());
        checked.clause = Some(found.violation.failure.clause.clone());
        checked.nodes = found.schedule.nodes;
        checked.counterexample = Some(Brief::of(found, file));
    }

    /// What to type next.
    fn next(&self, found: &Counterexample<Op<N>>, file: Option<&Path>) -> Next {
        let name = &self.subject.name;
        if let Some(command) = &self.settings.command {
            let again =
                file.map(|file| format!("{command} {}", quoted(&file.display().to_string())));
            let log = again.as_ref().map(|again| format!("{again} --log"));
            // Without a file the schedule itself is the reproducer.
            let elsewhere = file.is_none().then(|| {
                let schedule = quoted(&found.schedule.one_line());
                let named = command.contains(" --target ");
                let target = format!(" --target {}", quoted(name));
                format!("echo {schedule} | {command} -{}", if named { "" } else { &target })
            });
            // What a bound of a figure broke only a replay with that bound shows.
            let shown = again.as_ref().filter(|again| !again.contains(" --within "));
            let look = shown.map(|again| again.replacen(" replay", " explore", 1));
            return Next { again, elsewhere, look, log, ..Next::default() };
        }
        let line = quoted(&found.schedule.one_line());
        Next {
            again: Some(format!("cargo test {name}")),
            elsewhere: Some(format!("SCHISM_REPLAY={line} cargo test {name}")),
            look: Some(format!("SCHISM=explore cargo test {name}")),
            saved: file.map(|file| file.display().to_string()),
            ..Next::default()
        }
    }

    /// What a failing schedule looks like as a file.
    pub(super) fn as_saved(
        &self,
        schedule: &Schedule<Op<N>>,
        violation: &Violation,
        origin: &str,
    ) -> Saved {
        let trace = self.subject.run(schedule, self.subject.lean());
        Saved {
            target: Some(self.subject.name.clone()),
            failure: Some(violation.failure.clone()),
            digest: Some(trace.digest),
            took: Some(took(&trace)),
            why: format!("{}: {}\n{}", self.subject.name, violation.headline, violation.why),
            origin: origin.to_owned(),
            text: schedule.to_string(),
        }
    }
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
