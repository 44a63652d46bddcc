//! What members of a group said comes in; the rows that tell how they came to believe what the
//! failure is about go out. It must not know what they should have believed.
//!
//! Members tell of all that they hear. A reader needs what turned a belief around: a suspicion, a
//! death, a return; and what the accused said for itself. That somebody is alive, heard for the
//! first time, is how each run begins.

use super::rows::{Kind, Lane, Row, Worth};
use super::scene::Scene;
use crate::fact::{Fact, Member, Standing, Told};
use crate::history::Moment;
use crate::id::NodeId;
use crate::node::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Adds what members said, where it belongs to the story.
pub(super) fn members<N: Node>(scene: &Scene<'_, N>, rows: &mut Vec<Row>) {
    let mut held: BTreeMap<(NodeId, u32, NodeId), Standing> = BTreeMap::new();
    let mut joined: BTreeSet<NodeId> = BTreeSet::new();
    let mut heard: BTreeSet<u64> = BTreeSet::new();
    for told in &scene.trace.facts {
        let Fact::Member(said) = told.fact else { continue };
        let text = match said {
            Member::Believes { of, generation, standing, incarnation } => {
                let before = held.insert((told.node, told.incarnation, of), standing);
                let back = before.is_some_and(|before| before != Standing::Alive);
                let new = before != Some(standing) && (back || standing != Standing::Alive);
                new.then(|| belief(of, generation, standing, incarnation))
            }
            Member::Joined { generation } => {
                let again = !joined.insert(told.node);
                again.then(|| format!("joins again, as {}", name(told.node, generation)))
            }
            Member::Left => Some("leaves".to_owned()),
            Member::Refutes { .. } => Some(said.to_string()),
            Member::Heard { value } => scene.speaks_of(&["broadcast"]).then(|| {
                let first = heard.insert(value);
                format!("{} {value}", if first { "broadcasts" } else { "hears" })
            }),
            Member::Sent { .. } => None,
        };
        rows.extend(text.map(|text| row(scene, told, said, text)));
    }
}

/// Nearer to those whom the failure names, a row is worth more.
fn row<N: Node>(scene: &Scene<'_, N>, told: &Told, said: Member, text: String) -> Row {
    let named = |node: NodeId| scene.found.violation.nodes.contains(&node);
    let about = match said {
        Member::Believes { of, .. } => named(told.node) && named(of),
        _ => named(told.node),
    };
    let worth = if about { Worth::Detail } else { Worth::Aside };
    let at = Moment { order: told.order, time: told.time };
    Row { kind: Kind::Fact, ..Row::cell(at, worth, Lane::Node(told.node), text) }
}

/// `believes n2 down`. Incarnations are told as soon as there is more than one.
fn belief(of: NodeId, generation: u64, standing: Standing, incarnation: u64) -> String {
    let of = name(of, generation);
    let text = match standing {
        Standing::Alive => format!("believes {of} alive again"),
        Standing::Suspect => format!("suspects {of}"),
        Standing::Down => format!("believes {of} down"),
    };
    if incarnation == 0 { text } else { format!("{text} (incarnation {incarnation})") }
}

/// A member by its first name is known as its node is.
fn name(of: NodeId, generation: u64) -> String {
    if generation == 0 { of.to_string() } else { format!("{of}.{generation}") }
}
