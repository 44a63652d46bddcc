//! States as few bytes: each comes out again as it was, what is found is the same, and what waits
//! is small.

use super::{Look, Search};
use crate::explore::{Packing, explore};
use crate::reference::isr::Isr;
use crate::reference::protocol::Protocol;
use crate::reference::raft::Raft;
use crate::reference::swim::Swim;
use crate::reference::symmetry::Renamed;
use crate::seed::Seed;
use std::fmt::Debug;

fn packing<P: Protocol>() -> Packing<P::State> {
    let (pack, unpack) = P::packing().expect("the model packs its states");
    Packing { pack, unpack }
}

/// Takes steps by chance, without a mistake and with each, in the widest bounds there are.
fn comes_out_again<P: Protocol>() {
    let (Packing { pack, unpack }, mut packed) = (packing::<P>(), Vec::new());
    let widest: Vec<u8> = P::BOUNDS.iter().map(|bound| bound.most).collect();
    for bug in [None].into_iter().chain((0..P::BUGS.len()).map(Some)) {
        let model = P::new(&widest, bug);
        for seed in 0..100 {
            let mut draws = Seed(seed).draws();
            let mut state = model.init_states().swap_remove(0);
            for _ in 0..200 {
                packed.clear();
                pack(&state, &mut packed);
                assert_eq!(unpack(&packed), state);
                let mut actions = Vec::new();
                model.actions(&state, &mut actions);
                let Some(action) = draws.pick(&actions) else { break };
                let next = model.next_state(&state, action.clone());
                state = next.expect("what is possible leads somewhere");
            }
        }
    }
}

#[test]
fn what_is_packed_comes_out_as_it_was() {
    comes_out_again::<Raft>();
    comes_out_again::<Isr>();
    comes_out_again::<Swim>();
}

/// The same with and without, but for the memory, of which it takes so many times less.
fn is_found_no_other<P>(bounds: &[u8], bug: Option<usize>, less: u64)
where
    P: Protocol<State: Debug>,
{
    let search = || explore(P::new(bounds, bug)).levels_max(18);
    let plain = search().run(&mut |_| {});
    let packed = search().packed(packing::<P>()).run(&mut |_| {});
    assert_eq!(plain.end, packed.end);
    assert_eq!(plain.progress.generated, packed.progress.generated);
    assert_eq!(plain.progress.distinct, packed.progress.distinct);
    assert_eq!(plain.findings, packed.findings);
    let (packed, plain) = (packed.progress.memory, plain.progress.memory);
    assert!(packed * less < plain, "{packed} for {plain}");
}

#[test]
fn what_is_packed_is_found_no_other() {
    is_found_no_other::<Raft>(&[3, 2, 1, 1, 0, 0, 1, 0, 0], None, 3);
    is_found_no_other::<Raft>(&[3, 3, 2, 1, 1, 0, 0, 0, 0], Some(5), 3);
    is_found_no_other::<Isr>(&[3, 2, 1, 1, 1, 1], None, 2);
    is_found_no_other::<Isr>(&[3, 2, 2, 1, 1, 1], Some(2), 2);
    is_found_no_other::<Swim>(&[3, 1, 2, 1], None, 1);
    is_found_no_other::<Swim>(&[3, 1, 1, 1], Some(0), 1);
}

/// So many bytes wait for each state where so many do.
fn wait<P: Protocol>(bounds: &[u8], states: usize) -> u64 {
    let model = P::new(bounds, None);
    let look = Look { model: &model, least: Some(Renamed::least), packing: Some(packing::<P>()) };
    let mut search = Search::new(look, 2);
    while search.frontier() < states {
        assert!(search.batch(), "{} states wait", search.frontier());
    }
    (search.bytes() - search.visited.bytes()) / search.frontier() as u64
}

#[test]
fn a_state_that_waits_takes_at_most_100_bytes() {
    let usual = |bounds: &[crate::reference::protocol::Bound]| {
        bounds.iter().map(|bound| bound.usual).collect::<Vec<_>>()
    };
    let raft = wait::<Raft>(&usual(Raft::BOUNDS), 100_000);
    let isr = wait::<Isr>(&usual(Isr::BOUNDS), 10_000);
    let swim = wait::<Swim>(&[4, 2, 2, 1], 10_000);
    for each in [raft, isr, swim] {
        assert!(each <= 100, "{raft} {isr} {swim}");
    }
}
