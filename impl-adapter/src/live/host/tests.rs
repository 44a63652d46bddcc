//! Real nodes in the live host, in memory on a clock that stands still unless all wait, and on real
//! sockets: the judges of simulated runs judge what really happened.

use super::super::{Memory, Udp};
use super::*;
use crate::raft::Config;
use crate::raft::raft_rs::{self, Server};
use schism::check;
use schism::check::Ruling;
use schism::course::Span;
use schism::fault::Kind;
use schism::figure::Figure;
use schism::spec::map::{Get, Put};
use schism::trace::{End, Reign};
use std::path::PathBuf;

/// A folder of a test's own, which goes when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        Folder(std::env::temp_dir().join(format!("schism-host-{test}-{}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A test that fails must not fail twice.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn servers() -> Check<Server> {
    check(raft_rs::boot(Config::default())).linearizable().nondeterministic()
}

fn in_memory(folder: &Folder, nodes: u32) -> Cluster<Server, Memory> {
    let ends = Memory::network((1..=nodes).map(NodeId), Duration::from_millis(5));
    Cluster::start(servers(), ends, &folder.0, Settings::default()).expect("it can be started")
}

async fn pass<T: Transport>(cluster: &mut Cluster<Server, T>, ms: u64) {
    let deadline = Instant::now() + Duration::from_millis(ms);
    cluster.run_until(deadline).await.expect("its files can be written");
}

fn leaders<T: Transport>(cluster: &Cluster<Server, T>) -> Vec<NodeId> {
    let leads = |node: &NodeId| cluster.shown(*node).is_some_and(|(role, _)| role.leads());
    cluster.nodes().filter(leads).collect()
}

async fn put<T: Transport>(cluster: &mut Cluster<Server, T>, node: NodeId, value: u64) -> bool {
    let op = Put(1, value);
    let operation = cluster.ask(ClientId(0), node, op).expect("its files can be written");
    while cluster.outcome(operation).is_none() {
        cluster.turn().await.expect("its files can be written");
    }
    matches!(cluster.outcome(operation), Some(Outcome::Ok(_)))
}

#[tokio::test(start_paused = true)]
async fn a_minority_cannot_commit_and_all_get_well_again() {
    let folder = Folder::new("minority");
    let mut cluster = in_memory(&folder, 5);
    pass(&mut cluster, 2_000).await;
    let [leader] = leaders(&cluster)[..] else { panic!("one leads") };
    assert!(put(&mut cluster, leader, 1).await);
    // The leader is cut off with one other.
    let with = cluster.nodes().find(|node| *node != leader).expect("there are five");
    let rest: Vec<NodeId> = cluster.nodes().filter(|node| ![leader, with].contains(node)).collect();
    cluster.partition(&[vec![leader, with], rest.clone()]);
    assert!(cluster.is_partitioned());
    assert!(!put(&mut cluster, leader, 2).await);
    pass(&mut cluster, 2_000).await;
    let [other] = leaders(&cluster)[..] else { panic!("one leads") };
    assert!(rest.contains(&other));
    assert!(put(&mut cluster, other, 3).await);
    cluster.settle().await.expect("its files can be written");
    let (trace, ruling) = cluster.finish();
    assert_eq!(ruling, Ruling::Held);
    assert!(matches!(trace.end, End::Settled { behind, .. } if behind.is_empty()));
    assert!(trace.facts.len() > 20 && trace.counts.delivered > 100);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_comes_up_again_finds_its_files() {
    let folder = Folder::new("files");
    let mut cluster = in_memory(&folder, 3);
    pass(&mut cluster, 2_000).await;
    let leader = leaders(&cluster)[0];
    for value in 1..=5 {
        assert!(put(&mut cluster, leader, value).await);
    }
    // All at once: only files are left.
    for node in cluster.nodes() {
        cluster.down(node);
    }
    assert!(!put(&mut cluster, leader, 6).await);
    for node in cluster.nodes() {
        cluster.up(node).expect("its files can be read");
    }
    pass(&mut cluster, 2_000).await;
    let leader = leaders(&cluster)[0];
    let operation = cluster.ask(ClientId(1), leader, Get(1)).expect("it is up");
    pass(&mut cluster, 500).await;
    let Some(Outcome::Ok(found)) = cluster.outcome(operation) else { panic!("it is read") };
    assert_eq!(found.to_string(), "5");
    cluster.settle().await.expect("its files can be written");
    assert_eq!(cluster.finish().1, Ruling::Held);
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_forgets_is_found_out_by_the_same_judge() {
    let folder = Folder::new("forgets");
    let mut cluster = in_memory(&folder, 3);
    pass(&mut cluster, 2_000).await;
    let leader = leaders(&cluster)[0];
    assert!(put(&mut cluster, leader, 1).await);
    for node in cluster.nodes() {
        cluster.down(node);
        std::fs::remove_dir_all(folder.0.join(node.to_string())).expect("it was made");
        cluster.members[node.index()].files =
            Files::open(&folder.0.join(node.to_string())).expect("it can be made");
    }
    // What is still on its way would tell them what they should know, and they would panic.
    pass(&mut cluster, 100).await;
    for node in cluster.nodes() {
        cluster.up(node).expect("there is nothing to be read");
    }
    pass(&mut cluster, 2_000).await;
    let leader = leaders(&cluster)[0];
    let read = cluster.ask(ClientId(1), leader, Get(1)).expect("it is up");
    pass(&mut cluster, 500).await;
    assert!(matches!(cluster.outcome(read), Some(Outcome::Ok(_))));
    let (_, ruling) = cluster.finish();
    assert!(matches!(ruling, Ruling::Broken(_)), "{ruling:?}");
}

#[tokio::test(start_paused = true)]
async fn who_led_and_what_was_broken_by_hand_is_noted_and_judged() {
    let folder = Folder::new("course");
    let bound = Duration::from_millis(1_500);
    let leads = |view: &crate::raft::Status| view.role.leads().then_some((view.term, view.id));
    let check = servers().agree("leader of a term", leads).within(Figure::Leaderless, bound);
    let ends = Memory::network((1..=3).map(NodeId), Duration::from_millis(5));
    let cluster = Cluster::start(check, ends, &folder.0, Settings::default());
    let mut cluster = cluster.expect("it can be started");
    pass(&mut cluster, 1_000).await;
    let [leader] = leaders(&cluster)[..] else { panic!("one leads") };
    cluster.partition(&[vec![NodeId(1)], vec![NodeId(2)], vec![NodeId(3)]]);
    pass(&mut cluster, 2_000).await;
    cluster.mend();
    pass(&mut cluster, 1_000).await;
    cluster.down(leader);
    pass(&mut cluster, 500).await;
    cluster.settle().await.expect("its files can be written");
    let (trace, ruling) = cluster.finish();
    let Ruling::Broken(broken) = ruling else { panic!("nobody led for two seconds: {ruling:?}") };
    assert_eq!(broken.failure.to_string(), "within leaderless: nobody leads for longer");
    let span = |from, until| Span { from: Time::millis(from), until: Time::millis(until) };
    let holds = trace.course.holds.iter().map(|hold| (hold.step, hold.kind, hold.span));
    let cut = (0, Kind::Partitions, span(1_000, 3_000));
    assert_eq!(holds.collect::<Vec<_>>(), [cut, (1, Kind::Crashes, span(4_000, 4_500))]);
    assert_eq!(trace.course.downs, [(leader, span(4_000, 4_500))]);
    let cut = |gap: &&Span| gap.from == Time::millis(1_000) && gap.length() > bound;
    assert!(trace.course.led && trace.course.leaderless.iter().any(|gap| cut(&gap)));
    // Nobody is undisturbed while something is cut, and each change begins another span.
    let [before, .., after] = &trace.reigns[..] else { panic!("two led: {:?}", trace.reigns) };
    assert_eq!((before.leader, before.until), (leader, Time::millis(1_000)));
    assert_eq!(after.from, Time::millis(4_500));
    let cut =
        |reign: &&Reign| reign.from < Time::millis(3_000) && reign.until > Time::millis(1_000);
    assert_eq!(trace.reigns.iter().find(cut), None);
    assert!(trace.views.len() > 100 && trace.views.iter().any(|shown| shown.incarnation == 1));
}

#[tokio::test]
async fn a_cluster_runs_on_real_sockets() {
    let folder = Folder::new("udp");
    let ends = Udp::loopback((1..=3).map(NodeId)).await.expect("there is a loopback");
    let settings = Settings { stall: Duration::from_secs(60), ..Settings::default() };
    let mut cluster =
        Cluster::start(servers(), ends, &folder.0, settings).expect("it can be started");
    while leaders(&cluster).is_empty() {
        cluster.turn().await.expect("its files can be written");
    }
    cluster.settle().await.expect("its files can be written");
    let (trace, ruling) = cluster.finish();
    assert_eq!(ruling, Ruling::Held);
    assert!(matches!(trace.end, End::Settled { .. }), "{:?}", trace.end);
}
