//! A scenario comes in: a schedule that expects things of its run. What became of each expectation
//! goes out, with what was measured; or a check whose cases are variations of the scenario.

use super::outcome::{Checked, Outcome};
use super::subject::Ruling;
use super::{Check, ScheduleOf};
use crate::error::Error;
use crate::expect::Answer;
use crate::explain;
use crate::generate::vary;
use crate::judge::scenario::answers;
use crate::measure::measure;
use crate::measures::Measures;
use crate::node::Node;
use crate::observe::observe;
use crate::persist::Saved;
use crate::schedule::Action;
use crate::seed::Seed;
use crate::trace::{End, Trace};
use crate::verdict::Violation;
use std::sync::Arc;

/// What the run of a scenario came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Staged {
    /// The verdict, and a report for people.
    pub checked: Checked,
    /// What became of each expectation whose time came, in order.
    pub answers: Vec<Answer>,
    /// The expectations whose time did not come.
    pub never: Vec<String>,
    /// The steps that did nothing, each with its reason.
    pub idle: Vec<String>,
    /// What was measured.
    pub measures: Measures,
    /// The digest of the trace; empty where the run was no simulated one.
    pub digest: String,
}

/// What is still expected in the variations of a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// In so many cases all that was expected.
    pub whole: u64,
    /// Of so many.
    pub cases: u64,
    /// What is expected in the others, too, in words.
    pub always: Vec<String>,
    /// How many expectations there are.
    pub expectations: usize,
}

impl<N: Node> Check<N> {
    /// The same check, whose cases are variations of a scenario: other nodes, other times, other
    /// draws, and in some of them noise or further faults. There only that is still expected which
    /// holds under any trouble.
    ///
    /// # Errors
    /// The text cannot be read as a schedule.
    pub fn varying(mut self, scenario: &str) -> Result<Check<N>, Error> {
        let scenario: ScheduleOf<N> = scenario.parse()?;
        self.subject.shape.nodes = scenario.nodes;
        self.subject.shape.timing = scenario.timing;
        self.subject.scenario = Some(Arc::new(scenario));
        self.settings.sabotage = super::Thoroughness::Off;
        self.settings.saved_first = false;
        Ok(self)
    }

    /// Runs a scenario once, and tells what became of what it expects. `name` is what the report
    /// calls it.
    ///
    /// # Errors
    /// The text cannot be read as a schedule, or expects nothing.
    pub fn stage(mut self, name: &str, scenario: &str) -> Result<Staged, Error> {
        let schedule: ScheduleOf<N> = scenario.parse()?;
        if !schedule.expects() {
            let such = "a scenario has steps such as `@5s  expect a new leader within 10s`";
            return Err(Error::new(format!("it expects nothing: {such}")));
        }
        self.subject.measured = true;
        self.subject.prepare()?;
        let (trace, ruling) = self.subject.try_out(&schedule);
        let again = match &ruling {
            Ruling::Broken(_) => Some(self.replay(&Saved::parse(scenario), None, name)?),
            _ => None,
        };
        let failed = again.as_ref().map(|again| again.report.as_str());
        let mut staged = self.staged(name, &schedule, &trace, ruling, failed, false);
        staged.checked.counterexample = again.and_then(|again| again.counterexample);
        staged.digest = trace.digest.to_string();
        staged.checked.remark(Some(format!("trace     {}", staged.digest)));
        Ok(staged)
    }

    /// What became of a scenario in a run that somebody else recorded, of real processes for one,
    /// as [`stage`](Self::stage) tells it of a simulated one. `ruling` is what was found of it.
    /// Such a run was seen once: it has no digest, and no counterexample that could be replayed.
    #[must_use]
    pub fn witnessed(
        &self,
        name: &str,
        schedule: &ScheduleOf<N>,
        trace: &Trace<N>,
        ruling: Ruling,
    ) -> Staged {
        let failed = match &ruling {
            Ruling::Broken(violation) => Some(seen_once(violation)),
            _ => None,
        };
        let mut staged = self.staged(name, schedule, trace, ruling, failed.as_deref(), true);
        let judged = self.subject.property_names().join(", ");
        let judged = if matches!(trace.end, End::Open) {
            format!("{judged}; as far as the run went, and nothing that is asked of its end")
        } else {
            format!("{judged}; as in the simulation")
        };
        staged.checked.tell(&explain::labelled("judged", &judged, 6).join("\n"));
        staged
    }

    fn staged(
        &self,
        name: &str,
        schedule: &ScheduleOf<N>,
        trace: &Trace<N>,
        ruling: Ruling,
        failed: Option<&str>,
        live: bool,
    ) -> Staged {
        let told = answers(&observe(trace, schedule.nodes));
        let (never, idle) = silent(schedule, trace);
        let mut checked = Checked::new(name);
        checked.nodes = schedule.nodes;
        self.subject.count(trace, schedule.nodes, &mut checked.tally);
        checked.tally.cases = 1;
        let measures = measure(trace);
        match &ruling {
            Ruling::Held if never.is_empty() => checked.outcome = Outcome::Pass,
            Ruling::Held | Ruling::Unknown(_) => {}
            Ruling::Broken(violation) => {
                checked.outcome = Outcome::Fail;
                checked.property = Some(violation.failure.property.clone());
                checked.clause = Some(violation.failure.clause.clone());
            }
        }
        let kind = if live { "real" } else { "virtual" };
        let figures = explain::staged(&measures, kind);
        checked.report = report(&checked, &told, &never, &idle, &figures, failed);
        if let Ruling::Unknown(why) = ruling {
            checked.remark(Some(format!("unknown   {why}")));
        }
        let digest = String::new();
        Staged { checked, answers: told, never, idle, measures, digest }
    }

    /// What the first so many variations of a seed still expect.
    #[must_use]
    pub fn kept(&self, seed: u64, cases: u64) -> Option<Kept> {
        let origin = self.subject.scenario.as_deref()?;
        let count = |schedule: &ScheduleOf<N>| wishes(schedule).count();
        let expectations = count(origin);
        let varied = |number| vary(origin, &self.subject.shape, Seed(seed).fork(number));
        let whole = (0..cases).filter(|number| count(&varied(*number)) == expectations).count();
        let always = wishes(origin).filter(|(_, safe)| *safe).map(|(words, _)| words).collect();
        Some(Kept { whole: whole as u64, cases, always, expectations })
    }
}

/// What is told of a failure that nobody can see again.
fn seen_once(violation: &Violation) -> String {
    let Violation { failure, headline, why, rule, at, .. } = violation;
    let broke = format!("{failure}, at {at}: {headline}");
    let lines = [("broke", broke), ("why", why.clone())];
    let sure = "seen in 1 of 1 runs: a live run cannot be replayed".to_owned();
    let lines = lines.into_iter().chain([("rule", rule.clone()), ("sure", sure)]);
    let lines = lines.flat_map(|(label, text)| explain::labelled(label, &text, 6));
    lines.map(|line| format!("{line}\n")).collect()
}

/// What a schedule expects, in words, and whether it holds under any trouble.
fn wishes<Op>(
    schedule: &crate::schedule::Schedule<Op>,
) -> impl Iterator<Item = (String, bool)> + '_ {
    schedule.steps.iter().filter_map(|step| match &step.action {
        Action::Expect(expect) => Some((expect.to_string(), expect.wish.is_safety())),
        _ => None,
    })
}

/// The expectations whose time did not come, and the other steps that did nothing.
fn silent<N: Node>(schedule: &ScheduleOf<N>, trace: &Trace<N>) -> (Vec<String>, Vec<String>) {
    let (mut never, mut idle) = (Vec::new(), Vec::new());
    for (step, record) in schedule.steps.iter().zip(&trace.steps) {
        if record.took_hold {
            continue;
        }
        let note = record.note.as_deref().unwrap_or("it did nothing");
        match &step.action {
            Action::Expect(expect) => never.push(format!("{expect} ({note})")),
            // What is right already needs nothing to set it right.
            Action::Fault(fault) if fault.kind().is_none() => {}
            action => idle.push(format!("{action}: {note}")),
        }
    }
    (never, idle)
}

fn report(
    checked: &Checked,
    answers: &[Answer],
    never: &[String],
    idle: &[String],
    measures: &str,
    failed: Option<&str>,
) -> String {
    let verdict = match checked.outcome {
        Outcome::Pass => "held",
        Outcome::Fail => "FAILED",
        Outcome::Unknown => "UNKNOWN",
    };
    let came = answers.iter().filter(|answer| answer.held == Some(true)).count();
    let all = answers.len() + never.len();
    let mut text =
        format!("{}: {verdict}, {came} of {all} expectations came true\n\n", checked.name);
    text.push_str(&explain::expected(answers, never, idle));
    text.push('\n');
    text.push_str(measures);
    if let Some(failed) = failed {
        text.push('\n');
        text.push_str(failed);
    }
    text
}
