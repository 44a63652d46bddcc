//! What a step does: a state and an action come in; the next state and the facts that a replica
//! tells of it go out. It judges nothing.
//!
//! Replicas do not tell what they append: what they have written is not durable, and nobody relies
//! on it that it were. They tell who leads, what is committed and what was applied.

use super::{Action, Body, Bug, Entry, Isr, Message, Replica, State};
use crate::fact::{self, Fact};
use crate::reference::replication::recall::request;

/// A step that is being taken.
pub(super) struct Turn<'a> {
    isr: &'a Isr,
    pub(super) state: State,
    /// The replica that acts, and what it tells.
    pub(super) who: u8,
    pub(super) facts: Vec<Fact>,
}

impl<'a> Turn<'a> {
    /// Takes the step, which must be possible.
    pub(super) fn take(isr: &'a Isr, state: &State, action: Action) -> Turn<'a> {
        let mut turn = Turn { isr, state: *state, who: 0, facts: Vec::new() };
        match action {
            Action::Request(who) => turn.at(who).requested(),
            Action::Fetch(who) => turn.at(who).fetches(),
            Action::Deliver(message) => {
                turn.leaves(message);
                turn.at(message.to).receives(message);
            }
            Action::Lose(message) => turn.leaves(message),
            Action::Shrink(who, other) => turn.at(who).shrinks(other),
            Action::Depose => turn.deposed(),
            Action::Elect(who) => turn.elects(who),
            Action::Learn(who) => turn.at(who).learns(),
            Action::Restart(who) => {
                turn.state.restarts += 1;
                turn.at(who).restarts(None);
            }
            Action::LosePower(who, kept) => {
                turn.state.losses += 1;
                turn.at(who).restarts(Some(kept));
            }
        }
        turn
    }

    fn at(&mut self, who: u8) -> &mut Self {
        self.who = who;
        self
    }

    fn me(&mut self) -> &mut Replica {
        &mut self.state.replicas[self.who as usize]
    }

    fn bug(&self, bug: Bug) -> bool {
        self.isr.bug == Some(bug)
    }

    fn leaves(&mut self, message: Message) {
        let at = self.state.network.iter().position(|other| *other == message);
        self.state.network.remove(at.expect("only a message on its way can arrive or be lost"));
    }

    fn sends(&mut self, to: u8, body: Body) {
        let message = Message { from: self.who, to, epoch: self.me().epoch, body };
        let at = self.state.network.partition_point(|other| *other <= message);
        self.state.network.insert(at, message);
    }

    /// Whether so many replicas are enough to commit.
    fn enough(&self, nodes: u8) -> bool {
        2 * nodes.count_ones() > u32::from(self.isr.bounds.nodes)
    }

    fn requested(&mut self) {
        self.state.requests += 1;
        let number = self.state.requests;
        let me = self.me();
        me.log.push(Entry { epoch: me.epoch, request: number });
        if self.bug(Bug::AckedAlone) {
            self.facts.push(Fact::Acked { request: request(number), read: false });
        }
        self.advances();
    }

    fn fetches(&mut self) {
        // Who leads an epoch is public: each replica heard it with the epoch itself.
        let epoch = self.me().epoch;
        let leader = self.state.past.leader(epoch);
        let me = self.me();
        let end = me.end();
        let last_epoch = me.epoch_at(end);
        self.sends(leader - 1, Body::Fetch { end, last_epoch });
    }

    fn receives(&mut self, message: Message) {
        let me = self.me();
        if message.epoch != me.epoch {
            return;
        }
        match message.body {
            Body::Fetch { end, last_epoch } if me.leads => {
                self.fetched(message.from, end, last_epoch);
            }
            Body::Records { base, entry, watermark } if !me.leads && base == me.end() => {
                me.log = me.log.iter().copied().chain(entry).collect();
                let upto = watermark.min(me.end());
                self.commits(upto);
            }
            Body::Diverged { end } if !me.leads => me.log.truncate(end as usize),
            _ => {}
        }
    }

    fn fetched(&mut self, from: u8, end: u8, last_epoch: u8) {
        let me = self.me();
        if end > me.end() || me.epoch_at(end) != last_epoch {
            let same = me.log[..me.log.len().min(end as usize)].iter();
            let below = same.filter(|entry| entry.epoch <= last_epoch).count() as u8;
            // Where the epochs agree and the lengths do not, the longer one must still get shorter.
            let below = if below == end { end - 1 } else { below };
            return self.sends(from, Body::Diverged { end: below });
        }
        me.ends[from as usize] = end;
        let of_older_epochs = me.log.iter().filter(|entry| entry.epoch < me.epoch).count() as u8;
        let caught_up = end >= me.watermark && end >= of_older_epochs;
        let epoch = me.epoch;
        let taken_back = !self.bug(Bug::OutForGood);
        let controller = &mut self.state.controller;
        if caught_up && taken_back && controller.epoch == epoch && controller.leader == self.who + 1
        {
            controller.in_sync |= 1 << from;
            let in_sync = controller.in_sync;
            if self.enough(in_sync) {
                self.state.controller.eligible = 0;
            }
            self.me().in_sync = in_sync;
        }
        self.advances();
        let me = self.me();
        let entry = me.log.get(end as usize).copied();
        let watermark = me.watermark;
        self.sends(from, Body::Records { base: end, entry, watermark });
    }

    fn shrinks(&mut self, other: u8) {
        self.falls_out(other);
        self.me().in_sync = self.state.controller.in_sync;
        self.advances();
    }

    /// A replica is not in sync any more. Where too few are left to commit anything, it still holds
    /// all that is committed.
    fn falls_out(&mut self, who: u8) {
        let last_stays = self.bug(Bug::LastReplica);
        let left = self.state.controller.in_sync & !(1 << who);
        if left == 0 && last_stays {
            return;
        }
        let eligible = !self.enough(left) && !last_stays;
        let was = self.state.controller.in_sync >> who & 1;
        let controller = &mut self.state.controller;
        controller.in_sync = left;
        if eligible {
            controller.eligible |= was << who;
        }
    }

    fn deposed(&mut self) {
        let leader = self.state.controller.leader - 1;
        self.state.controller.leader = 0;
        self.falls_out(leader);
    }

    fn elects(&mut self, who: u8) {
        let controller = &mut self.state.controller;
        controller.epoch += 1;
        controller.leader = who + 1;
        if controller.in_sync >> who & 1 == 0 {
            controller.in_sync = 1 << who;
            controller.eligible &= !(1 << who);
        }
    }

    fn learns(&mut self) {
        let controller = self.state.controller;
        let own_watermark = self.bug(Bug::TruncatedToWatermark);
        let leads = controller.leader == self.who + 1;
        let me = self.me();
        (me.epoch, me.leads) = (controller.epoch, leads);
        me.ends = Default::default();
        me.in_sync = if leads { controller.in_sync } else { 0 };
        if own_watermark && !leads {
            me.log.truncate(me.watermark as usize);
        }
        let term = me.epoch.into();
        self.facts.push(Fact::Term { term, vote: None });
        if leads {
            self.facts.push(Fact::Elected { term });
            self.advances();
        }
    }

    fn restarts(&mut self, kept: Option<u8>) {
        let who = self.who;
        let forgets = self.bug(Bug::TruncatedToWatermark);
        // Its connections are closed.
        let others = self.state.network.iter().filter(|message| message.from != who);
        self.state.network = others.copied().collect();
        let me = self.me();
        let Replica { epoch, mut log, mut watermark, .. } = *me;
        if let Some(kept) = kept {
            log.truncate(kept as usize);
            watermark = watermark.min(kept);
        }
        if forgets {
            log.truncate(watermark as usize);
        }
        *me = Replica { epoch, log, watermark, ..Replica::default() };
        let log_last = log.len() as u64;
        self.facts.push(Fact::Booted { applied: watermark.into(), log_last });
        self.facts.push(Fact::Term { term: epoch.into(), vote: None });
        let controller = &mut self.state.controller;
        if controller.leader == who + 1 {
            controller.leader = 0;
        }
        if kept.is_some() && self.isr.bug != Some(Bug::LastReplica) {
            // It says so when it comes up: it may not hold what is committed.
            controller.in_sync &= !(1 << who);
            controller.eligible &= !(1 << who);
        }
    }

    /// A leader commits what all replicas in sync hold, if they are enough.
    fn advances(&mut self) {
        let who = self.who;
        let me = *self.me();
        if !me.leads || !self.enough(me.in_sync) {
            return;
        }
        let others = (0..self.isr.bounds.nodes).filter(|other| *other != who);
        let in_sync = others.filter(|other| me.in_sync >> other & 1 == 1);
        let upto = in_sync.map(|other| me.ends[other as usize]).fold(me.end(), u8::min);
        self.commits(upto);
    }

    /// The log is committed up to here; the replica applies that, and a leader answers.
    fn commits(&mut self, upto: u8) {
        let early = self.bug(Bug::AckedAlone);
        let me = self.me();
        let before = me.watermark;
        if upto <= before {
            return;
        }
        me.watermark = upto;
        let me = *me;
        self.facts.push(Fact::Committed { index: upto.into() });
        let applied = &me.log[before as usize..upto as usize];
        for (index, entry) in (u64::from(before) + 1..).zip(applied) {
            self.facts.push(Fact::Applied { index, entry: told(*entry), effective: true });
        }
        for entry in applied.iter().filter(|entry| entry.epoch == me.epoch && me.leads && !early) {
            self.facts.push(Fact::Acked { request: request(entry.request), read: false });
        }
    }
}

/// An entry as a fact has it. A request's number is all of its contents.
fn told(entry: Entry) -> fact::Entry {
    let request = Some(request(entry.request));
    fact::Entry { term: entry.epoch.into(), digest: entry.request.into(), request }
}
