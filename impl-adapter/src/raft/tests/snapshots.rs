//! Servers that take snapshots, forget the log behind them, and send them to who is far behind.

use super::{DONE, Run, failures, outcomes, run_with};
use crate::raft::Config;
use schism::NodeId;
use schism::execute::Recording;
use schism::fact::Fact;

fn run(text: &str) -> Run {
    let config = Config { snapshot_every: Some(4), ..Config::default() };
    run_with(text, config, Recording::default())
}

/// The indices of the snapshots that a node told, and at which it came up or went on from one.
fn told(trace: &Run, node: u32) -> (Vec<u64>, Vec<u64>) {
    let mine = || trace.facts.iter().filter(|told| told.node == NodeId(node));
    let snapshots = mine().filter_map(|told| match told.fact {
        Fact::Snapshot { index, .. } => Some(index),
        _ => None,
    });
    let boots = mine().filter_map(|told| match told.fact {
        Fact::Booted { applied, .. } => Some(applied),
        _ => None,
    });
    (snapshots.collect(), boots.collect())
}

/// Writes at the leader, one after the other, from the step at this place on.
fn writes(steps: usize, count: u64) -> String {
    let step = |n| format!("@acked {} c0 -> leader put k1 {n}\n", steps + n as usize - 1);
    (1..=count).map(step).collect()
}

#[test]
fn who_was_cut_off_goes_on_from_the_leaders_snapshot() {
    let text = "nodes 3 quiet survives partitions\n\
                @elected isolate n1\n\
                @elected n2 c0 -> n2 put k1 0\n";
    let trace = run(&format!("{text}{}", writes(2, 6)));
    assert_eq!(failures(&trace, 3), []);
    assert!(outcomes(&trace).iter().all(|outcome| *outcome == DONE), "{:?}", outcomes(&trace));
    let (snapshots, boots) = told(&trace, 1);
    assert_eq!(boots[0], 0);
    assert_eq!(snapshots.first(), boots.get(1), "it took in the snapshot that it went on from");
}

#[test]
fn a_restart_goes_on_from_the_last_snapshot() {
    let text = format!(
        "nodes 1 quiet survives power-loss\n@elected c0 -> n1 put k1 9\n{}@acked 5 power-loss n1\n",
        writes(1, 4)
    );
    let trace = run(&text);
    // The fact may have been cut off from the snapshot that it speaks of, so it is told once more.
    assert_eq!((failures(&trace, 1), told(&trace, 1)), (vec![], (vec![4, 4, 8], vec![0, 4])));
}
