//! A service that is broken on purpose, so that one can see whether the trials notice: a transport
//! comes in, and goes out with one flaw, or none.

use super::SERVER;
use crate::live::Transport;
use schism::NodeId;
use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, UdpSocket};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What is wrong with a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// A connection that was lost is never made again.
    NeverReconnects,
    /// What could not be delivered is not kept, though the client says so.
    LosesQueued,
    /// Where one connection is lost, no other one works until that is back.
    Couples,
    /// Each connection that is lost leaves a socket behind.
    Leaks,
}

impl Flaw {
    /// All of them.
    pub const ALL: [Flaw; 4] =
        [Flaw::NeverReconnects, Flaw::LosesQueued, Flaw::Couples, Flaw::Leaks];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Flaw::NeverReconnects => "never-reconnects",
            Flaw::LosesQueued => "loses-queued",
            Flaw::Couples => "couples",
            Flaw::Leaks => "leaks",
        }
    }
}

impl FromStr for Flaw {
    type Err = String;

    fn from_str(word: &str) -> std::result::Result<Flaw, String> {
        Flaw::ALL
            .into_iter()
            .find(|flaw| flaw.word() == word)
            .ok_or_else(|| format!("expected one of: {}", Flaw::ALL.map(Flaw::word).join(", ")))
    }
}

/// What all connections of a service with a flaw have in common.
#[derive(Default)]
pub(super) struct Common {
    /// How many connections there have been.
    count: AtomicU64,
    /// Which of them is lost, and draws the others with it; 0 for none.
    lost: AtomicU64,
    left_behind: Mutex<Vec<UdpSocket>>,
}

/// A transport with a flaw, or without.
pub(super) struct Flawed<T> {
    inner: T,
    flaw: Option<Flaw>,
    number: u64,
    /// Whether it was lost once.
    was_lost: AtomicBool,
    common: Arc<Common>,
}

impl<T: Transport> Flawed<T> {
    /// One more connection of a service with this flaw.
    pub(super) fn new(inner: T, flaw: Option<Flaw>, common: &Arc<Common>) -> Flawed<T> {
        let number = common.count.fetch_add(1, Ordering::Relaxed) + 1;
        let (was_lost, common) = (AtomicBool::new(false), Arc::clone(common));
        Flawed { inner, flaw, number, was_lost, common }
    }
}

fn gone(why: &str) -> Error {
    Error::new(ErrorKind::NotConnected, why)
}

impl<T: Transport> Transport for Flawed<T> {
    async fn send(&self, to: NodeId, frame: Vec<u8>) -> Result<()> {
        let lost = self.common.lost.load(Ordering::Relaxed);
        match self.flaw {
            Some(Flaw::NeverReconnects) if self.was_lost.load(Ordering::Relaxed) => {
                return Err(gone("the connection was lost and is not made again"));
            }
            Some(Flaw::Couples) if lost == self.number => {
                self.common.lost.store(0, Ordering::Relaxed);
            }
            Some(Flaw::Couples) if lost != 0 => {
                return Err(gone("another connection was lost"));
            }
            _ => {}
        }
        self.inner.send(to, frame).await
    }

    async fn receive(&self) -> Result<(NodeId, Vec<u8>)> {
        self.inner.receive().await
    }

    fn connects(&self) -> bool {
        self.inner.connects()
    }

    fn disconnect(&self, peer: NodeId) {
        match self.flaw {
            Some(Flaw::NeverReconnects) => self.was_lost.store(true, Ordering::Relaxed),
            Some(Flaw::Couples) if peer == SERVER => {
                self.common.lost.store(self.number, Ordering::Relaxed);
            }
            Some(Flaw::Leaks) => {
                let mut left =
                    self.common.left_behind.lock().unwrap_or_else(PoisonError::into_inner);
                left.extend(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)));
            }
            _ => {}
        }
        self.inner.disconnect(peer);
    }
}
