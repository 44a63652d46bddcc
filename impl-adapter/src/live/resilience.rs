//! Does a service bear it when its network fails? A service behind a [`Transport`] comes in; what
//! six trials of it came to goes out, as a table and as JSON. It must not know what a service does:
//! only that operations are written to it and read back.
//!
//! The one idea: a service is its server, its connection and its client together, so it is asked as
//! its users ask it: through a [`Client`] that tries again, keeps for later what it cannot deliver,
//! and answers from what it remembers where that is all it can do. Each trial breaks the network
//! between the two with a [`FaultyTransport`] and holds five flags, and what it counted, against
//! what was to be expected.
//!
//! [`Transport`]: super::Transport
//! [`FaultyTransport`]: super::FaultyTransport

use std::future::Future;
use std::io::Result;

mod client;
mod flaw;
mod kind;
mod leaks;
mod report;
pub mod services;
mod stamp;
mod table;
#[cfg(test)]
mod tests;
mod trial;
mod trials;

pub use client::{Client, Policy, Refusal, Tally};
pub use flaw::Flaw;
pub use kind::Kind;
pub use report::{Calls, Criterion, Figures, Flags, Report, Result as TrialResult, TARGET};
pub use stamp::stamp;
pub use table::table;
pub use trials::{examine, rest, trials};

use super::Transport;

/// The party that all clients speak to.
pub const SERVER: schism::NodeId = schism::NodeId(1);

/// What a service is asked for. Each number is written at most once by a user, though a client that
/// heard no answer may write it again: the service must not do it twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Operation {
    /// Keep what belongs to this number.
    Write(u64),
    /// Tell what was kept for this number.
    Read(u64),
}

/// A service that answers requests, as its clients need to know it.
pub trait Service: Send + Sync + 'static {
    /// What its clients connect by.
    type Transport: Transport;

    /// A word for it.
    fn name(&self) -> &'static str;

    /// A new end for one more client.
    ///
    /// # Errors
    /// The service cannot be reached.
    fn connect(&self) -> impl Future<Output = Result<Self::Transport>> + Send;

    /// A request as a frame, with an id that no other request of this client has.
    fn request(&self, id: u64, operation: Operation) -> Vec<u8>;

    /// The id of the request that this frame answers, and the answer, or what the service says
    /// against it; `None` if it answers none.
    fn answer(&self, frame: &[u8]) -> Option<(u64, std::result::Result<String, String>)>;

    /// What a client is to hear in a world in which all is well.
    fn expected(&self, operation: Operation) -> String;
}
