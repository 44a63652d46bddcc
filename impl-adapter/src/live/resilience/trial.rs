//! One trial while it lasts: its connections, what was asked on them and answered, and what that
//! comes to. What the trial does to the network is not known here.

use super::client::{Client, Policy, Tally};
use super::flaw::{Common, Flaw, Flawed};
use super::report::{Calls, Criterion, Figures, Flags};
use super::{Operation, SERVER, Service};
use crate::live::faulty::Phase;
use crate::live::{FaultyTransport, Trouble, Way};
use schism::Seed;
use schism::seed::Ratio;
use std::io::Result;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A service under trial, with what is drawn from and what is wrong on purpose.
pub(super) struct Bench<S: Service> {
    pub(super) service: Arc<S>,
    pub(super) policy: Policy,
    pub(super) seed: Seed,
    pub(super) flaw: Option<Flaw>,
    pub(super) common: Arc<Common>,
    /// The next number that nobody has written yet.
    pub(super) next: u64,
}

type Wrapped<S> = FaultyTransport<Flawed<<S as Service>::Transport>>;

/// One connection under trial.
pub(super) struct Line<S: Service> {
    service: Arc<S>,
    client: Client<S, Wrapped<S>>,
    transport: Arc<Wrapped<S>>,
    phase: Phase,
    calls: [Calls; 3],
    /// What was written and acknowledged, or kept for later.
    written: Vec<u64>,
    /// The longest that a call took.
    longest: Duration,
    /// Why the first call failed in each phase.
    why: [Option<String>; 3],
}

impl<S: Service> Bench<S> {
    /// One more connection.
    pub(super) async fn line(&mut self, name: &str) -> Result<Line<S>> {
        let inner = self.service.connect().await?;
        let flawed = Flawed::new(inner, self.flaw, &self.common);
        let transport = Arc::new(FaultyTransport::new(flawed, self.seed.of(name)));
        let keeps = self.flaw != Some(Flaw::LosesQueued);
        let policy = Policy { keeps, ..self.policy };
        let client = Client::new(Arc::clone(&self.service), Arc::clone(&transport), policy);
        Ok(Line {
            service: Arc::clone(&self.service),
            client,
            transport,
            phase: Phase::Before,
            calls: [Calls::default(); 3],
            written: Vec::new(),
            longest: Duration::ZERO,
            why: [const { None }; 3],
        })
    }

    /// Writes so many new numbers on this connection; says how many were acknowledged.
    pub(super) async fn write(&mut self, line: &mut Line<S>, count: u64) -> u64 {
        let mut ok = 0;
        for _ in 0..count {
            self.next += 1;
            ok += u64::from(line.write(self.next).await);
        }
        ok
    }
}

impl<S: Service> Line<S> {
    /// Cuts the server off.
    pub(super) fn cut(&mut self) {
        self.phase = Phase::During;
        self.transport.partition([SERVER]);
    }

    /// Loses so many of the requests.
    pub(super) fn lose(&mut self, share: Ratio) {
        self.phase = Phase::During;
        self.transport.trouble(Way::To(SERVER), Trouble::NONE.loss(share));
    }

    /// All is well from now on.
    pub(super) fn heal(&mut self) {
        self.phase = Phase::After;
        self.transport.calm();
        self.transport.heal();
    }

    /// Another connection is in trouble.
    pub(super) fn stand_by(&mut self, phase: Phase) {
        self.phase = phase;
    }

    async fn write(&mut self, number: u64) -> bool {
        let began = Instant::now();
        let operation = Operation::Write(number);
        let answer = self.client.call_or_keep(operation).await;
        self.longest = self.longest.max(began.elapsed());
        let calls = &mut self.calls[self.phase as usize];
        calls.requests += 1;
        // Kept ones belong here as well: they are delivered later, or are lost.
        self.written.push(number);
        let expected = self.service.expected(operation);
        let why = match answer {
            Ok(answer) if answer == expected => {
                calls.ok += 1;
                return true;
            }
            Ok(answer) => format!("expected the answer `{expected}` and got `{answer}`"),
            Err(refusal) => refusal.to_string(),
        };
        calls.failed += 1;
        self.why[self.phase as usize].get_or_insert(why);
        false
    }

    /// Reads this many of what was written first, so that it is remembered; false if it is wrong.
    pub(super) async fn read_back(&mut self, count: usize) -> Option<String> {
        for number in self.written.iter().take(count) {
            let operation = Operation::Read(*number);
            let expected = self.service.expected(operation);
            match self.client.call(operation).await {
                Ok(answer) if answer == expected => {}
                Ok(answer) => return Some(format!("{number} reads `{answer}`, not `{expected}`")),
                Err(refusal) => return Some(format!("{number} cannot be read: {refusal}")),
            }
        }
        None
    }

    /// How many of the first that were written are answered from memory.
    pub(super) fn remembered(&self, count: usize) -> usize {
        let known = |number: &&u64| {
            let operation = Operation::Read(**number);
            self.client.remembered(operation) == Some(self.service.expected(operation))
        };
        self.written.iter().take(count).filter(known).count()
    }

    /// Delivers what was kept.
    pub(super) async fn deliver(&self) {
        // What cannot be delivered is missed when the books are closed.
        let _ = self.client.deliver().await;
    }

    pub(super) fn tally(&self) -> Tally {
        self.client.tally()
    }

    /// How often the server was cut off.
    pub(super) fn drops(&self) -> u64 {
        self.transport.counters().figures().drops
    }

    pub(super) fn calls(&self, phase: Phase) -> Calls {
        self.calls[phase as usize]
    }

    /// Why calls failed that should not have.
    pub(super) fn why(&self, phase: Phase) -> Option<&str> {
        self.why[phase as usize].as_deref()
    }

    /// Whether each call came to its end in time. A busy machine may double the time.
    pub(super) fn in_time(&self, policy: &Policy) -> bool {
        self.longest <= policy.longest() * 2 + Duration::from_secs(1)
    }

    /// What is not there that was acknowledged or kept, or was not done exactly once.
    pub(super) async fn missing(&mut self) -> Option<String> {
        let Tally { queued, delivered, .. } = self.tally();
        if queued != delivered {
            return Some(format!("of {queued} that were kept {delivered} were delivered"));
        }
        self.read_back(usize::MAX).await
    }
}

/// What a trial came to.
pub(super) struct Seen {
    pub(super) flags: Flags,
    pub(super) criteria: Vec<Criterion>,
    pub(super) figures: Figures,
    pub(super) tally: Tally,
    /// What explains a flag that was not expected.
    pub(super) why: Option<String>,
}

/// The figures and the tallies of several connections together.
pub(super) fn sums<S: Service>(lines: &[&Line<S>]) -> (Figures, Tally) {
    let calls = |phase| {
        lines.iter().fold(Calls::default(), |sum, line| {
            let Calls { requests, ok, failed } = line.calls(phase);
            Calls {
                requests: sum.requests + requests,
                ok: sum.ok + ok,
                failed: sum.failed + failed,
            }
        })
    };
    let figures = Figures {
        before: calls(Phase::Before),
        during: calls(Phase::During),
        after: calls(Phase::After),
    };
    let tally = lines.iter().map(|line| line.tally()).fold(Tally::default(), |sum, tally| Tally {
        retries: sum.retries + tally.retries,
        queued: sum.queued + tally.queued,
        delivered: sum.delivered + tally.delivered,
        cached: sum.cached + tally.cached,
    });
    (figures, tally)
}
