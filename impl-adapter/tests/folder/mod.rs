//! What several tests of the command need: a folder of a test's own, and the ports of a process.
#![allow(dead_code, reason = "each test needs a part of it")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// A folder of a test's own, which goes when it ends.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// Makes it.
    pub(crate) fn new(test: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("schism-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        Folder(folder)
    }

    /// The path of what is in it.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Writes a file in it.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        let folder = path.parent().expect("it is below the folder");
        fs::create_dir_all(folder).expect("a temporary folder can be made");
        fs::write(&path, text).expect("a temporary folder can be written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A test that fails must not fail twice.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Where a process listens: TCP, and UDP.
pub(crate) fn ports(process: u32) -> (Vec<u16>, Vec<u16>) {
    let open = fs::read_dir(format!("/proc/{process}/fd")).expect("it runs");
    let sockets: BTreeSet<String> = open
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|to| Some(to.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let of = |kind: &str, listens: &str| {
        let table = fs::read_to_string(format!("/proc/net/{kind}")).expect("there is a network");
        let row = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let own = sockets.contains(*words.get(9)?) && words[3] == listens;
            let port = words[1].split(':').nth(1)?;
            own.then(|| u16::from_str_radix(port, 16).ok()).flatten()
        };
        table.lines().filter_map(row).collect()
    };
    (of("tcp", "0A"), of("udp", "07"))
}
