//! Schism is a property-based model checker for replicated systems.
//!
//! It drives a **real** implementation (a consensus crate, a membership crate, your own store)
//! through generated operations and faults, holds what it did against an abstract reference model
//! of membership and replication, and shrinks what it finds to the smallest schedule that still
//! fails.
//!
//! One sentence decides everything: a [`Schedule`] goes in, a [`Trace`] comes out, and everything
//! else is a pure function of one of them.
//!
//! ```text
//!  seed ─► generate ─► Schedule ─► execute ─► Trace ─► observe ─► History, Facts, Views
//!                         ▲                                              │
//!                         │                                            judge
//!                         └── shrink (does this smaller one fail?) ◄─────┤ fail
//!                                                                        ▼
//!                                                  Counterexample ─► explain, persist
//! ```
//!
//! # Example
//!
//! A register on one machine that answers before its write is durable. [`Node`] is all that the
//! checker needs to know of it; [`check()`] finds the power loss that shows the mistake.
//!
//! ```
//! use schism::{Event, Io, Nemesis, Node, check, spec::kv};
//!
//! struct Register(Vec<u8>);
//!
//! impl Node for Register {
//!     type Spec = kv::PutGet;
//!     type Message = ();
//!     type Timer = ();
//!     type View = usize;
//!     fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
//!         match event {
//!             Event::Request { id, op: kv::Put(key, value) } => {
//!                 self.0.extend([key as u8, value as u8]);
//!                 io.disk().append("log", &[key as u8, value as u8]);
//!                 io.ok(id, None); // and nobody ever calls io.disk().sync("log")
//!             }
//!             Event::Request { id, op: kv::Get(key) } => {
//!                 let mut pairs = self.0.chunks_exact(2).rev();
//!                 let found = pairs.find(|pair| u64::from(pair[0]) == key);
//!                 io.ok(id, found.map(|pair| u64::from(pair[1])));
//!             }
//!             _ => {}
//!         }
//!     }
//!     fn view(&self) -> usize {
//!         self.0.len()
//!     }
//! }
//!
//! let mut register = check(|io| Register(io.disk().read("log").to_vec()))
//!     .nodes(1)
//!     .survives(Nemesis::new().power_loss())
//!     .linearizable()
//!     .seed(1);
//! register.settings().save = None; // this failure is wanted
//!
//! let found = register.try_run(&mut |_| {})?;
//! assert_eq!(found.clause.as_deref(), Some("lost acknowledged write"));
//! assert_eq!(found.counterexample.map(|small| small.steps), Some(2)); // a put, and the power loss
//! # Ok::<(), schism::Error>(())
//! ```
//!
//! # Where to go from here
//!
//! - [`check()`] and [`check::Check`]: what can be claimed and demanded of a cluster;
//! - [`Node`], [`Event`], [`Io`]: the seam to an implementation, with crash points between any two
//!   of its effects;
//! - [`spec`]: what clients are promised; [`fact`]: what a node can tell of itself, so that the
//!   reference's clauses apply; [`fault`]: what can go wrong;
//! - [`schedule`]: the text format of saved failures.

pub mod campaign;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod counterexample;
pub mod course;
pub mod error;
pub mod execute;
pub mod expect;
pub mod explain;
pub mod explore;
pub mod fact;
pub mod fault;
pub mod figure;
pub mod generate;
pub mod history;
pub mod id;
pub mod judge;
pub mod measure;
pub mod measures;
pub mod observe;
pub mod persist;
pub mod reference;
pub mod sabotage;
pub mod scenario;
pub mod schedule;
pub mod seed;
pub mod shrink;
pub mod spec;
pub mod time;
pub mod trace;
pub mod verdict;

mod disk;
mod drawing;
mod node;

pub use check::check;
#[cfg(feature = "cli")]
pub use cli::cli;
pub use disk::{Disk, DiskFault};
pub use error::Error;
pub use fact::Fact;
pub use fault::Nemesis;
pub use figure::Figure;
pub use id::{ClientId, NodeId, RequestId, TimerId, Token};
pub use judge::Property;
pub use node::{Event, Io, Node, Role};
pub use sabotage::Sabotage;
pub use schedule::Schedule;
pub use seed::Seed;
pub use spec::Spec;
pub use time::Time;
pub use trace::Trace;
pub use verdict::Verdict;
