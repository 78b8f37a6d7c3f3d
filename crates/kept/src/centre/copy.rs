//! The copy to take away: one archive with everything that is held, as JSON, as CSV, as a page that
//! people read, with recordings and documents.
//! It is streamed: memory stays flat however much there is. It stops at once if the person is
//! erased.

mod archive;
mod forms;
mod links;

pub(super) use links::{open, press};

use super::about_me::{export, frame};
use super::place::Place;
use super::words::*;
use crate::api::{Api, Problem};
use crate::sign_in::session::{SignedForm, SignedIn};
use archive::Archive;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kept_terms::Right;
use maud::{Markup, html};
use tokio::sync::mpsc::channel;
use tokio_stream::wrappers::ReceiverStream;

phrases! {
    TITLE = ["Take a copy with you", "Emporter une copie", "Eine Kopie mitnehmen", "获取副本"];
    INTRO = [
        "One file (zip) with everything that we hold about you. There is no waiting: it is made while it comes to you, and only while you are signed in.",
        "Un seul fichier (zip) avec tout ce que nous conservons sur vous. Pas d’attente : il est créé pendant l’envoi, et seulement tant que vous êtes connecté.",
        "Eine Datei (zip) mit allem, was wir über Sie speichern. Es gibt keine Wartezeit: Sie entsteht, während sie zu Ihnen kommt, und nur, solange Sie angemeldet sind.",
        "一个包含我们持有的您全部信息的 zip 文件。无需等待：文件在传输时生成，且仅在您登录期间可用。",
    ];
    INSIDE = ["What is inside", "Ce qu’il contient", "Was darin ist", "包含内容"];
    PAGE = ["a page that you can read in any browser", "une page lisible dans tout navigateur", "eine Seite, die jeder Browser zeigt", "可在任何浏览器中阅读的页面"];
    TABLE = ["a table for spreadsheets (CSV)", "un tableau pour tableur (CSV)", "eine Tabelle für Tabellenprogramme (CSV)", "电子表格 (CSV)"];
    DATA = ["the same for another program (JSON)", "la même chose pour un autre programme (JSON)", "dasselbe für ein anderes Programm (JSON)", "供其他程序使用的数据 (JSON)"];
    FILES = ["every recording and document, as it was stored", "chaque enregistrement et document, tel quel", "jede Aufnahme und jedes Dokument, wie gespeichert", "所有录音和文件原件"];
    DOWNLOAD = ["Download the copy", "Télécharger la copie", "Kopie herunterladen", "下载副本"];
    YOURS = [
        "From then on the file is in your hands: keep it where nobody else reads it.",
        "Ensuite, le fichier est entre vos mains : gardez-le à l’abri des regards.",
        "Danach liegt die Datei in Ihrer Hand: Bewahren Sie sie dort auf, wo sie sonst niemand liest.",
        "此后文件由您保管，请存放在他人无法读取之处。",
    ];
}

#[cfg(test)]
pub(super) use links::ALL as LINKS;

/// How many pieces of the archive may wait for the reader.
const WAITING_MAX: usize = 4;

/// The page that offers it.
pub(super) async fn ask(
    State(api): State<Api>,
    place: Place,
    by: SignedIn,
) -> Result<Response, Problem> {
    page(&api, &place, &by, None).await
}

/// The page, with what was just done at its head.
async fn page(
    api: &Api,
    place: &Place,
    by: &SignedIn,
    told: Option<&Markup>,
) -> Result<Response, Problem> {
    let held = api.door.copy_links(by.person).await?;
    let language = place.language;
    let title = language.pick(TITLE);
    let inner = html! {
        @if let Some(told) = told { (told) }
        h1 { (title) }
        p { (language.pick(INTRO)) }
        h2 { (language.pick(INSIDE)) }
        ul { @for phrase in [PAGE, TABLE, DATA, FILES] { li { (language.pick(phrase)) } } }
        p.why { (language.pick(YOURS)) }
        form method="post" action=(format!("/centre/{}/about-me/copy", language.tag())) {
            (by.field())
            div.go { button type="submit" { (language.pick(DOWNLOAD)) } }
        }
        (links::listed(place, by, &held))
    };
    Ok(frame(place, by, "/about-me/copy", title).answer(StatusCode::OK, &inner))
}

/// The archive.
pub(super) async fn download(
    State(api): State<Api>,
    place: Place,
    form: SignedForm,
) -> Result<Response, Problem> {
    let export = export(&api, &form.by, Right::Portability).await?;
    let (pieces, stream) = channel(WAITING_MAX);
    let archive = Archive {
        door: api.door.clone(),
        policy: place.policy.clone(),
        language: place.language,
        made: api.door.now(),
    };
    // It runs beside the server's own work: what it reads, it waits for.
    tokio::task::spawn_blocking(move || archive.write(export, pieces));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/zip"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"about-me.zip\""),
        ),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(stream))).into_response())
}
