//! Mutants whose mistake is in what a snapshot holds. They take one after every second entry, so
//! that it takes few steps to see.

use crate::raft::Config;
use crate::raft::hooks::Hooks;
use crate::raft::machine::Machine;

#[derive(Debug)]
pub(super) struct OneTooFar;

impl Hooks for OneTooFar {
    fn set_up(&self, config: &mut Config) {
        config.snapshot_every = Some(2);
    }
    fn index_off(&self) -> u64 {
        1
    }
}

#[derive(Debug)]
pub(super) struct WithoutSessions;

impl Hooks for WithoutSessions {
    fn set_up(&self, config: &mut Config) {
        config.snapshot_every = Some(2);
    }
    fn image(&self, machine: &Machine) -> Vec<u8> {
        let mut alone = machine.clone();
        alone.forget_sessions();
        alone.image()
    }
}
