//! What became of a scenario, as JSON. Times are in microseconds of virtual time.

use crate::check::{Kept, Staged};
use crate::expect::Answer;
use serde::Serialize;

use super::measures::MeasuresObject;

#[derive(Serialize)]
pub(in crate::cli) struct SceneObject {
    scenario: String,
    /// Expectation by expectation; empty where variations were run.
    expectations: Vec<AnswerObject>,
    /// Expectations whose time did not come.
    never: Vec<String>,
    /// Steps that did nothing, each with its reason.
    idle: Vec<String>,
    /// Operations that ended ok, for each second of virtual time.
    ok_per_second: Option<f64>,
    measures: Option<MeasuresObject>,
    digest: Option<String>,
    /// Where variations were run, what they still expected.
    kept: Option<KeptObject>,
}

#[derive(Serialize)]
struct AnswerObject {
    step: usize,
    at_us: u64,
    expected: String,
    /// Null where nobody can tell.
    held: Option<bool>,
    saw: String,
    certain_us: u64,
}

#[derive(Serialize)]
struct KeptObject {
    expectations: usize,
    cases: u64,
    cases_with_all: u64,
    always: Vec<String>,
}

impl From<&Answer> for AnswerObject {
    fn from(answer: &Answer) -> AnswerObject {
        AnswerObject {
            step: answer.step + 1,
            at_us: answer.at.0,
            expected: answer.expected.clone(),
            held: answer.held,
            saw: answer.saw.clone(),
            certain_us: answer.certain.0,
        }
    }
}

impl SceneObject {
    /// A scenario that was run once.
    pub(in crate::cli) fn staged(name: &str, staged: &Staged) -> SceneObject {
        let seconds = staged.measures.time_us as f64 / 1e6;
        let ok = staged.measures.operations[0] as f64;
        SceneObject {
            scenario: name.to_owned(),
            expectations: staged.answers.iter().map(AnswerObject::from).collect(),
            never: staged.never.clone(),
            idle: staged.idle.clone(),
            ok_per_second: (seconds > 0.0).then_some(ok / seconds),
            measures: Some((&staged.measures).into()),
            digest: Some(staged.digest.clone()).filter(|digest| !digest.is_empty()),
            kept: None,
        }
    }

    /// A scenario whose variations were run.
    pub(in crate::cli) fn family(name: &str, kept: Option<&Kept>) -> SceneObject {
        let kept = kept.map(|kept| KeptObject {
            expectations: kept.expectations,
            cases: kept.cases,
            cases_with_all: kept.whole,
            always: kept.always.clone(),
        });
        SceneObject {
            scenario: name.to_owned(),
            expectations: Vec::new(),
            never: Vec::new(),
            idle: Vec::new(),
            ok_per_second: None,
            measures: None,
            digest: None,
            kept,
        }
    }
}
