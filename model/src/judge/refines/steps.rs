//! A user's own model as one that runs are held against: what it refuses is put into words here.

use super::{Departure, Followed, Model, before};
use crate::fact::{Fact, Told};
use crate::reference::steps::{Follow, Halt, STATES_MAX, Walk};

/// A model of a user's own: `.refines(Steps(Mirror { most: u64::MAX }))`.
#[derive(Clone, Copy, Debug)]
pub struct Steps<M>(
    /// The model; its bounds should be none.
    pub M,
);

impl<M: Follow> Model for Steps<M> {
    fn name(&self) -> &str {
        M::NAME
    }

    fn follows(&self, _nodes: u32, facts: &[Told]) -> Followed {
        let model = &self.0;
        if !facts.iter().any(|told| model.counts(&told.fact)) && !facts.is_empty() {
            return Followed::Unknown(format!("no node tells a fact of {}", M::NAME));
        }
        let mut walk = Walk::new(model);
        for told in facts {
            match walk.step(told) {
                Ok(()) => {}
                Err(Halt::Refused { states, steps, accepted }) => {
                    return Followed::UpTo(Box::new(departure(
                        model, told, &states, &steps, accepted,
                    )));
                }
                Err(Halt::TooMany) => {
                    let text = format!("{} may be in more than {STATES_MAX} states", M::NAME);
                    return Followed::Unknown(text);
                }
            }
        }
        Followed::ToTheEnd
    }
}

fn departure<M: Follow>(
    model: &M,
    told: &Told,
    states: &[M::State],
    steps: &[M::Action],
    accepted: usize,
) -> Departure {
    let did = did(&told.fact);
    let guard = states.iter().find_map(|state| model.guard(state, told));
    let guard = guard.unwrap_or("no step of the model tells that");
    let why = format!(
        "{} told \"{did}\" at {}, and the model does not: {guard}. {}",
        told.node,
        told.time,
        before(accepted)
    );
    let mut table = Vec::new();
    for (number, state) in states.iter().take(3).enumerate() {
        let label = if number == 0 { "the model" } else { "or" };
        table.push(format!("{label:<12}{state:?}"));
    }
    table.push(format!("{:<12}{did}  <- differs", format!("{} told", told.node)));
    table.extend(steps.iter().map(|step| format!("{:<12}{step:?}", "could")));
    table.push(format!("{:<12}{did}: {guard}  <- nearest", "not"));
    Departure {
        told: *told,
        guard: guard.to_owned(),
        source: format!("the model `{}`", M::NAME),
        headline: format!("{} {did}: no step of {}", told.node, M::NAME),
        why,
        table,
        nodes: vec![told.node],
    }
}

/// What was told, in short.
fn did(fact: &Fact) -> String {
    match fact {
        Fact::Own { name, values } => {
            let used = values.iter().rposition(|value| *value != 0).map_or(1, |last| last + 1);
            let values: Vec<String> = values[..used].iter().map(u64::to_string).collect();
            format!("{name} {}", values.join(" "))
        }
        other => format!("{other:?}"),
    }
}
