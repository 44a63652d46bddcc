//! Mutants whose mistake is in who votes. Each sets its cluster up with voters that can change,
//! few of them at first.

use crate::raft::Config;
use crate::raft::hooks::Hooks;
use crate::raft::wal::Recovered;
use ::raft::eraftpb::{ConfChangeSingle, ConfChangeTransition, ConfChangeType};
use ::raft::eraftpb::{ConfChangeV2, EntryType};

fn three_voters(config: &mut Config) {
    config.voters_at_start = Some(3);
}

#[derive(Debug)]
pub(super) struct ChangesForgotten;

impl Hooks for ChangesForgotten {
    fn set_up(&self, config: &mut Config) {
        three_voters(config);
    }
    fn read_back(&self, found: &mut Recovered) {
        for entry in &mut found.entries {
            entry.entry_type = EntryType::EntryNormal;
        }
    }
}

#[derive(Debug)]
pub(super) struct JointSkipped;

impl Hooks for JointSkipped {
    fn set_up(&self, config: &mut Config) {
        three_voters(config);
    }
    fn steps(&self, change: ConfChangeV2) -> Vec<ConfChangeV2> {
        let single = |one: &_| {
            let changes = vec![Clone::clone(one)].into();
            let transition = ConfChangeTransition::Auto;
            ConfChangeV2 { transition, changes, ..Default::default() }
        };
        // Additions first: the last voter cannot be removed.
        let removes = |one: &&ConfChangeSingle| one.change_type == ConfChangeType::RemoveNode;
        let (gone, here): (Vec<_>, Vec<_>) = change.changes.iter().partition(removes);
        here.into_iter().chain(gone).map(single).collect()
    }
}

#[derive(Debug)]
pub(super) struct ManyAtOnce;

impl Hooks for ManyAtOnce {
    fn set_up(&self, config: &mut Config) {
        three_voters(config);
    }
    fn one_change_at_a_time(&self) -> bool {
        false
    }
}

#[derive(Debug)]
pub(super) struct CommitNotKept;

impl Hooks for CommitNotKept {
    fn set_up(&self, config: &mut Config) {
        // Who votes alone needs nobody to be elected again.
        config.voters_at_start = Some(1);
    }
    fn keep_commit(&self) -> bool {
        false
    }
}

#[derive(Debug)]
pub(super) struct StaysAlone;

impl Hooks for StaysAlone {
    fn set_up(&self, config: &mut Config) {
        three_voters(config);
    }
    fn leaves_if_alone(&self) -> bool {
        false
    }
}
