//! How leaders and faults come and go while a cluster runs: who is up, who leads and which links
//! carry what comes in as often as something has changed; spans of time go out, for judges and for
//! those who measure. They are what the simulation notes of its runs.
//!
//! The one idea: a fault holds until what it did is over, and that can be seen: a node is up again,
//! no link is cut, a time is over. So whoever mends something has nothing to say here. Nor does
//! whoever breaks something by hand: what is broken and belongs to no step is seen as well.

use schism::course::{Course, Hold, Span};
use schism::fact::{Config, Nodes};
use schism::fault::Kind;
use schism::trace::Reign;
use schism::{Fact, NodeId, Role, Time};

/// What is known so far.
#[derive(Default)]
pub(super) struct Watch {
    course: Course,
    leaderless: Option<Time>,
    /// Since when each node is down.
    down: Vec<Option<Time>>,
    held: Vec<(Hold, Until)>,
    /// The step that the next fault by hand counts as.
    next_by_hand: usize,
    reign: Option<Reign>,
    reigns: Vec<Reign>,
    /// Who votes, by the newest entry that says so.
    configured: Option<(u64, Config)>,
}

/// What ends a fault.
#[derive(Clone, Copy)]
pub(super) enum Until {
    /// This time.
    Time(Time),
    /// This time, and then that the node is up, or all are.
    Up(Time, Option<NodeId>),
    /// That no link is cut.
    Healed,
    /// That no link has any trouble but a cut.
    Calm,
}

/// What a cluster looks like at one moment.
pub(super) trait Scene {
    /// How many nodes there are.
    fn nodes(&self) -> usize;
    /// The part that a node plays; `None` while it is down.
    fn role(&self, node: NodeId) -> Option<Role>;
    /// Whether nothing passes from one node to another.
    fn is_cut(&self, from: NodeId, to: NodeId) -> bool;
    /// Whether whatever one node sends reaches another, and at once.
    fn is_clear(&self, from: NodeId, to: NodeId) -> bool;
}

impl Watch {
    /// A node told who votes.
    pub(super) fn hear(&mut self, fact: &Fact) {
        if let Fact::Configured { index, config } = *fact
            && self.configured.is_none_or(|(newest, _)| index >= newest)
        {
            self.configured = Some((index, config));
        }
    }

    /// The fault of a step takes hold.
    pub(super) fn took_hold(&mut self, step: usize, kind: Kind, until: Until, now: Time) {
        let span = Span { from: now, until: now };
        self.held.push((Hold { step, kind, span }, until));
    }

    /// Something was late for a reason that is none of the nodes': no leader was undisturbed.
    pub(super) fn disturb(&mut self, now: Time) {
        if let Some(reign) = &mut self.reign {
            let Reign { leader, term, .. } = *reign;
            close(&mut self.reigns, *reign, now);
            *reign = Reign { leader, term, from: now, until: now };
        }
    }

    /// Looks again.
    pub(super) fn look(&mut self, scene: &impl Scene, now: Time) {
        self.note_leader(scene, now);
        self.note_downs(scene, now);
        let up = |node: NodeId| scene.role(node).is_some();
        let over = |until: Until| match until {
            Until::Time(at) => at <= now,
            Until::Up(at, Some(node)) => at <= now && up(node),
            Until::Up(at, None) => at <= now && ids(scene.nodes()).all(up),
            Until::Calm => !pairs(scene.nodes()).any(|(from, to)| is_ill(scene, from, to)),
            Until::Healed => pairs(scene.nodes()).all(|(from, to)| !scene.is_cut(from, to)),
        };
        let course = &mut self.course;
        self.held.retain_mut(|(hold, until)| {
            let over = over(*until);
            if over {
                hold.span.until = now;
                course.holds.push(*hold);
            }
            !over
        });
        self.note_by_hand(scene, now);
        if let Some(reign) = self.reign.take() {
            close(&mut self.reigns, reign, now);
        }
        self.reign = self.undisturbed(scene).map(|(leader, term)| {
            let (from, until) = (now, now);
            Reign { leader, term, from, until }
        });
    }

    /// Notes what is broken and belongs to no step, as if it were one of those that follow.
    fn note_by_hand(&mut self, scene: &impl Scene, now: Time) {
        let known = |held: &[(Hold, Until)], kinds: &[Kind]| {
            held.iter().any(|(hold, _)| kinds.contains(&hold.kind))
        };
        let links = [Kind::Loss, Kind::Delays, Kind::Congestion];
        if pairs(scene.nodes()).any(|(from, to)| scene.is_cut(from, to))
            && !known(&self.held, &[Kind::Partitions])
        {
            self.by_hand(Kind::Partitions, Until::Healed, now);
        }
        if pairs(scene.nodes()).any(|(from, to)| is_ill(scene, from, to))
            && !known(&self.held, &links)
        {
            // What was late hangs on for a while when it is over, so this is no loss.
            self.by_hand(Kind::Delays, Until::Calm, now);
        }
        for node in ids(scene.nodes()).filter(|node| scene.role(*node).is_none()) {
            let known = self.held.iter().any(|(_, until)| match until {
                Until::Up(_, who) => who.is_none_or(|who| who == node),
                _ => false,
            });
            if !known {
                self.by_hand(Kind::Crashes, Until::Up(now, Some(node)), now);
            }
        }
    }

    fn by_hand(&mut self, kind: Kind, until: Until, now: Time) {
        let step = self.next_by_hand;
        self.next_by_hand += 1;
        self.took_hold(step, kind, until, now);
    }

    /// A schedule of so many steps is acted out: what is done by hand counts as a later one.
    pub(super) fn begins(&mut self, steps: usize) {
        self.next_by_hand = steps;
    }

    fn note_leader(&mut self, scene: &impl Scene, now: Time) {
        let says = |node: &NodeId| scene.role(*node).is_some_and(|role| role.leads());
        let both = |one, other| !scene.is_cut(one, other) && !scene.is_cut(other, one);
        let leads = |leader: NodeId| {
            let with = |node: &NodeId| {
                *node == leader || scene.role(*node).is_some() && both(leader, *node)
            };
            self.is_majority(ids(scene.nodes()).filter(with), scene.nodes())
        };
        let is_led = ids(scene.nodes()).filter(says).any(leads);
        self.course.led |= ids(scene.nodes()).any(|node| says(&node));
        match (is_led, self.leaderless) {
            (true, Some(from)) => {
                self.leaderless = None;
                self.nobody_led(from, now);
            }
            (false, None) => self.leaderless = Some(now),
            _ => {}
        }
    }

    fn nobody_led(&mut self, from: Time, until: Time) {
        if from < until {
            self.course.leaderless.push(Span { from, until });
        }
    }

    fn note_downs(&mut self, scene: &impl Scene, now: Time) {
        self.down.resize(scene.nodes(), None);
        for (node, since) in ids(scene.nodes()).zip(&mut self.down) {
            match (scene.role(node).is_none(), *since) {
                (true, None) => *since = Some(now),
                (false, Some(from)) => {
                    *since = None;
                    self.course.downs.push((node, Span { from, until: now }));
                }
                _ => {}
            }
        }
    }

    /// Who leads with nothing in its way, and which term.
    fn undisturbed(&self, scene: &impl Scene) -> Option<(NodeId, u64)> {
        let all = || ids(scene.nodes());
        let led = |node: NodeId| Some((scene.role(node).filter(Role::leads)?.term, node));
        let (term, leader) = all().filter_map(led).max_by_key(|(term, _)| *term)?;
        let up = |node: &NodeId| scene.role(*node).is_some();
        let linked = |node| scene.is_clear(leader, node) && scene.is_clear(node, leader);
        let is_with = |node: &NodeId| *node == leader || up(node) && linked(*node);
        let with: Vec<NodeId> = all().filter(is_with).collect();
        let reached = all()
            .filter(|node| up(node) && !with.contains(node))
            .any(|stranger| with.iter().any(|member| !scene.is_cut(stranger, *member)));
        let most = self.is_majority(with.iter().copied(), scene.nodes());
        (most && !reached).then_some((leader, term))
    }

    fn is_majority(&self, those: impl Iterator<Item = NodeId>, nodes: usize) -> bool {
        let Some((_, config)) = self.configured else { return those.count() > nodes / 2 };
        let those: Nodes = those.collect();
        let most_of = |voters: Nodes| Nodes(those.0 & voters.0).len() > voters.len() / 2;
        most_of(config.voters) && (config.outgoing.is_empty() || most_of(config.outgoing))
    }

    /// The run is over.
    pub(super) fn finish(mut self, now: Time) -> (Course, Vec<Reign>) {
        if let Some(from) = self.leaderless.take() {
            self.nobody_led(from, now);
        }
        if let Some(reign) = self.reign.take() {
            close(&mut self.reigns, reign, now);
        }
        for (mut hold, _) in self.held {
            hold.span.until = now;
            self.course.holds.push(hold);
        }
        for (node, since) in ids(self.down.len()).zip(&self.down) {
            let down = |from| (node, Span { from, until: now });
            self.course.downs.extend(since.map(down));
        }
        self.course.holds.sort_by_key(|hold| (hold.span.from, hold.step));
        (self.course, self.reigns)
    }
}

/// Whether a link that is not cut has any trouble.
fn is_ill(scene: &impl Scene, from: NodeId, to: NodeId) -> bool {
    !scene.is_cut(from, to) && !scene.is_clear(from, to)
}

fn close(past: &mut Vec<Reign>, reign: Reign, now: Time) {
    if reign.from < now {
        past.push(Reign { until: now, ..reign });
    }
}

fn ids(nodes: usize) -> impl Iterator<Item = NodeId> + Clone {
    (0..nodes).map(NodeId::at)
}

fn pairs(nodes: usize) -> impl Iterator<Item = (NodeId, NodeId)> {
    ids(nodes).flat_map(move |from| ids(nodes).map(move |to| (from, to))).filter(|(a, b)| a != b)
}
