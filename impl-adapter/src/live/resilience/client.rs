//! Operations come in; answers go out, if need be after several tries, from memory, or later. It
//! must not know why a service does not answer.

use super::{Operation, SERVER, Service};
use crate::live::Transport;
use crate::live::task::Task;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

/// How a client goes about a service that does not answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// So long it waits for the answer to one try.
    pub patience: Duration,
    /// So often it tries again.
    pub retries: u32,
    /// So long it waits before it tries again; twice as long each time.
    pub pause: Duration,
    /// Whether it keeps what it could not deliver.
    pub keeps: bool,
}

impl Default for Policy {
    fn default() -> Policy {
        let (patience, pause) = (Duration::from_millis(150), Duration::from_millis(10));
        Policy { patience, retries: 3, pause, keeps: true }
    }
}

impl Policy {
    /// The longest that a call may take.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.patience * (self.retries + 1) + self.pause * ((1 << self.retries) - 1)
    }
}

/// Why there was no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The service could not be asked, or did not answer in time, however often it was tried.
    Unreachable(String),
    /// The service said this against it. To ask again would not help.
    Refused(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Unreachable(why) => write!(f, "not reached: {why}"),
            Refusal::Refused(why) => write!(f, "refused: {why}"),
        }
    }
}

/// What a client has counted.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Tally {
    /// Tries after the first one.
    pub retries: u64,
    /// Operations that were kept for later.
    pub queued: u64,
    /// Operations that were kept and then delivered.
    pub delivered: u64,
    /// Answers from memory.
    pub cached: u64,
}

#[derive(Default)]
struct Counts {
    retries: AtomicU64,
    queued: AtomicU64,
    delivered: AtomicU64,
    cached: AtomicU64,
}

type Waiting = Arc<Mutex<BTreeMap<u64, oneshot::Sender<Result<String, String>>>>>;

/// A client of a service, on a connection of its own.
pub struct Client<S: Service, T: Transport> {
    service: Arc<S>,
    transport: Arc<T>,
    policy: Policy,
    next: AtomicU64,
    waiting: Waiting,
    kept: Mutex<VecDeque<Operation>>,
    /// What the service said of each operation that it answered.
    remembered: Mutex<BTreeMap<Operation, String>>,
    counts: Counts,
    _listener: Task,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that is done under these locks can leave what they guard half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Service, T: Transport> Client<S, T> {
    /// A client of this service that speaks through this transport.
    pub fn new(service: Arc<S>, transport: Arc<T>, policy: Policy) -> Client<S, T> {
        let waiting = Waiting::default();
        let heard = Arc::clone(&waiting);
        let (from, of) = (Arc::clone(&transport), Arc::clone(&service));
        let listener = Task::spawn(async move {
            while let Ok((_, frame)) = from.receive().await {
                // An answer that nobody waits for any more is of no use.
                if let Some((id, answer)) = of.answer(&frame)
                    && let Some(waiter) = lock(&heard).remove(&id)
                {
                    let _ = waiter.send(answer);
                }
            }
        });
        Client {
            service,
            transport,
            policy,
            next: AtomicU64::new(1),
            waiting,
            kept: Mutex::default(),
            remembered: Mutex::default(),
            counts: Counts::default(),
            _listener: listener,
        }
    }

    /// Asks, and asks again if there is no answer.
    ///
    /// # Errors
    /// There was none in the end, or one that says no.
    pub async fn call(&self, operation: Operation) -> Result<String, Refusal> {
        let mut pause = self.policy.pause;
        let mut tries = 0;
        loop {
            match self.once(operation).await {
                Err(Refusal::Unreachable(_)) if tries < self.policy.retries => {
                    tries += 1;
                    self.counts.retries.fetch_add(1, Ordering::Relaxed);
                    sleep(pause).await;
                    pause *= 2;
                }
                Ok(answer) => {
                    lock(&self.remembered).insert(operation, answer.clone());
                    return Ok(answer);
                }
                refused => return refused,
            }
        }
    }

    /// The same; what could not be delivered is kept for later.
    ///
    /// # Errors
    /// As of a call.
    pub async fn call_or_keep(&self, operation: Operation) -> Result<String, Refusal> {
        let answer = self.call(operation).await;
        if matches!(answer, Err(Refusal::Unreachable(_))) {
            self.counts.queued.fetch_add(1, Ordering::Relaxed);
            if self.policy.keeps {
                lock(&self.kept).push_back(operation);
            }
        }
        answer
    }

    /// What the service answered when it was last asked this, without asking it.
    pub fn remembered(&self, operation: Operation) -> Option<String> {
        let answer = lock(&self.remembered).get(&operation).cloned();
        if answer.is_some() {
            self.counts.cached.fetch_add(1, Ordering::Relaxed);
        }
        answer
    }

    /// Delivers what was kept, in order, up to the first that still cannot be.
    ///
    /// # Errors
    /// Something is still kept, and this is why.
    pub async fn deliver(&self) -> Result<(), Refusal> {
        loop {
            let Some(operation) = lock(&self.kept).front().copied() else { return Ok(()) };
            match self.call(operation).await {
                Err(refusal @ Refusal::Unreachable(_)) => return Err(refusal),
                _ => {
                    lock(&self.kept).pop_front();
                    self.counts.delivered.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// What was counted so far.
    pub fn tally(&self) -> Tally {
        let Counts { retries, queued, delivered, cached } = &self.counts;
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Tally {
            retries: of(retries),
            queued: of(queued),
            delivered: of(delivered),
            cached: of(cached),
        }
    }

    /// One try.
    async fn once(&self, operation: Operation) -> Result<String, Refusal> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (answered, answer) = oneshot::channel();
        lock(&self.waiting).insert(id, answered);
        let frame = self.service.request(id, operation);
        let asked = async {
            let sent = self.transport.send(SERVER, frame).await;
            sent.map_err(|error| Refusal::Unreachable(error.to_string()))?;
            let gone = |_| Refusal::Unreachable("the client is at its end".to_owned());
            answer.await.map_err(gone)?.map_err(Refusal::Refused)
        };
        let outcome = timeout(self.policy.patience, asked).await;
        lock(&self.waiting).remove(&id);
        outcome.unwrap_or_else(|_| {
            let waited = self.policy.patience.as_millis();
            Err(Refusal::Unreachable(format!("no answer within {waited} ms")))
        })
    }
}
