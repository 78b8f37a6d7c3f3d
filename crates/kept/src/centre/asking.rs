//! Sends what somebody asked without signing in to the door, as anybody's word: a case of somebody
//! who is not known.
//! It decides nothing and looks nobody up; an address may send ten in a minute.

use super::ask::{
    AGENT_REQUEST, CHILD_REPORT, COMPLAINT_FLOW, NOT_TAKEN, QUESTION_FLOW, TOO_YOUNG,
};
use super::place::Place;
use super::wizard::{CHANNEL, Shown};
use super::words::*;
use crate::api::{Api, Kind, Problem, address_of, limits};
use crate::sign_in::session::{SignedIn, own_page};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use http_body_util::{BodyExt, Limited};
use kept_policy::Body;
use kept_processing::case::{Agent, Kind as CaseKind, Mandate};
use kept_processing::{
    Caller, Casing, Collect, Command, Effect, Given, Listed, Once, Opening, Showing, Stranger,
    Subject, Whose,
};
use kept_terms::{ActorKind, Day, Territory};
use std::sync::Arc;

/// What became of what was asked.
pub(super) struct Sent {
    /// By what it is called from now on.
    pub reference: String,
    /// The ledger's entry about it.
    pub entry: Option<u64>,
    /// The day by which there is an answer.
    pub by: Option<Day>,
}

/// Who asks without signing in: anybody, of whom nothing was checked.
fn anybody() -> Arc<Caller> {
    Arc::new(Caller {
        id: "public:centre".to_owned(),
        kind: ActorKind::Person,
        role: None,
        purposes: None,
        home: None,
        holder: None,
    })
}

/// Something drawn by which sending twice is known.
pub(super) fn drawn(api: &Api) -> String {
    format!("{}{}", api.door.drawn(), api.door.drawn())
}

/// The body of a form that comes from our own page.
pub(super) async fn body(api: &Api, request: Request) -> Result<String, Problem> {
    let (parts, body) = request.into_parts();
    own_page(api, &parts.headers, &parts.extensions)?;
    let media = parts.headers.get(header::CONTENT_TYPE);
    let media = media.and_then(|value| value.to_str().ok()).unwrap_or("");
    if !media.starts_with("application/x-www-form-urlencoded") {
        let detail = "send `Content-Type: application/x-www-form-urlencoded`";
        return Err(Problem::new(Kind::MediaType, detail));
    }
    let most = limits::BODY_BYTES_MAX;
    let too_large = |_| Problem::new(Kind::TooLarge, format!("it may have {most} bytes"));
    let bytes = Limited::new(body, most)
        .collect()
        .await
        .map_err(too_large)?
        .to_bytes();
    let text = std::str::from_utf8(&bytes);
    text.map(str::to_owned)
        .map_err(|_| Problem::invalid("the body", "is not UTF-8"))
}

/// Who answers complaints, stage by stage, by the document of a place, and until when.
pub(super) fn stages(place: &Place, country: Option<Territory>, today: Day) -> Vec<(String, Day)> {
    let policy = &place.policy;
    let document = country
        .and_then(|it| policy.document_for(Some(it)))
        .or(place.document());
    let Some(document) = document else {
        return Vec::new();
    };
    let days = document.clauses.iter().filter_map(staged).flatten();
    let days = days.map(|stage| stage.within.after(today));
    teams(place, document).into_iter().zip(days).collect()
}

fn staged(clause: &kept_policy::Clause) -> Option<&[kept_policy::Stage]> {
    match &clause.body {
        Body::Answer(kept_policy::Answer::Stages(stages)) => Some(stages),
        _ => None,
    }
}

/// The teams that answer complaints under a document, stage by stage, in the reader's language.
pub(super) fn teams(place: &Place, document: &kept_policy::Document) -> Vec<String> {
    let policy = &place.policy;
    let stages = document.clauses.iter().filter_map(staged).flatten();
    let named = stages.map(|stage| {
        let Some(team) = policy.words.teams.get(stage.to) else {
            return policy.words.teams.name(stage.to).to_owned();
        };
        let labels = &policy.words.labels;
        let label = labels.get("team", &team.name, place.language.tag());
        label.unwrap_or(&team.label).to_owned()
    });
    named.collect()
}

/// Sends it on as a case; what is wrong with it is a status and a sentence. Nobody is looked up for
/// it, so what is answered is the same whoever is known.
pub(super) async fn send(
    api: &Api,
    shown: &Shown<'_>,
    by: Option<&SignedIn>,
) -> Result<Sent, (StatusCode, Phrase)> {
    let answers = shown.answers;
    let own = [QUESTION_FLOW.path, COMPLAINT_FLOW.path].contains(&shown.flow.path);
    if let Some(by) = by.filter(|_| own) {
        return send_own(api, shown, by).await;
    }
    let said = |name: &str| answers.get(name).map(str::to_owned);
    let age = answers.asks_age(&shown.place.policy).map(|least| {
        match shown.flow.asks("of-age") && answers.get("of-age") != Some("yes") {
            true => least.saturating_sub(1),
            false => least,
        }
    });
    let kind = kind(shown);
    let stranger = Stranger {
        contact: said("my-email"),
        name: said("my-name"),
        text: Some(message(shown)).filter(|text| !text.is_empty()),
        whom: said("their-email"),
        country: answers.country(),
        age,
    };
    let agent = match shown.flow.path == AGENT_REQUEST.path {
        true => said("my-email"),
        false => None,
    };
    let opening = Opening {
        through: Some(CHANNEL.to_owned()),
        agent: agent.map(|contact| Agent {
            contact,
            mandate: Mandate::Unchecked,
        }),
        ..Opening::about(kind, Whose::Unknown(stranger))
    };
    let open = Command::case(Casing::Open(Box::new(opening)));
    let opened = api.act(&anybody(), open, once(answers)).await;
    let opened = opened.map_err(|problem| told(&problem))?;
    let Effect::Named(reference) = opened.effect else {
        return Err((StatusCode::SERVICE_UNAVAILABLE, BUSY));
    };
    Ok(Sent {
        reference,
        entry: opened.entry,
        by: api.door.day_of_answer(kind, answers.country()),
    })
}

/// Sends on what somebody asks who is signed in: it is stored with them, and opens their own case.
async fn send_own(
    api: &Api,
    shown: &Shown<'_>,
    by: &SignedIn,
) -> Result<Sent, (StatusCode, Phrase)> {
    let kind = kind(shown);
    let title = shown.place.language.pick(shown.flow.title).to_owned();
    let values = [("subject", title), ("message", message(shown))];
    let values = values.map(|(name, value)| (name.to_owned(), Given::Text(value)));
    let collect = Collect {
        subject: Subject::Known(by.person),
        values: values.into(),
        notice_given: true,
        unverified: true,
        opens: Some(kind),
        ..Collect::through(CHANNEL)
    };
    let stored = api
        .act(&by.caller, Command::Collect(collect), once(shown.answers))
        .await;
    let stored = stored.map_err(|problem| told(&problem))?;
    let listed = api.look(&by.caller, Showing::CasesOf(by.person)).await;
    let Listed::Cases(cases) = listed.map_err(|problem| told(&problem))? else {
        return Err((StatusCode::SERVICE_UNAVAILABLE, BUSY));
    };
    let case = cases.iter().find(|case| case.kind == kind);
    let case = case.ok_or((StatusCode::SERVICE_UNAVAILABLE, BUSY))?;
    Ok(Sent {
        reference: case.reference.to_string(),
        entry: stored.entry,
        by: case.due.map(|due| due.0),
    })
}

/// What kind of case a flow opens.
fn kind(shown: &Shown<'_>) -> CaseKind {
    if shown.flow.path == COMPLAINT_FLOW.path {
        return CaseKind::Complaint;
    }
    if shown.flow.path == CHILD_REPORT.path {
        return CaseKind::UnderAge;
    }
    let wish = shown.answers.get("wish").and_then(CaseKind::from_word);
    wish.unwrap_or(CaseKind::Question)
}

/// What sending twice is known by.
fn once(answers: &super::wizard::Answers) -> Option<Once> {
    let digest = |text: String| {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        bytes
    };
    let mut said = String::new();
    for (name, value) in &answers.said {
        said.push_str(&format!("\0{name}\0{value}"));
    }
    let key = digest(format!("centre/{}", answers.once)).to_vec();
    Some(Once {
        key,
        request: digest(said),
    })
}

/// What was asked, as one text: what the questions were, and what was answered.
fn message(shown: &Shown<'_>) -> String {
    let own = |name: &str| {
        name.starts_with("my-") || matches!(name, "country" | "of-age" | "their-email")
    };
    let mut lines = Vec::new();
    for step in shown.flow.steps {
        for question in step.questions.iter().filter(|it| !own(it.name)) {
            let Some(said) = shown.said(question) else {
                continue;
            };
            match question.name == "message" && shown.flow.steps.len() == 4 {
                true => lines.push(said),
                false => lines.push(format!("{}\n{said}", shown.asked(step, question))),
            }
        }
    }
    lines.join("\n\n")
}

/// What the door's answer means for the page.
fn told(problem: &Problem) -> (StatusCode, Phrase) {
    if problem.refusals().any(|(_, code)| code == "under-age") {
        return (StatusCode::FORBIDDEN, TOO_YOUNG);
    }
    match problem.kind() {
        Kind::Refused => (StatusCode::FORBIDDEN, NOT_TAKEN),
        Kind::Throttled => (StatusCode::TOO_MANY_REQUESTS, TOO_MANY),
        Kind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, ODD),
        _ => (StatusCode::SERVICE_UNAVAILABLE, BUSY),
    }
}

/// Whether one more may be sent from where a request comes from; asking counts it.
pub(super) fn allowed(api: &Api, request: &Request) -> impl FnOnce() -> bool + use<> {
    let from = address_of(request, api.behind_proxy);
    let (api, now) = (api.clone(), api.door.now());
    move || {
        let allowed = api.sent.allows(from, now);
        if allowed {
            api.sent.failed(from, now);
        }
        allowed
    }
}
