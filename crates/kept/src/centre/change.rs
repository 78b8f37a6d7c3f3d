//! One thing is put right, deleted, or said to be still right.
//! What is changed stands in the form and in no address; each press is one act through the door.

use super::about_me::{frame, show, speaker};
use super::ask::proof;
use super::layout::{done, trouble};
use super::place::Place;
use super::words::*;
use crate::api::{Acted, Api, Kind, Problem};
use crate::sign_in::session::{SignedForm, SignedIn};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::Command;
use kept_terms::{FieldKind, ItemNumber};
use maud::{Markup, html};

phrases! {
    CHANGE_TITLE = ["What should it say?", "Que faut-il écrire ?", "Wie soll es heißen?", "应改为什么？"];
    CHANGE_WHY = [
        "What stands there now is replaced everywhere, and whoever received it is told.",
        "Ce qui s’y trouve est remplacé partout, et ceux qui l’ont reçu en sont informés.",
        "Was jetzt dort steht, wird überall ersetzt, und wer es bekam, wird benachrichtigt.",
        "现有内容将在各处被替换，并通知已收到该信息的各方。",
    ];
    SAVE = ["Save", "Enregistrer", "Speichern", "保存"];
    CHANGED = ["It is changed", "C’est modifié", "Es ist geändert", "已更改"];
    CHANGED_NEXT = [
        "The old value is gone. Whoever received it is told what to correct.",
        "L’ancienne valeur a disparu. Ceux qui l’ont reçue sont informés.",
        "Der alte Wert ist weg. Wer ihn bekam, erfährt, was zu berichtigen ist.",
        "旧内容已删除，已收到者将获通知更正。",
    ];
    DELETE_TITLE = ["Delete this?", "Supprimer ceci ?", "Das löschen?", "删除此项？"];
    DELETE_WHY = [
        "It is deleted when you press the button, and cannot be brought back. Whoever received it is told.",
        "La suppression a lieu dès que vous cliquez et ne peut être annulée. Ceux qui l’ont reçu en sont informés.",
        "Es wird mit dem Klick gelöscht und lässt sich nicht zurückholen. Wer es bekam, wird benachrichtigt.",
        "点击按钮即删除且无法恢复，并通知已收到该信息的各方。",
    ];
    DELETE_YES = ["Yes, delete it", "Oui, supprimer", "Ja, löschen", "是的，删除"];
    KEEP = ["No, keep it", "Non, garder", "Nein, behalten", "不，保留"];
    DELETED = ["It is deleted", "C’est supprimé", "Es ist gelöscht", "已删除"];
    BACK_TO_ME = ["Back to what we hold about you", "Retour à ce que nous conservons sur vous", "Zurück zu dem, was wir über Sie speichern", "返回我们持有的您的信息"];
    CONFIRMED = ["Thank you. It is noted that all of this is still right.", "Merci. Il est noté que tout est encore exact.", "Danke. Es ist vermerkt, dass alles noch stimmt.", "谢谢，已记录所有内容仍然正确。"];
    GONE = ["It is not there any more", "Cela n’y est plus", "Das ist nicht mehr da", "该内容已不存在"];
    RULED_OUT = [
        "The policy does not let this be done. The rule behind it:",
        "La politique ne le permet pas. La règle appliquée :",
        "Die Richtlinie lässt das nicht zu. Die Regel dahinter:",
        "政策不允许此操作。所依据的规则：",
    ];
}

/// What the door's no means for the page: a sentence, and the clauses that it rests on.
pub(super) fn refusal(place: &Place, problem: &Problem) -> Option<Markup> {
    if problem.kind() != Kind::Refused {
        return None;
    }
    let mut clauses: Vec<&str> = problem.refusals().map(|(clause, _)| clause).collect();
    clauses.dedup();
    Some(html! {
        div.notice role="alert" {
            p { (place.language.pick(RULED_OUT)) " "
                @for clause in clauses {
                    @if let Some((document, name)) = clause.split_once('#') {
                        a href=(format!("/policy/{document}#{name}")) { code { (clause) } } " "
                    } @else { code { (clause) } " " }
                }
            }
        }
    })
}

/// The thing that a form speaks of.
struct Thing {
    field: String,
    number: ItemNumber,
    now: String,
    label: String,
    kind: FieldKind,
}

impl Thing {
    fn of(place: &Place, form: &SignedForm) -> Result<Thing, Problem> {
        let fields = &place.policy.words.fields;
        let field = form.fields.get("field").unwrap_or_default().to_owned();
        let known = fields.id(&field).and_then(|id| fields.get(id));
        let known = known.ok_or_else(|| Problem::invalid("field", "is not declared"))?;
        let number = form
            .fields
            .get("number")
            .and_then(|number| number.parse().ok());
        let number = number.ok_or_else(|| Problem::invalid("number", "is not a number"))?;
        Ok(Thing {
            label: speaker(&place.policy, place.language, None).field(&field),
            kind: known.kind,
            now: form.fields.get("now").unwrap_or_default().to_owned(),
            field,
            number,
        })
    }

    fn carried(&self, by: &SignedIn) -> Markup {
        html! {
            (by.field())
            input type="hidden" name="field" value=(self.field);
            input type="hidden" name="number" value=(self.number);
            input type="hidden" name="now" value=(self.now);
        }
    }
}

/// Puts one thing right: asks what is right, and then does it.
pub(super) async fn change(
    State(api): State<Api>,
    place: Place,
    form: SignedForm,
) -> Result<Response, Problem> {
    let thing = Thing::of(&place, &form)?;
    let Some(value) = form.fields.get("value") else {
        return Ok(asked(&place, &form.by, &thing, &thing.now, None));
    };
    if value.trim().is_empty() {
        return Ok(asked(&place, &form.by, &thing, value, Some(MISSING)));
    }
    let command = Command::Rectify {
        person: form.by.person,
        purpose: None,
        field: thing.field.clone(),
        value: value.to_owned(),
        number: Some(thing.number),
    };
    match api.act(&form.by.caller, command, None).await {
        Ok(acted) => Ok(finished(
            &place,
            &form.by,
            CHANGED,
            Some(CHANGED_NEXT),
            &acted,
        )),
        Err(problem) => match problem.kind() {
            Kind::Refused => Ok(not_done(&place, &form.by, &problem)),
            Kind::NotFound => Ok(asked(&place, &form.by, &thing, value, Some(GONE))),
            Kind::Invalid => {
                let says = if thing.kind == FieldKind::Email {
                    ODD_EMAIL
                } else {
                    ODD
                };
                Ok(asked(&place, &form.by, &thing, value, Some(says)))
            }
            _ => Err(problem),
        },
    }
}

/// The page that asks what is right.
fn asked(
    place: &Place,
    by: &SignedIn,
    thing: &Thing,
    typed: &str,
    wrong: Option<Phrase>,
) -> Response {
    let language = place.language;
    let title = language.pick(CHANGE_TITLE);
    let named = wrong.map(|phrase| ("f-value".to_owned(), language.pick(phrase).to_owned()));
    let named: Vec<_> = named.into_iter().collect();
    let about = if wrong.is_some() {
        "f-value-why f-value-wrong"
    } else {
        "f-value-why"
    };
    let invalid = wrong.map(|_| "true");
    let tag = language.tag();
    let long = thing.kind == FieldKind::LongText;
    let inner = html! {
        (trouble(language, &named))
        form method="post" action=(format!("/centre/{tag}/about-me/change")) novalidate {
            (thing.carried(by))
            div.field.bad[wrong.is_some()] {
                p.flow { (thing.label) }
                h1 { label for="f-value" { (title) } }
                p.why id="f-value-why" { (language.pick(CHANGE_WHY)) }
                @if let Some(wrong) = wrong {
                    p.wrong id="f-value-wrong" { span aria-hidden="true" { "▲ " } (language.pick(wrong)) }
                }
                @if long {
                    textarea id="f-value" name="value" rows="8" aria-describedby=(about)
                        aria-invalid=[invalid] { (typed) }
                } @else {
                    input type="text" id="f-value" name="value" value=(typed)
                        aria-describedby=(about) aria-invalid=[invalid];
                }
            }
            div.go {
                button type="submit" { (language.pick(SAVE)) }
                a href=(format!("/centre/{tag}/about-me")) { (language.pick(BACK)) }
            }
        }
    };
    let mut frame = frame(place, by, "/about-me", title);
    frame.wrong = wrong.is_some();
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    frame.answer(status, &inner)
}

/// Deletes one thing: asks whether it is meant, and then does it.
pub(super) async fn delete_one(
    State(api): State<Api>,
    place: Place,
    form: SignedForm,
) -> Result<Response, Problem> {
    let thing = Thing::of(&place, &form)?;
    let language = place.language;
    let tag = language.tag();
    if form.fields.get("sure") != Some("yes") {
        let title = language.pick(DELETE_TITLE);
        let inner = html! {
            h1 { (title) }
            dl.answers { div { dt { (thing.label) } dd.said { (thing.now) } } }
            p.why { (language.pick(DELETE_WHY)) }
            form method="post" action=(format!("/centre/{tag}/about-me/delete-one")) {
                (thing.carried(&form.by))
                input type="hidden" name="sure" value="yes";
                div.go {
                    button.grave type="submit" { (language.pick(DELETE_YES)) }
                    a href=(format!("/centre/{tag}/about-me")) { (language.pick(KEEP)) }
                }
            }
        };
        return Ok(frame(&place, &form.by, "/about-me", title).answer(StatusCode::OK, &inner));
    }
    let command = Command::EraseItem {
        person: form.by.person,
        field: thing.field.clone(),
        number: thing.number,
    };
    match api.act(&form.by.caller, command, None).await {
        Ok(acted) => Ok(finished(&place, &form.by, DELETED, None, &acted)),
        Err(problem) => match problem.kind() {
            Kind::Refused => Ok(not_done(&place, &form.by, &problem)),
            Kind::NotFound => {
                let told = html! { p.notice role="alert" { (language.pick(GONE)) } };
                show(&api, &place, &form.by, Some(&told)).await
            }
            _ => Err(problem),
        },
    }
}

/// Notes that what is held is still right.
pub(super) async fn right(
    State(api): State<Api>,
    place: Place,
    form: SignedForm,
) -> Result<Response, Problem> {
    let command = Command::Confirm {
        person: form.by.person,
        purpose: None,
        fields: Vec::new(),
    };
    let told = match api.act(&form.by.caller, command, None).await {
        Ok(_) => html! { p.notice role="status" { (place.language.pick(CONFIRMED)) } },
        Err(problem) => refusal(&place, &problem).ok_or(problem)?,
    };
    show(&api, &place, &form.by, Some(&told)).await
}

/// What is said once something was done, with its receipt.
fn finished(
    place: &Place,
    by: &SignedIn,
    title: Phrase,
    next: Option<Phrase>,
    acted: &Acted,
) -> Response {
    let language = place.language;
    let title = language.pick(title);
    let inner = html! {
        (done(language, title, None))
        @if let Some(next) = next { p { (language.pick(next)) } }
        (proof(language, acted.entry))
        p { a href=(format!("/centre/{}/about-me", language.tag())) { (language.pick(BACK_TO_ME)) } }
    };
    frame(place, by, "/about-me", title).answer(StatusCode::OK, &inner)
}

/// What is said where the policy says no.
pub(super) fn not_done(place: &Place, by: &SignedIn, problem: &Problem) -> Response {
    let language = place.language;
    let title = language.pick(super::ask::NOT_TAKEN_TITLE);
    let inner = html! {
        h1 { (title) }
        @if let Some(told) = refusal(place, problem) { (told) }
        p { a href=(format!("/centre/{}/complaint", language.tag())) { (language.pick(COMPLAIN)) } }
        p { a href=(format!("/centre/{}/about-me", language.tag())) { (language.pick(BACK_TO_ME)) } }
    };
    let mut frame = frame(place, by, "/about-me", title);
    frame.wrong = true;
    frame.answer(StatusCode::FORBIDDEN, &inner)
}
