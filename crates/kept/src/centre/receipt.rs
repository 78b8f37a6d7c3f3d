//! Checking a receipt: whether its entry stands in our ledger, and whether the ledger's key signed
//! for that.
//! It uses nothing but the receipt and the key, as `kept verify` does, and keeps neither.

use super::asking::body;
use super::layout::{Frame, answer, owner, trouble};
use super::parts;
use super::place::Place;
use super::words::*;
use crate::api::pairs::Pairs;
use crate::api::{Api, Kind, Problem};
use crate::sign_in::session::own_page;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use http_body_util::{BodyExt, Limited};
use kept_ledger::{Entry, Receipt};
use maud::{Markup, html};

phrases! {
    TITLE = ["Check a receipt", "Vérifier un reçu", "Einen Beleg prüfen", "核验收据"];
    WHY = [
        "Choose the file, or open it with any text editor and paste all of it. It is checked and not kept. You can also check it without us: the format is public (C2SP tlog-proof).",
        "Choisissez le fichier, ou ouvrez-le avec un éditeur de texte et collez-le en entier. Il est vérifié et n’est pas conservé. Vous pouvez aussi le vérifier sans nous : le format est public (C2SP tlog-proof).",
        "Wählen Sie die Datei, oder öffnen Sie sie mit einem Texteditor und fügen Sie alles ein. Er wird geprüft und nicht aufbewahrt. Sie können ihn auch ohne uns prüfen: Das Format ist öffentlich (C2SP tlog-proof).",
        "请选择文件，或用任意文本编辑器打开并粘贴全部内容。我们只核验，不保存。您也可自行核验：其格式是公开的（C2SP tlog-proof）。",
    ];
    LABEL = ["Or the receipt's text", "Ou le texte du reçu", "Oder der Text des Belegs", "或收据文本"];
    FILE = ["The receipt as a file", "Le reçu en fichier", "Der Beleg als Datei", "收据文件"];
    BUTTON = ["Check it", "Vérifier", "Prüfen", "核验"];
    GENUINE = ["This receipt is genuine", "Ce reçu est authentique", "Dieser Beleg ist echt", "此收据属实"];
    GENUINE_WHY = [
        "It proves that entry {0} stands in our ledger of {1} entries, signed with our key. This is what the entry says:",
        "Il prouve que l’entrée {0} figure dans notre registre de {1} entrées, signé de notre clé. Voici ce que dit l’entrée :",
        "Er beweist, dass Eintrag {0} in unserem Verzeichnis mit {1} Einträgen steht, mit unserem Schlüssel signiert. Das sagt der Eintrag:",
        "它证明第 {0} 条记录存在于我们共 {1} 条记录的账本中，并由我们的密钥签名。该记录内容如下：",
    ];
    EMPTY = ["Choose the receipt, or paste it", "Choisissez le reçu, ou collez-le", "Wählen Sie den Beleg, oder fügen Sie ihn ein", "请选择或粘贴收据"];
    UNREADABLE = [
        "This is not a whole receipt. It begins with “c2sp.org/tlog-proof@v1” and ends with a signature.",
        "Ce n’est pas un reçu entier. Il commence par « c2sp.org/tlog-proof@v1 » et se termine par une signature.",
        "Das ist kein vollständiger Beleg. Er beginnt mit „c2sp.org/tlog-proof@v1“ und endet mit einer Signatur.",
        "这不是完整的收据。收据以“c2sp.org/tlog-proof@v1”开头，以签名结尾。",
    ];
    FALSE = [
        "This receipt proves nothing: it was changed, or it is of another ledger.",
        "Ce reçu ne prouve rien : il a été modifié, ou il vient d’un autre registre.",
        "Dieser Beleg beweist nichts: Er wurde verändert, oder er gehört zu einem anderen Verzeichnis.",
        "此收据无法证明任何内容：它已被更改，或属于其他账本。",
    ];
    WHEN = ["When", "Quand", "Wann", "时间"];
    WHAT = ["What was done", "Ce qui a été fait", "Was geschah", "操作"];
    OUTCOME = ["How it ended", "Le résultat", "Wie es ausging", "结果"];
    UNDER = ["Under these rules", "Selon ces règles", "Nach diesen Regeln", "依据的规则"];
    KEY = ["The key of our ledger, to compare with one that reached you by another way:", "La clé de notre registre, à comparer avec celle reçue par une autre voie :", "Der Schlüssel unseres Verzeichnisses, zum Vergleich mit einem, den Sie auf anderem Weg bekamen:", "我们账本的密钥，可与您通过其他途径获得的密钥比对："];
    AGAIN = ["Check another", "En vérifier un autre", "Einen weiteren prüfen", "核验另一份"];
}

const NAME: &str = "receipt";
const FILE_NAME: &str = "file";
/// The longest receipt, in bytes.
const RECEIPT_BYTES_MAX: usize = 64 << 10;

fn frame<'a>(place: &Place, title: &str, wrong: bool) -> Frame<'a> {
    Frame {
        language: place.language,
        here: Some("/receipt"),
        title: title.to_owned(),
        wrong,
        owner: owner(&place.policy, place.document()),
        signed_in: None,
        keeps: None,
    }
}

/// The page that asks for a receipt.
pub(super) async fn ask(State(api): State<Api>, place: Place) -> Response {
    answer(StatusCode::OK, form(&api, &place, "", None))
}

fn form(api: &Api, place: &Place, typed: &str, wrong: Option<Phrase>) -> Markup {
    let language = place.language;
    let title = language.pick(TITLE);
    let named: Vec<(String, String)> = wrong
        .map(|phrase| ("f-receipt".to_owned(), language.pick(phrase).to_owned()))
        .into_iter()
        .collect();
    let about = if wrong.is_some() {
        "f-receipt-why f-receipt-wrong"
    } else {
        "f-receipt-why"
    };
    let inner = html! {
        (trouble(language, &named))
        h1 { (title) }
        form method="post" action=(format!("/centre/{}/receipt", language.tag())) novalidate
            enctype="multipart/form-data" {
            div.field {
                label for="f-file" { (language.pick(FILE)) }
                input type="file" id="f-file" name=(FILE_NAME) accept=".txt,.tlog-proof,text/plain";
            }
            div.field.bad[wrong.is_some()] {
                label for="f-receipt" { (language.pick(LABEL)) }
                p.why id="f-receipt-why" { (language.pick(WHY)) }
                @if let Some(wrong) = wrong {
                    p.wrong id="f-receipt-wrong" { span aria-hidden="true" { "▲ " } (language.pick(wrong)) }
                }
                textarea.code id="f-receipt" name=(NAME) rows="10" spellcheck="false"
                    maxlength=(RECEIPT_BYTES_MAX) aria-describedby=(about)
                    aria-invalid=[wrong.map(|_| "true")] { (typed) }
            }
            div.go { button type="submit" { (language.pick(BUTTON)) } }
        }
        p.quiet { (language.pick(KEY)) br; code { (api.door.verifier()) } }
    };
    frame(place, title, wrong.is_some()).around(&inner)
}

/// Whether it holds.
pub(super) async fn check(
    State(api): State<Api>,
    place: Place,
    request: Request,
) -> Result<Response, Problem> {
    let typed = sent(&api, request).await?.replace("\r\n", "\n");
    let text = typed.trim_start();
    let wrong = |phrase| {
        let page = form(&api, &place, &typed, Some(phrase));
        Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, page))
    };
    if text.is_empty() {
        return wrong(EMPTY);
    }
    // What was pasted may have lost its last line break or gained others.
    let text = format!("{}\n", text.trim_end());
    let Some(receipt) = Receipt::parse(&text)
        .ok()
        .filter(|_| text.len() <= RECEIPT_BYTES_MAX)
    else {
        return wrong(UNREADABLE);
    };
    let entry = match &receipt.extra {
        Some(extra) => Some(extra.clone()),
        None => api.door.entry(receipt.index)?,
    };
    let Some(entry) = entry else {
        return wrong(FALSE);
    };
    match receipt.verify(&entry, &[api.door.verifier().clone()]) {
        Ok(checkpoint) => {
            let page = genuine(&api, &place, &receipt, checkpoint.size(), &entry);
            Ok(answer(StatusCode::OK, page))
        }
        Err(_) => wrong(FALSE),
    }
}

/// The receipt that was sent: the file, or else what was pasted.
async fn sent(api: &Api, request: Request) -> Result<String, Problem> {
    let boundary = parts::boundary(request.headers());
    let Some(boundary) = boundary else {
        let body = body(api, request).await?;
        let pairs = Pairs::read(&body)?.only(&[NAME])?;
        return Ok(pairs.get(NAME).unwrap_or_default().to_owned());
    };
    let (headers, extensions) = (request.headers().clone(), request.extensions().clone());
    own_page(api, &headers, &extensions)?;
    let most = 3 * RECEIPT_BYTES_MAX;
    let too_large = |_| Problem::new(Kind::TooLarge, format!("it may have {most} bytes"));
    let read = Limited::new(request.into_body(), most).collect().await;
    let bytes = read.map_err(too_large)?.to_bytes();
    let read = parts::read(&bytes, &boundary);
    let parts = read.ok_or_else(|| Problem::invalid("the body", "is no form with files"))?;
    let text = |wanted: &str| {
        let mut found = parts.iter().filter(|(name, _)| name == wanted);
        // A file that is no text is no receipt, and is answered as one that cannot be read.
        found
            .next()
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
    };
    let file = text(FILE_NAME).filter(|file| !file.trim().is_empty());
    Ok(file.or_else(|| text(NAME)).unwrap_or_default())
}

fn genuine(api: &Api, place: &Place, receipt: &Receipt, size: u64, entry: &[u8]) -> Markup {
    let language = place.language;
    let title = language.pick(GENUINE);
    let told = language.pick(GENUINE_WHY);
    let told = told
        .replace("{0}", &receipt.index.to_string())
        .replace("{1}", &size.to_string());
    let text = String::from_utf8_lossy(entry);
    let known = Entry::parse(entry).ok();
    let read: serde_json::Value = serde_json::from_slice(entry).unwrap_or_default();
    let word = |name: &str| {
        read.get(name)
            .and_then(|it| it.as_str())
            .unwrap_or("–")
            .to_owned()
    };
    let clauses = read
        .get("clauses")
        .and_then(|it| it.as_array())
        .cloned()
        .unwrap_or_default();
    let lines = [
        (WHEN, word("at")),
        (WHAT, word("act")),
        (OUTCOME, word("outcome")),
    ];
    let inner = html! {
        div.done role="status" { h1 { (title) } }
        p { (told) }
        @if known.is_some() {
            dl.answers {
                @for (label, said) in lines { div { dt { (language.pick(label)) } dd { (said) } } }
                @if !clauses.is_empty() {
                    div { dt { (language.pick(UNDER)) } dd {
                        @for clause in clauses.iter().filter_map(|it| it.as_str()) {
                            @if let Some((document, name)) = clause.split_once('#') {
                                a href=(format!("/policy/{document}#{name}")) { code { (clause) } } " "
                            }
                        }
                    } }
                }
            }
        }
        pre tabindex="0" { (text) }
        p.quiet { (language.pick(KEY)) br; code { (api.door.verifier()) } }
        p { a href=(format!("/centre/{}/receipt", language.tag())) { (language.pick(AGAIN)) } }
    };
    frame(place, title, false).around(&inner)
}
