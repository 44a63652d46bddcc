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
use link::Link;
use schism::{NodeId, Seed};
use shared::Shared;
use std::io::Result;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

mod counters;
mod held;
mod link;
mod shared;
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
