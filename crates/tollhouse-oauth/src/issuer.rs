//! Outside issuers: what is set of each, and which of them a token is of.

mod problem;

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use tollhouse_core::Clock;
use tollhouse_outbound::{Exception, Options, Outbound};

pub use self::problem::IssuersError;
use crate::{
    Introspection, KeySet, Rejected, Rules, Token, Verified, Warm,
    claims::{Claims, Evidence, shown},
    discovery::{self, Place},
    introspection::Inquiry,
    jwks::Keys,
    kept::Kept,
    subject::Subjects,
    surroundings::Surroundings,
};

/// What is set of one issuer.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// What the settings call it.
    pub name: String,
    /// Its URL, and what is demanded of its tokens.
    pub rules: Rules,
    /// Where its keys are; if nothing is given, its metadata says it.
    pub jwks: Option<String>,
    /// How it is asked about tokens; if nothing is given, only its signed tokens are good.
    pub introspection: Option<Introspection>,
    /// What stands before the subjects of its tokens. With several issuers, all but one have to say it: two people
    /// must not become one because two issuers know them by the same name.
    pub subject_prefix: Option<String>,
    /// Hosts and ports that may be called although they are not public.
    pub exceptions: Vec<Exception>,
    /// Certificates in PEM that are believed beside those of the machine.
    pub certificates: Option<Vec<u8>>,
}

impl Issuer {
    /// With the usual settings: everything is found from the URL, and only signed tokens are good.
    #[must_use]
    pub fn new(name: &str, url: &str) -> Self {
        Self {
            name: name.to_owned(),
            rules: Rules::of(url),
            jwks: None,
            introspection: None,
            subject_prefix: None,
            exceptions: Vec::new(),
            certificates: None,
        }
    }
}

/// All outside issuers. A token is of exactly one of them, or refused.
#[derive(Debug)]
pub struct Issuers {
    all: Vec<Known>,
    warm: Warm,
    changes: watch::Sender<u64>,
    clock: Arc<dyn Clock>,
}

/// One issuer, with what is known of it.
#[derive(Debug)]
struct Known {
    rules: Rules,
    subjects: Subjects,
    keys: Kept<KeySet>,
    inquiry: Option<Inquiry>,
}

impl Issuers {
    /// Makes them ready. Nothing is asked of anybody before the first token comes.
    ///
    /// # Errors
    ///
    /// Settings that make no sense, each with its mend.
    pub fn new(issuers: Vec<Issuer>, clock: Arc<dyn Clock>) -> Result<Self, IssuersError> {
        problem::check(&issuers)?;
        let surroundings = Surroundings {
            clock: Arc::clone(&clock),
            tasks: TaskTracker::new(),
        };
        let changes = watch::Sender::new(0);
        let prefixes: Vec<Option<String>> = issuers
            .iter()
            .map(|issuer| issuer.subject_prefix.clone())
            .collect();
        let all = issuers.into_iter().map(|issuer| {
            let own = issuer.subject_prefix.clone().unwrap_or_default();
            let others = prefixes.iter().flatten();
            let others = others.filter(|other| !other.is_empty() && **other != own);
            let subjects = Subjects {
                others: others.cloned().collect(),
                prefix: own,
            };
            Known::new(issuer, subjects, changes.clone(), &surroundings)
        });
        Ok(Self {
            all: all.collect::<Result<_, _>>()?,
            warm: Warm::new(WARM_MAX),
            changes,
            clock,
        })
    }

    /// Whether a credential is for an issuer to judge: a signed token, whoever's it is, or one that an issuer is asked
    /// about.
    #[must_use]
    pub fn are_for(&self, credential: &str) -> bool {
        Token::resembles(credential) || self.asked_about(credential).is_some()
    }

    /// A number that moves whenever an issuer has other keys than before: who was let in by one that is withdrawn may
    /// not be any more.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Whose token it is, if it is good for `resource`, the address that was called. The subject is the name that the
    /// holder has here.
    ///
    /// # Errors
    ///
    /// What is wrong with it, or that its issuer cannot be asked.
    pub async fn verify(&self, token: &str, resource: &str) -> Result<Arc<Verified>, Rejected> {
        let clock = self.clock.as_ref();
        let generation = |verified: &Verified| self.named(&verified.issuer)?.generation();
        if let Some(warm) = self.warm.find(token, resource, clock.unix_ms(), generation) {
            return Ok(warm);
        }
        if !Token::resembles(token) {
            let known = self.asked_about(token).ok_or(NOBODY_ASKED)?;
            return known.asked(token, resource, clock).await.map(Arc::new);
        }
        let parsed = Token::parse(token)?;
        let said = parsed.issuer().unwrap_or_default();
        let unknown = || Rejected::UnknownIssuer { got: shown(said) };
        let known = self.named(said).ok_or_else(unknown)?;
        if known.asks_signed() {
            return known.asked(token, resource, clock).await.map(Arc::new);
        }
        let (verified, generation) = known.signed(&parsed, resource, clock).await?;
        let verified = Arc::new(verified);
        let kept = Arc::clone(&verified);
        self.warm.keep(token, resource, kept, generation);
        Ok(verified)
    }

    /// Fetches the keys of every issuer that verifies by them, or says for which that fails and why. For whoever looks
    /// at the settings before they serve.
    ///
    /// # Errors
    ///
    /// The issuers that cannot be used now, by their URLs.
    pub async fn reach(&self) -> Result<(), Vec<(String, Rejected)>> {
        let mut failed = Vec::new();
        for known in self.all.iter().filter(|known| !known.asks_signed()) {
            if let Err(why) = known.keys.get().await {
                failed.push((known.rules.issuer.clone(), why));
            }
        }
        if failed.is_empty() {
            Ok(())
        } else {
            Err(failed)
        }
    }

    fn named(&self, issuer: &str) -> Option<&Known> {
        self.all.iter().find(|known| known.rules.issuer == issuer)
    }

    /// The issuer that is asked about a token that says nothing itself: the one with the longest prefix that fits.
    fn asked_about(&self, token: &str) -> Option<&Known> {
        let fitting = self.all.iter().filter_map(|known| {
            let prefix = known.inquiry.as_ref()?.settings().token_prefix.as_deref();
            let prefix = prefix.unwrap_or_default();
            token.starts_with(prefix).then_some((prefix.len(), known))
        });
        let longest = fitting.max_by_key(|(length, _)| *length);
        longest.map(|(_, known)| known)
    }
}

impl Known {
    fn new(
        issuer: Issuer,
        subjects: Subjects,
        changes: watch::Sender<u64>,
        surroundings: &Surroundings,
    ) -> Result<Self, IssuersError> {
        let outbound = outbound(&issuer)?;
        let metadata = discovery::metadata(&issuer.rules.issuer, &outbound, surroundings);
        let metadata = Arc::new(metadata);
        let place = |named: Option<String>| match named {
            Some(address) => Place::Named(address),
            None => Place::Discovered(Arc::clone(&metadata)),
        };
        let keys = Keys {
            place: place(issuer.jwks),
            accepted: issuer.rules.algorithms.clone(),
            outbound: outbound.clone(),
            changes,
        };
        let keys = keys.kept(surroundings);
        let inquiry = issuer.introspection.map(|settings| {
            let place = place(settings.url.clone());
            Inquiry::new(settings, place, outbound, surroundings)
        });
        Ok(Self {
            rules: issuer.rules,
            subjects,
            keys,
            inquiry,
        })
    }

    fn asks_signed(&self) -> bool {
        let inquiry = self.inquiry.as_ref();
        inquiry.is_some_and(|inquiry| inquiry.settings().asks_signed)
    }

    /// Which keys it has now, if they are good without waiting for them.
    fn generation(&self) -> Option<u64> {
        self.keys.held().map(|keys| keys.generation())
    }

    /// By its signature; also says by which keys.
    async fn signed(
        &self,
        token: &Token<'_>,
        resource: &str,
        clock: &dyn Clock,
    ) -> Result<(Verified, u64), Rejected> {
        let mut keys = self.keys.get().await?;
        let mut verified = token.verify(&self.rules, &keys, resource, clock.unix_ms());
        if verified == Err(Rejected::UnknownKey)
            && let Some(newer) = self.keys.newer_than(&keys).await?
        {
            keys = newer;
            verified = token.verify(&self.rules, &keys, resource, clock.unix_ms());
        }
        let named = self.subjects.name(verified?)?;
        let recheck_at_ms = clock.unix_ms().saturating_add(SIGNED_KEPT_MS);
        let verified = Verified {
            recheck_at_ms: Some(recheck_at_ms.min(named.expires_at_ms)),
            ..named
        };
        Ok((verified, keys.generation()))
    }

    /// By what its issuer says of it.
    async fn asked(
        &self,
        token: &str,
        resource: &str,
        clock: &dyn Clock,
    ) -> Result<Verified, Rejected> {
        let inquiry = self.inquiry.as_ref().ok_or(NOBODY_ASKED)?;
        let (claims, age) = inquiry.ask(token).await?;
        let claims = Claims::new(&claims, Evidence::Asked);
        let verified = claims.verify(&self.rules, resource, clock.unix_ms())?;
        // It counts from when the issuer was asked, whoever had that done.
        let left = inquiry.settings().kept.saturating_sub(age);
        let left_ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        let recheck_at_ms = clock.unix_ms().saturating_add(left_ms);
        self.subjects.name(Verified {
            recheck_at_ms: Some(recheck_at_ms.min(verified.expires_at_ms)),
            ..verified
        })
    }
}

/// The client for one issuer, once everything that it will be asked for may be asked for.
fn outbound(issuer: &Issuer) -> Result<Outbound, IssuersError> {
    let wrong = |why| IssuersError::Outbound {
        name: issuer.name.clone(),
        why,
    };
    let outbound = Outbound::new(Options {
        exceptions: issuer.exceptions.clone(),
        certificates: issuer.certificates.clone(),
        bytes_max: DOCUMENT_BYTES_MAX,
        deadline: DEADLINE,
        ..Options::default()
    })
    .map_err(wrong)?;
    let asked = issuer.introspection.as_ref();
    let discovers = |named: &Option<String>| named.is_none().then_some(issuer.rules.issuer.clone());
    let keys = issuer.jwks.clone().or_else(|| discovers(&issuer.jwks));
    let questions = asked.and_then(|it| it.url.clone().or_else(|| discovers(&it.url)));
    for url in keys.into_iter().chain(questions) {
        outbound.check(&url).map_err(wrong)?;
    }
    Ok(outbound)
}

const NOBODY_ASKED: Rejected =
    Rejected::Malformed("it is no signed token, and no issuer is asked about others");
/// How long the verdict on a signed token counts, if its issuer's keys do not change before. Asking again is what has
/// those renewed, so somebody who keeps a verdict for longer would not hear of a key that is withdrawn.
const SIGNED_KEPT_MS: u64 = 60_000;
/// How many tokens are known to be good without another look at their signature.
const WARM_MAX: usize = 10_000;
/// Longer than any document of an issuer.
const DOCUMENT_BYTES_MAX: usize = 64 * 1024;
/// How long an issuer may take for one answer.
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(5);
