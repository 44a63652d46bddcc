//! The harness on a service in memory, on a clock that stands still unless all wait: what it counts
//! is exact. What is real about files and processes is tested with the command.

use super::services::HttpTools;
use super::services::tools::Tools;
use super::*;
use crate::live::task::Task;
use crate::live::{FaultyTransport, Memory, Transport, Trouble, Way};
use schism::seed::Ratio;
use schism::{NodeId, Seed};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const ME: NodeId = NodeId(2);

/// An echo in memory, each connection with a server of its own.
struct Echo {
    /// Whether its answers are right.
    honest: bool,
}

struct Ended {
    mine: Memory,
    _server: Task,
}

impl Transport for Ended {
    async fn send(&self, to: NodeId, frame: Vec<u8>) -> Result<()> {
        self.mine.send(to, frame).await
    }

    async fn receive(&self) -> Result<(NodeId, Vec<u8>)> {
        self.mine.receive().await
    }

    fn connects(&self) -> bool {
        true
    }
}

impl Service for Echo {
    type Transport = Ended;

    fn name(&self) -> &'static str {
        "memory"
    }

    async fn connect(&self) -> Result<Ended> {
        let mut ends = Memory::network([SERVER, ME], Duration::from_millis(1)).into_iter();
        let server = ends.next().expect("there are two");
        let mine = ends.next().expect("there are two");
        let _server = Task::spawn(async move {
            while let Ok((from, frame)) = server.receive().await {
                server.send(from, frame).await.expect("it is in memory");
            }
        });
        Ok(Ended { mine, _server })
    }

    fn request(&self, id: u64, operation: Operation) -> Vec<u8> {
        [&id.to_be_bytes()[..], format!("{operation:?}").as_bytes()].concat()
    }

    fn answer(&self, frame: &[u8]) -> Option<(u64, std::result::Result<String, String>)> {
        let (id, text) = frame.split_first_chunk()?;
        let text =
            if self.honest { String::from_utf8_lossy(text).into_owned() } else { "no".into() };
        Some((u64::from_be_bytes(*id), Ok(text)))
    }

    fn expected(&self, operation: Operation) -> String {
        format!("{operation:?}")
    }
}

async fn tried(kind: Kind, flaw: Option<Flaw>) -> TrialResult {
    let service = Arc::new(Echo { honest: true });
    examine(&service, kind, Seed(42), Policy::default(), flaw).await
}

const fn calls(ok: u64, failed: u64) -> Calls {
    Calls { requests: ok + failed, ok, failed }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_bears_it_shows_exactly_what_is_expected() {
    let seen = tried(Kind::Loss, None).await;
    assert_eq!(seen.error, None);
    assert_eq!((seen.passed, seen.flags), (true, Kind::Loss.expected()));
    let [before, during, after] = [calls(5, 0), calls(0, 10), calls(5, 0)];
    assert_eq!(seen.metrics, Figures { before, during, after });
    // Each of ten calls is tried three times more; all ten are kept, and delivered later.
    assert_eq!((seen.retries, seen.queued, seen.delivered, seen.cached), (30, 10, 10, 5));
    let seen = tried(Kind::Recovery, None).await;
    let [before, during, after] = [calls(5, 0), calls(0, 5), calls(5, 0)];
    assert_eq!((seen.passed, seen.metrics), (true, Figures { before, during, after }));
    let seen = tried(Kind::Cascade, None).await;
    let [before, during, after] = [calls(6, 0), calls(5, 5), calls(2, 0)];
    assert_eq!((seen.passed, seen.metrics), (true, Figures { before, during, after }));
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_is_drawn_from_the_seed_alone() {
    for kind in [Kind::Intermittent, Kind::Partial] {
        let (once, again) = (tried(kind, None).await, tried(kind, None).await);
        assert!(once.passed && once.retries > 0, "{once:?}");
        assert_eq!(once, again);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_broken_on_purpose_fails_by_the_flag_that_it_breaks() {
    let flags = |seen: TrialResult| {
        assert!(!seen.passed && seen.error.is_some(), "{seen:?}");
        let pairs = seen.flags.named().into_iter().zip(seen.expected.named());
        let wrong: Vec<_> =
            pairs.filter(|(seen, expected)| seen != expected).map(|(seen, _)| seen.0).collect();
        wrong.join(", ")
    };
    let never = tried(Kind::Loss, Some(Flaw::NeverReconnects)).await;
    assert_eq!(flags(never), "recovered, data lost");
    assert_eq!(flags(tried(Kind::Loss, Some(Flaw::LosesQueued)).await), "data lost");
    assert_eq!(flags(tried(Kind::Cascade, Some(Flaw::Couples)).await), "cascading failure");
    assert!(tried(Kind::Intermittent, Some(Flaw::Couples)).await.passed);
}

#[tokio::test(start_paused = true)]
async fn wrong_answers_are_no_answers() {
    let service = Arc::new(Echo { honest: false });
    let seen = examine(&service, Kind::Partial, Seed(1), Policy::default(), None).await;
    assert!(!seen.passed);
    // The sixteenth write is the first after the trouble: three, ten, and two beside it.
    let why = "not recovered: expected the answer `Write(16)` and got `no`";
    assert_eq!(seen.error.as_deref(), Some(why));
}

#[tokio::test(start_paused = true)]
async fn a_client_tries_again_keeps_and_remembers() {
    let service = Arc::new(Echo { honest: true });
    let end = service.connect().await.expect("it is in memory");
    let transport = Arc::new(FaultyTransport::new(end, Seed(1)));
    let client = Client::new(service, Arc::clone(&transport), Policy::default());
    assert_eq!(client.call(Operation::Read(1)).await, Ok("Read(1)".to_owned()));
    transport.trouble(Way::To(SERVER), Trouble::NONE.loss(Ratio::new(1, 1)));
    let refused = client.call_or_keep(Operation::Write(2)).await;
    let silence = "not reached: no answer within 150 ms";
    assert_eq!(refused.map_err(|refusal| refusal.to_string()), Err(silence.to_owned()));
    assert_eq!(client.remembered(Operation::Read(1)), Some("Read(1)".to_owned()));
    assert_eq!(client.remembered(Operation::Read(2)), None);
    assert!(client.deliver().await.is_err());
    transport.calm();
    assert_eq!(client.deliver().await, Ok(()));
    assert_eq!(client.tally(), Tally { retries: 6, queued: 1, delivered: 1, cached: 1 });
}

#[tokio::test(start_paused = true)]
async fn a_report_reads_back_and_its_table_names_what_failed() {
    let tests =
        vec![tried(Kind::Loss, None).await, tried(Kind::Loss, Some(Flaw::LosesQueued)).await];
    let report = Report::new("20260131_235959".to_owned(), 42, Duration::from_secs(2), tests);
    assert!(!report.passed() && !report.target_met);
    let text = serde_json::to_string(&report).expect("it is plain data");
    let back: Report = serde_json::from_str(&text).expect("it was written above");
    assert_eq!(back, report);
    let table = table(&report);
    assert!(table.contains("resilience: FAILED, 1 of 2 trials, 2.0 s, seed 0x2a\n"), "{table}");
    assert!(table.contains("data lost: of 10 that were kept 0 were delivered\n"), "{table}");
    assert!(table.contains("borne with grace: 50%, the target of 85% is NOT met\n"), "{table}");
    assert!(table.lines().all(|line| line.len() <= 90), "{table}");
}

#[test]
fn the_server_of_tools_answers_as_json_rpc_has_it() {
    let mut tools = Tools::default();
    let mut ask = |line: &str| tools.handle(line.as_bytes());
    let call = |name: &str, arguments: &str| {
        let params = format!(r#"{{"name":"{name}","arguments":{arguments}}}"#);
        format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{params}}}"#)
    };
    let note = call("remember", r#"{"key":"a","text":"b"}"#);
    for _ in 0..2 {
        let answer = ask(&note).expect("it has an id");
        assert!(answer.contains(r#""text":"a is b, 1 time(s)""#), "{answer}");
    }
    for (line, code) in [
        ("{", -32_700),
        ("[]", -32_600),
        (r#"{"id":1}"#, -32_600),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32_600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"fly"}"#, -32_601),
        (&call("fly", "{}"), -32_602),
        (&call("recall", "{}"), -32_602),
        (&call("recall", r#"{"key":1}"#), -32_602),
    ] {
        let answer = ask(line).expect("it is refused");
        assert!(answer.contains(&format!("\"code\":{code}")), "{line}: {answer}");
    }
    assert_eq!(ask(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#), None);
}

#[tokio::test]
async fn over_http_only_who_posts_to_its_path_is_served() {
    let server = HttpTools::start().await.expect("there is a loopback");
    let ask = async |head: &str| {
        let mut stream =
            tokio::net::TcpStream::connect(server.address()).await.expect("it listens");
        let text =
            format!("{head}\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
        stream.write_all(text.as_bytes()).await.expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("it answers");
        answer.split(' ').nth(1).map(str::to_owned)
    };
    assert_eq!(ask("POST /mcp HTTP/1.1").await.as_deref(), Some("200"));
    assert_eq!(ask("GET /mcp HTTP/1.1").await.as_deref(), Some("405"));
    assert_eq!(ask("POST / HTTP/1.1").await.as_deref(), Some("404"));
    assert_eq!(ask("POST /mcp HTTP/1.1\r\nOrigin: http://x").await.as_deref(), Some("403"));
    assert_eq!(ask("nonsense").await.as_deref(), Some("400"));
}
