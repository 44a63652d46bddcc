//! A table of verdicts comes in; the files that it names go out, each with the verdict that is
//! expected. It reads none of them.

use super::Asked;
use super::load::Manner;
use super::read::{self, Format};
use crate::cli::console::Trouble;
use std::fs;
use std::path::Path;

/// The rows of a table: its columns are found by the names in its first line, its files beside it.
pub(super) fn rows(table: &Path, manner: &Manner, budget: u64) -> Result<Vec<Asked>, Trouble> {
    let name = table.display();
    let text = fs::read_to_string(table)
        .map_err(|error| Trouble::misuse(format!("cannot read {name}: {error}")))?;
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |head: &str| {
        let place = heads.iter().position(|known| *known == head);
        place.ok_or_else(|| Trouble::misuse(format!("{name}:1: there is no column `{head}`")))
    };
    let (path, format) = (column("path")?, column("format")?);
    let (init, verdict) = (column("init")?, column("verdict")?);
    let folder = table.parent().unwrap_or(Path::new(""));
    let mut rows = Vec::new();
    for (line, content) in (2..).zip(lines).filter(|(_, content)| !content.trim().is_empty()) {
        let wrong = |why: String| Trouble::misuse(format!("{name}:{line}: {why}"));
        let cells: Vec<&str> = content.split('\t').collect();
        let cell = |place: usize| cells.get(place).copied().unwrap_or_default();
        let format = Format::named(cell(format))
            .ok_or_else(|| wrong(format!("unknown format `{}`", cell(format).escape_debug())))?;
        let expect = match cell(verdict) {
            "Ok" => true,
            "Illegal" => false,
            other => return Err(wrong(format!("`{}` is no verdict", other.escape_debug()))),
        };
        rows.push(Asked {
            file: folder.join(cell(path)),
            manner: Manner {
                format: Some(format),
                kind: None,
                init: Some(read::value(cell(init)).map_err(wrong)?),
                ..manner.clone()
            },
            expect: Some(expect),
            witness: false,
            budget,
            write: None,
            svg: None,
        });
    }
    Ok(rows)
}
