//! A model comes in, and Stateright's Explorer of it goes out, in a browser on this machine and
//! nowhere else. Knows no protocol.
//!
//! The Explorer answers whoever asks, and any page that is open in the browser could ask it under a
//! name that leads to this machine. So what listens is ours: it looks at the host that a request
//! names, refuses all but loopback, and hands the rest on. The Explorer itself has a port that
//! nobody is told, and where the system allows it an address that nobody guesses.

use std::fmt::Debug;
use std::hash::Hash;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use stateright::Model;

use crate::seed::Seed;

mod page;

pub(crate) use page::Page;

/// A request's lines are not longer than this, in bytes.
const HEAD_MAX: usize = 1 << 14;

/// So long the Explorer may take to come up.
const PATIENCE: Duration = Duration::from_secs(10);

/// The Explorer of a model, which listens on loopback.
pub struct Explorer {
    listener: TcpListener,
    inner: SocketAddr,
    page: Arc<Page>,
}

impl Explorer {
    /// Opens it on this port of loopback, or on any free one for 0.
    ///
    /// # Errors
    /// The port is taken, or there is no loopback.
    pub fn open<M>(model: M, port: u16) -> Result<Explorer>
    where
        M: Model + Send + Sync + 'static,
        M::Action: Debug + Clone + PartialEq + Send + Sync,
        M::State: Debug + Hash + Clone + PartialEq + Send + Sync,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let inner = quiet_address()?;
        started(move || {
            model.checker().serve(inner);
        });
        let mut waited = Duration::ZERO;
        while TcpStream::connect(inner).is_err() {
            if waited > PATIENCE {
                return Err(Error::new(ErrorKind::TimedOut, "the Explorer did not come up"));
            }
            thread::park_timeout(Duration::from_millis(5));
            waited += Duration::from_millis(5);
        }
        let page = Arc::new(Page { title: "a model".to_owned(), ..Page::default() });
        Ok(Explorer { listener, inner, page })
    }

    /// The same with more to show.
    #[must_use]
    pub(crate) fn showing(mut self, page: Page) -> Explorer {
        self.page = Arc::new(page);
        self
    }

    /// The port that it listens on.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn port(&self) -> Result<u16> {
        Ok(self.listener.local_addr()?.port())
    }

    /// Answers requests until the process ends.
    ///
    /// # Errors
    /// It cannot listen any more.
    pub fn serve(&self) -> Result<()> {
        loop {
            let (asking, _) = self.listener.accept()?;
            let (inner, page) = (self.inner, Arc::clone(&self.page));
            // A browser that goes away in the middle is nobody's trouble.
            started(move || drop(answer(asking, inner, &page)));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a server waits for several browsers at once")]
fn started(work: impl FnOnce() + Send + 'static) {
    thread::spawn(work);
}

/// A free port, on Linux on one of the many addresses of loopback.
#[expect(clippy::disallowed_methods, reason = "the address must not be guessed")]
fn quiet_address() -> Result<SocketAddr> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let bits = Seed(now.as_nanos() as u64).fork(u64::from(std::process::id())).0.to_le_bytes();
    let quiet = Ipv4Addr::new(127, bits[0], bits[1], bits[2].clamp(2, 254));
    let free = |ip: Ipv4Addr| TcpListener::bind((ip, 0))?.local_addr();
    free(quiet).or_else(|_| free(Ipv4Addr::LOCALHOST))
}

/// Hands a request on and its answer back, or refuses it.
fn answer(mut asking: TcpStream, inner: SocketAddr, page: &Page) -> Result<()> {
    let head = head(&mut asking)?;
    let mut lines = head.lines();
    let request = lines.next().unwrap_or_default();
    let host = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    if !host.is_some_and(is_loopback) {
        return asking.write_all(REFUSED);
    }
    let mut words = request.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if let Some(places) = path.strip_prefix("/.schedule") {
        return match page.schedule(places) {
            Some(text) => send(&mut asking, "200 OK", "Content-Type: text/plain\r\n", &text),
            None => send(&mut asking, "404 Not Found", "", "there is no such path\n"),
        };
    }
    let mut explorer = TcpStream::connect(inner)?;
    // To one that speaks an older version it answers in one piece.
    write!(
        explorer,
        "{method} {path} HTTP/1.0\r\nHost: {inner}\r\nConnection: close\r\n\
         Content-Length: 0\r\n\r\n"
    )?;
    let mut told = Vec::new();
    explorer.read_to_end(&mut told)?;
    let told = String::from_utf8(told).map_err(|_| ErrorKind::InvalidData)?;
    let (head, body) = told.split_once("\r\n\r\n").ok_or(ErrorKind::InvalidData)?;
    let (status, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = status.split_once(' ').map_or("502 Bad Gateway", |(_, status)| status);
    let kind = headers.lines().find(|line| line.to_ascii_lowercase().starts_with("content-type"));
    let kind = match (path, kind) {
        ("/", _) => "Content-Type: text/html; charset=utf-8\r\n".to_owned(),
        (_, Some(kind)) => format!("{kind}\r\n"),
        (_, None) => String::new(),
    };
    send(&mut asking, status, &kind, &page.changed(path, body.to_owned()))
}

fn send(asking: &mut TcpStream, status: &str, headers: &str, body: &str) -> Result<()> {
    let length = body.len();
    write!(
        asking,
        "HTTP/1.1 {status}\r\n{headers}Cache-Control: no-store\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

const REFUSED: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n\
    Connection: close\r\nContent-Length: 39\r\n\r\nonly this machine may ask, by its name.\n";

/// The request and its headers. No request to the Explorer has more.
fn head(asking: &mut TcpStream) -> Result<String> {
    let (mut head, mut part) = (Vec::new(), [0; 1024]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = asking.read(&mut part)?;
        if read == 0 || head.len() > HEAD_MAX {
            return Err(ErrorKind::InvalidData.into());
        }
        head.extend_from_slice(&part[..read]);
    }
    String::from_utf8(head).map_err(|_| ErrorKind::InvalidData.into())
}

/// Whether a request that names this host means loopback: `localhost`, or an address of it.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let address = name.parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}
