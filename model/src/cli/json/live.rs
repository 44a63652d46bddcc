//! How a run on a real network went, as JSON.

use crate::cli::live::{Live, Witnessed};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(in crate::cli) struct LiveObject {
    over: String,
    speed: f64,
    seconds: f64,
    /// How late the latest timer was, or how long nodes stood still for a disk.
    late_us: u64,
    /// What is later than this says nothing of the nodes.
    stall_us: u64,
    sent: u64,
    arrived: u64,
    /// What was written: what it is, and where.
    files: BTreeMap<&'static str, String>,
}

impl LiveObject {
    pub(in crate::cli) fn new(seen: &Witnessed, live: &Live) -> LiveObject {
        let [sent, arrived] = seen.messages;
        let files = seen.files.iter();
        LiveObject {
            over: live.over.clone(),
            speed: live.speed,
            seconds: seen.lasted.as_secs_f64(),
            late_us: seen.late.as_micros() as u64,
            stall_us: seen.stall.as_micros() as u64,
            sent,
            arrived,
            files: files.map(|(what, file)| (*what, file.display().to_string())).collect(),
        }
    }
}
