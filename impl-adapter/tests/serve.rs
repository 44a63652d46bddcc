//! `schism serve` and `schism fault` as processes: a real cluster that is broken from another
//! terminal, gets well again, and is judged.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

mod folder;

use folder::Folder;

const SCHISM: &str = env!("CARGO_BIN_EXE_schism");
const PAGE: &str = include_str!("../../docs/reference/command-line.md");

fn schism(words: &[&str]) -> (Option<i32>, String, String) {
    let ran = Command::new(SCHISM).args(words).output();
    let Output { status, stdout, stderr } = ran.expect("the command was built");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (status.code(), text(&stdout), text(&stderr))
}

/// A cluster that runs.
struct Served {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    control: String,
}

impl Served {
    fn start(folder: &Folder, words: &[&str]) -> Served {
        let control = folder.path("control");
        let mut process = Command::new(SCHISM)
            .args([&["serve"], words, &["--control", &control]].concat())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command was built");
        let out = process.stdout.take().expect("a pipe was asked for");
        Served { process, lines: BufReader::new(out).lines(), control }
    }

    /// Reads on until a line has this in it.
    fn until(&mut self, wanted: &str) -> String {
        let mut read = String::new();
        for line in &mut self.lines {
            let line = line.expect("it writes text");
            if line.contains(wanted) {
                return line;
            }
            read.push_str(&line);
            read.push('\n');
        }
        panic!("it never said `{wanted}`:\n{read}")
    }

    fn fault(&self, words: &[&str]) -> (Option<i32>, String) {
        let (code, out, err) = schism(&[&["fault", "--control", &self.control], words].concat());
        assert_eq!(err, "", "{words:?}");
        (code, out)
    }

    #[cfg(unix)]
    fn end_by(&self, signal: &str) {
        let kill = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(kill.is_ok_and(|status| status.success()));
    }

    fn code(mut self) -> Option<i32> {
        self.process.wait().expect("it ends").code()
    }
}

#[cfg(unix)]
#[test]
fn a_cluster_that_is_served_is_broken_and_mended_from_another_terminal() {
    let folder = Folder::new("serve");
    let mut served = Served::start(&folder, &["raft-rs", "--nodes", "5"]);
    served.until("== all 5 follow ");
    let (code, said) = served.fault(&["partition", "0,1", "2,3,4"]);
    assert_eq!((code, said.as_str()), (Some(0), "partition n1 n2 | n3 n4 n5\n"));
    served.until("** partition n1 n2 | n3 n4 n5");
    // Each of the two loses touch with the leader, or leads no longer.
    served.until("knows no leader");
    let (_, status) = served.fault(&["status"]);
    assert_eq!(status.lines().count(), 5, "{status}");
    assert_eq!(served.fault(&["heal"]), (Some(0), "healed\n".to_owned()));
    served.until("== all 5 follow ");
    assert_eq!(served.fault(&["crash", "n3"]), (Some(0), "n3 is down\n".to_owned()));
    served.until("n3  down");
    assert_eq!(served.fault(&["restart", "2"]), (Some(0), "n3 is up\n".to_owned()));
    served.until("== all 5 follow ");
    for (words, why) in [
        (&["partition", "0,9"][..], "refused: `9` is no node; they are 0 to 4, or n1 to n5\n"),
        (&["partition", "0", "0"], "refused: a node stands in one group only\n"),
        (&["loss", "101"], "refused: expected a percentage from 0 to 100\n"),
        (&["delay", "9", "1"], "refused: the smaller number comes first\n"),
        (&["partition"], "refused: partition is said like this: partition 0,1 2,3,4\n"),
        (&["partition", "0,1,2,3,4"], "refused: all nodes stand in one group: that cuts nothing\n"),
        (&["loss", "-5"], "refused: expected a percentage from 0 to 100\n"),
        (&["loss", "5", "0"], "refused: loss is said like this: loss 20, or loss 20 0 1\n"),
        (&["bandwidth", "0"], "refused: expected bytes a second, from 1 on\n"),
        (&["cut", "0", "0"], "refused: nobody is cut off from itself\n"),
        (&["crash", "n6"], "refused: `n6` is no node; they are 0 to 4, or n1 to n5\n"),
        (&["restart", "0"], "refused: n1 is up already\n"),
    ] {
        let why = why.strip_prefix("refused: ").expect("each is refused");
        assert_eq!(served.fault(words), (Some(1), why.to_owned()), "{words:?}");
    }
    let (_, said) = served.fault(&["dance"]);
    assert!(said.starts_with("`dance` is no fault; they are partition, heal, cut, "), "{said}");
    for (words, done) in [
        (&["duplicate", "20"][..], "20% of all messages come twice\n"),
        (
            &["reorder", "20", "0", "1"],
            "n1 -> n2: 20% of all messages wait until the next one has \
                                        passed\n",
        ),
        (&["bandwidth", "100000"], "no more than 100000 bytes a second pass each link\n"),
        (&["delay", "1", "2"], "each message is 1 to 2 ms late\n"),
        (&["cut", "0", "1"], "cut n1 -> n2\n"),
        (&["heal"], "healed\n"),
    ] {
        assert_eq!(served.fault(words), (Some(0), done.to_owned()), "{words:?}");
    }
    // A second cluster does not take the place of the first.
    let (code, _, err) = schism(&["serve", "foca", "--seconds", "1", "--control", &served.control]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("a cluster is served already"), "{err}");
    assert_eq!(served.fault(&["status"]).1.lines().count(), 5);
    served.end_by("-INT");
    let verdict = served.until("raft-rs: ");
    let ran = served.until("  ran ");
    let control = served.control.clone();
    match served.code() {
        Some(0) => assert_eq!(verdict, "raft-rs: held as far as it went", "{ran}"),
        code => {
            assert_eq!(code, Some(3), "{verdict}");
            assert!(verdict.starts_with("raft-rs: unknown: the host stalled: "), "{verdict}");
        }
    }
    assert!(!PathBuf::from(control).exists(), "what says where it listens goes with it");
}

#[cfg(unix)]
#[test]
fn whoever_ends_the_process_gets_a_verdict_and_nothing_is_left_behind() {
    let folder = Folder::new("serve-terminated");
    let mut served = Served::start(&folder, &["foca", "--rate", "0"]);
    served.until("== all 3 see each other");
    let control = PathBuf::from(&served.control);
    let own = std::env::temp_dir().join(format!("schism-serve-{}", served.process.id()));
    assert!(control.exists() && own.exists());
    served.end_by("-TERM");
    assert_eq!(served.until("foca: "), "foca: held as far as it went");
    assert_eq!(served.code(), Some(0));
    assert!(!control.exists() && !own.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn strangers_on_its_ports_change_nothing() {
    let folder = Folder::new("serve-strangers");
    for over in ["udp", "tcp"] {
        let mut served = Served::start(&folder, &["raft-rs", "--over", over, "--rate", "0"]);
        served.until("== all 3 follow ");
        let (tcp, udp) = folder::ports(served.process.id());
        assert!(tcp.len() + udp.len() >= 4, "three nodes and what listens for faults");
        // It says that it is n1, or nobody; then a frame of nothing, one too long, one cut off.
        let frames =
            [&b"\x01\0\0\0\0\0\0\0"[..], b"\x01\0\0\0\xff\xff\xff\xff", b"\xff", &[7; 9000]];
        for port in tcp {
            for frame in frames {
                let mut stream =
                    std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
                stream.write_all(frame).expect("nobody has hung up yet");
            }
        }
        let stranger = std::net::UdpSocket::bind("127.0.0.1:0").expect("there is a loopback");
        for frame in udp.iter().flat_map(|port| frames.map(|frame| (*port, frame))) {
            stranger.send_to(frame.1, ("127.0.0.1", frame.0)).expect("it can be sent");
        }
        assert_eq!(served.fault(&["status"]).1.matches("term 1").count(), 3);
        served.end_by("-INT");
        assert_eq!(served.until("raft-rs: "), "raft-rs: held as far as it went");
        assert_eq!(served.code(), Some(0));
    }
}

#[test]
fn a_disk_that_cannot_be_written_is_named() {
    let folder = Folder::new("serve-disk");
    let file = folder.path("no-folder");
    fs::write(&file, "").expect("it can be written");
    let control = folder.path("control");
    let (code, _, err) =
        schism(&["serve", "raft-rs", "--seconds", "1", "--disks", &file, "--control", &control]);
    assert_eq!(code, Some(2), "{err}");
    let place = format!("cannot make a node's files in {file}/n1: ");
    assert!(err.starts_with("error: ") && err.contains(&place), "{err}");
}

#[test]
fn a_cluster_that_ends_by_itself_is_well_in_the_end_and_its_files_stay_where_they_were_asked_for() {
    let folder = Folder::new("serve-ends");
    let (disks, control) = (folder.path("disks"), folder.path("control"));
    for over in ["udp", "tcp"] {
        let words = ["serve", "raft-rs", "--over", over, "--seconds", "1.5", "--rate", "20"];
        let (code, out, err) =
            schism(&[&words[..], &["--disks", &disks, "--control", &control]].concat());
        let verdict = out.lines().find(|line| line.starts_with("raft-rs: ")).unwrap_or_default();
        match code {
            Some(0) => assert_eq!(verdict, "raft-rs: held", "{out}{err}"),
            _ => assert!(code == Some(3) && verdict.contains("the host stalled"), "{out}{err}"),
        }
        let logs = fs::read_dir(PathBuf::from(&disks).join("n1")).expect("it was made");
        assert!(logs.count() > 0);
        fs::remove_dir_all(&disks).expect("it was made");
    }
}

#[test]
fn what_cannot_be_meant_is_misuse() {
    for (words, says) in [
        (&["serve"][..], "required arguments were not provided"),
        (&["serve", "raft"], "a similar value exists: 'raft-rs'"),
        (&["serve", "raft-rs", "--nodes", "0"], "0 is not in 1..=64"),
        (&["serve", "raft-rs", "--seconds", "0"], "expected a number of seconds above 0"),
        (&["fault"], "required arguments were not provided"),
        (
            &["fault", "heal", "--control", "/nowhere/x"],
            "error: cannot reach a cluster: no cluster",
        ),
        (&["fault", "heal", "--control", SCHISM], "error: cannot reach a cluster: "),
    ] {
        let (code, out, err) = schism(words);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{words:?}: {err}");
        assert!(err.contains(says), "{words:?}: {err}");
    }
}

#[test]
fn the_page_has_each_option_and_no_other() {
    for command in ["serve", "fault"] {
        let (_, help, _) = schism(&[command, "--help"]);
        let known = help.lines().filter_map(|line| line.trim().strip_prefix("--"));
        let mut known: Vec<&str> =
            known.filter_map(|line| line.split_whitespace().next()).collect();
        let heading = format!("{command}\n");
        let section = PAGE.split("\n## ").find(|section| section.starts_with(&heading));
        let section = section.expect("the page has it");
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `--"));
        let mut told: Vec<&str> = rows.filter_map(|row| row.split([' ', '`']).next()).collect();
        known.sort_unstable();
        told.sort_unstable();
        assert_eq!(told, known, "{command}");
    }
}
