//! A transport that can fail: what is asked of a network's troubles comes in, and what happens to
//! each frame that passes. While nothing is asked, each frame passes as if the wrapper were not
//! there.
//!
//! A transport is one party's end, so a wrapper sees two [`Way`]s of each other party: frames to
//! it, and frames from it. A cut that others are to notice on both sides takes both wrappers, or
//! one that cuts both ways.
//!
//! The one idea: what happens to a frame is drawn by its cause, the seed, the way, the party and
//! how many frames went that way before. So a run with the same seed and the same frames has the
//! same fate, whatever else goes on.

use super::Transport;
use super::task::Task;
use held::{Held, Place};
use link::{Fate, Link};
use schism::{NodeId, Seed};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

mod counters;
mod held;
mod link;
mod trouble;

pub use counters::{Counters, Figures, Phase, State};
pub use trouble::Trouble;

/// In which direction, as seen from the party whose end this is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Way {
    /// Frames that it sends to this party.
    To(NodeId),
    /// Frames that come from this party.
    From(NodeId),
}

impl Way {
    /// Both directions.
    #[must_use]
    pub const fn both(peer: NodeId) -> [Way; 2] {
        [Way::To(peer), Way::From(peer)]
    }

    /// The party at the other end.
    #[must_use]
    pub const fn peer(self) -> NodeId {
        match self {
            Way::To(peer) | Way::From(peer) => peer,
        }
    }
}

/// A transport whose network can be partitioned, lossy, slow, narrow, and healed again.
pub struct FaultyTransport<T: Transport> {
    shared: Arc<Shared<T>>,
    /// What sends the frames that had to wait; there is none until one has to.
    pump: OnceLock<Task>,
}

struct Shared<T> {
    inner: T,
    seed: Seed,
    counters: Counters,
    /// Whether nothing was ever asked, or all of it is over and done.
    idle: AtomicBool,
    links: Mutex<Links>,
    /// The pump looks again.
    wake: Notify,
}

#[derive(Default)]
struct Links {
    each: BTreeMap<Way, Link>,
    /// Frames that wait for their time to leave.
    leaving: Held,
    /// Frames that have come and wait for their time to be handed in.
    coming: Held,
}

impl<T: Transport> FaultyTransport<T> {
    /// A wrapper that does nothing yet.
    pub fn new(inner: T, seed: Seed) -> FaultyTransport<T> {
        let shared = Shared {
            inner,
            seed,
            counters: Counters::default(),
            idle: AtomicBool::new(true),
            links: Mutex::default(),
            wake: Notify::new(),
        };
        FaultyTransport { shared: Arc::new(shared), pump: OnceLock::new() }
    }

    /// Cuts these parties off, both ways, and ends the connections with them. Frames that are on
    /// their way are lost as well.
    pub fn partition(&self, peers: impl IntoIterator<Item = NodeId>) {
        for peer in peers {
            self.shared.cut(&Way::both(peer));
            self.shared.inner.disconnect(peer);
        }
    }

    /// Cuts one way. The other stays as it was, and so do connections: nobody is told.
    pub fn cut(&self, way: Way) {
        self.shared.cut(&[way]);
    }

    /// Ends all cuts.
    pub fn heal(&self) {
        self.mend(|_| true);
    }

    /// Ends the cut of one way.
    pub fn restore(&self, way: Way) {
        self.mend(|other| other == way);
    }

    fn mend(&self, whose: impl Fn(Way) -> bool) {
        let mut links = self.shared.links();
        let mut healed = false;
        for (_, link) in links.each.iter_mut().filter(|(way, _)| whose(**way)) {
            healed |= std::mem::take(&mut link.cut);
        }
        if healed && !links.each.values().any(|link| link.cut) {
            self.shared.counters.healed();
        }
    }

    /// From now on frames on this way have this trouble, in place of what they had.
    pub fn trouble(&self, way: Way, trouble: Trouble) {
        let shared = &self.shared;
        shared.links().each.entry(way).or_default().trouble = trouble;
        shared.idle.store(false, Ordering::Release);
    }

    /// What is wrong with frames on this way.
    pub fn trouble_of(&self, way: Way) -> Trouble {
        let links = self.shared.links();
        links.each.get(&way).map_or(Trouble::NONE, |link| link.trouble.clone())
    }

    /// Ends all trouble; cuts stay. Frames that wait for their time keep it.
    pub fn calm(&self) {
        for link in self.shared.links().each.values_mut() {
            link.trouble = Trouble::NONE;
        }
    }

    /// Whether nothing passes this way.
    pub fn is_cut(&self, way: Way) -> bool {
        !self.shared.is_idle() && self.shared.links().is_cut(way)
    }

    /// Whether nothing is wrong with this way.
    pub fn is_clear(&self, way: Way) -> bool {
        self.shared.is_idle() || self.shared.links().each.get(&way).is_none_or(Link::is_clear)
    }

    /// Whether a cut is in the way of anything, or was until a moment ago.
    pub fn state(&self) -> State {
        self.shared.counters.state()
    }

    /// What has happened so far. To read it takes no lock.
    pub fn counters(&self) -> &Counters {
        &self.shared.counters
    }

    /// What is wrapped.
    pub fn inner(&self) -> &T {
        &self.shared.inner
    }

    /// Sees to it that somebody sends what waits.
    fn pump(&self) {
        let shared = &self.shared;
        self.pump.get_or_init(|| Task::spawn(Arc::clone(shared).pump()));
        shared.wake.notify_one();
    }
}

impl<T: Transport> Transport for FaultyTransport<T> {
    async fn send(&self, to: NodeId, frame: Vec<u8>) -> Result<()> {
        let shared = &self.shared;
        shared.counters.asked();
        if !shared.is_idle() {
            let (fate, cut) = shared.judge_leaving(to, &frame);
            if cut {
                shared.counters.refused();
                return shared.refuse(to);
            }
            if fate.waits() {
                shared.hold(|links| &mut links.leaving, to, &frame, &fate);
                self.pump();
                return Ok(());
            }
            if fate.lost {
                return Ok(());
            }
        }
        let sent = shared.inner.send(to, frame).await;
        if sent.is_err() {
            shared.counters.failed();
        }
        sent
    }

    async fn receive(&self) -> Result<(NodeId, Vec<u8>)> {
        let shared = &self.shared;
        loop {
            let due = match shared.waited(|links| &mut links.coming, Way::From) {
                Ok(arrived) => {
                    shared.arrived();
                    return Ok(arrived);
                }
                Err(due) => due,
            };
            let (from, frame) = tokio::select! {
                biased;
                () = until(due) => continue,
                received = shared.inner.receive() => received?,
            };
            if shared.is_idle() {
                return Ok((from, frame));
            }
            let fate = shared.judge_coming(from, &frame);
            if fate.waits() {
                shared.hold(|links| &mut links.coming, from, &frame, &fate);
            } else if !fate.lost {
                shared.arrived();
                return Ok((from, frame));
            }
        }
    }

    fn connects(&self) -> bool {
        self.shared.inner.connects()
    }

    fn disconnect(&self, peer: NodeId) {
        self.shared.inner.disconnect(peer);
    }
}

/// Waits until then, or for good.
pub(super) async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

impl<T: Transport> Shared<T> {
    fn is_idle(&self) -> bool {
        self.idle.load(Ordering::Acquire)
    }

    /// A frame has come in. If nothing is wrong any more, and nothing waits, the next one passes as
    /// if there had never been anything.
    fn arrived(&self) {
        self.counters.arrived();
        let links = self.links();
        let waits = links.leaving.waits() || links.coming.waits();
        if !waits && links.each.values().all(Link::is_clear) {
            // Whoever asks for trouble takes the lock first, and says so after this.
            self.idle.store(true, Ordering::Release);
        }
    }

    fn links(&self) -> MutexGuard<'_, Links> {
        // Nothing that is done under this lock can leave it half done.
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cut(&self, ways: &[Way]) {
        let mut links = self.links();
        let mut cut = false;
        for way in ways {
            cut |= !std::mem::replace(&mut links.each.entry(*way).or_default().cut, true);
        }
        self.idle.store(false, Ordering::Release);
        if cut {
            self.counters.cut();
        }
    }

    /// Says to a sender that a party is cut off, where somebody would.
    fn refuse(&self, to: NodeId) -> Result<()> {
        if self.inner.connects() {
            return Err(Error::new(ErrorKind::NotConnected, format!("{to} is cut off")));
        }
        Ok(())
    }

    /// What happens to a frame that leaves, and whether it is cut off.
    fn judge_leaving(&self, to: NodeId, frame: &[u8]) -> (Fate, bool) {
        let mut links = self.links();
        let cut = links.is_cut(Way::To(to));
        (self.fate(&mut links, Way::To(to), frame), cut)
    }

    fn judge_coming(&self, from: NodeId, frame: &[u8]) -> Fate {
        self.fate(&mut self.links(), Way::From(from), frame)
    }

    fn fate(&self, links: &mut Links, way: Way, frame: &[u8]) -> Fate {
        let lined_up = match way {
            Way::To(peer) => links.leaving.is_lined_up(peer),
            Way::From(peer) => links.coming.is_lined_up(peer),
        };
        let Some(link) = links.each.get_mut(&way) else { return Fate::PASSES };
        let fate = link.next(self.seed.of(way), frame.len(), Instant::now(), lined_up);
        if fate.lost {
            self.counters.lost();
        }
        fate
    }

    /// Lets a frame wait, and those that it overtakes or that wait for it to pass.
    fn hold(
        &self,
        which: impl Fn(&mut Links) -> &mut Held,
        peer: NodeId,
        frame: &[u8],
        fate: &Fate,
    ) {
        let mut links = self.links();
        let held = which(&mut links);
        for due in fate.copies() {
            self.counters.queued();
            held.push(due, peer, frame.to_owned(), fate.place);
        }
        if fate.place != Place::Aside {
            held.release_behind(peer, fate.due);
        }
    }

    /// A frame whose time has come, or when that of the next one does.
    fn waited(
        &self,
        which: impl Fn(&mut Links) -> &mut Held,
        way: impl Fn(NodeId) -> Way,
    ) -> std::result::Result<(NodeId, Vec<u8>), Option<Instant>> {
        let mut links = self.links();
        which(&mut links).passed();
        while let Some((peer, frame)) = which(&mut links).pop_due(Instant::now()) {
            if !links.is_cut(way(peer)) {
                return Ok((peer, frame));
            }
            self.counters.lost();
        }
        Err(which(&mut links).next_due())
    }

    /// Sends what had to wait, each frame at its time.
    async fn pump(self: Arc<Self>) {
        loop {
            match self.waited(|links| &mut links.leaving, Way::To) {
                Ok((to, frame)) => {
                    if self.inner.send(to, frame).await.is_err() {
                        self.counters.failed();
                    }
                }
                Err(due) => tokio::select! {
                    () = until(due) => {}
                    () = self.wake.notified() => {}
                },
            }
        }
    }
}

impl Links {
    fn is_cut(&self, way: Way) -> bool {
        self.each.get(&way).is_some_and(|link| link.cut)
    }
}
