//! Who asks: the bearer token of a request, and the caller it stands for.
//! A token's secret is never kept; it is recognised by its hash for a second, so that a busy one
//! costs no reading.

use super::{Api, Kind, Peer, Problem, limits};
use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use kept_policy::{Actor, Decision, Facts, PersonFacts, Request, decide};
use kept_processing::{Administration, Caller, Command};
use kept_terms::{Act, ActorKind, Day, Home};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

/// The most tokens that are recognised without reading.
const RECOGNISED_MAX: usize = 4096;

/// Tokens that were recognised within the present second.
#[derive(Default)]
pub(super) struct Tokens {
    known: RwLock<HashMap<[u8; 32], Recognised>>,
    generation: AtomicU64,
}

struct Recognised {
    caller: Arc<Caller>,
    second: i64,
}

impl Tokens {
    /// Recognises nobody any more: tokens were granted or revoked.
    pub fn forget(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.known
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .clear();
    }

    fn recognise(&self, hash: &[u8; 32], second: i64) -> Option<Arc<Caller>> {
        let known = self
            .known
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        known
            .get(hash)
            .filter(|found| found.second == second)
            .map(|found| found.caller.clone())
    }

    fn learn(&self, generation: u64, hash: [u8; 32], second: i64, caller: &Arc<Caller>) {
        let mut known = self
            .known
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        // A token that was looked up before another was revoked may be the one that was revoked.
        if self.generation.load(Ordering::SeqCst) != generation {
            return;
        }
        if known.len() >= RECOGNISED_MAX {
            known.clear();
        }
        known.insert(
            hash,
            Recognised {
                caller: caller.clone(),
                second,
            },
        );
    }
}

/// The caller of a request, by its bearer token.
pub(super) struct Bearer(pub Arc<Caller>);

impl FromRequestParts<Api> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Bearer, Problem> {
        let now = api.door.now();
        // Of two tokens, a proxy may have looked at the other.
        let mut told = parts.headers.get_all(AUTHORIZATION).iter();
        let told = told.next().filter(|_| told.next().is_none());
        let secret = told.and_then(|value| value.to_str().ok());
        let secret = secret.and_then(|value| value.split_once(' '));
        let secret = secret.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, secret)) = secret else {
            let detail = "send a token as `Authorization: Bearer kept_…`";
            return Err(Problem::new(Kind::Unauthenticated, detail));
        };
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
        if let Some(caller) = api.tokens.recognise(&hash, now.as_second()) {
            return named_home(parts, caller).map(Bearer);
        }
        let address = address(parts, api.behind_proxy);
        let generation = api.tokens.generation.load(Ordering::SeqCst);
        let caller = match secret.len() <= limits::TOKEN_LENGTH_MAX {
            true => api.door.authenticate(secret).await?,
            false => None,
        };
        let Some(caller) = caller else {
            api.metrics.unauthenticated();
            if !api.throttle.allows(address, now) {
                let detail = "too many tokens that open nothing; wait a minute";
                return Err(Problem::new(Kind::Throttled, detail).retry_after(60));
            }
            api.throttle.failed(address, now);
            let detail = "this token is unknown, revoked or expired";
            return Err(Problem::new(Kind::Unauthenticated, detail));
        };
        let caller = Arc::new(caller);
        // Another server may revoke it, and tells nobody.
        if !api.door.is_shared() {
            api.tokens.learn(generation, hash, now.as_second(), &caller);
        }
        named_home(parts, caller).map(Bearer)
    }
}

/// The header by which a caller whose token is limited to no home says in which one they act.
pub(super) const HOME: &str = "kept-home";

/// The addresses that are of use within a client's home: acts on people, what the policy says, and
/// what was passed on to the client. Nothing else of the house is shown there, so what is added
/// elsewhere is closed to clients unless it is added here too.
const HOUSED: [&str; 11] = [
    "/v1/collect",
    "/v1/use",
    "/v1/contact",
    "/v1/find",
    "/v1/verify",
    "/v1/disclose",
    "/v1/people",
    "/v1/systems",
    "/v1/policy",
    "/v1/decide",
    "/v1/explain",
];

/// Whether an address is of use within a client's home.
pub(super) fn is_housed(path: &str) -> bool {
    HOUSED.iter().any(|begins| {
        let rest = path.strip_prefix(begins);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// The caller in the home that the request names or their token is limited to, if there is one.
fn named_home(parts: &Parts, caller: Arc<Caller>) -> Result<Arc<Caller>, Problem> {
    let mut named = parts.headers.get_all(HOME).iter();
    let named_first = named.next();
    if (caller.home.is_some() || named_first.is_some()) && !is_housed(parts.uri.path()) {
        let detail = "there is nothing at this address within a client's home";
        return Err(Problem::new(Kind::NotFound, detail));
    }
    let Some(home) = named_first else {
        return Ok(caller);
    };
    let home = home.to_str().ok().filter(|_| named.next().is_none());
    let home = home.and_then(|text| text.parse().ok()).ok_or_else(|| {
        let problem = "is not one hosted system and client, such as `prisma/acme`";
        Problem::invalid("Kept-Home", problem)
    })?;
    within(caller, home)
}

/// The caller within a home. For one whose token is limited to another there is no such home,
/// whether anybody is in it or not.
pub(super) fn within(caller: Arc<Caller>, home: Home) -> Result<Arc<Caller>, Problem> {
    match &caller.home {
        Some(own) if *own == home => Ok(caller),
        Some(_) => Err(Problem::new(Kind::NotFound, "home is not there")),
        None => Ok(Arc::new(Caller {
            home: Some(home),
            ..(*caller).clone()
        })),
    }
}

/// A caller who may administer, by the policy in force.
pub(super) struct Administrator;

impl FromRequestParts<Api> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Administrator, Problem> {
        let Bearer(caller) = Bearer::from_request_parts(parts, api).await?;
        let policy = api.door.policy();
        let role = caller
            .role
            .as_deref()
            .and_then(|name| policy.words.roles.id(name));
        let actor = Actor {
            kind: caller.kind,
            role,
            purposes: None,
            home: caller.home.as_ref().map(|home| policy.home(home)),
        };
        let country = match policy.default {
            Some(_) => None,
            None => policy.by_territory.keys().min().copied(),
        };
        let nobody = PersonFacts {
            country,
            ..PersonFacts::default()
        };
        let facts = Facts {
            person: &nobody,
            items: &[],
            recipient: None,
        };
        let today = Day::of(api.door.now());
        match decide(
            &policy,
            &Request::new(Act::Administer, actor),
            &facts,
            today,
        ) {
            Decision::Permitted(_) => Ok(Administrator),
            Decision::Refused(_) => {
                // The door refuses it too, and records that it did. A refusal is recorded alike for
                // every act of administration, so any of them will do.
                let attempt = Command::Administer(Administration::Rotate);
                api.act(&caller, attempt, None).await?;
                Err(Problem::internal("the door permits what was refused"))
            }
        }
    }
}

/// A caller who works with people's information, which an administrator does not.
pub(super) struct Worker;

impl FromRequestParts<Api> for Worker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Worker, Problem> {
        let Bearer(caller) = Bearer::from_request_parts(parts, api).await?;
        match caller.kind {
            // A recipient is no part of the house.
            ActorKind::Machine if caller.recipient().is_some() => {
                let sentence = kept_policy::Why::WrongRole.sentence();
                Err(Problem::new(Kind::Refused, sentence))
            }
            ActorKind::Staff | ActorKind::Machine => Ok(Worker),
            ActorKind::Administrator | ActorKind::Person | ActorKind::System => {
                let sentence = kept_policy::Why::AdministratorSeesNothing.sentence();
                Err(Problem::new(Kind::Refused, sentence))
            }
        }
    }
}

/// A caller of the house, whoever they are; a recipient's own token is not.
pub(super) struct Insider;

impl FromRequestParts<Api> for Insider {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Insider, Problem> {
        let Bearer(caller) = Bearer::from_request_parts(parts, api).await?;
        match caller.recipient() {
            None => Ok(Insider),
            Some(_) => {
                let sentence = kept_policy::Why::WrongRole.sentence();
                Err(Problem::new(Kind::Refused, sentence))
            }
        }
    }
}

/// Where a request comes from. A proxy's word is taken only where one was declared, and only its
/// own: the last.
pub(crate) fn address(parts: &Parts, behind_proxy: bool) -> IpAddr {
    told_by(&parts.extensions, &parts.headers, behind_proxy)
}

/// Where a request comes from, as [`address`].
pub(crate) fn address_of(request: &axum::extract::Request, behind_proxy: bool) -> IpAddr {
    told_by(request.extensions(), request.headers(), behind_proxy)
}

fn told_by(extensions: &Extensions, headers: &HeaderMap, behind_proxy: bool) -> IpAddr {
    let peer = extensions.get::<Peer>().map(|peer| peer.address.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    if !behind_proxy {
        return peer;
    }
    let told = headers.get_all("x-forwarded-for").iter().next_back();
    let told = told.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    told.unwrap_or(peer)
}
