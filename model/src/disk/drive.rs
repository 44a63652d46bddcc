//! A node's files: what it has written, and what of that would survive.
//!
//! Each file has three lengths: what the node sees (its own writes, at once), what has been written
//! (survives the process), and what has been synced (survives the power). Lengths of a cell count
//! the values that were ever put.

use super::Trouble;
use std::hash::{Hash, Hasher};

/// The files of one node, by name. Few, so a list is quicker than a map.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drive {
    pub(super) files: Vec<File>,
    /// What is wrong with the disk, where something is.
    pub(crate) trouble: Option<Box<Trouble>>,
}

/// The place of a file that was never written.
pub(super) const NO_FILE: usize = usize::MAX;

#[derive(Clone, Debug)]
pub(super) struct File {
    name: String,
    pub(super) content: Content,
    written: usize,
    synced: usize,
    /// Values of a cell that can never be read again and were forgotten.
    gone: usize,
    /// What the file held when the node last came up.
    image: Image,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// The bytes of a log.
    Log(Vec<u8>),
    /// The successive values of a cell; all but the last that is synced are dropped in time.
    Cell(Vec<Vec<u8>>),
}

/// What an old image of the disk has of a file.
#[derive(Clone, Debug)]
enum Image {
    Nothing,
    Log(usize),
    Cell(Vec<u8>),
}

impl File {
    pub(super) fn len(&self) -> usize {
        match &self.content {
            Content::Log(bytes) => bytes.len(),
            Content::Cell(values) => self.gone + values.len(),
        }
    }

    /// The length before the last write, which has not been carried out yet.
    pub(super) fn truncate(&mut self, len: usize) {
        match &mut self.content {
            Content::Log(bytes) => bytes.truncate(len),
            Content::Cell(values) => values.truncate(len - self.gone),
        }
    }

    fn empty(&mut self) {
        match &mut self.content {
            Content::Log(bytes) => bytes.clear(),
            Content::Cell(values) => values.clear(),
        }
        (self.written, self.synced, self.gone) = (0, 0, 0);
    }

    fn restore(&mut self) {
        match (&self.image, &mut self.content) {
            (Image::Log(len), Content::Log(bytes)) => {
                bytes.truncate(*len);
                (self.written, self.synced) = (bytes.len(), bytes.len());
            }
            (Image::Cell(value), Content::Cell(values)) => {
                *values = vec![value.clone()];
                (self.written, self.synced, self.gone) = (1, 1, 0);
            }
            _ => self.empty(),
        }
    }
}

impl Drive {
    /// Whether nothing was ever left on it.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.iter().all(|file| file.written == 0)
    }

    /// All that a node can still find on it, whatever happens to it.
    pub(crate) fn hash_into(&self, hasher: &mut impl Hasher) {
        for file in &self.files {
            (&file.name, file.written, file.synced, file.gone).hash(hasher);
            match &file.content {
                Content::Log(bytes) => bytes.hash(hasher),
                Content::Cell(values) => values.hash(hasher),
            }
            match &file.image {
                Image::Nothing => 0_u8.hash(hasher),
                Image::Log(len) => len.hash(hasher),
                Image::Cell(value) => value.hash(hasher),
            }
        }
        if let Some(trouble) = &self.trouble {
            let Trouble { next_write, next_sync, full, spoil } = &**trouble;
            let percent = |trouble: &Option<(usize, u8)>| trouble.map(|(_, percent)| percent);
            (percent(next_write), next_sync.is_some(), percent(full)).hash(hasher);
            spoil.map(|(_, spoil, seed)| (spoil as u8, seed.0)).hash(hasher);
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.files.iter().position(|file| file.name == name)
    }

    pub(super) fn file(&mut self, name: &str, empty: fn() -> Content) -> usize {
        self.find(name).unwrap_or_else(|| {
            let name = name.to_owned();
            let (content, image) = (empty(), Image::Nothing);
            self.files.push(File { name, content, written: 0, synced: 0, gone: 0, image });
            self.files.len() - 1
        })
    }

    /// What a node finds on a real disk when it comes up: all of it is durable.
    pub(crate) fn found(&mut self, name: &str, bytes: Vec<u8>, is_cell: bool) {
        let place = self.file(name, || Content::Log(Vec::new()));
        let content = if is_cell { Content::Cell(vec![bytes]) } else { Content::Log(bytes) };
        let file = &mut self.files[place];
        (file.content, file.gone) = (content, 0);
        let len = file.len();
        (file.written, file.synced) = (len, len);
    }

    pub(crate) fn has(&self, file: usize) -> bool {
        file < self.files.len()
    }

    pub(crate) fn is_cell(&self, file: usize) -> bool {
        self.files.get(file).is_some_and(|file| matches!(file.content, Content::Cell(_)))
    }

    pub(crate) fn name(&self, file: usize) -> &str {
        self.files.get(file).map_or("nothing", |file| &file.name)
    }

    /// Carries out the effect of a write: it now survives the process.
    pub(crate) fn wrote(&mut self, file: usize, upto: usize) {
        self.files[file].written = upto;
    }

    /// Carries out the effect of a sync: it now survives the power.
    pub(crate) fn synced(&mut self, file: usize, upto: usize) {
        if let Some(file) = self.files.get_mut(file) {
            file.synced = file.synced.max(upto);
        }
    }

    /// The bytes that a write effect added, for the digest and the rich record.
    pub(crate) fn bytes(&self, file: usize, upto: usize) -> &[u8] {
        let file = &self.files[file];
        match &file.content {
            Content::Log(bytes) => &bytes[file.written..upto],
            // A put that failed has changed nothing.
            Content::Cell(_) if upto == file.written => &[],
            Content::Cell(values) => &values[upto - file.gone - 1],
        }
    }

    /// The process is gone: what it had not yet written never was.
    pub(crate) fn crash(&mut self) {
        for file in &mut self.files {
            file.truncate(file.written);
        }
    }

    /// The power is gone: of what was not synced, a prefix is left. Says how much was lost, in
    /// bytes of logs and versions of cells.
    pub(crate) fn lose_power(&mut self, kept_percent: u8) -> usize {
        let mut lost = 0;
        for file in &mut self.files {
            let unsynced = file.written.saturating_sub(file.synced);
            let kept = file.synced + unsynced * usize::from(kept_percent.min(100)) / 100;
            lost += file.written - kept;
            file.truncate(kept);
            (file.written, file.synced) = (kept, kept);
        }
        lost
    }

    /// Forgets the values of cells that can never be read again.
    pub(crate) fn tidy(&mut self) {
        for file in &mut self.files {
            if let Content::Cell(values) = &mut file.content
                && file.synced > file.gone + 1
            {
                let gone = file.synced - 1 - file.gone;
                values.drain(..gone);
                file.gone += gone;
            }
        }
    }

    /// Remembers what the files hold, for a later [`Drive::revert`].
    pub(crate) fn take_image(&mut self) {
        for file in &mut self.files {
            file.image = match &file.content {
                Content::Log(_) => Image::Log(file.written),
                Content::Cell(values) => {
                    values.last().map_or(Image::Nothing, |value| Image::Cell(value.clone()))
                }
            };
        }
    }

    /// The files are as they were when the image was taken.
    pub(crate) fn revert(&mut self) {
        self.files.iter_mut().for_each(File::restore);
    }

    /// Nothing is left.
    pub(crate) fn wipe(&mut self) {
        self.files.clear();
    }

    /// A file is gone: which, counts from 1 and goes round. Says whether it had held anything.
    pub(crate) fn lose(&mut self, nth: u32) -> bool {
        let count = self.files.len();
        let Some(place) = (nth.max(1) as usize - 1).checked_rem(count) else { return false };
        let held = self.files[place].len() > 0;
        self.files[place].empty();
        held
    }

    /// Flips one bit of what is durable, counted through all files; says whether there was any.
    pub(crate) fn flip(&mut self, bit: u64) -> bool {
        let durable = |file: &File| match &file.content {
            Content::Log(_) => file.synced,
            Content::Cell(values) if file.synced > file.gone => {
                values[file.synced - file.gone - 1].len()
            }
            Content::Cell(_) => 0,
        };
        let all: usize = self.files.iter().map(durable).sum();
        let Some(bit) = bit.checked_rem(8 * all as u64) else { return false };
        let mut place = (bit / 8) as usize;
        for file in &mut self.files {
            let len = durable(file);
            if place < len {
                let bytes = match &mut file.content {
                    Content::Log(bytes) => bytes,
                    Content::Cell(values) => &mut values[file.synced - file.gone - 1],
                };
                bytes[place] ^= 1 << (bit % 8);
                return true;
            }
            place -= len;
        }
        false
    }
}
