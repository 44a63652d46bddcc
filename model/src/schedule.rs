//! The whole input of a run, as one value: nodes, clients, operations, faults, timing, and the
//! seeds of what is not written down. Replaying, shrinking, saving, editing and sharing are all the
//! same easy problem because of it.
//!
//! Every schedule is legal. A request to a crashed node is a refused connection, restarting a
//! running node does nothing, an unknown node is skipped and noted. There are no preconditions, so
//! shrinking is deletion and people can type schedules.

use crate::expect::{Expect, Load};
use crate::fault::{Fault, Nemesis, Target};
use crate::id::{ClientId, NodeId};
use crate::seed::{Ratio, Seed, StableHasher};
use crate::time::Time;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::time::Duration;

mod text;
pub(crate) use text::span;
#[cfg(feature = "cli")]
pub(crate) use text::{nearest, seed};

/// Everything that a run depends on, but for the code under test. `Op` is the operation that
/// clients ask for, [`Spec::Op`](crate::Spec::Op).
#[derive(Clone, PartialEq, Debug)]
pub struct Schedule<Op> {
    /// How many nodes there are at the start; at least 1.
    pub nodes: u32,
    /// Where the nodes' own draws (election jitter) come from.
    pub seed: Seed,
    /// Trouble that is not written down; `None` is quiet.
    pub noise: Option<Noise>,
    /// What the system claims to survive: faults beyond it do nothing.
    pub claim: Nemesis,
    /// How long things take.
    pub timing: Timing,
    /// What happens, in order.
    pub steps: Vec<Step<Op>>,
}

/// Sparse trouble on single messages: each is hit with probability `rate`, decided by its cause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Noise {
    /// Where the draws come from.
    pub seed: Seed,
    /// How many messages are hit; at most one in twenty.
    pub rate: Ratio,
}

/// How long things take. Written in a schedule's header only where it differs from the default.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Timing {
    /// A message from node to node.
    pub latency: Duration,
    /// A request or an answer, between a client and a node.
    pub client_latency: Duration,
    /// How long a client waits before it gives up for good.
    pub client_timeout: Duration,
    /// How long the run goes on after its last step, before the calm end begins.
    pub linger: Duration,
    /// How long the calm end may last until a probe write must have succeeded: a generous multiple
    /// of the election timeout of the system under test.
    pub settle: Duration,
}

impl Timing {
    /// What holds where nothing else is said.
    pub const DEFAULT: Timing = Timing {
        latency: Duration::from_millis(5),
        client_latency: Duration::from_millis(1),
        client_timeout: Duration::from_secs(1),
        linger: Duration::from_millis(500),
        settle: Duration::from_secs(10),
    };
}

impl Default for Timing {
    fn default() -> Timing {
        Timing::DEFAULT
    }
}

/// One line of a schedule: when, and what.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Step<Op> {
    /// When it happens.
    pub when: When,
    /// What happens.
    pub action: Action<Op>,
}

/// When a step happens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum When {
    /// At a time since the start: `@1300ms`.
    At(Time),
    /// So long after the step above it: `@+20ms`.
    After(Duration),
    /// So long after something happened, once the step above it has happened: `@elected n2 +5ms`.
    On(Anchor, Duration),
}

/// An event of the run that a step can wait for. It counts from the moment at which the step above
/// has happened, except that an answer which came earlier counts as well.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Anchor {
    /// This node (any, if `None`) says that it leads, and did not before.
    Elected(Option<NodeId>),
    /// The operation of this step, counted from 0, was acknowledged. Written from 1: `@acked 2`.
    Acked(usize),
    /// The operation of this step has any outcome.
    Answered(usize),
    /// This node went down: `@down n2`, for crash points.
    Down(NodeId),
}

/// What a step does.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Action<Op> {
    /// A client asks a node for an operation.
    Request {
        /// Who asks.
        client: ClientId,
        /// Whom.
        to: Target,
        /// For what.
        op: Op,
    },
    /// Something goes wrong, or is set right.
    Fault(Fault),
    /// Something is to be so: it is noted, and judged by the property `scenario`.
    Expect(Expect),
    /// A client asks again and again.
    Load(Load),
}

impl<Op> Action<Op> {
    /// Whom it names, in the order of its text.
    #[must_use]
    pub fn targets(&self) -> Vec<&Target> {
        match self {
            Action::Request { to, .. } | Action::Load(Load { to, .. }) => vec![to],
            Action::Fault(fault) => fault.targets(),
            Action::Expect(expect) => expect.wish.targets(),
        }
    }

    /// The same, to be changed.
    pub fn targets_mut(&mut self) -> Vec<&mut Target> {
        match self {
            Action::Request { to, .. } | Action::Load(Load { to, .. }) => vec![to],
            Action::Fault(fault) => fault.targets_mut(),
            Action::Expect(expect) => expect.wish.targets_mut(),
        }
    }
}

impl<Op> Schedule<Op> {
    /// A quiet schedule without steps.
    #[must_use]
    pub fn new(nodes: u32) -> Schedule<Op> {
        Schedule {
            nodes,
            seed: Seed(0),
            noise: None,
            claim: Nemesis::new(),
            timing: Timing::DEFAULT,
            steps: Vec::new(),
        }
    }

    /// Whether anything is expected of its run.
    #[must_use]
    pub fn expects(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.action, Action::Expect(_)))
    }

    /// How many of the steps are faults.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.steps
            .iter()
            .filter(|step| matches!(&step.action, Action::Fault(fault) if fault.kind().is_some()))
            .count()
    }
}

impl<Op: Clone> Schedule<Op> {
    /// The same schedule with only the steps that `keep` marks. References to steps move along; a
    /// step that waits for one that is gone goes, too.
    #[must_use]
    pub fn retain(&self, keep: &[bool]) -> Schedule<Op> {
        let mut place: Vec<Option<usize>> = Vec::with_capacity(self.steps.len());
        let mut steps = Vec::with_capacity(self.steps.len());
        for (step, keep) in self.steps.iter().zip(keep) {
            let when = match step.when {
                When::On(Anchor::Acked(of), d) => {
                    moved(&place, of).map(|n| When::On(Anchor::Acked(n), d))
                }
                When::On(Anchor::Answered(of), d) => {
                    moved(&place, of).map(|n| When::On(Anchor::Answered(n), d))
                }
                other => Some(other),
            };
            match when.filter(|_| *keep) {
                Some(when) => {
                    place.push(Some(steps.len()));
                    steps.push(Step { when, action: step.action.clone() });
                }
                None => place.push(None),
            }
        }
        Schedule { steps, ..self.without_steps() }
    }

    /// The header alone.
    #[must_use]
    pub fn without_steps(&self) -> Schedule<Op> {
        Schedule {
            nodes: self.nodes,
            seed: self.seed,
            noise: self.noise,
            claim: self.claim.clone(),
            timing: self.timing,
            steps: Vec::new(),
        }
    }
}

fn moved(place: &[Option<usize>], step: usize) -> Option<usize> {
    place.get(step).copied().flatten()
}

impl<Op: Hash + PartialEq> Schedule<Op> {
    /// The identity of each step, from which the draws of all that it causes are keyed. It depends
    /// on what the step does and on how many equal ones stand before it, so it survives the
    /// deletion of its neighbours, a change of its time, and a round trip through text.
    #[must_use]
    pub fn step_keys(&self) -> Vec<u64> {
        let mut keys = Vec::with_capacity(self.steps.len());
        // Of equal steps, the key of the one before: a schedule may have a million of them.
        let mut before: BTreeMap<u64, u64> = BTreeMap::new();
        for step in &self.steps {
            let mut hasher = StableHasher::new(0x57e9);
            step.action.hash(&mut hasher);
            let first = hasher.finish();
            let next = |key: &mut u64| *key = Seed(*key).fork(1).0;
            keys.push(*before.entry(first).and_modify(next).or_insert(first));
        }
        keys
    }
}
