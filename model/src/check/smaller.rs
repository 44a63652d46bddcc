//! A saved failure comes in, and a smaller one goes out. Where it passes now, a neighbour of it
//! that still fails can take its place: code moves on, and a step that no longer takes hold
//! protects nobody.

use super::Check;
use super::hunt::broken_in;
use super::neighbours::Vicinity;
use super::outcome::{Brief, Checked};
use super::subject::Ruling;
use crate::campaign;
use crate::counterexample::Cost;
use crate::error::Error;
use crate::execute::Op;
use crate::node::Node;
use crate::persist::Saved;
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::verdict::Failure;
use std::sync::Arc;

/// How large a schedule is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Its steps.
    pub steps: usize,
    /// Its nodes.
    pub nodes: u32,
    /// The faults among its steps.
    pub faults: usize,
}

impl Size {
    fn of<Op>(schedule: &Schedule<Op>) -> Size {
        let (steps, nodes) = (schedule.steps.len(), schedule.nodes);
        Size { steps, nodes, faults: schedule.faults() }
    }
}

/// What shrinking a saved failure came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Smaller {
    /// How large it was.
    pub before: Size,
    /// How large it is now.
    pub after: Size,
    /// What it breaks.
    pub failure: Failure,
    /// Whether shrinking came to its end and each step that is left is needed.
    pub minimal: bool,
    /// The lines of the old text that are not in the new one.
    pub gone: Vec<String>,
    /// Whether the new schedule differs from the old one.
    pub changed: bool,
    /// Which of the neighbours took its place, counted from 1, where it passes now.
    pub neighbour: Option<u64>,
    /// The runs that shrinking took, and the rest of what is known.
    pub brief: Brief,
    /// The file of the new schedule.
    pub saved: Saved,
    /// The report, for people.
    pub report: String,
}

impl<N: Node> Check<N> {
    /// Shrinks a saved failure. With `refresh` a file that passes now is replaced by the first of
    /// its neighbours that fails as it once did; the settings say how many are looked at. `None` if
    /// none of them does.
    ///
    /// # Errors
    /// It cannot be read; it passes, and is not to be refreshed.
    pub fn smaller(
        mut self,
        saved: &Saved,
        refresh: bool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Option<Smaller>, Error> {
        self.settings.seed = Some(self.settings.base_seed());
        self.subject.prepare()?;
        let seed = self.settings.base_seed();
        let start: Schedule<Op<N>> = saved.text.parse()?;
        let broken = self.subject.broken(&start);
        let stands = |failure: &Failure| saved.failure.as_ref().is_none_or(|was| was == failure);
        let (from, neighbour) = match broken {
            Some(violation) if !refresh || stands(&violation.failure) => (start.clone(), None),
            None if !refresh => return Err(passes(saved, &self.replayed_words(saved))),
            _ => {
                let near = self.vicinity(start.clone());
                let Some(number) = self.failing(&near, saved.failure.as_ref(), seed, progress)?
                else {
                    return Ok(None);
                };
                (near.neighbour(number, seed), Some(number))
            }
        };
        let mut smaller = self.shrunk(&start, from, seed)?;
        smaller.neighbour = neighbour.map(|number| number + 1);
        if let Some(number) = smaller.neighbour {
            let was = if saved.origin.is_empty() { "a file" } else { &saved.origin };
            smaller.saved.origin =
                format!("{was}; refreshed, neighbour {number} of seed {}", seed.0);
        } else if !saved.origin.is_empty() {
            smaller.saved.origin.clone_from(&saved.origin);
        }
        // Whoever saved it looks for it under the name that it has.
        if let Some(target) = &saved.target {
            smaller.saved.target = Some(target.clone());
        }
        Ok(Some(smaller))
    }

    /// The first neighbour that fails as wanted, or in any way.
    fn failing(
        &self,
        near: &Vicinity<Op<N>>,
        wanted: Option<&Failure>,
        seed: Seed,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Option<u64>, Error> {
        let world = Arc::new((self.subject.clone(), near.clone(), wanted.cloned()));
        let case = move |(): &mut (), number: u64| {
            let (subject, near, wanted) = &*world;
            match subject.try_out(&near.neighbour(number, seed)).1 {
                Ruling::Broken(violation) => {
                    wanted.as_ref().is_none_or(|wanted| *wanted == violation.failure)
                }
                Ruling::Held | Ruling::Unknown(_) => false,
            }
        };
        let (effort, stop) = (&self.settings.effort, &self.settings.stop);
        Ok(campaign::run(effort, stop, || (), case, progress)?.1)
    }

    fn shrunk(
        &self,
        start: &Schedule<Op<N>>,
        from: Schedule<Op<N>>,
        seed: Seed,
    ) -> Result<Smaller, Error> {
        let (subject, settings) = (&self.subject, &self.settings);
        let found = subject.counterexample(from, &Cost::default(), settings, &mut |_, _| {});
        let found = found.ok_or_else(|| broken_in("a schedule, of seed", seed.0))?;
        let mut checked = Checked::new(&subject.name);
        self.tell(&mut checked, &found, None);
        let (old, new) = (start.to_string(), found.schedule.to_string());
        let gone = old.lines().filter(|line| !new.lines().any(|other| other == *line));
        Ok(Smaller {
            before: Size::of(start),
            after: Size::of(&found.schedule),
            failure: found.violation.failure.clone(),
            minimal: subject.deterministic
                && found.sure.shrunk_to_the_end
                && found.sure.needed_steps == found.schedule.steps.len(),
            gone: gone.map(|line| line.trim_end().to_owned()).collect(),
            changed: found.schedule != *start,
            neighbour: None,
            brief: Brief::of(&found, None),
            saved: self.as_saved(&found.schedule, &found.violation, "shrunk from a file"),
            report: checked.report,
        })
    }

    /// How a schedule that does not fail fares, in words.
    fn replayed_words(&self, saved: &Saved) -> String {
        let (replayed, _) = self.subject.replay(saved);
        let stale = if replayed.is_stale() { ", and is stale" } else { "" };
        match replayed {
            super::Replayed::Unknown(why) => format!("has no verdict: {why}"),
            _ => format!("passes now{stale}"),
        }
    }
}

fn passes(saved: &Saved, how: &str) -> Error {
    let was = saved.failure.as_ref().map_or(String::new(), |was| format!(" (it once broke {was})"));
    Error::new(format!(
        "it {how}{was}, so there is nothing to shrink\n--refresh looks for a neighbour of it that \
         still fails; `confirm` tells whether the fix holds"
    ))
}
