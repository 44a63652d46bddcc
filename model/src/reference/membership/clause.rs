//! The sentences that hold of a group of members, and why something said was refused.

use crate::fact::Told;

/// What must hold of a group. The first six contradict something said before; the others take time
/// and faults into account, and are for the judge to say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Clause {
    /// A node that comes back has a generation that it never had before.
    NamesAreNew,
    /// What is believed of a member never goes back to an earlier generation or incarnation.
    NeverBack,
    /// Nobody but a member itself raises its incarnation.
    OwnIncarnation,
    /// A refutation has a higher incarnation than the suspicion.
    RefutesHigher,
    /// Who is down stays down.
    DownStaysDown,
    /// A suspicion that was refuted is not held.
    RefutedIsNotHeld,
    /// Who answers is not declared down.
    LiveIsNotDown,
    /// Who is gone is declared down by all.
    GoneIsDown,
    /// News of a death spread.
    NewsSpread,
    /// A broadcast reaches all who stay connected.
    BroadcastsReachAll,
    /// No member floods the network.
    LoadIsBounded,
    /// When all is well again, all members agree on who is one.
    AllAgree,
}

impl Clause {
    /// All clauses.
    pub const ALL: [Clause; 12] = [
        Clause::NamesAreNew,
        Clause::NeverBack,
        Clause::OwnIncarnation,
        Clause::RefutesHigher,
        Clause::DownStaysDown,
        Clause::RefutedIsNotHeld,
        Clause::LiveIsNotDown,
        Clause::GoneIsDown,
        Clause::NewsSpread,
        Clause::BroadcastsReachAll,
        Clause::LoadIsBounded,
        Clause::AllAgree,
    ];

    /// Its name: `who is down stays down`. Those that the protocol model has it shares with it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Clause::NamesAreNew => "who comes back has a new name",
            Clause::NeverBack => "incarnations never go back",
            Clause::OwnIncarnation => "only a member raises its incarnation",
            Clause::RefutesHigher => "a refutation has a higher incarnation",
            Clause::DownStaysDown => "who is down stays down",
            Clause::RefutedIsNotHeld => "a refuted suspicion is not held",
            Clause::LiveIsNotDown => "who answers is not declared down",
            Clause::GoneIsDown => "who is gone is declared down",
            Clause::NewsSpread => "news of a death spread",
            Clause::BroadcastsReachAll => "broadcasts reach all who stay connected",
            Clause::LoadIsBounded => "no member floods the network",
            Clause::AllAgree => "all members agree in the end",
        }
    }

    /// What a correct system does, as a sentence.
    #[must_use]
    pub const fn statement(self) -> &'static str {
        match self {
            Clause::NamesAreNew => {
                "A member that was down comes back by a name that it never had before"
            }
            Clause::NeverBack => {
                "Of two things heard of a member the one of the higher incarnation is believed"
            }
            Clause::OwnIncarnation => "Nobody but a member itself raises its incarnation",
            Clause::RefutesHigher => {
                "A suspicion is refuted by an incarnation that is higher than its own"
            }
            Clause::DownStaysDown => "A member that was declared down never comes back",
            Clause::RefutedIsNotHeld => {
                "A member that refutes a suspicion in time is believed to be alive"
            }
            Clause::LiveIsNotDown => {
                "A member that runs, and whose messages arrive, is not declared down: eventual \
                 accuracy"
            }
            Clause::GoneIsDown => {
                "Each failure is detected by all other members within a bounded time: strong \
                 completeness"
            }
            Clause::NewsSpread => {
                "What one member has found out spreads to all by messages that go out anyway"
            }
            Clause::BroadcastsReachAll => {
                "What is gossiped reaches every member within a number of periods that grows with \
                 the logarithm of their number"
            }
            Clause::LoadIsBounded => {
                "The messages that a member sends in a period do not grow with what goes wrong"
            }
            Clause::AllAgree => {
                "Once the network is calm, every member believes of each other what is so"
            }
        }
    }

    /// Where that is said.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Clause::NamesAreNew => "foca, Identity::renew; SWIM, section 4.2",
            Clause::NeverBack
            | Clause::OwnIncarnation
            | Clause::RefutesHigher
            | Clause::DownStaysDown => "SWIM, section 4.2",
            Clause::RefutedIsNotHeld => "SWIM, section 4.2; Lifeguard, the buddy system",
            Clause::LiveIsNotDown => "SWIM, sections 2 and 4.2; Lifeguard, on false positives",
            Clause::GoneIsDown => "SWIM, sections 2 and 4.3",
            Clause::NewsSpread | Clause::BroadcastsReachAll => "SWIM, section 4.1",
            Clause::LoadIsBounded => "SWIM, sections 2 and 3",
            Clause::AllAgree => "SWIM, section 2, after Chandra and Toueg 1996",
        }
    }
}

/// Something said that cannot be true together with what was said before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The broken clause.
    pub clause: Clause,
    /// What was said.
    pub told: Told,
    /// The generation or incarnation that it contradicts.
    pub before: u64,
}

impl Refusal {
    #[cold]
    pub(super) const fn of(clause: Clause, told: &Told, before: u64) -> Refusal {
        Refusal { clause, told: *told, before }
    }
}
