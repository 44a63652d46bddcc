//! The protocol models by name, with their types hidden: bounds come in, what was found goes out as
//! text and numbers.

use crate::campaign::Stop;
use crate::explore::{End, Explorer, Finding, Packing, Path, Progress};
use crate::reference::isr::Isr;
use crate::reference::protocol::{Bound, Protocol};
use crate::reference::raft::Raft;
use crate::reference::swim::Swim;
use crate::reference::symmetry::Renamed;
use std::marker::PhantomData;
use std::time::Duration;

/// All models.
pub(in crate::cli) fn models() -> Vec<Box<dyn Modelled>> {
    vec![
        Box::new(Of::<Raft>(PhantomData)),
        Box::new(Of::<Isr>(PhantomData)),
        Box::new(Of::<Swim>(PhantomData)),
    ]
}

/// What the user wants of an exploration.
pub(in crate::cli) struct Wishes {
    /// One for each of the model's bounds.
    pub(in crate::cli) bounds: Vec<u8>,
    /// The place of the mistake to plant.
    pub(in crate::cli) bug: Option<usize>,
    pub(in crate::cli) symmetry: bool,
    pub(in crate::cli) time: Option<Duration>,
    pub(in crate::cli) states: Option<u64>,
    pub(in crate::cli) levels: Option<u64>,
    /// 0 for all cores.
    pub(in crate::cli) jobs: usize,
    pub(in crate::cli) stop: Stop,
}

/// What was found, without the model's types.
pub(in crate::cli) struct Explored {
    pub(in crate::cli) model: &'static str,
    pub(in crate::cli) bug: Option<&'static str>,
    pub(in crate::cli) bounds: Vec<(&'static str, u8)>,
    pub(in crate::cli) symmetry: bool,
    pub(in crate::cli) end: End,
    pub(in crate::cli) progress: Progress,
    pub(in crate::cli) properties: Vec<Judged>,
}

/// What was found of one property.
pub(in crate::cli) struct Judged {
    pub(in crate::cli) name: &'static str,
    pub(in crate::cli) found: Found,
    /// Its sentence, and where that comes from.
    pub(in crate::cli) rule: Option<(&'static str, &'static str)>,
}

/// [`Finding`] as text.
pub(in crate::cli) enum Found {
    Holds,
    /// The shortest way there, and the state at the end.
    Broken(Way, String),
    /// After so many steps.
    Shown(usize),
    Never,
    Unknown,
    NotJudged,
}

/// A way through a model.
pub(in crate::cli) struct Way {
    /// Each step, in words.
    pub(in crate::cli) steps: Vec<String>,
    /// The place of the initial state and of each step among those that were possible.
    pub(in crate::cli) places: Vec<usize>,
}

impl Explored {
    /// The property that was broken. Of several that were broken at once, the first.
    pub(in crate::cli) fn broken(&self) -> Option<(&Judged, &Way, &str)> {
        self.properties.iter().find_map(|judged| match &judged.found {
            Found::Broken(way, last) => Some((judged, way, last.as_str())),
            _ => None,
        })
    }

    pub(in crate::cli) fn verdict(&self) -> &'static str {
        match self.end {
            End::Broken => "fail",
            End::Complete => "pass",
            End::Time | End::States | End::Levels | End::Stopped => "unknown",
        }
    }
}

/// A model whose types are hidden.
pub(in crate::cli) trait Modelled {
    fn name(&self) -> &'static str;
    fn sentence(&self) -> &'static str;
    fn bounds(&self) -> &'static [Bound];
    fn bugs(&self) -> &'static [(&'static str, &'static str)];
    fn usual(&self, bug: Option<usize>) -> Vec<u8>;
    fn explore(&self, wishes: &Wishes, progress: &mut dyn FnMut(&Progress)) -> Explored;
    fn open(&self, wishes: &Wishes, port: u16) -> std::io::Result<Explorer>;
}

struct Of<P>(PhantomData<P>);

impl<P: Protocol> Modelled for Of<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn sentence(&self) -> &'static str {
        P::SENTENCE
    }

    fn bounds(&self) -> &'static [Bound] {
        P::BOUNDS
    }

    fn bugs(&self) -> &'static [(&'static str, &'static str)] {
        P::BUGS
    }

    fn usual(&self, bug: Option<usize>) -> Vec<u8> {
        P::usual(bug)
    }

    fn open(&self, wishes: &Wishes, port: u16) -> std::io::Result<Explorer> {
        Explorer::open(P::new(&wishes.bounds, wishes.bug), port)
    }

    fn explore(&self, wishes: &Wishes, progress: &mut dyn FnMut(&Progress)) -> Explored {
        let model = P::new(&wishes.bounds, wishes.bug);
        let mut search = crate::explore::explore(P::new(&wishes.bounds, wishes.bug))
            .jobs(wishes.jobs)
            .stop(&wishes.stop);
        if let Some(time) = wishes.time {
            search = search.time(time);
        }
        if let Some(states) = wishes.states {
            search = search.states_max(states);
        }
        if let Some(levels) = wishes.levels {
            search = search.levels_max(levels);
        }
        if let Some((pack, unpack)) = P::packing() {
            search = search.packed(Packing { pack, unpack });
        }
        if wishes.symmetry {
            search = search.symmetry(Renamed::least);
        }
        let outcome = search.run(progress);
        let properties = outcome.findings.into_iter().map(|(name, finding)| {
            let found = match finding {
                Finding::Holds => Found::Holds,
                Finding::Broken(path) => told(&model, &path),
                Finding::Shown(path) => Found::Shown(path.steps.len()),
                Finding::Never => Found::Never,
                Finding::Unknown => Found::Unknown,
                Finding::NotJudged => Found::NotJudged,
            };
            Judged { name, found, rule: P::rule(name) }
        });
        Explored {
            model: P::NAME,
            bug: wishes.bug.map(|place| P::BUGS[place].0),
            bounds: P::BOUNDS.iter().map(|bound| bound.name).zip(wishes.bounds.clone()).collect(),
            symmetry: wishes.symmetry,
            end: outcome.end,
            progress: outcome.progress,
            properties: properties.collect(),
        }
    }
}

fn told<P: Protocol>(model: &P, path: &Path<P::State, P::Action>) -> Found {
    let last = format!("{:#?}", path.last());
    let steps = path.steps.iter().map(|(action, _)| model.format_action(action)).collect();
    Found::Broken(Way { steps, places: path.places(model) }, last)
}
