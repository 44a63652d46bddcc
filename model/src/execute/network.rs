//! The links between nodes: which are cut, which hold their messages back, and which single
//! messages a step or the noise has marked. What links have for a while is in `trouble`, and which
//! links a partition cuts is in `split`.

use crate::fault::LinkTrouble;
use crate::id::NodeId;
use crate::time::Time;
use crate::trace::{Hit, LinkCount, LossCause};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

mod noise;
mod split;
mod trouble;

pub(super) use noise::Disturber;
pub(super) use trouble::{Admitted, Trouble};

pub(super) struct Network<T> {
    nodes: usize,
    /// Why each link is cut: the lowest bit for a cut; the others count the flaps that it is in.
    cut: Vec<u32>,
    /// For each link, how many messages were sent, and how many were lost by each cause.
    counts: Vec<u32>,
    /// What is kept back, by link. Many nodes have many links, and few of them are held.
    held: BTreeMap<usize, Vec<T>>,
    marks: Vec<Mark>,
    /// Messages that wait until the next one on their link has passed.
    overtaken: Vec<(usize, T)>,
    /// What links have for a while, in the order in which it began.
    pub(super) troubles: Vec<Trouble<T>>,
    flaps: Vec<split::Flap>,
    /// How many messages each link has carried at this very time; only kept while there is noise.
    now: (Time, Vec<u32>),
    /// Those that have carried any: many nodes have many more links than messages at a time.
    busy: Vec<usize>,
}

/// The counts of one link: those sent, then those lost by each cause.
const COUNTS: usize = 1 + LossCause::ALL.len();

/// A written step that waits for one message: the nth on its link from where the step stands.
struct Mark {
    link: usize,
    left: u32,
    hit: Hit,
    step: usize,
}

/// What becomes of a message when it is sent.
pub(super) enum Fate {
    Passes,
    Cut,
    Held,
    Hit(Hit),
}

impl<T> Network<T> {
    pub(super) fn new(nodes: u32) -> Network<T> {
        let nodes = nodes as usize;
        Network {
            nodes,
            cut: vec![0; nodes * nodes],
            counts: vec![0; nodes * nodes * COUNTS],
            held: BTreeMap::new(),
            marks: Vec::new(),
            overtaken: Vec::new(),
            troubles: Vec::new(),
            flaps: Vec::new(),
            now: (Time::ZERO, vec![0; nodes * nodes]),
            busy: Vec::new(),
        }
    }

    pub(super) fn link(&self, from: NodeId, to: NodeId) -> usize {
        from.index() * self.nodes + to.index()
    }

    #[inline]
    pub(super) fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.cut[self.link(from, to)] != 0
    }

    /// Whether a link keeps its messages back.
    pub(super) fn is_held(&self, from: NodeId, to: NodeId) -> bool {
        self.holds_back(self.link(from, to))
    }

    /// Whether a link carries each message at its usual speed.
    pub(super) fn is_clear(&self, from: NodeId, to: NodeId) -> bool {
        let link = self.link(from, to);
        let flaps = self.flaps.iter().any(|flap| flap.has(link));
        self.cut[link] == 0
            && !flaps
            && !self.holds_back(link)
            && self.troubles.iter().all(|trouble| trouble.link != link)
    }

    /// Whether something waits for single messages, or single messages wait for others.
    pub(super) const fn expects(&self) -> bool {
        !self.marks.is_empty() || !self.overtaken.is_empty()
    }

    /// Whether a link has trouble for a while, or something waits for single messages of it.
    pub(super) fn is_troubled(&self, from: NodeId, to: NodeId) -> bool {
        let link = self.link(from, to);
        self.troubles.iter().any(|trouble| trouble.link == link)
            || self.marks.iter().any(|mark| mark.link == link)
            || self.overtaken.iter().any(|(on, _)| *on == link)
    }

    /// Nothing waits for single messages of a link any more.
    pub(super) fn unmark(&mut self, link: usize) {
        self.marks.retain(|mark| mark.link != link);
    }

    /// Starts to hold a link's messages back; says whether it had not yet.
    pub(super) fn hold(&mut self, from: NodeId, to: NodeId) -> bool {
        let link = self.link(from, to);
        let new = !self.holds_back(link);
        self.held.entry(link).or_default();
        new
    }

    /// Ends a hold and hands out what it kept back, in order; `None` if there was none.
    pub(super) fn release(&mut self, from: NodeId, to: NodeId) -> Option<Vec<T>> {
        let link = self.link(from, to);
        self.held.remove(&link)
    }

    #[inline]
    fn holds_back(&self, link: usize) -> bool {
        !self.held.is_empty() && self.held.contains_key(&link)
    }

    /// Keeps a message of a held link.
    pub(super) fn keep(&mut self, from: NodeId, to: NodeId, message: T) {
        let link = self.link(from, to);
        if let Some(kept) = self.held.get_mut(&link) {
            kept.push(message);
        }
    }

    /// Whether any message waits until the next one on its link has passed.
    #[inline]
    pub(super) const fn has_overtaken(&self) -> bool {
        !self.overtaken.is_empty()
    }

    /// Keeps a message until the next one on its link has passed.
    pub(super) fn wait(&mut self, from: NodeId, to: NodeId, message: T) {
        self.overtaken.push((self.link(from, to), message));
    }

    /// A message passes: hands out, in order, those that have waited for it.
    pub(super) fn passed(&mut self, from: NodeId, to: NodeId) -> Vec<T> {
        let link = self.link(from, to);
        self.overtaken.extract_if(.., |(on, _)| *on == link).map(|(_, message)| message).collect()
    }

    /// Marks the nth message from now on a link.
    pub(super) fn mark(&mut self, (from, to): (NodeId, NodeId), nth: u32, hit: Hit, step: usize) {
        let link = self.link(from, to);
        self.marks.push(Mark { link, left: nth.max(1), hit, step });
    }

    /// Forgets all marks, and hands out what was kept back: by holds, link by link, then what was
    /// to be overtaken and what stood in queues.
    pub(super) fn calm(&mut self) -> Vec<T> {
        self.marks.clear();
        self.heal();
        let held = std::mem::take(&mut self.held);
        let mut kept: Vec<T> = held.into_values().flatten().collect();
        kept.extend(self.overtaken.drain(..).map(|(_, message)| message));
        for trouble in self.troubles.drain(..) {
            kept.extend(trouble.into_queue().into_iter().map(|(message, _)| message));
        }
        kept
    }

    /// What becomes of a message that is sent now. The second value is the step that decided it.
    #[inline]
    pub(super) fn fate(&mut self, from: NodeId, to: NodeId) -> (Fate, Option<usize>) {
        let link = self.link(from, to);
        self.counts[link * COUNTS] += 1;
        let marked = if self.marks.is_empty() { None } else { self.marked(link) };
        if self.cut[link] != 0 {
            return (Fate::Cut, None);
        }
        match marked {
            Some((hit, step)) => (Fate::Hit(hit), Some(step)),
            None if self.holds_back(link) => (Fate::Held, None),
            None => (Fate::Passes, None),
        }
    }

    /// Whether no link has any trouble of a while.
    #[inline]
    pub(super) const fn is_plain(&self) -> bool {
        self.troubles.is_empty()
    }

    /// Counts a message that will not arrive.
    pub(super) fn count_lost(&mut self, from: NodeId, to: NodeId, cause: LossCause) {
        let link = self.link(from, to);
        self.counts[link * COUNTS + 1 + cause as usize] += 1;
    }

    /// What each link carried, for those that carried anything.
    pub(super) fn counts(&self) -> Vec<LinkCount> {
        let links = self.counts.chunks_exact(COUNTS).enumerate();
        let count = |(place, counts): (usize, &[u32])| LinkCount {
            from: NodeId::at(place / self.nodes),
            to: NodeId::at(place % self.nodes),
            sent: counts[0].into(),
            lost: std::array::from_fn(|cause| counts[1 + cause].into()),
        };
        links.filter(|(_, counts)| counts[0] > 0).map(count).collect()
    }

    /// The links that carry nothing.
    pub(super) fn cuts(&self) -> impl Iterator<Item = (NodeId, NodeId)> {
        self.cut.iter().enumerate().filter(|(_, cut)| **cut != 0).map(|(at, _)| self.ends(at))
    }

    /// The links that keep their messages back, and how many those are.
    pub(super) fn holds(&self) -> impl Iterator<Item = (NodeId, NodeId, usize)> {
        self.held.iter().map(|(at, kept)| {
            let (from, to) = self.ends(*at);
            (from, to, kept.len())
        })
    }

    /// What links have for a while, what waits for single messages, by the steps that began it, and
    /// messages that wait for others; with how many wait in a queue.
    pub(super) fn expected(&self) -> Vec<(NodeId, NodeId, Option<usize>, usize)> {
        let mut all = Vec::new();
        for link in 0..self.cut.len() {
            let (from, to) = self.ends(link);
            let of = |one: &&Trouble<T>| one.link == link;
            let troubles = self.troubles.iter().filter(of);
            all.extend(troubles.map(|one| (from, to, Some(one.step), one.waiting())));
            let marks = self.marks.iter().filter(|mark| mark.link == link);
            all.extend(marks.map(|mark| (from, to, Some(mark.step), 0)));
            let overtaken = self.overtaken.iter().filter(|(on, _)| *on == link);
            all.extend(overtaken.map(|_| (from, to, None, 0)));
        }
        all
    }

    fn ends(&self, link: usize) -> (NodeId, NodeId) {
        (NodeId::at(link / self.nodes), NodeId::at(link % self.nodes))
    }

    /// Whether any link loses a share of its messages, so that what caused one decides.
    pub(super) fn draws(&self) -> bool {
        let share = |ratio: crate::seed::Ratio| 0 < ratio.part && ratio.part < ratio.of;
        self.troubles
            .iter()
            .any(|trouble| matches!(trouble.what, LinkTrouble::Loses { ratio } if share(ratio)))
    }

    /// All that a message can still meet, whatever the order in which it began on different links;
    /// `known` says what each message is known by, and `key` what a step is.
    pub(super) fn hash_into(
        &self,
        hasher: &mut impl Hasher,
        now: Time,
        known: impl Fn(&T) -> u64,
        key: impl Fn(usize) -> u64,
    ) {
        self.cut.hash(hasher);
        for (link, kept) in &self.held {
            (link, kept.iter().map(&known).collect::<Vec<_>>()).hash(hasher);
        }
        let mut marks: Vec<_> =
            self.marks.iter().map(|mark| (mark.link, mark.left, key(mark.step))).collect();
        marks.sort_by_key(|(link, ..)| *link);
        marks.hash(hasher);
        let mut overtaken: Vec<_> =
            self.overtaken.iter().map(|(link, message)| (*link, known(message))).collect();
        overtaken.sort_by_key(|(link, _)| *link);
        overtaken.hash(hasher);
        let trouble = |one: &Trouble<T>| (one.link, key(one.step), one.mark(now, &known));
        let mut troubles: Vec<_> = self.troubles.iter().map(trouble).collect();
        troubles.sort_by_key(|(link, ..)| *link);
        troubles.hash(hasher);
        let mut flaps: Vec<_> =
            self.flaps.iter().map(|flap| (key(flap.step()), flap.is_down())).collect();
        flaps.sort_unstable();
        flaps.hash(hasher);
    }

    /// Counts a message on its link, and says which of those sent at this very time it is, from 1.
    pub(super) fn nth_now(&mut self, from: NodeId, to: NodeId, now: Time) -> u32 {
        let link = self.link(from, to);
        if self.now.0 != now {
            self.now.0 = now;
            for link in self.busy.drain(..) {
                self.now.1[link] = 0;
            }
        }
        if self.now.1[link] == 0 {
            self.busy.push(link);
        }
        self.now.1[link] += 1;
        self.now.1[link]
    }

    /// Counts a message against the marks on its link, and takes the one whose turn it is.
    fn marked(&mut self, link: usize) -> Option<(Hit, usize)> {
        let mut hit = None;
        self.marks.retain_mut(|mark| {
            if mark.link != link {
                return true;
            }
            mark.left -= 1;
            if mark.left == 0 {
                hit.get_or_insert((mark.hit, mark.step));
            }
            mark.left > 0
        });
        hit
    }
}
