//! A check that is walked in the browser instead of run: a schedule comes in, or what fails is
//! looked for, and the Explorer of its run goes out.

use super::Check;
use super::hunt::{Finding, Hunted};
use super::regressions::{Keeper, Replayed};
use crate::error::Error;
use crate::execute::Op;
#[cfg(feature = "cli")]
use crate::explore::Explorer;
use crate::explore::{Opened, Real};
use crate::node::Node;
use crate::persist::{self, Saved};
use crate::schedule::Schedule;
use std::fmt::Display;
use std::io::Write;

/// The page lists every link and offers every move.
const NODES_MAX: u32 = 9;
/// Where a browser is told to look, if nobody else is there.
const PORT: u16 = 3000;

impl<N: Node> Check<N> {
    /// Opens the Explorer on this port of loopback, at the failure of a saved schedule or, without
    /// one, at the start of a quiet run.
    #[cfg(feature = "cli")]
    pub(crate) fn walked(
        &self,
        saved: Option<&Saved>,
        nodes: Option<u32>,
        port: u16,
    ) -> Result<(Explorer, Opened), Error> {
        let schedule = match saved {
            Some(saved) => saved.text.parse()?,
            None => self.quiet(nodes),
        };
        let failed = |error| Error::new(format!("cannot listen on port {port}: {error}"));
        self.walk(schedule)?.open(&self.subject.name, port).map_err(failed)
    }

    /// A run in which nothing is asked and nothing goes wrong, but by the hand of who walks it.
    fn quiet(&self, nodes: Option<u32>) -> Schedule<Op<N>> {
        let shape = &self.subject.shape;
        let claim = shape.claim.clone();
        let nodes = nodes.unwrap_or(shape.nodes);
        Schedule { timing: shape.timing, claim, ..Schedule::new(nodes) }
    }

    fn walk(&self, schedule: Schedule<Op<N>>) -> Result<Real<N>, Error> {
        if !(1..=NODES_MAX).contains(&schedule.nodes) {
            let text = format!("{} nodes cannot be walked: at most {NODES_MAX}", schedule.nodes);
            return Err(Error::new(text));
        }
        Ok(Real::new(self.subject.clone(), schedule))
    }

    /// Serves the Explorer of what fails, until the process is ended.
    ///
    /// # Errors
    /// The check cannot be done, or there is no port to listen on.
    pub(super) fn explore(mut self) -> Result<(), Error> {
        self.settings.seed = Some(self.settings.base_seed());
        self.subject.prepare()?;
        let name = self.subject.name.clone();
        let schedule = match self.to_walk()? {
            Some(schedule) => schedule,
            None => self.quiet(None),
        };
        let opened = self.walk(schedule.clone())?.open(&name, PORT);
        let opened = match opened {
            Err(_) => self.walk(schedule)?.open(&name, 0),
            opened => opened,
        };
        let failed = |error| Error::new(format!("cannot listen: {error}"));
        let (explorer, Opened { broken, path }) = opened.map_err(failed)?;
        let address = format!("http://127.0.0.1:{}/", explorer.port().map_err(failed)?);
        match broken {
            Some(broken) => aloud(format_args!(
                "\n{name}: FAILED, {broken}\n  open      {address}\n  opens at  \
                 {address}#/steps/{path}\n  Ctrl-C ends"
            )),
            None => aloud(format_args!(
                "\n{name}: held\n  open      {address}\n  opens at the start of a quiet run; \
                 Ctrl-C ends"
            )),
        }
        explorer.serve().map_err(failed)
    }

    /// A schedule that fails: the one that was given, the first saved one that still does, or what
    /// a hunt finds, which is saved as ever.
    fn to_walk(&self) -> Result<Option<Schedule<Op<N>>>, Error> {
        let (subject, settings) = (&self.subject, &self.settings);
        if let Some(text) = &settings.replay {
            let read = Saved::parse(text).text.parse();
            return read.map(Some).map_err(|error: Error| error.within("SCHISM_REPLAY"));
        }
        if let Some(folder) = settings.save.as_ref().filter(|_| settings.saved_first) {
            for path in persist::saved(folder, &subject.name)? {
                let (result, ran) = subject.replay(&persist::read(&path)?);
                if let (Replayed::Same(_) | Replayed::Other(_), Some((schedule, _))) = (result, ran)
                {
                    return Ok(Some(schedule));
                }
            }
        }
        aloud(format_args!("\n{}: looking for a failure to walk", subject.name));
        let Hunted { seed, finding, .. } = subject.hunt(settings, &mut |_| {}, &mut |_, _| {})?;
        match finding {
            Finding::Failure(found) => {
                let origin = format!("case {} of seed {}", found.cost.case, seed.0);
                let mut keeper = Keeper::new(settings.save.as_deref());
                keeper.keep(&self.as_saved(&found.schedule, &found.violation, &origin));
                Ok(Some(found.schedule))
            }
            Finding::Nondeterminism { .. } => Err(Error::new(
                "the same schedule gave two different traces, so that no path can be walked twice",
            )),
            Finding::Nothing => Ok(None),
        }
    }
}

/// Says something where a person sees it: a test's prints are kept back until it has ended, and
/// this one does not end.
fn aloud(what: impl Display) {
    // Whom nobody hears has nobody to tell it to.
    let _ = writeln!(std::io::stderr(), "{what}");
}
