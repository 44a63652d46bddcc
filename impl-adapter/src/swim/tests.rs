//! What the adapter does, as its neighbours would see it; and what was found with it.

use super::Config;
use super::foca::{Member, boot};
use super::hooks::Hooks;
use crate::targets::{bounds, load};
use schism::execute::{Boot, Recording, execute};
use schism::fact::{Fact, Member as Says, Standing};
use schism::judge::{Converges, Membership, Property};
use schism::observe::observe;
use schism::spec::group::Op;
use schism::verdict::{Failure, Verdict};
use schism::{NodeId, Schedule, Trace};

const RECORDING: Recording =
    Recording { views: true, reigns: false, course: true, detail: false, rich: false };

fn run(text: &str, config: Config) -> Trace<Member> {
    let schedule: Schedule<Op> = text.parse().expect("the schedule is well-formed");
    execute(&schedule, &boot(config), RECORDING)
}

/// What the properties of a group show of a run.
pub(crate) fn failure<H: Hooks>(
    schedule: &Schedule<Op>,
    boot: Boot<'_, Member<H>>,
) -> Option<Failure> {
    let trace = execute(schedule, boot, RECORDING);
    let seen = observe(&trace, schedule.nodes);
    let membership = Membership::within(bounds(Config::default(), schedule.nodes));
    match (membership.judge(&seen), Converges.judge(&seen)) {
        (Verdict::Fail(violation), _) | (_, Verdict::Fail(violation)) => Some(violation.failure),
        _ => None,
    }
}

/// Whom each node saw at the end.
fn seen(trace: &Trace<Member>, nodes: u32) -> Vec<Vec<u32>> {
    let last = |node| trace.views.iter().rfind(|shown| shown.node == node).map(|at| at.view.seen);
    let names = |node| last(NodeId(node)).map_or(vec![], |seen| seen.iter().map(|n| n.0).collect());
    (1..=nodes).map(names).collect()
}

/// What a node said last of another.
fn last_belief(trace: &Trace<Member>, who: u32, whom: u32) -> Option<(u64, Standing)> {
    trace.facts.iter().rev().find_map(|told| match told.fact {
        Fact::Member(Says::Believes { of, generation, standing, .. })
            if told.node == NodeId(who) && of == NodeId(whom) =>
        {
            Some((generation, standing))
        }
        _ => None,
    })
}

#[test]
fn members_find_each_other_and_say_so() {
    let trace = run("nodes 3\n@1s c0 -> n1 members", Config::default());
    assert_eq!(seen(&trace, 3), [vec![2, 3], vec![1, 3], vec![1, 2]]);
    let first = &trace.history.operations[0];
    assert_eq!(format!("{:?}", first.outcome), "Ok(Members([NodeId(1), NodeId(2), NodeId(3)]))");
}

#[test]
fn what_a_member_tells_is_what_its_library_believes() {
    let text = "nodes 4  noise 0x1 1/20  linger 2s  survives crashes partitions loss
                @300ms crash n2\n@600ms restart n2\n@700ms isolate n3\n@1500ms heal
                @1600ms c0 -> n4 leave\n@2s c0 -> n4 join";
    let trace = run(text, Config::default());
    for shown in &trace.views {
        assert_eq!(shown.view.sees, shown.view.seen.len(), "{:?} at {:?}", shown.view, shown.at);
    }
    // It has come back by a name that it had not before, after a crash as after leaving.
    assert_eq!(last_belief(&trace, 1, 2), Some((1_001, Standing::Alive)));
    assert_eq!(last_belief(&trace, 1, 4), Some((1, Standing::Alive)));
    assert_eq!(seen(&trace, 4), [vec![2, 3, 4], vec![1, 3, 4], vec![1, 2, 4], vec![1, 2, 3]]);
}

#[test]
fn a_broadcast_is_heard_by_all_and_once_by_each() {
    let trace = run("nodes 3  linger 2s\n@1s c0 -> n2 broadcast 81", Config::default());
    let heard = |told: &&schism::fact::Told| told.fact == Fact::Member(Says::Heard { value: 81 });
    let mut who: Vec<u32> = trace.facts.iter().filter(heard).map(|told| told.node.0).collect();
    who.sort_unstable();
    assert_eq!(who, [1, 2, 3]);
}

#[test]
fn who_broadcasts_and_leaves_at_once_is_not_blamed_for_whom_it_did_not_reach() {
    let text = "nodes 3  quiet  linger 2s  survives partitions
                @478ms flap n1 | n2 n3 every 262ms for 250ms
                @986ms c2 -> n1 broadcast 12\n@1006ms c0 -> n1 leave";
    let schedule: Schedule<Op> = text.parse().expect("the schedule is well-formed");
    assert_eq!(failure::<_>(&schedule, &boot(Config::default())), None);
}

#[test]
fn who_waits_for_a_client_is_no_member_before() {
    let config = Config { joins: false, ..Config::default() };
    let trace = run("nodes 2\n@1s c0 -> n2 broadcast 5\n@1s c0 -> n2 members", config);
    let outcomes = trace.history.operations.iter().filter(|operation| !operation.is_probe());
    let outcomes: Vec<String> = outcomes.map(|asked| format!("{:?}", asked.outcome)).collect();
    assert_eq!(outcomes, ["Refused", "Refused"]);
}

#[test]
fn a_suspicion_outlives_the_renewal_of_who_suspects() {
    let found = include_str!("found/held-suspicion.schedule");
    let trace = run(found, Config::default());
    assert_eq!(last_belief(&trace, 1, 2), Some((0, Standing::Suspect)));
    let schedule = found.parse().expect("the schedule is well-formed");
    // It is a member still, for all who ask.
    assert_eq!(failure(&schedule, &boot(Config::default())), None);
}

#[test]
fn a_member_that_is_alone_after_a_renewal_never_finds_out() {
    let found = include_str!("found/alone-after-renewal.schedule");
    let trace = run(found, Config::default());
    assert_eq!(last_belief(&trace, 1, 2), Some((0, Standing::Alive)));
    let last = trace.views.iter().rfind(|shown| shown.node == NodeId(1)).expect("it showed itself");
    assert_eq!((last.view.generation, last.view.connected), (1, false));
}

#[test]
fn what_is_demanded_of_a_group_follows_the_number_of_its_members() {
    let config = Config::default();
    assert_eq!([2, 3, 5].map(|nodes| load(config, nodes)), [52, 100, 182]);
    let suspicions = [3, 10, 100].map(|nodes| bounds(config, nodes).suspicion.as_millis());
    assert_eq!(suspicions, [400, 400, 800]);
}

#[test]
fn a_group_in_which_nobody_is_a_member_at_first_grows_one_by_one() {
    let config = Config { joins: false, contacts: u32::MAX, ..Config::default() };
    let text = "nodes 4  linger 2s\n@500ms c0 -> n4 join\n@1s c0 -> n2 join
                @1500ms c0 -> n4 leave\n@2s c0 -> n3 join\n@2500ms c0 -> n1 join";
    let trace = run(text, config);
    assert_eq!(seen(&trace, 3), [vec![2, 3], vec![1, 3], vec![1, 2]]);
    assert_eq!(failure(&text.parse().expect("it is well-formed"), &boot(config)), None);
}
