//! The server of a file, started for the test: what it says of who may call stays as it is, only the keys are others.

use std::{
    future::pending,
    io::stderr,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result};
use reqwest::{
    Url,
    header::{AUTHORIZATION, HeaderMap, HeaderName},
};
use tokio::net::TcpListener;
use tollhouse::{Access, Server, Source, http};

use super::{
    holders::Holders,
    stand_in::{Grants, StandIn, everything},
};
use crate::{
    config::{
        Config,
        resolve::{self, Door},
    },
    connect::{Kept, Purpose, connect},
    environment,
    exit::{FAILED, USAGE},
    house,
    intruder::{self, Passes, Rule, Table, Wire},
    rights::Rights,
    sign_in::{self, SignIn},
    wire::Unwired,
};

/// Starts the server of a file, and tries everything.
pub(super) async fn inside(file: &Path) -> Result<Table, Unwired> {
    let mut config = Config::read(file, &environment);
    let mut stand_ins = Vec::new();
    let Some(resolved) = config.resolved.as_mut() else {
        return Err(Unwired::Config(config.shown(&stderr()), USAGE));
    };
    if !resolved.site.door.asks() {
        return Err(Unwired::Config(NOTHING.to_owned() + "\n", USAGE));
    }
    resolved.site.state = Some(resolve::State::Memory);
    for issuer in &mut resolved.site.door.issuers {
        stand_ins.push(StandIn::of(&mut issuer.value)?);
    }
    let keys = resolved.site.door.keys.as_mut();
    let has_lookup = keys.is_some_and(|keys| keys.lookup.take().is_some());
    let kept = Kept::default();
    let sources = connect(&mut config, &kept, Purpose::Look);
    let rules = rules(&sources);
    let (server, resolved) = match (built(&config, sources), &config.resolved) {
        (Ok(server), Some(resolved)) if !config.problems.has_errors() => (server, resolved),
        (Err(error), _) if !config.problems.has_errors() => return Err(error.into()),
        _ => return Err(Unwired::Config(config.shown(&stderr()), FAILED)),
    };
    let (sign_in, _) = SignIn::of(&config, &kept, false)?;
    let state = kept.state(&resolve::State::Memory, Purpose::Serve);
    let state = state.context("the state of the test cannot be made")?;
    let test = Test {
        rights: &resolved.rights,
        everything: everything(resolved, &scopes(&rules)),
        key_header: key_header(&resolved.site.door),
        public: resolved.site.public_urls.first().map(ToString::to_string),
        holders: Holders::new(state),
        rules,
        has_lookup,
    };
    let listener = http::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let listener = listener.context("nothing can listen on this machine")?;
    let options = http::Options::default().resource(sign_in::resource(resolved));
    let options = sign_in.guard(options);
    Ok(test
        .run((server, listener, options), &sign_in, stand_ins)
        .await?)
}

fn built(config: &Config, sources: Vec<Arc<dyn Source>>) -> Result<Server> {
    let resolved = config.resolved.as_ref().context("the file has errors")?;
    Ok(house::builder(resolved, sources).build()?)
}

/// What the tools ask of their callers, those that ask anything.
fn rules(sources: &[Arc<dyn Source>]) -> Vec<Rule> {
    let tools = sources.iter().flat_map(|source| source.offers().tools);
    let asking = tools.filter(|tool| {
        let Access {
            scopes,
            roles,
            clients,
            ..
        } = &tool.policy.access;
        !scopes.is_empty() || !roles.is_empty() || !clients.is_empty()
    });
    asking
        .map(|tool| Rule {
            is_hidden: !tool.policy.access.roles.is_empty()
                || !tool.policy.access.clients.is_empty(),
            scopes: tool.policy.access.scopes,
            tool: tool.name,
        })
        .collect()
}

fn scopes(rules: &[Rule]) -> Vec<String> {
    rules.iter().flat_map(|rule| rule.scopes.clone()).collect()
}

/// Where keys stand, if they are good here.
fn key_header(door: &Door) -> Option<HeaderName> {
    let named = door.keys.as_ref()?.headers.first();
    let named = named.and_then(|name| name.parse().ok());
    Some(named.unwrap_or(AUTHORIZATION))
}

/// What is tried at one server.
struct Test<'a> {
    rights: &'a Rights,
    everything: Grants,
    /// Where keys stand, if they are good here.
    key_header: Option<HeaderName>,
    /// What tokens are made for, if the file says it.
    public: Option<String>,
    holders: Holders,
    rules: Vec<Rule>,
    /// Whether another system keeps keys too. It is not asked about those that are wrong on purpose.
    has_lookup: bool,
}

impl Test<'_> {
    async fn run(
        &self,
        (server, listener, options): (Server, TcpListener, http::Options),
        sign_in: &SignIn,
        mut stand_ins: Vec<StandIn>,
    ) -> Result<Table> {
        let address = listener
            .local_addr()
            .context("the listener has no address")?;
        let published = stand_ins.iter_mut().map(StandIn::publish);
        let published = published.collect::<Result<Vec<_>>>()?;
        let published = async {
            match futures_util::future::try_join_all(published).await {
                Ok(_) => pending().await,
                Err(error) => error,
            }
        };
        let serving = http::serve(server, listener, options, pending());
        tokio::select! {
            error = published => Err(error),
            never = sign_in.beat() => match never {},
            served = serving => {
                served.context("cannot go on serving")?;
                anyhow::bail!("the server of the test ended");
            }
            table = self.attempts(address, &stand_ins) => table,
        }
    }

    async fn attempts(&self, address: SocketAddr, stand_ins: &[StandIn]) -> Result<Table> {
        let here = format!("http://{address}/mcp");
        let resource = self.public.as_deref().unwrap_or(&here);
        let mut url: Url = here.parse()?;
        url.set_path(resource.parse::<Url>()?.path());
        let wire = Wire::new(url, HeaderMap::new()).map_err(|told| anyhow::anyhow!(told))?;
        let mut table = Table::default();
        if let Some(header) = &self.key_header {
            table.head(if stand_ins.is_empty() { "" } else { "key: " });
            self.keys(&wire, header, &mut table).await?;
        }
        for stand_in in stand_ins {
            let is_only = stand_ins.len() == 1 && self.key_header.is_none();
            let heading = format!("{}: ", stand_in.name());
            table.head(if is_only { "" } else { &heading });
            let wrong = stand_in.wrong(resource, &self.everything, stand_ins)?;
            self.tokens(&wire, (stand_in, resource, wrong), &mut table)
                .await?;
        }
        Ok(table)
    }

    async fn keys(&self, wire: &Wire, header: &HeaderName, table: &mut Table) -> Result<()> {
        let (nothing, by_role) = (Grants::nothing(), self.everything.without_roles());
        let key = |user, grants| self.holders.key(user, grants);
        let passes = Passes {
            good: key("ana", &self.everything).await?,
            other: Some(key("bob", &self.everything).await?),
            wrong: self.holders.wrong(&self.everything).await?,
            header: header.clone(),
        };
        let weak = key("weak", &nothing).await?;
        let changing = key(CHANGING, &by_role).await?;
        let changing = (changing, CHANGING.to_owned());
        self.kind(wire, &passes, (&weak, changing), table).await?;
        if self.has_lookup {
            table.skip("keys of [auth.lookup]", "another system keeps them");
        }
        Ok(())
    }

    async fn tokens(
        &self,
        wire: &Wire,
        (stand_in, resource, wrong): (&StandIn, &str, Vec<(String, String)>),
        table: &mut Table,
    ) -> Result<()> {
        let (nothing, by_role) = (Grants::nothing(), self.everything.without_roles());
        let token = |user, grants| stand_in.token(resource, user, grants);
        let passes = Passes {
            good: token("ana", &self.everything)?,
            other: Some(token("bob", &self.everything)?),
            wrong,
            header: AUTHORIZATION,
        };
        let weak = token("weak", &nothing)?;
        let changing = token(CHANGING, &by_role)?;
        let changing = (changing, stand_in.subject(CHANGING));
        self.kind(wire, &passes, (&weak, changing), table).await?;
        if stand_in.is_asked() {
            table.skip(
                "tokens that the issuer is asked about",
                "only itself can answer",
            );
        }
        Ok(())
    }

    /// Everything with one kind of credential.
    async fn kind(
        &self,
        wire: &Wire,
        passes: &Passes,
        (weak, changing): (&str, (String, String)),
        table: &mut Table,
    ) -> Result<()> {
        let tried = intruder::try_all(wire, passes, table).await;
        tried.map_err(|told| anyhow::anyhow!("the server of the test does not answer: {told}"))?;
        if self.rules.is_empty() {
            table.skip("a tool without its scopes", "no tool asks for any");
        }
        intruder::lacking(wire, passes, weak, &self.rules, table).await;
        self.demotion(wire, passes, changing, table).await
    }

    /// A user gets a role that opens a tool, and loses it again.
    async fn demotion(
        &self,
        wire: &Wire,
        passes: &Passes,
        (credential, subject): (String, String),
        table: &mut Table,
    ) -> Result<()> {
        let Some((rule, role)) = self.opened_by_role() else {
            table.skip("a role taken away", "no role opens a tool by itself");
            return Ok(());
        };
        self.holders.roles(&subject, &[role]).await?;
        let is_seen = self.becomes(wire, passes, (&credential, rule), true).await;
        intruder::promoted(rule, role, is_seen, table);
        self.holders.roles(&subject, &[]).await?;
        self.becomes(wire, passes, (&credential, rule), false).await;
        intruder::demoted(wire, passes, &credential, (rule, role), table).await;
        Ok(())
    }

    /// Waits for as long as a change may take, and says whether the tool is listed then.
    async fn becomes(
        &self,
        wire: &Wire,
        passes: &Passes,
        (credential, rule): (&str, &Rule),
        wanted: bool,
    ) -> bool {
        for _ in 0..LOOKS {
            if intruder::sees(wire, passes, credential, &rule.tool).await == wanted {
                return wanted;
            }
            tokio::time::sleep(PAUSE).await;
        }
        !wanted
    }

    /// A tool that somebody may use by one role alone.
    fn opened_by_role(&self) -> Option<(&Rule, &str)> {
        let open = self
            .rules
            .iter()
            .filter(|rule| !rule.is_hidden && !rule.scopes.is_empty());
        let mut pairs = open.flat_map(|rule| self.rights.roles().map(move |role| (rule, role)));
        pairs.find(|(rule, role)| {
            let held = self.rights.held(None, Some(&[(*role).to_owned()].into()));
            rule.scopes.iter().all(|scope| held.contains(scope))
        })
    }
}

const NOTHING: &str = "\
error: nobody is asked who they are, so that there is nobody to keep out
  write [auth] mode = \"keys\", or mode = \"external\" and [auth.issuers.NAME] with its url; docs/keys.md has both";
/// Whose rights change.
const CHANGING: &str = "changing";
/// A change counts within a second.
const LOOKS: usize = 24;
const PAUSE: Duration = Duration::from_millis(50);
