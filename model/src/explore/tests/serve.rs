//! The Explorer over HTTP.

use super::real::walk;
use crate::explore::Explorer;
use crate::reference::raft::{Bounds, Bug, Raft};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};

/// Asks for a path under the name of a host; gives the status and all that follows.
fn ask(port: u16, host: &str, path: &str) -> (String, String) {
    ask_by("GET", port, host, path)
}

fn ask_by(method: &str, port: u16, host: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n")
        .expect("it listens");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("the answer is text, and ends");
    let (status, rest) = text.split_once("\r\n").expect("an answer has a status");
    (status.to_owned(), rest.to_owned())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "who asks and who answers are two")]
fn the_explorer_shows_states_to_this_machine_alone() {
    let bounds = Bounds::PLAIN;
    let explorer = Explorer::open(Raft::within(bounds).with(Bug::VoteForgotten), 0);
    let explorer = explorer.expect("there is a loopback with a free port");
    let port = explorer.port().expect("it is bound");
    std::thread::spawn(move || explorer.serve());
    let (status, page) = ask(port, &format!("localhost:{port}"), "/");
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(page.contains("Stateright Explorer"), "{page}");
    for host in ["127.0.0.1", "127.0.0.1:3000", "[::1]:3000", "LOCALHOST"] {
        assert_eq!(ask(port, host, "/.status").0, "HTTP/1.1 200 OK", "{host}");
    }
    for host in ["example.org", "example.org:3000", "127.0.0.1.example.org", "", "10.0.0.1:1"] {
        assert_eq!(ask(port, host, "/.status").0, "HTTP/1.1 403 Forbidden", "{host}");
    }
    let (status, _) = ask_by("POST", port, "localhost", "/.runtocompletion");
    assert_eq!(status, "HTTP/1.1 405 Method Not Allowed");
    let (status, states) = ask(port, "localhost", "/.states/0");
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(states.contains("n1 times out"), "{states}");
    assert!(states.contains("n3 crashes and restarts"), "{states}");
    assert!(states.contains("<svg"), "{states}");
    assert_eq!(ask(port, "localhost", "/.states/7").0, "HTTP/1.1 404 Not Found");
}

/// Serves in the background; gives the port.
#[expect(clippy::disallowed_methods, reason = "who asks and who answers are two")]
fn served(explorer: Explorer) -> u16 {
    let port = explorer.port().expect("it is bound");
    std::thread::spawn(move || explorer.serve());
    port
}

#[test]
fn real_nodes_are_walked_over_http_from_the_failure_to_a_panic_and_back() {
    let steps = "\n@10ms c0 -> n1 put k1 7\n@13ms c1 -> n2 get k1";
    let (explorer, opened) = walk(false, steps).open("<a store>", 0).expect("there is a port");
    assert_eq!(opened.broken.as_deref(), Some("linearizable: stale read: get k1"));
    let port = served(explorer);
    let get = |path: &str| ask(port, "localhost", path);
    assert_eq!(ask(port, "example.org", "/.schedule/0").0, "HTTP/1.1 403 Forbidden");

    // The page opens at the failure, and its list of properties knows it.
    let (_, page) = get("/");
    assert!(page.contains(&format!("location.replace('#/steps/{}')", opened.path)), "{page}");
    assert!(page.contains("<b>&lt;a store&gt;</b>"), "{page}");
    let (_, status) = get("/.status");
    let known = format!("[\"Always\",\"linearizable\",\"{}\"]", opened.path);
    assert!(status.contains(&known), "{status}");
    let (before, last) = opened.path.rsplit_once('/').expect("a failure has a last step");
    let (status, states) = get(&format!("/.states/{before}"));
    assert_eq!(status, "HTTP/1.1 200 OK");
    let broken = states.matches("\"state\":\"JUST NOW\\n  ▶ n2 -> c1  ok, nothing").count();
    assert_eq!((broken, last), (1, "0"), "{states}");
    assert!(states.contains("✗ BROKEN  linearizable: stale read: get k1"), "{states}");
    assert!(states.contains("<svg"), "{states}");

    // From there one can leave the record.
    let (status, beyond) = get(&format!("/.states/{}", opened.path));
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(beyond.contains("\"action\":\"crash n1: its process dies"), "{beyond}");
    let (status, schedule) = get(&format!("/.schedule/{}", opened.path));
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(schedule.contains("c1 -> n2  get k1\n"), "{schedule}");
    for nowhere in ["/.schedule/0/99", "/.schedule/x", "/.states/0/99/1", "/.states/9", "/none"] {
        assert_eq!(get(nowhere).0, "HTTP/1.1 404 Not Found", "{nowhere}");
    }
}

#[test]
fn a_panic_in_the_code_under_test_does_not_end_the_server() {
    let (explorer, opened) =
        walk(false, "\n@0ms c0 -> n1 put k13 7").open("it", 0).expect("a port");
    let broken = opened.broken.expect("it panics");
    assert!(broken.starts_with("no panic: panic at real.rs:"), "{broken}");
    let port = served(explorer);
    let (before, _) = opened.path.rsplit_once('/').expect("a panic has a last step");
    let (_, states) = ask(port, "localhost", &format!("/.states/{before}"));
    assert!(states.contains("an unlucky key"), "{states}");
    let (status, after) = ask(port, "localhost", &format!("/.states/{}", opened.path));
    assert_eq!((status.as_str(), after.ends_with("\r\n\r\n[]")), ("HTTP/1.1 200 OK", true));
    assert_eq!(ask(port, "localhost", "/.status").0, "HTTP/1.1 200 OK");
}
