//! Ctrl-C comes in; a wish to stop goes out. ctrlc is named here alone.
//!
//! The first one lets the work come to an end and tell what it learnt; the second one ends the
//! process at once.

use crate::campaign::Stop;

/// The exit code of a process that this signal ended.
const INTERRUPTED: i32 = 130;

/// Lets Ctrl-C ask for the end.
pub(super) fn listen(stop: &Stop) {
    let stop = stop.clone();
    let heard = ctrlc::set_handler(move || {
        if stop.asked() {
            std::process::exit(INTERRUPTED);
        }
        stop.ask();
        eprintln!("\nstopping; what was learnt so far follows. Ctrl-C again ends at once");
    });
    // Where the signal belongs to somebody else it ends the process, as it does without us.
    let _ = heard;
}
