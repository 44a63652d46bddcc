//! Any bytes as a history in the format `interval-rows`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| schism_fuzz::judge("interval-rows", bytes));
