//! Scenarios: schedules that expect things of their runs, each shipped with a target. A name comes
//! in; the runs that it stands for go out, and what became of them.

use super::Cli;
use super::args;
use super::check::hunt;
use super::console::{Console, Exit, Trouble};
use super::json::{CheckObject, SceneObject};
use super::program::Program;
use super::target::Entry;
use super::wishes::Wishes;
use crate::check::{Checked, Kept, Outcome};
use crate::error::Error;
use crate::explain::{count, labelled};

/// What stands before a scenario's name.
pub(super) const PREFIX: &str = "scenario:";

/// A scenario that is shipped with a target.
pub(super) struct Scene {
    /// Its own name: `leader-crash`.
    pub(super) name: String,
    /// The target that it was written for.
    pub(super) target: String,
    /// The schedule; what it is about stands in the comments above.
    pub(super) text: String,
}

impl Scene {
    /// Its name on the command line.
    pub(super) fn full_name(&self) -> String {
        format!("{PREFIX}{}/{}", self.target, self.name)
    }

    /// What it is about: the first comment of its text.
    pub(super) fn sentence(&self) -> &str {
        let comments = self.text.lines().filter_map(|line| line.strip_prefix('#'));
        comments.map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
    }
}

/// A scenario on a target.
pub(super) struct Stage<'a> {
    pub(super) scene: &'a Scene,
    entry: &'a Entry,
    name: String,
}

impl Cli {
    /// The runs that a name stands for: `scenario:leader-crash` is the scenario of this name on
    /// each target that has one, `scenario:raft-rs/leader-crash` that of one target; with `on` it
    /// is run on that target instead.
    pub(super) fn stages<'a>(
        &'a self,
        asked: &str,
        on: Option<&str>,
        program: &Program,
    ) -> Result<Vec<Stage<'a>>, Trouble> {
        let name = asked.strip_prefix(PREFIX).unwrap_or(asked);
        let fits = |scene: &&Scene| {
            name == "all"
                || scene.name == name
                || format!("{}/{}", scene.target, scene.name) == name
        };
        let scenes: Vec<&Scene> = self.scenes.iter().filter(fits).collect();
        if scenes.is_empty() {
            let known: Vec<&str> = self.scenes.iter().map(|scene| scene.name.as_str()).collect();
            let near = crate::schedule::nearest(name, &known);
            let near = near.map(|near| format!(": did you mean `{PREFIX}{near}`?"));
            return Err(Trouble::misuse(format!(
                "unknown scenario `{}`{}\n`{}` shows all scenarios",
                name.escape_debug(),
                near.unwrap_or_default(),
                program.command("list")
            )));
        }
        scenes
            .into_iter()
            .map(|scene| {
                let entry = self.find(on.unwrap_or(&scene.target), program)?;
                let name = match on {
                    Some(on) => format!("{PREFIX}{}/{}", on, scene.name),
                    None => scene.full_name(),
                };
                Ok(Stage { scene, entry, name })
            })
            .collect()
    }
}

impl Stage<'_> {
    /// Runs it once, or its variations, and tells what became of it.
    pub(super) fn run(
        &self,
        asked: &args::Check,
        wishes: &Wishes,
        console: &mut Console<'_, '_>,
    ) -> Result<(CheckObject, Exit), Trouble> {
        let ran = if asked.vary {
            self.family(wishes, console)
        } else {
            self.entry.target.stage(&self.name, &self.scene.text, wishes).map(|staged| {
                let report = staged.checked.report.clone();
                let scene = SceneObject::staged(&self.scene.name, &staged);
                (staged.checked, report, scene)
            })
        };
        match ran {
            Ok((checked, report, scene)) => {
                console.say(report.trim_end())?;
                let exit = Exit::of(checked.outcome, &wishes.stop);
                Ok((CheckObject::new(&checked, None).of_scene(scene), exit))
            }
            Err(error) => {
                console.complain(&Error::within(error.clone(), &self.name).into());
                Ok((CheckObject::trouble(&self.name, &error), Exit::Misuse))
            }
        }
    }

    fn family(
        &self,
        wishes: &Wishes,
        console: &Console<'_, '_>,
    ) -> Result<(Checked, String, SceneObject), Error> {
        let target = self.entry.target.varied(&self.name, &self.scene.text)?;
        let sentence = self.scene.sentence().to_owned();
        let entry = Entry { name: self.name.clone(), sentence, mutant: None, target };
        let cases = wishes.cases.or(wishes.time.is_none().then_some(CASES));
        let wishes = Wishes { cases, saved_first: false, ..wishes.clone() };
        let mut checked = hunt(&entry, &wishes, console)?;
        checked.name.clone_from(&self.name);
        let kept = entry.target.kept(checked.seed, checked.tally.cases);
        let mut report = checked.report.trim_end().to_owned();
        if let Some(kept) = kept.as_ref().filter(|_| checked.outcome != Outcome::Fail) {
            report.push('\n');
            report.push_str(&told(kept));
        }
        report.push_str(&format!("\n  seed      {}", checked.seed));
        let scene = SceneObject::family(&self.scene.name, kept.as_ref());
        Ok((checked, report, scene))
    }
}

/// The target on which what has this name was run: that of a scenario, or itself.
pub(super) fn played_on(name: &str) -> &str {
    let scene = name.strip_prefix(PREFIX).and_then(|rest| rest.rsplit_once('/'));
    scene.map_or(name, |(target, _)| target)
}

/// Variations of a scenario that are run unless said otherwise.
const CASES: u64 = 1_000;

/// What the variations still expect.
fn told(kept: &Kept) -> String {
    let others = kept.cases - kept.whole;
    let always = match &kept.always[..] {
        [] => "nothing but the target's own properties".to_owned(),
        some => some.join("; "),
    };
    let text = format!(
        "all {} expectations in {} of {} cases; in the other {}, which have noise or further \
         faults: {always}",
        kept.expectations,
        count(kept.whole),
        count(kept.cases),
        count(others)
    );
    labelled("kept", &text, 6).join("\n")
}
