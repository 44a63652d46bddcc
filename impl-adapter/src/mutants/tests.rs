//! What holds of the list as a whole.

use super::cards;

#[test]
fn a_mutant_has_an_id_of_its_own() {
    let mut ids: Vec<&str> = cards().map(|card| card.id).collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
}
