//! A prompt: messages with blanks, and what the arguments that fill them take.

use std::collections::BTreeMap;

use tollhouse::{Parameter, Policy, Role, Trust};
use tollhouse_sources::texts::{Blanks, TextPrompt};

use super::{
    access::{Callers, Demand},
    argument::{self, Asked, Owner},
    policy::Trusting,
    source::Source,
};
use crate::config::{
    codes::Code,
    expand::World,
    files::Said,
    problem::{Problems, nearest},
    raw,
};

/// A prompt, and which sources its arguments ask for suggestions.
#[derive(Debug)]
pub(crate) struct Prompt {
    pub(crate) name: Said<String>,
    pub(crate) offered: TextPrompt,
    pub(crate) asked: Vec<Asked>,
}

pub(super) fn prompt(
    name: Said<String>,
    said: raw::Prompt,
    sources: &mut [Source],
    (world, callers): (&World<'_>, Callers<'_>),
    problems: &mut Problems,
) -> Option<Prompt> {
    let messages = messages(&said, world, problems);
    let trust = Trusting::whole(&said.untrusted, &said.unicode, &said.link_hosts);
    let trust = trust.over(&Trust::default(), problems);
    let demand = Demand {
        scope: said.scope,
        roles: said.roles,
        clients: said.clients,
    };
    let owner = format!("the prompt `{}`", name.value);
    let access = demand.access((&owner, name.span), callers, problems);
    let names: Vec<String> = said
        .args
        .iter()
        .map(|(name, _)| name.value.clone())
        .collect();
    for (_, text) in &messages {
        placeholders(text, &names, problems);
    }
    let blanks: Vec<(Role, Blanks)> = messages
        .into_iter()
        .map(|(role, text)| (role, Blanks::read(text.value.trim())))
        .collect();
    let offered = tollhouse::Prompt {
        name: name.value.clone(),
        title: said.title.map(|title| title.value),
        description: said.description.map(|text| text.value.trim().to_owned()),
        parameters: parameters(&said.args),
        policy: Policy {
            access,
            trust,
            ..Policy::default()
        },
        ..tollhouse::Prompt::default()
    };
    unused(&said.args, &blanks, problems);
    let owner = Owner {
        title: format!("prompts.{}", name.value),
        names: &names,
        home: None,
    };
    let (mut rules, mut asked) = (BTreeMap::new(), Vec::new());
    for (argument, said) in said.args {
        let (rule, source) = argument::rule(&owner, &argument, said, sources, problems);
        asked.extend(source);
        rules.insert(argument.value, rule);
    }
    (!blanks.is_empty()).then_some(Prompt {
        name,
        offered: TextPrompt {
            prompt: offered,
            messages: blanks,
            rules,
        },
        asked,
    })
}

/// What is said, by whom: exactly one key says it.
fn messages(
    said: &raw::Prompt,
    world: &World<'_>,
    problems: &mut Problems,
) -> Vec<(Role, Said<String>)> {
    let given = [
        ("text", said.text.as_ref().map(|said| said.span)),
        ("file", said.file.as_ref().map(|said| said.span)),
        ("messages", said.messages.as_ref().map(|_| said.span)),
    ];
    let mut given = given
        .into_iter()
        .filter_map(|(key, span)| Some((key, span?)));
    let (first, second) = (given.next(), given.next());
    if let (Some((one, _)), Some((other, span))) = (first, second) {
        let text = format!("`{one}` and `{other}` both say what the prompt is");
        problems.add(Code::Conflict, span, text, "keep one of them");
    }
    if let Some(text) = &said.text {
        return vec![(Role::User, text.clone())];
    }
    if let Some(file) = &said.file {
        let text = world.read(file, &file.value, problems);
        return text
            .map(|text| (Role::User, file.with(text)))
            .into_iter()
            .collect();
    }
    let messages = said.messages.iter().flatten();
    let messages: Vec<_> = messages
        .filter_map(|message| {
            let role = match message
                .role
                .as_ref()
                .map(|said| said.value)
                .unwrap_or_default()
            {
                raw::Role::User => Role::User,
                raw::Role::Assistant => Role::Assistant,
            };
            Some((role, message.text.clone()?))
        })
        .collect();
    if messages.is_empty() && said.messages.as_ref().is_none_or(Vec::is_empty) {
        let fix = "add text = \"…\", file = \"FILE\", or messages = [{ text = \"…\" }]";
        problems.add(
            Code::MissingKey,
            said.span,
            "nothing says what the prompt is",
            fix,
        );
    }
    messages
}

/// Tells of blanks that no argument fills.
fn placeholders(text: &Said<String>, names: &[String], problems: &mut Problems) {
    for blank in Blanks::read(&text.value).names() {
        if names.iter().any(|name| name == blank) {
            continue;
        }
        let fix = match nearest(blank, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {{{near}}}?"),
            None => format!(
                "add [prompts.NAME.args.{blank}], or write {{{{{blank}}}}} for the braces themselves"
            ),
        };
        let said = format!("there is no argument `{blank}` for {{{blank}}}");
        problems.add(Code::NoParameter, text.span, said, fix);
    }
}

/// Tells of arguments that fill nothing.
fn unused(
    args: &[(Said<String>, raw::Argument)],
    messages: &[(Role, Blanks)],
    problems: &mut Problems,
) {
    for (name, _) in args {
        let mut texts = messages.iter().map(|(_, text)| text);
        if !messages.is_empty() && !texts.any(|text| text.names().any(|blank| blank == name.value))
        {
            let text = format!("no message has a place for the argument `{}`", name.value);
            let fix = format!(
                "write {{{}}} where it belongs, or take the argument out",
                name.value
            );
            problems.add(Code::Unused, name.span, text, fix);
        }
    }
}

fn parameters(args: &crate::config::fields::Named<raw::Argument>) -> Vec<Parameter> {
    let parameters = args.iter().map(|(name, said)| Parameter {
        name: name.value.clone(),
        title: said.title.as_ref().map(|said| said.value.clone()),
        description: said
            .description
            .as_ref()
            .map(|said| said.value.trim().to_owned()),
        required: !said.optional.as_ref().is_some_and(|said| said.value),
        completes: false,
    });
    parameters.collect()
}
