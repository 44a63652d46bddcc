//! A text and a path come in; the file has all of the text afterwards, or is as it was.
//!
//! The one idea: it is written beside its place and moved there once it is whole, so that neither a
//! full disk nor Ctrl-C leaves half of it.

use std::fs;
use std::io::Result;
use std::path::Path;

pub(super) fn put(path: &Path, text: &str) -> Result<()> {
    // What is no file, as a pipe, is not replaced but written to.
    if fs::metadata(path).is_ok_and(|known| !known.is_file()) {
        return fs::write(path, text);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let beside = path.with_file_name(name);
    let put = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if put.is_err() {
        // If it cannot be removed, it was not made.
        let _ = fs::remove_file(&beside);
    }
    put
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() {
        let folder = std::env::temp_dir().join(format!("schism-put-{}", std::process::id()));
        fs::create_dir_all(folder.join("a.edn.part")).expect("the temporary folder can be written");
        let path = folder.join("a.edn");
        fs::write(&path, "old").expect("the temporary folder can be written");
        put(&path, "new").expect_err("a folder stands in the way");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "old");
        fs::remove_dir(folder.join("a.edn.part")).expect("it is ours");
        put(&path, "new").expect("nothing stands in the way");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
        assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 1);
        fs::remove_dir_all(&folder).expect("it is ours");
    }
}
