//! A small replicated store of keys and values: Raft, as in Ongaro and Ousterhout, "In Search of an
//! Understandable Consensus Algorithm" (USENIX ATC 2014), without snapshots and membership changes.
//!
//! What happens comes in (a client's request, a message, a tick of the clock); [`Replica::ready`]
//! hands out what is to be done about it. The store opens no file and no socket: whoever runs it
//! makes the records durable, **then** sends messages and answers. All promises rest on that order.

mod log;

use log::{Command, Entry, Log, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::time::Duration;

/// How often [`Replica::tick`] is to be called.
pub const TICK: Duration = Duration::from_millis(20);

/// A leader makes itself heard each time that so many ticks have passed.
const HEARTBEAT: u64 = 2;
/// Who hears of no leader for so many ticks, and a random part of as many again, asks for votes.
const ELECTION: u64 = 10;
/// At most so many entries travel in one message. A limit that no test comes to is not tested.
const BATCH: usize = 4;

/// What a client is told about its request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It is done. For a get: the value, if there is one.
    Done(Option<u64>),
    /// This replica does not lead. Nothing was done, and nothing will be.
    NotLeader,
    /// This replica led and does not any more. The request may have been done, or may yet be.
    GaveUp,
}

/// What is to be done, in this order.
#[derive(Clone, Default, Debug)]
pub struct Ready {
    /// Bytes to add to the end of the log file, and to make durable.
    pub records: Vec<u8>,
    /// Messages to send, each with the replica that it is for.
    pub messages: Vec<(u64, Message)>,
    /// Answers to give, each with the request that it is for.
    pub answers: Vec<(u64, Answer)>,
}

/// What a replica shows of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status {
    /// Its name.
    pub id: u64,
    /// The latest term that it knows of.
    pub term: u64,
    /// Whether it leads that term.
    pub leads: bool,
    /// The index up to which it knows the log to be decided.
    pub commit: u64,
    /// Whether it has lost office, since it was opened, with a write undecided that it had taken.
    pub deposed_with_pending: bool,
}

/// What travels between replicas.
#[derive(Clone, Debug)]
pub struct Message {
    term: u64,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    /// Asks for a vote; the candidate's log ends here.
    AskVote(Place),
    Vote {
        granted: bool,
    },
    Append(Append),
    /// The sender's log is durable and equal to the leader's up to this index.
    Accepted {
        upto: u64,
    },
    /// The sender's log does not hold the place; up to this index it is decided.
    Rejected {
        commit: u64,
    },
}

/// Entries that follow a place, and how far the log is decided.
#[derive(Clone, Debug)]
struct Append {
    after: Place,
    entries: Vec<Entry>,
    commit: u64,
}

enum Role {
    Follower,
    Candidate(BTreeSet<u64>),
    Leader(Office),
}

/// What a leader knows besides.
struct Office {
    peers: BTreeMap<u64, Progress>,
    /// The requests that wait, by the index of the entry that must be decided for each.
    pending: BTreeMap<u64, u64>,
}

/// How far a peer's log is known to equal the leader's, and where it is to be sent entries from.
#[derive(Clone, Copy)]
struct Progress {
    matched: u64,
    sent_after: u64,
}

/// One member of the cluster.
pub struct Replica {
    id: u64,
    peers: Vec<u64>,
    log: Log,
    // The rest is lost with the process.
    role: Role,
    commit: u64,
    applied: u64,
    values: BTreeMap<u64, u64>,
    /// The ticks since a leader was heard or a vote was given; for a leader, since it spoke.
    silence: u64,
    patience: u64,
    random: u64,
    deposed_with_pending: bool,
    messages: Vec<(u64, Message)>,
    answers: Vec<(u64, Answer)>,
}

impl Replica {
    /// A replica with what its log file holds: at first nothing, later all [`Ready::records`] that
    /// were added, but for a torn end.
    pub fn open(
        id: impl Into<u64>,
        peers: impl IntoIterator<Item = impl Into<u64>>,
        seed: u64,
        file: &[u8],
    ) -> Replica {
        let mut replica = Replica {
            id: id.into(),
            peers: peers.into_iter().map(Into::into).collect(),
            log: Log::open(file),
            role: Role::Follower,
            commit: 0,
            applied: 0,
            values: BTreeMap::new(),
            silence: 0,
            patience: 0,
            random: seed,
            deposed_with_pending: false,
            messages: Vec::new(),
            answers: Vec::new(),
        };
        replica.rest();
        replica
    }

    /// A client wants to write a value under a key.
    pub fn put(&mut self, request: impl Into<u64>, key: u64, value: u64) {
        self.propose(request.into(), Command::Put(key, value));
    }

    /// A client wants to read the value under a key. Reads go through the log, too: a replica that
    /// wrongly believes that it leads must not answer from an old state.
    pub fn get(&mut self, request: impl Into<u64>, key: u64) {
        self.propose(request.into(), Command::Get(key));
    }

    /// A message has come. It may be late, doubled, or overtaken by others.
    pub fn receive(&mut self, from: impl Into<u64>, message: Message) {
        let from = from.into();
        if message.term > self.log.term() {
            self.follow();
            self.log.enter(message.term, None);
        }
        let is_current = message.term == self.log.term();
        match message.body {
            Body::AskVote(last) => self.consider(from, is_current, last),
            Body::Append(append) if is_current => self.accept(from, append),
            // A leader of the past learns from the term of the answer that it is one.
            Body::Append(_) => self.send(from, Body::Rejected { commit: self.commit }),
            Body::Vote { granted: true } if is_current => self.count(from),
            Body::Accepted { upto } if is_current => self.accepted(from, upto),
            Body::Rejected { commit } if is_current => self.rejected(from, commit),
            Body::Vote { .. } | Body::Accepted { .. } | Body::Rejected { .. } => {}
        }
    }

    /// A [`TICK`] has passed.
    pub fn tick(&mut self) {
        self.silence += 1;
        match self.role {
            Role::Leader(_) if self.silence >= HEARTBEAT => self.replicate(),
            Role::Follower | Role::Candidate(_) if self.silence >= self.patience => self.campaign(),
            _ => {}
        }
    }

    /// What is to be done now. Ask after each event.
    pub fn ready(&mut self) -> Ready {
        Ready {
            records: self.log.records(),
            messages: mem::take(&mut self.messages),
            answers: mem::take(&mut self.answers),
        }
    }

    /// What it shows of itself.
    pub fn status(&self) -> Status {
        Status {
            id: self.id,
            term: self.log.term(),
            leads: matches!(self.role, Role::Leader(_)),
            commit: self.commit,
            deposed_with_pending: self.deposed_with_pending,
        }
    }

    // Elections (section 5.2).

    fn campaign(&mut self) {
        self.log.enter(self.log.term() + 1, Some(self.id));
        self.role = Role::Candidate(BTreeSet::new());
        self.rest();
        for peer in self.peers.clone() {
            self.send(peer, Body::AskVote(self.log.last()));
        }
        self.count(self.id);
    }

    fn consider(&mut self, candidate: u64, is_current: bool, last: Place) {
        let free = self.log.vote().is_none_or(|vote| vote == candidate);
        let granted = is_current && free && last >= self.log.last();
        if granted {
            self.log.enter(self.log.term(), Some(candidate));
            self.silence = 0;
        }
        self.send(candidate, Body::Vote { granted });
    }

    fn count(&mut self, voter: u64) {
        let Role::Candidate(votes) = &mut self.role else { return };
        votes.insert(voter);
        if 2 * votes.len() > self.peers.len() + 1 {
            let unknown = Progress { matched: 0, sent_after: self.log.last().index };
            let peers = self.peers.iter().map(|peer| (*peer, unknown)).collect();
            self.role = Role::Leader(Office { peers, pending: BTreeMap::new() });
            self.append(Command::Nothing);
        }
    }

    /// Leaves office or candidature. Whoever leads next may still decide what was pending here.
    fn follow(&mut self) {
        match mem::replace(&mut self.role, Role::Follower) {
            Role::Follower => return,
            Role::Candidate(_) => {}
            Role::Leader(office) => {
                for (index, request) in office.pending {
                    let command = self.log.get(index).map(|entry| entry.command);
                    self.deposed_with_pending |= matches!(command, Some(Command::Put(..)));
                    self.answers.push((request, Answer::GaveUp));
                }
            }
        }
        self.rest();
    }

    /// Waits anew, for a random time (SplitMix64): who wait equally long split the votes.
    fn rest(&mut self) {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.patience = ELECTION + (z ^ (z >> 31)) % ELECTION;
        self.silence = 0;
    }

    // The log (sections 5.3 and 5.4).

    fn propose(&mut self, request: u64, command: Command) {
        if let Role::Leader(office) = &mut self.role {
            office.pending.insert(self.log.last().index + 1, request);
            self.append(command);
        } else {
            self.answers.push((request, Answer::NotLeader));
        }
    }

    /// Adds an entry to the leader's own log, and hands it on.
    fn append(&mut self, command: Command) {
        let entry = Entry { term: self.log.term(), command };
        self.log.set(self.log.last().index + 1, entry);
        self.replicate();
        self.decide();
    }

    fn replicate(&mut self) {
        self.silence = 0;
        for peer in self.peers.clone() {
            self.replicate_to(peer);
        }
    }

    /// Sends a peer what it has not confirmed, again and again until it has: messages get lost.
    fn replicate_to(&mut self, peer: u64) {
        let Role::Leader(office) = &self.role else { return };
        let Some(progress) = office.peers.get(&peer) else { return };
        let Some(after) = self.log.place(progress.sent_after) else { return };
        let entries = self.log.after(after.index, BATCH);
        self.send(peer, Body::Append(Append { after, entries, commit: self.commit }));
    }

    /// A follower takes entries over if they follow what it has.
    fn accept(&mut self, leader: u64, append: Append) {
        let Append { after, entries, commit } = append;
        self.follow();
        self.silence = 0;
        if self.log.place(after.index) != Some(after) {
            self.send(leader, Body::Rejected { commit: self.commit });
            return;
        }
        let mut upto = after.index;
        for entry in entries {
            upto += 1;
            // An entry that is here already stays: behind it may stand others that are newer than
            // this message.
            if self.log.get(upto) != Some(&entry) {
                self.log.set(upto, entry);
            }
        }
        self.commit = self.commit.max(commit.min(upto));
        self.apply();
        self.send(leader, Body::Accepted { upto });
    }

    fn accepted(&mut self, peer: u64, upto: u64) {
        let Role::Leader(office) = &mut self.role else { return };
        let Some(progress) = office.peers.get_mut(&peer) else { return };
        let is_news = upto > progress.matched;
        progress.matched = upto.max(progress.matched);
        progress.sent_after = progress.matched;
        self.decide();
        if is_news && upto < self.log.last().index {
            self.replicate_to(peer);
        }
    }

    /// What is decided is the same everywhere, so the sending starts again behind it: at once if
    /// that is news, else with the next heartbeat, lest two replicas keep each other busy for ever.
    fn rejected(&mut self, peer: u64, commit: u64) {
        let Role::Leader(office) = &mut self.role else { return };
        let Some(progress) = office.peers.get_mut(&peer) else { return };
        if mem::replace(&mut progress.sent_after, commit) != commit {
            self.replicate_to(peer);
        }
    }

    /// An entry of the leader's own term is decided once a majority has it, and those before it
    /// with it. One of a former term could be replaced even then (section 5.4.2).
    fn decide(&mut self) {
        let Role::Leader(office) = &self.role else { return };
        let mut durable: Vec<u64> = office.peers.values().map(|peer| peer.matched).collect();
        durable.push(self.log.last().index);
        durable.sort_unstable();
        let majority = durable[(durable.len() - 1) / 2];
        let is_own = self.log.place(majority).is_some_and(|place| place.term == self.log.term());
        if is_own && majority > self.commit {
            self.commit = majority;
            self.apply();
        }
    }

    fn apply(&mut self) {
        while self.applied < self.commit {
            let Some(entry) = self.log.get(self.applied + 1) else { return };
            self.applied += 1;
            let value = match entry.command {
                Command::Nothing => None,
                Command::Get(key) => self.values.get(&key).copied(),
                Command::Put(key, value) => {
                    self.values.insert(key, value);
                    None
                }
            };
            if let Role::Leader(office) = &mut self.role
                && let Some(request) = office.pending.remove(&self.applied)
            {
                self.answers.push((request, Answer::Done(value)));
            }
        }
    }

    fn send(&mut self, to: u64, body: Body) {
        self.messages.push((to, Message { term: self.log.term(), body }));
    }
}
