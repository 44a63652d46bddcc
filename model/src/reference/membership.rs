//! A group of members as an abstract machine: what each says goes in, in the run's one order; what
//! each believes of each other comes out, or a refusal that names the broken clause. It knows no
//! message, timer or fault, and nothing of time but when a thing was said.
//!
//! The one idea: a belief is about a node, a generation and an incarnation, and only moves on. The
//! order in which it does is that of SWIM's suspicion (Das, Gupta and Motivala, DSN 2002, section
//! 4.2), so that whatever messages are lost, doubled or late, old news change nothing.

use crate::fact::{Fact, Member, Standing, Told};
use crate::id::NodeId;
use crate::time::Time;

mod clause;
#[cfg(test)]
mod tests;

pub use clause::{Clause, Refusal};

/// What is known of a group.
#[derive(Clone, Debug)]
pub struct Group {
    people: Vec<Person>,
    /// Where the last pair that did not agree was found.
    cursor: (usize, usize),
}

/// A node, and what it believes.
#[derive(Clone, Default, Debug)]
struct Person {
    /// Which of its lives is told of.
    life: u32,
    /// The generation by which it is a member; `None` while it is none.
    generation: Option<u64>,
    /// Since when.
    since: Time,
    /// The highest generation that it ever had, in all its lives.
    newest: Option<u64>,
    /// Its own incarnation.
    incarnation: u64,
    /// What it believes of each node, as far as it believes anything.
    beliefs: Vec<Option<Belief>>,
}

/// What a member believes of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Belief {
    /// By which generation it knows the other.
    pub generation: u32,
    /// In which incarnation.
    pub incarnation: u32,
    /// How the other stands.
    pub standing: Standing,
    /// Since when it believes just this.
    pub since: Time,
}

impl Group {
    /// A group of so many nodes, none of which is a member yet.
    #[must_use]
    pub fn new(nodes: u32) -> Group {
        Group { people: vec![Person::default(); nodes as usize], cursor: (0, 0) }
    }

    /// Takes the next fact of the run in, or refuses it.
    ///
    /// # Errors
    /// The [`Refusal`] names the broken clause. What was said is taken in all the same.
    pub fn step(&mut self, told: &Told) -> Result<(), Refusal> {
        let Fact::Member(said) = told.fact else { return Ok(()) };
        let who = told.node.0.wrapping_sub(1) as usize;
        let nodes = self.people.len();
        let Some(person) = self.people.get_mut(who) else { return Ok(()) };
        if person.life != told.incarnation {
            let newest = person.newest;
            *person = Person { life: told.incarnation, newest, ..Person::default() };
        }
        match said {
            Member::Joined { generation } => {
                let before = person.newest;
                (person.generation, person.newest) =
                    (Some(generation), before.max(Some(generation)));
                (person.since, person.incarnation) = (told.time, 0);
                match before {
                    Some(before) if generation <= before => {
                        Err(Refusal::of(Clause::NamesAreNew, told, before))
                    }
                    _ => Ok(()),
                }
            }
            Member::Left => {
                person.generation = None;
                person.beliefs.clear();
                Ok(())
            }
            Member::Refutes { incarnation } => {
                let before = std::mem::replace(&mut person.incarnation, incarnation);
                if incarnation <= before {
                    return Err(Refusal::of(Clause::RefutesHigher, told, before));
                }
                Ok(())
            }
            Member::Believes { of, generation, standing, incarnation } => {
                let whom = of.0.wrapping_sub(1) as usize;
                if whom >= nodes {
                    return Ok(());
                }
                if person.beliefs.is_empty() {
                    person.beliefs.resize(nodes, None);
                }
                let now = Belief {
                    generation: generation as u32,
                    incarnation: incarnation as u32,
                    standing,
                    since: told.time,
                };
                let before = person.beliefs[whom].replace(now);
                if let Some(before) = before {
                    moves_on(before, now, told)?;
                }
                self.is_its_own(whom, now, told)
            }
            Member::Heard { .. } | Member::Sent { .. } => Ok(()),
        }
    }

    /// Nobody but a member itself raises its incarnation, or takes a new name.
    fn is_its_own(&self, whom: usize, now: Belief, told: &Told) -> Result<(), Refusal> {
        let about = &self.people[whom];
        let generation = u64::from(now.generation);
        // A node that says nothing of itself may have any name.
        let Some(newest) = about.newest else { return Ok(()) };
        if generation > newest {
            return Err(Refusal::of(Clause::OwnIncarnation, told, newest));
        }
        let current = about.generation == Some(generation);
        let raised = u64::from(now.incarnation) > about.incarnation;
        if current && raised && now.standing.is_active() {
            return Err(Refusal::of(Clause::OwnIncarnation, told, about.incarnation));
        }
        Ok(())
    }

    /// The generation by which a node is a member, and since when.
    #[must_use]
    pub fn joined(&self, node: NodeId) -> Option<(u64, Time)> {
        let person = self.people.get(node.0.wrapping_sub(1) as usize)?;
        person.generation.map(|generation| (generation, person.since))
    }

    /// What one node believes of another.
    #[must_use]
    pub fn believes(&self, who: NodeId, of: NodeId) -> Option<Belief> {
        let person = self.people.get(who.0.wrapping_sub(1) as usize)?;
        person.beliefs.get(of.0.wrapping_sub(1) as usize).copied().flatten()
    }

    /// Whether one node takes another for a member by the name that it has.
    #[must_use]
    pub fn counts(&self, who: NodeId, of: NodeId) -> bool {
        let belief = self.believes(who, of).filter(|belief| belief.standing.is_active());
        let current = self.joined(of).map(|(generation, _)| generation);
        belief.is_some_and(|belief| current == Some(belief.generation.into()))
    }

    /// All nodes.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.people.len()).map(NodeId::at)
    }

    /// A member, and another node of which it does not believe what is so: that who is a member is
    /// one, by its name, and who is none is not. A suspect still is. `None` where all agree; and who
    /// is the only member has nobody to agree with, or to learn from.
    pub fn disagreement(&mut self) -> Option<(NodeId, NodeId)> {
        if self.is_one_alone() {
            return None;
        }
        let nodes = self.people.len();
        let (mut who, mut of) = self.cursor;
        for _ in 0..nodes * nodes {
            if !self.agrees(who, of) {
                self.cursor = (who, of);
                return Some((NodeId::at(who), NodeId::at(of)));
            }
            of += 1;
            if of == nodes {
                (who, of) = ((who + 1) % nodes, 0);
            }
        }
        None
    }

    /// The members that do not believe of each node what is so.
    pub fn dissenters(&self) -> impl Iterator<Item = NodeId> {
        let all = 0..if self.is_one_alone() { 0 } else { self.people.len() };
        all.clone().filter(move |who| all.clone().any(|of| !self.agrees(*who, of))).map(NodeId::at)
    }

    fn is_one_alone(&self) -> bool {
        self.people.iter().filter(|person| person.generation.is_some()).nth(1).is_none()
    }

    fn agrees(&self, who: usize, of: usize) -> bool {
        if who == of || self.people[who].generation.is_none() {
            return true;
        }
        let belief = self.people[who].beliefs.get(of).copied().flatten();
        match self.people[of].generation {
            None => belief.is_none_or(|belief| !belief.standing.is_active()),
            Some(generation) => belief.is_some_and(|belief| {
                belief.standing.is_active() && u64::from(belief.generation) == generation
            }),
        }
    }
}

/// Whether a belief may follow another.
fn moves_on(before: Belief, now: Belief, told: &Told) -> Result<(), Refusal> {
    if now.generation != before.generation {
        if now.generation < before.generation {
            return Err(Refusal::of(Clause::NeverBack, told, before.generation.into()));
        }
        return Ok(());
    }
    if before.standing == Standing::Down && now.standing.is_active() {
        return Err(Refusal::of(Clause::DownStaysDown, told, before.incarnation.into()));
    }
    // That a member is down holds in any incarnation, so news of it need not know the last one.
    if now.standing.is_active() && now.incarnation < before.incarnation {
        return Err(Refusal::of(Clause::NeverBack, told, before.incarnation.into()));
    }
    let refuted = before.standing == Standing::Suspect && now.standing == Standing::Alive;
    if refuted && now.incarnation <= before.incarnation {
        return Err(Refusal::of(Clause::RefutesHigher, told, before.incarnation.into()));
    }
    Ok(())
}
