//! The text of an EDN file comes in; its forms go out, each with the line on which it began. It
//! knows nothing of histories.
//!
//! The one idea: only what histories are written with is kept, and it is borrowed from the text.
//! Tags and metadata are passed over, and whatever is neither a number, a text nor a collection is
//! a word.

use std::borrow::Cow;

/// One form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::cli) enum Form<'a> {
    Number(i64),
    Text(Cow<'a, str>),
    /// A keyword (`:ok`), a symbol, `nil`, or a number that is no integer.
    Word(Cow<'a, str>),
    /// A vector, a list or a set.
    List(Vec<(usize, Form<'a>)>),
    Map(Vec<(Form<'a>, Form<'a>)>),
}

impl Form<'_> {
    pub(in crate::cli) const NIL: Form<'static> = Form::Word(Cow::Borrowed("nil"));
}

/// Deeper nesting is no history: it is an attack on the stack.
const DEPTH_MAX: usize = 64;

/// Where reading stands.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    /// Whether the text ends here for good.
    last: bool,
    /// Whether more text may be needed.
    cut: bool,
}

type Problem = (usize, String);

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a str, line: usize, last: bool) -> Reader<'a> {
        Reader { text, at: 0, line, last, cut: false }
    }

    pub(super) const fn line(&self) -> usize {
        self.line
    }

    /// How much of the text has been taken.
    pub(super) const fn taken(&self) -> usize {
        self.at
    }

    /// Whether what could not be read may be whole once there is more text.
    pub(super) const fn is_cut(&self) -> bool {
        self.cut && !self.last
    }

    /// The next form of the text with its line; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(usize, Form<'a>)>, Problem> {
        if self.peek().is_none() {
            return Ok(None);
        }
        let line = self.line;
        Ok(Some((line, self.form(0)?)))
    }

    /// The first byte of what comes next, behind blanks; `None` at the end.
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.skip();
        let next = self.text.as_bytes().get(self.at).copied();
        self.cut |= next.is_none();
        next.filter(|_| !self.is_cut())
    }

    /// Passes over one byte, which is ASCII.
    pub(super) const fn pass(&mut self) {
        self.at += 1;
    }

    /// Passes over blanks, commas, comments and tags.
    fn skip(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(first) = bytes.get(self.at) {
            match first {
                b' ' | b',' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.line += 1;
                    self.at += 1;
                }
                b';' => match self.text[self.at..].find('\n') {
                    Some(end) => self.at += end,
                    None => return self.skip_rest(),
                },
                b'#' if bytes.get(self.at + 1) != Some(&b'{') => {
                    let tag = &self.text[self.at..];
                    let end = |c: char| c.is_whitespace() || "{[(\"".contains(c);
                    match tag.find(end) {
                        Some(end) => self.at += end,
                        None => return self.skip_rest(),
                    }
                }
                0x80.. => match self.text[self.at..].chars().next().filter(|c| c.is_whitespace()) {
                    Some(blank) => self.at += blank.len_utf8(),
                    None => return,
                },
                _ if first.is_ascii_whitespace() => self.at += 1,
                _ => return,
            }
        }
    }

    /// A comment or a tag goes on to the end of the text, and maybe beyond it.
    const fn skip_rest(&mut self) {
        self.cut = true;
        if self.last {
            self.at = self.text.len();
        }
    }

    /// A form that begins right here.
    pub(super) fn form(&mut self, depth: usize) -> Result<Form<'a>, Problem> {
        if depth > DEPTH_MAX {
            return Err((self.line, format!("more than {DEPTH_MAX} brackets inside each other")));
        }
        let bytes = self.text.as_bytes();
        match bytes.get(self.at) {
            Some(b'"') => {
                self.at += 1;
                return self.string();
            }
            Some(b'#') if bytes.get(self.at + 1) == Some(&b'{') => {
                self.at += 2;
                return Ok(Form::List(self.until(b'}', depth)?));
            }
            Some(b'[') => {
                self.at += 1;
                return Ok(Form::List(self.until(b']', depth)?));
            }
            Some(b'(') => {
                self.at += 1;
                return Ok(Form::List(self.until(b')', depth)?));
            }
            Some(b'{') => {
                let line = self.line;
                self.at += 1;
                let forms = self.until(b'}', depth)?;
                return pairs(line, forms);
            }
            _ => {}
        }
        let word = self.word();
        if word.is_empty() {
            let found = self.text[self.at..].chars().next().unwrap_or(' ');
            return Err((self.line, format!("`{found}` closes nothing")));
        }
        let numeric = matches!(word.as_bytes()[0], b'0'..=b'9' | b'-' | b'+');
        let number = if numeric { word.parse().ok() } else { None };
        Ok(number.map_or(Form::Word(Cow::Borrowed(word)), Form::Number))
    }

    /// What stands here up to the next blank or bracket.
    pub(super) fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let ends = |byte: &u8| {
            byte.is_ascii_whitespace()
                || matches!(byte, b',' | b';' | b'"' | b'(' | b')' | b'[' | b']' | b'{' | b'}')
        };
        let end = rest.as_bytes().iter().position(ends).unwrap_or_else(|| {
            self.cut = true;
            rest.len()
        });
        let mut word = &rest[..end];
        // Blanks beyond ASCII are rare.
        if !word.is_ascii() {
            word = word.find(char::is_whitespace).map_or(word, |end| &word[..end]);
        }
        self.at += word.len();
        word
    }

    fn until(&mut self, close: u8, depth: usize) -> Result<Vec<(usize, Form<'a>)>, Problem> {
        let began = self.line;
        let mut forms = Vec::new();
        loop {
            match self.peek() {
                None => return Err((began, no_end(close))),
                Some(next) if next == close => {
                    self.at += 1;
                    return Ok(forms);
                }
                Some(_) => {
                    let line = self.line;
                    forms.push((line, self.form(depth + 1)?));
                }
            }
        }
    }

    fn string(&mut self) -> Result<Form<'a>, Problem> {
        let inside = &self.text[self.at..];
        let began = self.line;
        let stops = |byte: &u8| matches!(byte, b'"' | b'\\');
        let mut text = String::new();
        let mut from = 0;
        while let Some(stop) = inside.as_bytes()[from..].iter().position(stops) {
            let part = &inside[from..from + stop];
            self.line += part.bytes().filter(|byte| *byte == b'\n').count();
            let at = from + stop;
            if inside.as_bytes()[at] == b'"' {
                self.at += at + 1;
                let whole =
                    if text.is_empty() { Cow::Borrowed(part) } else { (text + part).into() };
                return Ok(Form::Text(whole));
            }
            text += part;
            let Some(escaped) = inside[at + 1..].chars().next() else { break };
            text.push(match escaped {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            });
            from = at + 1 + escaped.len_utf8();
        }
        self.cut = true;
        Err((began, "a text that opens here has no end".to_owned()))
    }
}

/// Of something that opens and never closes.
pub(super) fn no_end(close: u8) -> String {
    format!("what opens here has no `{}`", char::from(close))
}

fn pairs(line: usize, forms: Vec<(usize, Form<'_>)>) -> Result<Form<'_>, Problem> {
    if !forms.len().is_multiple_of(2) {
        return Err((line, NO_VALUE.to_owned()));
    }
    let mut pairs = Vec::with_capacity(forms.len() / 2);
    let mut forms = forms.into_iter();
    while let (Some((_, key)), Some((_, value))) = (forms.next(), forms.next()) {
        pairs.push((key, value));
    }
    Ok(Form::Map(pairs))
}

pub(super) const NO_VALUE: &str = "a map has a key without a value";
