//! How well a text fits a query: word by word, with room for other endings and slips of the keys.

use std::collections::BTreeSet;

use super::{
    sketch,
    words::{self, words},
};

/// A query, ready to be compared with many texts.
pub(super) struct Query {
    words: Vec<Word>,
}

/// A text, ready to be compared.
pub(super) struct Text {
    /// Distinct words.
    words: Vec<Word>,
}

/// How well each of a query's words is met by one text, in the query's order.
pub(super) struct Marks(Vec<f64>);

struct Word {
    text: String,
    trigrams: Vec<u32>,
}

impl Query {
    pub(super) fn new(words: &[String]) -> Self {
        Self {
            words: distinct(words),
        }
    }

    pub(super) fn marks(&self, text: &Text) -> Marks {
        let best = |word: &Word| {
            let likenesses = text.words.iter().map(|other| word.likeness(other));
            likenesses.fold(0.0, f64::max)
        };
        Marks(self.words.iter().map(best).collect())
    }

    /// One figure from 0 to 1 for each text. A word counts the more the longer it is, and the fewer of these
    /// texts have it: what all of them have tells nothing.
    pub(super) fn relevances(&self, texts: &[Marks]) -> Vec<f64> {
        let count = texts.len() as f64;
        let weights: Vec<f64> = (self.words.iter().enumerate())
            .map(|(index, word)| {
                let met = texts.iter().filter(|marks| marks.at(index) > 0.0).count() as f64;
                let length = word.text.chars().count() as f64;
                length.sqrt() * (1.0 + (count + 1.0) / (met + 1.0)).ln()
            })
            .collect();
        let all: f64 = weights.iter().sum();
        let relevance = |marks: &Marks| {
            let met: f64 = (marks.0.iter().zip(&weights))
                .map(|(mark, weight)| mark * weight)
                .sum();
            if all > 0.0 { met / all } else { 0.0 }
        };
        texts.iter().map(relevance).collect()
    }
}

impl Text {
    pub(super) fn new(content: &str) -> Self {
        Self {
            words: distinct(&words(content)),
        }
    }

    /// How much two texts have in common of the three letters in a row that either has, from 0 to 1.
    pub(super) fn likeness(&self, other: &Self) -> f64 {
        let (here, there) = (self.trigrams(), other.trigrams());
        let shared = sketch::shared(&here, &there);
        let all = here.len() + there.len() - shared;
        shared as f64 / all.max(1) as f64
    }

    fn trigrams(&self) -> Vec<u32> {
        let all: BTreeSet<u32> = (self.words.iter())
            .flat_map(|word| word.trigrams.iter().copied())
            .collect();
        all.into_iter().collect()
    }
}

impl Marks {
    fn at(&self, index: usize) -> f64 {
        self.0.get(index).copied().unwrap_or_default()
    }
}

impl Word {
    /// 1 for the same word, less for one that is nearly the same, 0 for another.
    fn likeness(&self, other: &Self) -> f64 {
        if self.text == other.text {
            return 1.0;
        }
        if self.text.chars().any(words::stands_alone) {
            return 0.0;
        }
        let shared = sketch::shared(&self.trigrams, &other.trigrams) as f64;
        let likeness = 2.0 * shared / (self.trigrams.len() + other.trigrams.len()) as f64;
        let nearly = if likeness < NEARLY { 0.0 } else { likeness };
        self.beginning(other).max(nearly)
    }

    /// If the shorter of the two is how the longer begins: how much of it that is.
    fn beginning(&self, other: &Self) -> f64 {
        let (one, other) = (&self.text, &other.text);
        let (short, long) = if one.len() < other.len() {
            (one, other)
        } else {
            (other, one)
        };
        if short.len() < BEGINNING_BYTES_MIN || !long.starts_with(short.as_str()) {
            return 0.0;
        }
        short.len() as f64 / long.len() as f64
    }
}

fn distinct(words: &[String]) -> Vec<Word> {
    let words: BTreeSet<&String> = words.iter().collect();
    let word = |text: &String| Word {
        text: text.clone(),
        trigrams: sketch::trigrams(text),
    };
    words.into_iter().map(word).collect()
}

/// From here on two words are nearly the same: one letter too few in six.
const NEARLY: f64 = 0.5;
/// Fewer letters begin too many words.
const BEGINNING_BYTES_MIN: usize = 3;
