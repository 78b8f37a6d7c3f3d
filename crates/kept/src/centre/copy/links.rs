//! Links to one's copy: made, listed, ended, and opened. A link leads to the copy whoever is signed
//! in as the person it was made for; to anybody else, known or not, it leads nowhere, and says no
//! more than a link that never was.

use super::super::layout::{Frame, owner};
use super::super::place::Place;
use super::super::words::*;
use crate::api::{Api, Problem};
use crate::sign_in::Onward;
use crate::sign_in::session::{SignedForm, SignedIn, origin, sign_in_path};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Command, CopyLink, CopyLinkHeld};
use kept_terms::Timestamp;
use maud::{Markup, html};

phrases! {
    TITLE = ["A link to your copy", "Un lien vers votre copie", "Ein Link zu Ihrer Kopie", "您的副本链接"];
    WHY = [
        "For another device of yours: whoever opens the link has to sign in as you, and to anybody else it says nothing. It is good for seven days, unless you end it before. The copy is made when you open it.",
        "Pour un autre de vos appareils : qui ouvre le lien doit se connecter en tant que vous ; à tout autre, il ne dit rien. Il vaut sept jours, sauf si vous y mettez fin avant. La copie est faite à l’ouverture.",
        "Für ein anderes Ihrer Geräte: Wer den Link öffnet, muss sich als Sie anmelden; allen anderen sagt er nichts. Er gilt sieben Tage, wenn Sie ihn nicht vorher beenden. Die Kopie entsteht beim Öffnen.",
        "供您在其他设备上使用：打开链接者须以您的身份登录，对其他人该链接不透露任何信息。链接有效期七天，您可提前终止。副本在打开时生成。",
    ];
    MAKE = ["Make a link", "Créer un lien", "Link erstellen", "生成链接"];
    MADE = ["Here is the link. It is shown this once.", "Voici le lien. Il n’est montré qu’une fois.", "Hier ist der Link. Er wird nur dieses eine Mal gezeigt.", "链接如下，仅显示这一次。"];
    GOOD_UNTIL = ["A link, good until {0}", "Un lien, valable jusqu’au {0}", "Ein Link, gültig bis {0}", "链接，有效期至 {0}"];
    END = ["End it", "Y mettre fin", "Beenden", "终止"];
    ENDED = ["The link is ended", "Le lien n’est plus valable", "Der Link ist beendet", "链接已终止"];
    NOWHERE = ["This link leads nowhere", "Ce lien ne mène nulle part", "Dieser Link führt nirgendwohin", "此链接无效"];
    NOWHERE_WHY = [
        "It may be past its day or ended, or it is for somebody else. If it is yours, sign in and open it again.",
        "Il est peut-être périmé ou terminé, ou destiné à quelqu’un d’autre. S’il est à vous, connectez-vous et ouvrez-le à nouveau.",
        "Vielleicht ist er abgelaufen oder beendet, oder er ist für jemand anderen. Wenn er Ihnen gehört, melden Sie sich an und öffnen Sie ihn noch einmal.",
        "它可能已过期或终止，或属于他人。如果是您的链接，请登录后再次打开。",
    ];
    SIGN_IN = ["Sign in", "Se connecter", "Anmelden", "登录"];
}

/// Somebody's links, with a way to make one and to end each.
pub(super) fn listed(place: &Place, by: &SignedIn, links: &[CopyLinkHeld]) -> Markup {
    let language = place.language;
    let action = format!("/centre/{}/about-me/copy/link", language.tag());
    html! {
        h2 { (language.pick(TITLE)) }
        p.why { (language.pick(WHY)) }
        @if !links.is_empty() {
            ul {
                @for link in links {
                    @let until = language.pick(GOOD_UNTIL).replace("{0}", &minute(link.until));
                    li {
                        (until)
                        form method="post" action=(action) {
                            (by.field())
                            input type="hidden" name="end" value=(link.id);
                            button.plain type="submit" {
                                (language.pick(END)) span.unseen { ": " (until) }
                            }
                        }
                    }
                }
            }
        }
        form method="post" action=(action) {
            (by.field())
            div.go { button.second type="submit" { (language.pick(MAKE)) } }
        }
    }
}

fn minute(second: i64) -> String {
    let at = Timestamp::from_second(second).ok();
    at.map_or_else(String::new, |at| {
        at.strftime("%Y-%m-%d %H:%M UTC").to_string()
    })
}

/// A link is made or ended.
pub(in crate::centre) async fn press(
    State(api): State<Api>,
    place: Place,
    request: Request,
) -> Result<Response, Response> {
    use axum::extract::FromRequest as _;
    use axum::response::IntoResponse as _;
    let (headers, extensions) = (request.headers().clone(), request.extensions().clone());
    let form = SignedForm::from_request(request, &api).await?;
    let person = form.by.person;
    let end = form.fields.get("end").map(str::to_owned);
    let secret = api.door.draw_secret();
    let change = match &end {
        Some(link) => CopyLink::Revoke {
            person,
            link: link.clone(),
        },
        None => CopyLink::Make {
            person,
            secret: secret.clone(),
        },
    };
    let acted = api.act(&form.by.caller, Command::CopyLink(change), None);
    acted.await.map_err(Problem::into_response)?;
    let origin = origin(&api, &headers, &extensions).unwrap_or_default();
    let language = place.language;
    let link = format!("{origin}/centre/{}/copy/{secret}", language.tag());
    let told = html! {
        div.done role="status" {
            @if end.is_some() { p { strong { (language.pick(ENDED)) } } }
            @else {
                p { strong { (language.pick(MADE)) } }
                p { code.reference { (link) } }
            }
        }
    };
    let page = super::page(&api, &place, &form.by, Some(&told)).await;
    page.map_err(Problem::into_response)
}

/// A link is opened.
pub(in crate::centre) async fn open(
    State(api): State<Api>,
    place: Place,
    Path((_, secret)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let known = SignedIn::known(&api, request.headers(), request.extensions()).await?;
    if let Some(by) = known
        && api.door.is_copy_link(by.person, &secret).await?
    {
        return super::page(&api, &place, &by, None).await;
    }
    let language = place.language;
    let title = language.pick(NOWHERE);
    let sign_in = sign_in_path(language, Onward::of(&format!("copy/{secret}")));
    let inner = html! {
        h1 { (title) }
        p { (language.pick(NOWHERE_WHY)) }
        p { a href=(sign_in) { (language.pick(SIGN_IN)) } }
    };
    let frame = Frame {
        language,
        here: None,
        title: title.to_owned(),
        wrong: false,
        owner: owner(&place.policy, place.document()),
        signed_in: None,
        keeps: None,
    };
    Ok(frame.answer(StatusCode::NOT_FOUND, &inner))
}
