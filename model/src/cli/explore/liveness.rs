//! `explore --liveness`: a protocol and wishes come in; whether something good happens again and
//! again goes out, with a run in which it does not as a way and what is repeated for ever.

use super::models::{Explored, Found, Judged, Way, Wishes};
use crate::explore::{End, Lasting, Live, Path, Progress, lasting_while};
use crate::reference::protocol::Protocol;
use std::time::Instant;

/// How many states are visited between two looks at the clock.
const OFTEN: u64 = 1 << 10;

#[expect(clippy::disallowed_methods, reason = "an exploration has a budget in real time")]
fn now() -> Instant {
    Instant::now()
}

pub(super) fn explore<P: Protocol>(
    live: &Live<P>,
    wishes: &Wishes,
    tell: &mut dyn FnMut(&Progress),
) -> Explored {
    let model = P::new(&wishes.bounds, wishes.bug);
    let started = now();
    let (mut end, mut last, mut visited) = (End::Complete, None, 0_u64);
    let found = lasting_while(&model, live, &mut |progress| {
        visited += 1;
        let due = visited % OFTEN == 1 || progress.frontier == 0;
        let time = if due { started.elapsed() } else { last.map_or_else(Default::default, time) };
        let progress = Progress { time, ..*progress };
        last = Some(progress);
        if due {
            tell(&progress);
        }
        end = if wishes.stop.asked() {
            End::Stopped
        } else if wishes.time.is_some_and(|most| time >= most) {
            End::Time
        } else if wishes.states.is_some_and(|most| progress.distinct > most) {
            End::States
        } else if wishes.levels.is_some_and(|most| progress.depth > most) {
            End::Levels
        } else {
            return true;
        };
        false
    });
    let found = match found {
        Lasting::Holds => Found::Holds,
        Lasting::Unknown => Found::Unknown,
        Lasting::Stays(path, cycle) => {
            end = End::Broken;
            told(&model, &path, &cycle)
        }
    };
    let progress = last.expect("somebody is told of the first state");
    Explored {
        model: P::NAME,
        bug: wishes.bug.map(|place| P::BUGS[place].0),
        bounds: P::BOUNDS.iter().map(|bound| bound.name).zip(wishes.bounds.clone()).collect(),
        symmetry: false,
        promise: Some(live.promise),
        end,
        progress: Progress { time: started.elapsed(), ..progress },
        properties: vec![Judged { name: live.name, found, rule: None }],
    }
}

fn time(progress: Progress) -> std::time::Duration {
    progress.time
}

fn told<P: Protocol>(
    model: &P,
    path: &Path<P::State, P::Action>,
    cycle: &[(P::Action, P::State)],
) -> Found {
    let words = |(action, _): &(P::Action, P::State)| model.format_action(action);
    let (steps, forever) = (path.steps.iter().map(words), cycle.iter().map(words));
    let way = Way {
        steps: steps.collect(),
        forever: Some(forever.collect()),
        places: path.places(model),
    };
    Found::Broken(way, format!("{:#?}", path.last()))
}
