//! A history that is written says the same when it is read again.

use super::super::load::read;
use super::super::write::{Manner, write};
use super::{check, run};
use crate::judge::linearizability::Finding;
use crate::seed::{Draws, Seed};
use crate::spec::object::{Kind, Value};

const WAYS: [Manner; 2] = [Manner::Edn, Manner::JsonLines];

/// Reads a history, and it again as it is written; hands back what is written.
#[track_caller]
fn again(text: &str, kind: Option<Kind>, init: Option<Value>, manner: Manner) -> String {
    let first = read(text, None, kind, init).expect("the history can be read");
    let written = write(&first.history, manner, &|key| first.names.name(key));
    let second = read(&written, None, kind, None).expect("what is written can be read");
    let verdict = |recorded: &super::super::tape::Recorded| {
        check(&recorded.history, 100_000) == Finding::Linearizable
    };
    assert_eq!(verdict(&first), verdict(&second), "{text}\n{written}");
    let twice = write(&second.history, manner, &|key| second.names.name(key));
    let read_twice = read(&twice, None, kind, None).expect("what is written can be read");
    assert_eq!(verdict(&first), verdict(&read_twice), "{written}\n{twice}");
    let words = |text: &str| text.lines().count();
    assert_eq!(words(&twice), words(&written), "{written}\n{twice}");
    written
}

#[test]
fn registers_are_written_as_jepsen_does() {
    let text = "# init=-1\nI 0 0 w 0 5 0\nI 1 1 r 0 0 0\nR 0 0 0\nR 1 1 5\nI 1 2 c 0 5 6\n";
    let edn = "{:index 0, :type :invoke, :process 2, :f :write, :value -1}\n\
               {:index 1, :type :ok, :process 2, :f :write, :value -1}\n\
               {:index 2, :type :invoke, :process 0, :f :write, :value 5}\n\
               {:index 3, :type :invoke, :process 1, :f :read, :value nil}\n\
               {:index 4, :type :ok, :process 0, :f :write, :value 5}\n\
               {:index 5, :type :ok, :process 1, :f :read, :value 5}\n\
               {:index 6, :type :invoke, :process 1, :f :cas, :value [5 6]}\n\
               {:index 7, :type :info, :process 1, :f :cas, :value [5 6]}\n";
    assert_eq!(again(text, None, None, Manner::Edn), edn);
    let json = again(text, None, None, Manner::JsonLines);
    let first = "{\"index\":0,\"process\":2,\"type\":\"invoke\",\"f\":\"write\",\"value\":-1}";
    assert_eq!(json.lines().next(), Some(first));
}

#[test]
fn several_registers_have_their_keys_before_their_values() {
    let text = "{:process 0 :type :invoke :f :write :key \"x y\" :value 5}\n\
                {:process 0 :type :ok :f :write :key \"x y\" :value 5}\n\
                {:process 0 :type :invoke :f :read :key 7}\n\
                {:process 0 :type :info :f :read :key 7}";
    let edn = again(text, None, None, Manner::Edn);
    assert!(edn.contains(":f :write, :value [\"x y\" 5]}\n"), "{edn}");
    assert!(edn.contains(":f :read, :value [7 nil]}\n"), "{edn}");
    let json = again(text, None, None, Manner::JsonLines);
    assert!(json.contains("\"key\":\"x y\",\"value\":5}\n"), "{json}");
}

#[test]
fn a_client_whose_operation_crashed_goes_on_as_another_process() {
    let text = "{:process 0 :type :invoke :f :write :value 5}\n\
                {:process 0 :type :info :f :write :value 5}\n\
                {:process 0 :type :invoke :f :read}\n{:process 0 :type :ok :f :read :value 5}";
    for manner in WAYS {
        let written = again(text, None, None, manner);
        let process = if manner == Manner::Edn { ":process 1" } else { "\"process\":1" };
        assert_eq!(written.matches(process).count(), 2, "{written}");
    }
}

#[test]
fn every_object_says_the_same_when_it_is_read_again() {
    let txn = "{:type :invoke :f :txn :value [[:w :x 1] [:append :l 2] [:r :y nil]] :process 0}\n\
               {:type :ok :f :txn :value [[:w :x 1] [:append :l 2] [:r :y nil]] :process 0}\n\
               {:type :invoke :f :txn :value [[:r :x nil] [:r :l nil]] :process 1}\n\
               {:type :ok :f :txn :value [[:r :x 1] [:r :l [2]]] :process 1}";
    let events = |words: &[(&str, &str, &str)]| {
        let line = |(f, asked, told): &(&str, &str, &str)| {
            format!(
                "{{:process 0 :type :invoke :f :{f} :value {asked}}}\n\
                 {{:process 0 :type :ok :f :{f} :value {told}}}\n"
            )
        };
        words.iter().map(line).collect::<String>()
    };
    let log = events(&[("publish", "5", "0"), ("fetch", "0", "5"), ("fetch", "9", "nil")]);
    let list = events(&[("append", "5", "5"), ("append", "6", "6"), ("read", "nil", "[5 6]")]);
    let set = events(&[("add", "5", "5"), ("contains", "5", "true"), ("read", "nil", "[5]")]);
    let lock = events(&[("acquire", "nil", "7"), ("release", "nil", "nil")]);
    let counter = events(&[("inc", "5", "nil"), ("add", "-2", "nil"), ("read", "nil", "3")]);
    let porcupine = "{:process 0, :type :invoke, :f :append, :key \"a\", :value \"x\\\"\\n\"}\n\
                     {:process 0, :type :ok, :f :append, :key \"a\", :value \"x\\\"\\n\"}\n\
                     {:process 0, :type :invoke, :f :get, :key \"a\", :value nil}\n\
                     {:process 0, :type :ok, :f :get, :key \"a\", :value \"x\\\"\\n\"}";
    for (text, kind) in [
        (txn, None),
        (&log, None),
        (&list, Some(Kind::ListAppend)),
        (&set, Some(Kind::Set)),
        (&lock, None),
        (&counter, Some(Kind::Counter)),
        (porcupine, None),
        ("# queue\nenq 1 1 2\nenq 2 3 4\ndeq 1 5 6\ndeq 2 7 8", None),
        ("# stack\npush 1 1 2\npush 2 3 4\npop 1 5 6", None),
        ("offer 2 1 2\noffer 1 3 4\npoll 1 5 6", None),
        ("release 2 1 2\nacquire 1 3 4\nacquire 2 5 6", None),
    ] {
        for manner in WAYS {
            again(text, kind, None, manner);
        }
    }
    let log = "INFO  jepsen.util - 0 :invoke :cas [2 3]\nINFO  jepsen.util - 0 :fail :cas [2 3]\n\
               INFO  jepsen.util - 0 :invoke :read nil\nINFO  jepsen.util - 0 :ok :read nil\n";
    for manner in WAYS {
        again(log, None, None, manner);
    }
}

/// A small `hist` file: it may hold, or not.
fn made_up(draws: &mut Draws) -> String {
    let mut text = format!("# init={}\n", draws.below(3));
    let mut open = [None; 3];
    for id in 0..8 {
        let process = draws.below(3) as usize;
        if let Some((known, f)) = open[process].take() {
            let answer = if f == 'c' { draws.below(2) } else { draws.below(3) };
            text += &format!("R {process} {known} {answer}\n");
            continue;
        }
        let f = *draws.pick(&['w', 'r', 'r', 'c']).unwrap_or(&'r');
        let (key, a, b) = (draws.below(2), draws.below(3), draws.below(3));
        open[process] = Some((id, f));
        text += &format!("I {process} {id} {f} {key} {a} {b}\n");
    }
    text
}

#[test]
fn made_up_registers_have_the_same_verdict_when_they_are_read_again() {
    for case in 0..3_000 {
        let text = made_up(&mut Seed(9).fork(case).draws());
        again(&text, None, None, Manner::JsonLines);
        // What Jepsen has no word for is lost, which can only make a history hold.
        let first = read(&text, None, None, None).expect("it can be read");
        let written = write(&first.history, Manner::Edn, &|key| first.names.name(key));
        let second = read(&written, None, None, None).expect("what is written can be read");
        let holds = check(&first.history, 100_000) == Finding::Linearizable;
        let holds_then = check(&second.history, 100_000) == Finding::Linearizable;
        assert!(holds_then || !holds, "{text}\n{written}");
        let missed = text.lines().any(|line| line.starts_with('R') && line.ends_with(" 0"));
        assert!(holds == holds_then || missed, "{text}\n{written}");
    }
}

#[test]
fn a_file_says_by_its_name_how_it_is_written() {
    let folder = std::env::temp_dir().join(format!("schism-written-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    let path = |name: &str| folder.join(name).display().to_string();
    std::fs::write(folder.join("a.hist"), "I 0 0 w 0 5 0\nR 0 0 0\n").expect("as above");
    let (from, to) = (path("a.hist"), path("a.edn"));
    let said = (0, format!("{from}: linearizable, 1 operation\n"));
    assert_eq!(run(&[&from, "--write", &to]), said);
    assert_eq!(run(&[&to]), (0, format!("{to}: linearizable, 1 operation\n")));
    assert_eq!(run(&[&from, "--write", &path("a.txt")]).0, 2);
    assert_eq!(run(&[&from, &from, "--write", &to]).0, 2);
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
