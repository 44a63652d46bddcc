//! The server of tools as a child process: a line on its standard input is a request, one on its
//! standard output an answer. A connection that is lost is a process that is killed; the next frame
//! starts another one.

use super::super::{Operation, SERVER, Service};
use super::tools;
use crate::live::task::Task;
use crate::live::{Transport, closed, stranger};
use schism::NodeId;
use std::ffi::OsString;
use std::io::{Error, ErrorKind, Result};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The server of tools, each connection a process of its own.
pub struct StdioTools {
    program: PathBuf,
    /// The words before the name of the file with the notes.
    words: Vec<OsString>,
    folder: PathBuf,
    connections: AtomicU64,
}

impl StdioTools {
    /// Processes of this program, which are given these words and the name of a file, in a folder
    /// that is there already.
    pub fn new(program: PathBuf, words: Vec<OsString>, folder: PathBuf) -> StdioTools {
        StdioTools { program, words, folder, connections: AtomicU64::new(0) }
    }
}

impl Service for StdioTools {
    type Transport = Pipes;

    fn name(&self) -> &'static str {
        "tools-stdio"
    }

    async fn connect(&self) -> Result<Pipes> {
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        let mut words = self.words.clone();
        words.push(self.folder.join(format!("notes-{number}")).into());
        let (arrived, inbox) = unbounded_channel();
        let program = self.program.clone();
        let pipes = Arc::new(std::sync::Mutex::new(None));
        Ok(Pipes { program, words, pipes, arrived, inbox: Mutex::new(inbox) })
    }

    tools::spoken_to!();
}

/// The pipes to one process at a time.
pub struct Pipes {
    program: PathBuf,
    words: Vec<OsString>,
    pipes: Arc<std::sync::Mutex<Option<Process>>>,
    arrived: UnboundedSender<Vec<u8>>,
    inbox: Mutex<UnboundedReceiver<Vec<u8>>>,
}

type Input = Arc<Mutex<Option<ChildStdin>>>;

/// A process that runs. It is killed when this is dropped.
struct Process {
    _child: Child,
    /// Taken out while a line is written: one that breaks off in the middle ends the process.
    input: Input,
    _reader: Task,
}

impl Pipes {
    fn process(&self) -> std::sync::MutexGuard<'_, Option<Process>> {
        // Nothing that is done under this lock can leave it half done.
        self.pipes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The input of the process that runs, or of a new one, with what is said to it first.
    fn input(&self) -> Result<(Input, Vec<Vec<u8>>)> {
        let mut process = self.process();
        if let Some(running) = &*process
            && running.input.try_lock().map_or(true, |input| input.is_some())
        {
            return Ok((Arc::clone(&running.input), Vec::new()));
        }
        let mut child = Command::new(&self.program)
            .args(&self.words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let missing = || Error::other("a pipe was asked for");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = child.stdout.take().ok_or_else(missing)?;
        let input = Arc::new(Mutex::new(Some(input)));
        // A process that dies takes its input along, so that the next frame starts another one.
        let (arrived, own) = (self.arrived.clone(), Arc::downgrade(&input));
        let _reader = Task::spawn(async move {
            read(output, &arrived).await;
            if let Some(input) = own.upgrade() {
                input.lock().await.take();
            }
        });
        *process = Some(Process { _child: child, input: Arc::clone(&input), _reader });
        Ok((input, tools::greeting()))
    }
}

/// Hands in each line, until there are no more.
async fn read(output: ChildStdout, arrived: &UnboundedSender<Vec<u8>>) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if arrived.send(line.into_bytes()).is_err() {
            return;
        }
    }
}

impl Transport for Pipes {
    async fn send(&self, to: NodeId, frame: Vec<u8>) -> Result<()> {
        if to != SERVER {
            return Err(stranger(to));
        }
        if frame.contains(&b'\n') {
            return Err(Error::new(ErrorKind::InvalidInput, "a frame here is one line"));
        }
        let (input, first) = self.input()?;
        let mut bytes = Vec::new();
        for line in first.into_iter().chain([frame]) {
            bytes.extend(line);
            bytes.push(b'\n');
        }
        let mut slot = input.lock().await;
        let mut pipe = slot.take().ok_or_else(closed)?;
        pipe.write_all(&bytes).await?;
        pipe.flush().await?;
        *slot = Some(pipe);
        Ok(())
    }

    async fn receive(&self) -> Result<(NodeId, Vec<u8>)> {
        let line = self.inbox.lock().await.recv().await.ok_or_else(closed)?;
        Ok((SERVER, line))
    }

    fn connects(&self) -> bool {
        true
    }

    fn disconnect(&self, peer: NodeId) {
        if peer == SERVER {
            self.process().take();
        }
    }
}
