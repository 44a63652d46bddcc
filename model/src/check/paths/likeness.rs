//! Which message of real nodes is the one that the model delivers: one of the model's and what real
//! ones say come in, the likest goes out.

use crate::execute::OnItsWay;
use crate::fact::Says;
use crate::id::NodeId;
use crate::reference::raft::{Body, Message};

/// The message on its way that is most like one of the model's, if any is like it at all.
pub(super) fn likest(message: &Message, waiting: &[OnItsWay]) -> Option<OnItsWay> {
    let link = (NodeId::at(message.from.into()), NodeId::at(message.to.into()));
    let alike = waiting.iter().filter(|one| (one.from, one.to) == link).filter_map(|one| {
        let (term, says) = one.says?;
        let like = if term == u64::from(message.term) { unlike(&message.body, says) } else { None };
        Some((like?, one))
    });
    // Of equals the first on its link.
    alike.min_by_key(|(unlike, _)| *unlike).map(|(_, one)| *one)
}

/// How much a real message of the same term differs; nothing where it means something else.
fn unlike(body: &Body, says: Says) -> Option<u8> {
    let differs = |differs: bool| Some(u8::from(differs));
    match (*body, says) {
        (Body::Vote { last, .. }, Says::Vote { last: real, .. }) => {
            differs(u64::from(last) != real)
        }
        (Body::Voted { granted }, Says::Voted { granted: real, .. }) => {
            (granted == real).then_some(0)
        }
        (Body::Append { prev, entry, commit, .. }, real) => {
            append((prev.into(), entry.is_some(), commit.into()), real)
        }
        (Body::Appended { upto }, Says::Appended { upto: real }) => {
            let upto = u64::from(upto);
            if real == upto { Some(0) } else { (real > upto).then_some(1) }
        }
        (Body::Refused { prev }, Says::Refused { prev: real }) => differs(u64::from(prev) != real),
        // That a term is over some libraries say in other words.
        (Body::Refused { .. }, Says::Appended { upto: 0 }) => Some(2),
        (Body::Refused { .. }, Says::Nothing) => Some(3),
        _ => None,
    }
}

fn append((prev, brings, commit): (u64, bool, u64), real: Says) -> Option<u8> {
    match real {
        Says::Append { prev: at, count, commit: known, .. } if at == prev => {
            if brings != (count > 0) {
                return None;
            }
            Some(u8::from(known != commit) + 2 * u8::from(count > 1))
        }
        // A batch that brings it among others.
        Says::Append { prev: at, count, .. } if brings && at < prev && prev < at + count => Some(4),
        Says::Heartbeat { commit: known } if !brings => Some(1 + u8::from(known != commit)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::raft::Entry;

    fn waiting(nth: u32, term: u64, says: Says) -> OnItsWay {
        OnItsWay { from: NodeId(1), to: NodeId(2), nth, says: Some((term, says)) }
    }

    #[test]
    fn the_likest_message_of_a_term_is_taken() {
        let append = |prev, count, commit| Says::Append { prev, prev_term: 0, count, commit };
        let all = [
            waiting(1, 1, append(0, 1, 0)),
            waiting(2, 2, append(1, 0, 1)),
            waiting(3, 2, append(1, 2, 1)),
            waiting(4, 2, append(1, 1, 0)),
            waiting(5, 2, append(1, 1, 1)),
            waiting(6, 2, Says::Heartbeat { commit: 1 }),
        ];
        let like = |term, prev, brings: bool, commit| {
            let entry = brings.then(Entry::default);
            let body = Body::Append { prev, prev_term: 0, entry, commit };
            likest(&Message { from: 0, to: 1, term, body }, &all).map(|one| one.nth)
        };
        assert_eq!(like(2, 1, true, 1), Some(5));
        assert_eq!(like(2, 1, false, 1), Some(2));
        assert_eq!(like(2, 2, true, 1), Some(3), "among others");
        assert_eq!(like(2, 2, false, 1), Some(6));
        assert_eq!(like(1, 0, true, 0), Some(1));
        assert_eq!(like(3, 1, true, 1), None, "of no other term");
    }
}
