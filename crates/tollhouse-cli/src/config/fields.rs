//! Reading a table key by key. What is asked for is known; what is left at the end is not.

use serde_json::Number;

use super::{
    codes::Code,
    files::{Said, Span},
    node::{Node, Table, Value},
    problem::{Problems, instead, list},
};

/// A table that is being read.
pub(crate) struct Fields<'a> {
    table: Table,
    /// Where it stands, for a sentence; empty for the whole file.
    title: String,
    /// The place that stands for the table as a whole.
    span: Span,
    known: Vec<&'static str>,
    /// Keys whose values were of no use.
    refused: Vec<&'static str>,
    pub(crate) problems: &'a mut Problems,
}

/// A type that is written as one of a few words.
pub(crate) trait Choice: Copy + 'static {
    /// The words and what they mean.
    const ALL: &'static [(&'static str, Self)];

    /// The word for it.
    fn word(self) -> &'static str
    where
        Self: PartialEq,
    {
        let mut all = Self::ALL.iter();
        all.find(|(_, value)| *value == self)
            .map_or("", |(word, _)| word)
    }
}

/// Things with names, in the order of the text.
pub(crate) type Named<T> = Vec<(Said<String>, T)>;

impl<'a> Fields<'a> {
    pub(crate) const fn new(
        table: Table,
        title: String,
        span: Span,
        problems: &'a mut Problems,
    ) -> Self {
        Self {
            table,
            title,
            span,
            known: Vec::new(),
            refused: Vec::new(),
            problems,
        }
    }

    /// The place that stands for the table as a whole.
    pub(crate) const fn span(&self) -> Span {
        self.span
    }

    /// Where a key stands, if it is there.
    pub(crate) fn place_of(&self, key: &str) -> Option<Span> {
        let mut keys = self.table.0.iter().map(|(name, _)| name);
        keys.find(|name| name.value == key).map(|name| name.span)
    }

    /// Whether a key is there and holds a table.
    pub(crate) fn holds_table(&self, key: &str) -> bool {
        let mut entries = self.table.0.iter();
        entries.any(|(name, node)| name.value == key && matches!(node.value, Value::Table(_)))
    }

    fn holds_text(&self, key: &str) -> bool {
        let mut entries = self.table.0.iter();
        entries.any(|(name, node)| name.value == key && matches!(node.value, Value::Text(_)))
    }

    /// Whether a key was there and its value of no use.
    pub(crate) fn is_refused(&self, key: &str) -> bool {
        self.refused.contains(&key)
    }

    pub(crate) fn text(&mut self, key: &'static str) -> Option<Said<String>> {
        self.text_or(key, "a text")
    }

    /// A text, where something else would do too.
    pub(crate) fn text_or(&mut self, key: &'static str, kind: &str) -> Option<Said<String>> {
        self.typed(key, kind, |node| match node.value {
            Value::Text(text) => Ok(text),
            _ => Err(node),
        })
    }

    pub(crate) fn boolean(&mut self, key: &'static str) -> Option<Said<bool>> {
        self.typed(key, "true or false", |node| match node.value {
            Value::Boolean(is) => Ok(is),
            _ => Err(node),
        })
    }

    pub(crate) fn number(&mut self, key: &'static str) -> Option<Said<Number>> {
        self.typed(key, "a number", |node| match node.value {
            Value::Number(number) => Ok(number),
            _ => Err(node),
        })
    }

    /// A whole number, zero or more.
    pub(crate) fn count(&mut self, key: &'static str) -> Option<Said<u64>> {
        self.typed(key, "a whole number, zero or more", |node| {
            match &node.value {
                Value::Number(number) => number.as_u64().ok_or(node),
                _ => Err(node),
            }
        })
    }

    /// A text, a number, or true or false.
    pub(crate) fn scalar(&mut self, key: &'static str) -> Option<Said<serde_json::Value>> {
        self.typed(key, SCALAR, scalar)
    }

    pub(crate) fn scalars(&mut self, key: &'static str) -> Option<Vec<Said<serde_json::Value>>> {
        self.items(key, SCALAR, scalar)
    }

    pub(crate) fn texts(&mut self, key: &'static str) -> Option<Vec<Said<String>>> {
        self.items(key, "a text", |node| match node.value {
            Value::Text(text) => Ok(text),
            _ => Err(node),
        })
    }

    /// A text, or a list of texts. What is written once is a list of one.
    pub(crate) fn one_or_more(&mut self, key: &'static str) -> Option<Vec<Said<String>>> {
        if self.holds_text(key) {
            return self.text(key).map(|one| vec![one]);
        }
        self.texts(key)
    }

    /// One of a few words, or several.
    pub(crate) fn choices<T: Choice>(&mut self, key: &'static str) -> Vec<Said<T>> {
        let Some(words) = self.one_or_more(key) else {
            return Vec::new();
        };
        if words.is_empty() && !self.refused.contains(&key) {
            let text = format!("`{key}`{} is an empty list", self.place());
            let fix = "write one of them, or take it out";
            self.problems.add(Code::NotAllowed, self.span, text, fix);
        }
        let found = words.iter().map(|word| self.chosen(key, word));
        found.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// A table of values under names that the user chose.
    pub(crate) fn values<T>(
        &mut self,
        key: &'static str,
        kind: &str,
        read: impl Fn(Node) -> Result<T, Node>,
    ) -> Named<Said<T>> {
        let inner = self.table(key, |mut fields| {
            let mut all = Vec::new();
            for (name, node) in std::mem::take(&mut fields.table.0) {
                let span = node.span;
                match read(node) {
                    Ok(value) => all.push((name, Said::new(value, span))),
                    Err(other) => fields.wrong_value(&name.value, kind, &other),
                }
            }
            all
        });
        inner.unwrap_or_default()
    }

    /// A table of texts or tables under names that the user chose.
    pub(crate) fn texts_or_tables<T>(
        &mut self,
        key: &'static str,
        of_text: impl Fn(Said<String>) -> T,
        of_table: impl Fn(Fields<'_>) -> T,
    ) -> Named<T> {
        let inner = self.table(key, |mut fields| {
            let mut all = Vec::new();
            for (name, node) in std::mem::take(&mut fields.table.0) {
                let thing = match node.value {
                    Value::Text(text) => Some(of_text(Said::new(text, node.span))),
                    _ => fields.enter(&name, node, &of_table),
                };
                all.extend(thing.map(|thing| (name, thing)));
            }
            all
        });
        inner.unwrap_or_default()
    }

    /// A list of tables, each to be read in its turn.
    pub(crate) fn tables<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(Fields<'_>) -> T,
    ) -> Option<Vec<T>> {
        let (name, node) = self.node(key)?;
        let Value::List(items) = node.value else {
            self.wrong(key, "a list of tables", &node);
            return None;
        };
        let mut all = Vec::new();
        for item in items {
            let at = Said::new(name.value.clone(), item.span);
            all.extend(self.enter(&at, item, &read));
        }
        Some(all)
    }

    /// One of a few words.
    pub(crate) fn choice<T: Choice>(&mut self, key: &'static str) -> Option<Said<T>> {
        let word = self.text(key)?;
        self.chosen(key, &word)
    }

    fn chosen<T: Choice>(&mut self, key: &'static str, word: &Said<String>) -> Option<Said<T>> {
        let found = T::ALL.iter().find(|(known, _)| *known == word.value);
        if let Some((_, value)) = found {
            return Some(word.with(*value));
        }
        let words: Vec<&str> = T::ALL.iter().map(|(known, _)| *known).collect();
        let text = format!("`{}` is no {key}{}", word.value, self.place());
        self.problems.add(
            Code::NotAllowed,
            word.span,
            text,
            instead(&word.value, &words),
        );
        self.refused.push(key);
        None
    }

    /// A value as it stands.
    pub(crate) fn node(&mut self, key: &'static str) -> Option<(Said<String>, Node)> {
        self.known.push(key);
        self.table.take(key)
    }

    /// A table, to be read in its turn.
    pub(crate) fn table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Fields<'_>) -> T,
    ) -> Option<T> {
        let (key, node) = self.node(key)?;
        self.enter(&key, node, read)
    }

    /// A table of tables under names that the user chose.
    pub(crate) fn named<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(Fields<'_>) -> T,
    ) -> Named<T> {
        let inner = self.table(key, |mut fields| {
            let entries = std::mem::take(&mut fields.table.0);
            let read_one = |(name, node): (Said<String>, Node)| {
                let thing = fields.enter(&name, node, &read)?;
                Some((name, thing))
            };
            entries.into_iter().filter_map(read_one).collect()
        });
        inner.unwrap_or_default()
    }

    /// Reads a node as a table that stands under this key.
    pub(crate) fn enter<T>(
        &mut self,
        key: &Said<String>,
        node: Node,
        read: impl FnOnce(Fields<'_>) -> T,
    ) -> Option<T> {
        let title = match self.title.as_str() {
            "" => key.value.clone(),
            title => format!("{title}.{}", key.value),
        };
        match node.value {
            Value::Table(table) => Some(read(Fields::new(table, title, key.span, self.problems))),
            other => {
                let text = format!("`{title}` is a table, not {}", other.kind());
                self.problems.add(
                    Code::WrongType,
                    node.span,
                    text,
                    format!("write it as [{title}]"),
                );
                None
            }
        }
    }

    /// Says that a key is missing, unless it was there in another type.
    pub(crate) fn required(&mut self, key: &'static str, example: &str, given: bool) {
        if given || self.refused.contains(&key) {
            return;
        }
        let text = format!("`{key}` is missing{}", self.place());
        self.problems
            .add(Code::MissingKey, self.span, text, format!("add {example}"));
    }

    /// Tells of the keys that nobody asked for.
    pub(crate) fn finish(self) {
        for (key, _) in &self.table.0 {
            let text = format!("unknown key `{}`{}", key.value, self.place());
            let fix = match super::problem::nearest(&key.value, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", list(&self.known)),
            };
            self.problems.add(Code::UnknownKey, key.span, text, fix);
        }
    }

    /// Where the table stands, as the end of a sentence.
    fn place(&self) -> String {
        match self.title.as_str() {
            "" => String::new(),
            title => format!(" in {title}"),
        }
    }

    /// A value that this reads, or a sentence that says what it should have been.
    pub(crate) fn typed<T>(
        &mut self,
        key: &'static str,
        kind: &str,
        read: impl FnOnce(Node) -> Result<T, Node>,
    ) -> Option<Said<T>> {
        let (_, node) = self.node(key)?;
        let span = node.span;
        match read(node) {
            Ok(value) => Some(Said::new(value, span)),
            Err(other) => {
                self.wrong(key, kind, &other);
                None
            }
        }
    }

    fn items<T>(
        &mut self,
        key: &'static str,
        kind: &str,
        read: impl Fn(Node) -> Result<T, Node>,
    ) -> Option<Vec<Said<T>>> {
        let (_, node) = self.node(key)?;
        let Value::List(items) = node.value else {
            self.wrong(key, &format!("a list, each item {kind}"), &node);
            return None;
        };
        let mut all = Vec::new();
        for item in items {
            let span = item.span;
            match read(item) {
                Ok(value) => all.push(Said::new(value, span)),
                Err(other) => self.wrong(key, &format!("a list, each item {kind}"), &other),
            }
        }
        Some(all)
    }

    fn wrong(&mut self, key: &'static str, kind: &str, node: &Node) {
        self.refused.push(key);
        self.wrong_value(key, kind, node);
    }

    fn wrong_value(&mut self, key: &str, kind: &str, node: &Node) {
        let text = format!(
            "`{key}`{} takes {kind}, not {}",
            self.place(),
            node.value.kind()
        );
        self.problems
            .add(Code::WrongType, node.span, text, format!("write {kind}"));
    }
}

fn scalar(node: Node) -> Result<serde_json::Value, Node> {
    match node.value {
        Value::Text(_) | Value::Number(_) | Value::Boolean(_) => Ok(node.to_json()),
        Value::List(_) | Value::Table(_) | Value::Other(_) => Err(node),
    }
}

const SCALAR: &str = "a text, a number, or true or false";
