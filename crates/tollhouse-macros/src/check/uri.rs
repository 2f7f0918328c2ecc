//! The URI of a resource, and whether its variables are the function's arguments.

use syn::LitStr;

use crate::{parse::parameter::Parameter, problems::Problems};

/// A URI; with variables, a pattern of URIs.
pub(crate) struct Address {
    pub(crate) text: LitStr,
    pub(crate) variables: Vec<String>,
}

/// Reads a URI as far as to know its variables; the rest is checked when the server is built.
pub(super) fn read(text: &LitStr, problems: &mut Problems) -> Option<Address> {
    let value = text.value();
    let scheme = value.split_once(':').map_or("", |(scheme, _)| scheme);
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) {
        problems.say(text, "a URI begins with a scheme, for example notes://");
        return None;
    }
    let mut variables = Vec::new();
    let mut rest = value.as_str();
    while let Some((_, after)) = rest.split_once('{') {
        let Some((variable, after)) = after.split_once('}') else {
            problems.say(text, "a `{` has no `}`");
            return None;
        };
        let name = variable.strip_prefix('+').unwrap_or(variable);
        if syn::parse_str::<syn::Ident>(name).is_err() {
            let why = format!("`{{{variable}}}` is not supported: use {{name}} or {{+name}}");
            problems.say(text, why);
            return None;
        }
        variables.push(name.to_owned());
        rest = after;
    }
    let text = text.clone();
    Some(Address { text, variables })
}

/// Each variable is a parameter, and each argument a variable.
pub(super) fn compare(address: &Address, parameters: &[Parameter], problems: &mut Problems) {
    let names: Vec<String> = parameters.iter().filter_map(Parameter::name).collect();
    for variable in &address.variables {
        if !names.contains(variable) {
            let why =
                format!("`{{{variable}}}` has no parameter: add `/// …` and `{variable}: String`");
            problems.say(&address.text, why);
        }
    }
    let documented = parameters.iter().filter(|it| it.documentation.is_some());
    for parameter in documented {
        let name = parameter.name().unwrap_or_default();
        if !address.variables.contains(&name) {
            let why = format!(
                "`{name}` is not a variable of the URI: write `{{{name}}}` into it, or leave it out"
            );
            problems.say(&parameter.typed, why);
        }
    }
}
