//! A correct Raft is never refused; one with a bug is refused by the clause that it breaks.

use super::super::{Clause, Cluster, Refusal};
use super::raft::{Bug, World};
use crate::fact::Fact;
use std::collections::BTreeMap;

fn judge(world: &World, nodes: u32, settled: bool) -> Result<(), Box<Refusal>> {
    let mut cluster = Cluster::new(nodes);
    world.facts.iter().try_for_each(|told| cluster.step(told))?;
    if settled { cluster.finish(&[]) } else { Ok(()) }
}

#[test]
fn a_correct_raft_is_never_refused() {
    let (mut overwritten, mut commits, mut restarts) = (0, 0, 0);
    for seed in 0..10_000 {
        let nodes = 1 + seed as usize % 5;
        let (world, settled) = World::run(seed, nodes, 150, Bug::None);
        assert!(settled, "seed {seed} did not settle");
        if let Err(refusal) = judge(&world, nodes as u32, settled) {
            panic!("seed {seed}: {refusal:?}\n{:#?}", world.facts);
        }
        overwritten += world.overwritten;
        for told in &world.facts {
            commits += u32::from(matches!(told.fact, Fact::Committed { index: 1.. }));
            restarts += u32::from(matches!(told.fact, Fact::Booted { .. }) && told.incarnation > 0);
        }
    }
    // The runs are wild enough to mean something.
    assert!(overwritten > 5_000 && commits > 100_000 && restarts > 50_000);
}

#[test]
fn a_correct_raft_that_leaves_out_kinds_of_facts_is_never_refused() {
    for seed in 0..2_000 {
        let (mut world, settled) = World::run(seed, 3, 150, Bug::None);
        let all = std::mem::take(&mut world.facts);
        for kinds in 0..1_u32 << 8 {
            world.facts.clear();
            world.facts.extend(all.iter().filter(|told| kinds >> kind(&told.fact) & 1 == 1));
            if let Err(refusal) = judge(&world, 3, settled) {
                panic!("seed {seed}, kinds {kinds:08b}: {refusal:?}");
            }
        }
        // Nodes that tell nothing at all beside nodes that tell everything.
        for silent in 1..8_u32 {
            world.facts.clear();
            let talks = |told: &&_| -> bool {
                let told: &crate::fact::Told = told;
                silent >> told.node.index() & 1 == 0 || matches!(told.fact, Fact::Acked { .. })
            };
            world.facts.extend(all.iter().filter(talks));
            if let Err(refusal) = judge(&world, 3, settled) {
                panic!("seed {seed}, silent {silent:03b}: {refusal:?}");
            }
        }
    }
}

fn kind(fact: &Fact) -> u32 {
    match fact {
        Fact::Booted { .. } => 0,
        Fact::Term { .. } => 1,
        Fact::Appended { .. } => 2,
        Fact::Elected { .. } => 3,
        Fact::Committed { .. } => 4,
        Fact::Applied { .. } => 5,
        Fact::Acked { .. } => 6,
        Fact::Configured { .. } => 7,
        Fact::Snapshot { .. } => 8,
        Fact::Stands { .. }
        | Fact::Took { .. }
        | Fact::Sent { .. }
        | Fact::Handled { .. }
        | Fact::Own { .. } => unreachable!("nobody asked for details"),
        Fact::Member(_) => unreachable!("a log has no such members"),
    }
}

#[test]
fn each_bug_is_refused_by_the_clause_that_it_breaks() {
    for (bug, clause) in [
        (Bug::VotesBlindly, Clause::LeaderIsComplete),
        (Bug::ForgetsVotes, Clause::VoteNeverChanges),
        (Bug::ForgetsTerms, Clause::TermNeverGoesBack),
        (Bug::CommitsAlone, Clause::CommitNeedsQuorum),
        (Bug::CommitsOldTerms, Clause::LeaderIsComplete),
        (Bug::TakesStaleEntries, Clause::LeaderOnlyAppends),
        (Bug::TruncatesAlways, Clause::DurableEntriesStay),
        (Bug::LosesSynced, Clause::DurableEntriesStay),
        (Bug::CommitsBeyondMatch, Clause::OneEntryAtAnIndex),
        (Bug::AppliesEarly, Clause::OnlyCommittedIsApplied),
        (Bug::AppliesAgain, Clause::AppliedInOrder),
        (Bug::ExecutesTwice, Clause::ExecutedOnce),
        (Bug::AnswersEarly, Clause::NoAcknowledgedWriteIsLost),
        (Bug::SkipsNew, Clause::NoAcknowledgedWriteIsLost),
        (Bug::GarblesEntries, Clause::LogsMatch),
        (Bug::LeadsAlone, Clause::ElectionNeedsQuorum),
    ] {
        let mut refused = BTreeMap::new();
        for seed in 0..3_000 {
            let (world, settled) = World::run(seed, 3, 150, bug);
            if let Err(refusal) = judge(&world, 3, settled) {
                *refused.entry(refusal.clause).or_insert(0_u32) += 1;
            }
        }
        let most = refused.iter().max_by_key(|(_, count)| **count).map(|(clause, _)| *clause);
        assert_eq!(most, Some(clause), "{bug:?}: {refused:?}");
    }
}
