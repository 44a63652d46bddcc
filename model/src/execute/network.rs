//! The links between nodes: which are cut, which hold their messages back, and which single
//! messages a step or the noise has marked.

use crate::fault::Kind;
use crate::id::NodeId;
use crate::schedule::{Noise, Timing};
use crate::seed::Seed;
use crate::time::{Time, micros};
use std::time::Duration;

pub(super) struct Network<T> {
    nodes: usize,
    cut: Vec<bool>,
    held: Vec<Option<Vec<T>>>,
    marks: Vec<Mark>,
    /// How many messages each link has carried at this very time; only kept while there is noise.
    now: (Time, Vec<u32>),
}

/// A written step that waits for one message: the nth on its link from where the step stands.
struct Mark {
    link: usize,
    left: u32,
    late: Option<Duration>,
    step: usize,
}

/// What becomes of a message when it is sent.
pub(super) enum Fate {
    Sent { late: Duration },
    Lost(&'static str),
    Held,
}

impl<T> Network<T> {
    pub(super) fn new(nodes: u32) -> Network<T> {
        let nodes = nodes as usize;
        Network {
            nodes,
            cut: vec![false; nodes * nodes],
            held: std::iter::repeat_with(|| None).take(nodes * nodes).collect(),
            marks: Vec::new(),
            now: (Time::ZERO, vec![0; nodes * nodes]),
        }
    }

    fn link(&self, from: NodeId, to: NodeId) -> usize {
        from.index() * self.nodes + to.index()
    }

    #[inline]
    pub(super) fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.cut[self.link(from, to)]
    }

    /// Cuts one direction; says whether it had been open.
    pub(super) fn cut(&mut self, from: NodeId, to: NodeId) -> bool {
        let link = self.link(from, to);
        from != to && !std::mem::replace(&mut self.cut[link], true)
    }

    /// Cuts a node from all others, both ways; says whether any link had been open.
    pub(super) fn isolate(&mut self, node: NodeId) -> bool {
        let others: Vec<NodeId> = (0..self.nodes).map(NodeId::at).collect();
        let mut changed = false;
        for other in others {
            changed |= self.cut(node, other);
            changed |= self.cut(other, node);
        }
        changed
    }

    /// Cuts all links between different groups; nodes in no group form one more.
    pub(super) fn partition(&mut self, groups: &[Vec<NodeId>]) -> bool {
        let group = |node: NodeId| groups.iter().position(|group| group.contains(&node));
        let mut changed = false;
        for from in (0..self.nodes).map(NodeId::at) {
            for to in (0..self.nodes).map(NodeId::at) {
                if group(from) != group(to) {
                    changed |= self.cut(from, to);
                }
            }
        }
        changed
    }

    /// Ends all cuts; says whether there were any.
    pub(super) fn heal(&mut self) -> bool {
        let any = self.cut.contains(&true);
        self.cut.fill(false);
        any
    }

    /// Starts to hold a link's messages back; says whether it had not yet.
    pub(super) fn hold(&mut self, from: NodeId, to: NodeId) -> bool {
        let link = self.link(from, to);
        let new = self.held[link].is_none();
        self.held[link].get_or_insert_with(Vec::new);
        new
    }

    /// Ends a hold and hands out what it kept back, in order; `None` if there was none.
    pub(super) fn release(&mut self, from: NodeId, to: NodeId) -> Option<Vec<T>> {
        let link = self.link(from, to);
        self.held[link].take()
    }

    /// Keeps a message of a held link.
    pub(super) fn keep(&mut self, from: NodeId, to: NodeId, message: T) {
        let link = self.link(from, to);
        if let Some(kept) = &mut self.held[link] {
            kept.push(message);
        }
    }

    /// Marks the nth message from now on a link: lost if `late` is `None`, else so much later.
    pub(super) fn mark(
        &mut self,
        (from, to): (NodeId, NodeId),
        nth: u32,
        late: Option<Duration>,
        step: usize,
    ) {
        let link = self.link(from, to);
        self.marks.push(Mark { link, left: nth.max(1), late, step });
    }

    /// Forgets all marks, and hands out what every hold kept back, link by link.
    pub(super) fn calm(&mut self) -> Vec<T> {
        self.marks.clear();
        self.heal();
        self.held.iter_mut().filter_map(Option::take).flatten().collect()
    }

    /// What becomes of a message that is sent now. The second value is the step that decided it.
    #[inline]
    pub(super) fn fate(&mut self, from: NodeId, to: NodeId) -> (Fate, Option<usize>) {
        let link = self.link(from, to);
        let marked = if self.marks.is_empty() { None } else { self.marked(link) };
        if self.cut[link] {
            return (Fate::Lost("cut off"), None);
        }
        match marked {
            Some((None, step)) => (Fate::Lost("dropped"), Some(step)),
            Some((Some(late), step)) => (Fate::Sent { late }, Some(step)),
            None if self.held[link].is_some() => (Fate::Held, None),
            None => (Fate::Sent { late: Duration::ZERO }, None),
        }
    }

    /// Counts a message on its link, and says which of those sent at this very time it is, from 1.
    pub(super) fn nth_now(&mut self, from: NodeId, to: NodeId, now: Time) -> u32 {
        let link = self.link(from, to);
        if self.now.0 != now {
            self.now.0 = now;
            self.now.1.fill(0);
        }
        self.now.1[link] += 1;
        self.now.1[link]
    }

    /// Counts a message against the marks on its link, and takes the one whose turn it is.
    fn marked(&mut self, link: usize) -> Option<(Option<Duration>, usize)> {
        let mut hit = None;
        self.marks.retain_mut(|mark| {
            if mark.link != link {
                return true;
            }
            mark.left -= 1;
            if mark.left == 0 {
                hit.get_or_insert((mark.late, mark.step));
            }
            mark.left > 0
        });
        hit
    }
}

/// What noise does to one message, decided by the message's cause alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Disturber {
    noise: Noise,
    loses: bool,
    delays: bool,
    late_max: u64,
}

impl Disturber {
    /// `None` where the schedule is quiet or its claim names no trouble with single messages.
    pub(super) fn new(
        noise: Option<Noise>,
        names: impl Fn(Kind) -> bool,
        timing: &Timing,
    ) -> Option<Disturber> {
        let (loses, delays) = (names(Kind::Loss), names(Kind::Delays));
        let late_max = micros(timing.latency) * 12;
        (loses || delays).then_some(())?;
        Some(Disturber { noise: noise?, loses, delays, late_max })
    }

    /// What happens to the message with this cause: `None` nothing, `Some(None)` it is lost,
    /// `Some(Some(late))` it is late.
    #[inline]
    pub(super) fn hits(&self, cause: u64) -> Option<Option<Duration>> {
        let seed = self.noise.seed.fork(cause);
        seed.happens(self.noise.rate).then(|| self.how(seed))
    }

    fn how(&self, seed: Seed) -> Option<Duration> {
        let mut draws = seed.fork(1).draws();
        if self.loses && (!self.delays || draws.chance(1, 2)) {
            return None;
        }
        // Whole milliseconds, so that what is written down later reads well.
        Some(Duration::from_millis(1 + draws.below(self.late_max / 1_000)))
    }
}
