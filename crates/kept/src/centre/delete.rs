//! Everything about a person is deleted at their wish: one page that says what follows, one press.
//! It is done when the page answers; the receipt is shown then and nowhere else.

use super::about_me::frame;
use super::change::not_done;
use super::layout::{Frame, done, owner};
use super::place::Place;
use super::saying::Speaker;
use super::words::*;
use crate::api::{Api, Kind, Problem, mistaken};
use crate::sign_in::Onward;
use crate::sign_in::session::{SignedForm, SignedIn, sign_in_path};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use kept_processing::case::Left;
use kept_processing::{Command, Effect};
use maud::{Markup, html};

phrases! {
    TITLE = ["Delete everything about you?", "Tout supprimer à votre sujet ?", "Alles über Sie löschen?", "删除您的全部信息？"];
    WHY = [
        "Your key is destroyed first, and with it everything at once, in every copy of it. Nobody can bring it back, and neither can we.",
        "Votre clé est détruite d’abord, et avec elle tout, aussitôt et dans chaque copie. Personne ne peut le récupérer, nous non plus.",
        "Zuerst wird Ihr Schlüssel vernichtet und mit ihm sofort alles, in jeder Kopie. Niemand kann es zurückholen, auch wir nicht.",
        "首先销毁您的密钥，所有内容及其副本随即不可读取。任何人（包括我们）都无法恢复。",
    ];
    FIRST = ["Before you do", "Avant cela", "Vorher", "删除之前"];
    FIRST_COPY = ["Take a copy with you, if you want one.", "Emportez une copie si vous le souhaitez.", "Nehmen Sie eine Kopie mit, wenn Sie möchten.", "如有需要，请先获取副本。"];
    FIRST_TOLD = ["Whoever received something about you is told to delete it too.", "Ceux qui ont reçu quelque chose sur vous sont priés de le supprimer aussi.", "Wer etwas über Sie bekam, wird angewiesen, es ebenfalls zu löschen.", "已收到您信息的各方也会被通知删除。"];
    FIRST_OPEN = ["A request of yours that is still open ends with it.", "Une demande encore ouverte prend fin avec cela.", "Eine noch offene Anfrage endet damit.", "您尚未办结的请求将随之终止。"];
    FIRST_STAYS = ["By law we have to keep, until its time is over:", "La loi nous oblige à garder jusqu’à son terme :", "Bis zum Ende seiner Frist müssen wir nach dem Gesetz aufbewahren:", "依法须保存至期满："];
    YES_ALL = ["Yes, delete everything", "Oui, tout supprimer", "Ja, alles löschen", "是的，全部删除"];
    KEEP = ["No, keep it", "Non, garder", "Nein, behalten", "不，保留"];
    DELETED = ["Everything about you is deleted", "Tout ce qui vous concerne est supprimé", "Alles über Sie ist gelöscht", "您的全部信息已删除"];
    DELETED_REST = ["Everything about you is deleted but what the law has us keep", "Tout est supprimé, sauf ce que la loi nous fait garder", "Alles über Sie ist gelöscht, bis auf das, was wir behalten müssen", "除依法须保留的部分外，您的信息已全部删除"];
    KEPT_WHY = [
        "A legal claim needs this, so it is kept until the claim is over (GDPR Art. 17(3)(e), where that law is yours). Nobody uses it for anything else, it can be found by no address of yours, and it goes by itself then. If you think this is wrong, you may complain to us, to a data protection authority or to a court.",
        "Un litige l’exige ; cela reste donc jusqu’à sa fin (RGPD, art. 17, § 3, e, si cette loi est la vôtre). Personne ne s’en sert pour autre chose, aucune de vos adresses n’y mène plus, et cela disparaît ensuite de soi-même. Si vous n’êtes pas d’accord, vous pouvez réclamer auprès de nous, d’une autorité de protection des données ou d’un juge.",
        "Ein Rechtsstreit braucht dies, also bleibt es bis zu dessen Ende (DSGVO Art. 17 Abs. 3 lit. e, wo sie für Sie gilt). Niemand nutzt es für anderes, keine Ihrer Adressen führt mehr dorthin, und danach geht es von selbst. Halten Sie das für falsch, können Sie sich bei uns, bei einer Aufsichtsbehörde oder vor Gericht beschweren.",
        "因法律争议需要，以下内容保留至争议结束（适用GDPR时见第17条第3款e项）。任何人不得将其用于其他目的，您的任何联系方式都不再能查到它，届时将自动删除。如有异议，您可以向我们、数据保护机构或法院提出投诉。",
    ];
    KEPT_BY_LAW = [
        "A law obliges us to keep this for its time (GDPR Art. 17(3)(b), where that law is yours). It stands apart under a number of its own, it can be found by no address of yours, and it goes by itself when the time is over. If you think this is wrong, you may complain to us, to a data protection authority or to a court.",
        "Une loi nous oblige à garder ceci un certain temps (RGPD, art. 17, § 3, b, si cette loi est la vôtre). Cela est rangé à part sous un numéro propre, aucune de vos adresses n’y mène plus, et cela disparaît de soi-même à son terme. Si vous n’êtes pas d’accord, vous pouvez réclamer auprès de nous, d’une autorité de protection des données ou d’un juge.",
        "Ein Gesetz verpflichtet uns, dies für seine Frist aufzubewahren (DSGVO Art. 17 Abs. 3 lit. b, wo sie für Sie gilt). Es steht für sich unter einer eigenen Nummer, keine Ihrer Adressen führt mehr dorthin, und am Ende der Frist geht es von selbst. Halten Sie das für falsch, können Sie sich bei uns, bei einer Aufsichtsbehörde oder vor Gericht beschweren.",
        "法律要求我们将以下内容保存至期满（适用GDPR时见第17条第3款b项）。它以单独的编号另行存放，您的任何联系方式都不再能查到它，期满后将自动删除。如有异议，您可以向我们、数据保护机构或法院提出投诉。",
    ];
    KEEP_RECEIPT = [
        "Copy this receipt and keep it. It proves that it was done, and it is the only thing left; it does not say who you are.",
        "Copiez ce reçu et gardez-le. Il prouve que c’est fait, et il est tout ce qui reste ; il ne dit pas qui vous êtes.",
        "Kopieren Sie diesen Beleg und bewahren Sie ihn auf. Er beweist es, und er ist das Einzige, was bleibt; er sagt nicht, wer Sie sind.",
        "请复制并保存此收据。它证明删除已完成，也是唯一保留的内容，其中不含您的身份。",
    ];
    AGAIN = ["Please sign in once more", "Veuillez vous reconnecter", "Bitte melden Sie sich noch einmal an", "请重新登录"];
    AGAIN_WHY = [
        "What cannot be undone is done for somebody who has just shown who they are. Nothing was deleted.",
        "Ce qui est irréversible demande de s’être identifié à l’instant. Rien n’a été supprimé.",
        "Was sich nicht rückgängig machen lässt, geschieht nur, wenn Sie sich eben ausgewiesen haben. Nichts wurde gelöscht.",
        "不可撤销的操作需要刚刚验证过身份。尚未删除任何内容。",
    ];
    AGAIN_LINK = ["Sign in", "Se connecter", "Anmelden", "登录"];
    RECEIPT_TITLE = ["Your receipt", "Votre reçu", "Ihr Beleg", "您的收据"];
}

/// The page that says what follows.
pub(super) async fn ask(place: Place, by: SignedIn) -> Response {
    let language = place.language;
    let tag = language.tag();
    let title = language.pick(TITLE);
    let inner = html! {
        h1 { (title) }
        p { (language.pick(WHY)) }
        h2 { (language.pick(FIRST)) }
        ul {
            li { a href=(format!("/centre/{tag}/about-me/copy")) { (language.pick(FIRST_COPY)) } }
            li { (language.pick(FIRST_TOLD)) }
            li { (language.pick(FIRST_OPEN)) }
            @for (law, fields) in by_law(&place) {
                li { (language.pick(FIRST_STAYS)) " " (fields) " (" (law) ")" }
            }
        }
        form method="post" action=(format!("/centre/{tag}/about-me/delete")) {
            (by.field())
            div.go {
                button.grave type="submit" name="sure" value="yes" { (language.pick(YES_ALL)) }
                a href=(format!("/centre/{tag}/about-me")) { (language.pick(KEEP)) }
            }
        }
    };
    frame(&place, &by, "/about-me/delete", title).answer(StatusCode::OK, &inner)
}

/// What had to stay, and why.
fn left(place: &Place, kept: Vec<Left>) -> Markup {
    let speaker = Speaker {
        policy: &place.policy,
        language: place.language,
        document: place.document(),
    };
    let by_law = |left: &Left| left.ground.name() == "legal-obligation";
    let (owed, held): (Vec<Left>, Vec<Left>) = kept.into_iter().partition(by_law);
    html! {
        @for (left, why) in [(owed, KEPT_BY_LAW), (held, KEPT_WHY)] {
            @if !left.is_empty() {
                ul { @for left in &left { li { (speaker.field(&left.what)) } } }
                p { (place.language.pick(why)) }
            }
        }
    }
}

/// The laws by which something stays, each with what.
fn by_law(place: &Place) -> Vec<(&str, String)> {
    let document = place.document();
    let speaker = Speaker {
        policy: &place.policy,
        language: place.language,
        document,
    };
    let fields = &place.policy.words.fields;
    let all = document.into_iter().flat_map(|it| it.rules.obliged());
    all.filter_map(|keep| {
        let data = keep.data.iter();
        let data = data.map(|field| speaker.field(fields.name(field)));
        let data = data.collect::<Vec<_>>().join(", ");
        Some((keep.obliged_by.as_deref()?, data))
    })
    .collect()
}

/// What is asked first of somebody who signed in a while ago.
fn again(place: &Place, by: &SignedIn) -> Response {
    let language = place.language;
    let title = language.pick(AGAIN);
    let inner = html! {
        h1 { (title) }
        p { (language.pick(AGAIN_WHY)) }
        p { a href=(sign_in_path(language, Onward::of("about-me/delete"))) { (language.pick(AGAIN_LINK)) } }
    };
    frame(place, by, "/about-me/delete", title).answer(StatusCode::FORBIDDEN, &inner)
}

/// Deletes it.
pub(super) async fn erase(
    State(api): State<Api>,
    place: Place,
    form: SignedForm,
) -> Result<Response, Problem> {
    if form.fields.get("sure") != Some("yes") {
        return Ok(ask(place, form.by).await);
    }
    if !form.by.is_recent(api.door.now()) {
        return Ok(again(&place, &form.by));
    }
    let command = Command::Erase {
        person: form.by.person,
    };
    let acted = match api.act(&form.by.caller, command, None).await {
        Ok(acted) => acted,
        Err(problem) if problem.kind() == Kind::Refused => {
            return Ok(not_done(&place, &form.by, &problem));
        }
        Err(problem) => return Err(problem),
    };
    let receipt = match acted.entry {
        Some(entry) => Some(api.door.receipt(entry).await?.to_string()),
        None => None,
    };
    let language = place.language;
    let kept = match acted.effect {
        Effect::Kept(kept) => kept.left,
        Effect::Done => Vec::new(),
        other => return Err(mistaken(&other)),
    };
    let title = language.pick(if kept.is_empty() {
        DELETED
    } else {
        DELETED_REST
    });
    let inner = html! {
        (done(language, title, None))
        (left(&place, kept))
        @if let Some(receipt) = receipt {
            h2 id="receipt" { (language.pick(RECEIPT_TITLE)) }
            p { (language.pick(KEEP_RECEIPT)) }
            pre tabindex="0" role="region" aria-labelledby="receipt" { (receipt) }
        }
        p { a href=(format!("/centre/{}", language.tag())) { (language.pick(TO_START)) } }
    };
    let frame = Frame {
        language,
        here: Some(""),
        title: title.to_owned(),
        wrong: false,
        owner: owner(&place.policy, place.document()),
        signed_in: None,
        keeps: None,
    };
    let mut response = frame.answer(StatusCode::OK, &inner);
    let gone = HeaderValue::from_static("\"cookies\", \"cache\", \"storage\"");
    response.headers_mut().insert("clear-site-data", gone);
    Ok(response)
}
