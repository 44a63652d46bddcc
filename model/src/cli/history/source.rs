//! A file, or standard input, comes in; its text goes out, piece by piece, whatever its size and
//! compressed or not. It knows no format.
//!
//! The one idea: a reader takes as much of a piece as it can, and the rest comes again with what
//! follows. So no more of a file is in memory than one piece, and a piece only grows where a reader
//! cannot take anything of it.

use crate::cli::progress::Bar;
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
    /// How long the text is, where that is known.
    length: Option<u64>,
    /// So many bytes are read at first.
    piece: usize,
    /// How far it is, for people.
    bar: Option<&'a Bar>,
    read: u64,
}

impl<'a> Source<'a> {
    pub(super) fn file(path: &Path) -> Result<Source<'static>, String> {
        let name = path.display();
        let told = |error: std::io::Error| format!("cannot read {name}: {error}");
        let file = File::open(path).map_err(told)?;
        let known = file.metadata().map_err(told)?;
        if known.is_dir() {
            return Err(format!("cannot read {name}: it is a directory; name the files in it"));
        }
        let source = Source::of(file).map_err(told)?;
        let length = (!source.packed && known.is_file()).then_some(known.len());
        Ok(Source { length, ..source })
    }

    /// How many bytes of text there are, if that is known before they are read.
    pub(super) const fn length(&self) -> Option<u64> {
        self.length
    }

    pub(super) fn of(mut input: impl Read + 'a) -> std::io::Result<Source<'a>> {
        let mut first = Vec::with_capacity(GZIP.len());
        (&mut input).take(GZIP.len() as u64).read_to_end(&mut first)?;
        let packed = first == GZIP;
        let input = std::io::Cursor::new(first).chain(input);
        let input: Box<dyn Read + 'a> =
            if packed { Box::new(MultiGzDecoder::new(input)) } else { Box::new(input) };
        Ok(Source { input, packed, length: None, piece: PIECE, bar: None, read: 0 })
    }

    /// The same, with a bar that tells how many MiB of it were read.
    pub(super) fn shown_on(self, bar: Option<&'a Bar>) -> Source<'a> {
        Source { bar, ..self }
    }

    /// The same in pieces of so many bytes.
    #[cfg(test)]
    pub(super) fn in_pieces_of(self, piece: usize) -> Source<'a> {
        Source { piece, ..self }
    }

    /// Hands all of the text to a taker. What cannot be read is told with the name and the line.
    pub(super) fn pour(mut self, name: &str, taker: &mut impl Taker) -> Result<(), String> {
        let mut piece = vec![0; self.piece];
        let mut filled = 0;
        loop {
            let last = !self.fill(&mut piece, &mut filled).map_err(|why| {
                let packed = if self.packed { "it begins as gzip does, but " } else { "" };
                format!("{name}:{}: {packed}{why}", taker.line())
            })?;
            if let Some(bar) = self.bar {
                bar.tell(self.read >> 20);
            }
            let (text, good) = text(&piece[..filled], last);
            // What is wrong before the first bad byte is told first.
            let taken = taker.take(text, last && good).map_err(|why| format!("{name}:{why}"))?;
            if !good {
                let rest = text[taken..].bytes().filter(|byte| *byte == b'\n').count();
                return Err(format!("{name}:{}: it is no UTF-8 text", taker.line() + rest));
            }
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
                Ok(more) => {
                    *filled += more;
                    self.read += more as u64;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

/// The text in these bytes, as far as it is text, and whether it is. A character may be cut at the
/// end of all pieces but the last.
fn text(bytes: &[u8], last: bool) -> (&str, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text, true),
        Err(error) => {
            let text = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
            (text, !last && error.error_len().is_none())
        }
    }
}
