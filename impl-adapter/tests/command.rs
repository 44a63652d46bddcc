//! The `schism` command as a process: what only the whole of it shows. Signals, exit codes that git
//! understands, a disk that is full.

use schism_adapters::mutants;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SCHISM: &str = env!("CARGO_BIN_EXE_schism");

/// A folder of this test's own, which goes when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("schism-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        Folder(folder)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
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

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn program(folder: &Folder, name: &str, text: &str) -> PathBuf {
        let path = folder.file(name, text);
        let may_run = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&path, may_run).expect("the file was made above");
        path
    }

    #[test]
    fn ctrl_c_ends_a_hunt_with_what_was_learnt() {
        let folder = Folder::new("interrupted");
        let json = folder.0.join("result.json");
        let hunt = Command::new(SCHISM)
            .args(["check", "raft-rs", "--cases", "1000000000", "--no-save", "--json"])
            .arg(&json)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let hunt = hunt.expect("the command was built");
        // The file is made when the hunt begins, and somebody listens by then.
        while !json.exists() {
            std::thread::yield_now();
        }
        let kill = Command::new("kill").args(["-INT", &hunt.id().to_string()]).status();
        assert!(kill.is_ok_and(|status| status.success()));
        let Output { status, stdout, stderr } = hunt.wait_with_output().expect("it ends");
        let (out, err) = (text(&stdout), text(&stderr));
        assert_eq!(status.code(), Some(130), "{out}{err}");
        assert!(out.starts_with("raft-rs: STOPPED, unknown   "), "{out}");
        assert!(out.contains("\n  stopped   before its end; in what was tried"), "{out}");
        assert!(err.contains("Ctrl-C again ends at once"), "{err}");
        let told = fs::read_to_string(&json).expect("it was made above");
        assert!(told.contains("\"verdict\": \"unknown\"") && !told.contains("\"cases\": 0,"));
    }

    /// The commits of a small history: which target its command is, if it can be built.
    const HISTORY: [&str; 6] = ["raft-rs", "raft-rs", "", "raft-rs", "mutant:PM09", "mutant:PM09"];
    const FIRST_BAD: usize = 4;
    const PAGE: &str = include_str!("../../docs/howto/bisect.md");

    #[test]
    fn git_finds_the_commit_that_broke_it_with_the_script_of_the_page() {
        let folder = Folder::new("bisect");
        let script = PAGE.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
        let script = program(&folder, "is-it-bad", script.expect("the page has a script"));
        // What stands for a build: it fails where there is nothing to be built.
        program(&folder, "bin/cargo", "#!/bin/sh\ntest -s target/release/sim\n");
        let known = mutants::raft::find("PM09").expect("it is known").card.known;
        let schedule = folder.file("lost.schedule", &format!("# fails  {FAILS}\n{known}"));
        let tree = folder.0.join("tree");
        fs::create_dir_all(&tree).expect("a temporary folder can be made");
        let git = |words: &[&str]| git(&folder, &tree, words);
        git(&["init", "-q"]);
        for (number, target) in HISTORY.iter().enumerate() {
            let run = format!("#!/bin/sh\nexec {SCHISM} \"$@\" --target {target}\n");
            let run = if target.is_empty() { "" } else { &run };
            program(&folder, "tree/target/release/sim", run);
            folder.file("tree/number", &number.to_string());
            git(&["add", "-f", "."]);
            git(&["commit", "-q", "-m", &format!("commit number {number}")]);
        }
        git(&["bisect", "start", "HEAD", "HEAD~5"]);
        let words = ["bisect", "run"].map(Path::new);
        let said = git(&[words[0], words[1], &script, &schedule].map(|w| w.to_str().unwrap_or("")));
        let first = format!("commit number {FIRST_BAD}");
        let found = said.split("is the first bad commit").nth(1).unwrap_or_default();
        assert!(found.contains(&first), "{said}");
    }

    const FAILS: &str = "linearizable: stale read";

    fn git(folder: &Folder, tree: &Path, words: &[&str]) -> String {
        let own = folder.0.join("bin").display().to_string();
        #[expect(clippy::disallowed_methods, reason = "git is found where it was")]
        let path = std::env::var("PATH").unwrap_or_default();
        let ran = Command::new("git")
            .args(["-c", "user.name=test", "-c", "user.email=test@example.org"])
            .args(words)
            .current_dir(tree)
            .env("PATH", format!("{own}:{path}"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .output();
        let Output { status, stdout, stderr } = ran.expect("git is there");
        assert!(status.success(), "{words:?}: {}{}", text(&stdout), text(&stderr));
        text(&stdout)
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_told_and_ends_with_2() {
        let run = |words: &[&str], out: Stdio| {
            let ran = Command::new(SCHISM).args(words).stdout(out).stderr(Stdio::piped()).spawn();
            let ran = ran.and_then(std::process::Child::wait_with_output);
            let Output { status, stdout, stderr } = ran.expect("the command was built");
            (status.code(), text(&stdout), text(&stderr))
        };
        let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
        let (code, _, err) = run(&["list"], full().into());
        assert_eq!(code, Some(2));
        assert!(err.starts_with("error: cannot write the results: "), "{err}");
        // Where only the JSON has no room, the report is seen all the same.
        let words = ["check", "mutant:PM10", "--seed", "1", "--no-save", "--json", "/dev/full"];
        let (code, out, err) = run(&words, Stdio::piped());
        assert_eq!(code, Some(2));
        assert!(out.starts_with("mutant:PM10: FAILED, stale read"), "{out}");
        assert!(err.starts_with("error: cannot write /dev/full: "), "{err}");
    }
}
