//! Real nodes as a model that can be walked: a check and a schedule come in; states, and what can
//! happen in each, go out. Nothing here decides what is right.
//!
//! A world cannot be copied, for its nodes are whatever a user has. But a path is a schedule, and a
//! run is a function of its schedule, so a state is its path, run anew. Along a recorded run the
//! path follows what happened; whatever else is chosen leaves it, and from there on nothing happens
//! but by choice.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use stateright::{Model, Path, Property};

use super::{Explorer, Page};
use crate::check::{Ruling, Subject};
use crate::execute::{Op, Turn};
use crate::node::Node;
use crate::schedule::{Schedule, Step};

mod drawing;
mod meaning;
mod menus;
mod moves;
mod record;
mod shown;

use menus::Menu;
pub(crate) use moves::Move;
use record::Record;

/// A check of real nodes, to be walked.
pub(crate) struct Real<N: Node> {
    pub(super) subject: Subject<N>,
    record: Record<Op<N>>,
    /// The names of the properties; they live as long as the process.
    names: Vec<&'static str>,
    start: OnceLock<At<Op<N>>>,
}

/// Where a walk stands.
pub(crate) struct At<Op>(Arc<Seen<Op>>);

/// What is known of where a walk stands.
struct Seen<Op> {
    way: Way<Op>,
    /// Equal identities have equal futures.
    identity: u64,
    moves: Vec<Move<Op>>,
    /// Where each move leads, once somebody has asked.
    next: Vec<OnceLock<Option<At<Op>>>>,
    /// Which properties hold, in the order of their names.
    holds: Vec<bool>,
    /// How many facts the nodes have told.
    facts: usize,
    text: String,
}

/// A way through real runs.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Way<Op> {
    /// So many turns of the recorded run.
    followed: usize,
    /// What was chosen then, if anything.
    chosen: Vec<Step<Op>>,
    /// Whether all came to rest at last.
    rests: bool,
    /// A list that is open.
    open: Option<Menu>,
}

/// What somebody who opens an Explorer is told.
pub(crate) struct Opened {
    /// What fails along the record, in a line.
    pub(crate) broken: Option<String>,
    /// The path to it.
    pub(crate) path: String,
}

/// More properties than this are not told apart in the Explorer's list.
const NAMES_MAX: usize = 12;
/// The search that the page can start goes no further from the recorded run than this.
const SEARCHED_MAX: usize = 3;

impl<N: Node> Real<N> {
    /// A walk along a schedule's run, or from the start where it has no steps.
    pub(crate) fn new(subject: Subject<N>, schedule: Schedule<Op<N>>) -> Real<N> {
        let record = Record::of(&subject, schedule);
        let names = subject.property_names().into_iter().take(NAMES_MAX);
        // A property's name must outlive the model, and there are few.
        let names = names.map(|name| &*name.leak()).collect();
        Real { subject, record, names, start: OnceLock::new() }
    }

    /// The places of the moves that lead to where the recorded failure shows, or to the end of the
    /// record where there is none.
    pub(crate) fn opening(&self) -> Vec<usize> {
        let mut at = self.begin();
        let mut places = vec![0];
        while let Some(place) = self.record.forward(&at.0.way, &at.0.moves) {
            let Some(next) = self.after(&at, place) else { break };
            places.push(place);
            at = next;
        }
        places
    }

    /// Opens it in the Explorer, where the recorded failure shows.
    ///
    /// # Errors
    /// The port is taken, or there is no loopback.
    pub(crate) fn open(self, title: &str, port: u16) -> std::io::Result<(Explorer, Opened)> {
        let real = Arc::new(self);
        let explorer = Explorer::open(Shared(Arc::clone(&real)), port)?;
        let broken = real.record.failure.clone();
        let page = Page {
            title: title.to_owned(),
            broken: broken.clone(),
            opening: if broken.is_some() { real.opening() } else { Vec::new() },
            scheduled: Some(Box::new(move |places| real.schedule(places))),
        };
        let opened = Opened { broken: broken.map(|(_, line)| line), path: page.path() };
        Ok((explorer.showing(page), opened))
    }

    /// The schedule of a path; nothing where it leads nowhere.
    pub(crate) fn schedule(&self, places: &[usize]) -> Option<String> {
        let mut at = self.begin();
        for place in places.iter().skip(1) {
            at = self.after(&at, *place)?;
        }
        Some(self.record.schedule(&at.0.way).to_string())
    }

    fn begin(&self) -> At<Op<N>> {
        let way = Way { followed: 0, chosen: Vec::new(), rests: false, open: None };
        let first = || self.look(way, None, 0).expect("a run without steps has a state");
        self.start.get_or_init(first).clone()
    }

    /// Where a move leads; nothing where it does nothing.
    fn after(&self, at: &At<Op<N>>, place: usize) -> Option<At<Op<N>>> {
        let (slot, step) = (at.0.next.get(place)?, at.0.moves.get(place)?);
        slot.get_or_init(|| self.look(step.along(&at.0.way), Some(step), at.0.facts)).clone()
    }

    /// Runs a way and looks where it ends.
    fn look(&self, way: Way<Op<N>>, by: Option<&Move<Op<N>>>, before: usize) -> Option<At<Op<N>>> {
        let looked = catch_unwind(AssertUnwindSafe(|| {
            if way.rests { Some(self.at_rest(&way, by)) } else { self.standing(&way, by, before) }
        }));
        let mut seen = match looked {
            Ok(seen) => seen?,
            // A panic outside of the nodes' events: in a view, a message's text, a property.
            Err(_) => self.beyond(&way),
        };
        seen.way = way;
        seen.next = seen.moves.iter().map(|_| OnceLock::new()).collect();
        Some(At(Arc::new(seen)))
    }

    /// The rows of the properties that a ruling leaves standing.
    fn holds(&self, ruling: &Ruling) -> Vec<bool> {
        let broken = match ruling {
            Ruling::Broken(violation) => Some(violation.failure.property.as_str()),
            _ => None,
        };
        self.names.iter().map(|name| Some(*name) != broken).collect()
    }

    /// What is told of a state that cannot be looked at.
    fn beyond(&self, way: &Way<Op<N>>) -> Seen<Op<N>> {
        let text = "a panic while this was looked at: in a view, a message's text or a property";
        let schedule = self.record.schedule(way);
        let identity = shown::digest(&(schedule.to_string(), text));
        let holds = vec![false; self.names.len()];
        Seen {
            way: way.clone(),
            identity,
            moves: Vec::new(),
            next: Vec::new(),
            holds,
            facts: 0,
            text: format!("{text}\n\n{}", shown::schedule(&schedule)),
        }
    }
}

/// A check to be walked, as the Explorer takes it.
pub(crate) struct Shared<N: Node>(pub(crate) Arc<Real<N>>);

impl<N: Node> Model for Shared<N> {
    type State = At<Op<N>>;
    type Action = Move<Op<N>>;

    fn init_states(&self) -> Vec<Self::State> {
        vec![self.0.begin()]
    }

    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>) {
        actions.extend(state.0.moves.iter().cloned());
    }

    fn next_state(&self, state: &Self::State, action: Self::Action) -> Option<Self::State> {
        let place = state.0.moves.iter().position(|other| *other == action)?;
        self.0.after(state, place)
    }

    fn format_action(&self, action: &Self::Action) -> String {
        action.words.clone()
    }

    fn as_svg(&self, path: Path<Self::State, Self::Action>) -> Option<String> {
        let way = &path.last_state().0.way;
        catch_unwind(AssertUnwindSafe(|| self.0.drawn(way))).ok()
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let named = self.0.names.iter().zip(conditions::<N>());
        named.map(|(name, condition)| Property::always(name, condition)).collect()
    }

    fn within_boundary(&self, state: &Self::State) -> bool {
        state.0.way.chosen.len() <= SEARCHED_MAX
    }
}

type Condition<N> = fn(&Shared<N>, &At<Op<N>>) -> bool;

/// A property has no room for its number, so each has a function of its own.
fn conditions<N: Node>() -> [Condition<N>; NAMES_MAX] {
    fn holds<N: Node, const PLACE: usize>(_: &Shared<N>, state: &At<Op<N>>) -> bool {
        state.0.holds.get(PLACE).copied().unwrap_or(true)
    }
    [
        holds::<N, 0>,
        holds::<N, 1>,
        holds::<N, 2>,
        holds::<N, 3>,
        holds::<N, 4>,
        holds::<N, 5>,
        holds::<N, 6>,
        holds::<N, 7>,
        holds::<N, 8>,
        holds::<N, 9>,
        holds::<N, 10>,
        holds::<N, 11>,
    ]
}

impl<Op> Clone for At<Op> {
    fn clone(&self) -> Self {
        At(Arc::clone(&self.0))
    }
}

impl<Op> PartialEq for At<Op> {
    fn eq(&self, other: &Self) -> bool {
        self.0.identity == other.0.identity
    }
}

impl<Op> Hash for At<Op> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.identity.hash(hasher);
    }
}

impl<Op> fmt::Debug for At<Op> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

/// Whether a turn of a recorded run shows.
fn is_seen(turn: &Turn) -> bool {
    !matches!(turn, Turn::Event(None))
}
