//! About me: what is held, in plain categories, each thing with why, where it came from, until
//! when, who used it and who received it.
//! It shows a person what is theirs, by one act that is on record; it changes nothing.

use super::layout::{Frame, owner};
use super::place::Place;
use super::saying::Speaker;
use super::signal;
use super::trail::{self, Entry};
use super::words::*;
use crate::api::pairs::Pairs;
use crate::api::{Acted, Api, Problem, mistaken};
use crate::outbox::Language;
use crate::sign_in::session::SignedIn;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kept_policy::{Document, Policy};
use kept_processing::{About, Command, Effect, Export, ReceivedBy, Released, Shown, SignsIn};
use kept_terms::{Day, FieldKind, Right, Timestamp};
use maud::{Markup, html};
use std::borrow::Cow;

phrases! {
    TITLE = ["What we hold about you", "Ce que nous conservons sur vous", "Was wir über Sie speichern", "我们持有的您的信息"];
    INTRO = [
        "This is everything. Each thing says what it is for, where it came from and when it goes.",
        "Voici tout. Chaque élément dit à quoi il sert, d’où il vient et quand il disparaît.",
        "Das ist alles. Bei jedem steht, wozu es dient, woher es kam und wann es geht.",
        "以下为全部内容，每一项都注明用途、来源和删除日期。",
    ];
    NOTHING = ["We hold nothing more about you than that you can sign in.", "Nous ne conservons rien de plus que votre accès.", "Wir speichern nichts weiter über Sie als Ihren Zugang.", "除登录信息外，我们不持有您的其他信息。"];
    MORE = [
        "There is more than fits on a page. The copy to take away holds all of it.",
        "Il y en a plus que n’en montre une page. La copie à emporter contient tout.",
        "Es ist mehr, als auf eine Seite passt. Die Kopie zum Mitnehmen enthält alles.",
        "内容超过一页所能显示，可下载的副本包含全部。",
    ];
    YOU = ["Who you are and how to reach you", "Qui vous êtes et comment vous joindre", "Wer Sie sind und wie man Sie erreicht", "您的身份和联系方式"];
    WORDS_OF = ["What was written or said", "Ce qui a été écrit ou dit", "Was geschrieben oder gesagt wurde", "往来内容"];
    FILES = ["Recordings and documents", "Enregistrements et documents", "Aufnahmen und Dokumente", "录音与文件"];
    VISITS = ["Your visits to our websites", "Vos visites sur nos sites", "Ihre Besuche auf unseren Websites", "您对我们网站的访问"];
    OTHER = ["Everything else", "Tout le reste", "Alles Übrige", "其他"];
    WHY = ["What for", "À quoi cela sert", "Wozu", "用途"];
    FROM = ["Where from", "D’où", "Woher", "来源"];
    UNTIL = ["Until when", "Jusqu’à quand", "Bis wann", "保存至"];
    GOES_ON = ["goes on {0}", "disparaît le {0}", "geht am {0}", "于 {0} 删除"];
    NO_DAY = [
        "no day is set yet: its period has not begun",
        "pas encore de date : le délai n’a pas commencé",
        "noch kein Tag: die Frist hat nicht begonnen",
        "尚无日期：期限尚未开始",
    ];
    USED = ["Last used", "Dernier usage", "Zuletzt benutzt", "最近使用"];
    NEVER = ["not used since it came in", "pas utilisé depuis son arrivée", "seit dem Eingang nicht benutzt", "收到后未被使用"];
    GIVEN_TO = ["Passed on to", "Transmis à", "Weitergegeben an", "已提供给"];
    NOBODY = ["nobody", "personne", "niemanden", "无"];
    CHANGE_IT = ["Change", "Modifier", "Ändern", "更改"];
    DELETE_IT = ["Delete", "Supprimer", "Löschen", "删除"];
    ASK_FOR_IT = ["Ask us to change or delete it", "Nous demander de le modifier ou supprimer", "Um Änderung oder Löschung bitten", "请求更改或删除"];
    CAN_DO = ["What you can do", "Ce que vous pouvez faire", "Was Sie tun können", "您可以"];
    CHOICES_LINK = ["Choose what it is used for", "Choisir à quoi cela sert", "Wählen, wozu es benutzt wird", "选择用途"];
    COPY_LINK = ["Take a copy with you", "Emporter une copie", "Eine Kopie mitnehmen", "获取副本"];
    REQUESTS_LINK = ["Your requests and complaints", "Vos demandes et réclamations", "Ihre Anfragen und Beschwerden", "您的请求与投诉"];
    HISTORY_LINK = ["See everything that was done, with receipts", "Voir tout ce qui a été fait, avec reçus", "Alles sehen, was geschah, mit Belegen", "查看所有操作及收据"];
    SIGN_IN_LINK = ["How you sign in", "Votre façon de vous connecter", "Wie Sie sich anmelden", "登录方式"];
    DELETE_LINK = ["Delete everything", "Tout supprimer", "Alles löschen", "全部删除"];
    RIGHT_TITLE = ["Is this still right?", "Est-ce toujours exact ?", "Stimmt das noch?", "这些仍然正确吗？"];
    RIGHT_BUTTON = ["Yes, all of it", "Oui, tout", "Ja, alles", "是的，全部正确"];
    RIGHT_WHY = [
        "One press is enough, and we do not ask again for a year. Change what is wrong below.",
        "Un clic suffit, et nous ne redemandons pas avant un an. Modifiez ci-dessous ce qui est faux.",
        "Ein Klick genügt, und wir fragen ein Jahr lang nicht wieder. Ändern Sie unten, was falsch ist.",
        "点击一次即可，一年内不再询问。如有错误，请在下方更改。",
    ];
    SIGN_IN_HELD = ["By what you sign in", "Ce qui vous connecte", "Womit Sie sich anmelden", "您的登录凭据"];
    PASSWORD_HELD = [
        "Your password, in a form that nobody can read it from",
        "Votre mot de passe, sous une forme où personne ne peut le lire",
        "Ihr Passwort, in einer Form, aus der es niemand lesen kann",
        "您的密码，以任何人都无法读取的形式保存",
    ];
    PASSKEY_HELD = ["The public half of your passkey", "La moitié publique de votre clé d’accès", "Die öffentliche Hälfte Ihres Passkeys", "您的通行密钥的公钥："];
    PASSKEY_SINCE = ["added on {0}", "ajoutée le {0}", "hinzugefügt am {0}", "添加于 {0}"];
    PASSKEY_USED = ["last used on {0}", "dernier usage le {0}", "zuletzt benutzt am {0}", "最近使用于 {0}"];
    PAUSED_NOW = ["Everything is paused: nothing here is used until you lift it.", "Tout est en pause : rien n’est utilisé tant que vous ne la levez pas.", "Alles ist angehalten: Nichts davon wird benutzt, bis Sie es aufheben.", "已全部暂停：在您解除之前不会使用任何信息。"];
    BYTES = ["{0} kB", "{0} ko", "{0} kB", "{0} 千字节"];
    WHOLE = ["Show all of it", "Tout afficher", "Alles zeigen", "显示全部"];
    DOCUMENT_LINK = ["The policy for you", "La politique qui vous concerne", "Die Richtlinie für Sie", "适用于您的政策"];
}

/// How many things a page shows.
const SHOWN_MAX: usize = 500;
/// How much of a text is shown before it is unfolded, in characters.
const FOLDED_AT: usize = 400;

/// What is held, and what became of it.
pub(super) struct Everything {
    pub about: About,
    pub items: Vec<Released>,
    /// Whether there is more than a page shows.
    pub more: bool,
}

/// Has everything that is held of the person who is signed in, by their right of access.
pub(super) async fn export(api: &Api, by: &SignedIn, right: Right) -> Result<Export, Problem> {
    let command = Command::Export {
        person: by.person,
        right,
    };
    let Acted { effect, .. } = api.act(&by.caller, command, None).await?;
    match effect {
        Effect::Export(export) => Ok(*export),
        other => Err(mistaken(&other)),
    }
}

pub(super) async fn everything(api: &Api, by: &SignedIn) -> Result<Everything, Problem> {
    let mut export = export(api, by, Right::Access).await?;
    let about = export.about();
    let mut items = Vec::new();
    let mut more = false;
    while let Some(page) = export.next_page(&api.door).await? {
        items.extend(page);
        if items.len() > SHOWN_MAX {
            more = true;
            items.truncate(SHOWN_MAX);
            break;
        }
    }
    Ok(Everything { about, items, more })
}

/// Who speaks to a person, by the document that is for them.
pub(super) fn speaker<'p>(
    policy: &'p Policy,
    language: Language,
    document: Option<&str>,
) -> Speaker<'p> {
    let document: Option<&Document> = document.and_then(|name| policy.document_named(name));
    Speaker {
        policy,
        language,
        document,
    }
}

/// A page of somebody who is signed in.
pub(super) fn frame<'a>(place: &Place, by: &SignedIn, here: &'a str, title: &str) -> Frame<'a> {
    Frame {
        language: place.language,
        here: Some(here),
        title: title.to_owned(),
        wrong: false,
        owner: owner(&place.policy, place.document()),
        signed_in: Some(by.form.clone()),
        keeps: None,
    }
}

/// Leads to what is held, in the language that is named or else in the browser's.
pub(super) async fn led(query: Pairs, headers: axum::http::HeaderMap) -> Response {
    let named = query.get("lang").and_then(Language::of_tag);
    let spoken = || Language::spoken(&super::place::spoken(&headers));
    let language = named.unwrap_or_else(spoken);
    Redirect::to(&format!("/centre/{}/about-me", language.tag())).into_response()
}

/// What is held.
pub(super) async fn page(
    State(api): State<Api>,
    place: Place,
    by: SignedIn,
) -> Result<Response, Problem> {
    show(&api, &place, &by, None).await
}

/// The page, with what was just done at its head.
pub(super) async fn show(
    api: &Api,
    place: &Place,
    by: &SignedIn,
    told: Option<&Markup>,
) -> Result<Response, Problem> {
    let language = place.language;
    let trail = trail::read(api, by, None, 200).await?;
    let mut held = everything(api, by).await?;
    let taken = signal::taken(api, place, by, &mut held.about, &trail).await?;
    let speaker = speaker(&place.policy, language, held.about.document.as_deref());
    let tag = language.tag();
    let title = language.pick(TITLE);
    let groups = grouped(&speaker, &held.items);
    let inner = html! {
        @if let Some(told) = told { (told) }
        h1 { (title) }
        (signal::told(place, &held.about, &taken))
        p { (language.pick(INTRO)) }
        @if held.about.restricted { p.notice role="status" { (language.pick(PAUSED_NOW)) } }
        nav.can aria-labelledby="can" {
            h2 id="can" { (language.pick(CAN_DO)) }
            ul {
                @for (path, phrase) in [
                    ("choices", CHOICES_LINK), ("copy", COPY_LINK),
                    ("requests", REQUESTS_LINK), ("history", HISTORY_LINK), ("delete", DELETE_LINK),
                ] {
                    li { a href=(format!("/centre/{tag}/about-me/{path}")) { (language.pick(phrase)) } }
                }
                li { a href=(format!("/me/sign-in?lang={tag}")) { (language.pick(SIGN_IN_LINK)) } }
                @if let Some(document) = &held.about.document {
                    li { a href=(format!("/policy/{document}")) { (language.pick(DOCUMENT_LINK)) } }
                }
            }
        }
        @if held.items.is_empty() { p { (language.pick(NOTHING)) } }
        @else { (still_right(language, by)) }
        @if held.more { p.notice { (language.pick(MORE)) } }
        (signs_in(language, &held.about.signs_in))
        @for (phrase, items) in &groups {
            h2 { (language.pick(*phrase)) }
            @for item in items { (thing(&speaker, by, item, &held.about.received, &trail)) }
        }
    };
    Ok(frame(place, by, "/about-me", title).answer(StatusCode::OK, &inner))
}

/// By what they sign in: held of them, too, and nothing of it is shown but that it is there.
fn signs_in(language: Language, by: &SignsIn) -> Markup {
    let day = |second: i64| {
        let at = Timestamp::from_second(second).ok();
        at.map_or_else(String::new, |at| {
            kept_policy::day_in(language.tag(), Day::of(at))
        })
    };
    let with = |phrase: Phrase, second| language.pick(phrase).replace("{0}", &day(second));
    html! {
        @if by.password || !by.passkeys.is_empty() {
            h2 { (language.pick(SIGN_IN_HELD)) }
            ul {
                @if by.password { li { (language.pick(PASSWORD_HELD)) } }
                @for passkey in &by.passkeys {
                    li {
                        (language.pick(PASSKEY_HELD)) " " strong { (passkey.name) } ", "
                        (with(PASSKEY_SINCE, passkey.added))
                        @if let Some(used) = passkey.used { "; " (with(PASSKEY_USED, used)) }
                    }
                }
            }
        }
    }
}

fn still_right(language: Language, by: &SignedIn) -> Markup {
    html! {
        form.still method="post" action=(format!("/centre/{}/about-me/right", language.tag())) {
            (by.field())
            h2 { (language.pick(RIGHT_TITLE)) }
            p.why { (language.pick(RIGHT_WHY)) }
            button.second type="submit" { (language.pick(RIGHT_BUTTON)) }
        }
    }
}

/// Things by plain category, in order.
fn grouped<'i>(speaker: &Speaker<'_>, items: &'i [Released]) -> Vec<(Phrase, Vec<&'i Released>)> {
    let order = [YOU, WORDS_OF, FILES, VISITS, OTHER];
    let place = |item: &Released| category(speaker, item);
    let of = |phrase: Phrase| items.iter().filter(|item| place(item) == phrase).collect();
    let all = order.into_iter().map(|phrase| (phrase, of(phrase)));
    all.filter(|(_, items): &(_, Vec<_>)| !items.is_empty())
        .collect()
}

fn category(speaker: &Speaker<'_>, item: &Released) -> Phrase {
    let words = &speaker.policy.words.fields;
    let field = words.id(&item.field).and_then(|id| words.get(id));
    let Some(field) = field else {
        return OTHER;
    };
    if channel_of(item) == "weblog" {
        return VISITS;
    }
    match field.kind {
        FieldKind::Recording | FieldKind::Document => FILES,
        FieldKind::Log | FieldKind::IpAddress => VISITS,
        FieldKind::LongText => WORDS_OF,
        FieldKind::PersonName
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Country
        | FieldKind::Text => YOU,
        FieldKind::Number | FieldKind::Flag | FieldKind::Choice | FieldKind::Date => OTHER,
    }
}

/// The channel that a thing came through: the third word of where it came from.
pub(super) fn channel_of(item: &Released) -> &str {
    item.origin.split(' ').nth(2).unwrap_or_default()
}

/// Until when a thing is kept.
pub(super) fn until(language: Language, due: Option<Day>) -> String {
    match due {
        Some(day) => language
            .pick(GOES_ON)
            .replace("{0}", &kept_policy::day_in(language.tag(), day)),
        None => language.pick(NO_DAY).to_owned(),
    }
}

/// A thing with all that is to be said of it.
fn thing(
    speaker: &Speaker<'_>,
    by: &SignedIn,
    item: &Released,
    received: &[ReceivedBy],
    trail: &[(u64, Entry)],
) -> Markup {
    let language = speaker.language;
    let label = speaker.field(&item.field);
    let purposes: Vec<String> = item
        .purposes
        .iter()
        .map(|name| speaker.purpose(name))
        .collect();
    let who = received.iter().filter(|it| it.fields.contains(&item.field));
    let who: Vec<String> = who
        .map(|it| {
            let last = kept_policy::day_in(language.tag(), it.last);
            format!("{} ({last})", speaker.recipient(&it.recipient))
        })
        .collect();
    let used = trail
        .iter()
        .find(|(_, entry)| entry.is_use() && entry.fields.contains(&item.field));
    let used = used.map(|(_, entry)| {
        let purpose = entry.purpose.as_deref().map(|name| speaker.purpose(name));
        let parts = [Some(entry.day(speaker)), purpose, Some(entry.who(speaker))];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    let nobody = || language.pick(NOBODY).to_owned();
    let never = || language.pick(NEVER).to_owned();
    let lines = [
        (WHY, speaker.list(&purposes)),
        (FROM, speaker.channel(channel_of(item))),
        (UNTIL, until(language, item.due)),
        (USED, used.unwrap_or_else(never)),
        (
            GIVEN_TO,
            if who.is_empty() {
                nobody()
            } else {
                speaker.list(&who)
            },
        ),
    ];
    html! {
        section.thing aria-label=(label) {
            h3 { (label) }
            (value(speaker, item))
            dl.lines {
                @for (phrase, text) in lines {
                    div { dt { (language.pick(phrase)) } dd { (text) } }
                }
            }
            (actions(speaker, by, item, &label))
        }
    }
}

/// The text of a value, or the name of a file.
pub(super) fn text(item: &Released) -> &str {
    match &item.value {
        Shown::Clear(text) => text.as_str(),
        Shown::Masked(text) => text.as_str(),
        Shown::File { name, .. } => name.as_str(),
    }
}

/// What is shown of a value: a place by its name.
fn said<'i>(speaker: &Speaker<'_>, item: &'i Released) -> Cow<'i, str> {
    let fields = &speaker.policy.words.fields;
    let field = fields.id(&item.field).and_then(|id| fields.get(id));
    let is_place = field.is_some_and(|field| field.kind == FieldKind::Country);
    let place = is_place.then(|| text(item).parse().ok()).flatten();
    match place {
        Some(place) => kept_policy::place_in(speaker.language.tag(), place),
        None => Cow::Borrowed(text(item)),
    }
}

fn value(speaker: &Speaker<'_>, item: &Released) -> Markup {
    let language = speaker.language;
    let text = said(speaker, item);
    match &item.value {
        Shown::Clear(_) | Shown::Masked(_) if text.chars().count() > FOLDED_AT => {
            let begins: String = text.chars().take(FOLDED_AT / 2).collect();
            html! {
                details.value {
                    summary { (begins) "… " span.quiet { (language.pick(WHOLE)) } }
                    p { (text) }
                }
            }
        }
        Shown::Clear(_) | Shown::Masked(_) => html! { p.value { (text) } },
        Shown::File {
            media_type,
            content,
            ..
        } => {
            let kilobytes = content.length().div_ceil(1000).to_string();
            let size = language.pick(BYTES).replace("{0}", &kilobytes);
            html! { p.value { (text) " " span.quiet { (media_type.as_str()) ", " (size) } } }
        }
    }
}

/// What somebody may do with a value by themselves; where somebody else decides, they ask.
fn actions(speaker: &Speaker<'_>, by: &SignedIn, item: &Released, label: &str) -> Markup {
    let (now, is_text) = (text(item), matches!(item.value, Shown::Clear(_)));
    let (language, tag) = (speaker.language, speaker.language.tag());
    let by_case = |right| {
        let rules = speaker.document.map(|document| &document.rules);
        let grant = rules.and_then(|rules| rules.grant_of(right));
        grant.is_some_and(|(_, grant)| !grant.at_once)
    };
    let (asks_change, asks_erasure) = (by_case(Right::Rectification), by_case(Right::Erasure));
    html! {
        @if asks_change || asks_erasure {
            p.acts { a href=(format!("/centre/{tag}/question")) {
                (language.pick(ASK_FOR_IT)) span.unseen { ": " (label) }
            } }
        }
        form.acts method="post" action=(format!("/centre/{tag}/about-me/change")) {
            (by.field())
            input type="hidden" name="field" value=(item.field);
            input type="hidden" name="number" value=(item.number);
            input type="hidden" name="now" value=(now);
            @if is_text && !asks_change {
                button.plain type="submit" { (language.pick(CHANGE_IT)) span.unseen { ": " (label) } }
            }
            @if !asks_erasure {
                button.plain type="submit" formaction=(format!("/centre/{tag}/about-me/delete-one")) {
                    (language.pick(DELETE_IT)) span.unseen { ": " (label) }
                }
            }
        }
    }
}
