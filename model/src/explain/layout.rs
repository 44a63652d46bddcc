//! Text and a width come in, lines that keep to it go out. It knows nothing of runs.
//!
//! A report is read in a terminal, so what counts is the room that a text takes there, not its
//! bytes or characters.

/// No line of a report is wider, but for reproducers, which must stay in one piece.
pub(super) const WIDTH: usize = 80;

/// Where the text behind a label begins.
const MARGIN: usize = 12;

/// How many columns of a terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Box characters and arrows take one column; East Asian wide characters and emoji two; combining
/// marks none. The ranges are those that matter in logs and values, not all of Unicode's.
const fn columns(c: char) -> usize {
    match c as u32 {
        0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff => 2,
        _ => 1,
    }
}

/// The text in one line of at most this width, its end replaced by `…` where it is longer.
pub(super) fn cut(text: &str, limit: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if width(&line) <= limit {
        return line;
    }
    let mut kept = String::new();
    let mut used = 1;
    for c in line.chars() {
        used += columns(c);
        if used > limit {
            break;
        }
        kept.push(c);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// The text in lines of at most this width, broken between words; a word that is longer is cut.
pub(crate) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words(text) {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(&word) <= limit => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(cut(&word, limit)),
        }
    }
    lines
}

/// The words of a text. A number and its unit are one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let unit = matches!(word.trim_end_matches(|c: char| c.is_ascii_punctuation()), "s" | "ms");
        match words.last_mut() {
            Some(last) if unit && last.ends_with(|c: char| c.is_ascii_digit()) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// At most `limit` lines; the last of them ends in `…` where there were more.
pub(super) fn shorten(mut lines: Vec<String>, limit: usize, columns: usize) -> Vec<String> {
    if lines.len() > limit {
        lines.truncate(limit);
        if let Some(last) = lines.last_mut() {
            *last = cut(&format!("{last} …"), columns);
        }
    }
    lines
}

/// The text below and behind a label, in at most `limit` lines.
pub(crate) fn labelled(label: &str, text: &str, limit: usize) -> Vec<String> {
    let room = WIDTH - MARGIN;
    under(label, shorten(wrap(text, room), limit, room))
}

/// Lines below and behind a label.
pub(super) fn under(label: &str, lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let lines = lines.into_iter().enumerate();
    lines
        .map(|(place, line)| format!("  {:<10}{line}", if place == 0 { label } else { "" }))
        .collect()
}

/// How wide a line behind a label may be.
pub(super) const fn room() -> usize {
    WIDTH - MARGIN
}

/// The lines as one text, without white space at their ends.
pub(super) fn joined(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_is_what_a_terminal_shows() {
        assert_eq!(width("┄┄▶ ✗"), 5);
        assert_eq!(width("漢字"), 4);
        assert_eq!(width("e\u{301}"), 1);
    }

    #[test]
    fn lines_break_between_words_and_keep_to_their_width() {
        assert_eq!(wrap("one two three\nfour", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("a incomprehensibility", 9), ["a", "incompre…"]);
        assert_eq!(wrap("for 1.65 s.", 9), ["for", "1.65 s."]);
        assert_eq!(cut("two\nlines", 9), "two lines");
        assert_eq!(cut("漢字漢字", 6), "漢字…");
    }

    #[test]
    fn a_label_stands_before_the_first_line_alone() {
        let text = "word ".repeat(40);
        let lines = labelled("rule", &text, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("  rule      word"));
        assert!(lines[1].starts_with("            word") && lines[1].ends_with('…'));
        assert!(lines.iter().all(|line| width(line) <= WIDTH));
    }
}
