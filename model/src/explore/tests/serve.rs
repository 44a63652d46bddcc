//! The Explorer over HTTP.

use crate::explore::Explorer;
use crate::reference::raft::{Bounds, Bug, Raft};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};

/// Asks for a path under the name of a host; gives the status and all that follows.
fn ask(port: u16, host: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n")
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
    let (status, states) = ask(port, "localhost", "/.states/0");
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(states.contains("n1 times out"), "{states}");
    assert!(states.contains("n3 crashes and restarts"), "{states}");
    assert!(states.contains("<svg"), "{states}");
    assert_eq!(ask(port, "localhost", "/.states/7").0, "HTTP/1.1 404 Not Found");
}
