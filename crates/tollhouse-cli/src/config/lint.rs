//! What a model would stumble over, though a database would not.

use std::collections::BTreeMap;

use super::{
    codes::Code,
    problem::{Problem, Problems},
    resolve::{Resolved, Tool},
};
use crate::catalogue::Cost;

/// Tells of descriptions that are too short, or that begin alike.
pub(crate) fn descriptions(resolved: &Resolved, problems: &mut Problems) {
    let mut beginnings: BTreeMap<Vec<String>, &Tool> = BTreeMap::new();
    for tool in resolved.sources.iter().flat_map(|source| &source.tools) {
        let Some(span) = tool.description else {
            continue;
        };
        let text = &tool.offered.tool.description;
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        if words.len() < WORDS_MIN || text.len() < BYTES_MIN {
            let said = format!(
                "the description of `{}` is too short to choose by",
                tool.written.name.value
            );
            let fix = "say what it does, when to use it, and what it gives back";
            problems.add(Code::Short, span, said, fix);
        }
        let Some(beginning) = words.get(..BEGINNING_WORDS) else {
            continue;
        };
        if let Some(other) = beginnings.insert(beginning.to_vec(), tool) {
            let said = format!(
                "`{}` and `{}` start with the same {BEGINNING_WORDS} words; models mix them up",
                other.written.name.value, tool.written.name.value
            );
            let fix = "let each begin with what sets it apart";
            problems.add(Code::Alike, span, said, fix);
        }
    }
}

/// Tells of tools that cost a model more than they should.
pub(crate) fn weights(costs: &[Cost], resolved: &Resolved, problems: &mut Problems) {
    for tool in resolved.sources.iter().flat_map(|source| &source.tools) {
        let cost = costs
            .iter()
            .find(|cost| cost.name == tool.written.name.value);
        if let Some(cost) = cost.filter(|cost| cost.tokens > TOOL_TOKENS_MAX) {
            let text = format!(
                "`{}` takes about {} tokens of every conversation",
                cost.name, cost.tokens
            );
            let fix = format!("shorten it to {TOOL_TOKENS_MAX}");
            problems.add(Code::HeavyTool, tool.written.name.span, text, fix);
        }
    }
    let total: usize = costs.iter().map(|cost| cost.tokens).sum();
    if total > SERVER_TOKENS_MAX {
        problems.push(Problem {
            code: Code::HeavyServer,
            span: None,
            text: format!("the tools take about {total} tokens of every conversation"),
            fix: format!(
                "come down to {SERVER_TOKENS_MAX}: take tools out, or shorten the longest"
            ),
        });
    }
}

const WORDS_MIN: usize = 4;
const BYTES_MIN: usize = 20;
const BEGINNING_WORDS: usize = 6;
const TOOL_TOKENS_MAX: usize = 600;
pub(crate) const SERVER_TOKENS_MAX: usize = 8_000;
