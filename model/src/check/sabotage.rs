//! Would this test have noticed? A world that breaks one of its promises runs the same cases as the
//! hunt, and the test has to fail. What comes in is a check that held; what goes out is, for each
//! sabotage, the first case that noticed.
//!
//! A short pass shares a tenth of the hunt's cases between all of them: most are noticed within a
//! few cases, which leaves the rest to those that are not.

use super::settings::Settings;
use super::subject::{Ruling, Subject};
use crate::campaign::{self, Effort};
use crate::node::Node;
use crate::sabotage::{Noticed, Sabotage};
use crate::seed::Seed;
use std::sync::Arc;

/// How much of it is done.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Thoroughness {
    /// Nothing.
    Off,
    /// A tenth of a full hunt's cases, where all held.
    #[default]
    Short,
    /// For each sabotage as many cases as the hunt has.
    Full,
}

/// A short pass takes one in so many of the hunt's cases.
const SHARE: u64 = 10;
/// And hands them out in so many rounds.
const ROUNDS: u64 = 4;
/// A hunt that is limited in time only.
const CASES: u64 = 5_000;

impl<N: Node> Subject<N> {
    /// Looks which sabotages are noticed. `cases` is what the hunt did.
    pub(super) fn sabotaged(&self, settings: &Settings, seed: Seed, cases: u64) -> Vec<Noticed> {
        let claim = &self.shape.claim;
        let mut all: Vec<Noticed> = Sabotage::ALL.map(|what| Noticed::new(what, claim)).into();
        let (rounds, each) = match settings.sabotage {
            Thoroughness::Off => return Vec::new(),
            Thoroughness::Full => (1, settings.effort.limit().unwrap_or(CASES)),
            Thoroughness::Short => {
                (ROUNDS, (cases / SHARE / ROUNDS / Sabotage::ALL.len() as u64).max(1))
            }
        };
        let mut left = rounds * each * Sabotage::ALL.len() as u64;
        for round in 0.. {
            if settings.stop.asked() {
                // What was not asked to the end says nothing.
                return Vec::new();
            }
            let before = left;
            for one in &mut all {
                // What breaks no promise has had its turn after the first round.
                let open = one.case.is_none() && (round == 0 || (rounds > 1 && one.breaks));
                if open && left > 0 {
                    self.try_sabotage(one, each.min(left), settings, seed);
                    left -= each.min(left);
                }
            }
            if left == before || (rounds == 1 && round == 0) {
                break;
            }
        }
        all
    }

    /// Runs so many more cases of one sabotage, or up to the first that notices.
    fn try_sabotage(&self, one: &mut Noticed, cases: u64, settings: &Settings, seed: Seed) {
        let subject = Arc::new((self.clone(), settings.clone()));
        let (first, sabotage) = (one.tried, one.sabotage);
        let case = move |moot: &mut bool, number: u64| {
            let (subject, settings) = &*subject;
            let schedule = subject.generate(settings, seed.fork(first + number));
            let (ruling, broken) = subject.ruling_of_sabotaged(&schedule, sabotage);
            *moot &= broken == 0;
            matches!(ruling, Ruling::Broken(_))
        };
        let effort = Effort { cases, ..settings.effort };
        one.tried += cases;
        // A case that does not come to its end is no answer, and stops nothing else.
        let ran = campaign::run(&effort, &settings.stop, || true, case, &mut |_| {});
        if let Ok((moot, noticed)) = ran {
            one.moot &= moot.into_iter().all(|moot| moot);
            one.case = noticed.map(|number| first + number + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Checked, check};
    use crate::fault::Nemesis;
    use crate::node::{Event, Io};
    use crate::spec::kv::{Get, Put, PutGet};
    use std::collections::BTreeMap;
    use std::time::Duration;

    /// A store on one machine that refuses all until its timer has fired once.
    struct Store(BTreeMap<u64, u64>, bool);

    impl Store {
        fn boot(io: &mut Io<Store>) -> Store {
            io.after(Duration::from_millis(5), ());
            // What a crash left unsynced must not be relied on before it is durable.
            io.disk().sync("all");
            let bytes = io.disk().get("all").unwrap_or_default();
            let numbers: Vec<u64> = bytes
                .chunks_exact(8)
                .map(|bytes| bytes.iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte)))
                .collect();
            Store(numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect(), false)
        }
    }

    impl Node for Store {
        type Spec = PutGet;
        type Message = ();
        type Timer = ();
        type View = ();

        fn step(&mut self, event: Event<Self>, io: &mut Io<Self>) {
            match event {
                Event::Request { id, .. } if !self.1 => io.refused(id),
                Event::Request { id, op: Put(key, value) } => {
                    self.0.insert(key, value);
                    let numbers = self.0.iter().flat_map(|(key, value)| [*key, *value]);
                    let bytes: Vec<u8> = numbers.flat_map(u64::to_le_bytes).collect();
                    io.disk().put("all", &bytes);
                    io.disk().sync("all");
                    io.ok(id, None);
                }
                Event::Request { id, op: Get(key) } => io.ok(id, self.0.get(&key).copied()),
                Event::Timer(()) => self.1 = true,
                _ => {}
            }
        }

        fn view(&self) {}
    }

    fn checked(claim: Nemesis, thoroughness: Thoroughness) -> Checked {
        let mut check = check(Store::boot)
            .nodes(1)
            .survives(claim)
            .linearizable()
            .cases(300)
            .seed(1)
            .named("store");
        check.settings().save = None;
        check.settings().sabotage = thoroughness;
        check.try_run(&mut |_| {}).expect("a check that can be done")
    }

    #[test]
    fn what_a_claim_covers_is_noticed_and_what_it_leaves_out_is_not() {
        let claim = Nemesis::new().power_loss().crashes();
        let caught = |checked: &Checked| {
            checked.tally.sabotage.iter().map(|one| one.case.is_some()).collect::<Vec<_>>()
        };
        let with = checked(claim.clone(), Thoroughness::Full);
        assert_eq!(caught(&with), [true, true, true, true, false, true], "{}", with.report);
        let again = checked(claim, Thoroughness::Full);
        assert_eq!(again.tally.sabotage, with.tally.sabotage, "the same cases, the same first one");
        let without = checked(Nemesis::new().crashes(), Thoroughness::Full);
        assert_eq!(caught(&without), [false, false, true, true, false, true], "{}", without.report);
        let said = "sync does nothing: NOT NOTICED, the claim leaves power loss out";
        assert!(without.report.replace("\n            ", " ").contains(said), "{}", without.report);
    }

    #[test]
    fn a_short_pass_takes_a_tenth_of_the_cases_and_none_is_none() {
        let claim = Nemesis::new().power_loss();
        let short = checked(claim.clone(), Thoroughness::Short);
        assert!(short.tally.sabotage.iter().map(|one| one.tried).sum::<u64>() <= 30);
        assert!(short.report.contains("sabotage"), "{}", short.report);
        let off = checked(claim, Thoroughness::Off);
        assert!(off.tally.sabotage.is_empty() && !off.report.contains("sabotage"));
    }
}
