//! The only wiring: from what the command line says to a server.

use std::{
    io::stderr,
    path::{self, Path},
};

use anyhow::{Context as _, Result, anyhow};
use tollhouse::{Principal, Server, http::ProtectedResource};
use tollhouse_store::State;

use crate::{
    arguments::RunArguments,
    audit,
    book::Book,
    config::{
        Config,
        codes::Code,
        problem::Problem,
        resolve::{Resolved, Site},
    },
    connect::{Kept, Purpose, STATE_MEND, connect, state_of},
    data_folder, environment,
    exit::{FAILED, USAGE},
    house, keys,
    pack::{self, Pack},
    reload::{Live, Marks},
    sample::{self, Sample, sample},
    sign_in::{self, SignIn},
    trial,
    webhook::Webhook,
};

/// A server that is ready to serve, and what is said of it at the start.
pub(crate) struct Wired {
    pub(crate) server: Server,
    /// What clients may call it.
    pub(crate) name: String,
    /// What it was made of, for a line about it.
    pub(crate) made_of: String,
    /// What a client that starts servers itself writes after the program's name.
    pub(crate) arguments: Vec<String>,
    /// Where it is reached, and by whom.
    pub(crate) site: Site,
    /// Where its calls are written down.
    pub(crate) book: Book,
    /// A call to try.
    pub(crate) sample: Option<Sample>,
    /// A question to ask.
    pub(crate) question: &'static str,
    /// What is odd, though it can be served.
    pub(crate) warnings: String,
    /// How callers come in over HTTP.
    pub(crate) sign_in: SignIn,
    /// What their tokens are made for.
    pub(crate) resource: ProtectedResource,
    /// Who calls where nobody signs in.
    pub(crate) local: Principal,
    /// The file, to be read again when it changes.
    pub(crate) live: Option<Live>,
}

/// Why there is no server.
pub(crate) enum Unwired {
    /// The file has errors: these are they, and this is what the process ends with.
    Config(String, u8),
    /// Something else.
    Other(anyhow::Error),
}

pub(crate) fn wire(arguments: &RunArguments) -> Result<Wired, Unwired> {
    let named = arguments.what.as_deref();
    let pack = named.and_then(|what| Pack::named(what.to_str()?));
    match (pack, named) {
        (Some(pack), _) => packed(pack, arguments),
        (None, Some(file)) => configured(file, arguments),
        (None, None) if Path::new(DEFAULT_FILE).is_file() => {
            configured(DEFAULT_FILE.as_ref(), arguments)
        }
        (None, None) => packed(pack::FIRST, arguments),
    }
}

fn configured(file: &Path, arguments: &RunArguments) -> Result<Wired, Unwired> {
    if arguments.data.is_some() {
        return Err(anyhow!(
            "--data is for what comes with the program; a file says itself where its data is"
        )
        .into());
    }
    let full = path::absolute(file).context("the file has no full path")?;
    let before = Marks::of([file.to_owned()]);
    let mut config = Config::read(file, &environment);
    let kept = Kept::default();
    refuse_reachable(&config, arguments)?;
    if let Some(resolved) = config.resolved.as_ref().filter(|_| arguments.stdio) {
        sign_in::refuse_over_stdio(&resolved.site.door)?;
    }
    let server = build(&mut config, &kept)?;
    let Some(resolved) = config.resolved.as_ref() else {
        return Err(Unwired::Config(config.shown(&stderr()), USAGE));
    };
    let (sign_in, odd) = SignIn::of(&config, &kept, arguments.stdio)?;
    Ok(Wired {
        server,
        sign_in: sign_in.clone(),
        resource: sign_in::resource(resolved),
        local: local(resolved, arguments),
        name: resolved.server.name.clone(),
        made_of: full.display().to_string(),
        arguments: ["run", &full.to_string_lossy(), "--stdio"]
            .map(str::to_owned)
            .to_vec(),
        site: resolved.site.clone(),
        book: kept.book.clone(),
        sample: sample(resolved),
        question: "What can you find out with these tools?",
        warnings: config.shown(&stderr()) + odd.as_deref().unwrap_or_default(),
        live: Some(Live::new(
            file,
            before,
            (&config, resolved),
            (kept, sign_in),
        )),
    })
}

/// What comes with the program, with its data in a folder that can be written.
fn packed(pack: Pack, arguments: &RunArguments) -> Result<Wired, Unwired> {
    if let Some(address) = arguments.http {
        // Before a folder is made.
        sign_in::refuse_reachable(address, &Site::default())?;
    }
    let folder = data_folder::choose(arguments.data.as_deref())?;
    let mut config = Config::of_pack(pack, &folder, &environment);
    let kept = Kept::default();
    let server = build(&mut config, &kept)?;
    let Some(resolved) = config.resolved.as_ref() else {
        return Err(Unwired::Config(config.shown(&stderr()), USAGE));
    };
    let (sign_in, odd) = SignIn::of(&config, &kept, arguments.stdio)?;
    let data = folder.to_string_lossy().into_owned();
    Ok(Wired {
        server,
        sign_in,
        resource: sign_in::resource(resolved),
        local: local(resolved, arguments),
        name: resolved.server.name.clone(),
        made_of: format!("{}, data in {data}", pack.about),
        arguments: ["run", pack.name, "--stdio", "--data", &data]
            .map(str::to_owned)
            .to_vec(),
        site: resolved.site.clone(),
        book: kept.book.clone(),
        sample: sample::of_pack(pack).or_else(|| sample(resolved)),
        question: pack.question,
        warnings: config.shown(&stderr()) + odd.as_deref().unwrap_or_default(),
        live: None,
    })
}

/// Before anything is opened or made.
fn refuse_reachable(config: &Config, arguments: &RunArguments) -> Result<()> {
    let resolved = config.resolved.as_ref();
    match (resolved, arguments.http) {
        (Some(resolved), Some(address)) => sign_in::refuse_reachable(address, &resolved.site),
        _ => Ok(()),
    }
}

/// Who calls where nobody signs in.
fn local(resolved: &Resolved, arguments: &RunArguments) -> Principal {
    let user = arguments.local_user.as_deref();
    let user = user.or(resolved.site.local_user.as_deref());
    keys::local(user)
}

/// Opens what a configuration names and builds a server of it. Everything that is wrong is told together.
fn build(config: &mut Config, kept: &Kept) -> Result<Server, Unwired> {
    let sources = connect(config, kept, Purpose::Serve);
    let state = stated(config, kept);
    let Some(resolved) = config.resolved.as_ref() else {
        return Err(Unwired::Config(config.shown(&stderr()), USAGE));
    };
    let builder = house::builder(resolved, sources);
    config.learn_secrets();
    let builder = match &state {
        Some(state) => house::keeping(builder, state),
        None => builder,
    };
    let builder = match &resolved.general.webhook {
        Some(said) if state.is_some() => builder.tell(Webhook::open(said, &resolved.server.name)?),
        Some(_) | None => builder,
    };
    if let Some(state) = state.filter(|_| !config.problems.has_errors())
        && let Some(audit) = audit::open(&state, &resolved.general.audit)?
    {
        kept.book.audit_in(audit);
    }
    let built = builder.journal(kept.book.clone()).build();
    match built {
        Ok(server) if !config.problems.has_errors() => Ok(server),
        Ok(_) => Err(Unwired::Config(config.shown(&stderr()), FAILED)),
        Err(error) => {
            trial::accepted(resolved, &mut config.problems);
            Err(if config.problems.has_errors() {
                Unwired::Config(config.shown(&stderr()), FAILED)
            } else {
                anyhow::Error::from(error).into()
            })
        }
    }
}

/// The state, which every server has.
fn stated(config: &mut Config, kept: &Kept) -> Option<State> {
    if config.resolved.is_none() || config.problems.has_errors() {
        // Nothing is made for what will not be served.
        return None;
    }
    let place = state_of(config);
    let state = kept.state(&place, Purpose::Serve);
    match state {
        Ok(state) => Some(state),
        Err(error) => {
            config.problems.push(Problem {
                code: Code::State,
                span: None,
                text: error.to_string(),
                fix: STATE_MEND.to_owned(),
            });
            None
        }
    }
}

impl From<anyhow::Error> for Unwired {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

/// What is served, or checked, when nothing is named.
pub(crate) const DEFAULT_FILE: &str = pack::CONFIG;
