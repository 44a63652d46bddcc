//! How long verdicts on histories take: `cargo bench -p schism --bench linearizability`. One
//! thread, time of the processor, medians; what is read and made up is not counted. The last column
//! is the memory that the judge takes beside the history. A name after `--` keeps the rows that
//! have it in theirs; `--markdown` prints the table of the page.
//!
//! `--write DIR` writes what other checkers can be given, and `--judge CHECKER FILE...`
//! judges such files: `peers.sh`, beside this file, does both, with others in turn.

#[path = "linearizability/files.rs"]
mod files;
#[path = "linearizability/made.rs"]
mod made;
#[path = "linearizability/peers.rs"]
mod peers;
#[path = "linearizability/rows.rs"]
mod rows;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match &words[..] {
        [flag, folder] if flag == "--write" => rows::write(folder),
        [flag, by, files @ ..] if flag == "--judge" => peers::judge(by, files),
        [flag, rest @ ..] if flag == "--markdown" => rows::print(rest.first(), true),
        rest => rows::print(rest.first(), false),
    }
}
