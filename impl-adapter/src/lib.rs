//! Real implementations behind Schism's seam.
//!
//! | adapter | version | what is real | what is simulated | how its randomness was tamed | what it does not cover |
//! |---|---|---|---|---|---|
//! | [`raft::raft_rs`] | crate `raft` 0.7.0 (raft-rs), codec `protobuf-codec` | the library: elections with pre-vote and check-quorum, replication, `ReadIndex`, forwarding of proposals, flow control; where asked for, membership changes (single and joint, learners), leadership transfer, and snapshots with log compaction and installation. Ours: the store, the write-ahead log and its recovery, the map with its sessions, both in a snapshot too | network, disk, clock; messages travel as values, not as bytes; ticks that a process missed while it stood still are skipped ([`raft::clock`]) | the election timeout, which the library draws from the thread's generator, is overwritten after every call by a draw of the node's own for its term and role | lease reads, asynchronous writes |
//!
//! Beside them stand known-bad variants, [`mutants`], which a checker must catch.

pub mod mutants;
pub mod raft;
pub mod targets;
