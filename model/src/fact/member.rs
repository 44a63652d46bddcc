//! What a member of a group says of itself and of the others, in the words of SWIM: plain data that
//! comes from an implementation and goes to the reference, with its text both ways.
//!
//! The one idea: a member is known by its node and by a generation. A node that comes back from
//! being down, or from a crash, has a new generation, and what was said of the old one says nothing
//! of it.

use crate::id::NodeId;
use std::fmt;
use std::str::FromStr;

/// One thing that a member says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Member {
    /// The node is a member by this generation from now on, and announces itself until somebody
    /// answers. Told before the first message that carries it. What a node believes of others is
    /// gone with its process, and with what it told as [`Member::Left`].
    Joined {
        /// Higher than all that the node had before.
        generation: u64,
    },
    /// The node is no member any more, by its own will.
    Left,
    /// The node has come to believe this of another. Told at each change.
    Believes {
        /// Of whom.
        of: NodeId,
        /// By which generation.
        generation: u64,
        /// How it is.
        standing: Standing,
        /// In which incarnation.
        incarnation: u64,
    },
    /// The node has heard that it is suspected, and answers with this incarnation from now on. Told
    /// before the first message that carries it.
    Refutes {
        /// Higher than all that its generation had before.
        incarnation: u64,
    },
    /// What a member broadcast has come to this node; told by the one that broadcasts as well.
    Heard {
        /// What.
        value: u64,
    },
    /// The node has sent so many messages since it told this last, at least so many milliseconds
    /// ago.
    Sent {
        /// How many.
        messages: u64,
        /// In so long, in milliseconds.
        within_ms: u64,
    },
}

/// How a member is believed to be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Standing {
    /// It answers.
    Alive,
    /// It did not answer, neither directly nor through others.
    Suspect,
    /// It did not refute the suspicion in time, or it left.
    Down,
}

impl Standing {
    /// Whether a member that stands so is still counted as one.
    #[must_use]
    pub const fn is_active(self) -> bool {
        !matches!(self, Standing::Down)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Standing::Alive => "alive",
            Standing::Suspect => "suspect",
            Standing::Down => "down",
        })
    }
}

impl fmt::Display for Member {
    /// `believes n2.1 suspect (incarnation 3)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Member::Joined { generation } => write!(f, "joins as generation {generation}"),
            Member::Left => f.write_str("leaves"),
            Member::Believes { of, generation, standing, incarnation } => {
                write!(f, "believes {of}.{generation} {standing} (incarnation {incarnation})")
            }
            Member::Refutes { incarnation } => write!(f, "refutes with incarnation {incarnation}"),
            Member::Heard { value } => write!(f, "hears {value}"),
            Member::Sent { messages, within_ms } => {
                write!(f, "sent {messages} messages in {within_ms} ms")
            }
        }
    }
}

const FORMS: &str = "expected `joins as generation 1`, `leaves`, `believes n2.1 suspect \
                     (incarnation 3)`, `refutes with incarnation 4`, `hears 81` or `sent 7 \
                     messages in 100 ms`";

impl FromStr for Member {
    type Err = String;

    fn from_str(text: &str) -> Result<Member, String> {
        read(text).ok_or_else(|| FORMS.to_owned())
    }
}

fn read(text: &str) -> Option<Member> {
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(match words[..] {
        ["joins", "as", "generation", n] => Member::Joined { generation: n.parse().ok()? },
        ["leaves"] => Member::Left,
        ["believes", whom, standing, "(incarnation", n] => {
            let (of, generation) = whom.strip_prefix('n')?.split_once('.')?;
            Member::Believes {
                of: NodeId(of.parse().ok()?),
                generation: generation.parse().ok()?,
                standing: match standing {
                    "alive" => Standing::Alive,
                    "suspect" => Standing::Suspect,
                    "down" => Standing::Down,
                    _ => return None,
                },
                incarnation: n.strip_suffix(')')?.parse().ok()?,
            }
        }
        ["refutes", "with", "incarnation", n] => Member::Refutes { incarnation: n.parse().ok()? },
        ["hears", n] => Member::Heard { value: n.parse().ok()? },
        ["sent", messages, "messages", "in", ms, "ms"] => {
            Member::Sent { messages: messages.parse().ok()?, within_ms: ms.parse().ok()? }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_member_says_reads_back_as_it_is_written() {
        let believes = |standing| Member::Believes {
            of: NodeId(12),
            generation: 3,
            standing,
            incarnation: 65_535,
        };
        for said in [
            Member::Joined { generation: 4_097 },
            Member::Left,
            believes(Standing::Alive),
            believes(Standing::Suspect),
            believes(Standing::Down),
            Member::Refutes { incarnation: 1 },
            Member::Heard { value: 81 },
            Member::Sent { messages: 7, within_ms: 100 },
        ] {
            assert_eq!(said.to_string().parse(), Ok(said));
        }
        assert_eq!(
            believes(Standing::Suspect).to_string(),
            "believes n12.3 suspect (incarnation 65535)"
        );
        assert_eq!("believes n12 alive".parse::<Member>(), Err(FORMS.to_owned()));
    }
}
