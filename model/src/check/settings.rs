//! How much to try, and where to keep what is found. The `PROPTEST_*` variables keep their meaning;
//! Schism's own begin with `SCHISM_`.

use super::sabotage::Thoroughness;
use crate::campaign::{Effort, Stop};
use crate::seed::Seed;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::path::PathBuf;
use std::time::Duration;

/// What a check depends on besides the nodes. [`Settings::from_environment`] reads the variables;
/// what they say wins over what the code says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many cases, for how long, on how many threads.
    pub effort: Effort,
    /// Where the cases' seeds come from; chosen anew for each run where `None`.
    pub seed: Option<Seed>,
    /// The most candidates that shrinking may run; without it, it goes on to the fixed point.
    pub shrink_runs_max: Option<u64>,
    /// The most real time that shrinking may take; without it, it goes on to the fixed point.
    pub shrink_time_max: Option<Duration>,
    /// Where failures are saved; nowhere where `None`.
    pub save: Option<PathBuf>,
    /// Whether the failures that are saved there run before the hunt.
    pub saved_first: bool,
    /// A schedule to run instead of hunting.
    pub replay: Option<String>,
    /// Whoever asks this to stop gets a verdict on what was tried by then.
    pub stop: Stop,
    /// How thoroughly to find out whether the test would notice if the world broke its promises.
    pub sabotage: Thoroughness,
    /// The command to which a report adds the saved file, such as `schism replay`, where it is not
    /// `cargo test`.
    pub command: Option<String>,
    /// proptest's own, for its random generator.
    pub(super) proptest: Config,
    /// How many cases the check itself asks for.
    full: u64,
    cases_given: bool,
    seed_given: bool,
}

/// Cases of a check that says nothing of it.
const CASES: u64 = 5_000;

impl Settings {
    /// The variables' word, and defaults for the rest.
    #[must_use]
    pub fn from_environment() -> Settings {
        let given = |name| variable(name).is_some();
        // proptest reads its own variables, and warns of those that it cannot read.
        let config = Config { failure_persistence: None, ..Config::default() };
        let (runs, time) = (config.max_shrink_iters, config.max_shrink_time);
        let cases_given = given("PROPTEST_CASES");
        let seed = match config.rng_seed {
            RngSeed::Fixed(seed) => Some(Seed(seed)),
            RngSeed::Random => None,
        };
        Settings {
            effort: Effort {
                cases: if cases_given { config.cases.into() } else { CASES },
                time: None,
                jobs: 0,
            },
            seed,
            shrink_runs_max: given("PROPTEST_MAX_SHRINK_ITERS").then_some(runs.into()),
            shrink_time_max: given("PROPTEST_MAX_SHRINK_TIME")
                .then(|| Duration::from_millis(time.into())),
            save: super::regressions::folder(),
            saved_first: true,
            replay: variable("SCHISM_REPLAY"),
            sabotage: match variable("SCHISM_SABOTAGE").as_deref() {
                None => Thoroughness::Short,
                Some("0") => Thoroughness::Off,
                Some(_) => Thoroughness::Full,
            },
            stop: Stop::default(),
            command: None,
            full: CASES,
            seed_given: seed.is_some(),
            cases_given,
            proptest: config,
        }
    }

    pub(super) fn default_cases(&mut self, cases: u64) {
        self.full = cases;
        if !self.cases_given {
            self.effort.cases = cases;
        }
    }

    pub(super) fn default_seed(&mut self, seed: u64) {
        if !self.seed_given {
            self.seed = Some(Seed(seed));
        }
    }

    /// Whether a hunt of so many cases did all that the check asks for.
    pub(super) fn is_full(&self, cases: u64) -> bool {
        cases >= self.full
    }

    /// Whether a hunt of so many cases is followed by a look at sabotage.
    pub(super) fn asks_sabotage(&self, cases: u64) -> bool {
        match self.sabotage {
            Thoroughness::Off => false,
            Thoroughness::Short => self.is_full(cases),
            Thoroughness::Full => true,
        }
    }

    /// The seed of this run.
    pub(super) fn base_seed(&self) -> Seed {
        self.seed.unwrap_or_else(|| {
            use proptest::prelude::Rng;
            // Short enough to be typed again.
            Seed(u64::from(TestRunner::new(self.proptest.clone()).rng().next_u32()))
        })
    }
}

/// An environment variable that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "drivers read the environment, and only they")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
