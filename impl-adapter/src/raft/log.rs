//! What the library logs through `slog` comes in, `tracing` events go out.
//!
//! The one idea: where nobody listens, a record costs one load and one comparison. The hunt runs
//! without a subscriber; a failing schedule is run again with one.

use slog::{Drain, KV, Key, Level, Logger, Never, OwnedKVList, Record, Serializer};
use std::fmt::{self, Write};
use tracing::level_filters::LevelFilter;

/// A logger for the library.
pub fn logger() -> Logger {
    Logger::root(ToTracing, slog::o!())
}

struct ToTracing;

impl Drain for ToTracing {
    type Ok = ();
    type Err = Never;

    #[inline]
    fn log(&self, record: &Record<'_>, _inherited: &OwnedKVList) -> Result<(), Never> {
        if listened_to(record.level()) {
            emit(record);
        }
        Ok(())
    }

    #[inline]
    fn is_enabled(&self, level: Level) -> bool {
        listened_to(level)
    }
}

#[inline]
fn listened_to(level: Level) -> bool {
    tracing_level(level) <= LevelFilter::current()
}

#[inline]
const fn tracing_level(level: Level) -> tracing::Level {
    match level {
        Level::Critical | Level::Error => tracing::Level::ERROR,
        Level::Warning => tracing::Level::WARN,
        Level::Info => tracing::Level::INFO,
        Level::Debug => tracing::Level::DEBUG,
        Level::Trace => tracing::Level::TRACE,
    }
}

/// The library tells its own draw of an election timeout, which is random and never used.
const NOT_TRUE: &str = "reset election timeout";

#[cold]
fn emit(record: &Record<'_>) {
    let message = record.msg().to_string();
    if message.starts_with(NOT_TRUE) {
        return;
    }
    let mut fields = Fields(String::new());
    // What cannot be formatted is left out: a log line is no reason to fail.
    let _ = record.kv().serialize(record, &mut fields);
    let fields = fields.0;
    // The level of a tracing event is a constant of its place in the source.
    match record.level() {
        Level::Critical | Level::Error => tracing::error!(target: "raft", "{message}{fields}"),
        Level::Warning => tracing::warn!(target: "raft", "{message}{fields}"),
        Level::Info => tracing::info!(target: "raft", "{message}{fields}"),
        Level::Debug => tracing::debug!(target: "raft", "{message}{fields}"),
        Level::Trace => tracing::trace!(target: "raft", "{message}{fields}"),
    }
}

/// Fields as text: `, term=2, index=7`.
struct Fields(String);

impl Serializer for Fields {
    fn emit_arguments(&mut self, key: Key, value: &fmt::Arguments<'_>) -> slog::Result {
        write!(self.0, ", {key}={value}")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tracing::field::{Field, Visit};
    use tracing::{Event, Metadata, Subscriber, span};

    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<String>>>);

    struct Message(String);

    impl Visit for Message {
        fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
            if field.name() == "message" {
                self.0 = format!("{value:?}");
            }
        }
    }

    impl Subscriber for Heard {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            *metadata.level() <= tracing::Level::INFO
        }
        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }
        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn event(&self, event: &Event<'_>) {
            let mut message = Message(String::new());
            event.record(&mut message);
            let line = format!("{} {}", event.metadata().level(), message.0);
            self.0.lock().expect("no test panics while it holds this").push(line);
        }
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }

    #[test]
    fn records_become_events_of_their_level_with_their_fields() {
        let heard = Heard::default();
        tracing::subscriber::with_default(heard.clone(), || {
            let logger = logger();
            slog::info!(logger, "became leader at term {}", 2; "id" => 3);
            slog::warn!(logger, "stepped down");
            slog::trace!(logger, "not asked for");
        });
        let lines = heard.0.lock().expect("no test panics while it holds this");
        assert_eq!(*lines, ["INFO became leader at term 2, id=3", "WARN stepped down"]);
    }
}
