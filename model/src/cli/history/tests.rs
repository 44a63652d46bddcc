//! What the readers accept and refuse, and the verdicts on histories whose answer is known.

use super::load::read;
use super::read::Format;
use crate::judge::linearizability::{Finding, check};
use crate::seed::Seed;
use crate::spec::object::{Kind, Value};
use std::path::Path;

mod hostile;
mod mutated;
mod rows;
mod skimmed;
mod written;

fn holds(text: &str, init: Option<Value>) -> bool {
    let recorded = read(text, None, None, init).expect("the history can be read");
    check(&recorded.history, 100_000) == Finding::Linearizable
}

fn refused(text: &str, format: Format) -> String {
    let (line, why) = read(text, Some(format), None, None).err().expect("it cannot be read");
    format!("{line}: {why}")
}

#[test]
fn a_stale_read_is_found_in_each_format_of_registers() {
    let hist = |seen| format!("# init=-1\nI 0 0 w 0 5 0\nR 0 0 0\nI 1 1 r 0 0 0\nR 1 1 {seen}\n");
    assert!(holds(&hist("5"), None));
    assert!(!holds(&hist("-1"), None));
    let edn = |seen| {
        format!(
            "[{{:process 0, :type :invoke, :f :write, :value 5}}\n{{:process 0, :type :ok, :f \
             :write, :value 5}}\n{{:process 1, :type :invoke, :f :read, :value nil}}\n{{:process \
             1, :type :ok, :f :read, :value {seen}}}]"
        )
    };
    assert!(holds(&edn("5"), Some(Value::Number(0))));
    assert!(!holds(&edn("0"), Some(Value::Number(0))));
    assert!(holds(&edn("nil"), Some(Value::Number(0))), "a read of nil says nothing");
    let log = |seen| {
        format!(
            "INFO  jepsen.util - 0\t:invoke\t:write\t5\nINFO  jepsen.util - 0\t:ok\t:write\t5\n\
             INFO  jepsen.util - 1\t:invoke\t:read\tnil\nINFO  jepsen.util - 1\t:ok\t:read\t{seen}"
        )
    };
    assert!(holds(&log("5"), None));
    assert!(!holds(&log("nil"), None), "here nil is a value");
}

#[test]
fn a_failed_compare_and_set_is_an_answer_in_the_etcd_logs_alone() {
    let log = "INFO  jepsen.util - 0 :invoke :write 5\nINFO  jepsen.util - 0 :ok :write 5\n\
               INFO  jepsen.util - 0 :invoke :cas [5 6]\nINFO  jepsen.util - 0 :fail :cas [5 6]";
    assert!(!holds(log, None));
    let edn = "{:process 0 :type :invoke :f :cas :value [5 6]}\n\
               {:process 0 :type :fail :f :cas :value [5 6]}";
    assert!(holds(edn, Some(Value::Number(5))));
}

#[test]
fn an_operation_of_unknown_end_may_take_effect_late() {
    let edn = "{:process 0 :type :invoke :f :write :value 5}\n{:process 0 :type :info :f :write}\n\
               {:process 1 :type :invoke :f :read}\n{:process 1 :type :ok :f :read :value 0}\n\
               {:process 1 :type :invoke :f :read}\n{:process 1 :type :ok :f :read :value 5}";
    assert!(holds(edn, Some(Value::Number(0))));
    assert!(!holds(
        &format!("{edn}\n{}", edn.lines().skip(2).take(2).collect::<String>()),
        Some(Value::Number(0))
    ));
}

#[test]
fn queues_and_stacks_give_back_in_their_own_order() {
    assert!(holds("# queue\nenq 1 1 2\nenq 2 3 4\ndeq 1 5 6", None));
    assert!(!holds("# queue\nenq 1 1 2\nenq 2 3 4\ndeq 2 5 6", None));
    assert!(holds("# queue\nenq 1 1 3\nenq 2 3 4\ndeq 2 5 6", None), "at 3 they overlap");
    assert!(holds("# stack\npush 1 1 2\npush 2 3 4\npop 2 5 6", None));
    assert!(!holds("# stack\npush 1 1 2\npush 2 3 4\npop 1 5 6", None));
}

#[test]
fn transactions_read_all_their_keys_at_one_moment() {
    let txn = |seen| {
        format!(
            "{{:type :invoke :f :txn :value [[:write :x 1] [:write :y 1]] :process 0}}\n\
             {{:type :invoke :f :txn :value [[:read :x nil] [:read :y nil]] :process 1}}\n\
             {{:type :ok :f :txn :value [[:read :x 1] [:read :y {seen}]] :process 1}}\n\
             {{:type :ok :f :txn :value [[:write :x 1] [:write :y 1]] :process 0}}"
        )
    };
    assert!(holds(&txn("1"), Some(Value::Number(0))));
    assert!(!holds(&txn("0"), Some(Value::Number(0))));
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line_and_the_reason() {
    assert_eq!(
        refused("# init=0\nI 0 0 w 0 five 0", Format::Hist),
        "2: expected a number, not `five`"
    );
    assert_eq!(refused("R 0 7 0", Format::Hist), "1: 7 has asked for nothing");
    let twice = "I 0 0 r 0 0 0\nI 1 0 r 0 0 0";
    assert_eq!(refused(twice, Format::Hist), "2: 0 asks again, and has had no answer since line 1");
    assert_eq!(refused("\n[{:process 0", Format::Edn), "2: what opens here has no `}`");
    assert_eq!(refused("{:process}", Format::Edn), "1: a map has a key without a value");
    assert_eq!(refused(")", Format::Edn), "1: `)` closes nothing");
    let deep = format!("{{:value {}", "[".repeat(100_000));
    assert_eq!(refused(&deep, Format::Edn), "1: more than 64 brackets inside each other");
    assert_eq!(refused("enq 1 9 3", Format::Rows), "1: it ends at 3, before it begins at 9");
    assert_eq!(refused("fly 1 3 9", Format::Rows), "1: unknown method `fly`");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in "[ -~\n\t\\PC]{0,120}", which in 0..5_usize) {
        let formats =
            [Format::Hist, Format::Edn, Format::JsonLines, Format::JepsenLog, Format::Rows];
        let read = read(&text, Some(formats[which]), None, None);
        let lines = 1 + text.matches('\n').count();
        proptest::prop_assert!(read.map_or_else(|(line, _)| line, |_| 1) <= lines);
    }
}

/// A history in each format, for their mutations.
pub(super) const SAMPLES: [&str; 6] = [
    "# init=-1\nI 0 0 w 0 5 0\nI 1 1 r 0 0 0\nR 0 0 0\nR 1 1 5\nI 1 2 c 0 5 6\nR 1 2 1\n",
    "[{:process 0, :type :invoke, :f :cas, :value [1 4]}\n {:process 0 :type :fail :f :cas}]",
    "{:process 3 :type :invoke :f :txn :value [[:r :x nil] [:append :y 2]]}\n\
     {:process 3 :type :ok :f :txn :value [[:r :x #{1}] [:append :y 2]]}",
    "{\"process\": 0, \"type\": \"invoke\", \"f\": \"enqueue\", \"value\": 5}\n\
     {\"process\": 0, \"type\": \"ok\", \"f\": \"enqueue\", \"value\": [5, null]}\n",
    "INFO  jepsen.util - 0\t:invoke\t:cas\t[2 2]\nINFO  jepsen.util - 0\t:ok\t:cas\t[2 2]",
    "# stack\npush 1 1 3\npop 1 6 8\nacquire 2 2 5\ncontains 2 9 11",
];

#[test]
fn no_mutation_of_a_history_makes_a_reader_or_a_judge_panic() {
    let (mut read_well, kinds) = (0, [None, Some(Kind::Set), Some(Kind::Counter)]);
    for case in 0..20_000_u64 {
        let mut draws = Seed(5).fork(case).draws();
        let sample = SAMPLES[draws.below(SAMPLES.len() as u64) as usize];
        let mut bytes = sample.as_bytes().to_vec();
        for _ in 0..1 + draws.below(4) {
            let at = draws.below(bytes.len() as u64) as usize;
            let other = bytes[draws.below(bytes.len() as u64) as usize];
            match draws.below(5) {
                0 => bytes[at] = other,
                1 => bytes.insert(at, other),
                2 => bytes[at] = draws.below(128) as u8,
                3 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
            if bytes.is_empty() {
                bytes.push(b'9');
            }
        }
        let text = String::from_utf8(bytes).expect("all of it is ASCII");
        let kind = kinds[draws.below(3) as usize];
        match read(&text, None, kind, None) {
            Ok(recorded) => {
                read_well += 1;
                let _ = check(&recorded.history, 1_000);
            }
            Err((line, why)) => assert!(line <= 1 + text.lines().count(), "{why}: {text}"),
        }
    }
    assert!((1_000..19_000).contains(&read_well), "{read_well} of 20,000 could be read");
}

#[test]
fn an_object_that_words_leave_open_is_named() {
    let event = |kind: &str, f: &str, value: &str| {
        format!("{{\"process\":0,\"type\":\"{kind}\",\"f\":\"{f}\",\"value\":{value}}}\n")
    };
    let text = |read: &str| {
        let events = [("invoke", "add", "2"), ("ok", "add", "2"), ("invoke", "read", "null")];
        let asked: String = events.iter().map(|(kind, f, value)| event(kind, f, value)).collect();
        asked + &event("ok", "read", read)
    };
    let judged = |text: &str, kind| {
        let recorded = read(text, None, Some(kind), None).map_err(|(_, why)| why)?;
        Ok(check(&recorded.history, 1_000) == Finding::Linearizable)
    };
    assert_eq!(judged(&text("2"), Kind::Counter), Ok(true));
    assert_eq!(judged(&text("3"), Kind::Counter), Ok(false));
    assert_eq!(judged(&text("[2]"), Kind::Set), Ok(true));
    assert_eq!(judged(&text("[]"), Kind::Set), Ok(false));
    let why = "`add` may be asked of several objects: name one with --spec";
    assert_eq!(read(&text("2"), None, None, None).err(), Some((1, why.to_owned())));
    let why = "`add k0 2` is asked of a counter, and this is a queue";
    let add = event("invoke", "inc", "2");
    assert_eq!(judged(&add, Kind::Queue), Err(why.to_owned()));
}

fn run(words: &[&str]) -> (u8, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = [&["schism", "history"], words].concat();
    let code = crate::cli::cli().main_with(&words, &mut out, &mut err);
    (code, String::from_utf8_lossy(&out).into_owned())
}

#[test]
fn a_table_of_verdicts_is_compared_with_what_is_found() {
    let folder = std::env::temp_dir().join(format!("schism-history-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("the temporary folder can be written");
        path.display().to_string()
    };
    write("good.hist", "I 0 0 w 0 5 0\nR 0 0 0\nI 1 1 r 0 0 0\nR 1 1 5\n");
    write("bad.hist", "I 0 0 w 0 5 0\nR 0 0 0\nI 1 1 r 0 0 0\nR 1 1 0\n");
    let compare = |rows: &str| {
        let table = format!("path\tformat\tinit\tverdict\n{rows}");
        let (code, out) = run(&["--expect", &write("t.tsv", &table)]);
        (code, out.lines().last().unwrap_or_default().to_owned())
    };
    let (good, bad) = ("good.hist\thist\t0\t", "bad.hist\thist\t0\t");
    let said = |text: &str| text.to_owned();
    assert_eq!(
        compare(&format!("{good}Ok\n{bad}Illegal\n")),
        (0, said("2 as expected, 0 different, 0 unknown, 0 not read"))
    );
    let (code, _) = compare(&format!("{good}Illegal\n"));
    assert_eq!(code, 1);
    assert_eq!(
        compare("none.hist\thist\t0\tOk\n"),
        (2, said("0 as expected, 0 different, 0 unknown, 1 not read"))
    );
    let bad = Path::new(&folder).join("bad.hist").display().to_string();
    let told = [
        &format!("{bad}: not linearizable, 2 operations"),
        "  stale read: `read k0` on line 3 was answered 0 on line 4, but it had to be 5.",
        "  No order explains these operations together; without any one of them, some",
        "  order explains the others.",
        "  Before line 4 all is well: some order explains every answer of k0 up to there,",
        "  1 answer.",
        "    at first: write k0 0       |-|",
        "    line 1: write k0 5 -> ok       |-|",
        "    line 3: read k0 -> 0               |-|\n",
    ];
    assert_eq!(run(&[&bad, "--init", "0"]), (1, told.join("\n")));
    let good = Path::new(&folder).join("good.hist").display().to_string();
    let told = [
        &format!("{good}: linearizable, 2 operations"),
        "    line 1: write k0 5 -> ok",
        "    line 3: read k0 -> 5\n",
    ];
    assert_eq!(run(&[&good, "--witness"]), (0, told.join("\n")));
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
