//! Any bytes as a history in the format `json-lines`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| schism_fuzz::judge("json-lines", bytes));
