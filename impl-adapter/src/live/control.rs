//! A line of words from another terminal comes in at a socket of loopback; a reply goes back. Where
//! to ask, and a secret, stand in a file, so that only who can read it is heard.

use super::secret::secret;
use super::task::Task;
use std::fs;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Longer lines are no commands of ours.
const LINE_MAX: u64 = 1 << 12;
/// So long a line, or a reply, may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A line that was asked, and where its reply goes.
pub(super) struct Asked {
    pub(super) line: String,
    pub(super) reply: oneshot::Sender<String>,
}

/// What listens for commands. Its file goes with it.
pub(super) struct Control {
    asked: Receiver<Asked>,
    file: PathBuf,
    /// What stands in it.
    text: String,
    _listener: Task,
}

impl Control {
    /// Listens on a free port of loopback, and writes to this file where that is.
    pub(super) async fn open(file: &Path) -> Result<Control> {
        if ask(file, "status").is_ok() {
            let text = format!(
                "a cluster is served already, and listens where {} says; --control names another \
                 file for this one",
                file.display()
            );
            return Err(Error::new(ErrorKind::AddrInUse, text));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (address, secret) =
            (listener.local_addr()?, format!("{:016x}{:016x}", secret(), secret()));
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let text = format!("{address} {secret}\n");
        write_privately(file, &text)?;
        let (sender, asked) = channel(16);
        let _listener = Task::spawn(listen(listener, secret, sender));
        Ok(Control { asked, file: file.to_owned(), text, _listener })
    }

    /// The next command. Who stops waiting for it loses none.
    pub(super) async fn next(&mut self) -> Option<Asked> {
        self.asked.recv().await
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        if fs::read_to_string(&self.file).is_ok_and(|text| text == self.text) {
            // One that stays behind leads nowhere, and is replaced by the next.
            let _ = fs::remove_file(&self.file);
        }
    }
}

/// Writes a file that only its owner can read, where the system knows owners.
fn write_privately(file: &Path, text: &str) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(text.as_bytes())
}

async fn listen(listener: TcpListener, secret: String, asked: Sender<Asked>) {
    let mut talks = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    talks.spawn(timeout(PATIENCE, answer(stream, secret.clone(), asked.clone())));
                }
            }
            Some(_) = talks.join_next() => {}
        }
    }
}

/// Hands one line in, and sends its reply.
async fn answer(
    mut stream: tokio::net::TcpStream,
    secret: String,
    asked: Sender<Asked>,
) -> Option<()> {
    let (reader, mut writer) = stream.split();
    let mut line = String::new();
    BufReader::new(reader.take(LINE_MAX)).read_line(&mut line).await.ok()?;
    // Who does not know the secret is not even told so.
    let line = line.strip_prefix(secret.as_str())?.trim().to_owned();
    let (reply, heard) = oneshot::channel();
    asked.send(Asked { line, reply }).await.ok()?;
    let reply = heard.await.ok()?;
    writer.write_all(reply.as_bytes()).await.ok()
}

/// Asks the cluster whose file this is.
pub(super) fn ask(file: &Path, line: &str) -> Result<String> {
    let nobody = || Error::new(ErrorKind::NotFound, "no cluster runs");
    let text = fs::read_to_string(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => nobody(),
        _ => error,
    })?;
    let (address, secret) = text.trim().split_once(' ').ok_or_else(nobody)?;
    let address: SocketAddr = address.parse().map_err(|_| nobody())?;
    if !address.ip().is_loopback() {
        return Err(nobody());
    }
    // A file that an earlier cluster left behind leads nowhere.
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(|_| nobody())?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(format!("{secret} {line}\n").as_bytes())?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply)?;
    if reply.is_empty() {
        return Err(Error::new(ErrorKind::UnexpectedEof, "the cluster hung up"));
    }
    Ok(reply)
}
