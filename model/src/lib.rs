//! Schism: a property-based model checker for replicated systems.

pub mod counterexample;
pub mod error;
pub mod execute;
pub mod fact;
pub mod fault;
pub mod history;
pub mod id;
pub mod judge;
pub mod observe;
pub mod schedule;
pub mod seed;
pub mod spec;
pub mod time;
pub mod trace;
pub mod verdict;

mod disk;
mod node;

pub use disk::Disk;
pub use error::Error;
pub use fact::Fact;
pub use fault::Nemesis;
pub use id::{ClientId, NodeId, RequestId, TimerId, Token};
pub use node::{Event, Io, Node, Role};
pub use schedule::Schedule;
pub use seed::Seed;
pub use spec::Spec;
pub use time::Time;
pub use trace::Trace;
