//! `list`: what is registered comes in; readable columns go out, or JSON.

use super::Cli;
use super::args;
use super::console::{Console, Exit, Trouble};
use super::explore::models;
use super::json::{Sink, VERSION};
use crate::fault::Kind;
use crate::figure::WORDS;
use crate::reference::Clause;
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct Everything {
    version: u32,
    targets: Vec<TargetRow>,
    mutants: Vec<MutantRow>,
    scenarios: Vec<ScenarioRow>,
    faults: Vec<FaultRow>,
    properties: Vec<PropertyRow>,
    figures: Vec<FigureRow>,
    models: Vec<ModelRow>,
}

#[derive(Serialize)]
struct ModelRow {
    name: &'static str,
    sentence: &'static str,
    bounds: Vec<BoundRow>,
    bugs: Vec<BugRow>,
}

#[derive(Serialize)]
struct BoundRow {
    name: &'static str,
    sentence: &'static str,
    usual: u8,
    least: u8,
    most: u8,
}

#[derive(Serialize)]
struct BugRow {
    name: &'static str,
    sentence: &'static str,
}

#[derive(Serialize)]
struct TargetRow {
    name: String,
    sentence: String,
    nodes: u32,
    survives: String,
    properties: Vec<String>,
}

#[derive(Serialize)]
struct MutantRow {
    id: String,
    target: String,
    sentence: String,
    caught_by: Vec<String>,
    known_steps: usize,
}

#[derive(Serialize)]
struct ScenarioRow {
    name: String,
    target: String,
    sentence: String,
}

#[derive(Serialize)]
struct FaultRow {
    word: &'static str,
    sentence: &'static str,
}

#[derive(Serialize)]
struct FigureRow {
    word: &'static str,
    sentence: &'static str,
}

#[derive(Serialize)]
struct PropertyRow {
    name: String,
    sentence: String,
    clauses: Vec<ClauseRow>,
}

#[derive(Serialize)]
struct ClauseRow {
    name: &'static str,
    sentence: &'static str,
    source: &'static str,
}

pub(super) fn list(
    cli: &Cli,
    asked: &args::List,
    console: &mut Console<'_, '_>,
) -> Result<Exit, Trouble> {
    let everything = everything(cli);
    let sink = Sink::open(asked.json.as_deref(), console)?;
    if asked.json.as_deref() != Some(Path::new("-")) {
        console.say(&everything.to_text())?;
    }
    sink.write(&everything, console)?;
    Ok(Exit::Held)
}

fn everything(cli: &Cli) -> Everything {
    let mut list = Everything {
        version: VERSION,
        targets: Vec::new(),
        mutants: Vec::new(),
        scenarios: cli
            .scenes
            .iter()
            .map(|scene| ScenarioRow {
                name: scene.full_name(),
                target: scene.target.clone(),
                sentence: scene.sentence().to_owned(),
            })
            .collect(),
        faults: Kind::ALL
            .iter()
            .map(|kind| FaultRow { word: kind.word(), sentence: kind.sentence() })
            .collect(),
        properties: Vec::new(),
        figures: WORDS.map(|(word, sentence)| FigureRow { word, sentence }).into(),
        models: model_rows(),
    };
    for entry in &cli.entries {
        let properties = entry.target.properties();
        for name in &properties {
            if list.properties.iter().all(|row| row.name != *name) {
                list.properties.push(property(name));
            }
        }
        match &entry.mutant {
            Some(mutant) => list.mutants.push(MutantRow {
                id: mutant.id.clone(),
                target: entry.name.clone(),
                sentence: entry.sentence.clone(),
                caught_by: mutant.caught_by.clone(),
                known_steps: mutant.known_steps,
            }),
            None => list.targets.push(TargetRow {
                name: entry.name.clone(),
                sentence: entry.sentence.clone(),
                nodes: entry.target.nodes(),
                survives: entry.target.claim().to_string(),
                properties,
            }),
        }
    }
    list
}

fn model_rows() -> Vec<ModelRow> {
    let row = |model: &dyn super::explore::Modelled| ModelRow {
        name: model.name(),
        sentence: model.sentence(),
        bounds: model
            .bounds()
            .iter()
            .map(|bound| BoundRow {
                name: bound.name,
                sentence: bound.sentence,
                usual: bound.usual,
                least: bound.least,
                most: bound.most,
            })
            .collect(),
        bugs: model.bugs().iter().map(|&(name, sentence)| BugRow { name, sentence }).collect(),
    };
    models().iter().map(|model| row(&**model)).collect()
}

fn property(name: &str) -> PropertyRow {
    let sentence = match name {
        "no panic" => "no node panics",
        "terminates" => "each event and each run comes to an end",
        "reference" => "what nodes tell fits the reference model; its clauses:",
        "linearizable" => "clients see what one copy of the data would have shown them",
        "available" => "a leader with nothing in its way ends each write within the bound",
        "scenario" => "what a schedule expects of its run comes true",
        "converges" => "once all is well again, a write succeeds and all nodes apply it",
        _ if name.starts_with("refines(") => "each step of a run is one of this model's",
        _ if name.starts_with("within ") => "this figure of each run stays within its bound",
        _ => "the target's own",
    };
    let clauses: &[Clause] = if name == "reference" { &Clause::ALL } else { &[] };
    let row = |clause: &Clause| ClauseRow {
        name: clause.name(),
        sentence: clause.statement(),
        source: clause.source(),
    };
    PropertyRow {
        name: name.to_owned(),
        sentence: sentence.to_owned(),
        clauses: clauses.iter().map(row).collect(),
    }
}

impl Everything {
    fn to_text(&self) -> String {
        let mut text = String::new();
        section(
            &mut text,
            "targets",
            self.targets.iter().map(|row| {
                let nodes = crate::explain::counted(row.nodes.into(), "node");
                [row.name.clone(), nodes, row.sentence.clone()]
            }),
        );
        section(
            &mut text,
            "mutants, known-bad variants",
            self.mutants.iter().map(|row| {
                let caught = row.caught_by.join(", ");
                let steps = crate::explain::counted(row.known_steps as u64, "step");
                [row.target.clone(), steps, format!("{}\n  caught by {caught}", row.sentence)]
            }),
        );
        section(
            &mut text,
            "scenarios, what is expected under which trouble",
            self.scenarios.iter().map(|row| [row.name.clone(), row.sentence.clone()]),
        );
        section(
            &mut text,
            "faults, the words of --nemesis",
            self.faults.iter().map(|row| [row.word.to_owned(), row.sentence.to_owned()]),
        );
        section(
            &mut text,
            "properties",
            self.properties.iter().map(|row| {
                let clauses = row.clauses.iter().map(|clause| format!("\n  {}", clause.name));
                [row.name.clone(), format!("{}{}", row.sentence, clauses.collect::<String>())]
            }),
        );
        section(
            &mut text,
            "figures, the words of --within",
            self.figures.iter().map(|row| [row.word.to_owned(), row.sentence.to_owned()]),
        );
        let lines = |model: &ModelRow| {
            let bounds = model.bounds.iter().map(|bound| {
                let BoundRow { name, usual, sentence, .. } = bound;
                format!("\n  {name}:{usual}  {sentence}")
            });
            let bugs = model.bugs.iter().map(|bug| format!("\n  {}  {}", bug.name, bug.sentence));
            let bounds: String = bounds.collect();
            let bugs: String = bugs.collect();
            format!("{}\nbounds, and what they are unless said{bounds}\nbugs{bugs}", model.sentence)
        };
        let rows = self.models.iter().map(|model| [model.name.to_owned(), lines(model)]);
        section(&mut text, "models, whose every state `explore` visits", rows);
        text
    }
}

/// A heading and its rows, in even columns. Further lines of the last column stand below it.
fn section<const N: usize>(text: &mut String, name: &str, rows: impl Iterator<Item = [String; N]>) {
    let rows: Vec<[String; N]> = rows.collect();
    if rows.is_empty() {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(name);
    text.push('\n');
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..N - 1).filter_map(width).collect();
    for row in &rows {
        let mut start = 2;
        let mut line = String::from("  ");
        for (cell, &width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:<width$}  "));
            start += width + 2;
        }
        let below = format!("\n{:start$}", "");
        line.push_str(&fitted(&row[N - 1], WIDTH.saturating_sub(start)).replace('\n', &below));
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// A terminal's usual width.
const WIDTH: usize = 80;

/// Lines no longer than `width`; what goes on in another is set in as far as the one it belongs to.
fn fitted(text: &str, width: usize) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let wrapped = crate::explain::wrapped(line.trim_start(), width.saturating_sub(indent));
        lines.extend(wrapped.into_iter().map(|part| format!("{:indent$}{part}", "")));
    }
    lines.join("\n")
}
