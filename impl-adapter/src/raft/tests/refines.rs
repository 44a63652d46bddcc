//! The healthy adapter held against Raft.

use super::*;
use schism::judge::refines::{Followed, Model, Raft};

#[test]
fn debug_one() {
    let text = std::fs::read_to_string("/tmp/refines/one.schedule").expect("there");
    let config = Config {
        sync_within: Some(crate::targets::SYNC_WITHIN),
        snapshot_every: Some(8),
        ..Config::default()
    };
    let trace = run_with(&text, config, Recording { detail: true, ..Recording::default() });
    let Followed::UpTo(d) = Raft.follows(3, &trace.facts) else { panic!("follows") };
    for told in trace.facts.iter().filter(|t| {
        t.node == d.told.node && t.order <= d.told.order && t.time.0 + 400_000 > d.told.time.0
    }) {
        println!("{} {} {:?}", told.time, told.order, told.fact);
    }
    println!("{d:#?}");
}
