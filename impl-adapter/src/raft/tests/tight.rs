//! Servers whose library has little room, and state machines that stand still for a while.

use super::{DONE, Run, failures, found, leaders, outcomes, run_with};
use crate::raft::Config;
use schism::NodeId;
use schism::execute::Recording;
use schism::fact::Fact;
use schism::history::Outcome;
use schism::trace::What;

fn run(text: &str) -> Run {
    let config = Config { tight: true, ..Config::default() };
    run_with(text, config, Recording { rich: true, ..Recording::default() })
}

#[test]
fn a_write_that_finds_no_room_is_refused_at_once() {
    let asks: String = (0..4).map(|n| format!("@+0ms c{n} -> leader put k{n} 1\n")).collect();
    let trace = run(&format!("nodes 3 quiet\n@elected +100ms c9 -> n1 get k9\n{asks}"));
    assert_eq!(outcomes(&trace)[1..], [DONE, DONE, DONE, Outcome::Refused]);
    let last = &trace.history.operations[4];
    assert_eq!(last.completed.time.since(last.invoked.time).as_millis(), 2);
    assert_eq!(failures(&trace, 3), []);
}

#[test]
fn who_is_behind_gets_the_log_in_small_pieces() {
    let writes: String =
        (2..12).map(|nth| format!("@acked {nth} c0 -> leader put k1 {nth}\n")).collect();
    let text = format!(
        "nodes 3 quiet survives partitions\n\
         @elected +100ms isolate n1\n\
         @+0ms c0 -> n2 put k1 1\n{writes}@acked 12 heal"
    );
    let config = |tight| Config { tight, ..Config::default() };
    let rich = Recording { rich: true, ..Recording::default() };
    let pieces = |tight| {
        let trace = run_with(&text, config(tight), rich);
        assert_eq!(failures(&trace, 3), []);
        let healed = trace.records.iter().rposition(|record| matches!(record.what, What::Step(_)));
        let behind = trace.records[healed.expect("it is healed")..].iter();
        let piece = |what: &What| {
            matches!(what, What::Sent { to: NodeId(1), text, .. }
                if text.starts_with("append ") && text.contains("entries"))
        };
        behind.filter(|record| piece(&record.what)).count()
    };
    let (wide, tight) = (pieces(false), pieces(true));
    assert!(wide <= 3 && tight >= 5, "{wide} messages, and {tight}");
}

#[test]
fn a_follower_that_stands_still_answers_no_read_before_it_has_applied() {
    let text = "nodes 3 quiet survives disturb:stall-apply:1..150\n\
                @elected +100ms  disturb n3 stall-apply 150\n\
                @+0ms  c0 -> leader  put k1 81\n\
                @acked 2  c1 -> n3  get k1";
    let trace = run(text);
    assert_ne!(leaders(&trace)[0].1, NodeId(3));
    let began = trace.history.operations[0].invoked.time;
    let read = trace.history.operations[1].completed.time;
    assert_eq!((outcomes(&trace), failures(&trace, 3)), (vec![DONE, found(81)], vec![]));
    assert!((150..=152).contains(&read.since(began).as_millis()), "{began} to {read}");
}

#[test]
fn a_leader_that_stands_still_leads_and_applies_and_answers_later() {
    let text = "nodes 3 quiet survives disturb:stall-apply:1..150\n\
                @elected +100ms  disturb leader stall-apply 100\n\
                @+0ms  c0 -> leader  put k1 81\n\
                @+0ms  disturb leader stall-apply 150";
    let trace = run(text);
    let leader = leaders(&trace)[0].1;
    let applied = |leads: bool| {
        let second =
            |told: &&schism::fact::Told| matches!(told.fact, Fact::Applied { index: 2, .. });
        let mut facts = trace.facts.iter().filter(second);
        facts.find(|told| (told.node == leader) == leads).map(|told| told.time)
    };
    let (here, there) = (applied(true), applied(false));
    let (here, there) = (here.expect("it is told"), there.expect("it is told"));
    assert!(here.since(there).as_millis() > 100, "{there}, and here {here}");
    assert_eq!((outcomes(&trace), failures(&trace, 3)), (vec![DONE], vec![]));
    assert_eq!(leaders(&trace).len(), 1);
}
