//! A service that says what it is told, on TCP: the smallest there is.

use super::super::{Operation, SERVER, Service};
use crate::live::task::Task;
use crate::live::{Tcp, Transport};
use schism::NodeId;
use std::io::{Error, Result};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

/// An echo, with its server.
pub struct Echo {
    address: SocketAddr,
    clients: AtomicU32,
    _server: Task,
}

impl Echo {
    /// Starts its server on loopback.
    ///
    /// # Errors
    /// There is no loopback, or no port is free.
    pub async fn start() -> Result<Echo> {
        let server = Tcp::listen(SERVER).await?;
        let address = server.address().ok_or_else(|| Error::other("it does not listen"))?;
        let _server = Task::spawn(async move {
            while let Ok((from, frame)) = server.receive().await {
                // Who hung up meanwhile does not hear it.
                let _ = server.send(from, frame).await;
            }
        });
        Ok(Echo { address, clients: AtomicU32::new(SERVER.0), _server })
    }
}

fn text(operation: Operation) -> String {
    match operation {
        Operation::Write(number) => format!("keep {number}"),
        Operation::Read(number) => format!("tell {number}"),
    }
}

impl Service for Echo {
    type Transport = Tcp;

    fn name(&self) -> &'static str {
        "echo"
    }

    async fn connect(&self) -> Result<Tcp> {
        let client = self.clients.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Tcp::dialler(NodeId(client), [(SERVER, self.address)]))
    }

    fn request(&self, id: u64, operation: Operation) -> Vec<u8> {
        [&id.to_be_bytes()[..], text(operation).as_bytes()].concat()
    }

    fn answer(&self, frame: &[u8]) -> Option<(u64, std::result::Result<String, String>)> {
        let (id, text) = frame.split_first_chunk()?;
        Some((u64::from_be_bytes(*id), Ok(String::from_utf8_lossy(text).into_owned())))
    }

    fn expected(&self, operation: Operation) -> String {
        text(operation)
    }
}
