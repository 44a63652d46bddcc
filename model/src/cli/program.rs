//! How this process was started comes in; commands that work when they are pasted go out.

use crate::check::variable;
use std::ffi::OsString;
use std::path::Path;

/// The command as the user knows it.
pub(super) struct Program {
    /// Its name: `schism`.
    pub(super) name: String,
    /// The words before its arguments: `schism`, or `cargo run --release --`.
    words: String,
}

impl Program {
    /// From the first argument of the process, and from what cargo tells of itself.
    pub(super) fn of(first: Option<&OsString>) -> Program {
        let cargo = variable("CARGO").is_some();
        Program::new(first.map(Path::new), cargo, variable("CARGO_PKG_NAME").as_deref())
    }

    fn new(path: Option<&Path>, cargo: bool, package: Option<&str>) -> Program {
        let name = path.and_then(Path::file_stem).map(|name| name.to_string_lossy().into_owned());
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| "schism".to_owned());
        let folder = path.and_then(Path::parent);
        // Cargo starts what lies in its own folders; anything else was only started under it.
        let built =
            folder.and_then(Path::file_name).filter(|_| cargo).and_then(|name| name.to_str());
        let profile = if cfg!(debug_assertions) { "" } else { " --release" };
        let words = match built {
            Some("examples") => format!("cargo run{profile} --example {name} --"),
            Some("debug" | "release") if name == "schism" || package == Some(&name) => {
                format!("cargo run{profile} --")
            }
            Some("debug" | "release") => format!("cargo run{profile} --bin {name} --"),
            _ => called(path).unwrap_or_else(|| name.clone()),
        };
        Program { name, words }
    }

    /// The command with these arguments.
    pub(super) fn command(&self, arguments: &str) -> String {
        format!("{} {arguments}", self.words)
    }
}

/// The program as it was called, where that is a path and so may not be found by its name alone.
fn called(path: Option<&Path>) -> Option<String> {
    let called = path?.to_str()?;
    let plain = called.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c));
    (plain && called.contains('/')).then(|| called.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_those_that_started_the_program() {
        let words = |path: &str, cargo, package| {
            Program::new(Some(Path::new(path)), cargo, Some(package)).command("list")
        };
        let run = if cfg!(debug_assertions) { "cargo run" } else { "cargo run --release" };
        let cargo = |rest: &str| format!("{run}{rest} -- list");
        assert_eq!(words("target/release/schism", true, "schism-adapters"), cargo(""));
        assert_eq!(words("target/debug/mystore", true, "mystore"), cargo(""));
        assert_eq!(words("target/debug/sim", true, "mystore"), cargo(" --bin sim"));
        assert_eq!(words("/t/debug/examples/sim", true, "x"), cargo(" --example sim"));
        assert_eq!(words("schism", false, ""), "schism list");
        assert_eq!(words("schism", true, ""), "schism list");
        assert_eq!(words("./target/release/schism", false, ""), "./target/release/schism list");
        assert_eq!(Program::new(None, false, None).command("list"), "schism list");
    }
}
