//! Real nodes on real networks: a check and the ends of a network come in; what really happened
//! goes out as a [`Trace`](schism::Trace), so that the judges of simulated runs judge this one.
//! Nothing here judges.
//!
//! The one idea: all nodes of a cluster live in one loop, on one thread, which takes one thing at a
//! time: a frame that came in, a timer that is due, a request. So what happened has one order, as
//! in the simulation, and only the times at which things come are the machine's. Nobody can run the
//! same again: a live run is a witness, and no schedule to be replayed.

use super::{FaultyTransport, State, Transport, closed};
use book::Book;
use due::{Alarm, Alarms};
use member::{Arrived, Member};
use schism::check::Check;
use schism::execute::Op;
use schism::execute::hosted::{Deed, Place};
use schism::expect::Standing;
use schism::history::Outcome;
use schism::{ClientId, Event, Node, NodeId, Role, Seed, Time};
use std::collections::VecDeque;
use std::io::Result;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, sleep_until};

mod act;
mod book;
mod due;
mod files;
mod finish;
mod member;
mod settle;
#[cfg(test)]
mod tests;
mod wire;

pub use act::unplayable;
pub use files::Files;
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
    began: Instant,
    /// How late the latest timer was.
    late: Duration,
    /// Whether anything is expected of the run, so that it is noted how nodes stand.
    looks_out: bool,
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
            check,
            settings,
            members,
            inbox,
            alarms: Alarms::default(),
            synced: VecDeque::new(),
            book: Book::default(),
            began: Instant::now(),
            late: Duration::ZERO,
            looks_out: false,
        };
        for id in cluster.nodes() {
            cluster.up(id)?;
        }
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

    /// The network of one node, to break it.
    pub fn net(&self, node: NodeId) -> Option<&FaultyTransport<T>> {
        Some(&*self.members.get(node.index())?.net)
    }

    /// Cuts the network into these groups; nodes that are not named form one more.
    pub fn partition(&self, groups: &[Vec<NodeId>]) {
        let group = |node| groups.iter().position(|group| group.contains(&node));
        for (id, member) in self.nodes().zip(&self.members) {
            member.net.heal();
            let apart = |other: &NodeId| group(id) != group(*other);
            member.net.partition(self.nodes().filter(apart));
        }
    }

    /// Ends all cuts and all other trouble of the network.
    pub fn heal(&self) {
        for member in &self.members {
            member.net.heal();
            member.net.calm();
        }
    }

    /// Whether anything is cut.
    pub fn is_partitioned(&self) -> bool {
        self.members.iter().any(|member| member.net.state() == State::Partitioned)
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
        let at = self.book.moment(now);
        let place = Place { id: node, nodes, incarnation, seed, at, detail: false };
        match self.check.host(&place, member.files.read()?) {
            Ok(hosted) => {
                member.node = Some(hosted);
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
            member.incarnation += 1;
            self.alarms.forget(node);
            if self.looks_out {
                let now = self.now();
                self.book.stands(node, Standing::default(), now);
            }
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
        let now = self.now();
        let (operation, id) = self.book.ask(client, node, op.clone(), now);
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

    /// Waits for the next thing to happen, and lets the node handle it that it concerns. To stop
    /// waiting loses nothing.
    ///
    /// # Errors
    /// A node cannot write its files, or the network is closed.
    pub async fn turn(&mut self) -> Result<()> {
        if let Some((node, incarnation, token)) = self.synced.pop_front() {
            let same = self.members[node.index()].incarnation == incarnation;
            return if same { self.event(node, Event::Synced(token)) } else { Ok(()) };
        }
        let due = self.alarms.next().map(|due| self.began + Duration::from_micros(due.0));
        let arrived = tokio::select! {
            biased;
            () = super::faulty::until(due) => None,
            arrived = self.inbox.recv() => Some(arrived.ok_or_else(closed)?),
        };
        match arrived {
            Some(Arrived { to, from, frame }) => match N::Message::decode(&frame) {
                Some(body) => {
                    self.book.delivered();
                    self.event(to, Event::Message { from, body })
                }
                // What cannot be read is lost, as on the way.
                None => Ok(()),
            },
            None => self.alarm(),
        }
    }

    /// Lets time pass until then.
    ///
    /// # Errors
    /// As of a turn.
    pub async fn run_until(&mut self, deadline: Instant) -> Result<()> {
        while !self.book.is_over() {
            tokio::select! {
                biased;
                turned = self.turn() => turned?,
                () = sleep_until(deadline) => return Ok(()),
            }
            // Where one thing follows the other without a pause the deadline is reached as well.
            if Instant::now() >= deadline {
                return Ok(());
            }
        }
        Ok(())
    }

    fn alarm(&mut self) -> Result<()> {
        let now = self.now();
        let Some((due, alarm)) = self.alarms.pop(now) else { return Ok(()) };
        self.late = self.late.max(now.since(due));
        match alarm {
            Alarm::Timer { node, timer } => self.event(node, Event::Timer(timer)),
            Alarm::GiveUp { operation } => {
                self.book.close(operation, Outcome::Unknown, None, now);
                Ok(())
            }
        }
    }

    fn event(&mut self, node: NodeId, event: Event<N>) -> Result<()> {
        let at = self.book.moment(self.now());
        let Some(hosted) = &mut self.members[node.index()].node else { return Ok(()) };
        match hosted.handle(at, event) {
            Ok(()) => self.carry_out(node),
            Err(end) => {
                self.members[node.index()].node = None;
                self.book.end(end);
                Ok(())
            }
        }
    }

    /// Does what a node asked for.
    fn carry_out(&mut self, node: NodeId) -> Result<()> {
        let now = self.now();
        let member = &mut self.members[node.index()];
        let incarnation = member.incarnation;
        let Some(hosted) = &mut member.node else { return Ok(()) };
        let deeds = hosted.deeds();
        for deed in deeds {
            match deed {
                Deed::Send { to, body } => {
                    self.book.sent();
                    // It ends with the cluster: nobody misses it then.
                    let _ = member.outbox.send((to, body.encode()));
                }
                Deed::Answer { request, outcome } => self.book.answer(request, outcome, node, now),
                Deed::Arm { id, after, every, timer } => {
                    self.alarms.arm(node, id, now, after, every, timer);
                }
                Deed::Disarm(id) => self.alarms.disarm(node, id),
                Deed::Write { file, bytes, whole } => member.files.write(&file, &bytes, whole)?,
                Deed::Sync { file, token } => {
                    if let Some(file) = file {
                        member.files.sync(&file)?;
                    }
                    self.synced.extend(token.map(|token| (node, incarnation, token)));
                }
                Deed::Tell(fact) => self.book.tell(node, incarnation, fact, now),
            }
        }
        if let Some(hosted) = &member.node {
            let role = hosted.role();
            self.book.plays(role.name);
            if self.looks_out {
                let leads = role.leads().then_some(role.term);
                let standing = Standing { up: true, leads, sight: hosted.sight() };
                self.book.stands(node, standing, now);
            }
        }
        Ok(())
    }
}
