//! What somebody asked of us: each case with its state, the days left, how it ended and why; asking
//! more, taking a complaint further, taking back.
//! It shows a person their own cases; the door sees to that.

use super::about_me::{frame, speaker};
use super::ask::proof;
use super::change::refusal;
use super::place::Place;
use super::saying::Speaker;
use super::words::*;
use crate::api::{Api, Kind as Trouble, Problem};
use crate::outbox::Language;
use crate::sign_in::session::{SignedForm, SignedIn};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::case::{self, Case, Kind, State as Stands};
use kept_processing::{Casing, Closing, Command, Effect, Listed, Opening, Showing};
use kept_terms::Day;
use maud::{Markup, html};

phrases! {
    TITLE = ["Your requests", "Vos demandes", "Ihre Anfragen", "您的请求"];
    INTRO = [
        "Everything that you asked of us, newest first: how it stands, and by when you hear from us.",
        "Tout ce que vous nous avez demandé, le plus récent d’abord : où cela en est, et quand vous aurez une réponse.",
        "Alles, worum Sie uns gebeten haben, das Neueste zuerst: wie es steht und bis wann Sie von uns hören.",
        "您向我们提出的全部请求，按时间倒序：当前进展以及答复期限。",
    ];
    NONE = ["You have asked nothing of us yet.", "Vous ne nous avez encore rien demandé.", "Sie haben uns noch um nichts gebeten.", "您尚未提出任何请求。"];
    NEW = ["Ask for something", "Faire une demande", "Um etwas bitten", "提出请求"];
    NEW_WHY = [
        "What you can do yourself, you need not ask for: change, delete, say no and take a copy are done at once.",
        "Ce que vous pouvez faire vous-même ne se demande pas : modifier, supprimer, refuser ou emporter une copie se fait aussitôt.",
        "Worum Sie nicht bitten müssen, weil Sie es selbst können: Ändern, Löschen, Nein sagen und eine Kopie geschehen sofort.",
        "您可自行完成的事项无需请求：更改、删除、拒绝和获取副本均即时完成。",
    ];
    OPEN_QUESTION = ["Ask a question", "Poser une question", "Eine Frage stellen", "提问"];
    OPEN_COMPLAINT = ["Complain", "Faire une réclamation", "Sich beschweren", "投诉"];
    ACCESS = ["To see what is held", "Voir ce qui est conservé", "Sehen, was gespeichert ist", "查看信息"];
    RECTIFICATION = ["To put something right", "Faire corriger", "Etwas berichtigen", "更正信息"];
    ERASURE = ["To be deleted", "Être supprimé", "Gelöscht werden", "删除信息"];
    OBJECTION = ["An objection", "Une opposition", "Ein Widerspruch", "反对"];
    RESTRICTION = ["A pause", "Une mise en pause", "Eine Pause", "暂停处理"];
    PORTABILITY = ["A copy to take along", "Une copie à emporter", "Eine Kopie zum Mitnehmen", "数据副本"];
    OPT_OUT = ["A no to a use", "Le refus d’un usage", "Ein Nein zu einer Nutzung", "拒绝用途"];
    WITHDRAWAL = ["An agreement taken back", "Un accord retiré", "Eine zurückgenommene Zustimmung", "撤回同意"];
    QUESTION = ["A question", "Une question", "Eine Frage", "提问"];
    COMPLAINT = ["A complaint", "Une réclamation", "Eine Beschwerde", "投诉"];
    UNDER_AGE = ["A report about a child", "Un signalement concernant un enfant", "Eine Meldung über ein Kind", "儿童信息报告"];
    AFFAIR = ["A matter that concerns you", "Une affaire qui vous concerne", "Eine Sache, die Sie betrifft", "与您有关的事项"];
    STATE = ["How it stands", "Où cela en est", "Wie es steht", "状态"];
    WE_WORK = ["We are working on it", "Nous nous en occupons", "Wir arbeiten daran", "处理中"];
    WE_WAIT = ["We wait for your answer", "Nous attendons votre réponse", "Wir warten auf Ihre Antwort", "等待您的回复"];
    WE_ASK_WHO = ["We wait to know that it is you", "Nous attendons de savoir que c’est vous", "Wir warten auf den Nachweis, dass Sie es sind", "等待身份确认"];
    ENDED = ["Ended on {0}", "Terminée le {0}", "Beendet am {0}", "已于 {0} 办结"];
    OPENED = ["Asked on", "Demandé le", "Gefragt am", "提出日期"];
    ANSWER_BY = ["You hear from us by", "Réponse au plus tard le", "Sie hören von uns bis", "答复期限"];
    STAGE = ["With whom it is", "Qui s’en occupe", "Wer es hat", "处理方"];
    STAGE_OF = ["{0} (stage {1} of {2})", "{0} (étape {1} sur {2})", "{0} (Stufe {1} von {2})", "{0}（第 {1} 阶段，共 {2} 个）"];
    DAYS_LEFT = ["{0} ({1} days left)", "{0} (encore {1} jours)", "{0} (noch {1} Tage)", "{0}（还剩 {1} 天）"];
    LATE = ["{0}: this is late, and that is our fault", "{0} : nous sommes en retard, et c’est notre faute", "{0}: das ist verspätet, und das liegt an uns", "{0}：已逾期，是我们的责任"];
    OUTCOME = ["How it ended", "Le résultat", "Wie es ausging", "结果"];
    DONE_SO = ["Done", "Fait", "Erledigt", "已完成"];
    REJECTED = ["Turned down", "Refusé", "Abgelehnt", "未予支持"];
    SETTLED = ["Settled or answered", "Réglé ou répondu", "Geklärt oder beantwortet", "已解决或答复"];
    TAKEN_BACK = ["Taken back by you", "Retiré par vous", "Von Ihnen zurückgenommen", "由您撤回"];
    BECAUSE = ["Because", "Parce que", "Weil", "理由"];
    NOT_CONTENT = [
        "If you think that this is wrong, complain, or turn to an authority that the policy names.",
        "Si vous pensez que c’est une erreur, faites une réclamation ou saisissez une autorité nommée dans la politique.",
        "Wenn Sie das für falsch halten, beschweren Sie sich, oder wenden Sie sich an eine Behörde, die die Richtlinie nennt.",
        "如您认为不当，可投诉，或向政策中列明的机构申诉。",
    ];
    STILL_HELD = ["Kept, and why", "Conservé, et pourquoi", "Behalten, und warum", "保留的内容及原因"];
    TAKE_BACK = ["Take it back", "Retirer", "Zurücknehmen", "撤回"];
    TAKE_FURTHER = ["Take it further", "Aller plus loin", "Weiter gehen", "升级处理"];
    UPDATED = ["It is noted.", "C’est noté.", "Es ist vermerkt.", "已记录。"];
    TAKEN_UP = ["It is taken up. Your reference is {0}.", "C’est enregistré. Votre référence est {0}.", "Es ist aufgenommen. Ihre Referenz ist {0}.", "已受理，编号为 {0}。"];
}

/// The page.
pub(super) async fn page(
    State(api): State<Api>,
    place: Place,
    by: SignedIn,
) -> Result<Response, Problem> {
    show(&api, &place, &by, None).await
}

/// One press: something new, one taken further, one taken back.
pub(super) async fn press(
    State(api): State<Api>,
    place: Place,
    form: SignedForm,
) -> Result<Response, Problem> {
    let language = place.language;
    let person = form.by.person;
    let reference = || {
        let text = form.fields.get("reference").unwrap_or_default();
        let odd = |_| Problem::invalid("reference", "is none");
        text.parse::<case::Reference>().map_err(odd)
    };
    let casing = match form.fields.get("press") {
        Some("question") => Casing::Open(Box::new(Opening::of(Kind::Question, person))),
        Some("complaint") => Casing::Open(Box::new(Opening::of(Kind::Complaint, person))),
        Some("further") => Casing::Escalate {
            reference: reference()?,
        },
        Some("back") => Casing::End {
            reference: reference()?,
            end: Closing::With {
                outcome: "withdrawn".to_owned(),
                ground: None,
                left: Vec::new(),
                answer: None,
            },
        },
        _ => {
            return Err(Problem::invalid(
                "press",
                "is none of the buttons of the page",
            ));
        }
    };
    let command = Command::own_case(person, casing);
    let told = match api.act(&form.by.caller, command, None).await {
        Ok(acted) => {
            let text = match &acted.effect {
                Effect::Named(name) => language.pick(TAKEN_UP).replace("{0}", name),
                _ => language.pick(UPDATED).to_owned(),
            };
            html! {
                div.done role="status" { p { strong { (text) } } }
                details.receipt {
                    summary { (language.pick(PROOF)) }
                    (proof(language, acted.entry))
                }
            }
        }
        Err(problem) if matches!(problem.kind(), Trouble::Conflict | Trouble::NotFound) => {
            html! { p.notice role="alert" { (language.pick(super::ask::NOT_TAKEN_TITLE)) } }
        }
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
    let Listed::Cases(cases) = api.look(&by.caller, Showing::CasesOf(by.person)).await? else {
        return Err(Problem::internal("the door listed something else"));
    };
    let title = language.pick(TITLE);
    let today = Day::of(api.door.now());
    let inner = html! {
        @if let Some(told) = told { (told) }
        h1 { (title) }
        p { (language.pick(INTRO)) }
        @if cases.is_empty() { p { (language.pick(NONE)) } }
        @for case in &cases { (one(place, by, case, today)) }
        h2 { (language.pick(NEW)) }
        p.why { (language.pick(NEW_WHY)) }
        p { a href=(format!("/centre/{}/question", language.tag())) { (language.pick(OPEN_QUESTION)) } }
        p { a href=(format!("/centre/{}/complaint", language.tag())) { (language.pick(OPEN_COMPLAINT)) } }
    };
    Ok(frame(place, by, "/about-me/requests", title).answer(StatusCode::OK, &inner))
}

/// What a kind of case is called.
fn kind(kind: Kind) -> Phrase {
    match kind {
        Kind::Access => ACCESS,
        Kind::Rectification => RECTIFICATION,
        Kind::Erasure => ERASURE,
        Kind::Objection => OBJECTION,
        Kind::Restriction => RESTRICTION,
        Kind::Portability => PORTABILITY,
        Kind::OptOut => OPT_OUT,
        Kind::Withdrawal => WITHDRAWAL,
        Kind::Question => QUESTION,
        Kind::Complaint => COMPLAINT,
        Kind::UnderAge => UNDER_AGE,
        Kind::Enquiry | Kind::Compelled | Kind::Breach | Kind::Violation | Kind::Forwarded => {
            AFFAIR
        }
    }
}

fn outcome(word: &str) -> Phrase {
    match word {
        "done" => DONE_SO,
        "withdrawn" => TAKEN_BACK,
        "rejected" | "refused" | "declined" | "no-match" => REJECTED,
        _ => SETTLED,
    }
}

fn state(language: Language, case: &Case) -> String {
    match &case.state {
        Stands::Open => language.pick(WE_WORK).to_owned(),
        Stands::Waiting { .. } => language.pick(WE_WAIT).to_owned(),
        Stands::IdentityWanted { .. } => language.pick(WE_ASK_WHO).to_owned(),
        Stands::Ended(ending) => language
            .pick(ENDED)
            .replace("{0}", &date(language, ending.on)),
    }
}

fn date(language: Language, day: case::Date) -> String {
    kept_policy::day_in(language.tag(), day.0)
}

/// Which team has a complaint, and at which of its stages it is.
fn stage(place: &Place, case: &Case) -> Option<String> {
    if case.kind != Kind::Complaint || case.is_ended() {
        return None;
    }
    let document = place.policy.document_named(&case.document)?;
    let teams = super::asking::teams(place, document);
    let team = teams.get(usize::from(case.stage))?;
    let text = place.language.pick(STAGE_OF).replace("{0}", team);
    let at = usize::from(case.stage) + 1;
    let text = text.replace("{1}", &at.to_string());
    Some(text.replace("{2}", &teams.len().to_string()))
}

/// By when there is an answer, and how many days that leaves.
fn due(language: Language, case: &Case, today: Day) -> Option<String> {
    let due = case.due.filter(|_| case.ending().is_none())?;
    let day = date(language, due);
    Some(match case.days_left(today) {
        Some(left) if left < 0 => language.pick(LATE).replace("{0}", &day),
        Some(left) => language
            .pick(DAYS_LEFT)
            .replace("{0}", &day)
            .replace("{1}", &left.to_string()),
        None => day,
    })
}

fn one(place: &Place, by: &SignedIn, case: &Case, today: Day) -> Markup {
    let language = place.language;
    let speaker: Speaker<'_> = speaker(&place.policy, language, Some(&case.document));
    let title = language.pick(kind(case.kind));
    let about = case.purpose().map(|purpose| speaker.purpose(purpose));
    let mut lines = vec![
        (STATE, state(language, case)),
        (OPENED, date(language, case.opened.on)),
    ];
    lines.extend(stage(place, case).map(|text| (STAGE, text)));
    lines.extend(due(language, case, today).map(|text| (ANSWER_BY, text)));
    if let Some(ending) = case.ending() {
        lines.push((OUTCOME, language.pick(outcome(&ending.outcome)).to_owned()));
        let ground = ending.ground.as_ref();
        lines.extend(ground.map(|it| (BECAUSE, it.label(language.tag()).to_owned())));
        let left = ending.left.iter();
        let left: Vec<String> = left
            .map(|it| {
                format!(
                    "{}: {}",
                    speaker.field(&it.what),
                    it.ground.label(language.tag())
                )
            })
            .collect();
        if !left.is_empty() {
            lines.push((STILL_HELD, speaker.list(&left)));
        }
    }
    let refused = case.ending().is_some_and(|ending| ending.ground.is_some());
    let may_go_on = case.kind == Kind::Complaint;
    html! {
        section.thing aria-label=(title) {
            h2 { (title) @if let Some(about) = about { ": " (about) } " " code { (case.reference) } }
            dl.lines {
                @for (phrase, text) in lines {
                    div { dt { (language.pick(phrase)) } dd { (text) } }
                }
            }
            @if refused {
                p { (language.pick(NOT_CONTENT)) " "
                    a href=(format!("/centre/{}/complaint", language.tag())) { (language.pick(COMPLAIN)) } }
            }
            @if case.ending().is_none() {
                form.acts method="post" action=(format!("/centre/{}/about-me/requests", language.tag())) {
                    (by.field())
                    input type="hidden" name="reference" value=(case.reference);
                    @if may_go_on {
                        button.plain type="submit" name="press" value="further" {
                            (language.pick(TAKE_FURTHER)) span.unseen { ": " (case.reference) } }
                    }
                    button.plain type="submit" name="press" value="back" {
                        (language.pick(TAKE_BACK)) span.unseen { ": " (case.reference) } }
                }
            }
        }
    }
}
