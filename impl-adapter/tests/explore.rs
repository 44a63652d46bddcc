//! `schism explore` as a process: saved failures open where they fail, over HTTP and, where there
//! is one, in a browser.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const SCHISM: &str = env!("CARGO_BIN_EXE_schism");

/// A server that ends with its test.
struct Server {
    process: Child,
    port: u16,
    /// The path to the failure.
    path: String,
}

impl Server {
    fn of(what: &str, file: bool) -> Server {
        let mut process = Command::new(SCHISM)
            .args(["explore", what, "--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command can be started");
        let told = process.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(told).lines().map_while(Result::ok);
        let first = lines.next().expect("it tells its address");
        let port = first.split("127.0.0.1:").nth(1).and_then(|rest| rest.split('/').next());
        let port = port.and_then(|port| port.parse().ok()).expect("it tells its port");
        let opens = if file { lines.nth(1).unwrap_or_default() } else { String::new() };
        let path = opens.split("#/steps").nth(1).unwrap_or_default().to_owned();
        Server { process, port, path }
    }

    fn get(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it listens");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("the answer is text, and ends");
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
        (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test that fails must not fail twice.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn known() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mutants/known");
    let files = fs::read_dir(folder).expect("the folder is there");
    let mut all: Vec<PathBuf> = files.map(|file| file.expect("it can be read").path()).collect();
    all.sort();
    all
}

/// What a schedule fails, by a replay of it.
fn replayed(schedule: &str, target: &str) -> Option<String> {
    let mut process = Command::new(SCHISM)
        .args(["replay", "-", "--target", target])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command can be started");
    let mut input = process.stdin.take().expect("it is piped");
    input.write_all(schedule.as_bytes()).expect("it reads");
    drop(input);
    let output = process.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.split("verdict   fails, ").nth(1).map(str::to_owned))
}

#[test]
fn every_known_failure_opens_at_its_failing_step_and_its_path_is_a_schedule_that_fails() {
    let all = known();
    assert!(all.len() > 30, "{}", all.len());
    for file in all {
        let text = fs::read_to_string(&file).expect("it can be read");
        let target = text.lines().find_map(|line| line.strip_prefix("# target  "));
        let target = target.expect("it says");
        let bare: String =
            text.lines().filter(|line| !line.starts_with('#')).map(|l| format!("{l}\n")).collect();
        let fails = replayed(&bare, target).expect("it is a known failure");
        let name = file.display();
        let server = Server::of(&file.display().to_string(), true);
        let (before, last) = server.path.rsplit_once('/').expect("a failure has a last step");
        let (status, states) = server.get(&format!("/.states{before}"));
        assert_eq!(status, "HTTP/1.1 200 OK", "{name}");
        let found = states
            .split("{\"action\":")
            .find(|state| state.contains(&format!("\"actionIndex\":{last}}}")));
        let property = fails.split(": ").next().unwrap_or(&fails);
        let broken = format!("✗ BROKEN  {property}: ");
        assert!(found.is_some_and(|state| state.contains(&broken)), "{name}: {states}");
        // One step before nothing was broken yet, and the path is a schedule that fails so.
        let (_, first) = server.get("/.states");
        assert!(first.contains("✓ nothing is broken so far"), "{name}: {first}");
        let (status, schedule) = server.get(&format!("/.schedule{}", server.path));
        assert_eq!(status, "HTTP/1.1 200 OK", "{name}");
        assert_eq!(replayed(&schedule, target), Some(fails), "{name}\n{schedule}");
    }
}

#[test]
fn a_healthy_cluster_is_walked_from_its_start() {
    let server = Server::of("raft-rs", false);
    let (_, states) = server.get("/.states/0");
    for action in ["n1's timer Tick goes off", "ask: c0 -> n1  put ", "crash n2", "isolate n3"] {
        assert!(states.contains(&format!("\"action\":\"{action}")), "{action}: {states}");
    }
    let (_, start) = server.get("/.states");
    assert!(start.contains("shows      follower of t0, knows no leader"), "{start}");
    assert!(start.contains("reference  term 0, log empty"), "{start}");
}

/// The names of what can happen at the end of a path and does something, with their places.
fn choices(server: &Server, path: &str) -> Vec<(String, String)> {
    let (_, states) = server.get(&format!("/.states{path}"));
    let choice = |one: &str| {
        let (name, rest) = one.split_once("\",")?;
        let place = rest.rsplit("\"actionIndex\":").next()?.split('}').next()?;
        rest.contains("\"state\":").then(|| (name.to_owned(), place.to_owned()))
    };
    states.split("{\"action\":\"").skip(1).filter_map(choice).collect()
}

#[test]
fn off_the_record_all_that_is_claimed_can_go_wrong_and_ends_again() {
    let server = Server::of("raft-rs", false);
    // Takes the moves that begin with these words, and says where that leads.
    let walk = |words: &[&str]| {
        let mut path = "/0".to_owned();
        for word in words {
            let all = choices(&server, &path);
            let found = all.iter().find(|(name, _)| name.starts_with(word));
            let (_, place) = found.unwrap_or_else(|| panic!("{word}: {all:?}"));
            path = format!("{path}/{place}");
        }
        path
    };
    let (links, machine) = ("+ more for what n1 sends", "+ more for n1's machine");
    for (list, faults) in [
        (
            links,
            &[
                "cut n1 -- n2",
                "cut n1 -> n3",
                "hold n1 -> n2",
                "drop the 1st n1 -> n2",
                "double the 1st n1 -> n3",
                "swap the 1st",
                "delay the 1st",
                "corrupt the 1st",
                "lose 1 in 2 n1 -> n2",
                "latency n1 -> n2",
                "congest n1 -> n3",
            ][..],
        ),
        (
            machine,
            &[
                "stop n1",
                "crash n1 before its next sync",
                "power-loss n1 keeping 50%",
                "disk n1 fails its next write keeping 50%: a part of it is written: a torn write",
                "disk n1 fails its next sync",
                "disk n1 is full",
                "slow n1",
                "hurry n1",
                "drift n1 -50%",
                "freeze n1",
            ],
        ),
        ("+ more for the whole cluster", &["ring", "restart-all"]),
    ] {
        let all = choices(&server, &walk(&[list]));
        for fault in faults {
            assert!(all.iter().any(|(name, _)| name.starts_with(fault)), "{fault}: {all:?}");
        }
    }
    let path = walk(&[links, "hold n1 -> n2", machine, "disk n1 fails its next write"]);
    let (status, schedule) = server.get(&format!("/.schedule{path}"));
    assert_eq!(status, "HTTP/1.1 200 OK");
    let steps: Vec<&str> = schedule.lines().skip(2).map(|line| line[8..].trim()).collect();
    assert_eq!(steps, ["hold n1 -> n2", "disk n1 fails its next write"]);
    let all = choices(&server, &path);
    for end in ["release n1 -> n2", "mend n1"] {
        assert!(all.iter().any(|(name, _)| name.starts_with(end)), "{end}: {all:?}");
    }
    let disturbed = Server::of("raft-rs-async", false);
    let all = choices(&disturbed, "/0");
    let own = all.iter().find(|(name, _)| name.starts_with("+ more for n2 itself"));
    let (_, place) = own.expect("it has trouble of its own");
    let all = choices(&disturbed, &format!("/0/{place}"));
    assert!(all.iter().any(|(name, _)| name == "disturb n2 stall-apply 150"), "{all:?}");
}

/// Like a test of a user's; the test below has it run again, to be walked.
#[test]
fn a_canary_fails() {
    let canary = schism_adapters::mutants::all().iter().find(|mutant| mutant.id == "PM10");
    let canary = canary.expect("it is a mutant");
    let mut failing = schism::check(canary.boot(schism_adapters::raft::Config::default()))
        .survives(canary.claim())
        .linearizable()
        .seed(1);
    failing.settings().save = None;
    if std::env::var_os("SCHISM").is_some() {
        failing.run();
    } else {
        let found = failing.try_run(&mut |_| {}).expect("it can be checked");
        assert!(found.counterexample.is_some(), "{}", found.report);
    }
}

#[test]
fn a_failing_test_tells_its_address_past_what_the_harness_keeps_back() {
    let itself = std::env::current_exe().expect("a test has a program");
    let process = Command::new(itself)
        .args(["--exact", "a_canary_fails"])
        .env("SCHISM", "explore")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the test can be started");
    let mut server = Server { process, port: 0, path: String::new() };
    let told = server.process.stderr.take().expect("it is piped");
    let mut told = BufReader::new(told).lines().map_while(Result::ok);
    let opens = told.find(|line| line.starts_with("  opens at  http://127.0.0.1:"));
    let opens = opens.expect("it tells where it opens");
    let (address, path) = opens.split_once("/#/steps").expect("it opens at the failure");
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok());
    server.port = port.expect("an address has a port");
    let (status, schedule) = server.get(&format!("/.schedule{path}"));
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(replayed(&schedule, "mutant:PM10").is_some(), "{schedule}");
}

/// Walks back from the failure and on another way, by clicks on the page's own links.
const CLICKS: &str = "<script>
const wait=ms=>new Promise(done=>setTimeout(done,ms));
const links=heading=>{const all=[...document.querySelectorAll('h2')];
 const list=all.find(one=>one.textContent===heading).nextElementSibling;
 return [...list.querySelectorAll('a')]};
const state=()=>document.querySelector('.main-flex-right .font-small').textContent;
addEventListener('load',async()=>{const told=[];
 await wait(3000);told.push(state().includes('BROKEN')?'at the failure':'not at the failure');
 told.push(document.querySelector('.main-flex-right svg')?'drawn':'not drawn');
 const path=links('Path of Actions');path[path.length-2].click();
 await wait(1500);told.push(state().includes('BROKEN')?'still':'before it');
 const take=async words=>{
  const there=()=>links('Next Action Choices').find(one=>one.textContent.startsWith(words));
  const last=()=>links('Path of Actions').pop().textContent;
  for(let tries=0;tries<40&&!there();tries++)await wait(250);
  if(!there())document.title='TOLD no '+words+' in '+
   links('Next Action Choices').map(one=>one.textContent).join(' | ')+' after '+told.join(' | ');
  there().click();
  for(let tries=0;tries<40&&!last().startsWith(words);tries++)await wait(250);
  told.push(links('Path of Actions').pop().textContent)};
 await take('+ more for what n1 sends');
 await take('cut n1 -> n3');
 told.push(state().includes('TROUBLE THAT HOLDS')?'told':'not told');
 await take('heal');
 told.push(state().includes('TROUBLE THAT HOLDS')?'still told':'over');
 await take('isolate n1');
 told.push(state().includes('nothing is broken')?'held':'broken');
 document.title='TOLD '+told.join(' | ')});
</script></body>";

#[test]
fn a_browser_shows_the_failure_and_lets_one_leave_it() {
    let places = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let there = |name: &&&str| {
        let told = Command::new(name).arg("--version").stdout(Stdio::null()).status();
        told.is_ok_and(|status| status.success())
    };
    let Some(browser) = places.iter().find(there) else {
        eprintln!("skipped: there is no chromium on this machine");
        return;
    };
    let file = known().into_iter().find(|file| file.ends_with("PM09.schedule"));
    let file = file.expect("it is a known one");
    let server = Server::of(&file.display().to_string(), true);
    let folder = std::env::temp_dir().join(format!("schism-browser-{}", std::process::id()));
    let port = with_clicks(server.port);
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-component-update", "--dump-dom"])
        .args(["--virtual-time-budget=90000", &format!("--user-data-dir={}", folder.display())])
        .arg(format!("http://127.0.0.1:{port}/"))
        .output()
        .expect("the browser can be started");
    // What is left behind is in the system's folder for such things.
    let _ = fs::remove_dir_all(&folder);
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = page.split("<title>TOLD ").nth(1).and_then(|rest| rest.split('<').next());
    let said = [
        "at the failure",
        "drawn",
        "before it",
        "+ more for what n1 sends: cut",
        "cut n1 -> n3: n3 does not hear n1",
        "told",
        "heal: all hear each other again",
        "over",
        "isolate n1: it hears nobody, and nobody hears it",
        "held",
    ];
    let said = said.join(" | ").replace('>', "&gt;");
    assert_eq!(told, Some(&*said), "{page}");
}

/// Hands everything on, and writes the clicks into the page.
#[expect(clippy::disallowed_methods, reason = "who asks and who answers are two")]
fn with_clicks(server: u16) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let answer = move |mut asking: TcpStream| -> std::io::Result<()> {
        let (mut head, mut part) = (Vec::new(), [0; 1024]);
        while !head.ends_with(b"\r\n\r\n") {
            match asking.read(&mut part)? {
                0 => return Ok(()),
                read => head.extend_from_slice(&part[..read]),
            }
        }
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server))?;
        stream.write_all(&head)?;
        let mut told = String::new();
        stream.read_to_string(&mut told)?;
        if head.starts_with(b"GET / ") {
            // The length of the answer is no longer what it says: the end of it is its end.
            told = told.replacen("Content-Length", "X-Length", 1).replacen("</body>", CLICKS, 1);
        }
        asking.write_all(told.as_bytes())
    };
    std::thread::spawn(move || {
        for asking in listener.incoming().flatten() {
            std::thread::spawn(move || drop(answer(asking)));
        }
    });
    port
}
