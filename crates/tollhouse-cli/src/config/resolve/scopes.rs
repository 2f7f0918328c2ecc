//! All scopes that a configuration asks callers for.

use std::collections::BTreeSet;

use tollhouse::Access;

use super::{Offered, Resolved, Source};
use crate::config::{files::Said, raw};

/// Who may use what says this.
pub(super) fn access(scope: Option<Said<String>>) -> Access {
    Access {
        scopes: scope.into_iter().map(|said| said.value).collect(),
        ..Access::default()
    }
}

/// Where nobody says who they are, nobody is asked for scopes.
pub(super) fn forget(file: &mut raw::File) {
    let tools = file.tools.iter_mut().map(|(_, said)| &mut said.scope);
    let resources = file.resources.iter_mut().map(|(_, said)| &mut said.scope);
    let prompts = file.prompts.iter_mut().map(|(_, said)| &mut said.scope);
    let sources = file.sources.iter_mut().map(|(_, said)| &mut said.scope);
    let texts = resources.chain(prompts);
    for scope in tools.chain(sources).chain(texts) {
        *scope = None;
    }
}

impl Resolved {
    /// Every scope that something asks for, in order.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let resources = self.texts.resources.iter().map(|text| &text.offered.policy);
        let prompts = self.texts.prompts.iter();
        let prompts = prompts.map(|prompt| &prompt.offered.prompt.policy);
        let texts = resources
            .chain(prompts)
            .flat_map(|policy| &policy.access.scopes);
        let all = self.sources.iter().flat_map(of_source).chain(texts);
        let all: BTreeSet<&String> = all.collect();
        all.into_iter().cloned().collect()
    }
}

fn of_source(source: &Source) -> impl Iterator<Item = &String> {
    let tools = source.tools.iter().map(|tool| &tool.offered.tool.policy);
    let readings = source
        .readings
        .iter()
        .map(|reading| match &reading.offered {
            Offered::Resource(offered) => &offered.resource.policy,
            Offered::Template(offered) => &offered.template.policy,
        });
    let policies = tools.chain(readings);
    let own = source.access.scopes.iter();
    own.chain(policies.flat_map(|policy| &policy.access.scopes))
}
