//! The scenarios that are shipped, as data: a target, a name, and the schedule's text. What is
//! expected of a system under which trouble stands in the files; whether it comes true is for the
//! command and for tests to say.

/// One scenario.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// The target that it is for.
    pub target: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The schedule, below a comment that says what it is about.
    pub text: &'static str,
}

/// The scenarios of a target, each from the file of its name.
macro_rules! scenarios {
    ($target:literal: $($name:literal),+ $(,)?) => {
        &[$(Scenario {
            target: $target,
            name: $name,
            text: include_str!(concat!("../scenarios/", $target, "/", $name, ".schedule")),
        }),+]
    };
}

const RAFT_RS: &[Scenario] = scenarios!("raft-rs":
    "clean-partition",
    "asymmetric-partition",
    "flapping-partition",
    "cascading-failures",
    "network-congestion",
    "leader-isolation",
    "follower-isolation",
    "minority-partition",
    "leader-crash",
    "follower-crash",
    "rolling-restart",
    "full-restart",
    "stale-rejoin",
);

const FOCA: &[Scenario] = scenarios!("foca":
    "clean-partition",
    "asymmetric-partition",
    "flapping-partition",
    "cascading-failures",
    "network-congestion",
    "minority-partition",
    "member-crash",
    "rolling-restart",
    "full-restart",
    "stale-rejoin",
);

/// All scenarios, target by target.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    RAFT_RS.iter().chain(FOCA)
}

/// The scenario of this name for this target.
#[must_use]
pub fn find(target: &str, name: &str) -> Option<&'static Scenario> {
    all().find(|scenario| scenario.target == target && scenario.name == name)
}
