//! Turns a panic of the code under test into data: what it said and where, without printing it.

use crate::node::Runaway;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// How a call into the code under test ended, when it did not return.
pub(super) enum Crash {
    Panicked { message: String, location: String },
    Runaway,
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static LOCATION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The panic hook belongs to the whole process, so it is set once, and it passes on every panic
/// that does not come from inside [`call`].
static HOOK: Once = Once::new();

fn install() {
    HOOK.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            if GUARDED.get() {
                let place = info.location().map(|place| {
                    let file = place.file().rsplit(['/', '\\']).next().unwrap_or_default();
                    format!("{file}:{}", place.line())
                });
                LOCATION.set(place.unwrap_or_default());
            } else {
                previous(info);
            }
        }));
    });
}

/// Calls into the code under test.
#[inline]
pub(super) fn call<R>(code: impl FnOnce() -> R) -> Result<R, Crash> {
    install();
    GUARDED.set(true);
    // After a panic the node is thrown away and the run ends: nobody sees a broken invariant.
    let result = catch_unwind(AssertUnwindSafe(code));
    GUARDED.set(false);
    result.map_err(|payload| {
        if payload.is::<Runaway>() {
            return Crash::Runaway;
        }
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let message = text.or_else(|| payload.downcast_ref::<&str>().copied());
        Crash::Panicked {
            message: message.unwrap_or("a panic without a message").to_owned(),
            location: LOCATION.take(),
        }
    })
}
