//! The rich record: every event with its cause, the node's own `tracing` events included. It is
//! made only in the second run of a schedule that failed, so nothing here may change what happens.

use crate::history::Moment;
use crate::id::NodeId;
use crate::trace::{Record, What};
use std::cell::RefCell;
use std::fmt::{Debug, Write};
use tracing::Dispatch;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Collects records where a run is rich; does nothing, and formats nothing, where it is lean.
pub(super) struct Rich {
    records: Option<Vec<Record>>,
}

impl Rich {
    pub(super) fn new(on: bool) -> Rich {
        Rich { records: on.then(Vec::new) }
    }

    #[inline]
    pub(super) fn is_on(&self) -> bool {
        self.records.is_some()
    }

    #[inline]
    pub(super) fn note(
        &mut self,
        at: Moment,
        cause: Option<u64>,
        node: Option<NodeId>,
        what: impl FnOnce() -> What,
    ) {
        if let Some(records) = &mut self.records {
            records.push(Record { at, cause, node, what: what() });
        }
    }

    pub(super) fn finish(self) -> Vec<Record> {
        self.records.unwrap_or_default()
    }
}

/// A value's `Debug` text on one line, cut where it grows long.
pub(super) fn brief(value: &impl Debug) -> String {
    let mut text = format!("{value:?}");
    if let Some((end, _)) = text.char_indices().nth(BRIEF_MAX) {
        text.truncate(end);
        text.push('…');
    }
    text
}

const BRIEF_MAX: usize = 240;

/// What a node logged during one event.
pub(super) struct Logged {
    pub(super) level: &'static str,
    pub(super) target: String,
    pub(super) text: String,
}

thread_local! {
    // A subscriber has to be shareable between threads; what it hears belongs to this one.
    static HEARD: RefCell<Vec<Logged>> = const { RefCell::new(Vec::new()) };
    // One for all events: a node's tasks may hold a span from one event to the next, and a
    // subscriber that did not open a span panics when it is to close it.
    static EAR: Dispatch = Dispatch::new(tracing_subscriber::registry().with(Ear));
}

/// Runs one event of a node and collects what it logs meanwhile.
pub(super) fn listen<R>(event: impl FnOnce() -> R) -> (R, Vec<Logged>) {
    HEARD.take();
    let result = EAR.with(|ear| tracing::dispatcher::with_default(ear, event));
    (result, HEARD.take())
}

struct Ear;

impl<S: Subscriber> Layer<S> for Ear {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let metadata = event.metadata();
        let heard = Logged {
            level: metadata.level().as_str(),
            target: line.target.unwrap_or_else(|| metadata.target().to_owned()),
            text: line.message + &line.fields,
        };
        HEARD.with_borrow_mut(|all| all.push(heard));
    }
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
    /// Where another logging library's event really comes from, told as the field `log.target`.
    target: Option<String>,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "log.target" => self.target = Some(format!("{value:?}").trim_matches('"').to_owned()),
            name => {
                // Writing to a string cannot fail.
                let _ = write!(self.fields, " {name}={value:?}");
            }
        }
    }
}
