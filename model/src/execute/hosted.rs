//! One node outside of any world: events go in, and what it asked for comes out, to be carried out
//! by somebody who has real sockets, files and timers. Nothing is carried out here.
//!
//! The one idea: what a node does through its door stays between the two. Who hosts a node gets
//! plain [`Deed`]s, in the order in which they were asked for, so that no driver can look behind
//! the door or leave by it.

use super::{Boot, Ret, guard};
use crate::expect::Sight;
use crate::fact::Fact;
use crate::history::{Moment, Outcome};
use crate::id::{NodeId, RequestId, TimerId, Token};
use crate::node::{Effect, Event, Io, Node, Role};
use crate::seed::Seed;
use crate::trace::{End, Panic};
use std::rc::Rc;
use std::time::Duration;

/// What a node asked for, with what is needed to do it.
pub enum Deed<N: Node> {
    /// A message to another node.
    Send {
        /// To whom.
        to: NodeId,
        /// What.
        body: N::Message,
    },
    /// An answer to a client.
    Answer {
        /// To which request.
        request: RequestId,
        /// How it ended.
        outcome: Outcome<Ret<N>>,
    },
    /// A timer that is to wake the node.
    Arm {
        /// Its name.
        id: TimerId,
        /// After so long.
        after: Duration,
        /// Whether again and again.
        every: bool,
        /// What the node is told then.
        timer: N::Timer,
    },
    /// A timer that is not wanted any more.
    Disarm(TimerId),
    /// Bytes for a file.
    Write {
        /// Its name.
        file: String,
        /// What is added to a log, or the whole value of a cell.
        bytes: Vec<u8>,
        /// Whether it is a cell, which is replaced as a whole.
        whole: bool,
    },
    /// All that was written to a file is to survive a loss of power.
    Sync {
        /// Its name; `None` where it was never written.
        file: Option<String>,
        /// What the node is told when it is so; without one it waits.
        token: Option<Token>,
    },
    /// Something that the node says of itself.
    Tell(Fact),
}

/// What a node finds of a file when it comes up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Its name.
    pub file: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Whether it is a cell.
    pub whole: bool,
}

/// A node with its door.
pub struct Hosted<N: Node> {
    node: N,
    io: Io<N>,
}

/// Who comes up, and where.
#[derive(Clone, Debug)]
pub struct Place {
    /// The node.
    pub id: NodeId,
    /// How many nodes there are, n1 and so on.
    pub nodes: u32,
    /// How many times it had come up before.
    pub incarnation: u32,
    /// What its own draws come from.
    pub seed: Seed,
    /// When.
    pub at: Moment,
    /// Whether somebody wants to hear of each message; see [`Io::in_detail`].
    pub detail: bool,
}

impl<N: Node> Hosted<N> {
    /// Brings a node up from what its files kept.
    ///
    /// # Errors
    /// It did not come up: how a run ends by that.
    pub fn boot(place: &Place, kept: Vec<Kept>, boot: Boot<'_, N>) -> Result<Hosted<N>, End> {
        let nodes: Rc<[NodeId]> = (0..place.nodes as usize).map(NodeId::at).collect();
        let mut io = Io::new(place.id, nodes, place.seed);
        io.incarnation = place.incarnation;
        io.seed = place.seed.of((place.id.0, place.incarnation));
        io.now = place.at.time;
        io.detail = place.detail;
        for Kept { file, bytes, whole } in kept {
            io.drive.found(&file, bytes, whole);
        }
        match guard::call(|| boot(&mut io)) {
            Ok(node) => Ok(Hosted { node, io }),
            Err(crash) => Err(ended(crash, place.id, place.at)),
        }
    }

    /// Lets it handle an event.
    ///
    /// # Errors
    /// It panicked, or would not come to an end: how a run ends by that. It must not be used again.
    pub fn handle(&mut self, at: Moment, event: Event<N>) -> Result<(), End> {
        self.io.now = at.time;
        let Hosted { node, io } = self;
        guard::call(|| node.step(event, io)).map_err(|crash| ended(crash, self.io.id, at))
    }

    /// What it asked for since the last time, in order.
    pub fn deeds(&mut self) -> Vec<Deed<N>> {
        let effects = std::mem::take(&mut self.io.effects);
        let deeds = effects.into_iter().filter_map(|effect| self.deed(effect)).collect();
        self.io.drive.tidy();
        deeds
    }

    fn deed(&mut self, effect: Effect<N>) -> Option<Deed<N>> {
        let drive = &mut self.io.drive;
        Some(match effect {
            Effect::Send { to, body } => Deed::Send { to, body },
            Effect::Answer { request, outcome } => Deed::Answer { request, outcome },
            Effect::Arm { id, after, every, timer } => {
                Deed::Arm { id, after: Duration::from_micros(after), every, timer }
            }
            Effect::Disarm(timer) => Deed::Disarm(timer),
            Effect::Write { file, upto } => {
                let (name, bytes) = (drive.name(file).to_owned(), drive.bytes(file, upto).to_vec());
                let whole = drive.is_cell(file);
                drive.wrote(file, upto);
                Deed::Write { file: name, bytes, whole }
            }
            Effect::Sync { file, upto, token } => {
                drive.synced(file, upto);
                let name = drive.has(file).then(|| drive.name(file).to_owned());
                Deed::Sync { file: name, token }
            }
            Effect::Tell(fact) => Deed::Tell(fact),
            // Trouble of the disk is written in schedules, and here is none.
            Effect::Trouble { .. } => return None,
        })
    }

    /// The part that it plays, as it believes.
    pub fn role(&self) -> Role {
        self.node.role()
    }

    /// What it says of the cluster around it.
    pub fn sight(&self) -> Sight {
        self.node.sight()
    }

    /// What it shows of itself.
    pub fn view(&self) -> N::View {
        self.node.view()
    }
}

fn ended(crash: guard::Crash, node: NodeId, at: Moment) -> End {
    match crash {
        guard::Crash::Panicked { message, location } => {
            End::Panicked(Panic { node, at, message, location })
        }
        guard::Crash::Runaway => End::Runaway {
            node: Some(node),
            what: "one event of it had over a million effects".to_owned(),
        },
    }
}
