//! The server of tools over HTTP: each request is a POST, each answer its answer's body. hyper is
//! named here alone.

use super::super::{Operation, SERVER, Service};
use super::tools::{self, Tools};
use crate::live::task::Task;
use crate::live::{Transport, closed, stranger};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::SendRequest;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, ORIGIN};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use schism::NodeId;
use std::convert::Infallible;
use std::io::{Error, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

/// A body is no longer than this.
const BODY_MAX: usize = 1 << 20;

/// Where the server is asked.
const PATH: &str = "/mcp";

/// The server of tools, behind HTTP.
pub struct HttpTools {
    address: SocketAddr,
    _server: Task,
}

impl HttpTools {
    /// Starts it on loopback.
    ///
    /// # Errors
    /// There is no loopback, or no port is free.
    pub async fn start() -> Result<HttpTools> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        Ok(HttpTools { address, _server: Task::spawn(listen(listener)) })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn listen(listener: TcpListener) {
    let tools = Arc::new(Mutex::new(Tools::default()));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let tools = Arc::clone(&tools);
                let answer = service_fn(move |request| answer(Arc::clone(&tools), request));
                // Who says nothing for half a minute is hung up on: hyper's own rule.
                let mut http = hyper::server::conn::http1::Builder::new();
                http.timer(TokioTimer::new());
                connections.spawn(http.serve_connection(TokioIo::new(stream), answer));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn answer(
    tools: Arc<Mutex<Tools>>,
    request: Request<Incoming>,
) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
    let plain = |status, text: String| {
        let mut response = Response::new(Full::from(text));
        *response.status_mut() = status;
        response
    };
    // A page in a browser says where it comes from, and none has business here.
    if request.headers().contains_key(ORIGIN) {
        return Ok(plain(StatusCode::FORBIDDEN, String::new()));
    }
    if request.uri().path() != PATH {
        return Ok(plain(StatusCode::NOT_FOUND, String::new()));
    }
    if request.method() != Method::POST {
        return Ok(plain(StatusCode::METHOD_NOT_ALLOWED, String::new()));
    }
    let Ok(body) = Limited::new(request.into_body(), BODY_MAX).collect().await else {
        return Ok(plain(StatusCode::BAD_REQUEST, String::new()));
    };
    let answer = lock(&tools).handle(&body.to_bytes());
    Ok(match answer {
        Some(answer) => {
            let mut response = plain(StatusCode::OK, answer);
            let json = hyper::header::HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
        None => plain(StatusCode::ACCEPTED, String::new()),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that is done under these locks can leave what they guard half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Service for HttpTools {
    type Transport = Posts;

    fn name(&self) -> &'static str {
        "tools-http"
    }

    async fn connect(&self) -> Result<Posts> {
        let (arrived, inbox) = unbounded_channel();
        let inbox = tokio::sync::Mutex::new(inbox);
        Ok(Posts { address: self.address, idle: Mutex::default(), arrived, inbox })
    }

    tools::spoken_to!();
}

/// A client's connections: a frame is posted, and what the answer says comes in as a frame.
pub struct Posts {
    address: SocketAddr,
    /// Connections that nobody uses now, and how often all of them were ended.
    idle: Mutex<(Vec<Connection>, u64)>,
    arrived: UnboundedSender<Vec<u8>>,
    inbox: tokio::sync::Mutex<UnboundedReceiver<Vec<u8>>>,
}

struct Connection {
    sender: SendRequest<Full<Bytes>>,
    _driver: Task,
}

impl Connection {
    async fn dial(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        let (sender, driver) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(Error::other)?;
        let _driver = Task::spawn(async move {
            // What is wrong with a connection is told to who uses it.
            let _ = driver.await;
        });
        let mut connection = Connection { sender, _driver };
        for frame in tools::greeting() {
            connection.post(address, frame).await?;
        }
        Ok(connection)
    }

    /// Posts a frame; what comes back is one, or nothing.
    async fn post(&mut self, address: SocketAddr, frame: Vec<u8>) -> Result<Vec<u8>> {
        let request = Request::post(PATH)
            .header(HOST, address.to_string())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json, text/event-stream")
            .body(Full::from(frame))
            .map_err(Error::other)?;
        self.sender.ready().await.map_err(Error::other)?;
        let response = self.sender.send_request(request).await.map_err(Error::other)?;
        let status = response.status();
        if !status.is_success() {
            return Err(Error::other(format!("the server answered {status}")));
        }
        let body = Limited::new(response.into_body(), BODY_MAX).collect().await;
        Ok(body.map_err(Error::other)?.to_bytes().to_vec())
    }
}

impl Transport for Posts {
    async fn send(&self, to: NodeId, frame: Vec<u8>) -> Result<()> {
        if to != SERVER {
            return Err(stranger(to));
        }
        let (idle, ended) = {
            let mut idle = lock(&self.idle);
            (idle.0.pop(), idle.1)
        };
        let open = idle.filter(|connection| !connection.sender.is_closed());
        // Who gives up in the middle of a request drops its connection, and that ends it.
        let mut connection = match open {
            Some(connection) => connection,
            None => Connection::dial(self.address).await?,
        };
        let answer = connection.post(self.address, frame).await?;
        let mut idle = lock(&self.idle);
        if idle.1 == ended {
            idle.0.push(connection);
        }
        drop(idle);
        if !answer.is_empty() {
            self.arrived.send(answer).map_err(|_| closed())?;
        }
        Ok(())
    }

    async fn receive(&self) -> Result<(NodeId, Vec<u8>)> {
        let frame = self.inbox.lock().await.recv().await.ok_or_else(closed)?;
        Ok((SERVER, frame))
    }

    fn connects(&self) -> bool {
        true
    }

    fn disconnect(&self, peer: NodeId) {
        if peer == SERVER {
            let mut idle = lock(&self.idle);
            idle.0.clear();
            idle.1 += 1;
        }
    }
}
