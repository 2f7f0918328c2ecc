//! Who may use what: scopes, roles and programs, as they were said and as they are known.

use std::collections::BTreeSet;

use tollhouse::{Access, Effect};

use super::{Offered, Resolved, Source};
use crate::{
    config::{
        codes::Code,
        files::{Said, Span},
        problem::{Problems, instead},
        raw,
    },
    rights::Rights,
};

/// What is known of those who come in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Callers<'a> {
    /// Whether they sign in. Who does not is not asked for anything.
    pub(super) sign_in: bool,
    pub(super) rights: &'a Rights,
}

/// What was said of who may use one thing.
#[derive(Debug)]
pub(super) struct Demand {
    pub(super) scope: Option<Vec<Said<String>>>,
    pub(super) roles: Option<Vec<Said<String>>>,
    pub(super) clients: Option<Vec<Said<String>>>,
}

impl Demand {
    /// Who may use it. `owner` is what it is called in a sentence, at the place that stands for it.
    pub(super) fn access(
        self,
        (owner, at): (&str, Span),
        callers: Callers<'_>,
        problems: &mut Problems,
    ) -> Access {
        if !callers.sign_in {
            return Access::default();
        }
        if self.scope.as_ref().is_none_or(Vec::is_empty) {
            let text = format!("{owner} asks for no scope, and callers sign in");
            let fix = "write the scope that they need, or scope = \"any\" for whoever is signed in";
            problems.add(Code::NoScope, at, text, fix);
        }
        let mut access = Access::default();
        let scopes = self.scope.unwrap_or_default();
        let is_alone = scopes.len() == 1;
        for said in scopes {
            if said.value == ANY && is_alone {
                access.known = true;
            } else if callers.rights.knows_scope(&said, problems) {
                access.scopes.push(said.value);
            }
        }
        for (key, names) in [("roles", &self.roles), ("clients", &self.clients)] {
            if names.as_ref().is_some_and(Vec::is_empty) {
                let text = format!("`{key}` of {owner} names nobody");
                let fix = format!("name those who may use it, or take `{key}` out");
                problems.add(Code::Conflict, at, text, fix);
            }
        }
        for said in self.roles.iter().flatten() {
            callers.rights.knows_role(said, problems);
        }
        let texts = |all: Option<Vec<Said<String>>>| {
            let all = all.into_iter().flatten();
            all.map(|said| said.value).collect()
        };
        access.roles = texts(self.roles);
        access.clients = texts(self.clients);
        access
    }
}

impl Rights {
    /// Whether this can be a scope, and is one of those that there are.
    fn knows_scope(&self, said: &Said<String>, problems: &mut Problems) -> bool {
        let known: Vec<&str> = self.scopes().collect();
        let fix = "write a name like \"orders:read\", or \"any\" alone for whoever is signed in";
        is_named_scope(said, (&known, fix), problems)
    }

    pub(super) fn knows_role(&self, said: &Said<String>, problems: &mut Problems) {
        let known: Vec<&str> = self.roles().collect();
        is_named(said, &known, (Code::UnknownRole, "[auth.roles]"), problems);
    }
}

/// Whether this can be a scope, and is one of these where any are named. `fix` is for what can be none.
pub(super) fn is_named_scope(
    said: &Said<String>,
    (known, fix): (&[&str], &str),
    problems: &mut Problems,
) -> bool {
    if let Err(why) = is_scope(&said.value) {
        problems.add(Code::Malformed, said.span, why, fix);
        return false;
    }
    is_named(said, known, (Code::UnknownScope, "[auth.scopes]"), problems)
}

/// Whether this is one of those that a table names, where it names any.
fn is_named(
    said: &Said<String>,
    known: &[&str],
    (code, table): (Code, &str),
    problems: &mut Problems,
) -> bool {
    let is_named = known.is_empty() || known.contains(&said.value.as_str());
    if !is_named {
        let text = format!("`{}` is none of {table}", said.value);
        problems.add(code, said.span, text, instead(&said.value, known));
    }
    is_named
}

/// What a scope may be written with (RFC 6749, 3.3).
pub(crate) fn is_scope(name: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"\\".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_plain) {
        Err(format!("`{name}` is no name of a scope"))
    } else if name.contains('*') {
        Err(format!(
            "`{name}` would stand for several scopes, and none does"
        ))
    } else if RESERVED.contains(&name) {
        Err(format!(
            "`{name}` says something else than what a caller may do"
        ))
    } else {
        Ok(())
    }
}

/// Where nobody says who they are, nobody is asked for scopes: the first place where something is.
pub(super) fn first_asked(file: &raw::File) -> Option<Span> {
    let tools = file.tools.iter().map(|(_, said)| &said.scope);
    let resources = file.resources.iter().map(|(_, said)| &said.scope);
    let prompts = file.prompts.iter().map(|(_, said)| &said.scope);
    let sources = file.sources.iter().map(|(_, said)| &said.scope);
    let texts = resources.chain(prompts);
    let all = tools.chain(sources).chain(texts).flatten().flatten();
    all.map(|scope| scope.span).min()
}

impl Resolved {
    /// Every scope that something asks for, in order.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let all = self.accesses().flat_map(|(access, _)| &access.scopes);
        let all: BTreeSet<&String> = all.collect();
        all.into_iter().cloned().collect()
    }

    /// The scopes that clients ask for when somebody signs in: those that were named, else what reading needs.
    pub(crate) fn basic_scopes(&self) -> Vec<String> {
        let named = self.rights.basic();
        if !named.is_empty() {
            return named;
        }
        let reading = self.accesses().filter(|(_, reads)| *reads);
        let all: BTreeSet<&String> = reading.flat_map(|(access, _)| &access.scopes).collect();
        all.into_iter().cloned().collect()
    }

    /// Who may use each thing, and whether it only reads.
    fn accesses(&self) -> impl Iterator<Item = (&Access, bool)> {
        let resources = self.texts.resources.iter();
        let resources = resources.map(|text| &text.offered.policy.access);
        let prompts = self.texts.prompts.iter();
        let prompts = prompts.map(|prompt| &prompt.offered.prompt.policy.access);
        let texts = resources.chain(prompts).map(|access| (access, true));
        self.sources.iter().flat_map(of_source).chain(texts)
    }
}

fn of_source(source: &Source) -> impl Iterator<Item = (&Access, bool)> {
    let tools = source.tools.iter().map(|tool| &tool.offered.tool);
    let tools = tools.map(|tool| (&tool.policy.access, tool.effect == Effect::Read));
    let readings = source
        .readings
        .iter()
        .map(|reading| match &reading.offered {
            Offered::Resource(offered) => (&offered.resource.policy.access, true),
            Offered::Template(offered) => (&offered.template.policy.access, true),
        });
    std::iter::once((&source.access, true))
        .chain(tools)
        .chain(readings)
}

/// What stands in place of a scope where being signed in is enough.
const ANY: &str = "any";
/// What means something else: all who are signed in, and that a client may stay signed in.
const RESERVED: [&str; 2] = [ANY, "offline_access"];
