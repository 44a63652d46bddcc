//! A [`Trace`] comes in; what a judge may see of it goes out, and no more: what clients saw, what
//! nodes told and showed, and how the run ended. A judge cannot look at the network or at disks.

use crate::course::Course;
use crate::expect::Outlook;
use crate::fact::Told;
use crate::history::{History, Moment};
use crate::node::Node;
use crate::trace::{End, Reign, Shown, Trace};

/// What a judge sees of a run.
pub struct Observed<'a, N: Node> {
    /// How many nodes there were at the start; all of them vote.
    pub nodes: u32,
    /// What the clients saw.
    pub history: &'a History<N::Spec>,
    /// What the nodes told, in the run's one order.
    pub facts: &'a [Told],
    /// What the nodes showed after each of their events, in the run's one order.
    pub views: &'a [Shown<N::View>],
    /// When a leader was undisturbed, in order; empty unless a property asks for it.
    pub reigns: &'a [Reign],
    /// How leaders and faults came and went; empty unless a property asks for it.
    pub course: &'a Course,
    /// What was expected, and how nodes stood; empty where nothing was.
    pub outlook: &'a Outlook,
    /// How the run ended.
    pub end: &'a End,
    /// When.
    pub ended: Moment,
}

impl<N: Node> Clone for Observed<'_, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N: Node> Copy for Observed<'_, N> {}

/// What a judge may see of a trace of a cluster of so many nodes.
pub fn observe<N: Node>(trace: &Trace<N>, nodes: u32) -> Observed<'_, N> {
    Observed {
        nodes,
        history: &trace.history,
        facts: &trace.facts,
        views: &trace.views,
        reigns: &trace.reigns,
        course: &trace.course,
        outlook: &trace.outlook,
        end: &trace.end,
        ended: trace.ended,
    }
}
