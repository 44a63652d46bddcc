//! Real implementations behind Schism's seam.
//!
//! | adapter | version | what is real | what is simulated | how its randomness was tamed | what it does not cover |
//! |---|---|---|---|---|---|
//! | [`raft::raft_rs`] | crate `raft` 0.7.0 (raft-rs), codec `protobuf-codec` | the library: elections with pre-vote and check-quorum, replication, `ReadIndex`, forwarding of proposals, flow control; where asked for, limits so low that they are met, membership changes (single and joint, learners), leadership transfer, snapshots with log compaction and installation, asynchronous writes, and a state machine that lags behind. Ours: the store, the write-ahead log and its recovery, the map with its sessions, both in a snapshot too | network, disk, clock; messages travel as values, not as bytes; ticks that a process missed while it stood still are skipped ([`raft::clock`]) | the election timeout, which the library draws from the thread's generator, is overwritten after every call by a draw of the node's own for its term and role | lease reads; a proposal that was forwarded and found no room is lost, so its client hears nothing; with asynchronous writes, what its caller has to wait for all the same (`docs/FINDINGS.md`) |
//! | [`swim::foca`] | crate `foca` 2.0 | the library: probes, direct and through others, suspicion and its refutation, gossip of updates and of clients' broadcasts, notes to members that are down, identities that renew. Ours: the codec, names, and the announcing to contacts until somebody answers | network, clock; messages travel as bytes | it draws from a generator that is given to it: draws of the node's own, by the event that they are for | data that members keep; more than one group; identities that do not renew |
//!
//! Beside them stand known-bad variants, [`mutants`], which a checker must catch, and [`live`]:
//! real networks, with a wrapper that can break them.

pub mod live;
pub mod mutants;
pub mod raft;
pub mod scenarios;
pub mod swim;
pub mod targets;
