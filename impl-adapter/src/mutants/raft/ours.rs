//! Mistakes that are easy to make in an adapter like ours, and one that is the library's own.

use super::{Card, Mutant, clients, disk, later, members, messages, snapshots};

/// The list.
pub(super) const OURS: &[Mutant] = &[
    Mutant {
        card: Card {
            id: "SM01",
            sentence: "what a restart reads back is not synced",
            caught_by: &[
                "reference: a vote never changes",
                "reference: a term never goes back",
                "reference: durable entries stay",
                "no panic",
                "linearizable",
                "available",
                "converges",
            ],
            nodes: 3,
            known_steps: 3,
            known: include_str!("../known/SM01.schedule"),
        },
        hooks: || Box::new(disk::ReadBackNotSynced),
    },
    Mutant {
        card: Card {
            id: "SM02",
            sentence: "a leader takes no write while a voter is silent",
            caught_by: &["available"],
            nodes: 3,
            known_steps: 2,
            known: include_str!("../known/SM02.schedule"),
        },
        hooks: || Box::new(clients::WaitsForAll),
    },
    Mutant {
        card: Card {
            id: "SM03",
            sentence: "a snapshot says that it holds one entry more than it does",
            caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 0,
            known: include_str!("../known/SM03.schedule"),
        },
        hooks: || Box::new(snapshots::OneTooFar),
    },
    Mutant {
        card: Card {
            id: "SM04",
            sentence: "a snapshot leaves the clients' sessions out",
            caught_by: &["reference", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 3,
            known: include_str!("../known/SM04.schedule"),
        },
        hooks: || Box::new(snapshots::WithoutSessions),
    },
    Mutant {
        card: Card {
            id: "SM05",
            sentence: "a read waits for one entry more than it must",
            caught_by: &["converges: no read succeeded after the calm"],
            nodes: 3,
            known_steps: 1,
            known: include_str!("../known/SM05.schedule"),
        },
        hooks: || Box::new(clients::OneMoreAwaited),
    },
    Mutant {
        card: Card {
            id: "SM06",
            sentence: "a restart forgets who was added and removed",
            caught_by: &[
                "reference: one configuration at an index",
                "reference",
                "no panic",
                "linearizable",
                "available",
                "converges",
            ],
            nodes: 5,
            known_steps: 2,
            known: include_str!("../known/SM06.schedule"),
        },
        hooks: || Box::new(members::ChangesForgotten),
    },
    Mutant {
        card: Card {
            id: "SM07",
            sentence: "a joint change needs only the new majority",
            caught_by: &[
                "reference: quorums intersect",
                "reference",
                "no panic",
                "linearizable",
                "available",
                "converges",
            ],
            nodes: 5,
            known_steps: 1,
            known: include_str!("../known/SM07.schedule"),
        },
        hooks: || Box::new(members::JointSkipped),
    },
    Mutant {
        card: Card {
            id: "SM08",
            sentence: "a change of voters does not wait for the one before it",
            caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
            nodes: 5,
            known_steps: 4,
            known: include_str!("../known/SM08.schedule"),
        },
        hooks: || Box::new(members::ManyAtOnce),
    },
    Mutant {
        card: Card {
            id: "SM09",
            sentence: "it is not saved that a change of voters is committed",
            caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 2,
            known: include_str!("../known/SM09.schedule"),
        },
        hooks: || Box::new(members::CommitNotKept),
    },
    Mutant {
        card: Card {
            id: "SM10",
            sentence: "what rests on a write that is synced later leaves at once",
            caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 0,
            known: include_str!("../known/SM10.schedule"),
        },
        hooks: || Box::new(later::AnswersLeaveAtOnce),
    },
    Mutant {
        card: Card {
            id: "SM11",
            sentence: "the library hears that a write is durable before its sync has ended",
            caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 0,
            known: include_str!("../known/SM11.schedule"),
        },
        hooks: || Box::new(later::DurableWhenWritten),
    },
    Mutant {
        card: Card {
            id: "SM12",
            sentence: "a sole voter stays in a joint configuration (a finding in the library)",
            caught_by: &["converges: no read succeeded after the calm"],
            nodes: 2,
            known_steps: 3,
            known: include_str!("../known/SM12.schedule"),
        },
        hooks: || Box::new(members::StaysAlone),
    },
    Mutant {
        card: Card {
            id: "SM13",
            sentence: "a write that the library has no room for is left lying",
            caught_by: &["available"],
            nodes: 3,
            known_steps: 3,
            known: include_str!("../known/SM13.schedule"),
        },
        hooks: || Box::new(clients::DroppedLeftLying),
    },
    Mutant {
        card: Card {
            id: "SM14",
            sentence: "a read waits until its entries are handed out, not until they are applied",
            caught_by: &["linearizable"],
            nodes: 3,
            known_steps: 3,
            known: include_str!("../known/SM14.schedule"),
        },
        hooks: || Box::new(clients::HandedOutIsApplied),
    },
    Mutant {
        card: Card {
            id: "SM15",
            sentence: "the end of a sync is taken for that of all writes since",
            caught_by: &["reference", "no panic", "linearizable", "available", "converges"],
            nodes: 3,
            known_steps: 3,
            known: include_str!("../known/SM15.schedule"),
        },
        hooks: || Box::new(later::SyncTakenForAll),
    },
    Mutant {
        card: Card {
            id: "SM16",
            sentence: "a snapshot is synced later, like all else (a finding in the library)",
            caught_by: &["no panic"],
            nodes: 3,
            known_steps: 5,
            known: include_str!("../known/SM16.schedule"),
        },
        hooks: || Box::new(snapshots::SyncedLater),
    },
    Mutant {
        card: Card {
            id: "SM17",
            sentence: "the first answer to a new leader carries the term before",
            caught_by: &["refines(raft): a message carries the term in which the node is"],
            nodes: 3,
            known_steps: 1,
            known: include_str!("../known/SM17.schedule"),
        },
        hooks: || Box::new(messages::TermOfBefore::default()),
    },
    Mutant {
        card: Card {
            id: "SM18",
            sentence: "a leader commits an older term's entry by counting who holds it",
            caught_by: &["refines(raft)", "reference", "no panic", "linearizable", "converges"],
            nodes: 2,
            known_steps: 4,
            known: include_str!("../known/SM18.schedule"),
        },
        hooks: || Box::new(messages::AnyTermCounted),
    },
    Mutant {
        card: Card {
            id: "SM19",
            sentence: "a follower refuses an append that contradicts its log, and keeps its entry",
            caught_by: &["refines(raft)", "available", "converges"],
            nodes: 3,
            known_steps: 3,
            known: include_str!("../known/SM19.schedule"),
        },
        hooks: || Box::new(messages::ComparedBehind),
    },
];
