//! Names of keys come in; numbers go out, and the names again for people.

use super::Form;
use std::collections::BTreeMap;

/// The keys of a file. A number is its own number.
#[derive(Clone, Default)]
pub(in crate::cli::history) struct Names {
    numbers: BTreeMap<Box<str>, u64>,
    names: Vec<Box<str>>,
}

/// Names have the numbers from here on.
const NAMED: u64 = 1 << 62;

impl Names {
    /// The number of a key, if it is one.
    pub(super) fn key(&mut self, form: &Form<'_>) -> Option<u64> {
        match form {
            Form::Number(number) if (0..NAMED.cast_signed()).contains(number) => {
                Some(number.cast_unsigned())
            }
            Form::Number(number) => Some(self.named(&number.to_string())),
            Form::Text(name) | Form::Word(name) => match name.parse() {
                Ok(number) if number < NAMED => Some(number),
                _ => Some(self.named(name)),
            },
            Form::List(_) | Form::Map(_) => None,
        }
    }

    fn named(&mut self, name: &str) -> u64 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = NAMED + self.names.len() as u64;
        self.numbers.insert(name.into(), number);
        self.names.push(name.into());
        number
    }

    /// The name of a key that has one.
    pub(in crate::cli::history) fn name(&self, key: u64) -> Option<String> {
        let place = usize::try_from(key.checked_sub(NAMED)?).ok()?;
        self.names.get(place).map(ToString::to_string)
    }

    /// A text with each number of a name, as `k4611686018427387904`, replaced by the name.
    pub(in crate::cli::history) fn told(&self, text: &str) -> String {
        if self.names.is_empty() {
            return text.to_owned();
        }
        let word = |word: &str| {
            let number: Option<u64> = word.strip_prefix('k').and_then(|word| word.parse().ok());
            let name = number.and_then(|number| self.name(number));
            name.map_or_else(|| word.to_owned(), |name| name.escape_debug().to_string())
        };
        text.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }
}
