//! How nodes stand after each of their events, and what scenarios ask of a run: to note what is
//! expected, and to let clients ask again and again. It must not know whether anything that is
//! expected comes true.

use super::faults::Took;
use super::happening::Chore;
use super::{Op, World};
use crate::expect::{Begun, Expect, Load, Sight, Standing, Stood};
use crate::fault::Target;
use crate::id::NodeId;
use crate::node::Node;
use crate::schedule::Action;
use crate::seed::Seed;
use crate::spec::Spec;
use crate::time::micros;
use crate::trace::Shown;

/// Values that no written operation is likely to write, and that no probe does.
const FIRST_OF_LOADS: u64 = 100_000;

impl<N: Node> World<'_, N> {
    /// Takes note of what a node has become.
    pub(super) fn note_role_and_view(&mut self, id: NodeId) {
        let at = self.moment();
        let views = self.recording.views;
        let process = &mut self.processes[id.index()];
        let Some(node) = &process.node else { return };
        let role = node.role();
        if views {
            let (incarnation, view) = (process.io.incarnation, node.view());
            self.views.push(Shown { at, node: id, incarnation, view });
        }
        let sight = if self.looks_out { node.sight() } else { Sight::default() };
        if role != process.role {
            let elected = role.leads() && !(process.role.leads() && process.role.term == role.term);
            process.role = role;
            self.stir();
            if !role.name.is_empty() && !self.roles.contains(&role.name) {
                self.roles.push(role.name);
            }
            if elected {
                self.plan.elected(id, at.time);
            }
        }
        if self.looks_out {
            let leads = role.leads().then_some(role.term);
            self.stands(id, Standing { up: true, leads, sight });
        }
    }

    /// A node stands so from now on, where that is of interest and another than before.
    pub(super) fn stands(&mut self, id: NodeId, standing: Standing) {
        let last = &mut self.processes[id.index()].standing;
        if self.looks_out && *last != standing {
            *last = standing;
            let at = self.moment();
            self.outlook.stood.push(Stood { at, node: id, standing });
        }
    }

    /// An expectation begins.
    pub(super) fn expects(&mut self, step: usize, expect: &Expect) -> Result<Took, String> {
        let mut expect = expect.clone();
        for target in expect.wish.targets_mut() {
            *target = Target::Node(self.resolve(target)?);
        }
        let begun = Begun { step, at: self.moment(), expect };
        self.plan.extend(begun.until());
        self.outlook.begun.push(begun);
        Ok(Took::Now(None))
    }

    /// A client begins to ask again and again.
    pub(super) fn load(&mut self, step: usize, load: &Load) -> Took {
        self.plan.extend(self.now + load.lasts);
        self.ask_of_load(step, 0);
        Took::Now(None)
    }

    /// The next request of a load. Who looks for a role that nobody holds asks each in its turn.
    pub(super) fn ask_of_load(&mut self, step: usize, nth: u64) {
        let Action::Load(Load { client, to, every, lasts }) = &self.schedule.steps[step].action
        else {
            return;
        };
        let key = Seed(self.plan.key(step)).fork(nth);
        self.loaded += 1;
        let turn = NodeId::at(nth as usize % self.processes.len());
        let node = self.resolve(to).unwrap_or(turn);
        let op: Op<N> = N::Spec::steady(&mut key.draws(), FIRST_OF_LOADS + self.loaded);
        self.ask_because(Some(step), key.0, *client, node, op);
        let next = nth + 1;
        if micros(*every) * next <= micros(*lasts) {
            self.later(*every, Chore::Ask { step, nth: next });
        }
    }
}
