//! Real networks: frames of bytes come in and go out, on sockets, in memory, and through a wrapper
//! that can break any of them. Nothing here judges, and no clock is read but tokio's, so that all
//! of it runs on tokio's paused clock as well.
//!
//! The one idea: whatever carries frames between parties with names is a [`Transport`], and what
//! can go wrong with a network is a [`FaultyTransport`] around it. Who talks through one cannot
//! tell whether the other is there.

use schism::NodeId;
use std::future::Future;
use std::io::{Error, ErrorKind, Result};

pub mod command;
pub mod faulty;
pub mod host;
pub mod lines;
pub mod memory;
pub mod pace;
pub mod resilience;
pub mod stage;
pub mod tcp;
pub mod udp;

mod control;
mod secret;
mod task;
#[cfg(test)]
mod tests;

pub use faulty::{FaultyTransport, State, Trouble, Way};
pub use lines::Lines;
pub use memory::Memory;
pub use tcp::Tcp;
pub use udp::Udp;

/// One party's end of what carries frames of bytes to others, by their names.
///
/// A frame arrives whole or not at all. Whether frames can be lost, doubled or overtaken is the
/// matter of the kind: TCP does none of it while a connection lasts, UDP does all of it.
pub trait Transport: Send + Sync + 'static {
    /// Sends a frame. That it was sent does not say that it arrives.
    ///
    /// # Errors
    /// Nobody can be reached under this name, or the frame is too large.
    fn send(&self, to: NodeId, frame: Vec<u8>) -> impl Future<Output = Result<()>> + Send;

    /// The next frame that comes in, with its sender. Whoever stops waiting for it loses none.
    ///
    /// # Errors
    /// Nothing will ever come in again.
    fn receive(&self) -> impl Future<Output = Result<(NodeId, Vec<u8>)>> + Send;

    /// Whether there are connections, so that a sender hears of one that is gone; where there are
    /// none, what cannot arrive is lost in silence.
    fn connects(&self) -> bool {
        false
    }

    /// Ends the connection with this party, if there is one. The next frame makes a new one.
    fn disconnect(&self, _peer: NodeId) {}
}

impl<T: Transport> Transport for std::sync::Arc<T> {
    fn send(&self, to: NodeId, frame: Vec<u8>) -> impl Future<Output = Result<()>> + Send {
        (**self).send(to, frame)
    }

    fn receive(&self) -> impl Future<Output = Result<(NodeId, Vec<u8>)>> + Send {
        (**self).receive()
    }

    fn connects(&self) -> bool {
        (**self).connects()
    }

    fn disconnect(&self, peer: NodeId) {
        (**self).disconnect(peer);
    }
}

/// Nobody has this name.
fn stranger(peer: NodeId) -> Error {
    Error::new(ErrorKind::NotFound, format!("no address is known of {peer}"))
}

/// A frame of this length is not sent.
fn too_large(length: usize, most: usize) -> Error {
    let text = format!("a frame of {length} bytes is too large: at most {most}");
    Error::new(ErrorKind::InvalidInput, text)
}

/// The other end is gone for good.
fn closed() -> Error {
    Error::new(ErrorKind::BrokenPipe, "the transport is closed")
}
