//! `/u/{token}`: the link at the foot of messages that people may choose not to get.
//! A `GET` only asks, since programs that look at mail follow links; a `POST` ends the messages at
//! once, by the person's own act through the door (RFC 8058). Nobody signs in, and nothing tells
//! who somebody is.

use super::asked::Word;
use super::{Api, Kind, Problem};
use crate::centre::{Frame, owner};
use crate::outbox::Language;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_policy::{Document, Policy};
use kept_processing::{Caller, OptOut};
use maud::{Markup, html};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of the link.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default().routes(routes!(ask, end))
}

type Phrase = [&'static str; 4];

const TITLE: Phrase = [
    "No more of these messages?",
    "Ne plus recevoir ces messages ?",
    "Diese Nachrichten nicht mehr bekommen?",
    "不再接收此类邮件？",
];
const BUTTON: Phrase = [
    "Send me no more of these",
    "Ne plus m’en envoyer",
    "Keine weiteren senden",
    "不再发送给我",
];
const ABOUT: Phrase = [
    "This is about messages sent for this: {0}.",
    "Il s’agit des messages envoyés pour ceci : {0}.",
    "Es geht um Nachrichten zu diesem Zweck: {0}.",
    "涉及为此目的发送的邮件：{0}。",
];
const DONE: Phrase = [
    "It is done: you get no more of these",
    "C’est fait : vous n’en recevrez plus",
    "Erledigt: Sie bekommen keine mehr",
    "已完成：您不会再收到此类邮件",
];
const AT_ONCE: Phrase = [
    "It holds from this moment. You need to do nothing more.",
    "Cela vaut dès maintenant. Vous n’avez rien d’autre à faire.",
    "Das gilt ab sofort. Sie müssen nichts weiter tun.",
    "即刻生效，您无需再做任何事。",
];
const NOWHERE: Phrase = [
    "This link leads nowhere",
    "Ce lien ne mène nulle part",
    "Dieser Link führt nirgendwohin",
    "此链接无效",
];
const NOTHING: Phrase = [
    "Nothing was changed. If it came in a message from us, we hold nothing about you any more, or \
     the link was cut off.",
    "Rien n’a été modifié. S’il figurait dans un de nos messages, nous ne conservons plus rien à \
     votre sujet, ou le lien a été tronqué.",
    "Es wurde nichts geändert. Stand er in einer Nachricht von uns, dann ist über Sie nichts mehr \
     gespeichert, oder der Link wurde abgeschnitten.",
    "未作任何更改。如果它出自我们的邮件，则我们已不再保存您的任何信息，或者链接不完整。",
];

/// What a token stands for, beside the words to speak of it.
struct Asked {
    opt_out: OptOut,
    language: Language,
    label: String,
}

async fn asked(api: &Api, policy: &Policy, token: &str) -> Result<Option<Asked>, Problem> {
    let Some(opt_out) = api.door.opt_out(token).await? else {
        return Ok(None);
    };
    let Some(document) = policy.document_named(&opt_out.document) else {
        return Ok(None);
    };
    let label = label(policy, document, &opt_out.purpose);
    let language = Language::of(document);
    Ok(Some(Asked {
        opt_out,
        language,
        label,
    }))
}

fn label(policy: &Policy, document: &Document, purpose: &str) -> String {
    let purpose = policy.words.purposes.id(purpose);
    let declared = purpose.and_then(|purpose| document.rules.use_of(purpose));
    declared.map_or_else(String::new, |(_, r#use)| {
        r#use.label.trim_end_matches('.').to_owned()
    })
}

/// End messages: ask
///
/// A page with one button. Asking changes nothing.
#[utoipa::path(get, path = "/u/{id}", tag = "pages", security(()),
    params(("id" = String, Path, description = "The token of the link")),
    responses(
        (status = OK, description = "The page", body = String, content_type = "text/html"),
        (status = NOT_FOUND, description = "A page that says that the link leads nowhere",
            body = String, content_type = "text/html"),
        Problem,
    ))]
async fn ask(State(api): State<Api>, Word(token): Word) -> Result<Response, Problem> {
    let policy = api.door.policy();
    let Some(asked) = asked(&api, &policy, &token).await? else {
        return Ok(nowhere(&policy));
    };
    let language = asked.language;
    if asked.opt_out.already {
        return Ok(page(
            StatusCode::OK,
            (language, &policy),
            DONE,
            html! { p { (language.pick(AT_ONCE)) } },
        ));
    }
    let about = language.pick(ABOUT).replace("{0}", &asked.label);
    let form = html! {
        p { (about) }
        form method="post" {
            input type="hidden" name="List-Unsubscribe" value="One-Click";
            button type="submit" { (language.pick(BUTTON)) }
        }
    };
    Ok(page(StatusCode::OK, (language, &policy), TITLE, form))
}

/// End messages
///
/// Ends them at once, without signing in (RFC 8058). Done twice, it is as done once.
#[utoipa::path(post, path = "/u/{id}", tag = "pages", security(()),
    params(("id" = String, Path, description = "The token of the link")),
    responses(
        (status = OK, description = "It is done", body = String, content_type = "text/html"),
        (status = NOT_FOUND, description = "A page that says that the link leads nowhere",
            body = String, content_type = "text/html"),
        Problem,
    ))]
async fn end(State(api): State<Api>, Word(token): Word) -> Result<Response, Problem> {
    let policy = api.door.policy();
    let Some(asked) = asked(&api, &policy, &token).await? else {
        return Ok(nowhere(&policy));
    };
    if !asked.opt_out.already {
        let person = Arc::new(Caller::person());
        match api.act(&person, asked.opt_out.command, None).await {
            Ok(_) => {}
            // The person was erased between the look and the act.
            Err(problem) if problem.kind() == Kind::NotFound => return Ok(nowhere(&policy)),
            Err(problem) => return Err(problem),
        }
    }
    let language = asked.language;
    let text = html! { p { (language.pick(AT_ONCE)) } };
    Ok(page(StatusCode::OK, (language, &policy), DONE, text))
}

fn nowhere(policy: &Policy) -> Response {
    let language = policy
        .document_for(None)
        .map_or(Language::English, Language::of);
    let text = html! { p { (language.pick(NOTHING)) } };
    page(StatusCode::NOT_FOUND, (language, policy), NOWHERE, text)
}

fn page(
    status: StatusCode,
    (language, policy): (Language, &Policy),
    title: Phrase,
    text: Markup,
) -> Response {
    let title = language.pick(title);
    let frame = Frame {
        language,
        here: None,
        title: title.to_owned(),
        wrong: false,
        owner: owner(policy, policy.document_for(None)),
        signed_in: None,
        keeps: None,
    };
    frame.answer(status, &html! { h1 { (title) } (text) })
}
