//! Why a fact was refused: the state of the model at the end of the longest accepted prefix, what
//! the node had told of itself by then, and what the model could have done instead, each with the
//! guard that forbids it. Plain data; a judge puts it into words.

use super::mind::{Due, Write};
use super::{Member, Mind};
use crate::fact::{Entry, Fact, Says, Told};
use crate::id::NodeId;
use crate::reference::raft::Role;
use crate::reference::raft::rules::{self, Guard};

/// What a node has told of itself.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Shown {
    /// Whether it ever came up.
    pub up: bool,
    /// Its durable term.
    pub term: u64,
    /// Its durable vote.
    pub vote: Option<NodeId>,
    /// The term that it was last elected to.
    pub leads: Option<u64>,
    /// Its durable log.
    pub log: Vec<Entry>,
    /// Up to where it knows the log to be committed.
    pub commit: u64,
    /// Up to where it has applied the log.
    pub applied: u64,
}

impl Shown {
    pub(super) const fn is_new(&self) -> bool {
        !self.up
    }

    /// The index of its last durable entry.
    pub(super) fn last(&self) -> u64 {
        self.log.len() as u64
    }

    /// Takes note of what was told.
    pub(super) fn note(&mut self, fact: &Fact) {
        match *fact {
            Fact::Term { term, vote } => (self.term, self.vote) = (term, vote),
            Fact::Elected { term } => self.leads = Some(term),
            Fact::Appended { index, entry } => {
                self.log.truncate(index as usize - 1);
                self.log.push(entry);
            }
            Fact::Committed { index } => self.commit = index,
            Fact::Applied { index, .. } => self.applied = index,
            _ => {}
        }
    }
}

/// A fact that the model does not tell.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The fact.
    pub told: Told,
    /// What forbids it.
    pub guard: Guard,
    /// How many facts of the run were accepted before.
    pub accepted: usize,
    /// The node in the model, after these.
    pub model: Mind,
    /// In how many states it might have been.
    pub minds: usize,
    /// The node by what it had told.
    pub shown: Shown,
    /// What the model may do there, and what it may not.
    pub actions: Vec<Possible>,
}

/// A step of the model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Possible {
    /// What it is: `stands for term 3`.
    pub action: String,
    /// What forbids it, if anything.
    pub guard: Option<Guard>,
    /// Whether it is the one that comes nearest to the refused fact.
    pub nearest: bool,
}

impl Refused {
    pub(super) fn new(member: &Member, told: &Told, guard: Guard, accepted: usize) -> Refused {
        let model = member.minds.first().cloned().unwrap_or_default();
        let actions = possible(member, &model, told, guard);
        let (minds, shown) = (member.minds.len(), member.told.clone());
        Refused { told: *told, guard, accepted, model, minds, shown, actions }
    }
}

/// Which of the model's steps tells a fact of this kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Stand,
    Lead,
    Take,
    Commit,
    Ask,
    Answer,
    Replicate,
    Handle,
    Write,
    Apply,
    Restart,
}

fn step_of(fact: &Fact) -> Step {
    match fact {
        Fact::Stands { .. } => Step::Stand,
        Fact::Elected { .. } => Step::Lead,
        Fact::Took { .. } => Step::Take,
        Fact::Committed { .. } | Fact::Configured { .. } | Fact::Snapshot { .. } => Step::Commit,
        Fact::Applied { .. } => Step::Apply,
        Fact::Handled { .. } => Step::Handle,
        Fact::Booted { .. } => Step::Restart,
        Fact::Sent { says: Says::Vote { .. }, .. } => Step::Ask,
        Fact::Sent { says, .. } => match says {
            Says::Append { .. }
            | Says::Heartbeat { .. }
            | Says::Snapshot { .. }
            | Says::Committed { .. } => Step::Replicate,
            _ => Step::Answer,
        },
        _ => Step::Write,
    }
}

fn possible(member: &Member, mind: &Mind, told: &Told, guard: Guard) -> Vec<Possible> {
    let near = if member.boot.is_some() { Step::Restart } else { step_of(&told.fact) };
    let mut all: Vec<(Step, String, Option<Guard>)> = vec![
        (Step::Stand, format!("stand for t{}", mind.term + 1), rules::stands(mind.role).err()),
        (
            Step::Lead,
            format!("lead t{}", mind.term),
            rules::leads(mind.role, mind.votes, &member.config).err(),
        ),
        (Step::Take, "take a client's entry".to_owned(), rules::leader(mind.role).err()),
        (Step::Replicate, "send of its log".to_owned(), rules::leader(mind.role).err()),
    ];
    let asks = if mind.role == Role::Candidate { None } else { Some(Guard::Stands) };
    all.push((Step::Ask, "ask for votes".to_owned(), asks));
    let committed = format!("know {} committed", mind.commit);
    all.push((Step::Commit, committed, None));
    let next = member.told.applied.saturating_add(1);
    let apply = format!("apply {next}");
    let next = mind.at(next).filter(|_| next <= mind.commit);
    all.push((Step::Apply, apply, next.is_none().then_some(Guard::Committed)));
    for owed in &mind.owed {
        let (text, guard) = match owed.due {
            Due::Appended(upto) => (format!("appended {upto}"), None),
            Due::Refused(prev) => (format!("refused after {prev}"), None),
            Due::Vote => ("vote".to_owned(), None),
            Due::NoVote(guard) => ("vote".to_owned(), Some(guard)),
            Due::Over => ("that the term is over".to_owned(), None),
        };
        let text = format!("answer {}: t{} {text}", owed.to, owed.term);
        let guard = guard.or((owed.rests_on > 0).then_some(Guard::Durable));
        all.push((Step::Answer, text, guard));
    }
    match mind.writes.front() {
        Some(Write::Entry(index, entry)) => {
            all.push((Step::Write, format!("make entry {index} of t{} durable", entry.term), None));
        }
        Some(Write::Snapshot(log)) => {
            all.push((Step::Write, format!("make a snapshot to {} durable", log.len()), None));
        }
        None => {}
    }
    if let Some((term, vote)) = mind.terms.first() {
        let vote = vote.map_or(String::new(), |node| format!(", vote for {node}"));
        all.push((Step::Write, format!("make t{term}{vote} durable"), None));
    }
    all.push((Step::Restart, "restart with what is durable".to_owned(), None));
    mark(all, near, guard, told)
}

/// Marks the nearest step. What is refused is that step with these contents.
fn mark(
    all: Vec<(Step, String, Option<Guard>)>,
    near: Step,
    guard: Guard,
    told: &Told,
) -> Vec<Possible> {
    let peer = match told.fact {
        Fact::Sent { to, .. } => format!("answer {to}:"),
        _ => String::new(),
    };
    let fits = |(step, text, _): &&(Step, String, Option<Guard>)| {
        *step == near && (near != Step::Answer || text.starts_with(&peer))
    };
    let nearest = all.iter().rev().find(fits).map(|(_, text, _)| text.clone());
    let mut possible: Vec<Possible> = all
        .into_iter()
        .map(|(_, action, forbids)| {
            let nearest = nearest.as_ref() == Some(&action);
            Possible { action, guard: forbids, nearest }
        })
        .collect();
    if nearest.is_none() {
        let action = "do what was told".to_owned();
        possible.push(Possible { action, guard: Some(guard), nearest: true });
    }
    possible
}
