//! Raft as a model that runs are held against: what it refuses is put into words here. What it
//! refuses is for [`Conformance`] to know.

use super::{Departure, Followed, Model, before};
use crate::fact::{Entry, Fact, Told};
use crate::reference::raft::Role;
use crate::reference::raft::conform::{Conformance, MINDS_MAX, Mind, NODES_MAX, Refused, Stop};

/// Raft, in runs without bounds: terms, votes, logs, commits and messages of any number.
#[derive(Clone, Copy, Default, Debug)]
pub struct Raft;

impl Model for Raft {
    fn name(&self) -> &str {
        "raft"
    }

    fn follows(&self, nodes: u32, facts: &[Told]) -> Followed {
        if nodes > NODES_MAX {
            return Followed::Unknown(format!("at most {NODES_MAX} nodes are held against raft"));
        }
        if is_silent(facts) {
            let text = "no node tells which messages it sends, so nothing is held against raft";
            return Followed::Unknown(text.to_owned());
        }
        let mut run = Conformance::new(nodes);
        for told in facts {
            match run.step(told) {
                Ok(()) => {}
                Err(Stop::Refused(refused)) => {
                    return Followed::UpTo(Box::new(departure(&refused)));
                }
                Err(Stop::TooMany(node)) => {
                    let text = format!("{node} may be in more than {MINDS_MAX} states of raft");
                    return Followed::Unknown(text);
                }
            }
        }
        Followed::ToTheEnd
    }
}

/// Whether no node ever stands for election: in a run with a calm end somebody does, so they do not
/// speak the model's words.
fn is_silent(facts: &[Told]) -> bool {
    !facts.iter().any(|told| matches!(told.fact, Fact::Stands { .. }))
}

fn departure(refused: &Refused) -> Departure {
    let Told { node, time, fact, .. } = refused.told;
    let did = did(&fact);
    let why = format!(
        "{node} {did} at {time}, and the model does not: {}. {}",
        refused.guard,
        before(refused.accepted)
    );
    let mut nodes = vec![node];
    if let Fact::Sent { to: other, .. } | Fact::Handled { from: other, .. } = fact {
        nodes.push(other);
    }
    Departure {
        told: refused.told,
        guard: refused.guard.sentence().to_owned(),
        source: refused.guard.source().to_owned(),
        headline: format!("{node} {did}: no step of Raft"),
        why,
        table: table(refused),
        nodes,
    }
}

/// What a fact says that its node did.
fn did(fact: &Fact) -> String {
    match fact {
        Fact::Booted { applied, log_last } => {
            format!("came up with a log to {log_last}, applied {applied}")
        }
        Fact::Term { term, vote: Some(vote) } => format!("voted for {vote} in t{term}"),
        Fact::Term { term, vote: None } => format!("entered t{term}"),
        Fact::Appended { index, entry } => format!("wrote entry {index} of t{}", entry.term),
        Fact::Elected { term } => format!("led t{term}"),
        Fact::Committed { index } => format!("took {index} for committed"),
        Fact::Applied { index, entry, .. } => format!("applied entry {index} of t{}", entry.term),
        Fact::Acked { request, .. } => format!("acknowledged {request}"),
        Fact::Configured { index, .. } => format!("went by the configuration of {index}"),
        Fact::Snapshot { index, .. } => format!("made a snapshot to {index}"),
        Fact::Stands { term } => format!("stood for t{term}"),
        Fact::Took { index, entry } => format!("took entry {index} of t{}", entry.term),
        Fact::Sent { to, term, says } => format!("sent {to} \"t{term} {says}\""),
        Fact::Handled { from, term, says } => format!("handled \"t{term} {says}\" of {from}"),
        Fact::Own { name, .. } => format!("did {name}"),
        Fact::Member(said) => format!("said that it {said}"),
    }
}

/// The model beside the implementation, then what the model may do.
fn table(refused: &Refused) -> Vec<String> {
    let node = refused.told.node;
    let mut lines = vec![format!("{:<10}{:<20}{:<20}", "", "the model", format!("{node} told"))];
    for (name, model, told) in fields(refused) {
        let mark = if told != "-" && told != model { "  <- differs" } else { "" };
        lines.push(format!("{name:<10}{model:<20}{told:<20}{mark}").trim_end().to_owned());
    }
    if refused.minds > 1 {
        lines.push(format!("(one of {} states in which it may be)", refused.minds));
    }
    for step in &refused.actions {
        let near = if step.nearest { "  <- nearest" } else { "" };
        let line = match step.guard {
            None => format!("could     {}{near}", step.action),
            Some(guard) => format!("not       {}: {guard}{near}", step.action),
        };
        lines.push(line);
    }
    lines
}

/// What can be compared: its name, in the model, and as it was told, the refused fact included.
fn fields(refused: &Refused) -> Vec<(&'static str, String, String)> {
    let Refused { model, shown, told, .. } = refused;
    let vote = |vote: Option<crate::NodeId>| vote.map_or("nobody".to_owned(), |n| n.to_string());
    let log = |log: &[Entry]| match log.last() {
        Some(last) => format!("to {}, t{}", log.len(), last.term),
        None => "empty".to_owned(),
    };
    let (mut term, mut commit) = (shown.term, shown.commit);
    let mut theirs = log(&shown.log);
    let mut voted = vote(shown.vote);
    let mut role = match (shown.leads, shown.leads == Some(shown.term)) {
        (Some(term), true) => format!("led t{term}"),
        _ => "-".to_owned(),
    };
    match told.fact {
        Fact::Sent { term: of, says, .. } => {
            term = of;
            if let crate::fact::Says::Vote { last, last_term, .. } = says {
                theirs = format!("to {last}, t{last_term}");
            }
        }
        Fact::Stands { term: of } | Fact::Elected { term: of } => {
            term = of;
            role = format!(
                "{} t{of}",
                if matches!(told.fact, Fact::Elected { .. }) { "led" } else { "stood for" }
            );
        }
        Fact::Term { term: of, vote: whom } => (term, voted) = (of, vote(whom)),
        Fact::Committed { index } | Fact::Applied { index, .. } => commit = commit.max(index),
        Fact::Appended { index, entry } | Fact::Took { index, entry } => {
            theirs = format!("to {index}, t{}", entry.term);
        }
        _ => {}
    }
    vec![
        ("term", model.term.to_string(), term.to_string()),
        ("vote", vote(model.vote), voted),
        ("role", part(model), role),
        ("log", log(&model.log), theirs),
        ("committed", model.commit.to_string(), commit.to_string()),
    ]
}

fn part(model: &Mind) -> String {
    match model.role {
        Role::Leader => format!("led t{}", model.term),
        Role::Candidate => format!("stood for t{}", model.term),
        Role::Follower => "follows".to_owned(),
    }
}
