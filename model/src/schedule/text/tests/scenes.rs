//! The steps of scenarios: any of them reads back as it is written, and what is said of those that
//! cannot be read.

use super::{Steps, read};
use crate::expect::{Expect, Lasting, Load, Wish};
use crate::fault::Target;
use crate::id::{ClientId, NodeId};
use crate::schedule::Action;
use proptest::collection::vec;
use proptest::prelude::*;
use std::time::Duration;

fn target() -> BoxedStrategy<Target> {
    let role = prop::sample::select(vec!["leader", "follower", "new", "one", "steps", "nobody"]);
    let node = (1..=u32::MAX).prop_map(|node| Target::Node(NodeId(node)));
    prop_oneof![3 => node, 1 => role.prop_map(|role| Target::Role(role.to_owned()))].boxed()
}

fn wish() -> BoxedStrategy<Wish> {
    let who = || vec(target(), 0..4);
    prop_oneof![
        (who(), who()).prop_map(|(who, whom)| Wish::See { who, whom }),
        who().prop_map(|who| Wish::OneLeader { who }),
        who().prop_map(|who| Wish::NoLeader { who }),
        (who(), any::<bool>()).prop_map(|(who, one)| Wish::Leads { who, one }),
        Just(Wish::NewLeader),
        Just(Wish::StepsDown),
        (who(), any::<bool>()).prop_map(|(who, some)| Wish::Writes { who, some }),
        who().prop_map(|who| Wish::CatchUp { who }),
    ]
    .boxed()
}

/// An expectation.
pub(super) fn expect() -> BoxedStrategy<Action<crate::spec::kv::Op>> {
    let span = || any::<u64>().prop_map(Duration::from_micros);
    let lasting = prop_oneof![
        Just(Lasting::Now),
        span().prop_map(Lasting::Within),
        span().prop_map(Lasting::For)
    ];
    (wish(), lasting).prop_map(|(wish, lasting)| Action::Expect(Expect { wish, lasting })).boxed()
}

/// A load.
pub(super) fn load() -> BoxedStrategy<Action<crate::spec::kv::Op>> {
    let times = (1..1_u64 << 40, 0..Load::REQUESTS_MAX);
    (any::<u32>(), target(), times)
        .prop_map(|(client, to, (every, requests))| {
            let lasts = Duration::from_micros(every * requests);
            let every = Duration::from_micros(every);
            Action::Load(Load { client: ClientId(client), to, every, lasts })
        })
        .boxed()
}

#[test]
fn what_is_said_in_other_words_is_written_in_one_way() {
    for (said, written) in [
        ("expect n1 see each other within 1000ms", "expect n1 sees each other within 1s"),
        ("expect n1 n2 sees n3", "expect n1 n2 see n3"),
        ("expect all catches up", "expect all catch up"),
        ("expect the leader follow nobody", "expect leader follows nobody"),
        ("expect no leader among all for 2s", "expect no leader for 2s"),
    ] {
        let step = read(&format!("nodes 3; @0ms {said}")).steps[0].clone();
        assert_eq!(step.action.to_string(), written);
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    for (text, why) in [
        (
            "expect",
            "column 21: expected a node such as n2 or a role such as leader, found the end \
                    of the line",
        ),
        (
            "expect n1 leads",
            "column 30: expected one of see, follow, take, catch, found the end of",
        ),
        ("expect all sees each", "column 35: expected `other`"),
        ("expect n1 a see follow nobody", "column 31: `see` names nobody in an expectation"),
        ("expect a all follow nobody", "column 28: `all` names nobody in an expectation"),
        ("expect a leader within", "column 37: expected a time such as 20ms"),
        ("expect a leader soon", "column 31: expected the end of the line, found `soon`"),
        ("load c0 -> n1 every 0ms for 1s", "column 39: a load asks every 1us at the most"),
        ("load c0 -> n1 every 1us for 1s", "column 45: a load has at most 100000 requests"),
        ("load n1 -> n1 every 1s for 1s", "column 20: expected a client such as c0, found `n1`"),
    ] {
        let error = format!("nodes 3; @0ms {text}").parse::<Steps>().expect_err(text);
        let error = error.to_string();
        assert!(error.starts_with(&format!("line 1, {why}")), "{text}: {error}");
    }
}
