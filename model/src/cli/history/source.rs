//! A file, or standard input, comes in; its text goes out, piece by piece, whatever its size and
//! compressed or not. It knows no format.
//!
//! The one idea: a reader takes as much of a piece as it can, and the rest comes again with what
//! follows. So no more of a file is in memory than one piece, and a piece only grows where a reader
//! cannot take anything of it.

use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How a compressed file begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A piece has so many bytes, as long as a reader can take something of it.
const PIECE: usize = 1 << 20;

/// The longest piece: no line, and no event, is longer than this.
const PIECE_MAX: usize = 64 << 20;

/// What takes text: all that it can of a piece, which is the last one or not.
pub(super) trait Taker {
    /// Takes some of the text, and says how many bytes that were; all, of the last piece.
    fn take(&mut self, text: &str, last: bool) -> Result<usize, String>;

    /// The line that comes next.
    fn line(&self) -> usize;

    /// Whether the rest does not matter.
    fn is_done(&self) -> bool {
        false
    }
}

/// Where text comes from.
pub(super) struct Source<'a> {
    input: Box<dyn Read + 'a>,
    packed: bool,
}

impl<'a> Source<'a> {
    pub(super) fn file(path: &Path) -> Result<Source<'static>, String> {
        let name = path.display();
        let told = |error: std::io::Error| format!("cannot read {name}: {error}");
        let file = File::open(path).map_err(told)?;
        if file.metadata().map_err(told)?.is_dir() {
            return Err(format!("cannot read {name}: it is a directory; name the files in it"));
        }
        Source::of(file).map_err(told)
    }

    pub(super) fn of(mut input: impl Read + 'a) -> std::io::Result<Source<'a>> {
        let mut first = Vec::with_capacity(GZIP.len());
        (&mut input).take(GZIP.len() as u64).read_to_end(&mut first)?;
        let packed = first == GZIP;
        let input = std::io::Cursor::new(first).chain(input);
        let input: Box<dyn Read + 'a> =
            if packed { Box::new(MultiGzDecoder::new(input)) } else { Box::new(input) };
        Ok(Source { input, packed })
    }

    /// Hands all of the text to a taker. What cannot be read is told with the name and the line.
    pub(super) fn pour(mut self, name: &str, taker: &mut impl Taker) -> Result<(), String> {
        let mut piece = vec![0; PIECE];
        let mut filled = 0;
        loop {
            let last = !self.fill(&mut piece, &mut filled).map_err(|why| {
                let packed = if self.packed { "it begins as gzip does, but " } else { "" };
                format!("{name}:{}: {packed}{why}", taker.line())
            })?;
            let text = text(&piece[..filled], last, taker.line())
                .map_err(|(line, why)| format!("{name}:{line}: {why}"))?;
            let taken = taker.take(text, last).map_err(|why| format!("{name}:{why}"))?;
            if last || taker.is_done() {
                return Ok(());
            }
            piece.copy_within(taken..filled, 0);
            filled -= taken;
            if taken == 0 && filled == piece.len() {
                if filled >= PIECE_MAX {
                    let most = PIECE_MAX >> 20;
                    let line = taker.line();
                    return Err(format!("{name}:{line}: no event ends within {most} MiB"));
                }
                piece.resize((filled * 2).min(PIECE_MAX), 0);
            }
        }
    }

    /// Fills a piece; says whether there may be more.
    fn fill(&mut self, piece: &mut [u8], filled: &mut usize) -> Result<bool, std::io::Error> {
        while *filled < piece.len() {
            match self.input.read(&mut piece[*filled..]) {
                Ok(0) => return Ok(false),
                Ok(more) => *filled += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

/// The text in these bytes. A character may be cut at the end of all pieces but the last.
fn text(bytes: &[u8], last: bool, line: usize) -> Result<&str, (usize, String)> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let good = &bytes[..error.valid_up_to()];
    if !last && error.error_len().is_none() {
        return Ok(std::str::from_utf8(good).unwrap_or_default());
    }
    let line = line + good.iter().filter(|byte| **byte == b'\n').count();
    Err((line, "it is no UTF-8 text".to_owned()))
}
