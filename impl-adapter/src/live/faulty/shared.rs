//! What a wrapper and the task that sends for it share: the links with their trouble, and frames
//! that wait. What is asked of links comes in, and each frame that passes; its fate goes out.

use super::counters::Counters;
use super::held::{Held, Place};
use super::link::{Fate, Link};
use super::{Way, until};
use crate::live::Transport;
use schism::{NodeId, Seed};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::time::Instant;

pub(super) struct Shared<T> {
    pub(super) inner: T,
    pub(super) seed: Seed,
    pub(super) counters: Counters,
    /// Whether nothing was ever asked, or all of it is over and done.
    pub(super) idle: AtomicBool,
    pub(super) links: Mutex<Links>,
    /// The pump looks again.
    pub(super) wake: Notify,
}

#[derive(Default)]
pub(super) struct Links {
    pub(super) each: BTreeMap<Way, Link>,
    /// Frames that wait for their time to leave.
    pub(super) leaving: Held,
    /// Frames that have come and wait for their time to be handed in.
    pub(super) coming: Held,
}

impl<T: Transport> Shared<T> {
    pub(super) fn is_idle(&self) -> bool {
        self.idle.load(Ordering::Acquire)
    }

    /// A frame has come in. If nothing is wrong any more, and nothing waits, the next one passes as
    /// if there had never been anything.
    pub(super) fn arrived(&self) {
        self.counters.arrived();
        let links = self.links();
        let waits = links.leaving.waits() || links.coming.waits();
        if !waits && links.each.values().all(Link::is_clear) {
            // Whoever asks for trouble takes the lock first, and says so after this.
            self.idle.store(true, Ordering::Release);
        }
    }

    pub(super) fn links(&self) -> MutexGuard<'_, Links> {
        // Nothing that is done under this lock can leave it half done.
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn cut(&self, ways: &[Way]) {
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
    pub(super) fn refuse(&self, to: NodeId) -> Result<()> {
        if self.inner.connects() {
            return Err(Error::new(ErrorKind::NotConnected, format!("{to} is cut off")));
        }
        Ok(())
    }

    /// What happens to a frame that leaves, and whether it is cut off.
    pub(super) fn judge_leaving(&self, to: NodeId, frame: &[u8]) -> (Fate, bool) {
        let mut links = self.links();
        let cut = links.is_cut(Way::To(to));
        (self.fate(&mut links, Way::To(to), frame), cut)
    }

    pub(super) fn judge_coming(&self, from: NodeId, frame: &[u8]) -> Fate {
        self.fate(&mut self.links(), Way::From(from), frame)
    }

    pub(super) fn fate(&self, links: &mut Links, way: Way, frame: &[u8]) -> Fate {
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
    pub(super) fn hold(
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
    pub(super) fn waited(
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
    pub(super) async fn pump(self: Arc<Self>) {
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
    pub(super) fn is_cut(&self, way: Way) -> bool {
        self.each.get(&way).is_some_and(|link| link.cut)
    }
}
