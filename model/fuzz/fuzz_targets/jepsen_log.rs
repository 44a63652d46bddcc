//! Any bytes as a history in the format `jepsen-log`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| schism_fuzz::judge("jepsen-log", bytes));
