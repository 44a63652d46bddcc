//! A small server of tools, as the Model Context Protocol has them: lines of JSON-RPC 2.0 come in,
//! answers go out. How they travel is not known here.
//!
//! Its tools keep notes: `remember` keeps a text under a key, once however often it is asked, and
//! `recall` tells it. Notes are written to a file before they are acknowledged, so that a server
//! that died has them when it is started again.

use super::super::Operation;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, Read, Result, Seek, SeekFrom, Write};
use std::path::Path;

/// The version of the protocol that is spoken.
const PROTOCOL: &str = "2025-06-18";

/// The server.
#[derive(Debug, Default)]
pub struct Tools {
    /// Under each key a text, and how often it was carried out.
    notes: BTreeMap<String, (String, u64)>,
    file: Option<File>,
}

/// What is wrong with a request: the code of JSON-RPC, and words.
type Fault = (i64, String);

impl Tools {
    /// A server whose notes are in this file.
    ///
    /// # Errors
    /// The file can be neither opened nor made.
    pub fn open(path: &Path) -> Result<Tools> {
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        // A line that was cut off in the middle was never acknowledged.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        let mut tools = Tools { notes: BTreeMap::new(), file: Some(file) };
        for line in String::from_utf8_lossy(&text[..whole]).lines() {
            if let Ok((key, text)) = serde_json::from_str::<(String, String)>(line) {
                tools.note(key, text);
            }
        }
        Ok(tools)
    }

    /// Answers one line; `None` where nothing is to be said, as to a notification.
    pub fn handle(&mut self, line: &[u8]) -> Option<String> {
        let request: Value = match serde_json::from_slice(line) {
            Ok(request) => request,
            Err(error) => return Some(refuse(&Value::Null, (-32_700, error.to_string()))),
        };
        let is_call = request["jsonrpc"] == "2.0" && request["method"].is_string();
        let id = request.get("id");
        if !is_call || id.is_some_and(|id| !id.is_string() && !id.is_number()) {
            let fault = (-32_600, "this is no request of JSON-RPC 2.0".to_owned());
            return Some(refuse(&Value::Null, fault));
        }
        let id = id?;
        let outcome = self.call(request["method"].as_str().unwrap_or(""), &request["params"]);
        Some(match outcome {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string(),
            Err(fault) => refuse(id, fault),
        })
    }

    fn call(&mut self, method: &str, params: &Value) -> std::result::Result<Value, Fault> {
        match method {
            "initialize" => Ok(json!({
                "protocolVersion": PROTOCOL,
                "capabilities": { "tools": {} },
                "serverInfo": { "name": "schism-tools", "version": env!("CARGO_PKG_VERSION") },
            })),
            "ping" => Ok(json!({})),
            "tools/list" => Ok(json!({ "tools": [
                tool("remember", "Keeps a text under a key", &["key", "text"]),
                tool("recall", "Tells the text under a key", &["key"]),
            ] })),
            "tools/call" => self.use_tool(params),
            _ => Err((-32_601, format!("there is no method `{}`", method.escape_debug()))),
        }
    }

    fn use_tool(&mut self, params: &Value) -> std::result::Result<Value, Fault> {
        let argument = |name: &str| {
            let value = params["arguments"][name].as_str().map(str::to_owned);
            value.ok_or_else(|| (-32_602, format!("a text `{name}` is needed")))
        };
        let said = match params["name"].as_str() {
            Some("remember") => {
                let (key, text) = (argument("key")?, argument("text")?);
                self.remember(&key, text).map_err(|error| (-32_603, error.to_string()))?
            }
            Some("recall") => {
                let key = argument("key")?;
                let note = self.notes.get(&key);
                note.map_or_else(|| format!("{key} is not known"), |note| told(&key, note))
            }
            _ => return Err((-32_602, "there is no such tool".to_owned())),
        };
        Ok(json!({ "content": [{ "type": "text", "text": said }], "isError": false }))
    }

    /// Keeps a note, unless it is there already: a client that heard no answer asks again.
    fn remember(&mut self, key: &str, text: String) -> Result<String> {
        if self.notes.get(key).is_none_or(|(known, _)| *known != text) {
            if let Some(file) = &mut self.file {
                let line = json!([key, text]).to_string() + "\n";
                file.write_all(line.as_bytes())?;
            }
            self.note(key.to_owned(), text);
        }
        Ok(told(key, &self.notes[key]))
    }

    fn note(&mut self, key: String, text: String) {
        let note = self.notes.entry(key).or_default();
        *note = (text, note.1 + 1);
    }
}

fn told(key: &str, (text, times): &(String, u64)) -> String {
    format!("{key} is {text}, {times} time(s)")
}

fn tool(name: &str, sentence: &str, arguments: &[&str]) -> Value {
    let properties: BTreeMap<&str, Value> =
        arguments.iter().map(|name| (*name, json!({ "type": "string" }))).collect();
    json!({
        "name": name,
        "description": sentence,
        "inputSchema": { "type": "object", "properties": properties, "required": arguments },
    })
}

fn refuse(id: &Value, (code, message): Fault) -> String {
    let error = json!({ "code": code, "message": message });
    json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string()
}

/// Serves who writes lines and reads lines, until there are no more.
///
/// # Errors
/// The streams cannot be read or written.
pub fn serve(tools: &mut Tools, input: &mut dyn BufRead, output: &mut dyn Write) -> Result<()> {
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        if let Some(answer) = tools.handle(&line) {
            output.write_all((answer + "\n").as_bytes())?;
            output.flush()?;
        }
        line.clear();
    }
    Ok(())
}

/// What a client says first on a new connection.
pub(super) fn greeting() -> Vec<Vec<u8>> {
    let params = json!({
        "protocolVersion": PROTOCOL,
        "capabilities": {},
        "clientInfo": { "name": "schism", "version": env!("CARGO_PKG_VERSION") },
    });
    let hello =
        json!({ "jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": params });
    let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    [hello, ready].map(|message| message.to_string().into_bytes()).into()
}

/// What a client asks.
pub(super) fn request(id: u64, operation: Operation) -> Vec<u8> {
    let (name, arguments) = match operation {
        Operation::Write(number) => {
            ("remember", json!({ "key": key(number), "text": text(number) }))
        }
        Operation::Read(number) => ("recall", json!({ "key": key(number) })),
    };
    let params = json!({ "name": name, "arguments": arguments });
    let call = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
    call.to_string().into_bytes()
}

/// What a client hears.
pub(super) fn answer(frame: &[u8]) -> Option<(u64, std::result::Result<String, String>)> {
    let heard: Value = serde_json::from_slice(frame).ok()?;
    let id = heard["id"].as_u64()?;
    if let Some(error) = heard.get("error") {
        return Some((id, Err(error["message"].as_str().unwrap_or("no reason").to_owned())));
    }
    let said = heard["result"]["content"][0]["text"].as_str()?.to_owned();
    Some((id, if heard["result"]["isError"] == true { Err(said) } else { Ok(said) }))
}

/// What it is to hear.
pub(super) fn expected(operation: Operation) -> String {
    let (Operation::Write(number) | Operation::Read(number)) = operation;
    told(&key(number), &(text(number), 1))
}

fn key(number: u64) -> String {
    format!("k{number}")
}

fn text(number: u64) -> String {
    format!("v{number}")
}

/// How a service is spoken to that is this server, however its lines travel.
macro_rules! spoken_to {
    () => {
        fn request(&self, id: u64, operation: Operation) -> Vec<u8> {
            super::tools::request(id, operation)
        }

        fn answer(&self, frame: &[u8]) -> Option<(u64, std::result::Result<String, String>)> {
            super::tools::answer(frame)
        }

        fn expected(&self, operation: Operation) -> String {
            super::tools::expected(operation)
        }
    };
}
pub(super) use spoken_to;
