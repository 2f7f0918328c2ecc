//! What is told of a call that would be made.

use serde_json::{Value, json};
use tollhouse::{Explanation, Verdict};

use crate::{
    commands::listing::{NOTHING, columns, nearest},
    config::Config,
};

/// One call, explained.
pub(super) struct Told<'a> {
    /// What it is: a tool, say.
    pub(super) kind: &'static str,
    pub(super) name: &'a str,
    pub(super) known: &'a [String],
    pub(super) config: &'a Config,
    pub(super) explanation: &'a Explanation,
}

impl Told<'_> {
    pub(super) fn as_text(&self) -> String {
        let rows: Vec<[String; 4]> = self
            .explanation
            .steps
            .iter()
            .map(|step| {
                let verdict = if step.refusal.is_some() { "ENDS" } else { "ok" };
                let text = step.text.lines().collect::<Vec<_>>().join(" ");
                let place = place(step, (self.kind, self.name), self.config);
                let place = place.unwrap_or_else(|| NOTHING.to_owned());
                [step.step.to_owned(), verdict.to_owned(), place, text]
            })
            .collect();
        let head = ["STEP", "", "RULE", "WHY"].map(str::to_owned);
        let rows = [vec![head], rows].concat();
        format!("{}\n{}\n", columns(&rows), self.verdict())
    }

    pub(super) fn as_json(&self) -> String {
        let steps = self.explanation.steps.iter().map(|step| {
            json!({
                "step": step.step,
                "ok": step.refusal.is_none(),
                "rule": step.rule.map(|rule| path(rule, (self.kind, self.name)).join(".")),
                "place": place(step, (self.kind, self.name), self.config),
                "text": step.text,
                "answer": step.refusal.as_ref().map(tollhouse::Refusal::text),
            })
        });
        let steps: Vec<Value> = steps.collect();
        let runs = self.explanation.refusal().is_none();
        format!(
            "{:#}\n",
            json!({(self.kind): self.name, "runs": runs, "steps": steps})
        )
    }

    fn verdict(&self) -> String {
        let Some(refusal) = self.explanation.refusal() else {
            return "would run".to_owned();
        };
        let mut text = format!("would not run; the caller reads: {}", refusal.text());
        let is_known = self.known.iter().any(|name| name == self.name);
        let names = self.known.iter().map(String::as_str);
        if let (Some(near), false) = (nearest(self.name, names), is_known) {
            text = format!("{text}\ndid you mean {near}?");
        }
        text
    }
}

/// Every tool, and whether it may be used.
pub(super) fn table(all: &[(&str, Explanation)], config: &Config, is_json: bool) -> String {
    let access = |explanation: &Explanation| {
        let mut steps = explanation.steps.iter();
        steps.find(|step| step.step == "authorize").cloned()
    };
    let rows = all.iter().filter_map(|(tool, explanation)| {
        let step = access(explanation)?;
        let may = step.refusal.is_none();
        Some((*tool, may, place(&step, ("tool", tool), config), step.text))
    });
    if is_json {
        let rows: Vec<Value> = rows
            .map(|(tool, may, place, why)| {
                json!({"tool": tool, "may": may, "place": place, "text": why})
            })
            .collect();
        return format!("{:#}\n", json!({"tools": rows}));
    }
    let rows = rows.map(|(tool, may, place, why)| {
        let may = if may { "yes" } else { "no" };
        let place = place.unwrap_or_else(|| NOTHING.to_owned());
        [tool.to_owned(), may.to_owned(), place, why]
    });
    let head = ["TOOL", "MAY", "RULE", "WHY"].map(str::to_owned);
    columns(&[head].into_iter().chain(rows).collect::<Vec<_>>())
}

/// Where the rule that decides stands.
fn place(step: &Verdict, of: (&str, &str), config: &Config) -> Option<String> {
    config.place(&path(step.rule?, of))
}

/// The keys that lead to a rule: of the target, or of the whole file.
fn path<'a>(rule: &'a str, (kind, name): (&str, &'a str)) -> Vec<&'a str> {
    if rule.contains('.') {
        return rule.split('.').collect();
    }
    let table = match kind {
        "prompt" => "prompts",
        "resource" => "resources",
        _ => "tools",
    };
    vec![table, name, rule]
}
