//! Each clause that takes time, by a run that breaks it, and by the same run where a fault, noise
//! or a shorter time excuses it.

use super::{Bounds, Membership};
use crate::course::{Course, Hold, Span};
use crate::fact::{Fact, Told};
use crate::fault::Kind;
use crate::id::NodeId;
use crate::judge::Property;
use crate::judge::testing::Run;
use crate::spec::group::Group;
use crate::time::Time;
use crate::trace::End;
use crate::verdict::Verdict;
use std::time::Duration;

/// Periods of 100 ms, suspicions of 400, news in 200; 30 messages a period.
const BOUNDS: Bounds = Bounds {
    period: Duration::from_millis(100),
    suspicion: Duration::from_millis(400),
    spreading: Duration::from_millis(200),
    fanout: 2,
    load: 30,
};

/// A run of lines such as `500 n1 believes n2.0 alive (incarnation 0)`, with times in ms. Three
/// members have known each other from the start.
fn run(text: &str) -> Run<Group> {
    let all = [1, 2, 3];
    let joins = all.map(|who| format!("0 n{who} joins as generation 0"));
    let knows = all.iter().flat_map(|who| {
        let others = all.iter().filter(move |of| *of != who);
        others.map(move |of| format!("10 n{who} believes n{of}.0 alive (incarnation 0)"))
    });
    let lines = text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
    let told = |(order, line): (u64, String)| {
        let mut words = line.splitn(3, ' ');
        let mut next = || words.next().expect("a line has a time, a node and what it says");
        let time = Time::millis(next().parse().expect("a time is a number"));
        let node = NodeId(next().trim_start_matches('n').parse().expect("a node has a number"));
        let fact = Fact::Member(next().parse().expect("it can be said"));
        Told { time, order, node, incarnation: 0, fact }
    };
    let facts = (1..).zip(joins.into_iter().chain(knows).chain(lines)).map(told).collect();
    Run { facts, ..Run::new() }
}

fn span(from: u64, until: u64) -> Span {
    Span { from: Time::millis(from), until: Time::millis(until) }
}

fn judge(run: &Run<Group>) -> Option<(String, Vec<u32>)> {
    match Membership::within(BOUNDS).judge(&run.seen()) {
        Verdict::Pass => None,
        Verdict::Fail(violation) => {
            let nodes = violation.nodes.iter().map(|node| node.0).collect();
            Some((violation.failure.clause, nodes))
        }
        Verdict::Unknown(why) => panic!("{why}"),
    }
}

/// Whether the run breaks this clause, and a partition or noise at this time excuses it.
fn breaks(clause: &str, nodes: &[u32], text: &str, at: u64, more: &Course) {
    let with = |course: Course| judge(&Run { course, ..run(text) });
    assert_eq!(with(more.clone()), Some((clause.to_owned(), nodes.to_vec())));
    let hold = Hold { step: 0, kind: Kind::Partitions, span: span(at, at + 1) };
    let mut excused = more.clone();
    excused.holds.push(hold);
    assert_eq!(with(excused), None, "{clause}");
    assert_eq!(with(Course { noise: vec![Time::millis(at)], ..more.clone() }), None, "{clause}");
}

/// A node goes down and comes back.
fn away(node: u32, from: u64, until: u64) -> Course {
    let hold = Hold { step: 3, kind: Kind::Crashes, span: span(from, until) };
    let downs = vec![(NodeId(node), span(from, until))];
    Course { holds: vec![hold], downs, ..Course::default() }
}

#[test]
fn members_that_know_each_other_and_have_nothing_to_say_pass() {
    assert_eq!(judge(&run("")), None);
}

#[test]
fn a_refuted_suspicion_is_not_held_for_longer_than_news_take() {
    let story = "
        2000 n1 believes n2.0 suspect (incarnation 0)
        2010 n2 refutes with incarnation 1";
    let clause = "a refuted suspicion is not held";
    breaks(clause, &[1, 2], story, 2_100, &Course::default());
    let heard = format!("{story}\n 2205 n1 believes n2.0 alive (incarnation 1)");
    assert_eq!(judge(&run(&heard)), None);
}

#[test]
fn who_answers_is_not_declared_down() {
    let story = "
        2000 n1 believes n2.0 suspect (incarnation 0)
        2400 n1 believes n2.0 down (incarnation 0)
        2405 n3 believes n2.0 down (incarnation 0)";
    let clause = "who answers is not declared down";
    breaks(clause, &[1, 2], story, 1_800, &Course::default());
    // Who left, has another name by now, or is down is not who answers.
    assert_eq!(judge(&run(&format!("1990 n2 leaves\n{story}"))), None);
    assert_eq!(judge(&run(&format!("1990 n2 joins as generation 1\n{story}"))), None);
    assert_eq!(judge(&Run { course: away(2, 1_500, 20_000), ..run(story) }), None);
}

#[test]
fn who_is_gone_is_declared_down_by_all() {
    let clause = "who is gone is declared down";
    let story = "2400 n1 believes n2.0 down (incarnation 0)";
    let known = "2410 n3 believes n2.0 down (incarnation 0)";
    // With news of it, or without.
    breaks(clause, &[1, 2], "", 2_500, &away(2, 2_000, 20_000));
    breaks("news of a death spread", &[1, 3, 2], story, 2_500, &away(2, 2_000, 20_000));
    let both = format!("{story}\n{known}");
    assert_eq!(judge(&Run { course: away(2, 2_000, 20_000), ..run(&both) }), None);
    breaks(clause, &[1, 2], "2000 n2 leaves", 2_500, &Course::default());
    // It takes 1.6 s: six periods and twice the members', and the suspicion.
    assert_eq!(judge(&Run { course: away(2, 2_000, 3_599), ..run("") }), None);
    // n3 alone has nobody to learn from.
    let alone = "1000 n1 leaves
                 1010 n3 believes n1.0 down (incarnation 0)
                 1010 n2 believes n1.0 down (incarnation 0)
                 2000 n2 leaves";
    assert_eq!(judge(&run(alone)), None);
}

#[test]
fn a_broadcast_reaches_all_who_stay_connected() {
    let story = "2000 n1 hears 81\n2020 n2 hears 81";
    let clause = "broadcasts reach all who stay connected";
    breaks(clause, &[1, 3], story, 2_100, &Course::default());
    assert_eq!(judge(&run(&format!("{story}\n2199 n3 hears 81"))), None);
    // Members that do not know each other are promised nothing.
    let apart = format!("1990 n3 believes n2.0 suspect (incarnation 0)\n{story}");
    assert_eq!(judge(&run(&apart)).map(|(clause, _)| clause), Some(clause.to_owned()));
    let new = format!("1990 n3 joins as generation 1\n{story}");
    assert_eq!(judge(&run(&new)), None);
    assert_eq!(judge(&Run { course: away(1, 2_001, 3_000), ..run(story) }), None);
    // What a member tells one that is down is lost, and it does not tell for ever.
    let down = Course { downs: vec![(NodeId(2), span(1_900, 3_000))], ..Course::default() };
    assert_eq!(judge(&Run { course: down, ..run("2000 n1 hears 81") }), None);
    // Where not all are told at a time, chance decides who hears: most must.
    let lucky = Bounds { fanout: 1, ..BOUNDS };
    let by_chance = |text: &str| Membership::within(lucky).judge(&run(text).seen());
    assert_eq!(by_chance(story), Verdict::Pass);
    assert!(matches!(by_chance("2000 n1 hears 81\n2300 n2 hears 81"), Verdict::Fail(_)));
    // Who leaves, and be it to come back by a new name, has passed on what it had time for.
    let left = format!(
        "{story}\n2021 n1 leaves
        2030 n2 believes n1.0 down (incarnation 0)\n2030 n3 believes n1.0 down (incarnation 0)"
    );
    assert_eq!(judge(&run(&left)), None);
    assert_eq!(judge(&run(&format!("{left}\n2050 n1 joins as generation 1"))), None);
}

#[test]
fn no_member_floods_the_network() {
    let sent = |messages| {
        format!("2000 n1 sent 30 messages in 100 ms\n2110 n1 sent {messages} messages in 100 ms")
    };
    breaks("no member floods the network", &[1], &sent(31), 2_050, &Course::default());
    assert_eq!(judge(&run(&sent(30))), None);
    // What was kept back comes all at once, and each message is answered. What was cut off is gone.
    let after = |kind| {
        let hold = Hold { step: 0, kind, span: span(1_000, 1_990) };
        judge(&Run { course: Course { holds: vec![hold], ..Course::default() }, ..run(&sent(31)) })
    };
    assert_eq!([Kind::Holds, Kind::Pauses].map(after), [None, None]);
    assert!(after(Kind::Partitions).is_some());
}

#[test]
fn members_that_do_not_agree_in_the_end_are_named() {
    let behind = |nodes: &[u32]| {
        let behind = nodes.iter().copied().map(NodeId).collect();
        End::Settled { node: NodeId(1), behind, unread: None }
    };
    let story = "19900 n2 joins as generation 1\n19950 n1 believes n2.1 alive (incarnation 0)";
    let named = Some(("all members agree in the end".to_owned(), vec![3, 2]));
    assert_eq!(judge(&Run { end: behind(&[3]), ..run(story) }), named);
    assert_eq!(judge(&Run { end: behind(&[]), ..run(story) }), None);
}

#[test]
fn what_contradicts_is_told_with_the_clause_of_the_reference() {
    let story = "2000 n1 believes n2.0 alive (incarnation 7)";
    let found = Some(("only a member raises its incarnation".to_owned(), vec![1, 2]));
    assert_eq!(judge(&run(story)), found);
}
