//! `--paths`: the words behind it come in, the bounds of the model whose paths are followed go out.

use crate::reference::protocol::Protocol;
use crate::reference::raft::coverage::Coverage;
use crate::reference::raft::{Bounds, Raft};

/// Those of the bounds that paths may have: nothing else is done by hand.
const NAMES: [&str; 5] = ["nodes", "terms", "requests", "messages", "restarts"];

/// Reads bounds such as `terms:2,requests:1`; what is not named stays as the table has it.
pub(super) fn bounds(text: &str) -> Result<Bounds, String> {
    let mut bounds = Coverage::BOUNDS;
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let wrong = || {
            let names = NAMES.join(", ");
            format!("expected a list such as terms:2,requests:1; the bounds are {names}")
        };
        let (name, number) = word.split_once(':').ok_or_else(wrong)?;
        let number: u8 = number.trim().parse().map_err(|_| wrong())?;
        let name = NAMES.into_iter().find(|known| *known == name.trim()).ok_or_else(wrong)?;
        let limits = Raft::BOUNDS.iter().find(|bound| bound.name == name);
        let (least, most) = limits.map_or((0, u8::MAX), |bound| (bound.least, bound.most));
        if !(least..=most).contains(&number) {
            return Err(format!("{name}: expected from {least} to {most}"));
        }
        match name {
            "nodes" => bounds.nodes = number,
            "terms" => bounds.terms = number,
            "requests" => bounds.requests = number,
            "messages" => bounds.messages = number,
            _ => bounds.restarts = number,
        }
    }
    Ok(bounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_paths_are_those_of_the_table_unless_said() {
        assert_eq!(bounds(""), Ok(Coverage::BOUNDS));
        let less = Bounds { terms: 2, requests: 1, ..Coverage::BOUNDS };
        assert_eq!(bounds("terms:2, requests:1"), Ok(less));
        for wrong in ["terms", "terms:x", "terms:0", "terms:7", "snapshots:1", "nodes:6"] {
            assert!(bounds(wrong).is_err(), "{wrong}");
        }
    }
}
