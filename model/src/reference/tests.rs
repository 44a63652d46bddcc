//! The reference is held to its two duties: it refuses each broken clause in its shortest story,
//! and never a correct protocol, whatever order, loss, crash or overwritten suffix it goes through.

mod healthy;
mod raft;
mod stories;
mod twins;
mod voters;
