//! What was measured, as JSON. Times are in microseconds of virtual time, shares from 0 to 1.

use crate::measures::{Gossip, Measures, Spread};
use crate::time::micros;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(in crate::cli) struct MeasuresObject {
    runs: u64,
    time_us: u64,
    refused: f64,
    unknown: f64,
    latency: SpreadObject,
    /// Null where no node ever says that it leads.
    leaderless: Option<f64>,
    leaderless_max_us: Option<u64>,
    /// Null where no node tells of a group.
    group: Option<GossipObject>,
    /// By the word of each kind of fault that took hold.
    recovery: BTreeMap<&'static str, RecoveryObject>,
}

#[derive(Serialize)]
struct SpreadObject {
    count: u64,
    p50_us: u64,
    p90_us: u64,
    p99_us: u64,
    p99_9_us: u64,
    max_us: u64,
}

#[derive(Serialize)]
struct GossipObject {
    broadcasts: SpreadObject,
    deaths: SpreadObject,
    suspected: u64,
    believed_down: u64,
}

impl From<&Gossip> for GossipObject {
    fn from(group: &Gossip) -> GossipObject {
        GossipObject {
            broadcasts: (&group.broadcasts).into(),
            deaths: (&group.deaths).into(),
            suspected: group.suspected,
            believed_down: group.buried,
        }
    }
}

#[derive(Serialize)]
struct RecoveryObject {
    faults: u64,
    #[serde(flatten)]
    spread: SpreadObject,
}

impl From<&Measures> for MeasuresObject {
    fn from(measures: &Measures) -> MeasuresObject {
        let leaderless = measures.leaderless();
        MeasuresObject {
            runs: measures.runs,
            time_us: measures.time_us,
            refused: measures.refused(),
            unknown: measures.unknown(),
            latency: (&measures.latency).into(),
            leaderless,
            leaderless_max_us: leaderless.map(|_| micros(measures.leaderless_max)),
            group: measures.group.as_ref().map(GossipObject::from),
            recovery: measures
                .recovery
                .iter()
                .map(|(kind, one)| {
                    let spread = (&one.spread).into();
                    (kind.word(), RecoveryObject { faults: one.faults, spread })
                })
                .collect(),
        }
    }
}

impl From<&Spread> for SpreadObject {
    fn from(spread: &Spread) -> SpreadObject {
        let at = |percent| micros(spread.percentile(percent));
        SpreadObject {
            count: spread.count(),
            p50_us: at(50.0),
            p90_us: at(90.0),
            p99_us: at(99.0),
            p99_9_us: at(99.9),
            max_us: micros(spread.max()),
        }
    }
}
