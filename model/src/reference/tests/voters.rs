//! The same for the clauses on who votes and on snapshots.

use super::super::{Against, Clause};
use super::stories::{N1, N2, N3, UP, accepted, appended, applied, entry, ms, refused, term, then};
use crate::fact::{Config, Fact, Nodes};
use crate::id::NodeId;
use Fact::{Booted, Committed, Configured, Elected, Snapshot};

fn voters(nodes: &[u32]) -> Config {
    Config { voters: nodes.iter().map(|node| NodeId(*node)).collect(), ..Config::default() }
}

fn joint(nodes: &[u32], outgoing: &[u32]) -> Config {
    Config { outgoing: voters(outgoing).voters, ..voters(nodes) }
}

fn config(index: u64, nodes: &[u32]) -> Fact {
    Configured { index, config: voters(nodes) }
}

/// All three come up and go by the first configuration, in 600 ms.
fn all_go_by(first: Config) -> Vec<(NodeId, Fact)> {
    let first = Configured { index: 0, config: first };
    then(UP.to_vec(), &[(N1, first), (N2, first), (N3, first)])
}

/// Then n1 leads term 1 with these votes, and has an entry on its disk.
fn n1_leads(first: Config, with: &[NodeId]) -> Vec<(NodeId, Fact)> {
    let others = [(N2, term(0, N2)), (N3, term(0, N3))];
    let votes: Vec<(NodeId, Fact)> = with.iter().map(|node| (*node, term(1, N1))).collect();
    let leads = [(N1, Elected { term: 1 }), (N1, appended(1, 1, 0))];
    then(all_go_by(first), &[&others, &votes[..], &leads].concat())
}

fn against(index: u64, config: Config, first: Option<(NodeId, u64)>) -> Against {
    let first = first.map(|(node, time)| (node, ms(time)));
    Against::Configuration { index, config, first }
}

#[test]
fn an_election_needs_a_majority_of_the_voters() {
    let two = voters(&[1, 2]);
    let lost = n1_leads(two, &[N1, N3]);
    let holders = 0b101;
    let voters = Against::Voters { entry: None, holders, index: 0, config: two };
    refused(&lost[..11], Clause::ElectionNeedsQuorum, voters);
    accepted(&n1_leads(two, &[N1, N2]));
    // Of who tells no votes nobody knows.
    let silent: Vec<_> = lost.iter().filter(|(node, _)| *node != N2).copied().collect();
    accepted(&silent);
}

#[test]
fn a_joint_election_needs_both_majorities() {
    let both = joint(&[1, 2], &[3]);
    let holders = 0b011;
    let voters = Against::Voters { entry: None, holders, index: 0, config: both };
    refused(&n1_leads(both, &[N1, N2])[..11], Clause::ElectionNeedsQuorum, voters);
    accepted(&n1_leads(both, &[N1, N2, N3]));
}

#[test]
fn a_commit_needs_a_majority_of_the_voters() {
    let three = voters(&[1, 2, 3]);
    let leads = n1_leads(three, &[N1, N2]);
    let entry = Some(entry(1, 0));
    let too_few = Against::Voters { entry, holders: 0b1, index: 0, config: three };
    let alone = (N1, Committed { index: 1 });
    refused(&then(leads, &[alone]), Clause::CommitNeedsQuorum, too_few);
    // One voter is a majority of itself; a learner counts for nothing.
    let one = voters(&[1]);
    accepted(&then(n1_leads(one, &[N1]), &[alone]));
    let learns = Config { learners: Nodes(0b110), ..voters(&[2]) };
    let learned = then(n1_leads(learns, &[N1, N2]), &[(N3, appended(1, 1, 0)), alone]);
    let too_few = Against::Voters { entry, holders: 0b101, index: 0, config: learns };
    refused(&learned, Clause::CommitNeedsQuorum, too_few);
    accepted(&then(n1_leads(learns, &[N1, N2]), &[(N2, appended(1, 1, 0)), alone]));
}

#[test]
fn a_joint_commit_needs_both_majorities() {
    let both = joint(&[1, 2], &[1, 3]);
    let leads = n1_leads(both, &[N1, N2, N3]);
    let commits = (N1, Committed { index: 1 });
    let entry = Some(entry(1, 0));
    let too_few = Against::Voters { entry, holders: 0b011, index: 0, config: both };
    let half = then(leads, &[(N2, appended(1, 1, 0)), commits]);
    refused(&half, Clause::CommitNeedsQuorum, too_few);
    let mut whole = half;
    whole.insert(14, (N3, appended(1, 1, 0)));
    accepted(&whole);
}

#[test]
fn a_commit_that_a_follower_tells_first_may_be_by_any_configuration() {
    let three = voters(&[1, 2, 3]);
    let told = |config: Fact| {
        let more = [(N1, config), (N1, Committed { index: 1 }), (N2, Committed { index: 1 })];
        then(n1_leads(three, &[N1, N2]), &more)
    };
    // n1 has gone on to a configuration of itself and n2, and its own commit was cut off.
    let mut facts = told(config(1, &[1, 2]));
    facts.truncate(facts.len() - 2);
    let (second, commits) = ((N2, appended(1, 1, 0)), (N2, Committed { index: 1 }));
    accepted(&then(facts.clone(), &[second, commits]));
    let too_few = Against::Voters { entry: None, holders: 0, index: 0, config: three };
    refused(&then(facts, &[(N3, Committed { index: 1 })]), Clause::CommitNeedsQuorum, too_few);
}

#[test]
fn one_index_brings_one_configuration() {
    let facts = [(N1, config(4, &[1, 2])), (N2, config(4, &[1, 2, 3]))];
    let first = against(4, voters(&[1, 2]), Some((N1, 100)));
    refused(&facts, Clause::OneConfiguration, first);
    accepted(&[facts[0], (N2, config(4, &[1, 2])), (N2, config(5, &[1, 2, 3]))]);
}

#[test]
fn a_change_that_was_applied_is_not_passed_over() {
    let applies = |more: &[(NodeId, Fact)]| {
        let n1 = [(N1, applied(1, 1, 0)), (N1, config(1, &[1, 2]))];
        then(all_go_by(voters(&[1, 2, 3])), &[&n1, more].concat())
    };
    let over = applies(&[(N2, applied(1, 1, 0)), (N2, applied(2, 1, 1))]);
    let first = against(1, voters(&[1, 2]), Some((N1, 800)));
    refused(&over, Clause::OneConfiguration, first);
    let told = [(N2, applied(1, 1, 0)), (N2, config(1, &[1, 2])), (N2, applied(2, 1, 1))];
    accepted(&applies(&told));
}

#[test]
fn a_change_is_not_forgotten_over_a_restart() {
    let back = |applied, index: u64, nodes: &[u32]| {
        let up = (N1, Booted { applied, log_last: 3 });
        let n1 = [(N1, config(1, &[1, 2])), up, (N1, config(index, nodes))];
        then(all_go_by(voters(&[1, 2, 3])), &n1)
    };
    let first = against(1, voters(&[1, 2]), Some((N1, 700)));
    refused(&back(3, 0, &[1, 2, 3]), Clause::OneConfiguration, first);
    // A snapshot up to a later index brings what was in force there, and a node that has not got
    // there again goes by the older one.
    accepted(&back(3, 3, &[1, 2]));
    accepted(&back(0, 0, &[1, 2, 3]));
}

#[test]
fn quorums_of_successive_configurations_intersect() {
    let from = |old: Config, new: Config| {
        [(N1, Configured { index: 0, config: old }), (N1, Configured { index: 4, config: new })]
    };
    let one = voters(&[1]);
    let three = voters(&[1, 2, 3]);
    refused(&from(one, three), Clause::QuorumsIntersect, against(0, one, None));
    accepted(&from(one, voters(&[1, 2])));
    accepted(&from(one, joint(&[1, 2, 3], &[1])));
    accepted(&from(joint(&[1, 2, 3], &[1]), three));
    let others = voters(&[4, 5, 6]);
    accepted(&from(three, joint(&[4, 5, 6], &[1, 2, 3])));
    refused(&from(three, others), Clause::QuorumsIntersect, against(0, three, None));
    // Between the two there may have been others where a snapshot came in, or another node.
    let facts = from(one, three);
    accepted(&[facts[0], (N1, Booted { applied: 4, log_last: 4 }), facts[1]]);
    accepted(&[facts[0], (N2, config(4, &[1, 2, 3]))]);
}

#[test]
fn snapshots_up_to_one_index_are_equal() {
    let taken = |node, term, digest| (node, Snapshot { index: 2, term, digest });
    let first = Against::Snapshot { term: 1, digest: 7, node: N1, time: ms(100) };
    refused(&[taken(N1, 1, 7), taken(N2, 1, 8)], Clause::SnapshotIsApplied, first);
    refused(&[taken(N1, 1, 7), taken(N2, 2, 7)], Clause::SnapshotIsApplied, first);
    accepted(&[taken(N1, 1, 7), taken(N2, 1, 7), taken(N1, 1, 7)]);
    let entry = entry(1, 0);
    let against = Against::Applied { index: 1, entry, node: N1, time: ms(100) };
    let other = Snapshot { index: 1, term: 2, digest: 7 };
    refused(&[(N1, applied(1, 1, 0)), (N2, other)], Clause::SnapshotIsApplied, against);
}

#[test]
fn a_snapshot_goes_no_further_than_what_was_applied() {
    let all = [(N1, applied(1, 1, 0)), (N2, applied(1, 1, 0)), (N3, applied(1, 1, 0))];
    let upto = |node, index| (node, Snapshot { index, term: 1, digest: 7 });
    let beyond = then(all.to_vec(), &[upto(N1, 2)]);
    refused(&beyond, Clause::SnapshotIsApplied, Against::Index(1));
    accepted(&then(all.to_vec(), &[upto(N1, 1)]));
    // One that another node has sent may be durable before it is taken in.
    let sent = [(N2, applied(2, 1, 1)), upto(N2, 2), upto(N1, 2)];
    accepted(&then(all.to_vec(), &sent));
    accepted(&beyond[1..]);
}
