//! Passkeys on the pages: signing in with one, adding one, removing one. The browser's part is one
//! small script, served from here; without it the pages are as they are without passkeys.
//! What a device says is handed to the door as it came. Nothing is answered by it but whether it
//! was right.

use super::code::{self, or_problem};
use super::cookies::{Cookie, Jar};
use super::frame::{Reader, with_cookie};
use super::how;
use super::session::{PlainForm, SignedForm, SignedIn};
use super::words::*;
use crate::api::{Api, Kind, Problem, address_of};
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use kept_processing::passkey::{self, Algorithm, Made, Site};
use kept_processing::{Command, PasskeyChange, PasskeyHeld, Proved, Signing};
use kept_terms::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Where the script is.
pub(super) const SCRIPT_PATH: &str = "/passkey.js";
/// The field with what the device says.
const ANSWER_FIELD: &str = "answer";
/// The field with the name of a new passkey.
const NAME_FIELD: &str = "name";
/// How long the browser waits for the person, in milliseconds.
const WAITS: u32 = 300_000;

/// The script.
pub(super) async fn script() -> Response {
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    let kept = HeaderValue::from_static("public, max-age=3600");
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)];
    (headers, include_str!("passkey.js")).into_response()
}

/// The site that passkeys are for: where the server is reached from outside, as its settings say;
/// or this machine itself, where somebody tries it out. What a request says of it counts nothing
/// otherwise.
fn site(api: &Api, headers: &HeaderMap) -> Option<Site> {
    let local = || {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        Site::of(&format!("http://{host}")).filter(|site| site.id == "localhost")
    };
    api.site.get().cloned().or_else(local)
}

pub(crate) fn site_or_problem(api: &Api, headers: &HeaderMap) -> Result<Site, Problem> {
    let missing = "passkeys need `public-url` in the settings of the server";
    site(api, headers).ok_or_else(|| Problem::new(Kind::NotFound, missing))
}

/// The button that signs in with a passkey; hidden until the script is there. Nothing where the
/// server does not know its site.
pub(super) fn button(api: &Api, headers: &HeaderMap, reader: Reader) -> Markup {
    let language = reader.0;
    html! {
        @if site(api, headers).is_some() {
            form method="post" action=(reader.path("/sign-in/passkey")) hidden
                data-passkey="show" data-start="/sign-in/passkey/start" {
                input type="hidden" name=(ANSWER_FIELD);
                button.second type="submit" { (language.pick(BY_PASSKEY)) }
                p.wrong role="alert" hidden { (language.pick(PASSKEY_BROKE_OFF)) }
            }
            script src=(SCRIPT_PATH) defer {}
        }
    }
}

/// A browser is about to ask a device: what it has to ask.
pub(super) async fn start(State(api): State<Api>, request: Request) -> Result<Response, Problem> {
    let from = address_of(&request, api.behind_proxy);
    let (headers, extensions) = code::told(&request);
    PlainForm::from_request(request, &api).await?;
    code::turn(&api, from)?;
    let (options, attempt) = begin(&api, &headers).await?;
    let jar = Jar::of(&api, &headers, &extensions);
    Ok(with_cookie(
        Json(options).into_response(),
        jar.set(Cookie::Attempt, &attempt),
    ))
}

/// Begins an attempt by a passkey: what the device has to be asked, and the attempt's secret.
pub(crate) async fn begin(api: &Api, headers: &HeaderMap) -> Result<(Value, String), Problem> {
    let site = site_or_problem(api, headers)?;
    let attempt = api.door.draw_secret();
    let ask = Signing::AskPasskey {
        attempt: attempt.clone(),
        country: None,
    };
    api.act(&super::somebody(), Command::SignIn(ask), None)
        .await?;
    let options = json!({
        "challenge": challenge(api, &attempt).await?,
        "rpId": site.id,
        "timeout": WAITS,
        "userVerification": "required",
    });
    Ok((options, attempt))
}

async fn challenge(api: &Api, attempt: &str) -> Result<String, Problem> {
    let challenge = api.door.passkey_challenge(attempt).await?;
    let challenge = challenge.ok_or_else(|| Problem::internal("an attempt is gone"))?;
    Ok(BASE64URL_NOPAD.encode(&challenge))
}

/// What a device says, each part in base64url without padding.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyShown {
    /// By what the device knows the passkey: `rawId`.
    id: String,
    /// By what it knows its owner: `userHandle`.
    owner: String,
    /// What the browser says: `clientDataJSON`.
    client: String,
    /// What the device says: `authenticatorData`.
    device: String,
    /// The signature over both.
    signature: String,
}

/// What a device showed. What cannot be read is shown all the same, as nothing: it is an attempt
/// like any other.
pub(crate) fn passkey_of(shown: &PasskeyShown) -> passkey::Shown {
    let read = || {
        Some(passkey::Shown {
            id: bytes(&shown.id)?,
            owner: bytes(&shown.owner)?,
            client: bytes(&shown.client)?,
            device: bytes(&shown.device)?,
            signature: bytes(&shown.signature)?,
        })
    };
    read().unwrap_or_default()
}

/// What a page sends of it.
fn shown_in(text: &str) -> passkey::Shown {
    let read: Option<PasskeyShown> = serde_json::from_str(text).ok();
    read.as_ref().map(passkey_of).unwrap_or_default()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}

/// A device showed something.
pub(super) async fn shown(
    State(api): State<Api>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let from = code::network(address_of(&request, api.behind_proxy));
    let (headers, extensions) = code::told(&request);
    let PlainForm(fields) = PlainForm::from_request(request, &api).await?;
    let site = site_or_problem(&api, &headers)?;
    let jar = Jar::of(&api, &headers, &extensions);
    let session = api.door.draw_secret();
    let shown = Signing::Passkey {
        attempt: jar.get(Cookie::Attempt).unwrap_or_default().to_owned(),
        site,
        shown: Box::new(shown_in(fields.get(ANSWER_FIELD).unwrap_or_default())),
        from,
        session: session.clone(),
    };
    match code::proved(&api, shown).await {
        Ok(Proved::In(new)) => {
            let before = SignedIn::known(&api, &headers, &extensions).await?;
            code::begin(&api, reader, &jar, (&new, &session), before).await
        }
        // Late and wrong are one: with another press there is another challenge.
        Ok(Proved::Wrong | Proved::Over) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let text = reader.0.pick(WRONG_PASSKEY).to_owned();
            Ok(code::asking_page(&api, &headers, reader)
                .wrong(status, "", text)
                .answer(&api))
        }
        Err(problem) if problem.kind() == Kind::Refused => {
            Ok(code::refused(&api, reader, &problem))
        }
        Err(problem) => Err(problem),
    }
}

/// Somebody's passkeys, with a way to remove each and to add one.
pub(super) fn listed(
    (api, headers): (&Api, &HeaderMap),
    reader: Reader,
    by: &SignedIn,
    passkeys: &[PasskeyHeld],
) -> Markup {
    let language = reader.0;
    html! {
        @if !passkeys.is_empty() {
            ul {
                @for passkey in passkeys {
                    li {
                        (line(reader, passkey))
                        @if by.is_recent(api.door.now()) {
                            form method="post" action=(reader.path("/me/sign-in/no-passkey")) {
                                (by.field())
                                input type="hidden" name="passkey" value=(passkey.id);
                                button.second type="submit" {
                                    (language.pick(REMOVE_PASSKEY))
                                    span.unseen { ": " (passkey.name) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if by.is_recent(api.door.now()) && site(api, headers).is_some() {
            form method="post" action=(reader.path("/me/sign-in/passkey")) hidden
                data-passkey="make" data-start="/me/sign-in/passkey/start" {
                (by.field())
                input type="hidden" name=(ANSWER_FIELD);
                div.field {
                    label for=(NAME_FIELD) { (language.pick(PASSKEY_NAME)) }
                    p.why id="name-why" { (language.pick(PASSKEY_NAME_WHY)) }
                    input id=(NAME_FIELD) name=(NAME_FIELD) type="text" required maxlength="60"
                        autocomplete="off" aria-describedby="name-why";
                }
                button.go type="submit" { (language.pick(ADD_PASSKEY)) }
                p.wrong role="alert" hidden { (language.pick(PASSKEY_BROKE_OFF)) }
            }
            script src=(SCRIPT_PATH) defer {}
        }
    }
}

fn line(reader: Reader, passkey: &PasskeyHeld) -> String {
    let day = |second: i64| {
        let at = Timestamp::from_second(second).map(|at| at.to_string());
        at.map_or_else(|_| String::new(), |at| at.chars().take(10).collect())
    };
    let added = say(
        reader.0,
        PASSKEY_ADDED,
        &[&passkey.name, &day(passkey.added)],
    );
    match passkey.used {
        Some(used) => format!("{added}; {}", say(reader.0, PASSKEY_USED, &[&day(used)])),
        None => added,
    }
}

/// Somebody is about to make a passkey: what the browser has to ask the device.
pub(super) async fn start_new(State(api): State<Api>, request: Request) -> Response {
    let (headers, extensions) = code::told(&request);
    let form = match SignedForm::from_request(request, &api).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let begun = begin_new(&api, &headers, &form).await;
    or_problem(begun.map(|(options, attempt)| {
        let jar = Jar::of(&api, &headers, &extensions);
        with_cookie(
            Json(options).into_response(),
            jar.set(Cookie::Attempt, &attempt),
        )
    }))
}

async fn begin_new(
    api: &Api,
    headers: &HeaderMap,
    form: &SignedForm,
) -> Result<(Value, String), Problem> {
    let site = site_or_problem(api, headers)?;
    let attempt = api.door.draw_secret();
    let change = PasskeyChange::Ask {
        attempt: attempt.clone(),
    };
    api.act(&form.by.caller, changing(&form.by, change), None)
        .await?;
    let (held, handle) = api.door.passkeys(form.by.person).await?;
    // The device shows this name where it holds several. It is what the person calls the passkey,
    // so that nothing of what is held of them has to be opened for it.
    let name = form.fields.get(NAME_FIELD).unwrap_or_default().trim();
    let kinds = Algorithm::ALL.map(|kind| json!({ "type": "public-key", "alg": kind.number() }));
    let known = held.iter().map(|it| {
        let id = BASE64URL_NOPAD.encode(&it.device_id);
        json!({ "type": "public-key", "id": id })
    });
    let options = json!({
        "challenge": challenge(api, &attempt).await?,
        "rp": { "id": site.id, "name": site.id },
        "user": {
            "id": BASE64URL_NOPAD.encode(&handle.unwrap_or_default()),
            "name": name,
            "displayName": name,
        },
        "pubKeyCredParams": kinds,
        "timeout": WAITS,
        "excludeCredentials": known.collect::<Vec<_>>(),
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        },
        "attestation": "none",
    });
    Ok((options, attempt))
}

fn changing(by: &SignedIn, change: PasskeyChange) -> Command {
    Command::SignIn(Signing::ChangePasskeys {
        person: by.person,
        session: by.session.id.clone(),
        change,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MadeAnswer {
    client: String,
    attestation: String,
}

/// A passkey was made.
pub(super) async fn add(State(api): State<Api>, reader: Reader, request: Request) -> Response {
    let (headers, extensions) = code::told(&request);
    let form = match SignedForm::from_request(request, &api).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let site = match site_or_problem(&api, &headers) {
        Ok(site) => site,
        Err(problem) => return problem.into_response(),
    };
    let jar = Jar::of(&api, &headers, &extensions);
    let made = serde_json::from_str(form.fields.get(ANSWER_FIELD).unwrap_or_default()).ok();
    let made = made.and_then(|made: MadeAnswer| {
        Some(Made {
            client: bytes(&made.client)?,
            attestation: bytes(&made.attestation)?,
        })
    });
    let change = PasskeyChange::Add {
        attempt: jar.get(Cookie::Attempt).unwrap_or_default().to_owned(),
        site,
        name: form.fields.get(NAME_FIELD).unwrap_or_default().to_owned(),
        made: Box::new(made.unwrap_or_default()),
    };
    let told = (PASSKEY_DONE, (NAME_FIELD, PASSKEY_NOT_TAKEN));
    or_problem(
        how::changed(
            (&api, &headers),
            reader,
            &form.by,
            changing(&form.by, change),
            told,
        )
        .await,
    )
}

/// A passkey is removed.
pub(super) async fn remove(State(api): State<Api>, reader: Reader, request: Request) -> Response {
    let (headers, _) = code::told(&request);
    let form = match SignedForm::from_request(request, &api).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let passkey = form.fields.get("passkey").unwrap_or_default().to_owned();
    let change = changing(&form.by, PasskeyChange::Remove { passkey });
    let told = (PASSKEY_REMOVED, ("", PASSKEY_GONE));
    or_problem(how::changed((&api, &headers), reader, &form.by, change, told).await)
}
