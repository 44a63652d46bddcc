//! Tests of Schism as its users see it, and of the house that it lives in. Each file is a module,
//! so that they link once.

use schism::check::Check;
use schism::{Io, Node, check};

mod bad_input;
mod canaries;
mod cli;
mod corpus;
mod coverage;
mod determinism;
mod faults;
mod first_pages;
mod golden;
mod handle;
mod history_howto;
mod howto;
mod measures;
mod model_howto;
mod nodes;
mod power;
mod regressions;
mod requests;
mod sabotage;
mod saved;
mod scenario_pages;
mod scenarios;
mod soundness;
mod stopped;
mod tidy;
mod weaker;

/// A check of so many cases that does not depend on the environment and saves nothing.
fn hunt<N: Node>(
    boot: impl Fn(&mut Io<N>) -> N + Send + Sync + 'static,
    name: &str,
    cases: u64,
) -> Check<N> {
    let mut check = check(boot).named(name).seed(7);
    let settings = check.settings();
    settings.effort.cases = cases;
    settings.save = None;
    settings.replay = None;
    check
}
