//! Real nodes on real networks: a check and the ends of a network come in; what really happened
//! goes out as a [`Trace`](schism::Trace), so that the judges of simulated runs judge this one.
//! Nothing here judges.
//!
//! The one idea: all nodes of a cluster live in one loop, on one thread, which takes one thing at a
//! time: a frame that came in, a timer that is due, a request. So what happened has one order, as
//! in the simulation, and only the times at which things come are the machine's. Nobody can run the
//! same again: a live run is a witness, and no schedule to be replayed.

use super::Transport;
use book::Book;
use due::Alarms;
use member::{Arrived, Member};
use schism::check::Check;
use schism::execute::hosted::Place;
use schism::execute::{Op, Recording};
use schism::expect::Standing;
use schism::history::Outcome;
use schism::{ClientId, Event, Node, NodeId, Role, Seed, Time};
use std::collections::VecDeque;
use std::io::Result;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;
use watch::Watch;

mod act;
mod book;
mod due;
mod files;
mod finish;
mod member;
mod network;
mod settle;
mod stall;
#[cfg(test)]
mod tests;
mod turn;
mod watch;
mod wire;

pub use act::unplayable;
pub use files::Files;
pub use stall::Stall;
pub use wire::Wire;

/// What a node answers its clients.
pub type Ret<N> = <<N as Node>::Spec as schism::Spec>::Ret;

/// What a live run needs to know besides the nodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// What the nodes' own draws come from, and the fate of frames.
    pub seed: Seed,
    /// So long a client waits for an answer.
    pub client_timeout: Duration,
    /// So long all may take to be well again once nothing is wrong.
    pub settle: Duration,
    /// A timer that is later than this says that the machine stood still, and that the run shows
    /// nothing of the nodes.
    pub stall: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            seed: Seed(1),
            client_timeout: Duration::from_secs(1),
            settle: Duration::from_secs(10),
            stall: Duration::from_millis(100),
        }
    }
}

/// A cluster that runs.
pub struct Cluster<N: Node<Message: Wire>, T: Transport> {
    check: Check<N>,
    settings: Settings,
    members: Vec<Member<N, T>>,
    inbox: UnboundedReceiver<Arrived>,
    alarms: Alarms<N::Timer>,
    /// What was made durable meanwhile, and who is to be told.
    synced: VecDeque<(NodeId, u32, schism::Token)>,
    book: Book<N>,
    /// What the judges of the check look at.
    recording: Recording,
    watch: Watch,
    /// What is wrong with links.
    ills: Vec<network::Ill>,
    began: Instant,
    /// When it is looked next whether the machine goes on.
    pulse: Instant,
    stall: Stall,
    /// Whether anything is expected of the run, so that it is noted how nodes stand.
    looks_out: bool,
    /// Whether all nodes have come up once: before, that one is down is nobody's doing.
    started: bool,
}

impl<N: Node<Message: Wire>, T: Transport> Cluster<N, T> {
    /// Brings all nodes up, n1 on the first of these ends and so on, each with a directory of its
    /// own in the folder. What an earlier cluster left there they find.
    ///
    /// # Errors
    /// A directory can be neither read nor made.
    pub fn start(
        check: Check<N>,
        ends: Vec<T>,
        folder: &Path,
        settings: Settings,
    ) -> Result<Cluster<N, T>> {
        let (arrivals, inbox) = unbounded_channel();
        let mut members = Vec::new();
        for (id, end) in (1..).map(NodeId).zip(ends) {
            let seed = settings.seed.of(("network", id));
            let files = Files::open(&folder.join(id.to_string()))?;
            members.push(Member::new(id, end, seed, files, &arrivals));
        }
        let mut cluster = Cluster {
            recording: check.recording(),
            check,
            settings,
            members,
            inbox,
            alarms: Alarms::default(),
            synced: VecDeque::new(),
            book: Book::default(),
            watch: Watch::default(),
            ills: Vec::new(),
            began: Instant::now(),
            pulse: Instant::now() + settings.stall / 2,
            stall: Stall::default(),
            looks_out: false,
            started: false,
        };
        for id in cluster.nodes() {
            cluster.up(id)?;
        }
        cluster.started = true;
        cluster.look();
        Ok(cluster)
    }

    /// All nodes.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<N, T> {
        (0..self.members.len()).map(NodeId::at)
    }

    /// The time since the cluster came up.
    pub fn now(&self) -> Time {
        Time(self.began.elapsed().as_micros() as u64)
    }

    /// When the cluster came up.
    pub const fn began(&self) -> Instant {
        self.began
    }

    /// Brings a node up that is down.
    ///
    /// # Errors
    /// Its files cannot be read.
    pub fn up(&mut self, node: NodeId) -> Result<()> {
        let now = self.now();
        let nodes = self.members.len() as u32;
        let Some(member) = self.members.get_mut(node.index()) else { return Ok(()) };
        if member.node.is_some() || self.book.is_over() {
            return Ok(());
        }
        let (incarnation, seed) = (member.incarnation, self.settings.seed);
        let (at, detail) = (self.book.moment(now), self.recording.detail);
        let place = Place { id: node, nodes, incarnation, seed, at, detail };
        match self.check.host(&place, member.files.read()?) {
            Ok(hosted) => {
                member.role = hosted.role();
                member.node = Some(hosted);
                self.look();
                self.carry_out(node)
            }
            Err(end) => {
                self.book.end(end);
                Ok(())
            }
        }
    }

    /// Ends a node's process as if it were killed: what it wrote is there.
    pub fn down(&mut self, node: NodeId) {
        let Some(member) = self.members.get_mut(node.index()) else { return };
        if member.node.take().is_some() {
            (member.incarnation, member.role) = (member.incarnation + 1, Role::NONE);
            self.alarms.forget(node);
            if self.looks_out {
                let now = self.now();
                self.book.stands(node, Standing::default(), now);
            }
            self.look();
        }
    }

    /// Whether a node is up.
    pub fn is_up(&self, node: NodeId) -> bool {
        self.members.get(node.index()).is_some_and(|member| member.node.is_some())
    }

    /// The part that a node plays, and what it shows; `None` while it is down.
    pub fn shown(&self, node: NodeId) -> Option<(Role, N::View)> {
        let hosted = self.members.get(node.index())?.node.as_ref()?;
        Some((hosted.role(), hosted.view()))
    }

    /// A client asks a node. Says the operation's place in the history.
    ///
    /// # Errors
    /// The node cannot write its files.
    pub fn ask(&mut self, client: ClientId, node: NodeId, op: Op<N>) -> Result<usize> {
        self.ask_because(None, client, node, op)
    }

    fn ask_because(
        &mut self,
        step: Option<usize>,
        client: ClientId,
        node: NodeId,
        op: Op<N>,
    ) -> Result<usize> {
        let now = self.now();
        let (operation, id) = self.book.ask(step, client, node, op.clone(), now);
        if self.is_up(node) {
            let gives_up = now + self.settings.client_timeout;
            self.alarms.give_up(gives_up, operation);
            self.event(node, Event::Request { id, op })?;
        } else {
            self.book.close(operation, Outcome::Refused, None, now);
        }
        Ok(operation)
    }

    /// How an operation ended, if it has.
    pub fn outcome(&self, operation: usize) -> Option<&Outcome<Ret<N>>> {
        self.book.outcome(operation)
    }
}
