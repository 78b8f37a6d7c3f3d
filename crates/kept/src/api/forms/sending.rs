//! `POST /forms/{channel}`: what anybody typed into a form is taken in, or comes back with what is
//! wrong beside it.
//! Nobody signs in for it and nothing is sent to anybody, so there is nothing to ride on and
//! nothing to relay; an address may send ten in a minute.

use super::agreeing::FormAgreement;
use super::fields::{Form, FormField};
use super::page::{OF_AGE, Returned, Shown, TRAP};
use super::showing::{again, answer};
use super::words::{Says, wrong};
use super::{QUERY, Wanted};
use crate::api::asked::Word;
use crate::api::pairs::Pairs;
use crate::api::{Api, Kind, Problem, auth, limits};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use http_body_util::{BodyExt, Limited};
use kept_processing::{Caller, Collect, Command, Given};
use kept_terms::{ActorKind, Invalid};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who sends a form: anybody, of whom nothing was checked.
fn anybody() -> Arc<Caller> {
    Arc::new(Caller {
        id: "public:form".to_owned(),
        kind: ActorKind::Person,
        role: None,
        purposes: None,
        home: None,
        holder: None,
    })
}

/// Send a form
///
/// Takes in what somebody typed, or shows the form again with what is wrong beside it.
#[utoipa::path(post, path = "/forms/{id}", tag = "forms", security(()),
    params(("id" = String, Path, description = "The channel"),
        ("service" = Option<String>, Query, description = "The service that is asked for"),
        ("country" = Option<String>, Query, description = "Where the person is"),
        ("lang" = Option<String>, Query, description = "`en`, `fr`, `de` or `zh`")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = SEE_OTHER, description = "It was taken in"),
        (status = UNPROCESSABLE_ENTITY, description = "The form again, with what is wrong",
            content((String = "text/html"), (Problem = "application/problem+json"))),
        (status = FORBIDDEN, description = "The form again, with what the policy refuses",
            content((String = "text/html"), (Problem = "application/problem+json"))),
        (status = SERVICE_UNAVAILABLE, description = "The form again, to be sent later",
            content((String = "text/html"), (Problem = "application/problem+json"))), Problem))]
pub(super) async fn sending(
    State(api): State<Api>,
    Word(channel): Word,
    query: Pairs,
    request: Request,
) -> Result<Response, Problem> {
    let query = query.only(&QUERY)?;
    let policy = api.door.policy();
    let (parts, body) = request.into_parts();
    let wanted = Wanted::read(&policy, &channel, &query, &parts.headers)?;
    let form = wanted.public()?;
    own_page(&parts.headers)?;
    let (now, from) = (api.door.now(), auth::address(&parts, api.behind_proxy));
    if !api.sent.allows(from, now) {
        let detail = "too many forms in a minute; wait for one";
        return Err(Problem::new(Kind::Throttled, detail).retry_after(60));
    }
    api.sent.failed(from, now);
    let typed = typed(&parts.headers, body, &form).await?;
    let mut returned = looked_at(&form, &typed);
    if returned.wrong.is_empty() && returned.refused.is_none() {
        let command = Command::Collect(record(&wanted, &form, &typed));
        match api.act(&anybody(), command, None).await {
            Ok(_) => {
                let sent = format!("/forms/{channel}?sent=1&{}", again(&wanted, &query));
                return Ok(Redirect::to(&sent).into_response());
            }
            Err(problem) => refused(&form, &typed, &problem, &mut returned),
        }
    }
    let status = match (returned.clauses.is_empty(), returned.refused) {
        (false, _) => StatusCode::FORBIDDEN,
        (true, Some(Says::Busy)) => StatusCode::SERVICE_UNAVAILABLE,
        (true, _) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    // Of somebody too young nothing is even shown again.
    if !matches!(returned.refused, Some(Says::TooYoung | Says::ParentFirst)) {
        returned.typed = typed;
    }
    let shown = Shown {
        form: &form,
        tongue: wanted.tongue,
        query: again(&wanted, &query),
        returned: &returned,
        instead: instead(&wanted),
    };
    Ok(answer(&wanted, status, shown.page()))
}

/// Checks that a form comes from the page that serves it, where the browser says.
fn own_page(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get("sec-fetch-site").map(|value| value.as_bytes()) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => {
            let detail = "a form is sent from the page that serves it, not from another site";
            Err(Problem::new(Kind::Malformed, detail))
        }
    }
}

/// What was typed, by field; nothing but what the form asks.
async fn typed(
    headers: &HeaderMap,
    body: axum::body::Body,
    form: &Form,
) -> Result<BTreeMap<String, String>, Problem> {
    let media = headers.get(header::CONTENT_TYPE);
    let media = media.and_then(|value| value.to_str().ok()).unwrap_or("");
    if !media.starts_with("application/x-www-form-urlencoded") {
        let detail = "send `Content-Type: application/x-www-form-urlencoded`";
        return Err(Problem::new(Kind::MediaType, detail));
    }
    let most = limits::BODY_BYTES_MAX;
    let read = Limited::new(body, most).collect().await;
    let too_large = |_| Problem::new(Kind::TooLarge, format!("it may have {most} bytes"));
    let bytes = read.map_err(too_large)?.to_bytes();
    let text = std::str::from_utf8(&bytes);
    let text = text.map_err(|_| Problem::invalid("the body", "is not UTF-8"))?;
    let boxes: Vec<String> = form.agreements.iter().map(FormAgreement::field).collect();
    let names = form.fields.iter().map(|field| field.name.as_str());
    let names = names.chain(boxes.iter().map(String::as_str));
    let names: Vec<&str> = names.chain([OF_AGE, TRAP]).collect();
    let pairs = Pairs::read(text)?.only(&names)?;
    let said = pairs.0.into_iter();
    Ok(said.filter(|(_, value)| !value.trim().is_empty()).collect())
}

/// What is wrong with values before anybody is asked.
fn looked_at(form: &Form, typed: &BTreeMap<String, String>) -> Returned {
    let mut returned = Returned::default();
    if typed.contains_key(TRAP) {
        returned.refused = Some(Says::NotTaken);
    }
    let country = typed
        .get("country")
        .and_then(|code| code.trim().parse().ok());
    for field in &form.fields {
        let Some(value) = typed.get(&field.name) else {
            continue;
        };
        let checked = field
            .typed
            .normalise(value, country, &field.choices, field.length_max);
        match checked {
            Ok(_) => {}
            Err(Invalid::TooLong(_)) => {
                returned.wrong.insert(field.name.clone(), Says::TooLong);
            }
            Err(_) => {
                returned
                    .wrong
                    .insert(field.name.clone(), wrong(field.typed));
            }
        }
    }
    if form.asks_age.is_some() && !matches!(said_age(typed), Some("yes" | "no")) {
        returned
            .wrong
            .insert(OF_AGE.to_owned(), Says::MissingAnswer);
    }
    if !form
        .fields
        .iter()
        .any(|field| typed.contains_key(&field.name))
        && form.service.is_none()
    {
        returned.refused = Some(Says::Nothing);
    }
    let needed = form.boxes_needed(typed).into_iter();
    returned
        .wrong
        .extend(needed.map(|name| (name, Says::NeedsBox)));
    returned
}

fn said_age(typed: &BTreeMap<String, String>) -> Option<&str> {
    typed.get(OF_AGE).map(String::as_str)
}

/// What was typed, as a record for the door.
fn record(wanted: &Wanted<'_>, form: &Form, typed: &BTreeMap<String, String>) -> Collect {
    let words = &wanted.policy.words;
    let open = form.fields.iter().filter(|it| form.is_open(it, typed));
    let values = open.filter_map(|field: &FormField| {
        let value = typed.get(&field.name)?;
        Some((field.name.clone(), Given::Text(value.clone())))
    });
    let values: Vec<_> = values.collect();
    let agreed = form.agreements.iter().filter(|it| it.is_ticked(typed));
    let age = form.asks_age.map(|least| match said_age(typed) {
        Some("yes") => least,
        _ => least.saturating_sub(1),
    });
    let country = values.iter().find(|(name, _)| name == "country");
    let country = country.and_then(|(name, _)| typed.get(name)?.trim().parse().ok());
    Collect {
        service: wanted.service.map(|id| words.services.name(id).to_owned()),
        values,
        consents: agreed.map(|it| it.name.clone()).collect(),
        country: country.or(wanted.country),
        age,
        // The form says what each answer is for before it is given.
        notice_given: true,
        unverified: true,
        ..Collect::through(words.channels.name(wanted.channel))
    }
}

/// What the door's answer means for the page.
fn refused(
    form: &Form,
    typed: &BTreeMap<String, String>,
    problem: &Problem,
    returned: &mut Returned,
) {
    for (clause, code) in problem.refusals() {
        if !returned.clauses.iter().any(|known| known == clause) {
            returned.clauses.push(clause.to_owned());
        }
        if code == "under-age" {
            returned.refused = Some(match form.parent_agrees {
                true => Says::ParentFirst,
                false => Says::TooYoung,
            });
        }
        let of_clause = |field: &&FormField| field.required_by.as_deref() == Some(clause);
        let missing = |field: &&FormField| !typed.contains_key(&field.name);
        if code == "required" {
            for field in form.fields.iter().filter(of_clause).filter(missing) {
                let name = field.name.clone();
                returned.wrong.insert(name, Says::MissingValue);
            }
        }
    }
    let place = problem.place().and_then(|it| it.strip_prefix("values."));
    match place.and_then(|place| form.fields.iter().find(|field| field.name == place)) {
        Some(field) => {
            returned
                .wrong
                .insert(field.name.clone(), wrong(field.typed));
        }
        None if returned.wrong.is_empty() && returned.refused.is_none() => {
            let is_refusal = !returned.clauses.is_empty();
            let says = if is_refusal {
                Says::NotTaken
            } else {
                Says::Busy
            };
            returned.refused = Some(says);
        }
        None => {}
    }
}

/// Where one can write instead: to whoever is responsible.
fn instead(wanted: &Wanted<'_>) -> Option<String> {
    let controller = wanted.document.controller?;
    let entity = wanted.policy.words.entities.get(controller)?;
    Some(entity.email.clone())
}
