//! The text of an EDN file comes in; its forms go out, each with the line on which it began. It
//! knows nothing of histories.
//!
//! The one idea: only what histories are written with is kept. Tags and metadata are passed over,
//! and whatever is neither a number, a text nor a collection is a word.

/// One form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::cli) enum Form {
    Number(i64),
    Text(String),
    /// A keyword (`:ok`), a symbol, `nil`, or a number that is no integer.
    Word(String),
    /// A vector, a list or a set.
    List(Vec<(usize, Form)>),
    Map(Vec<(Form, Form)>),
}

/// Deeper nesting is no history: it is an attack on the stack.
const DEPTH_MAX: usize = 64;

/// Where reading stands.
pub(super) struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

type Problem = (usize, String);

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a str) -> Reader<'a> {
        Reader { rest: text, line: 1 }
    }

    /// The next form of the file with its line; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(usize, Form)>, Problem> {
        self.skip();
        if self.rest.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        Ok(Some((line, self.form(0)?)))
    }

    /// Passes over blanks, commas, comments and tags.
    fn skip(&mut self) {
        loop {
            let Some(first) = self.rest.chars().next() else { return };
            match first {
                ';' => self.rest = self.rest.find('\n').map_or("", |end| &self.rest[end..]),
                '#' if !self.rest.starts_with("#{") => {
                    let end = self.rest.find(|c: char| c.is_whitespace() || "{[(\"".contains(c));
                    self.rest = end.map_or("", |end| &self.rest[end..]);
                }
                c if c.is_whitespace() || c == ',' => {
                    self.line += usize::from(c == '\n');
                    self.rest = &self.rest[c.len_utf8()..];
                }
                _ => return,
            }
        }
    }

    fn form(&mut self, depth: usize) -> Result<Form, Problem> {
        if depth > DEPTH_MAX {
            return Err((self.line, format!("more than {DEPTH_MAX} brackets inside each other")));
        }
        let rest = self.rest;
        if let Some(inside) = rest.strip_prefix('"') {
            return self.text(inside);
        }
        if let Some(inside) = rest.strip_prefix("#{") {
            self.rest = inside;
            return Ok(Form::List(self.until('}', depth)?));
        }
        for (open, close) in [('[', ']'), ('(', ')'), ('{', '}')] {
            if let Some(inside) = rest.strip_prefix(open) {
                let line = self.line;
                self.rest = inside;
                let forms = self.until(close, depth)?;
                return if open == '{' { pairs(line, forms) } else { Ok(Form::List(forms)) };
            }
        }
        let end = rest.find(|c: char| c.is_whitespace() || ",;\"()[]{}".contains(c));
        let word = end.map_or(rest, |end| &rest[..end]);
        if word.is_empty() {
            let found = rest.chars().next().unwrap_or(' ');
            return Err((self.line, format!("`{found}` closes nothing")));
        }
        self.rest = &rest[word.len()..];
        Ok(word.parse().map_or_else(|_| Form::Word(word.to_owned()), Form::Number))
    }

    fn until(&mut self, close: char, depth: usize) -> Result<Vec<(usize, Form)>, Problem> {
        let began = self.line;
        let mut forms = Vec::new();
        loop {
            self.skip();
            if let Some(rest) = self.rest.strip_prefix(close) {
                self.rest = rest;
                return Ok(forms);
            }
            if self.rest.is_empty() {
                return Err((began, format!("what opens here has no `{close}`")));
            }
            let line = self.line;
            forms.push((line, self.form(depth + 1)?));
        }
    }

    fn text(&mut self, inside: &'a str) -> Result<Form, Problem> {
        let mut text = String::new();
        let mut chars = inside.char_indices();
        let began = self.line;
        while let Some((place, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &inside[place + 1..];
                    return Ok(Form::Text(text));
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, other)) => text.push(other),
                    None => break,
                },
                _ => {
                    self.line += usize::from(c == '\n');
                    text.push(c);
                }
            }
        }
        Err((began, "a text that opens here has no end".to_owned()))
    }
}

fn pairs(line: usize, forms: Vec<(usize, Form)>) -> Result<Form, Problem> {
    if !forms.len().is_multiple_of(2) {
        return Err((line, "a map has a key without a value".to_owned()));
    }
    let mut pairs = Vec::with_capacity(forms.len() / 2);
    let mut forms = forms.into_iter();
    while let (Some((_, key)), Some((_, value))) = (forms.next(), forms.next()) {
        pairs.push((key, value));
    }
    Ok(Form::Map(pairs))
}
