//! A tool: its schema, its statement, its rules.

use serde_json::{Map, Value, json};
use tollhouse::Trust;
use tollhouse_sources::sql::{Exists, SqlTool, Statement};

use super::{
    Tool, Written,
    access::{Callers, Demand},
    description, face, param, policy,
};
use crate::config::{
    codes::Code,
    fields::Named,
    files::{Said, Span},
    problem::Problems,
    raw::{self, Effect, Param, Returns, Type},
};

/// Reads a tool. None if there is no statement to make one of.
pub(super) fn tool(
    name: Said<String>,
    said: raw::Tool,
    (callers, usual): (Callers<'_>, &Trust),
    problems: &mut Problems,
) -> Option<Tool> {
    check_name(&name, problems);
    check_not_found(&said, problems);
    literals(&said, problems);
    let mut rules = policy::policy(&said, usual, problems);
    let text = said.description.and_then(description::render);
    let mut params: Vec<Said<String>> = said.params.iter().map(|(name, _)| name.clone()).collect();
    let mut input = Input::of(said.params, problems);
    let own = input.schema.clone();
    let faces = face::faces(said.faces, (&mut input, &mut params), callers, problems);
    let demand = Demand {
        scope: said.scope,
        roles: said.roles,
        clients: said.clients,
    };
    let owner = format!("the tool `{}`", name.value);
    rules.access = demand.access((&owner, name.span), callers, problems);
    let sql = said.sql?;
    let mut tool = tollhouse::Tool::new(
        &name.value,
        text.as_ref().map_or("", |text| text.value.trim()),
        own,
    );
    tool.faces = faces;
    tool.title = said.title.map(|said| said.value);
    tool.policy = rules;
    tool.effect = effect(said.effect.as_ref());
    let mut statement = statement(said.returns.map(|said| said.value), &sql.value);
    check_limit(&mut statement, &input, &sql, problems);
    let not_found = said.not_found.as_ref().map(|said| said.span);
    if let Some(text) = said.not_found {
        statement.not_found = text.value.trim().to_owned();
    }
    let json = said.json.unwrap_or_default();
    statement.json_columns = json.iter().map(|said| said.value.clone()).collect();
    let mut offered = SqlTool::new(tool, statement);
    offered.arguments = Some(input.schema).filter(|all| *all != offered.tool.input);
    let (exists, spans): (Vec<_>, Vec<_>) = input.exists.into_iter().unzip();
    let arguments = exists.iter().map(|exists| exists.argument.clone());
    let exists_in = arguments.zip(spans).collect();
    offered.exists = exists;
    offered.unless = said.unless.as_ref().map(|said| said.value.clone());
    if said.exactly_once.as_ref().is_some_and(|said| said.value) {
        offered = offered.exactly_once();
    }
    let changes = said.changes.into_iter().flatten();
    offered.changes = changes.map(|said| said.value).collect();
    Some(Tool {
        offered,
        written: Written {
            unless: said.unless,
            params,
            effect: said.effect,
            not_found,
            json,
            exists_in,
            ..Written::query(name.value.clone(), name, sql)
        },
        description: text.map(|text| text.span),
        patterns: input.patterns,
    })
}

fn statement(returns: Option<Returns>, sql: &str) -> Statement {
    match returns.unwrap_or(Returns::Many) {
        Returns::One => Statement::one(sql),
        Returns::Many => Statement::many(sql).looking_further(),
        Returns::Table => Statement::table(sql).looking_further(),
        Returns::Text => Statement::text(sql),
    }
}

fn effect(said: Option<&Said<Effect>>) -> tollhouse::Effect {
    match said.map(|said| said.value) {
        None | Some(Effect::Read) => tollhouse::Effect::Read,
        Some(Effect::Write) => tollhouse::Effect::Write,
        Some(Effect::Destructive) => tollhouse::Effect::Destroy,
    }
}

/// The input schema, and what else the parameters say.
pub(super) struct Input {
    pub(super) schema: Value,
    patterns: Vec<Span>,
    /// The whole numbers, and whether each is always there.
    limits: Vec<(String, bool)>,
    /// The columns that values must be in.
    exists: Vec<(Exists, Span)>,
}

impl Input {
    pub(super) fn of(params: Named<Param>, problems: &mut Problems) -> Self {
        let mut properties = Map::new();
        let mut required = Vec::new();
        let (mut patterns, mut limits, mut exists) = (Vec::new(), Vec::new(), Vec::new());
        for (name, said) in params {
            let property = param::property(&name, said, problems);
            if property.is_required {
                required.push(name.value.clone());
            }
            if property.kind == Type::Integer {
                let is_there = property.is_required || property.has_default;
                limits.push((name.value.clone(), is_there));
            }
            patterns.extend(property.pattern);
            exists.extend(property.exists);
            properties.insert(name.value, property.schema);
        }
        let mut schema = json!({"type": "object", "properties": properties});
        if let Some(schema) = schema.as_object_mut() {
            if !required.is_empty() {
                schema.insert("required".to_owned(), required.into());
            }
            schema.insert("additionalProperties".to_owned(), false.into());
        }
        Self {
            schema,
            patterns,
            limits,
            exists,
        }
    }

    /// Takes in what another one says besides.
    pub(super) fn take_in(&mut self, other: Self) {
        let theirs = other.schema.get("properties").and_then(Value::as_object);
        let ours = self
            .schema
            .get_mut("properties")
            .and_then(Value::as_object_mut);
        if let (Some(ours), Some(theirs)) = (ours, theirs) {
            for (name, property) in theirs {
                ours.entry(name).or_insert_with(|| property.clone());
            }
        }
        self.patterns.extend(other.patterns);
        for limit in other.limits {
            if !self.limits.iter().any(|(known, _)| *known == limit.0) {
                self.limits.push(limit);
            }
        }
        self.exists.extend(other.exists);
    }

    fn has(&self, name: &str) -> bool {
        let properties = self.schema.get("properties");
        properties.is_some_and(|properties| properties.get(name).is_some())
    }
}

/// A limit is a whole number and always there, or the database refuses the call.
fn check_limit(
    statement: &mut Statement,
    input: &Input,
    sql: &Said<String>,
    problems: &mut Problems,
) {
    let Some(name) = &statement.limit else {
        return;
    };
    match input.limits.iter().find(|(known, _)| known == name) {
        Some((_, true)) => {}
        Some((name, false)) => {
            let text = format!("LIMIT takes a number, and `{name}` may be left out");
            let fix = format!("give `{name}` a default");
            problems.add(Code::BadRule, sql.span, text, fix);
        }
        None => {
            if input.has(name) {
                let text = format!("LIMIT takes a whole number, which `{name}` is not");
                let fix = format!("give `{name}` type = \"integer\"");
                problems.add(Code::BadRule, sql.span, text, fix);
            }
            // What is no parameter at all is told as such, at the place that was written.
            statement.sql.clone_from(&sql.value);
            statement.limit = None;
        }
    }
}

fn check_name(name: &Said<String>, problems: &mut Problems) {
    let is_allowed =
        |character: char| character.is_ascii_alphanumeric() || "_.-".contains(character);
    let text = &name.value;
    if text.is_empty() || text.len() > NAME_BYTES_MAX || !text.chars().all(is_allowed) {
        let text = format!("`{text}` is no name for a tool");
        let fix = "take 1 to 64 letters, digits, `_` and `-`";
        problems.add(Code::BadName, name.span, text, fix);
    } else if text.contains('.') {
        let text = format!("some clients refuse the dot in `{text}`");
        let fix = format!("call it `{}`", name.value.replace('.', "_"));
        problems.add(Code::StrictName, name.span, text, fix);
    }
}

/// A list may be empty, so nothing is ever not found.
fn check_not_found(said: &raw::Tool, problems: &mut Problems) {
    let returns = said
        .returns
        .as_ref()
        .map_or(Returns::Many, |said| said.value);
    if let (Returns::Many | Returns::Table, Some(text)) = (returns, &said.not_found) {
        let fix = "write returns = \"one\", or take it out";
        problems.add(
            Code::Conflict,
            text.span,
            "`not_found` is never said: the tool returns a list, which may be empty",
            fix,
        );
    }
}

/// Variables where none are read would be shown to models as they stand.
fn literals(said: &raw::Tool, problems: &mut Problems) {
    let description = match &said.description {
        Some(raw::Description::Whole(text)) => Some(text),
        Some(raw::Description::Parts(parts)) => parts.text.as_ref(),
        None => None,
    };
    for text in [
        description,
        said.sql.as_ref(),
        said.not_found.as_ref(),
        said.title.as_ref(),
    ] {
        if let Some(text) = text.filter(|text| text.value.contains("${")) {
            let fix = "write out what you mean; tools read no variables";
            problems.add(
                Code::Literal,
                text.span,
                "`${` is taken as it stands here",
                fix,
            );
        }
    }
}

const NAME_BYTES_MAX: usize = 64;
