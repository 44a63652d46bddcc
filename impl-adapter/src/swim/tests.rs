//! What the adapter does, as its neighbours would see it.

use super::Config;
use super::foca::{Member, boot};
use schism::execute::{Recording, execute};
use schism::spec::group::Op;
use schism::{NodeId, Schedule, Trace};

fn run(text: &str, config: Config) -> Trace<Member> {
    let schedule: Schedule<Op> = text.parse().expect("the schedule is well-formed");
    execute(&schedule, &boot(config), Recording { views: true, ..Recording::default() })
}

/// Whom each node saw at the end.
fn seen(trace: &Trace<Member>, nodes: u32) -> Vec<Vec<u32>> {
    let last = |node| trace.views.iter().rfind(|shown| shown.node == node).map(|at| at.view.seen);
    let names = |node| last(NodeId(node)).map_or(vec![], |seen| seen.iter().map(|n| n.0).collect());
    (1..=nodes).map(names).collect()
}

#[test]
fn three_members_find_each_other() {
    let trace = run("nodes 3\n@1s c0 -> n1 members", Config::default());
    assert_eq!(seen(&trace, 3), [vec![2, 3], vec![1, 3], vec![1, 2]]);
    let first = &trace.history.operations[0];
    assert_eq!(format!("{:?}", first.outcome), "Ok(Members([NodeId(1), NodeId(2), NodeId(3)]))");
}
