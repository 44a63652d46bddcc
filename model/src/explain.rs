//! A counterexample and its trace come in, or a tally; the text that a person reads goes out.
//! Nothing here runs, judges or writes anything.
//!
//! A report answers, in this order: what failed, why, what happened, by which rule that is wrong,
//! how to see it again, how sure it is, and what to do next. It keeps to 80 columns and to fewer
//! than 60 lines, so that it fits on a screen without scrolling and into an issue without a file.

mod covered;
mod gather;
mod layout;
mod links;
mod measured;
mod members;
mod narrative;
mod pass;
mod paths;
mod picture;
mod rows;
mod scene;
mod scene_told;
mod story;
mod timeline;
mod words;

pub use covered::covered;
pub use measured::measured;
pub use pass::pass;
pub use paths::paths;
pub use scene_told::{expected, staged};
pub use story::story;
#[cfg(feature = "cli")]
pub(crate) use {
    layout::labelled, layout::wrap as wrapped, words::count, words::counted, words::duration,
};

use crate::counterexample::Counterexample;
use crate::node::Node;
use crate::trace::Trace;
#[cfg(not(feature = "cli"))]
use layout::labelled;
use layout::{WIDTH, cut, joined, shorten, wrap};
use scene::{OpOf, Scene};

/// The commands that a report ends with. Only such as work belong here.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Next {
    /// Runs it again on this machine.
    pub again: Option<String>,
    /// Runs it on another machine, without the saved file.
    pub elsewhere: Option<String>,
    /// Opens it in the Explorer.
    pub look: Option<String>,
    /// Shows the whole run, the nodes' own log included.
    pub log: Option<String>,
    /// Where it was saved.
    pub saved: Option<String>,
}

/// A report has fewer lines than this.
const LINES: usize = 60;
/// A picture with more lines is not understood at a glance.
const PICTURE_MAX: usize = 24;
/// A table below the sentences has no more lines.
const TABLE_MAX: usize = 20;
/// However long the rest is, the picture may have so many.
const PICTURE_MIN: usize = 8;

/// The report of a failure. `trace` is the rich one of the counterexample's schedule.
#[must_use]
pub fn failure<N: Node>(found: &Counterexample<OpOf<N>>, trace: &Trace<N>, next: &Next) -> String {
    let scene = Scene::new(found, trace);
    let headline = format!("{}: FAILED, {}", found.name, found.violation.headline);
    let mut above = shorten(wrap(&headline, WIDTH), 2, WIDTH);
    above.push(String::new());
    // Below the sentences there may be a table, which keeps its lines.
    let (why, table) = found.violation.why.split_once('\n').unwrap_or((&found.violation.why, ""));
    let why = shorten(wrap(why, WIDTH - 4), 7, WIDTH - 4);
    above.extend(why.iter().map(|line| format!("  {line}")));
    above.extend((!table.is_empty()).then(String::new));
    above.extend(table.lines().take(TABLE_MAX).map(|line| cut(&format!("    {line}"), WIDTH)));
    above.push(String::new());

    let mut below = vec![String::new()];
    below.extend(labelled("rule", &found.violation.rule, 4));
    below.extend(narrative::log(&scene));
    below.push(String::new());
    below.extend(narrative::steps(&found.schedule, &trace.steps, trace.hits.len()));
    below.extend(narrative::sure(found));
    below.extend(narrative::cost(found));
    below.extend(commands(next));

    let room = (LINES - 1).saturating_sub(above.len() + below.len());
    let room = room.clamp(PICTURE_MIN, PICTURE_MAX);
    let mut lines = above;
    lines.extend(picture::picture(&scene, room).iter().map(|line| cut(line, WIDTH)));
    lines.extend(below);
    joined(&lines)
}

/// What to type next. A command stays in one piece, however long it is.
fn commands(next: &Next) -> Vec<String> {
    let commands = [
        ("again", &next.again),
        ("elsewhere", &next.elsewhere),
        ("look", &next.look),
        ("log", &next.log),
        ("saved", &next.saved),
    ];
    let mut lines = vec![String::new()];
    for (label, command) in commands {
        lines.extend(command.as_ref().map(|command| format!("  {label:<10}{command}")));
    }
    lines
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tape;
#[cfg(test)]
mod tests;
