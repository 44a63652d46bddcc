//! Bytes come in; the command reads them as a history, whole and as they come, and must end with
//! one of its codes. It knows nothing of formats but their names.

use schism::cli::Streams;

/// Judges these bytes as standard input.
pub fn judge(format: &str, bytes: &[u8]) {
    let mut codes = Vec::new();
    for memory in ["1", "64"] {
        let (mut input, mut out, mut err) = (bytes, Vec::new(), Vec::new());
        let streams = &mut Streams {
            input: &mut input,
            out: &mut out,
            err: &mut err,
            terminal: false,
        };
        let words = ["schism", "history", "-", "--format", format, "--budget", "1000"];
        let words = [&words[..], &["--memory", memory]].concat();
        codes.push(schism::cli().run(&words, streams));
    }
    assert!(codes.iter().all(|code| *code < 4), "{codes:?}");
}
