//! C7: nothing of a special category is taken, in fields, in free text or in documents, and nothing
//! of what was found is written down.

use crate::house::{House, altered, contact, sources, staff, stored_as};
use axum::http::Method;
use kept_policy::compile;
use kept_processing::case::{Case, Kind};
use kept_processing::{
    Caller, Casing, Collect, Command, Effect, Given, Listed, Opening, Showing, Shown, Stranger,
    Use, Whose,
};
use kept_terms::{Book, PersonId};
use serde_json::json;

const CLAUSE: &str = "north-america#refuse.sensitive";
const TOLD: &str = "I was diagnosed with epilepsy last year.";

fn letter(message: &str, name: &str, content: &[u8]) -> Command {
    let mut record = Collect::through("website-form");
    record.country = Some("US".parse().unwrap());
    let file = Given::File {
        name: name.to_owned(),
        // A file is not believed to be what it says it is.
        media_type: "image/png".to_owned(),
        content: content.to_vec(),
    };
    record.values = vec![
        ("name".to_owned(), Given::Text("Ada Byron".to_owned())),
        ("message".to_owned(), Given::Text(message.to_owned())),
        ("attachment".to_owned(), file),
    ];
    Command::Collect(record)
}

/// The same statement in documents of several kinds.
fn documents() -> Vec<(&'static str, Vec<u8>)> {
    let wide = TOLD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let page = format!(
        "%PDF-1.4\n1 0 obj << /Length 0 >> stream\nBT /F1 12 Tf ({TOLD}) Tj ET\nendstream endobj\n"
    );
    vec![
        ("note.txt", TOLD.as_bytes().to_vec()),
        ("wide.txt", wide),
        (
            "page.html",
            format!("<p>{}</p>", TOLD.replace("epi", "<b>epi</b>")).into_bytes(),
        ),
        (
            "note.rtf",
            format!("{{\\rtf1 {}}}", TOLD.replace("epi", "{\\i epi}")).into_bytes(),
        ),
        ("page.pdf", page.into_bytes()),
    ]
}

#[tokio::test]
async fn a_document_that_tells_of_somebody_is_sent_back_whole() {
    let mut house = House::new().await;
    for (name, content) in documents() {
        let attempt = letter("Please see the file.", name, &content);
        house
            .refused(&staff("support"), attempt, CLAUSE, "sensitive")
            .await;
    }
    let support = house.token("staff", Some("support")).await;
    let before = house.entries().await;
    let mut record = contact("ada@example.com");
    let content = data_encoding::BASE64.encode(TOLD.as_bytes());
    record["files"] = json!([{ "field": "attachment", "name": "a.png", "media-type": "image/png",
        "content": content }]);
    let answer = house.post("/v1/collect", &support, &record).await;
    answer.refused(CLAUSE, "sensitive");
    assert!(!answer.text.contains("epilepsy"), "{}", answer.text);
    house.recorded(before, CLAUSE, "sensitive").await;
    let lines = format!("{record}\n{record}\n").into_bytes();
    let bulk = house.ask(
        Method::POST,
        "/v1/collect/bulk",
        &support,
        lines,
        "application/x-ndjson",
    );
    let bulk = bulk.await.text;
    assert_eq!(bulk.matches("\"sensitive\"").count(), 2, "{bulk}");
    assert_eq!(house.door().figures().await.unwrap().people, 0);
    house.close();
}

#[tokio::test]
async fn a_document_that_cannot_be_read_is_sent_back_and_a_picture_is_not() {
    let house = House::new().await;
    let locked = b"%PDF-1.4\n1 0 obj << /Encrypt 3 0 R >> endobj\n".to_vec();
    let scan =
        b"%PDF-1.4\n1 0 obj << /Length 9 >> stream\nq /Im1 Do Q\nendstream endobj\n".to_vec();
    for content in [locked, scan, b"\x00\x01\x02\x7f\x03\x04".to_vec()] {
        let attempt = letter("Please see the file.", "a.txt", &content);
        house
            .refused(&staff("support"), attempt, CLAUSE, "unreadable")
            .await;
        let mut record = contact("ada@example.com");
        let support = house.token("staff", Some("support")).await;
        let content = data_encoding::BASE64.encode(&content);
        record["files"] = json!([{ "field": "attachment", "name": "a.txt",
            "media-type": "text/plain", "content": content }]);
        let answer = house.post("/v1/collect", &support, &record).await;
        answer.refused(CLAUSE, "unreadable");
    }
    assert_eq!(house.door().figures().await.unwrap().people, 0);
    let picture = [&b"\x89PNG\r\n\x1a\n"[..], &[0; 90]].concat();
    let taken = letter("Please see the picture.", "a.png", &picture);
    house.done(&staff("support"), taken).await;
}

#[tokio::test]
async fn what_is_said_in_a_message_is_struck_out_before_it_is_stored() {
    let house = House::new().await;
    let text = format!("Please move the call. {TOLD} The invoice is right.");
    let business = b"Our healthy pipeline needs a union query.";
    let taken = house
        .done(&staff("support"), letter(&text, "a.txt", business))
        .await;
    let Ok(Effect::Stored { redacted, .. }) = &taken.outcome else {
        panic!("nothing was stored");
    };
    assert!(redacted);
    let wanted = Use {
        person: stored_as(&taken),
        purpose: "answer-you".to_owned(),
        fields: vec!["message".to_owned()],
    };
    let shown = house.done(&staff("support"), Command::Use(wanted)).await;
    let Ok(Effect::Values(values)) = shown.outcome else {
        panic!("nothing was shown");
    };
    let Some(Shown::Clear(text)) = values.first().map(|value| &value.value) else {
        panic!("nothing was shown clear");
    };
    assert_eq!(
        text.to_string(),
        "Please move the call. [removed]. The invoice is right."
    );
}

#[test]
fn no_field_of_a_special_category_compiles() {
    for field in [
        "label = \"Religion\"",
        "label = \"Mood\"\nspecial = \"health\"",
    ] {
        let mut files = sources();
        let words = files
            .iter_mut()
            .find(|it| it.file == "definitions.md")
            .unwrap();
        let field = format!("[define.field.message]\n{field}\n");
        words.text = words.text.replacen("[define.field.message]\n", &field, 1);
        let (compiled, diagnostics) = compile(&files);
        assert!(compiled.is_none() && !diagnostics.is_empty());
    }
}

/// What stands in the only case of a book.
async fn only(house: &House, book: Book) -> Case {
    let list = Command::Show(Showing::Cases { book, ended: false });
    let shown = house.done(&staff("privacy-office"), list).await;
    let Ok(Effect::Listed(Listed::Cases(cases))) = shown.outcome else {
        panic!("no list");
    };
    let [case] = <[Case; 1]>::try_from(cases).unwrap();
    case
}

#[tokio::test]
async fn what_strangers_ask_and_add_is_struck_out_before_it_is_stored() {
    let stranger = |kind, text: &str| {
        let about = Whose::Unknown(Stranger {
            contact: Some("eve@example.com".to_owned()),
            name: Some(format!("Eve. {TOLD}")),
            text: Some(text.to_owned()),
            country: Some("US".parse().unwrap()),
            ..Stranger::default()
        });
        Command::case(Casing::Open(Box::new(Opening::about(kind, about))))
    };
    for (kind, book) in [
        (Kind::Access, Book::Requests),
        (Kind::Question, Book::Requests),
        (Kind::Complaint, Book::Complaints),
    ] {
        let house = House::new().await;
        let asked = format!("Please call me. {TOLD}");
        house.done(&Caller::person(), stranger(kind, &asked)).await;
        let case = only(&house, book).await;
        let written = case.written.as_ref().unwrap();
        assert_eq!(
            written.text.as_deref(),
            Some("Please call me. [removed]."),
            "{kind:?}"
        );
        assert_eq!(written.name.as_deref(), Some("Eve. [removed]."), "{kind:?}");
        if kind == Kind::Access {
            // Asked again, it joins what was asked before.
            let more = stranger(kind, &format!("And write to me. {TOLD}"));
            house.done(&Caller::person(), more).await;
            let case = only(&house, book).await;
            let more = &case.written.as_ref().unwrap().more;
            assert_eq!(*more, ["And write to me. [removed]."]);
        }
    }
    // The forms of the privacy centre are read in the same way.
    let house = House::new().await;
    let said = [
        ("country", "US"),
        ("my-name", "Eve Example"),
        ("my-email", "eve@example.com"),
        ("of-age", "yes"),
        ("message", TOLD),
    ];
    let page = crate::x2::asked(&house, "/centre/en/question", &"7".repeat(32), &said).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let case = only(&house, Book::Requests).await;
    let text = case.written.as_ref().unwrap().text.clone().unwrap();
    assert!(!text.contains("epilepsy"), "{text}");
}

#[tokio::test]
async fn nothing_is_put_right_with_what_may_not_be_taken() {
    let house = House::new().await;
    let taken = house
        .done(
            &staff("support"),
            letter("Good day.", "a.txt", b"An invoice."),
        )
        .await;
    let person: PersonId = stored_as(&taken);
    let rectify = Command::Rectify {
        person,
        purpose: None,
        field: "message".to_owned(),
        number: None,
        value: format!("Please call. {TOLD}"),
    };
    house.done(&Caller::person(), rectify).await;
    let wanted = Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["message".to_owned()],
    };
    let shown = house.done(&staff("support"), Command::Use(wanted)).await;
    let Ok(Effect::Values(values)) = shown.outcome else {
        panic!("nothing was shown");
    };
    let texts = values.iter().map(|value| match &value.value {
        Shown::Clear(text) => text.to_string(),
        _ => String::new(),
    });
    let texts: Vec<String> = texts.collect();
    assert_eq!(texts, ["Please call. [removed]."]);
}

/// The messages of somebody, as those who answer read them.
async fn messages(house: &House, person: PersonId) -> Vec<String> {
    let wanted = Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["message".to_owned()],
    };
    let shown = house.done(&staff("support"), Command::Use(wanted)).await;
    let Ok(Effect::Values(values)) = shown.outcome else {
        panic!("nothing was shown");
    };
    let text = |value: &kept_processing::Released| match &value.value {
        Shown::Clear(text) => text.to_string(),
        _ => String::new(),
    };
    values.iter().map(text).collect()
}

#[tokio::test]
async fn what_is_looked_for_from_now_on_is_struck_out_of_what_is_here() {
    let mut house = House::new().await;
    // Until now nothing was looked for in texts; so it is where the lexicons grow.
    let screened = "in      = [\"fields\", \"free-text\", \"attachments\"]";
    let less = "in      = [\"fields\", \"attachments\"]";
    let folder = altered(&house, "north-america.md", screened, less);
    house.reopen_under(&folder).await;
    let told = format!("Please move the call. {TOLD}");
    let taken = letter(&told, "a.txt", b"An invoice.");
    let person = stored_as(&house.done(&staff("support"), taken).await);
    let other = letter("Our healthy pipeline.", "a.txt", b"An invoice.");
    let other = stored_as(&house.done(&staff("support"), other).await);
    let again = house.door().screen_again().await.unwrap();
    assert_eq!((again.people, again.struck), (2, 0));
    assert_eq!(messages(&house, person).await, [told]);

    house.reopen().await;
    let before = house.entries().await;
    let again = house.door().screen_again().await.unwrap();
    assert_eq!((again.people, again.struck), (2, 1));
    house.relied(before, "rectify", CLAUSE).await;
    let entries = house.entries().await;
    assert_eq!(entries, before + 2, "one for the text, one for the look");
    for index in before..entries {
        let entry = house.door().entry(index).unwrap().unwrap();
        let entry = String::from_utf8(entry).unwrap();
        assert!(entry.contains("\"screened:"), "{entry}");
        assert!(
            !entry.contains("epilepsy") && !entry.contains("health"),
            "{entry}"
        );
    }
    assert_eq!(
        messages(&house, person).await,
        ["Please move the call. [removed]."]
    );
    assert_eq!(messages(&house, other).await, ["Our healthy pipeline."]);
    // Once is enough, whatever is restarted.
    house.reopen().await;
    let before = house.entries().await;
    let again = house.door().screen_again().await.unwrap();
    assert_eq!((again.people, again.struck), (0, 0));
    assert_eq!(house.entries().await, before);
    house.door().audit(&mut |_| {}).await.unwrap();
}
