//! Fewer nodes: one is taken out, the steps about it go or become steps about another one, and
//! those behind it close ranks.

use super::{Cursor, Known, Offer};
use crate::fault::{Fault, Target};
use crate::id::NodeId;
use crate::schedule::{Action, Anchor, Schedule, When};

pub(super) fn fewer<Op: Clone>(best: &Schedule<Op>, _: &Known, cursor: &mut Cursor) -> Offer<Op> {
    let nodes = best.nodes as usize;
    if nodes <= 1 {
        return Offer::Done;
    }
    // For each node, the last first: nobody takes its place, or one of the others does.
    let Some(n) = cursor.count(nodes * nodes) else { return Offer::Done };
    let gone = NodeId::at(nodes - 1 - n / nodes);
    let heir = (n % nodes).checked_sub(1).map(|n| NodeId::at((gone.index() + 1 + n) % nodes));
    Offer::Try(without(best, Gone { gone, heir }))
}

/// Who goes, and who takes its place in the steps, both by their old names.
#[derive(Clone, Copy)]
struct Gone {
    gone: NodeId,
    heir: Option<NodeId>,
}

fn without<Op: Clone>(best: &Schedule<Op>, gone: Gone) -> Schedule<Op> {
    let mut schedule = best.clone();
    let mut keep = Vec::with_capacity(schedule.steps.len());
    for step in &mut schedule.steps {
        match &mut step.when {
            When::On(Anchor::Elected(who), _) => *who = who.and_then(|id| renamed(id, gone)),
            When::On(Anchor::Down(id), _) => *id = renamed(*id, gone).unwrap_or(*id),
            _ => {}
        }
        keep.push(match &mut step.action {
            Action::Request { to, .. } => rename(to, gone),
            Action::Load(load) => rename(&mut load.to, gone),
            Action::Fault(fault) => rename_all(fault, gone),
            // What is expected is expected of all these nodes.
            Action::Expect(_) => true,
        });
    }
    schedule.nodes -= 1;
    schedule.retain(&keep)
}

/// The new name of a node; `None` for the one that is gone without an heir.
fn renamed(id: NodeId, who: Gone) -> Option<NodeId> {
    let id = if id == who.gone { who.heir? } else { id };
    Some(if id > who.gone { NodeId(id.0 - 1) } else { id })
}

/// Renames a target; says whether it is still there.
fn rename(target: &mut Target, gone: Gone) -> bool {
    let Target::Node(id) = target else { return true };
    match renamed(*id, gone) {
        Some(new) => {
            *id = new;
            true
        }
        None => false,
    }
}

/// Renames all targets of a fault; says whether all are still there.
fn rename_all(fault: &mut Fault, gone: Gone) -> bool {
    match fault {
        Fault::Ring { order } => {
            order.retain_mut(|target| rename(target, gone));
            true
        }
        Fault::Partition { groups } | Fault::Flap { groups, .. } => {
            for group in groups {
                group.retain_mut(|target| rename(target, gone));
            }
            true
        }
        _ => fault.targets_mut().into_iter().all(|target| rename(target, gone)),
    }
}
