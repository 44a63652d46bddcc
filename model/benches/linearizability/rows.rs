//! What is measured: histories are made up, and a row with the time of the processor that a verdict
//! takes goes out for each.

use crate::files;
use crate::made::{
    ETCD_CLIENTS, Made, OBJECTS, flag, number, of_set, put_get, record, record_from, stale_store,
    store, swaps, unread,
};
use cpu_time::ThreadTime;
use schism::history::{History, Outcome};
use schism::judge::linearizability::{Finding, check};
use schism::seed::Seed;
use schism::spec::object::Object;
use schism::spec::{Spec, kv, map};
use std::fs;

/// How the rows are printed, and which.
struct Table<'a> {
    wanted: Option<&'a String>,
    markdown: bool,
}

const SIZES: [(u64, u64); 5] = [(3, 1_000), (3, 5_000), (5, 10_000), (5, 100_000), (5, 1_000_000)];
const MILLION: u64 = 1_000_000;

const fn of(clients: u64, length: u64, bad: bool) -> Made {
    Made { clients, length, keys: 1, crash: 0, bad, takes: false }
}

const HUNT: Made = Made { clients: 3, length: 200, keys: 4, crash: 20, bad: false, takes: false };

/// Prints the rows that have a word in their names, or all.
pub(super) fn print(wanted: Option<&String>, markdown: bool) {
    let table = Table { wanted, markdown };
    table.head();
    table.row("a hunt's store, put and get", || record::<kv::PutGet>(&HUNT, put_get, kv::Answer));
    table.row("a hunt's map, all operations", || record::<map::Map>(&HUNT, swaps, map::Ret::Value));
    for open in [20, 60] {
        table.row(&format!("{open} writes without an end, then a stale read"), || unread(open));
    }
    for (clients, length) in SIZES {
        table.both(&format!("register, unique values, {clients} clients"), |bad| {
            record::<kv::PutGet>(&of(clients, length, bad), put_get, kv::Answer)
        });
    }
    table.both("1,000 registers, unique values, 8 clients", |bad| {
        let made = Made { keys: 1_000, ..of(8, MILLION, bad) };
        record::<kv::PutGet>(&made, put_get, kv::Answer)
    });
    table.both("register, 5 values, swaps, 5 clients", |bad| {
        record::<map::Map>(&of(5, MILLION, bad), swaps, map::Ret::Value)
    });
    table.both("set, unique values, 5 clients", |bad| {
        record::<Object>(&of(5, MILLION, bad), of_set, flag)
    });
    for (name, any) in OBJECTS {
        table.both(name, |bad| {
            record::<Object>(&Made { takes: true, ..of(5, MILLION, bad) }, any, number)
        });
    }
    table.hundred_stores();
}

/// Writes what other checkers are given as well.
pub(super) fn write(folder: &str) {
    let told = |bad| if bad { "-stale" } else { "" };
    for bad in [false, true] {
        for (clients, length) in SIZES {
            let history = record::<kv::PutGet>(&of(clients, length, bad), put_get, kv::Answer);
            files::write(folder, &format!("register-{clients}-{length}{}", told(bad)), &history);
            let history = record::<map::Map>(&of(clients, length, bad), swaps, map::Ret::Value);
            files::write(folder, &format!("swaps-{clients}-{length}{}", told(bad)), &history);
        }
    }
    let history = record::<kv::PutGet>(&of(5, MILLION, false), put_get, kv::Answer);
    files::write_logs(folder, "formats", &history);
    let (_, queue) = OBJECTS[0];
    let history = record::<Object>(&Made { takes: true, ..of(5, MILLION, false) }, queue, number);
    files::write_rows(folder, "formats", &history);
    for open in [10, 20, 60] {
        files::write(folder, &format!("unread-{open}"), &unread(open));
    }
}

impl Table<'_> {
    fn head(&self) {
        if self.markdown {
            println!("| history | operations | verdict | time | memory |\n|---|---|---|---|---|");
        } else {
            println!(
                "{:60} {:>9} {:>16} {:>10} {:>6} {:>7}",
                "history", "ops", "verdict", "median", "ns/op", "MB"
            );
        }
    }

    fn wants(&self, name: &str) -> bool {
        self.wanted.is_none_or(|part| name.contains(part.as_str()))
    }

    /// A history, and one that is refuted.
    fn both<S: Spec>(&self, name: &str, history: impl Fn(bool) -> History<S>) {
        for bad in [false, true] {
            let told = if bad { ", one stale read" } else { "" };
            self.row(&format!("{name}{told}"), || history(bad));
        }
    }

    fn row<S: Spec>(&self, name: &str, history: impl Fn() -> History<S>) {
        if self.wants(name) {
            let history = history();
            let (verdict, median, megabytes) = measured(&history);
            self.tell(name, history.operations.len(), verdict, median, megabytes);
        }
    }

    fn tell(&self, name: &str, operations: usize, verdict: &str, median: f64, megabytes: u64) {
        let shown = shown(median);
        if self.markdown {
            let operations = grouped(operations);
            let memory =
                if megabytes == 0 { "under 1 MB".to_owned() } else { format!("{megabytes} MB") };
            println!("| {name} | {operations} | {verdict} | {shown} | {memory} |");
        } else {
            let each = median * 1e9 / operations as f64;
            println!(
                "{name:60} {operations:>9} {verdict:>16} {shown:>10} {each:>6.0} {megabytes:>7}"
            );
        }
    }

    /// The slowest of a hundred histories, and how many had no verdict.
    fn hundred_stores(&self) {
        let name = "etcd's store, 12 clients, 10 failures left pending";
        if !self.wants(name) {
            return;
        }
        let made = Made { crash: 300, ..of(ETCD_CLIENTS, 2_000, false) };
        let (mut slowest, mut all, mut unknown, mut open) = (0.0_f64, 0.0, 0, 0);
        let mut most = 0;
        let stale = || {
            let mut history = record_from::<Object>(Seed(0), &made, store, number);
            stale_store(&mut history);
            history
        };
        self.row(&format!("{name}, one stale read"), stale);
        for seed in 0..100 {
            let history = record_from::<Object>(Seed(seed), &made, store, number);
            open += history.operations.iter().filter(|one| one.outcome == Outcome::Unknown).count();
            let began = ThreadTime::now();
            let (finding, megabytes) = with_memory(|| check(&history, 1 << 24));
            let seconds = began.elapsed().as_secs_f64();
            unknown += u32::from(finding != Finding::Linearizable);
            (slowest, all, most) = (slowest.max(seconds), all + seconds, most.max(megabytes));
        }
        let verdict = if unknown == 0 { "linearizable" } else { "UNKNOWN, some" };
        self.tell(&format!("{name} (mean of 100)"), 2_000, verdict, all / 100.0, most);
        self.tell(&format!("{name} (slowest of 100)"), 2_000, verdict, slowest, most);
        assert!(open > 500, "{open} failures were left");
    }
}

/// A verdict's time, for as many runs as take a second. Asking for the time takes time itself, so
/// quick ones are measured together.
fn measured<S: Spec>(history: &History<S>) -> (&'static str, f64, u64) {
    let mut times = Vec::new();
    let (mut spent, mut together) = (0.0, 1);
    let (finding, megabytes) = with_memory(|| check(history, 1 << 24));
    let verdict = match finding {
        Finding::Linearizable => "linearizable",
        Finding::Refuted(_) => "not linearizable",
        Finding::Unknown => "unknown",
    };
    while times.len() < 3 || spent < 1.0 {
        let began = ThreadTime::now();
        for _ in 0..together {
            std::hint::black_box(check(history, 1 << 24));
        }
        let seconds = began.elapsed().as_secs_f64();
        spent += seconds;
        if seconds < 2e-3 {
            together *= 2;
        } else {
            times.push(seconds / f64::from(together));
        }
    }
    times.sort_by(f64::total_cmp);
    (verdict, times[times.len() / 2], megabytes)
}

/// What a call answers, and the memory in MB that it took beside what was there: as Linux tells it,
/// and 0 elsewhere.
fn with_memory<T>(call: impl FnOnce() -> T) -> (T, u64) {
    // The highest mark is set back to what is held now.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = kilobytes("VmRSS:");
    let answer = call();
    (answer, kilobytes("VmHWM:").saturating_sub(before) / 1_000)
}

pub(super) fn kilobytes(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn shown(seconds: f64) -> String {
    match seconds {
        ..1e-3 => format!("{:.3} ms", seconds * 1e3),
        ..1e-1 => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
