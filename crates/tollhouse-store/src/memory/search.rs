//! Searching: two legs that bring candidates, and one judgement over all of them.

use rusqlite::{Transaction, params};
use tollhouse_core::memory::{Category, Found, Kept, Search};

use super::{
    Stop, kept,
    likeness::{Query, Text},
    matching, numbered, projects,
    sketch::{Sketch, Wanted},
    words::words,
};

/// What narrows a search.
struct Filter<'a> {
    owner: &'a str,
    project: Option<String>,
    category: Option<&'static str>,
}

/// A memory that may fit.
struct Candidate {
    kept: Kept,
    number: i64,
    /// Whether the index brought it.
    is_indexed: bool,
}

pub(super) fn search(
    state: &Transaction<'_>,
    owner: &str,
    search: &Search,
) -> Result<Vec<Found>, Stop> {
    let project = search.project.as_deref();
    let project = project.map(|name| projects::find(state, owner, name));
    let filter = Filter {
        owner,
        project: project.transpose()?.map(|project| project.folded),
        category: search.category.map(Category::name),
    };
    let mut words = words(&search.query);
    words.truncate(WORDS_MAX);
    if words.is_empty() {
        return Ok(newest(state, &filter, search.limit)?);
    }
    let mut numbers = by_words(state, &filter, &words)?;
    let indexed = numbers.len();
    numbers.extend(by_sketch(state, &filter, &words, &numbers)?);
    let mut candidates = Vec::with_capacity(numbers.len());
    for (index, number) in numbers.into_iter().enumerate() {
        candidates.push(Candidate {
            kept: numbered(state, owner, number)?,
            number,
            is_indexed: index < indexed,
        });
    }
    Ok(judged(&words, candidates, search.limit))
}

/// Memories with one of the words, whatever its ending. The index weighs words by all memories that there
/// are, which decides no more than who is a candidate: an order by it would tell what others write.
fn by_words(
    state: &Transaction<'_>,
    filter: &Filter<'_>,
    words: &[String],
) -> rusqlite::Result<Vec<i64>> {
    let mut select = state.prepare_cached(BY_WORDS)?;
    let rows = select.query_map(
        params![
            matching::expression(filter.owner, words),
            filter.owner,
            filter.project,
            filter.category,
            CANDIDATES_MAX as i64,
        ],
        |row| row.get(0),
    )?;
    rows.collect()
}

/// Memories that may have words nearly like these, without those that are known.
fn by_sketch(
    state: &Transaction<'_>,
    filter: &Filter<'_>,
    words: &[String],
    known: &[i64],
) -> rusqlite::Result<Vec<i64>> {
    let wanted = words
        .iter()
        .filter(|word| word.chars().count() >= LETTERS_MIN);
    let wanted: Vec<Wanted> = wanted.map(|word| Wanted::of(word)).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut likely = Vec::new();
    let mut select = state.prepare_cached(BY_SKETCH)?;
    let mut rows = select.query(params![filter.owner, filter.project, filter.category])?;
    while let Some(row) = rows.next()? {
        let Some(sketch) = Sketch::read(row.get_ref("bits")?.as_blob()?) else {
            continue;
        };
        let shares = wanted.iter().map(|word| word.share_in(&sketch));
        let share: f64 = shares.filter(|share| *share >= LIKELY).sum();
        let number: i64 = row.get("number")?;
        if share > 0.0 && !known.contains(&number) {
            likely.push((share, number));
        }
    }
    likely.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let likely = likely.into_iter().take(CANDIDATES_MAX);
    Ok(likely.map(|(_, number)| number).collect())
}

/// The candidates that fit, with how well they do, the best first.
fn judged(words: &[String], candidates: Vec<Candidate>, limit: usize) -> Vec<Found> {
    let query = Query::new(words);
    let mark = |candidate: &Candidate| query.marks(&Text::new(&candidate.kept.content));
    let marks: Vec<_> = candidates.iter().map(mark).collect();
    let relevances = query.relevances(&marks);
    let mut judged: Vec<_> = (candidates.into_iter().zip(relevances))
        .filter_map(|(candidate, relevance)| {
            // The index knows endings that a comparison of letters does not see.
            let relevance = match candidate.is_indexed {
                true => relevance.max(RELEVANCE_OF_WORDS_MIN),
                false => Some(relevance).filter(|relevance| *relevance >= RELEVANCE_MIN)?,
            };
            Some((candidate, relevance))
        })
        .collect();
    judged.sort_by(|(one, relevance), (other, others)| {
        let newer = other.kept.saved_at_ms.cmp(&one.kept.saved_at_ms);
        (others.total_cmp(relevance))
            .then(other.is_indexed.cmp(&one.is_indexed))
            .then(newer)
            .then(other.number.cmp(&one.number))
    });
    let judged = judged.into_iter().take(limit);
    judged
        .map(|(Candidate { kept, .. }, relevance)| Found { kept, relevance })
        .collect()
}

fn newest(
    state: &Transaction<'_>,
    filter: &Filter<'_>,
    limit: usize,
) -> rusqlite::Result<Vec<Found>> {
    let mut select = state.prepare_cached(NEWEST)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = params![filter.owner, filter.project, filter.category, limit];
    let rows = select.query_map(values, |row| {
        Ok(Found {
            kept: kept(row)?,
            relevance: 0.0,
        })
    })?;
    rows.collect()
}

const BY_WORDS: &str = "SELECT memories.number
    FROM memory_words JOIN memories ON memories.number = memory_words.rowid
    WHERE memory_words MATCH ?1 AND memories.owner = ?2
        AND (?3 IS NULL OR memories.project = ?3) AND (?4 IS NULL OR memories.category = ?4)
    ORDER BY bm25(memory_words, 0.0, 1.0), memories.number DESC
    LIMIT ?5";
const BY_SKETCH: &str = "SELECT number, bits FROM sketches
    WHERE owner = ?1 AND ((?2 IS NULL AND ?3 IS NULL) OR EXISTS (
        SELECT 1 FROM memories WHERE memories.number = sketches.number AND memories.owner = ?1
            AND (?2 IS NULL OR memories.project = ?2) AND (?3 IS NULL OR memories.category = ?3)))";
const NEWEST: &str = "SELECT memories.id, content, category, projects.name AS project, saved_at_ms,
        is_tainted
    FROM memories LEFT JOIN projects
        ON projects.owner = memories.owner AND projects.folded = memories.project
    WHERE memories.owner = ?1
        AND (?2 IS NULL OR memories.project = ?2) AND (?3 IS NULL OR memories.category = ?3)
    ORDER BY saved_at_ms DESC, memories.number DESC
    LIMIT ?4";
/// Further words would not find much more, and each one costs.
const WORDS_MAX: usize = 16;
/// Candidates of each leg.
const CANDIDATES_MAX: usize = 50;
/// Shorter words are like too many others.
const LETTERS_MIN: usize = 4;
/// From here on a sketch is worth a look at its text.
const LIKELY: f64 = 0.5;
/// What has none of the words must fit this well.
const RELEVANCE_MIN: f64 = 0.25;
const RELEVANCE_OF_WORDS_MIN: f64 = 0.05;
