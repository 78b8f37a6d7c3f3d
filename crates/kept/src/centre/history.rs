//! Everything that was done with what is held of a person, newest first, each with its rules and
//! its receipt.
//! Looking at it is on record as well.

use super::about_me::{frame, speaker};
use super::place::Place;
use super::trail;
use super::words::*;
use crate::api::pairs::Pairs;
use crate::api::{Api, Problem};
use crate::sign_in::session::SignedIn;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;

phrases! {
    TITLE = ["Everything that was done", "Tout ce qui a été fait", "Alles, was geschah", "所有操作"];
    INTRO = [
        "Newest first. Each line stands in a ledger that nobody can change afterwards; its receipt proves it.",
        "Le plus récent d’abord. Chaque ligne figure dans un registre que personne ne peut modifier après coup ; son reçu le prouve.",
        "Das Neueste zuerst. Jede Zeile steht in einem Verzeichnis, das nachträglich niemand ändern kann; ihr Beleg beweist es.",
        "按时间倒序排列。每一行都记录在事后无法更改的账本中，并有收据为证。",
    ];
    EMPTY = ["Nothing yet.", "Rien encore.", "Noch nichts.", "暂无记录。"];
    WHEN = ["When", "Quand", "Wann", "时间"];
    WHAT = ["What", "Quoi", "Was", "操作"];
    WHO = ["By whom", "Par qui", "Von wem", "操作者"];
    RULE = ["Rule", "Règle", "Regel", "规则"];
    RECEIPT_SHORT = ["Receipt", "Reçu", "Beleg", "收据"];
    OLDER = ["Older", "Plus ancien", "Älteres", "更早"];
}

const PAGE: usize = 50;

/// The page.
pub(super) async fn page(
    State(api): State<Api>,
    place: Place,
    by: SignedIn,
    query: Pairs,
) -> Result<Response, Problem> {
    let query = query.only(&["below"])?;
    let below = query.get("below").and_then(|below| below.parse().ok());
    let entries = trail::read(&api, &by, below, PAGE).await?;
    let language = place.language;
    let title = language.pick(TITLE);
    let document = place.document().map(|document| document.name.to_string());
    let speaker = speaker(&place.policy, language, document.as_deref());
    let full = entries.len() == PAGE;
    let last = entries
        .last()
        .map(|(index, _)| *index)
        .filter(|index| full && *index > 0);
    let inner = html! {
        h1 { (title) }
        p { (language.pick(INTRO)) }
        @if entries.is_empty() { p { (language.pick(EMPTY)) } }
        @else {
            div.scroll.wide tabindex="0" role="region" aria-label=(title) {
                table.history {
                    thead { tr {
                        @for head in [WHEN, WHAT, WHO, RULE, RECEIPT_SHORT] {
                            th scope="col" { (language.pick(head)) }
                        }
                    } }
                    tbody {
                        @for (index, entry) in &entries {
                            tr {
                                th scope="row" {
                                    (entry.day(&speaker)) br; span.quiet { (entry.hour()) }
                                }
                                td {
                                    @if !entry.is_done() {
                                        strong { (language.pick(trail::REFUSED)) ": " }
                                    }
                                    strong { (entry.what(&speaker)) }
                                    @let about = entry.about(&speaker);
                                    @if !about.is_empty() { br; (about) }
                                }
                                td { (entry.who(&speaker)) }
                                td { @for clause in &entry.clauses {
                                    @if let Some((document, name)) = clause.split_once('#') {
                                        a href=(format!("/policy/{document}#{name}")) { code { (name) } } " "
                                    }
                                } }
                                td { a download=(format!("{index}.tlog-proof")) href=(format!("/v1/ledger/receipts/{index}")) {
                                    (language.pick(RECEIPT_SHORT)) span.unseen { " " (index) }
                                } }
                            }
                        }
                    }
                }
            }
            @if let Some(last) = last { p { a href=(format!("?below={last}")) { (language.pick(OLDER)) } } }
        }
    };
    Ok(frame(&place, &by, "/about-me/history", title).answer(StatusCode::OK, &inner))
}
