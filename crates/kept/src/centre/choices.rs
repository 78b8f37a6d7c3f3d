//! Choices: what is held may be used for what, one press each, the no as near as the yes.
//! Each press is the person's own act and holds with the next act of anybody.

use super::about_me::{export, frame, speaker};
use super::ask::proof;
use super::change::refusal;
use super::place::Place;
use super::saying::Speaker;
use super::words::*;
use super::{signal, trail};
use crate::api::{Api, Problem};
use crate::sign_in::session::{SignedForm, SignedIn};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_policy::{Choice, Use};
use kept_processing::{About, Command, ConsentTo};
use kept_terms::Right;
use maud::{Markup, html};

phrases! {
    TITLE = ["What we may use it for", "À quoi cela peut servir", "Wozu wir es benutzen dürfen", "我们可以将其用于什么"];
    INTRO = [
        "A no takes effect at once, everywhere, and costs you nothing. You can change your mind at any time.",
        "Un refus vaut aussitôt, partout, et ne vous coûte rien. Vous pouvez changer d’avis à tout moment.",
        "Ein Nein gilt sofort und überall und kostet Sie nichts. Sie können es jederzeit ändern.",
        "拒绝立即在所有环节生效，且对您没有任何代价。您可随时更改。",
    ];
    YOURS = ["Your choice", "À vous de choisir", "Ihre Wahl", "由您选择"];
    ALLOWED = ["Allowed now", "Permis actuellement", "Derzeit erlaubt", "当前允许"];
    NOT_ALLOWED = ["Not allowed: you said no", "Refusé : vous avez dit non", "Nicht erlaubt: Sie haben Nein gesagt", "不允许：您已拒绝"];
    NOT_AGREED = ["Not allowed: you have not agreed", "Pas permis : vous n’avez pas donné d’accord", "Nicht erlaubt: Sie haben nicht zugestimmt", "不允许：您未同意"];
    AGREED_SINCE = ["Allowed: you agreed on {0}", "Permis : accord donné le {0}", "Erlaubt: zugestimmt am {0}", "允许：您于 {0} 同意"];
    SAY_NO = ["Say no", "Refuser", "Nein sagen", "拒绝"];
    SAY_YES = ["Allow it", "Permettre", "Erlauben", "允许"];
    REST = ["Uses that go without asking, and why", "Usages sans votre accord, et pourquoi", "Nutzungen ohne Rückfrage, und warum", "无需征询的用途及原因"];
    REST_WHY = [
        "You cannot switch these off here. If one of them wrongs you, complain.",
        "Vous ne pouvez pas les désactiver ici. Si l’un vous lèse, faites une réclamation.",
        "Diese lassen sich hier nicht abschalten. Wenn Ihnen eine Unrecht tut, beschweren Sie sich.",
        "这些用途无法在此关闭。如认为不当，请投诉。",
    ];
    RECEIVERS = ["Others who may receive it because you agreed", "Ceux qui peuvent le recevoir avec votre accord", "Wer es mit Ihrer Zustimmung bekommen darf", "经您同意可接收信息的第三方"];
    PAUSE_TITLE = ["Pause everything", "Tout mettre en pause", "Alles anhalten", "全部暂停"];
    PAUSE_WHY = [
        "While it is paused, what we hold is kept and not used, save for what the policy says goes on.",
        "Pendant la pause, tout est conservé sans être utilisé, sauf ce que la politique prévoit.",
        "Solange es angehalten ist, wird alles aufbewahrt und nicht benutzt, außer was die Richtlinie nennt.",
        "暂停期间，信息仅保存而不使用，政策规定继续进行的除外。",
    ];
    PAUSE = ["Pause", "Mettre en pause", "Anhalten", "暂停"];
    GO_ON = ["End the pause", "Lever la pause", "Pause aufheben", "解除暂停"];
    PAUSED = ["Paused now", "En pause", "Angehalten", "已暂停"];
    DONE = ["Done. It holds from this moment.", "C’est fait. Cela vaut dès maintenant.", "Erledigt. Es gilt ab sofort.", "已完成，即刻生效。"];
}

/// How a person stands to a use.
struct Line {
    purpose: String,
    label: String,
    state: String,
    /// What a press does, and what the button says; nothing where there is no choice.
    press: Option<(&'static str, Phrase)>,
}

/// The page.
pub(super) async fn page(
    State(api): State<Api>,
    place: Place,
    by: SignedIn,
) -> Result<Response, Problem> {
    show(&api, &place, &by, None).await
}

/// One press.
pub(super) async fn press(
    State(api): State<Api>,
    place: Place,
    form: SignedForm,
) -> Result<Response, Problem> {
    let person = form.by.person;
    let of = form.fields.get("of").unwrap_or_default().to_owned();
    let consent = |to, given| Command::Consent {
        person,
        to,
        given,
        channel: super::wizard::CHANNEL.to_owned(),
    };
    let object = |purpose, objects| Command::Object {
        person,
        purpose,
        objects,
    };
    let command = match form.fields.get("press") {
        Some("object") => object(of, true),
        Some("allow") => object(of, false),
        Some("agree") => consent(ConsentTo::Purpose(of), true),
        Some("withdraw") => consent(ConsentTo::Purpose(of), false),
        Some("forget") => consent(ConsentTo::Recipient(of), false),
        Some("pause") => Command::Restrict {
            person,
            paused: true,
        },
        Some("go-on") => Command::Restrict {
            person,
            paused: false,
        },
        _ => {
            return Err(Problem::invalid(
                "press",
                "is none of the buttons of the page",
            ));
        }
    };
    let told = match api.act(&form.by.caller, command, None).await {
        Ok(acted) => html! {
            div.done role="status" { p { strong { (place.language.pick(DONE)) } } }
            details.receipt {
                summary { (place.language.pick(PROOF)) }
                (proof(place.language, acted.entry))
            }
        },
        Err(problem) => refusal(&place, &problem).ok_or(problem)?,
    };
    show(&api, &place, &form.by, Some(&told)).await
}

async fn show(
    api: &Api,
    place: &Place,
    by: &SignedIn,
    told: Option<&Markup>,
) -> Result<Response, Problem> {
    let language = place.language;
    let trail = trail::read(api, by, None, 200).await?;
    let mut about = export(api, by, Right::Access).await?.about();
    let taken = signal::taken(api, place, by, &mut about, &trail).await?;
    let speaker = speaker(&place.policy, language, about.document.as_deref());
    let lines = lines(&speaker, &about);
    let title = language.pick(TITLE);
    let (own, rest): (Vec<_>, Vec<_>) = lines.into_iter().partition(|it| it.press.is_some());
    let inner = html! {
        @if let Some(told) = told { (told) }
        h1 { (title) }
        p { (language.pick(INTRO)) }
        (signal::told(place, &about, &taken))
        @if place.gpc {
            p.notice { strong { (language.pick(GPC_TITLE)) } " · " (language.pick(GPC_ON)) }
        }
        h2 { (language.pick(YOURS)) }
        @for line in &own { (choice(place, by, line)) }
        @if !about.recipients.is_empty() {
            h2 { (language.pick(RECEIVERS)) }
            @for recipient in &about.recipients {
                (choice(place, by, &Line {
                    purpose: recipient.clone(),
                    label: speaker.recipient(recipient),
                    state: language.pick(ALLOWED).to_owned(),
                    press: Some(("forget", SAY_NO)),
                }))
            }
        }
        h2 { (language.pick(PAUSE_TITLE)) }
        p.why { (language.pick(PAUSE_WHY)) }
        (choice(place, by, &Line {
            purpose: String::new(),
            label: language.pick(PAUSE_TITLE).to_owned(),
            state: language.pick(if about.restricted { PAUSED } else { ALLOWED }).to_owned(),
            press: Some(if about.restricted { ("go-on", GO_ON) } else { ("pause", PAUSE) }),
        }))
        @if !rest.is_empty() {
            h2 { (language.pick(REST)) }
            p.why { (language.pick(REST_WHY)) }
            dl.answers { @for line in &rest { div { dt { (line.label) } dd { (line.state) } } } }
        }
    };
    Ok(frame(place, by, "/about-me/choices", title).answer(StatusCode::OK, &inner))
}

fn choice(place: &Place, by: &SignedIn, line: &Line) -> Markup {
    let language = place.language;
    html! {
        @if let Some((press, button)) = line.press {
            form.switch method="post" action=(format!("/centre/{}/about-me/choices", language.tag())) {
                (by.field())
                input type="hidden" name="of" value=(line.purpose);
                div { strong { (line.label) } br; span.quiet { (line.state) } }
                button.second type="submit" name="press" value=(press) {
                    (language.pick(button)) span.unseen { ": " (line.label) }
                }
            }
        }
    }
}

/// Every use that the person's document declares, with how they stand to it.
fn lines(speaker: &Speaker<'_>, about: &About) -> Vec<Line> {
    let Some(document) = speaker.document else {
        return Vec::new();
    };
    let words = &speaker.policy.words.purposes;
    let clauses = document.clauses.iter();
    let uses = clauses.filter_map(|clause| match &clause.body {
        kept_policy::Body::Use(r#use) => Some(r#use),
        _ => None,
    });
    let mut seen = Vec::new();
    let mut lines = Vec::new();
    for r#use in uses {
        let name = words.name(r#use.purpose).to_owned();
        if seen.contains(&name) {
            continue;
        }
        seen.push(name.clone());
        lines.push(line(speaker, about, r#use, name));
    }
    lines
}

fn line(speaker: &Speaker<'_>, about: &About, r#use: &Use, name: String) -> Line {
    let language = speaker.language;
    let rights = [Right::OptOut, Right::Objection];
    let rules = speaker.document.map(|document| &document.rules);
    let may_object = rules.is_some_and(|rules| {
        let granted = rights.iter().filter_map(|right| rules.grant_of(*right));
        let mut granted = granted.map(|(_, grant)| grant.purposes);
        granted.any(|purposes| purposes.contains(r#use.purpose))
    });
    let objects = about.objections.contains(&name);
    let consent = about.consents.iter();
    let mut consent = consent.filter(|(of, it)| *of == name && it.withdrawn_second.is_none());
    let needs = r#use.choice == Choice::OptIn || r#use.basis == kept_terms::Basis::Consent;
    let (state, press) = match (needs, consent.next_back()) {
        (true, Some((_, given))) => {
            let day = kept_policy::day_in(language.tag(), kept_terms::Day(given.given));
            (
                language.pick(AGREED_SINCE).replace("{0}", &day),
                Some(("withdraw", SAY_NO)),
            )
        }
        (true, None) => (
            language.pick(NOT_AGREED).to_owned(),
            Some(("agree", SAY_YES)),
        ),
        (false, _) if objects => (
            language.pick(NOT_ALLOWED).to_owned(),
            Some(("allow", SAY_YES)),
        ),
        (false, _) if may_object => (language.pick(ALLOWED).to_owned(), Some(("object", SAY_NO))),
        (false, _) => (
            kept_policy::basis_in(language.tag(), r#use.basis).to_owned(),
            None,
        ),
    };
    let label = speaker.purpose(&name);
    Line {
        purpose: name,
        label,
        state,
        press,
    }
}
