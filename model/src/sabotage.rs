//! Promises of the world that can be broken underneath a node, to see whether its test would
//! notice. What breaks is said here; how the world does it, and who looks, is not known.

use crate::fault::{Kind, Nemesis};
use std::fmt;

/// A promise that the world breaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Sabotage {
    /// A sync says yes and makes nothing durable.
    NoSync,
    /// Messages and answers do not wait for the sync in front of them, which is done a while later.
    EarlyAnswers,
    /// Each node that goes down finds its files as they were when it last came up.
    OldDisk,
    /// The first node comes up with an empty disk each time.
    Amnesia,
    /// Each message arrives twice.
    EveryMessageTwice,
    /// No timer ever fires.
    TimersNeverFire,
}

impl Sabotage {
    /// All of them, in the order in which they are told.
    pub const ALL: [Sabotage; 6] = [
        Sabotage::NoSync,
        Sabotage::EarlyAnswers,
        Sabotage::OldDisk,
        Sabotage::Amnesia,
        Sabotage::EveryMessageTwice,
        Sabotage::TimersNeverFire,
    ];

    /// What happens, in a few words: `sync does nothing`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Sabotage::NoSync => "sync does nothing",
            Sabotage::EarlyAnswers => "answers before the sync",
            Sabotage::OldDisk => "old files after a restart",
            Sabotage::Amnesia => "one node forgets all",
            Sabotage::EveryMessageTwice => "every message twice",
            Sabotage::TimersNeverFire => "timers never fire",
        }
    }

    /// Whether a promise is broken that a system needs in order to survive this claim. A test that
    /// cannot tell where it is not has nothing to notice.
    #[must_use]
    pub fn breaks(self, claim: &Nemesis) -> bool {
        let any = |kinds: &[Kind]| kinds.iter().any(|kind| claim.names(*kind));
        match self {
            Sabotage::NoSync | Sabotage::EarlyAnswers => claim.names(Kind::PowerLoss),
            Sabotage::OldDisk | Sabotage::Amnesia => {
                any(&[Kind::PowerLoss, Kind::Crashes, Kind::Stops, Kind::DiskErrors])
            }
            // No network promises that, and no claim can: it is a disturbance like others.
            Sabotage::EveryMessageTwice => false,
            Sabotage::TimersNeverFire => true,
        }
    }

    /// How a system is in which there is nothing to break.
    const fn moot(self) -> &'static str {
        match self {
            Sabotage::NoSync | Sabotage::EarlyAnswers => "no node syncs",
            Sabotage::OldDisk | Sabotage::Amnesia => "no node that went down had files",
            Sabotage::TimersNeverFire => "no node has timers",
            Sabotage::EveryMessageTwice => "no node sends messages",
        }
    }

    /// What is missing from a claim under which it breaks no promise.
    #[must_use]
    pub const fn needs(self) -> &'static str {
        match self {
            Sabotage::NoSync | Sabotage::EarlyAnswers => "power loss",
            Sabotage::OldDisk | Sabotage::Amnesia => "restarts",
            Sabotage::EveryMessageTwice | Sabotage::TimersNeverFire => "nothing",
        }
    }
}

/// What a test made of one sabotage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Noticed {
    /// What was broken.
    pub sabotage: Sabotage,
    /// Whether that breaks a promise which the claim relies on.
    pub breaks: bool,
    /// The first case that failed, from 1; `None` if none did.
    pub case: Option<u64>,
    /// Whether no case had anything to break: a node without files has no syncs.
    pub moot: bool,
    /// At most so many cases were run.
    pub tried: u64,
}

impl Noticed {
    /// Nothing has been tried yet.
    #[must_use]
    pub fn new(sabotage: Sabotage, claim: &Nemesis) -> Noticed {
        Noticed { sabotage, breaks: sabotage.breaks(claim), case: None, moot: true, tried: 0 }
    }
}

impl fmt::Display for Noticed {
    /// `sync does nothing: caught, case 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.sabotage.words();
        match (self.case, self.breaks, self.sabotage) {
            (Some(case), _, _) => write!(f, "{words}: caught, case {case}"),
            (None, true, sabotage) if self.moot => {
                write!(f, "{words}: nothing to break, {}", sabotage.moot())
            }
            (None, true, _) => write!(f, "{words}: NOT NOTICED in {} cases", self.tried),
            (None, false, Sabotage::EveryMessageTwice) => write!(f, "{words}: survived"),
            (None, false, sabotage) => {
                write!(f, "{words}: NOT NOTICED, the claim leaves {} out", sabotage.needs())
            }
        }
    }
}
