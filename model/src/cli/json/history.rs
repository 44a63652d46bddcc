//! What became of a recorded history comes in; an element of the list that `history` writes
//! goes out.

use serde::Serialize;

/// The result of `history`, for one file.
#[derive(Serialize)]
pub(in crate::cli) struct HistoryObject {
    pub(in crate::cli) file: String,
    pub(in crate::cli) verdict: &'static str,
    pub(in crate::cli) operations: usize,
    pub(in crate::cli) seconds: f64,
    pub(in crate::cli) offending: Vec<String>,
    pub(in crate::cli) error: Option<String>,
}

impl HistoryObject {
    /// Of a file that cannot be read.
    pub(in crate::cli) fn unread(file: &str, error: String) -> HistoryObject {
        HistoryObject {
            file: file.to_owned(),
            verdict: "unknown",
            operations: 0,
            seconds: 0.0,
            offending: Vec::new(),
            error: Some(error),
        }
    }

    /// The verdict, where there is one.
    pub(in crate::cli) fn linearizable(&self) -> Option<bool> {
        match self.verdict {
            "linearizable" => Some(true),
            "not linearizable" => Some(false),
            _ => None,
        }
    }
}
