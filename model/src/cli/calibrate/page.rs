//! A page with a marked place, and tables, come in; the page with the tables in that place goes
//! out. The rest of the page is left as it is.

use crate::cli::console::Trouble;
use std::path::{Path, PathBuf};

/// The lines between which the tables stand.
const BEGIN: &str = "<!-- calibrate: from here -->";
const END: &str = "<!-- calibrate: to here -->";

/// A page that has such a place.
pub(super) struct Page {
    path: PathBuf,
    before: String,
    after: String,
}

impl Page {
    /// Reads it before anything is measured, so that a long measurement is not lost.
    pub(super) fn open(path: &Path) -> Result<Page, Trouble> {
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Trouble::misuse(format!("cannot read {name}: {error}")))?;
        let (before, after) = around(&text).ok_or_else(|| {
            let text = format!("{name} has no place for tables: add the lines\n{BEGIN}\n{END}");
            Trouble::misuse(text)
        })?;
        Ok(Page { path: path.to_owned(), before, after })
    }

    /// Puts the tables in.
    pub(super) fn write(&self, tables: &str) -> Result<(), Trouble> {
        let text = format!("{}\n{}\n{}", self.before, tables.trim(), self.after);
        std::fs::write(&self.path, text).map_err(|error| {
            Trouble::misuse(format!("cannot write {}: {error}", self.path.display()))
        })
    }
}

/// What stands before the place and after it, the two lines included.
fn around(text: &str) -> Option<(String, String)> {
    let (before, rest) = text.split_once(&format!("{BEGIN}\n"))?;
    let (_, after) = rest.split_once(END)?;
    Some((format!("{before}{BEGIN}\n"), format!("\n{END}{after}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_in_the_place_changes() {
        let page = format!("# Power\n\n{BEGIN}\nold\n{END}\n\nThe rest.\n");
        let (before, after) = around(&page).expect("it has the place");
        assert_eq!(before, format!("# Power\n\n{BEGIN}\n"));
        assert_eq!(after, format!("\n{END}\n\nThe rest.\n"));
        assert_eq!(around("# Power\n"), None);
        assert_eq!(around(&format!("{END}\n{BEGIN}\n")), None);
    }
}
