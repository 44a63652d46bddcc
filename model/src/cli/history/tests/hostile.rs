//! Files that are broken, or made to break their reader: each is refused with its name, its line
//! and the reason, or read in bounded memory.

use super::super::load::{Loaded, Manner, load};
use super::super::source::Source;
use super::run;
use flate2::{Compression, write::GzEncoder};
use std::io::{Read, Write, repeat};

const MANNER: Manner =
    Manner { format: None, kind: None, init: None, memory: 1 << 20, budget: 100_000 };

/// What is said of these bytes: of how many operations they are, or what is wrong.
fn told(bytes: impl Read) -> Result<u64, String> {
    let source = Source::of(bytes).map_err(|error| error.to_string())?;
    Ok(match load(source, "f", &MANNER)? {
        Loaded::Whole(recorded) => recorded.operations as u64,
        Loaded::Followed(followed) => followed.operations,
    })
}

fn wrong(bytes: impl Read, why: &str) {
    assert_eq!(told(bytes), Err(why.to_owned()));
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text).expect("memory takes all");
    packer.finish().expect("memory takes all")
}

const GOOD: &[u8] = b"I 0 0 w 0 5 0\nR 0 0 0\nI 1 1 r 0 0 0\nR 1 1 5\n";

#[test]
fn a_compressed_file_is_read_as_what_it_holds() {
    let mut packed = packed(GOOD);
    assert_eq!(told(&packed[..]), Ok(2));
    let twice = [&packed[..], &packed[..]].concat();
    wrong(&twice[..0], "f:1: it is empty: there is no history in it");
    packed.truncate(packed.len() - 4);
    let why = told(&packed[..]).expect_err("half of it is not all of it");
    assert!(why.starts_with("f:1: it begins as gzip does, but "), "{why}");
}

#[test]
fn a_member_of_a_compressed_file_may_follow_another() {
    let second = "I 0 2 r 0 0 0\nR 0 2 5\n".as_bytes();
    let both = [packed(GOOD), packed(second)].concat();
    assert_eq!(told(&both[..]), Ok(3));
}

#[test]
fn a_small_file_that_unpacks_to_more_than_any_memory_is_refused() {
    // A gigabyte of zeros in a megabyte: no line of it ends.
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![b'0'; 1 << 20];
    (0..80).for_each(|_| packer.write_all(&zeros).expect("memory takes all"));
    let bomb = packer.finish().expect("memory takes all");
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    wrong(
        &bomb[..],
        "f:1: no known format: name one with --format (hist, edn, porcupine-kv, \
                      json-lines, jepsen-log, interval-rows)",
    );
    let named = Manner { format: Some(super::Format::Hist), ..MANNER };
    let source = Source::of(&bomb[..]).expect("memory can be read");
    let why = load(source, "f", &named).err();
    assert_eq!(why.as_deref(), Some("f:1: no event ends within 64 MiB"));
}

#[test]
fn a_line_without_an_end_is_refused_whatever_its_length() {
    let endless = GOOD.chain(&b"I 0 9 w 0 "[..]).chain(repeat(b'7').take(1 << 30));
    wrong(endless, "f:5: no event ends within 64 MiB");
    let edn = b"[{:process 0 :type :invoke :f :write :value \"".chain(repeat(b'x').take(1 << 30));
    wrong(edn, "f:1: no event ends within 64 MiB");
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    wrong(&b"\xff\xfeI\0"[..], "f:1: it is no UTF-8 text");
    wrong(GOOD.chain(&b"I 0 9 w 0 \xc3\x28 0\n"[..]), "f:5: it is no UTF-8 text");
    // A character that is cut at the end of a piece is whole with the next one.
    let umlauts = "{:process 0 :type :invoke :f :write :value \"ä\"}\n{:process 0 :type :ok \
                   :f :write :value \"ä\"}\n";
    assert_eq!(told(umlauts.repeat(30_000).as_bytes()), Ok(30_000));
    wrong(&"{:process 0 :f \"ä".as_bytes()[..17], "f:1: it is no UTF-8 text");
}

#[test]
fn what_contradicts_itself_is_refused() {
    wrong(&b"R 0 7 0"[..], "f:1: 7 has asked for nothing");
    wrong(
        &b"I 0 0 r 0 0 0\nI 1 0 r 0 0 0"[..],
        "f:2: 0 asks again, and has had no answer since line 1",
    );
    wrong(GOOD.chain(&b"R 1 1 5"[..]), "f:5: 1 has asked for nothing");
    assert_eq!(told(&b"# init=0\n\n"[..]), Ok(0));
    wrong(&b" \n\t\n"[..], "f:1: it is empty: there is no history in it");
    wrong(
        &b"enq 1 NaN 3"[..],
        "f:1: no known format: name one with --format (hist, edn, \
          porcupine-kv, json-lines, jepsen-log, interval-rows)",
    );
    wrong(&b"# queue\nenq 1 NaN 3"[..], "f:2: expected a number, not `NaN`");
    wrong(
        &b"# queue\nenq 1 1 3\nenq 1 9999999999999999999 3"[..],
        "f:3: expected a number, not `9999999999999999999`",
    );
    let json = "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\",\"time\":NaN}";
    wrong(json.as_bytes(), "f:1: expected value");
    let twice = "{\"process\":0,\"process\":1,\"type\":\"invoke\",\"f\":\"read\"}";
    wrong(twice.as_bytes(), "f:1: duplicate field `process`");
    wrong(&b"{\"process\":0,\"type\":\"ok\",\"f\":\"read\"}"[..], "f:1: 0 has asked for nothing");
    wrong(&b"{:process 0 :type :invoke}"[..], "f:1: the event has no :f");
    wrong(&b"[{:process 0 :type :invoke :f :read}"[..], "f:1: what opens here has no `]`");
    wrong(&b"{:process 0 :type :invoke :f :fly}"[..], "f:1: cannot read what `fly` asks for");
}

#[test]
fn deep_nesting_is_refused_and_does_not_exhaust_the_stack() {
    let deep = "{:process 0 :type :invoke :f :write :value ".to_owned();
    wrong(
        (deep + &"[".repeat(1_000_000)).as_bytes(),
        "f:1: more than 64 brackets inside each other",
    );
    let deep = "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":".to_owned();
    wrong((deep + &"[".repeat(1_000_000)).as_bytes(), "f:1: recursion limit exceeded");
}

#[test]
fn what_is_no_file_is_told_from_what_cannot_be_read() {
    let folder = std::env::temp_dir();
    let folder = folder.display();
    let (code, said) = run(&[&folder.to_string()]);
    let why = format!("not read: cannot read {folder}: it is a directory; name the files in it\n");
    assert_eq!((code, said), (2, why));
    let (code, said) = run(&["/nowhere/at/all"]);
    assert_eq!(code, 2);
    assert!(said.starts_with("not read: cannot read /nowhere/at/all: "), "{said}");
    let mut nothing = std::io::empty();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams =
        crate::cli::Streams { input: &mut nothing, out: &mut out, err: &mut err, terminal: false };
    let code = crate::cli::cli().run(&["schism", "history", "-", "-"], &mut streams);
    let said = String::from_utf8_lossy(&err).into_owned();
    assert_eq!((code, &*said), (2, "error: standard input can be read once\n"));
}

/// A register that one client after the other writes and reads; at the end, one reads `last`.
fn long(length: u64, last: u64) -> String {
    let mut text = String::from("# init=0\n");
    for n in 0..length {
        let (w, r) = (2 * n, 2 * n + 1);
        let n = n + 1;
        text += &format!("I 0 {w} w 0 {n} 0\nI 1 {r} r 0 0 0\nR 0 {w} 0\nR 1 {r} {n}\n");
    }
    text + &format!("I 2 {0} r 0 0 0\nR 2 {0} {last}\n", 2 * length)
}

#[test]
fn a_history_that_is_larger_than_its_memory_is_judged_as_it_is_read() {
    let length = 100_000;
    let file = std::env::temp_dir().join(format!("schism-large-{}.hist", std::process::id()));
    let name = file.display().to_string();
    std::fs::write(&file, long(length, length)).expect("the temporary folder can be written");
    let whole = (0, format!("{name}: linearizable, 200,001 operations\n"));
    assert_eq!(run(&[&name]), whole);
    assert_eq!(run(&[&name, "--memory", "1"]), whole);
    std::fs::write(&file, long(1_000, 999)).expect("the temporary folder can be written");
    // What it says of a refuted history is the same, since it reads its part again.
    let (whole, streamed) = (run(&[&name]), run(&[&name, "--memory", "1"]));
    assert_eq!(whole, streamed);
    assert_eq!(whole.0, 1);
    // Where even that part is too large, the answer is told of alone.
    std::fs::write(&file, long(length, length - 1)).expect("the temporary folder can be written");
    let why = format!(
        "{name}: not linearizable, 200,001 operations\n  the answer on line 400003 contradicts \
         what was known: it should have been\n  100000\n    line 400002: read k0 -> 99999\n"
    );
    assert_eq!(run(&[&name, "--memory", "1"]), (1, why));
    std::fs::remove_file(&file).expect("it is ours");
}
