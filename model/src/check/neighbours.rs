//! A schedule comes in; schedules that are nearly the same go out, as many as are asked for. It
//! must not know how they run, nor what they are wanted for.
//!
//! A failure that was mended for one timing alone comes back when a step moves a little. So each
//! neighbour differs in a step or two: moved in time, left out, done twice, or done to another; or
//! in what is not written down, the seeds and the noise. Neighbour *n* depends on the seed and on
//! *n* alone, and the steps take turns, so that none is left out.

use crate::fault::{Kind, Target};
use crate::id::{ClientId, NodeId};
use crate::schedule::{Action, Anchor, Noise, Schedule, Step, When};
use crate::seed::{Draws, Ratio, Seed};
use crate::shrink::keeps_meaning;
use std::time::Duration;

/// How likely each change is, in the order of [`Vicinity::change`].
const WEIGHTS: [u64; 6] = [6, 2, 2, 3, 1, 1];

/// A schedule, and the roles that a step of it can point at.
#[derive(Clone)]
pub(super) struct Vicinity<Op> {
    pub(super) centre: Schedule<Op>,
    pub(super) roles: Vec<String>,
}

impl<Op: Clone + PartialEq> Vicinity<Op> {
    /// The neighbour of this number.
    pub(super) fn neighbour(&self, number: u64, seed: Seed) -> Schedule<Op> {
        let mut draws = seed.fork(number).draws();
        let mut schedule = self.centre.clone();
        let steps = schedule.steps.len() as u64;
        self.change(&mut schedule, number.checked_rem(steps), &mut draws);
        while draws.chance(1, 3) {
            let steps = schedule.steps.len() as u64;
            let step = (steps > 0).then(|| draws.below(steps));
            self.change(&mut schedule, step, &mut draws);
        }
        if !keeps_meaning(&self.centre, &schedule) {
            // What is expected under other trouble is another expectation.
            schedule.clone_from(&self.centre);
        }
        if schedule == self.centre {
            // A step was moved nowhere, or was given to whom it was about.
            chance(&mut schedule, &mut draws);
        }
        schedule
    }

    /// Changes one step, or without one what is not written as steps.
    fn change(&self, schedule: &mut Schedule<Op>, step: Option<u64>, draws: &mut Draws) {
        let Some(step) = step.and_then(|step| usize::try_from(step).ok()) else {
            return chance(schedule, draws);
        };
        match draws.weighted(&WEIGHTS) {
            0 => moved(&mut schedule.steps[step].when, draws),
            1 => {
                let keep: Vec<bool> = (0..schedule.steps.len()).map(|at| at != step).collect();
                *schedule = schedule.retain(&keep);
            }
            2 => doubled(schedule, step, draws),
            3 => self.retarget(schedule, step, draws),
            4 => noise(schedule, draws),
            _ => chance(schedule, draws),
        }
    }

    /// Lets a step be about another node or role, come from another client, or wait for another.
    fn retarget(&self, schedule: &mut Schedule<Op>, step: usize, draws: &mut Draws) {
        let nodes = schedule.nodes;
        let Step { when, action } = &mut schedule.steps[step];
        let mut names = match action {
            Action::Request { client, to, .. } => {
                if draws.chance(1, 3) {
                    *client = ClientId(draws.below(CLIENTS) as u32);
                    return;
                }
                vec![to]
            }
            Action::Fault(_) | Action::Load(_) => action.targets_mut(),
            // What is expected of others is another expectation.
            Action::Expect(_) => return chance(schedule, draws),
        };
        if let When::On(Anchor::Elected(Some(who)) | Anchor::Down(who), _) = when
            && (names.is_empty() || draws.chance(1, 4))
        {
            *who = NodeId::at(draws.below(nodes.into()) as usize);
            return;
        }
        let names_len = names.len() as u64;
        let name = names.get_mut(draws.below(names_len) as usize);
        match name {
            Some(name) => **name = self.somebody(nodes, draws),
            // A step about nobody, such as `heal`, can still come at another time.
            None => moved(when, draws),
        }
    }

    fn somebody(&self, nodes: u32, draws: &mut Draws) -> Target {
        match draws.pick(&self.roles) {
            Some(role) if draws.chance(1, 3) => Target::Role(role.clone()),
            _ => NodeId::at(draws.below(nodes.into()) as usize).into(),
        }
    }
}

/// From how many clients a request may come instead.
const CLIENTS: u64 = 4;

/// Moves a step: by milliseconds as often as by up to half a second, which is what separates one
/// message from the next, and one election from the next.
fn moved(when: &mut When, draws: &mut Draws) {
    let most = *draws.pick(&[2, 20, 100, 500]).unwrap_or(&20);
    let by = Duration::from_micros(draws.between(1, most * 1_000));
    let earlier = draws.chance(1, 2);
    match when {
        When::At(time) if earlier => *time = *time - by,
        When::At(time) => *time = *time + by,
        When::After(delay) | When::On(_, delay) if earlier && !delay.is_zero() => {
            *delay = delay.saturating_sub(by);
        }
        When::After(delay) | When::On(_, delay) => *delay += by,
    }
}

/// Does a step once more, soon after; those that wait for a later step go on waiting for it.
fn doubled<Op: Clone>(schedule: &mut Schedule<Op>, step: usize, draws: &mut Draws) {
    let when = When::After(Duration::from_millis(draws.below(50)));
    let again = Step { when, action: schedule.steps[step].action.clone() };
    for later in &mut schedule.steps[step + 1..] {
        if let When::On(Anchor::Acked(of) | Anchor::Answered(of), _) = &mut later.when
            && *of > step
        {
            *of += 1;
        }
    }
    schedule.steps.insert(step + 1, again);
}

/// Lets the nodes draw anew.
fn chance<Op>(schedule: &mut Schedule<Op>, draws: &mut Draws) {
    schedule.seed = Seed(draws.below(1 << 16));
}

/// Other noise, as far as the claim allows any.
fn noise<Op>(schedule: &mut Schedule<Op>, draws: &mut Draws) {
    if !schedule.claim.names(Kind::Loss) && !schedule.claim.names(Kind::Delays) {
        return chance(schedule, draws);
    }
    let of = *draws.pick(&[20, 40, 100]).unwrap_or(&40);
    schedule.noise = Some(Noise { seed: Seed(draws.below(1 << 16)), rate: Ratio::new(1, of) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::kv::Op;
    use std::collections::BTreeSet;

    fn vicinity(text: &str) -> Vicinity<Op> {
        let centre = text.parse().expect("the test's own schedule can be read");
        Vicinity { centre, roles: vec!["leader".to_owned()] }
    }

    const FOUR: &str = "nodes 3  quiet  survives crashes partitions loss
        @10ms c0 -> n1 put k1 7
        @acked 1 +5ms isolate n1
        @elected n2 crash n3
        @answered 1 c1 -> leader get k1";

    /// The first neighbours, each once.
    fn some(text: &str) -> BTreeSet<String> {
        let near = vicinity(text);
        (0..2_000).map(|n| near.neighbour(n, Seed(7)).to_string()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_neighbours_and_each_can_be_read_again() {
        let near = vicinity(FOUR);
        for number in 0..500 {
            let one = near.neighbour(number, Seed(7));
            assert_eq!(one, near.neighbour(number, Seed(7)));
            assert_eq!(one.to_string().parse(), Ok(one.clone()), "{one}");
        }
    }

    #[test]
    fn each_step_is_moved_dropped_doubled_and_retargeted() {
        let all = some(FOUR);
        assert!(all.len() > 1_300, "of 2,000 only {} differ", all.len());
        let near = |words: &str| all.iter().any(|text| text.contains(words));
        for words in ["put k1 7", "isolate n1", "crash n3", "get k1"] {
            assert!(all.iter().any(|text| !text.contains(words)), "{words} is never dropped");
            assert!(all.iter().any(|text| text.matches(words).count() > 1), "{words}: not twice");
        }
        for words in ["-> n3  put k1 7", "isolate leader", "crash n1", "-> n1  get k1", "noise"] {
            assert!(near(words), "{words} is nowhere");
        }
        assert!(near("@elected n3 ") && near("c2 -> n1  put k1 7"));
    }

    #[test]
    fn who_waits_for_a_step_goes_on_waiting_for_it_when_one_before_is_doubled() {
        let mut near = vicinity("nodes 1\n@1ms heal\n@2ms c0 -> n1 get k1\n@acked 2 heal");
        doubled(&mut near.centre, 0, &mut Seed(1).draws());
        let whens: Vec<When> = near.centre.steps.iter().map(|step| step.when).collect();
        assert_eq!(whens[3], When::On(Anchor::Acked(2), Duration::ZERO));
    }

    #[test]
    fn of_a_schedule_without_steps_only_chance_changes() {
        let near = vicinity("nodes 3  quiet");
        let one = near.neighbour(3, Seed(1));
        assert!(one.steps.is_empty() && one.seed != near.centre.seed, "{one}");
    }
}
