//! The persistent twin is the plain one, fact by fact, and keeps its past.

use super::super::{Cluster, Timeless, Timeline};
use super::raft::{Bug, World};
use crate::id::NodeId;

const BUGS: [Bug; 6] = [
    Bug::None,
    Bug::None,
    Bug::ForgetsVotes,
    Bug::TakesStaleEntries,
    Bug::CommitsOldTerms,
    Bug::LosesSynced,
];

#[test]
fn the_persistent_twin_accepts_refuses_and_remembers_what_the_plain_one_does() {
    let (mut refused, mut accepted) = (0, 0);
    for seed in 0..600 {
        let nodes = 1 + seed as usize % 5;
        let (world, _) = World::run(seed, nodes, 150, BUGS[seed as usize % BUGS.len()]);
        let (mut plain, mut twin) = (Cluster::new(nodes as u32), Timeless::new(nodes as u32));
        let mut kept = vec![(twin.clone(), twin.digest())];
        for told in &world.facts {
            let (one, other) = (plain.step(told), twin.step(told));
            assert_eq!(one, other, "seed {seed}, {told:?}");
            if one.is_err() {
                refused += 1;
                break;
            }
            accepted += 1;
            assert_eq!(plain.digest(), twin.digest(), "seed {seed}, {told:?}");
            let says = |node| (plain.says(node), twin.says(node));
            let (one, other) = says(NodeId::at(seed as usize % nodes));
            assert_eq!(one, other, "seed {seed}, {told:?}");
            kept.push((twin.clone(), twin.digest()));
        }
        assert_eq!(plain.finish(&[]), twin.finish(&[]), "seed {seed}");
        // What came later changed none of the values that were kept.
        for (facts, (state, digest)) in kept.iter().enumerate() {
            assert_eq!(state.digest(), *digest, "seed {seed}, after {facts} facts");
        }
        let timeline = Timeline::of(nodes as u32, &world.facts);
        for (facts, (_, digest)) in kept.iter().enumerate() {
            assert_eq!(timeline.after(facts).digest(), *digest, "seed {seed}");
        }
        let refusal = timeline.refused().map(|(place, _)| place);
        assert_eq!(refusal.is_some(), kept.len() <= world.facts.len(), "seed {seed}");
        assert!(refusal.is_none_or(|place| place + 1 == kept.len()), "seed {seed}");
    }
    assert!(refused > 100 && accepted > 50_000, "{refused} {accepted}");
}

#[test]
fn the_order_of_independent_facts_leaves_no_mark() {
    let (world, _) = World::run(7, 3, 150, Bug::None);
    let mut others = 0;
    for (place, pair) in world.facts.windows(2).enumerate() {
        if pair[0].node == pair[1].node || others == 200 {
            continue;
        }
        let fold = |last: [usize; 2]| {
            let mut cluster = Cluster::new(3);
            let first = world.facts[..place].iter();
            let last = last.map(|at| &world.facts[place + at]);
            first.chain(last).try_for_each(|told| cluster.step(told)).map(|()| cluster.digest())
        };
        // Where both orders are accepted, nobody can tell them apart.
        if let (Ok(one), Ok(other)) = (fold([0, 1]), fold([1, 0])) {
            assert_eq!(one, other, "{pair:?}");
            others += 1;
        }
    }
    assert!(others > 20, "{others}");
}
