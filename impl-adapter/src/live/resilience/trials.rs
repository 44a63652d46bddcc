//! The six trials: what each does to the network of a service, and what it demands. A service comes
//! in; what each trial came to goes out.

use super::client::Policy;
use super::flaw::Flaw;
use super::kind::Kind;
use super::leaks::Held;
use super::report::{Criterion, Figures, Flags, Report, Result as TrialResult, milliseconds};
use super::stamp::stamp;
use super::trial::{Bench, Line, Seen, sums};
use super::{Service, Tally};
use crate::live::faulty::Phase;
use schism::Seed;
use schism::seed::Ratio;
use std::io::Result;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// A trial that lasts so long will not end.
const ENDLESS: Duration = Duration::from_secs(60);

/// Tries a service in all ways, one after the other.
pub async fn trials<S: Service>(service: S, seed: u64, policy: Policy) -> Report {
    let (service, began) = (Arc::new(service), Instant::now());
    let mut results = Vec::new();
    for kind in Kind::ALL {
        results.push(examine(&service, kind, Seed(seed), policy, None).await);
        rest().await;
    }
    Report::new(stamp(), seed, began.elapsed(), results)
}

/// What the last trial closed is to be gone before the next one counts.
pub async fn rest() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// Tries a service in one way.
pub async fn examine<S: Service>(
    service: &Arc<S>,
    kind: Kind,
    seed: Seed,
    policy: Policy,
    flaw: Option<Flaw>,
) -> TrialResult {
    let service_name = service.name().to_owned();
    let seed = seed.of((service.name(), kind.word()));
    let (service, common) = (Arc::clone(service), Arc::default());
    let mut bench = Bench { service, policy, seed, flaw, common, next: 0 };
    let began = Instant::now();
    let seen = timeout(ENDLESS, tried(&mut bench, kind)).await;
    let (seen, trouble) = match seen {
        Ok(Ok(seen)) => (seen, None),
        Ok(Err(error)) => (nothing(), Some(format!("no connection: {error}"))),
        Err(_) => (nothing(), Some(format!("it did not end within {} s", ENDLESS.as_secs()))),
    };
    let expected = kind.expected();
    let error = trouble.or_else(|| wrong(&seen, &expected));
    TrialResult {
        name: kind.title().to_owned(),
        kind: kind.word().to_owned(),
        service: service_name,
        passed: error.is_none(),
        duration_ms: milliseconds(began.elapsed()),
        flags: seen.flags,
        expected,
        criteria: seen.criteria,
        retries: seen.tally.retries,
        queued: seen.tally.queued,
        delivered: seen.tally.delivered,
        cached: seen.tally.cached,
        error,
        metrics: seen.figures,
    }
}

/// What was seen of a service that could not even be tried.
fn nothing() -> Seen {
    let flags = Flags {
        connection_lost: true,
        recovered: false,
        data_lost: false,
        cascading_failure: false,
        graceful_degradation: false,
    };
    let (figures, tally) = (Figures::default(), Tally::default());
    Seen { flags, criteria: Vec::new(), figures, tally, why: None }
}

/// The first thing that is not as it should be.
fn wrong(seen: &Seen, expected: &Flags) -> Option<String> {
    let criterion = seen.criteria.iter().find(|criterion| !criterion.held);
    let pairs = seen.flags.named().into_iter().zip(expected.named());
    let flag = pairs.into_iter().find(|(seen, expected)| seen.1 != expected.1).map(|(seen, _)| {
        let not = if seen.1 { "" } else { "not " };
        format!("{not}{}", seen.0)
    });
    let first =
        flag.or_else(|| criterion.map(|criterion| format!("not met: {}", criterion.what)))?;
    Some(match &seen.why {
        Some(why) => format!("{first}: {why}"),
        None => first,
    })
}

async fn tried<S: Service>(bench: &mut Bench<S>, kind: Kind) -> Result<Seen> {
    match kind {
        Kind::Loss => cut_off(bench, 10).await,
        Kind::Recovery => cut_off(bench, 5).await,
        Kind::Intermittent => lossy(bench, 20, Ratio::new(3, 10), 3).await,
        Kind::Partial => lossy(bench, 10, Ratio::new(1, 2), 4).await,
        Kind::Cascade => two_connections(bench).await,
        Kind::Reconnect => comes_and_goes(bench).await,
    }
}

fn demand(criteria: &mut Vec<Criterion>, what: String, held: bool) {
    criteria.push(Criterion { what, held });
}

/// Five calls, the server is cut off, so many calls, it is back, five calls.
async fn cut_off<S: Service>(bench: &mut Bench<S>, during: u64) -> Result<Seen> {
    let mut criteria = Vec::new();
    let (mut line, mut other) = (bench.line("line").await?, bench.line("other").await?);
    let ok = bench.write(&mut line, 5).await;
    demand(&mut criteria, format!("{ok} of 5 before the cut"), ok == 5);
    let unread = line.read_back(5).await;
    line.cut();
    other.stand_by(Phase::During);
    let ok = bench.write(&mut line, during).await;
    demand(&mut criteria, format!("{} of {during} failed during it", during - ok), ok == 0);
    let cached = line.remembered(5);
    demand(&mut criteria, format!("{cached} of 5 answered from memory"), cached == 5);
    let beside = bench.write(&mut other, 2).await;
    let ok = all_well(bench, &mut line, &mut other, 5, &mut criteria).await;
    let graceful = cached == 5 && line.in_time(&bench.policy);
    let books = Books {
        line,
        other,
        criteria,
        unharmed: beside == 2,
        graceful,
        recovered: ok > 0,
        unread,
        both: false,
    };
    Ok(books.close().await)
}

/// The line is healed, what waited is delivered, and so many calls must succeed: how many do.
async fn all_well<S: Service>(
    bench: &mut Bench<S>,
    line: &mut Line<S>,
    other: &mut Line<S>,
    calls: u64,
    criteria: &mut Vec<Criterion>,
) -> u64 {
    line.heal();
    line.deliver().await;
    other.deliver().await;
    let ok = bench.write(line, calls).await;
    demand(criteria, format!("{ok} of {calls} after it"), ok == calls);
    ok
}

/// Three calls, then so many while requests are lost, then three.
async fn lossy<S: Service>(
    bench: &mut Bench<S>,
    during: u64,
    share: Ratio,
    one_in: u64,
) -> Result<Seen> {
    let mut criteria = Vec::new();
    let (mut line, mut other) = (bench.line("line").await?, bench.line("other").await?);
    let ok = bench.write(&mut line, 3).await;
    demand(&mut criteria, format!("{ok} of 3 before it"), ok == 3);
    line.lose(share);
    other.stand_by(Phase::During);
    let ok = bench.write(&mut line, during).await;
    let least = during.div_ceil(one_in);
    demand(&mut criteria, format!("{ok} of {during} during it, {least} at least"), ok >= least);
    let beside = bench.write(&mut other, 2).await;
    let ok = all_well(bench, &mut line, &mut other, 3, &mut criteria).await;
    let graceful = line.in_time(&bench.policy);
    let books = Books {
        line,
        other,
        criteria,
        unharmed: beside == 2,
        graceful,
        recovered: ok > 0,
        unread: None,
        both: false,
    };
    Ok(books.close().await)
}

/// Three calls on each of two connections, one is cut, five on each; then the cut one is back.
async fn two_connections<S: Service>(bench: &mut Bench<S>) -> Result<Seen> {
    let mut criteria = Vec::new();
    let (mut line, mut other) = (bench.line("line").await?, bench.line("other").await?);
    let ok = bench.write(&mut line, 3).await + bench.write(&mut other, 3).await;
    demand(&mut criteria, format!("{ok} of 6 before the cut"), ok == 6);
    let unread = line.read_back(3).await;
    line.cut();
    other.stand_by(Phase::During);
    let ok = bench.write(&mut line, 5).await;
    demand(&mut criteria, format!("{} of 5 failed on the one that was cut", 5 - ok), ok == 0);
    let cached = line.remembered(3);
    let beside = bench.write(&mut other, 5).await;
    demand(&mut criteria, format!("{beside} of 5 on the other"), beside == 5);
    line.heal();
    other.stand_by(Phase::After);
    line.deliver().await;
    other.deliver().await;
    let back = bench.write(&mut line, 1).await;
    let ok = back + bench.write(&mut other, 1).await;
    demand(&mut criteria, format!("{ok} of 2 after it"), ok == 2);
    let graceful = cached == 3 && line.in_time(&bench.policy);
    let books = Books {
        line,
        other,
        criteria,
        unharmed: beside == 5,
        graceful,
        recovered: back > 0,
        unread,
        both: true,
    };
    Ok(books.close().await)
}

/// Ten times two calls and two that fail; then three.
async fn comes_and_goes<S: Service>(bench: &mut Bench<S>) -> Result<Seen> {
    const CYCLES: u64 = 10;
    let mut criteria = Vec::new();
    let (mut line, mut other) = (bench.line("line").await?, bench.line("other").await?);
    let (mut up, mut down) = (bench.write(&mut line, 2).await, 0);
    let beside = bench.write(&mut other, 1).await;
    let held = Held::now();
    let mut all_cached = true;
    for cycle in 1..=CYCLES {
        let unread = line.read_back(1).await;
        line.cut();
        down += 2 - bench.write(&mut line, 2).await;
        all_cached &= unread.is_none() && line.remembered(1) == 1;
        line.heal();
        line.deliver().await;
        if cycle < CYCLES {
            up += bench.write(&mut line, 2).await;
        }
    }
    let ok = bench.write(&mut line, 3).await;
    let calls = 2 * CYCLES;
    demand(&mut criteria, format!("{up} of {calls} while it was there"), up == calls);
    demand(&mut criteria, format!("{down} of {calls} failed while it was not"), down == calls);
    demand(&mut criteria, format!("{ok} of 3 in the end"), ok >= 2);
    other.stand_by(Phase::During);
    let beside = beside + bench.write(&mut other, 1).await;
    let grown = held.grown().await;
    let left = grown.as_deref().unwrap_or("nothing");
    demand(&mut criteria, format!("left behind: {left}"), grown.is_none());
    let graceful = all_cached && line.in_time(&bench.policy);
    let books = Books {
        line,
        other,
        criteria,
        unharmed: beside == 2,
        graceful,
        recovered: ok >= 2,
        unread: None,
        both: false,
    };
    Ok(books.close().await)
}

/// A trial at its end.
struct Books<S: Service> {
    line: Line<S>,
    other: Line<S>,
    criteria: Vec<Criterion>,
    /// Whether the calls on the other connection were answered.
    unharmed: bool,
    graceful: bool,
    recovered: bool,
    /// What could not be read though nothing was wrong yet.
    unread: Option<String>,
    /// Whether the figures are of both connections.
    both: bool,
}

impl<S: Service> Books<S> {
    /// What is missing, and which flags follow.
    async fn close(self) -> Seen {
        let Books { mut line, mut other, criteria, unharmed, graceful, recovered, .. } = self;
        let mut missing = self.unread;
        for line in [&mut line, &mut other] {
            if missing.is_none() {
                missing = line.missing().await;
            }
        }
        let flags = Flags {
            connection_lost: line.drops() > 0 && line.calls(Phase::During).failed > 0,
            recovered,
            data_lost: missing.is_some(),
            cascading_failure: !unharmed,
            graceful_degradation: graceful,
        };
        let why = if !recovered {
            line.why(Phase::After).map(str::to_owned)
        } else if !unharmed {
            other.why(Phase::During).map(str::to_owned)
        } else {
            missing
        };
        let (_, tally) = sums(&[&line, &other]);
        let (figures, _) = if self.both { sums(&[&line, &other]) } else { sums(&[&line]) };
        Seen { flags, criteria, figures, tally, why }
    }
}
