//! Files come in; how long a checker takes for them goes out, as one line: the verdict, real
//! seconds, seconds of the processor, and the most memory that the process had, in MB. What is read
//! is not counted. `peers.sh` runs it in turn with checkers that are not Rust.

use crate::files::{Words, read, swaps};
use crate::rows::kilobytes;
use cpu_time::ProcessTime;
use schism::history::{History, Outcome};
use schism::judge::linearizability::{Finding, check, is_linearizable};
use schism::spec::{Spec, kv, map};
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::time::Instant;

/// Judges files by one of the checkers.
pub(super) fn judge(by: &str, files: &[String]) {
    if files.iter().any(|file| swaps(file)) {
        judge_as::<map::Map>(by, files);
    } else {
        judge_as::<kv::PutGet>(by, files);
    }
}

fn judge_as<S: Words>(by: &str, files: &[String]) {
    let histories: Vec<History<S>> = files.iter().map(|file| read(file)).collect();
    match by {
        "schism" => tell(|| count(&histories, |one| check(one, 1 << 24) == Finding::Linearizable)),
        "verdict" => tell(|| count(&histories, |one| is_linearizable(one, 1 << 24) == Some(true))),
        "stateright" => {
            let testers: Vec<Tester<S>> = histories.iter().map(tester).collect();
            tell(|| count(&testers, ConsistencyTester::is_consistent));
        }
        other => panic!("{other} is no checker: `schism`, `verdict` or `stateright`"),
    }
}

fn count<T>(all: &[T], holds: impl Fn(&T) -> bool) -> [usize; 2] {
    [all.iter().filter(|one| holds(one)).count(), all.len()]
}

/// The median of several runs; one that takes long is run once.
fn tell(run: impl Fn() -> [usize; 2]) {
    let mut times: Vec<[f64; 2]> = Vec::new();
    let (mut spent, mut kept) = (0.0, [0, 0]);
    while spent < 0.3 && times.len() < 1_000 {
        #[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
        let (began, busy) = (Instant::now(), ProcessTime::now());
        kept = run();
        let (real, busy) = (began.elapsed().as_secs_f64(), busy.elapsed().as_secs_f64());
        spent += real;
        times.push([real, busy]);
    }
    times.sort_by(|one, other| one[0].total_cmp(&other[0]));
    let [real, busy] = times[times.len() / 2];
    let verdict = match kept {
        [1, 1] => "linearizable".to_owned(),
        [0, 1] => "refuted".to_owned(),
        [kept, all] => format!("{kept}-of-{all}-linearizable"),
    };
    println!("{verdict} {real:.9} {busy:.9} {}", kilobytes("VmHWM:") / 1_000);
}

/// One of our objects, as Stateright knows them.
struct Object<S: Spec> {
    parts: BTreeMap<Option<u64>, S::State>,
    spec: PhantomData<S>,
}

impl<S: Spec> Clone for Object<S> {
    fn clone(&self) -> Self {
        Object { parts: self.parts.clone(), spec: PhantomData }
    }
}

impl<S: Spec> SequentialSpec for Object<S> {
    type Op = S::Op;
    type Ret = S::Ret;

    fn invoke(&mut self, op: &S::Op) -> S::Ret {
        S::apply(self.parts.entry(S::part(op)).or_insert_with(S::init), op)
    }
}

type Tester<S> = LinearizabilityTester<u64, Object<S>>;

/// A client that goes on after an operation without an answer is another thread from then on: to
/// Stateright a thread does nothing more. Reads that nobody heard of are left out.
fn tester<S: Spec>(history: &History<S>) -> Tester<S> {
    let mut tester =
        LinearizabilityTester::new(Object { parts: BTreeMap::new(), spec: PhantomData });
    let mut threads: BTreeMap<u32, u64> = BTreeMap::new();
    let mut events = BTreeMap::new();
    let mut next = 0;
    for one in &history.operations {
        let client = one.request.client.0;
        let thread = *threads.entry(client).or_insert_with(|| {
            next += 1;
            next
        });
        match &one.outcome {
            Outcome::Ok(ret) => {
                events.insert(one.invoked.order, (thread, Some(one.op.clone()), None));
                events.insert(one.completed.order, (thread, None, Some(ret.clone())));
            }
            Outcome::Unknown if !S::is_read(&one.op) => {
                events.insert(one.invoked.order, (thread, Some(one.op.clone()), None));
                threads.remove(&client);
            }
            _ => {}
        }
    }
    for (thread, op, ret) in events.into_values() {
        let told = match (op, ret) {
            (Some(op), _) => tester.on_invoke(thread, op).map(|_| ()),
            (None, Some(ret)) => tester.on_return(thread, ret).map(|_| ()),
            (None, None) => Ok(()),
        };
        assert!(told.is_ok(), "a thread does one thing at a time");
    }
    tester
}
