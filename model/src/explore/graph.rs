//! The graph of a model: its states and the steps between them, kept. Knows no promise, only which
//! class each step has.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::Hash;

use stateright::Model;

use super::Path;
use super::lasting::{Fair, Live};
use super::row::fingerprint;

/// All states of a model with the steps between them. States are numbered in the order in which
/// they were met, so a lower one is no farther from the start.
pub(super) struct Graph<'a, M: Model> {
    live: &'a Live<M>,
    nodes: Vec<Node<M::State>>,
    steps: Vec<Step>,
}

struct Node<S> {
    state: S,
    /// From where it was met first; itself for an initial one.
    parent: usize,
    good: bool,
    /// Its steps: where they begin and how many they are.
    steps: (usize, usize),
    /// The classes of its steps.
    possible: Vec<Fair>,
}

/// A step that leads to another state.
#[derive(Clone, Copy)]
struct Step {
    to: usize,
    /// Its place among the model's actions.
    action: usize,
    class: Fair,
}

/// States each of which leads to each other one, or one alone at which a run can end.
pub(super) struct Part {
    /// From the lowest.
    pub(super) states: Vec<usize>,
    /// The classes of the steps within it.
    pub(super) taken: BTreeSet<Fair>,
}

impl<'a, M: Model> Graph<'a, M>
where
    M::State: Clone + Hash,
{
    /// The graph, unless it has more states.
    pub(super) fn of(model: &M, live: &'a Live<M>, states_max: usize) -> Option<Graph<'a, M>> {
        let mut graph = Graph { live, nodes: Vec::new(), steps: Vec::new() };
        let mut places = BTreeMap::new();
        for state in model.init_states() {
            if model.within_boundary(&state) {
                graph.meet(model, &mut places, state, None);
            }
        }
        let mut at = 0;
        while at < graph.nodes.len() {
            if graph.nodes.len() > states_max {
                return None;
            }
            graph.expand(model, &mut places, at);
            at += 1;
        }
        Some(graph)
    }

    fn meet(
        &mut self,
        model: &M,
        places: &mut BTreeMap<u64, usize>,
        state: M::State,
        parent: Option<usize>,
    ) -> usize {
        let new = self.nodes.len();
        let place = *places.entry(fingerprint(&state)).or_insert(new);
        if place == new {
            let good = (self.live.good)(model, &state);
            let parent = parent.unwrap_or(new);
            self.nodes.push(Node { state, parent, good, steps: (0, 0), possible: Vec::new() });
        }
        place
    }

    fn expand(&mut self, model: &M, places: &mut BTreeMap<u64, usize>, at: usize) {
        let first = self.steps.len();
        let state = self.nodes[at].state.clone();
        let mut actions = Vec::new();
        model.actions(&state, &mut actions);
        let mut possible = Vec::new();
        for (number, action) in actions.into_iter().enumerate() {
            let class = (self.live.fair)(model, &state, &action);
            let Some(next) = model.next_state(&state, action) else { continue };
            if !model.within_boundary(&next) {
                continue;
            }
            let to = self.meet(model, places, next, Some(at));
            // A step that changes nothing is no step.
            if to != at {
                self.steps.push(Step { to, action: number, class });
                if class != Fair::Not && !possible.contains(&class) {
                    possible.push(class);
                }
            }
        }
        self.nodes[at].steps = (first, self.steps.len() - first);
        self.nodes[at].possible = possible;
    }

    /// The shortest path to a state.
    pub(super) fn path(&self, model: &M, end: usize) -> Path<M::State, M::Action> {
        let mut back = vec![end];
        while self.nodes[back[back.len() - 1]].parent != back[back.len() - 1] {
            back.push(self.nodes[back[back.len() - 1]].parent);
        }
        back.reverse();
        let start = self.nodes[back[0]].state.clone();
        let pairs = back.windows(2).map(|pair| self.between(pair[0], pair[1]));
        Path { start, steps: pairs.map(|(from, step)| self.told(model, from, step)).collect() }
    }

    fn between(&self, from: usize, to: usize) -> (usize, Step) {
        let step = self.steps(from).iter().find(|step| step.to == to);
        (from, *step.expect("a state was met over a step of its parent's"))
    }

    fn told(&self, model: &M, from: usize, step: Step) -> (M::Action, M::State) {
        let mut actions = Vec::new();
        model.actions(&self.nodes[from].state, &mut actions);
        (actions.swap_remove(step.action), self.nodes[step.to].state.clone())
    }

    /// A way around a part, back to its first state, on which all that is promised is kept: through
    /// every class of its steps, and through every state where a promise rests.
    pub(super) fn around(&self, model: &M, part: &Part) -> Vec<(M::Action, M::State)> {
        let mut way = Vec::new();
        let start = part.states[0];
        let mut at = start;
        let goes = |state: usize, part: &Part| part.states.binary_search(&state).is_ok();
        for class in &part.taken {
            let taken = |step: &&Step| step.class == *class && goes(step.to, part);
            if *class != Fair::Not {
                at = self.walk(part, at, &mut way, |steps| steps.iter().find(taken).copied());
            }
        }
        let promised: BTreeSet<Fair> =
            part.states.iter().flat_map(|state| self.possible(*state)).copied().collect();
        for class in promised.difference(&part.taken) {
            let rests = |state: &usize| !self.possible(*state).contains(class);
            let rest = part.states.iter().copied().find(rests);
            at = self.walk_to(part, at, rest.unwrap_or(start), &mut way);
        }
        if way.is_empty()
            && let Some(step) = self.steps(start).iter().find(|step| goes(step.to, part))
        {
            way.push((start, *step));
            at = step.to;
        }
        self.walk_to(part, at, start, &mut way);
        way.into_iter().map(|(from, step)| self.told(model, from, step)).collect()
    }

    fn walk_to(&self, part: &Part, at: usize, to: usize, way: &mut Vec<(usize, Step)>) -> usize {
        if at == to {
            return at;
        }
        self.walk(part, at, way, |steps| steps.iter().find(|step| step.to == to).copied())
    }

    /// Goes on within a part, the shortest way to a step that is looked for, and takes it.
    fn walk(
        &self,
        part: &Part,
        at: usize,
        way: &mut Vec<(usize, Step)>,
        wanted: impl Fn(&[Step]) -> Option<Step>,
    ) -> usize {
        let mut before: BTreeMap<usize, Option<(usize, Step)>> = BTreeMap::from([(at, None)]);
        let mut waiting = VecDeque::from([at]);
        while let Some(state) = waiting.pop_front() {
            if let Some(step) = wanted(self.steps(state)) {
                let first = way.len();
                way.push((state, step));
                let mut back = state;
                while let Some(Some((from, step))) = before.get(&back) {
                    way.push((*from, *step));
                    back = *from;
                }
                way[first..].reverse();
                return step.to;
            }
            for step in self.steps(state) {
                let inside = part.states.binary_search(&step.to).is_ok();
                if inside && !before.contains_key(&step.to) {
                    before.insert(step.to, Some((state, *step)));
                    waiting.push_back(step.to);
                }
            }
        }
        at
    }
}

impl<M: Model> Graph<'_, M> {
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn good(&self, state: usize) -> bool {
        self.nodes[state].good
    }

    /// The classes of the steps that are possible in a state.
    pub(super) fn possible(&self, state: usize) -> &[Fair] {
        &self.nodes[state].possible
    }

    fn steps(&self, state: usize) -> &[Step] {
        let (first, count) = self.nodes[state].steps;
        &self.steps[first..first + count]
    }

    /// The strongly connected parts of the graph of these states alone, by Tarjan's algorithm (SIAM
    /// Journal on Computing, 1972), without recursion.
    pub(super) fn parts(&self, states: &[usize]) -> Vec<Part> {
        let mut tarjan = Tarjan {
            number: vec![OUTSIDE; self.nodes.len()],
            low: vec![0; self.nodes.len()],
            open: Vec::new(),
            next: 1,
            parts: Vec::new(),
        };
        for state in states {
            tarjan.number[*state] = 0;
        }
        for state in states {
            if tarjan.number[*state] == 0 {
                self.visit(&mut tarjan, *state);
            }
        }
        let parts = tarjan.parts.into_iter().map(|mut states| {
            states.sort_unstable();
            let within = states.iter().flat_map(|state| self.steps(*state));
            let inside = within.filter(|step| states.binary_search(&step.to).is_ok());
            let taken = inside.map(|step| step.class).collect();
            Part { states, taken }
        });
        parts.collect()
    }

    fn visit(&self, tarjan: &mut Tarjan, root: usize) {
        tarjan.enter(root);
        let mut stack = vec![(root, 0)];
        while let Some((state, done)) = stack.pop() {
            if let Some(step) = self.steps(state).get(done) {
                stack.push((state, done + 1));
                match tarjan.number[step.to] {
                    0 => {
                        tarjan.enter(step.to);
                        stack.push((step.to, 0));
                    }
                    OUTSIDE => {}
                    number => tarjan.low[state] = tarjan.low[state].min(number),
                }
                continue;
            }
            tarjan.leave(state);
            if let Some((parent, _)) = stack.last() {
                tarjan.low[*parent] = tarjan.low[*parent].min(tarjan.low[state]);
            }
        }
    }
}

/// A state that is not looked at, or belongs to a part already.
const OUTSIDE: usize = usize::MAX;

struct Tarjan {
    /// In which order states were entered, from 1; 0 for not yet.
    number: Vec<usize>,
    /// The lowest number that is reached from a state.
    low: Vec<usize>,
    open: Vec<usize>,
    next: usize,
    parts: Vec<Vec<usize>>,
}

impl Tarjan {
    fn enter(&mut self, state: usize) {
        (self.number[state], self.low[state]) = (self.next, self.next);
        self.next += 1;
        self.open.push(state);
    }

    /// All that a state leads to was seen: if it leads to none before it, it closes a part.
    fn leave(&mut self, state: usize) {
        if self.low[state] != self.number[state] {
            return;
        }
        let at = self.open.iter().rposition(|open| *open == state).unwrap_or(0);
        let part = self.open.split_off(at);
        for state in &part {
            self.number[*state] = OUTSIDE;
            self.low[*state] = OUTSIDE;
        }
        self.parts.push(part);
    }
}
