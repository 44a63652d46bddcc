//! Scenarios on real networks: what is to be played comes in by names and options; what whoever can
//! play it made of it goes out. No socket is known here, and no target's type.
//!
//! The one idea: a program that can run its targets on real sockets says so once, with a function.
//! `check --live` asks that function instead of the simulation, and shows what comes back as it
//! shows any other scenario's run.

use super::console::{Console, Exit, Trouble};
use super::history::write::registers::registers;
use super::history::write::{Manner, write};
use super::json::{CheckObject, LiveObject, SceneObject};
use super::scenes::Stage;
use crate::campaign::Stop;
use crate::check::Staged;
use crate::error::Error;
use crate::explain::labelled;
use crate::figure::Limit;
use crate::history::History;
use crate::spec::Spec;
use std::path::PathBuf;
use std::time::Duration;

/// A scenario that is to be played on a real network.
#[derive(Clone, Debug)]
pub struct Play {
    /// On which target: `foca`, `mutant:PM10`.
    pub target: String,
    /// What reports call it: `scenario:foca/clean-partition`.
    pub name: String,
    /// The schedule, as the file has it.
    pub text: String,
}

/// How scenarios are to be played on real networks.
#[derive(Clone, Debug)]
pub struct Live {
    /// On which sockets: `udp` or `tcp`.
    pub over: String,
    /// So much faster than the scenario says, with nodes that are as much faster.
    pub speed: f64,
    /// So many at one time; 0 for as many as there are cores.
    pub jobs: usize,
    /// What comes from a run is written below this folder; `None` for nowhere.
    pub save: Option<PathBuf>,
    /// Figures that carry a bound besides.
    pub limits: Vec<Limit>,
    /// Whether runs are held against Raft's model besides.
    pub refines: bool,
    /// Whoever asks it to stop gets what is known by then.
    pub stop: Stop,
}

/// What a scenario came to on a real network.
#[derive(Clone, PartialEq, Debug)]
pub struct Witnessed {
    /// The verdict, and what became of what was expected.
    pub staged: Staged,
    /// How long it took.
    pub lasted: Duration,
    /// How late the latest timer was, or how long nodes stood still for a disk.
    pub late: Duration,
    /// What is later than this says nothing of the nodes.
    pub stall: Duration,
    /// Messages sent, and those that came in.
    pub messages: [u64; 2],
    /// What was written: what it is, and where.
    pub files: Vec<(&'static str, PathBuf)>,
}

/// Plays scenarios, and tells what became of each, by its place, as soon as it is known.
pub(super) type Player =
    dyn Fn(&[Play], &Live, &mut dyn FnMut(usize, Result<Witnessed, Error>)) + Send + Sync;

/// The operations of a history on registers, as JSON lines that `schism history` and other checkers
/// read, and how many there are; `None` where there are none.
#[must_use]
pub fn recorded<S: Spec>(history: &History<S>) -> Option<(String, usize)> {
    let (history, _) = registers(history);
    let count = history.operations.len();
    (count > 0).then(|| (write(&history, Manner::JsonLines, &|_| None), count))
}

/// Plays all of these, and shows what became of them in their order.
pub(super) fn play(
    player: &Player,
    stages: &[&Stage<'_>],
    live: &Live,
    console: &mut Console<'_, '_>,
) -> Result<(Vec<CheckObject>, Exit), Trouble> {
    let plays: Vec<Play> = stages.iter().map(|stage| stage.play()).collect();
    let mut known: Vec<Option<Result<Witnessed, Error>>> = plays.iter().map(|_| None).collect();
    let (mut objects, mut worst, mut broken) = (Vec::new(), Exit::Held, None);
    player(&plays, live, &mut |place, result| {
        known[place] = Some(result);
        // They are shown in the order in which they were asked for.
        while let Some(result) = known.get_mut(objects.len()).and_then(Option::take) {
            let place = objects.len();
            match show(stages[place], &plays[place], result, live, place > 0, console) {
                Ok((object, exit)) => {
                    objects.push(object);
                    worst = worst.max(exit);
                }
                Err(trouble) => {
                    broken.get_or_insert(trouble);
                    live.stop.ask();
                    return;
                }
            }
        }
    });
    broken.map_or(Ok((objects, worst)), Err)
}

fn show(
    stage: &Stage<'_>,
    play: &Play,
    result: Result<Witnessed, Error>,
    live: &Live,
    apart: bool,
    console: &mut Console<'_, '_>,
) -> Result<(CheckObject, Exit), Trouble> {
    match result {
        Ok(seen) => {
            if apart {
                console.say("")?;
            }
            console.say(&report(&seen, live))?;
            let exit = Exit::of(seen.staged.checked.outcome, &live.stop);
            let scene = SceneObject::staged(&stage.scene.name, &seen.staged);
            let object = CheckObject::new(&seen.staged.checked, None).of_scene(scene);
            Ok((object.of_live(LiveObject::new(&seen, live)), exit))
        }
        Err(error) => {
            console.complain(&Error::within(error.clone(), &play.name).into());
            Ok((CheckObject::trouble(&play.name, &error), Exit::Misuse))
        }
    }
}

/// The report, with how the run was made.
fn report(seen: &Witnessed, live: &Live) -> String {
    let mut text = seen.staged.checked.report.trim_end().to_owned();
    let faster = if live.speed == 1.0 {
        String::new()
    } else {
        format!(", all times divided by {}", live.speed)
    };
    let [sent, arrived] = seen.messages;
    let over = live.over.to_uppercase();
    let ms = |time: Duration| time.as_micros().div_ceil(1_000);
    let seconds = seen.lasted.as_secs_f64();
    let lines = [
        (
            "live",
            format!("over {over}, {seconds:.1} s{faster}; {sent} messages sent, {arrived} arrived"),
        ),
        (
            "host",
            format!(
                "nodes waited for it for {} ms at most; where that is more than {} ms, nobody can \
                 tell whether they were in time",
                ms(seen.late),
                ms(seen.stall)
            ),
        ),
    ];
    for line in lines.iter().flat_map(|(label, line)| labelled(label, line, 3)) {
        text.push('\n');
        text.push_str(&line);
    }
    for (what, file) in &seen.files {
        text.push_str(&format!("\n  {what:<10}{}", file.display()));
    }
    text
}
