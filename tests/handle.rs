//! A cluster that is led by hand: what is seen on the way is what the recorded schedule shows when
//! it is read from its text and run again.

use schism::check;
use schism::check::{Cluster, Ruling};
use schism::history::Outcome;
use schism::scenario::{all, leader, millis, nodes, secs};
use schism::spec::map::Op;
use schism::{Nemesis, NodeId, Schedule, Time};
use schism_adapters::raft::{Config, raft_rs};

fn put(words: &str) -> Op {
    words.parse().expect("the test's own words are an operation")
}

#[test]
fn a_leader_that_is_killed_is_followed_by_another_and_comes_back() {
    let mut cluster = Cluster::new(5, raft_rs::boot(Config::default()));
    assert_eq!((cluster.now(), cluster.current_leader()), (Time::ZERO, None));
    let first = cluster.wait_for_leader_change(secs(10)).expect("somebody leads");
    assert_eq!(cluster.current_leader(), Some(first));
    let elected = cluster.now();
    assert!(elected < Time::millis(1_000), "{elected}");
    cluster.advance(millis(100));
    assert!(matches!(cluster.ask(0, first, put("put k1 7")), Outcome::Ok(_)));
    cluster.kill(first);
    let second = cluster.wait_for_leader_change(secs(10)).expect("four of five are up");
    assert!(second != first && cluster.now() > elected);
    assert!(!cluster.standing(first).up && cluster.standing(second).up);
    assert!(matches!(cluster.ask(1, first, put("get k1")), Outcome::Refused));
    cluster.restart(first);
    cluster.advance(secs(1));
    assert_eq!(cluster.standing(first).sight.leader, Some(second));
    assert_eq!(cluster.judge(), Ok(Ruling::Held));
    let text = cluster.schedule().to_string();
    assert_eq!(text.parse::<Schedule<Op>>().as_ref(), Ok(cluster.schedule()));
    assert!(text.contains(&format!("crash {first}")) && text.contains("c0 -> "), "{text}");
}

#[test]
fn a_cluster_that_is_cut_by_hand_expects_and_is_judged() {
    let mut cluster = Cluster::new(5, raft_rs::boot(Config::default()));
    cluster.slow_network(20);
    cluster.expect(all().follow_one_leader().within(secs(5)));
    cluster.advance(secs(5));
    let [n1, n2, n3, n4, n5] = [1, 2, 3, 4, 5].map(NodeId);
    cluster.partition(&[&[n1, n2, n3], &[n4, n5]]);
    cluster.advance(secs(2));
    assert_eq!(cluster.standing(n4).sight.leader, None);
    assert!(cluster.current_leader().is_some_and(|leader| leader < n4));
    cluster.expect(nodes([3, 4]).follow_nobody().throughout(secs(1)));
    assert_eq!(cluster.wait_for_leader_change(secs(3)), None);
    cluster.heal();
    cluster.slow_network(0);
    cluster.expect(all().follow_one_leader().within(secs(5)));
    assert_eq!(cluster.judge(), Ok(Ruling::Held));
}

#[test]
fn what_was_led_astray_can_be_saved_and_shrunk() {
    let claim = Nemesis::new().partitions();
    let check = check(raft_rs::boot(Config { check_quorum: false, ..Config::default() }));
    let mut cluster = Cluster::of(check.survives(claim), 3);
    cluster.advance(secs(2));
    let old = cluster.current_leader().expect("somebody leads by then");
    cluster.ask(0, old, put("put k1 1"));
    cluster.partition(&[&[old]]);
    let old = nodes([old]).follow_nobody();
    cluster.expect(old.within(secs(3)));
    cluster.advance(secs(3));
    cluster.expect(leader());
    let Ok(Ruling::Broken(violation)) = cluster.judge() else { panic!("nothing told it so") };
    assert_eq!(violation.failure.to_string(), "scenario: cut off, nobody is followed");
    let small = cluster.shrink().expect("it can be checked").expect("it fails");
    assert_eq!(small.schedule.steps.len(), 2, "{}", small.schedule);
    let folder = std::env::temp_dir().join(format!("schism-handle-{}", std::process::id()));
    let file = folder.join("by-hand.schedule");
    cluster.save(&file, "raft-rs-plain").expect("a temporary folder can be written");
    let read = schism::persist::read(&file).expect("it was just written");
    assert_eq!(read.target.as_deref(), Some("raft-rs-plain"));
    assert!(read.text.parse::<Schedule<Op>>().is_ok(), "{}", read.text);
    std::fs::remove_dir_all(&folder).expect("it was made above");
}
