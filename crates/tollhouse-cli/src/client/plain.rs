//! Text of strangers at a terminal: what would steer the terminal is shown instead of sent.

use std::{fmt::Write as _, io::IsTerminal};

use serde_json::Value;

use crate::environment;

/// The same text, harmless to a terminal: control characters and what turns the direction of writing around
/// stand as JSON writes them.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        let is_harmless = matches!(letter, '\n' | '\t') || !(letter.is_control() || turns(letter));
        if is_harmless {
            clean.push(letter);
        } else {
            // Writing to a string does not fail.
            let _ = write!(clean, "\\u{:04x}", u32::from(letter));
        }
    }
    clean
}

/// The same on one line.
pub(crate) fn line(text: &str) -> String {
    clean(text).replace(['\n', '\t'], " ")
}

/// As it is for programs, harmless for a terminal.
pub(crate) fn suited(text: &str, reader: &impl IsTerminal) -> String {
    if reader.is_terminal() {
        clean(text)
    } else {
        text.to_owned()
    }
}

/// A document as JSON, in which nothing steers a terminal and everything says what it said: what is replaced stands in
/// strings alone.
pub(crate) fn json(document: &Value) -> String {
    clean(&format!("{document:#}\n"))
}

/// Also what separates lines and is no end of a line.
const fn turns(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Colours, where they are seen (https://no-color.org).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    is_on: bool,
}

impl Paint {
    pub(crate) fn on(reader: &impl IsTerminal) -> Self {
        let is_unwanted = environment("NO_COLOR").is_some_and(|set| !set.is_empty());
        let is_dumb = environment("TERM").is_some_and(|terminal| terminal == "dumb");
        Self {
            is_on: reader.is_terminal() && !is_unwanted && !is_dumb,
        }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.is_on {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, line};

    #[test]
    fn a_terminal_is_not_steered() {
        assert_eq!(
            clean("a\u{1b}[2Jb\u{9b}c\r\u{202e}d"),
            "a\\u001b[2Jb\\u009bc\\u000d\\u202ed"
        );
        assert_eq!(clean("zwei\n\tZeilen é 日本"), "zwei\n\tZeilen é 日本");
        assert_eq!(line("a\nb"), "a b");
    }
}
