//! Who asks: the bearer token of a request, and the caller it stands for.
//! A token's secret is never kept; it is recognised by its hash for a second, so that a busy one
//! costs no reading.

use super::{Api, Kind, Peer, Problem, limits};
use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use kept_policy::{Actor, Decision, Facts, PersonFacts, Request, decide};
use kept_processing::{Administration, Caller, Command};
use kept_terms::{Act, Day};
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
            return Ok(Bearer(caller));
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
        api.tokens.learn(generation, hash, now.as_second(), &caller);
        Ok(Bearer(caller))
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
        };
        let country = match policy.default {
            Some(_) => None,
            None => policy.by_country.keys().min().copied(),
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

/// Where a request comes from. A proxy's word is taken only where one was declared, and only its
/// own: the last.
fn address(parts: &Parts, behind_proxy: bool) -> IpAddr {
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.address.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    if !behind_proxy {
        return peer;
    }
    let told = parts.headers.get_all("x-forwarded-for").iter().next_back();
    let told = told.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    told.unwrap_or(peer)
}
