//! A service of a user's own behind the resilience harness, as the how-to page has it.

use schism_adapters::live::Lines;
use schism_adapters::live::resilience::{
    Operation, Policy, Report, SERVER, Service, table, trials,
};
use std::collections::BTreeMap;
use std::io::Result;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const PAGE: &str = include_str!("../../docs/howto/test-your-service.md");

/// This file, of which the page shows what stands between two lines.
const FILE: &str = include_str!("live_service.rs");

// The page begins.

/// A store that is spoken to in lines, each behind a number of its own: `7 put 1 v1`, `8 get 1`.
struct Store(SocketAddr);

impl Service for Store {
    type Transport = Lines;

    fn name(&self) -> &'static str {
        "store"
    }

    async fn connect(&self) -> Result<Lines> {
        Ok(Lines::to(SERVER, self.0))
    }

    fn request(&self, id: u64, operation: Operation) -> Vec<u8> {
        match operation {
            Operation::Write(key) => format!("{id} put {key} v{key}").into_bytes(),
            Operation::Read(key) => format!("{id} get {key}").into_bytes(),
        }
    }

    fn answer(&self, line: &[u8]) -> Option<(u64, std::result::Result<String, String>)> {
        let (id, text) = std::str::from_utf8(line).ok()?.split_once(' ')?;
        Some((id.parse().ok()?, Ok(text.to_owned())))
    }

    fn expected(&self, operation: Operation) -> String {
        match operation {
            Operation::Write(_) => "done".to_owned(),
            Operation::Read(key) => format!("v{key}"),
        }
    }
}

/// All trials of the store at this address.
async fn examined(address: SocketAddr) -> Report {
    trials(Store(address), 42, Policy::default()).await
}

// The page ends.

type Kept = Arc<Mutex<BTreeMap<String, String>>>;

/// The user's own server: it keeps texts under keys. One that forgets has a map for each
/// connection.
async fn serve(forgets: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a loopback");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let all = Kept::default();
        while let Ok((stream, _)) = listener.accept().await {
            let kept = if forgets { Kept::default() } else { Arc::clone(&all) };
            tokio::spawn(talk(stream, kept));
        }
    });
    address
}

async fn talk(stream: TcpStream, kept: Kept) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let words: Vec<&str> = line.split(' ').collect();
        let answer = match words[..] {
            [id, "put", key, value] => {
                let mut kept = kept.lock().expect("nobody panics");
                kept.insert(key.to_owned(), value.to_owned());
                format!("{id} done\n")
            }
            [id, "get", key] => {
                let kept = kept.lock().expect("nobody panics");
                format!("{id} {}\n", kept.get(key).map_or("nothing", String::as_str))
            }
            _ => return,
        };
        if writer.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

#[test]
fn the_page_shows_what_is_run_here() {
    let shown = FILE.split_once("// The page begins.\n\n").and_then(|(_, rest)| {
        let (shown, _) = rest.split_once("\n// The page ends.")?;
        Some(shown)
    });
    let shown = shown.expect("both lines are there");
    assert!(PAGE.contains(&format!("```rust\n{shown}```")), "the page shows something else");
}

// One after the other: a trial counts the descriptors of the whole process.
#[tokio::test]
async fn a_service_of_ones_own_bears_it_and_one_that_forgets_is_found_out() {
    bears_it_and_its_report_reads_back().await;
    forgets_with_its_connection_and_is_found_out_in_a_sentence().await;
}

async fn bears_it_and_its_report_reads_back() {
    let report = examined(serve(false).await).await;
    assert!(report.passed(), "{}", table(&report));
    assert_eq!((report.tests.len(), report.graceful), (6, 1.0));
    let folder = std::env::temp_dir().join(format!("schism-own-{}", std::process::id()));
    let file = report.save(&folder).expect("it can be written");
    assert_eq!(Report::read(&file).expect("it was written"), report);
    std::fs::write(&file, "{}").expect("it can be written");
    let error = Report::read(&file).expect_err("it is none").to_string();
    assert!(error.contains("it is no report of resilience: missing field `version`"), "{error}");
    std::fs::remove_dir_all(folder).expect("it was made");
}

async fn forgets_with_its_connection_and_is_found_out_in_a_sentence() {
    let report = examined(serve(true).await).await;
    assert!(!report.passed());
    let lost = report.tests.iter().find(|test| test.kind == "connection-loss");
    let lost = lost.expect("it was tried");
    assert!(lost.flags.data_lost && !lost.expected.data_lost);
    let error = lost.error.as_deref().expect("it failed");
    assert!(error.contains("1 reads `nothing`, not `v1`"), "{error}");
    assert!(table(&report).contains(error));
}
