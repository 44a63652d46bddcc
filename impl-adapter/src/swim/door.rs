//! What the library wants done goes in, effects go out. What it has come to believe is told before
//! the message that lets others know of it.

use super::desk::Desk;
use super::foca::{Member, Packet};
use super::hooks::Hooks;
use super::identity::Id;
use super::{Config, Timer};
use foca::{Notification, Runtime};
use schism::fact::{self, Fact};
use schism::{Io, Time};
use std::time::Duration;

/// What a member keeps besides its library.
#[derive(Debug)]
pub struct Ways {
    /// Whether it takes part: it has somebody to talk to.
    pub connected: bool,
    /// Whether it is to be woken for announcing itself.
    pub announces: bool,
    load: Load,
}

/// How many messages it sent since when.
#[derive(Debug)]
struct Load {
    since: Time,
    sent: u64,
}

impl Ways {
    /// Of a member that comes up.
    #[must_use]
    pub const fn new() -> Ways {
        Ways { connected: false, announces: false, load: Load { since: Time::ZERO, sent: 0 } }
    }
}

impl Default for Ways {
    fn default() -> Ways {
        Ways::new()
    }
}

/// Through which the library acts, while it handles one event.
pub struct Door<'a, H: Hooks> {
    /// Where effects go.
    pub io: &'a mut Io<Member<H>>,
    /// Where the library's parts put down what they see.
    pub desk: &'a Desk,
    /// What the member keeps.
    pub ways: &'a mut Ways,
    /// How it is set up.
    pub config: &'a Config,
    /// What a variant does otherwise.
    pub hooks: &'a H,
    /// The generation of the member when the event came.
    pub life: u32,
}

impl<H: Hooks> Door<'_, H> {
    /// Tells what has been put down.
    pub fn tell(&mut self) {
        let Door { io, desk, .. } = self;
        desk.news(|said| io.tell(Fact::Member(said)));
    }

    /// Counts a message, and tells how many there were in the period that is over with it.
    fn count(&mut self) {
        let (now, period) = (self.io.now(), self.config.period);
        let load = &mut self.ways.load;
        if now.since(load.since) >= period {
            let (messages, within_ms) = (load.sent, period.as_millis() as u64);
            *load = Load { since: now, sent: 0 };
            if messages > 0 {
                self.io.tell(Fact::Member(fact::Member::Sent { messages, within_ms }));
            }
        }
        self.ways.load.sent += 1;
    }

    /// Asks to be woken for announcing itself, unless it will be.
    pub fn announce_later(&mut self) {
        if !self.ways.announces {
            self.ways.announces = true;
            let after = self.config.period * self.config.announces_every;
            self.io.after(after, Timer::Announce);
        }
    }
}

impl<H: Hooks> Runtime<Id> for Door<'_, H> {
    fn notify(&mut self, notification: Notification<'_, Id>) {
        match notification {
            Notification::Active => self.ways.connected = true,
            Notification::Idle | Notification::Rejoin(_) => {
                self.ways.connected = false;
                self.announce_later();
            }
            Notification::Defunct => self.ways.connected = false,
            _ => {}
        }
    }

    fn send_to(&mut self, to: Id, data: &[u8]) {
        self.tell();
        self.count();
        let mut bytes = data.to_vec();
        self.hooks.sends(&mut bytes);
        self.io.send(to.node(), Packet(bytes));
    }

    fn submit_after(&mut self, event: foca::Timer<Id>, after: Duration) {
        self.io.after(after, Timer::Library(event, self.life));
    }
}
