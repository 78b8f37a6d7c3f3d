//! The Data Rights Protocol 1.0, for agents that are registered: asking for somebody, how it
//! stands, taking it back, and the token for all three. Off unless the server is told by what the
//! business goes.
//! What an agent asks is a case like any other; what is not genuine is refused, on record.

mod status;

use super::auth::address_of;
use super::{Api, Kind as Trouble, Problem, limits};
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_body_util::{BodyExt as _, Limited};
use kept_processing::case::{Case, Kind, Protocol, Reference};
use kept_processing::{
    Caller, Casing, Closing, Command, Genuine, KnownAgent, Listed, Mistrust, Opening, Showing,
    Stranger, Whose,
};
use kept_terms::ActorKind;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// The version that is spoken.
const VERSION: &str = "1.0";

/// By what the business goes among agents, and where it is reached.
#[derive(Clone, Debug)]
pub struct Business {
    /// Its identifier, such as `EXAMPLE_BUSINESS`.
    pub id: String,
    /// Where it is reached from outside, without a slash at the end.
    pub url: String,
}

/// The routes. The protocol describes them, with its own errors, so they are not described here.
pub(super) fn routes() -> OpenApiRouter<Api> {
    let ask = post(exercise);
    OpenApiRouter::default()
        .route("/v1/data-rights-request", ask.clone())
        .route("/v1/data-rights-request/", ask)
        .route(
            "/v1/data-rights-request/{request}",
            get(shown).delete(revoke),
        )
        .route("/v1/agent/{agent}", post(pair).get(paired))
        .route("/.well-known/data-rights.json", get(discovered))
}

/// An answer that is an error: by the protocol, a code, a message, and whether trying again helps.
struct Wrong(StatusCode, &'static str, bool);

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        let Wrong(status, message, fatal) = self;
        let code = status.as_u16().to_string();
        let body = json!({ "code": code, "message": message, "fatal": fatal });
        told(status, &body)
    }
}

impl From<Problem> for Wrong {
    fn from(problem: Problem) -> Wrong {
        match problem.kind() {
            Trouble::Refused => Wrong(StatusCode::FORBIDDEN, "this is not granted here", true),
            Trouble::Invalid | Trouble::Malformed | Trouble::Conflict => {
                Wrong(StatusCode::BAD_REQUEST, "this cannot be taken", true)
            }
            Trouble::TooLarge => Wrong(StatusCode::PAYLOAD_TOO_LARGE, "this is too long", true),
            Trouble::NotFound => Wrong(StatusCode::NOT_FOUND, "there is no such request", true),
            _ => Wrong(StatusCode::SERVICE_UNAVAILABLE, "try again later", false),
        }
    }
}

impl From<kept_processing::Failure> for Wrong {
    fn from(failure: kept_processing::Failure) -> Wrong {
        Wrong::from(Problem::from(failure))
    }
}

fn told(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.to_string()).into_response()
}

/// The business, where the server speaks the protocol at all.
fn business(api: &Api) -> Result<&Business, Wrong> {
    let off = Wrong(
        StatusCode::NOT_FOUND,
        "this protocol is not spoken here",
        true,
    );
    api.data_rights.get().ok_or(off)
}

/// Who acts for an agent: Kept itself, on the agent's word.
fn caller(agent: &str) -> Arc<Caller> {
    Arc::new(Caller {
        id: format!("agent:{agent}"),
        kind: ActorKind::System,
        role: None,
        purposes: None,
        home: None,
        holder: None,
    })
}

/// Where a request comes from: those who send what is not genuine are turned away for a minute.
struct Came {
    address: IpAddr,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Came {
    async fn of(api: &Api, request: Request) -> Result<Came, Wrong> {
        business(api)?;
        let address = address_of(&request, api.behind_proxy);
        if !api.throttle.allows(address, api.door.now()) {
            let wait = "too much was not genuine; wait a minute";
            return Err(Wrong(StatusCode::TOO_MANY_REQUESTS, wait, false));
        }
        let (parts, body) = request.into_parts();
        Ok(Came {
            address,
            headers: parts.headers,
            body: read(body).await?,
        })
    }

    /// The agent whose token it carries.
    async fn agent(&self, api: &Api) -> Result<KnownAgent, Wrong> {
        let mut told = self.headers.get_all(header::AUTHORIZATION).iter();
        let told = told.next().filter(|_| told.next().is_none());
        let told = told.and_then(|value| value.to_str().ok());
        let secret = told.and_then(|value| value.split_once(' '));
        let secret = secret.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let agent = match secret.filter(|(_, it)| it.len() <= limits::TOKEN_LENGTH_MAX) {
            Some((_, secret)) => api.door.agent_of(secret.trim()).await?,
            None => None,
        };
        match agent {
            Some(agent) => Ok(agent),
            None => Err(self.mistrusted(api, "nobody", Mistrust::UnknownAgent).await),
        }
    }

    /// What is not genuine is refused on record, and counts against where it comes from.
    async fn mistrusted(&self, api: &Api, agent: &str, why: Mistrust) -> Wrong {
        api.throttle.failed(self.address, api.door.now());
        let refused = Command::case(Casing::Mistrust { why: why.code() });
        match api.act(&caller(agent), refused, None).await {
            Err(problem) if problem.kind() == Trouble::Refused => {}
            Err(problem) => return Wrong::from(problem),
            Ok(_) => {}
        }
        match why {
            Mistrust::Unreadable => {
                Wrong(StatusCode::BAD_REQUEST, "the message cannot be read", true)
            }
            Mistrust::Replayed => Wrong(StatusCode::CONFLICT, "the message was used before", true),
            Mistrust::Expired | Mistrust::NotYet => Wrong(
                StatusCode::BAD_REQUEST,
                "the message does not hold now",
                true,
            ),
            Mistrust::UnknownAgent
            | Mistrust::BadSignature
            | Mistrust::OtherAgent
            | Mistrust::OtherBusiness
            | Mistrust::NotOwner => Wrong(StatusCode::FORBIDDEN, "this is not for you", true),
        }
    }

    /// The message of an agent, if it is what it says it is and was not used before.
    async fn message(&self, api: &Api, agent: &KnownAgent) -> Result<Genuine, Wrong> {
        let business = business(api)?;
        let genuine = agent.open(&self.body).and_then(|message| {
            message.check(agent, &business.id, api.door.now())?;
            Ok(message)
        });
        match genuine {
            Ok(message) if api.door.is_replayed(&message).await? => {
                Err(self.mistrusted(api, &agent.id, Mistrust::Replayed).await)
            }
            Ok(message) => Ok(message),
            Err(why) => Err(self.mistrusted(api, &agent.id, why).await),
        }
    }
}

async fn read(body: Body) -> Result<Vec<u8>, Wrong> {
    let most = limits::BODY_BYTES_MAX;
    let read = Limited::new(body, most).collect().await;
    let too_long = |_| Wrong(StatusCode::PAYLOAD_TOO_LARGE, "this is too long", true);
    Ok(read.map_err(too_long)?.to_bytes().to_vec())
}

/// `POST /v1/data-rights-request` (section 2.01).
async fn exercise(State(api): State<Api>, request: Request) -> Result<Response, Wrong> {
    let from = Came::of(&api, request).await?;
    let agent = from.agent(&api).await?;
    let message = from.message(&api, &agent).await?;
    let unfit = |why| Wrong(StatusCode::BAD_REQUEST, why, true);
    if message.text("drp.version") != Some(VERSION) {
        return Err(unfit("this version is not spoken"));
    }
    if !matches!(message.text("regime"), None | Some("ccpa")) {
        return Err(unfit("no such regime"));
    }
    let exercise = message.text("exercise").unwrap_or_default();
    let kind = kind(exercise).ok_or(unfit("this right is not exercised here"))?;
    let id = status::request_id(&message);
    let opening = Opening {
        protocol: Some(Protocol {
            agent: agent.id.clone(),
            request: id.clone(),
            named: message.text("agent-request-id").map(short),
            exercise: exercise.to_owned(),
            callback: message.text("status_callback").map(str::to_owned),
        }),
        ..Opening::about(kind, Whose::Unknown(stranger(&message)))
    };
    let open = Command::case(Casing::Open(Box::new(opening)));
    let acted = api
        .act(&caller(&agent.id), open, Some(message.once()))
        .await?;
    // Somebody used the same message at the same moment.
    if acted.entry.is_none() {
        return Err(from.mistrusted(&api, &agent.id, Mistrust::Replayed).await);
    }
    let case = case(&api, &agent, &id).await?;
    Ok(told(StatusCode::OK, &status::told(&case)))
}

/// What kind of case exercises a right (section 3.01).
fn kind(exercise: &str) -> Option<Kind> {
    match exercise {
        "deletion" => Some(Kind::Erasure),
        "access" | "access:categories" | "access:specific" => Some(Kind::Access),
        "sale:opt-out" => Some(Kind::OptOut),
        _ => None,
    }
}

fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Whom a message is about, as its claims have it (section 3.04).
fn stranger(message: &Genuine) -> Stranger {
    let mut lines = Vec::new();
    for claim in [
        "name",
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
        "address",
        "address_verified",
        "power_of_attorney",
        "relationships",
    ] {
        if let Some(value) = message.claim(claim) {
            lines.push(format!("{claim}: {value}"));
        }
    }
    Stranger {
        contact: None,
        name: message.text("name").map(short),
        text: Some(lines.join("\n")),
        whom: message.text("email").map(short),
        country: match message.text("regime") {
            Some(_) => "US-CA".parse().ok(),
            None => None,
        },
        age: None,
    }
}

/// A case that an agent opened; nobody else's is there for it.
async fn owned(api: &Api, from: &Came, agent: &KnownAgent, request: &str) -> Result<Case, Wrong> {
    match case(api, agent, request).await {
        Err(Wrong(StatusCode::FORBIDDEN, ..)) => {
            Err(from.mistrusted(api, &agent.id, Mistrust::NotOwner).await)
        }
        other => other,
    }
}

async fn case(api: &Api, agent: &KnownAgent, request: &str) -> Result<Case, Wrong> {
    let missing = || Wrong(StatusCode::NOT_FOUND, "there is no such request", true);
    let reference = api.door.case_of_request(request).await?;
    looked_at(api, agent, reference.ok_or_else(missing)?).await
}

/// How what an agent asked stands, and where it is told so (section 2.03); nothing where it is no
/// longer there, or is not its own.
pub(crate) async fn standing(
    api: &Api,
    agent: &KnownAgent,
    reference: Reference,
) -> Result<Option<(String, Value)>, ()> {
    match looked_at(api, agent, reference).await {
        Ok(case) => {
            let protocol = case.opened.protocol.as_ref();
            let callback = protocol.and_then(|it| it.callback.clone());
            Ok(callback.map(|callback| (callback, status::told(&case))))
        }
        Err(Wrong(.., is_final)) if is_final => Ok(None),
        Err(_) => Err(()),
    }
}

async fn looked_at(api: &Api, agent: &KnownAgent, reference: Reference) -> Result<Case, Wrong> {
    let missing = || Wrong(StatusCode::NOT_FOUND, "there is no such request", true);
    let showing = Showing::Case {
        reference,
        book: kept_terms::Book::Requests,
        of: None,
    };
    let Listed::Cases(mut cases) = api.look(&caller(&agent.id), showing).await? else {
        return Err(missing());
    };
    let case = cases.pop().ok_or_else(missing)?;
    let own = case.opened.protocol.as_ref();
    match own.is_some_and(|own| own.agent == agent.id) {
        true => Ok(case),
        false => Err(Wrong(StatusCode::FORBIDDEN, "this is not for you", true)),
    }
}

/// `GET /v1/data-rights-request/{request}` (section 2.02).
async fn shown(
    State(api): State<Api>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Wrong> {
    let from = Came::of(&api, request).await?;
    let agent = from.agent(&api).await?;
    let case = owned(&api, &from, &agent, &id).await?;
    Ok(told(StatusCode::OK, &status::told(&case)))
}

/// `DELETE /v1/data-rights-request/{request}` (section 2.04).
async fn revoke(
    State(api): State<Api>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Wrong> {
    let from = Came::of(&api, request).await?;
    let agent = from.agent(&api).await?;
    if let Err(why) = agent.open(&from.body) {
        return Err(from.mistrusted(&api, &agent.id, why).await);
    }
    let before = owned(&api, &from, &agent, &id).await?;
    if !before.is_ended() {
        let end = Closing::With {
            outcome: "withdrawn".to_owned(),
            ground: None,
            left: Vec::new(),
            answer: None,
        };
        let reference = before.reference;
        let end = Command::case(Casing::End { reference, end });
        api.act(&caller(&agent.id), end, None).await?;
    }
    let case = case(&api, &agent, &id).await?;
    Ok(told(StatusCode::OK, &status::told(&case)))
}

/// `POST /v1/agent/{agent}` (section 2.05). What is not genuine is answered without a word.
async fn pair(
    State(api): State<Api>,
    Path(named): Path<String>,
    request: Request,
) -> Result<Response, Wrong> {
    let from = Came::of(&api, request).await?;
    let silent = || StatusCode::FORBIDDEN.into_response();
    let Some(agent) = api.door.agent_named(&named) else {
        from.mistrusted(&api, "nobody", Mistrust::UnknownAgent)
            .await;
        return Ok(silent());
    };
    let message = match from.message(&api, &agent).await {
        Ok(message) => message,
        Err(Wrong(StatusCode::SERVICE_UNAVAILABLE, why, fatal)) => {
            return Err(Wrong(StatusCode::SERVICE_UNAVAILABLE, why, fatal));
        }
        Err(_) => return Ok(silent()),
    };
    let secret = api.door.draw_secret();
    let pair = Command::case(Casing::Pair {
        agent: agent.id.clone(),
        secret: secret.clone(),
        message: message.digest(),
    });
    match api.act(&caller(&agent.id), pair, None).await {
        Ok(_) => {}
        Err(problem) if problem.kind() == Trouble::Conflict => {
            from.mistrusted(&api, &agent.id, Mistrust::Replayed).await;
            return Ok(silent());
        }
        Err(problem) => return Err(Wrong::from(problem)),
    }
    let body = json!({ "agent-id": agent.agent_id, "token": secret });
    Ok(told(StatusCode::OK, &body))
}

/// `GET /v1/agent/{agent}` (section 2.06).
async fn paired(
    State(api): State<Api>,
    Path(named): Path<String>,
    request: Request,
) -> Result<Response, Wrong> {
    let from = Came::of(&api, request).await?;
    let agent = from.agent(&api).await?;
    match agent.agent_id == named {
        true => Ok(told(StatusCode::OK, &json!({}))),
        false => Err(from.mistrusted(&api, &agent.id, Mistrust::OtherAgent).await),
    }
}

/// `GET /.well-known/data-rights.json`: the business as a directory has it (section 3.05.2).
async fn discovered(State(api): State<Api>) -> Result<Response, Wrong> {
    let business = business(&api)?;
    let policy = api.door.policy();
    let document = policy.documents.iter().find(|document| document.default);
    let controller = document.and_then(|document| document.controller);
    let controller = controller.and_then(|id| policy.words.entities.get(id));
    let body = json!({
        "version": VERSION,
        "id": business.id,
        "name": controller.map(|it| it.label.clone()).unwrap_or_default(),
        "logo": null,
        "api_base": business.url,
        "supported_actions": ["access", "deletion", "sale:opt-out", "access:categories",
            "access:specific"],
        "supported_verifications": ["email"],
        "privacy_policy_url": format!("{}/policies", business.url),
        "web_url": business.url,
        "technical_contact": controller.map(|it| it.email.clone()).unwrap_or_default(),
        "business_contact": controller.map(|it| it.email.clone()).unwrap_or_default(),
    });
    Ok(told(StatusCode::OK, &body))
}
