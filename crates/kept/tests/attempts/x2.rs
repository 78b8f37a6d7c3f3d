//! X2: a person may see, correct and delete what is held: all of it, and nobody else may in their
//! place without the right to.

use crate::house::{Answered, House, altered, caller, contact, staff};
use crate::mail::{self, deliver};
use axum::http::Method;
use kept_processing::case::{Case, Ground, Kind, Reference, State};
use kept_processing::{
    Caller, Casing, Closing, Command, Effect, Ended, Failure, Handing, Listed, Opening, Showing,
    Stranger, Use, Whose,
};
use kept_terms::{ActorKind, Book, PersonId, Right};
use serde_json::{Value, json};

async fn fields(house: &House, caller: &Caller, person: PersonId) -> Option<Vec<String>> {
    let export = Command::Export {
        person,
        right: Right::Access,
    };
    let performed = house.door().perform(caller, &export).await.unwrap();
    let Ok(Effect::Export(mut export)) = performed.outcome else {
        return None;
    };
    let mut fields = Vec::new();
    while let Some(page) = export.next_page(house.door()).await.unwrap() {
        fields.extend(page.into_iter().map(|value| value.field));
    }
    Some(fields)
}

#[tokio::test]
async fn a_person_sees_everything_and_a_stranger_nothing() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let all = fields(&house, &Caller::person(), person).await.unwrap();
    for field in ["name", "email", "phone"] {
        assert!(all.iter().any(|known| known == field), "{field}: {all:?}");
    }
    assert_eq!(
        fields(&house, &crate::house::administrator(), person).await,
        None
    );
    let sales = fields(&house, &staff("sales"), person)
        .await
        .unwrap_or_default();
    assert!(
        sales.len() < all.len(),
        "sales was handed everything: {sales:?}"
    );
    let answer = house.get(&format!("/v1/people/{person}/export"), "").await;
    assert!(
        answer.status == 401 || answer.status == 405,
        "{}",
        answer.status
    );
}

#[tokio::test]
async fn what_is_put_right_is_right_everywhere_and_the_wrong_is_gone() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let office = house.token("staff", Some("privacy-office")).await;
    let path = format!("/v1/people/{person}/rectify");
    let right = json!({ "field": "email", "value": "ada.byron@example.com" });
    let answer = house.post(&path, &office, &right).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let find = |email: &str| Command::Find {
        purpose: "keep-secure".to_owned(),
        field: "email".to_owned(),
        value: email.to_owned(),
    };
    for (email, expected) in [
        ("ada@example.com", None),
        ("ada.byron@example.com", Some(person)),
    ] {
        let found = house.done(&staff("support"), find(email)).await;
        let Ok(Effect::Found(found)) = found.outcome else {
            panic!("no answer");
        };
        assert_eq!(found, expected, "{email}");
    }
    // What is not an e-mail address does not take its place.
    let odd = json!({ "field": "email", "value": "nowhere" });
    assert_eq!(house.post(&path, &office, &odd).await.status, 422);
}

#[tokio::test]
async fn who_is_deleted_is_gone_on_every_way_in() {
    let mut house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let support = house.token("staff", Some("support")).await;
    let marketing = house.token("staff", Some("marketing")).await;
    let erase = format!("/v1/people/{person}/erase");
    let before = house.entries().await;
    let refused = house
        .ask(Method::POST, &erase, &marketing, Vec::new(), "")
        .await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let entry = house.door().entry(before);
    house.entries().await;
    let entry = entry
        .unwrap()
        .or_else(|| house.door().entry(before).unwrap())
        .unwrap();
    let entry: Value = serde_json::from_slice(&entry).unwrap();
    assert_eq!(
        (&entry["act"], &entry["outcome"]),
        (&json!("erase"), &json!("refused"))
    );

    house
        .done(&Caller::person(), Command::Erase { person })
        .await;
    let reading = Command::Use(Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["email".to_owned()],
    });
    assert!(
        house
            .door()
            .perform(&staff("support"), &reading)
            .await
            .is_err()
    );
    let trail = house
        .get(&format!("/v1/people/{person}/trail"), &support)
        .await;
    assert!(
        trail.status != 200 || !trail.text.contains("collect"),
        "{}",
        trail.text
    );
    // The same address again is somebody new.
    let again = house
        .post("/v1/collect", &support, &contact("ada@example.com"))
        .await;
    assert_ne!(again.body["person"], person.to_string());
    let shown = house.kept(&["person", "show", &person.to_string()]);
    assert_eq!(shown.code, 1, "{}{}", shown.out, shown.err);
}

async fn items(house: &House, person: PersonId) -> Vec<(String, u32)> {
    let export = Command::Export {
        person,
        right: Right::Access,
    };
    let performed = house.done(&Caller::person(), export).await;
    let Ok(Effect::Export(mut export)) = performed.outcome else {
        panic!("it is no export");
    };
    let page = export.next_page(house.door()).await.unwrap().unwrap();
    let items = page.into_iter();
    items.map(|item| (item.field, item.number)).collect()
}

#[tokio::test]
async fn one_thing_is_deleted_and_the_rest_stays() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let erase = |field: &str, number| Command::EraseItem {
        person,
        field: field.to_owned(),
        number,
    };
    let before = items(&house, person).await;
    let (_, email) = before.iter().find(|(field, _)| field == "email").unwrap();
    let marketing = staff("marketing");
    let theirs = erase("email", *email);
    let refused = house.door().perform(&marketing, &theirs).await.unwrap();
    assert!(refused.outcome.is_err(), "marketing deletes");
    // What a legal hold keeps stays, for the person too.
    let matter = "case-17".to_owned();
    let fields = vec!["email".to_owned()];
    let hold = Command::Hold {
        person,
        fields,
        matter: matter.clone(),
    };
    let office = staff("privacy-office");
    house.done(&office, hold).await;
    let clause = "north-america#keep.legal-hold";
    let held = items(&house, person).await;
    let (_, email) = held.iter().find(|(field, _)| field == "email").unwrap();
    house
        .refused(&Caller::person(), erase("email", *email), clause, "held")
        .await;
    house.done(&office, Command::Lift { person, matter }).await;
    let lifted = items(&house, person).await;
    let (_, email) = lifted.iter().find(|(field, _)| field == "email").unwrap();

    house.done(&Caller::person(), erase("email", *email)).await;
    let after = items(&house, person).await;
    assert!(after.iter().all(|(field, _)| field != "email"), "{after:?}");
    assert!(after.iter().any(|(field, _)| field == "name"), "{after:?}");
    // Nobody is found by it any more, and somebody else may have it.
    let find = Command::Find {
        purpose: "keep-secure".to_owned(),
        field: "email".to_owned(),
        value: "ada@example.com".to_owned(),
    };
    let found = house.done(&staff("support"), find).await;
    assert!(matches!(found.outcome, Ok(Effect::Found(None))));
    let somebody = house.person("ada@example.com").await;
    assert_ne!(somebody, person.to_string());
}

/// The cookie of that name which an answer sets.
fn cookie(answer: &crate::house::Answered, name: &str) -> String {
    let mut set = answer.headers.get_all("set-cookie").iter();
    let found = set.find_map(|line| {
        let pair = line.to_str().ok()?.split(';').next()?;
        pair.starts_with(name).then(|| pair.to_owned())
    });
    found.unwrap_or_else(|| panic!("no {name}: {}", answer.text))
}

/// Signs somebody in through the pages, and answers with their cookie.
async fn through_the_pages(house: &House, address: &str) -> String {
    let own = ("sec-fetch-site", "same-origin");
    let asked = format!("address={}", address.replace('@', "%40"));
    let asked = asked.into_bytes();
    let asked = house.form(Method::POST, "/sign-in", &[own], asked).await;
    let attempt = cookie(&asked, "kept-attempt");
    let mut code = String::new();
    for message in house.door().due_post(100).await.unwrap() {
        if let Handing::Leave(parcel) = house.door().hand_out(&message).await.unwrap() {
            let settled = house.door().settle(&parcel.message, Ended::Taken).await;
            settled.unwrap();
            code = parcel.code.map_or(code, |it| it.to_string());
        }
    }
    let headers = [own, ("cookie", attempt.as_str())];
    let code = format!("code={code}").into_bytes();
    let shown = house.form(Method::POST, "/sign-in/code", &headers, code);
    cookie(&shown.await, "kept-session")
}

#[tokio::test]
async fn the_pages_show_each_their_own_and_a_stranger_nothing() {
    let house = House::new().await;
    for email in ["ada@example.com", "grace@example.com"] {
        house.person(email).await;
    }
    let path = "/centre/en/about-me";
    let page = |cookie: String| {
        let house = &house;
        async move {
            let headers = [("cookie", cookie.as_str())];
            house.form(Method::GET, path, &headers, Vec::new()).await
        }
    };
    let ada = through_the_pages(&house, "ada@example.com").await;
    let own = page(ada.clone()).await;
    assert_eq!(own.status, 200, "{}", own.text);
    assert!(own.text.contains("ada@example.com") && !own.text.contains("grace@example.com"));
    for stranger in ["kept-session=guess".to_owned(), String::new()] {
        let turned = page(stranger).await;
        assert_eq!(turned.status, 303, "{}", turned.text);
    }
    // Nobody's number stands in an address, so there is none to change; what a form carries reaches
    // the sender's own things alone.
    let (_, rest) = own.text.split_once("name=\"form\" value=\"").unwrap();
    let token = rest.split_once('"').unwrap().0;
    let grace = through_the_pages(&house, "grace@example.com").await;
    let body = format!("form={token}&field=email&number=1&sure=yes").into_bytes();
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("cookie", grace.as_str()),
    ];
    let riding = house.form(
        Method::POST,
        "/centre/en/about-me/delete-one",
        &headers,
        body,
    );
    assert_eq!(riding.await.status, 403);
    assert!(page(grace).await.text.contains("grace@example.com"));
    // What is deleted is deleted when the page answers, and the session with it.
    let body = format!("form={token}&sure=yes").into_bytes();
    let headers = [("sec-fetch-site", "same-origin"), ("cookie", ada.as_str())];
    let gone = house.form(Method::POST, "/centre/en/about-me/delete", &headers, body);
    let gone = gone.await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert_ne!(page(ada).await.status, 200);
}

#[tokio::test]
async fn who_signed_in_a_while_ago_deletes_nothing() {
    let house = House::new().await;
    house.person("ada@example.com").await;
    let ada = through_the_pages(&house, "ada@example.com").await;
    let read = [("cookie", ada.as_str())];
    let own = house.form(Method::GET, "/centre/en/about-me", &read, Vec::new());
    let own = own.await;
    let (_, rest) = own.text.split_once("name=\"form\" value=\"").unwrap();
    let token = rest.split_once('"').unwrap().0;
    // The session holds, and is too old for what cannot be undone.
    house.clock.pass_seconds(601);
    let body = format!("form={token}&sure=yes").into_bytes();
    let headers = [("sec-fetch-site", "same-origin"), ("cookie", ada.as_str())];
    let tried = house.form(Method::POST, "/centre/en/about-me/delete", &headers, body);
    assert_eq!(tried.await.status, 403);
    let own = house.form(Method::GET, "/centre/en/about-me", &read, Vec::new());
    assert!(own.await.text.contains("ada@example.com"));
}

async fn opened(house: &House, caller: &Caller, opening: Opening) -> Reference {
    let of = opening.person();
    let casing = Casing::Open(Box::new(opening));
    match house
        .done(caller, Command::Case { of, casing })
        .await
        .outcome
    {
        Ok(Effect::Named(id)) => id.parse().unwrap(),
        _ => panic!("no case was opened"),
    }
}

async fn case(house: &House, reference: Reference) -> Case {
    let showing = Showing::Case {
        reference,
        book: Book::Requests,
        of: None,
    };
    let office = staff("privacy-office");
    match house.done(&office, Command::Show(showing)).await.outcome {
        Ok(Effect::Listed(Listed::Cases(cases))) => cases.into_iter().next().unwrap(),
        _ => panic!("no case was shown"),
    }
}

fn ended(reference: Reference, outcome: &str, ground: Option<&str>) -> Command {
    let end = Closing::With {
        outcome: outcome.to_owned(),
        ground: ground.map(|name| Ground::named(name).unwrap()),
        left: Vec::new(),
        answer: None,
    };
    Command::case(Casing::End { reference, end })
}

#[tokio::test]
async fn a_late_answer_shows_as_broken() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let clause = "north-america#grant.access";
    let opening = Opening::of(Kind::Access, person);
    let reference = opened(&house, &Caller::person(), opening).await;
    assert_eq!(house.stands(clause).await, "kept");
    house.clock.pass_days(25);
    assert_eq!(house.stands(clause).await, "at-risk");
    assert_eq!(house.door().watch().await.unwrap().reminded, 1);
    assert_eq!(house.door().watch().await.unwrap().reminded, 0);
    house.clock.pass_days(6);
    assert_eq!(house.stands(clause).await, "broken");
    let office = staff("privacy-office");
    let why = "complex".to_owned();
    let extend = Command::case(Casing::Extend { reference, why });
    assert!(
        house.door().perform(&office, &extend).await.is_err(),
        "too late to be told"
    );
    house
        .done(&office, ended(reference, "withdrawn", None))
        .await;
    assert_eq!(house.stands(clause).await, "broken", "late is late");
}

#[tokio::test]
async fn an_extension_is_told_once_and_a_refusal_cites_its_ground() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let opening = Opening::of(Kind::Erasure, person);
    let reference = opened(&house, &Caller::person(), opening.clone()).await;
    assert_eq!(opened(&house, &staff("support"), opening).await, reference);
    let office = staff("privacy-office");
    let extend = |why: &str| {
        let why = why.to_owned();
        Command::case(Casing::Extend { reference, why })
    };
    let door = house.door();
    assert!(door.perform(&office, &extend("busy")).await.is_err());
    let clause = "north-america#answer.complaint";
    let (support, longer) = (staff("support"), extend("complex"));
    house
        .refused(&support, longer.clone(), clause, "not-responsible")
        .await;
    let before = case(&house, reference).await.due.unwrap();
    house.done(&office, longer.clone()).await;
    let after = case(&house, reference).await;
    assert_eq!(after.due.unwrap().0.0 - before.0.0, 30);
    assert!(
        after
            .told
            .iter()
            .any(|told| told.template == "case-extended")
    );
    assert!(door.perform(&office, &longer).await.is_err(), "once");
    for ground in [None, Some("correct-as-it-is")] {
        let bare = ended(reference, "refused", ground);
        let told = door.perform(&office, &bare).await.err().unwrap();
        assert!(told.to_string().contains("`legal-claims`"), "{told}");
    }
    let nonsense = ended(reference, "nonsense", None);
    let told = door.perform(&office, &nonsense).await.err().unwrap();
    let told = told.to_string();
    assert!(
        told.contains("is none of `done`, `partly`, `refused`"),
        "{told}"
    );
    house
        .done(&office, ended(reference, "refused", Some("legal-claims")))
        .await;
    let case = case(&house, reference).await;
    assert_eq!(
        case.ending().unwrap().ground.as_ref().unwrap().name(),
        "legal-claims"
    );
    let over = door.perform(&office, &extend("complex")).await;
    assert!(over.is_ok_and(|over| over.outcome.is_err()), "over");
}

#[tokio::test]
async fn nobody_learns_from_asking_who_is_known() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let mut seen = Vec::new();
    for contact in ["ada@example.com", "nobody@example.com"] {
        let about = Whose::Unknown(Stranger {
            contact: Some(contact.to_owned()),
            country: "US".parse().ok(),
            ..Stranger::default()
        });
        let opening = Opening::about(Kind::Erasure, about);
        let reference = opened(&house, &Caller::person(), opening).await;
        let case = case(&house, reference).await;
        assert!(matches!(case.state, State::IdentityWanted { .. }));
        assert_eq!(case.person(), None);
        let erase = Closing::CarriedOut(Box::new(Command::Erase { person }));
        let end = Command::case(Casing::End {
            reference,
            end: erase,
        });
        let tried = house.door().perform(&staff("privacy-office"), &end).await;
        assert!(
            tried.is_err(),
            "nothing is done before it is shown who asks"
        );
        seen.push((case.due, case.steps.len(), case.told.len(), case.owner));
    }
    assert_eq!(seen[0], seen[1]);
    assert!(fields(&house, &Caller::person(), person).await.is_some());
}

/// A request that is sent from the pages, as somebody without a script would.
pub async fn asked(house: &House, path: &str, once: &str, said: &[(&str, &str)]) -> Answered {
    let own = [("once", once), ("checked", "1"), ("go", "send")];
    let own = own.iter().chain(said);
    let plain = |text: &str| -> String { text.bytes().map(|it| format!("%{it:02X}")).collect() };
    let pairs: Vec<String> = own
        .map(|(name, value)| format!("{}={}", plain(name), plain(value)))
        .collect();
    let headers = [("sec-fetch-site", "same-origin")];
    let body = pairs.join("&").into_bytes();
    house.form(Method::POST, path, &headers, body).await
}

fn reference_of(page: &str) -> Reference {
    let (_, rest) = page.split_once("class=\"reference\">").expect(page);
    rest[..9].parse().unwrap()
}

/// The fields of a form, and what is said in each.
type Said = &'static [(&'static str, &'static str)];

/// What is asked without signing in: path, what is said, and as what it is listed.
const ASKED: [(&str, Said, Book, Kind); 3] = [
    (
        "/centre/en/question",
        &[("of-age", "yes"), ("message", "What do you hold?")],
        Book::Requests,
        Kind::Question,
    ),
    (
        "/centre/de/complaint",
        &[("of-age", "yes"), ("message", "My copy never came.")],
        Book::Complaints,
        Kind::Complaint,
    ),
    (
        "/centre/fr/for-somebody",
        &[
            ("of-age", "yes"),
            ("wish", "erasure"),
            ("their-name", "Bob Example"),
            ("their-email", "bob@example.com"),
            ("message", "I am their lawyer."),
        ],
        Book::Requests,
        Kind::Erasure,
    ),
];

#[tokio::test]
async fn what_strangers_ask_is_a_case_and_the_same_whoever_is_known() {
    let house = House::new().await;
    house.person("ada@example.com").await;
    house.person("bob@example.com").await;
    let people = house.everybody().len();
    for (at, (path, said, book, kind)) in ASKED.iter().enumerate() {
        let mut pages = Vec::new();
        for (who, email) in ["ada@example.com", "eve@example.com"].iter().enumerate() {
            house.clock.pass_seconds(60);
            let who_asks = [
                ("country", "US"),
                ("my-name", "A Name"),
                ("my-email", *email),
            ];
            let all: Vec<_> = said.iter().copied().chain(who_asks).collect();
            let once = format!("{at}{who}").repeat(16);
            let page = asked(&house, path, &once, &all).await;
            assert_eq!(page.status, 200, "{}", page.text);
            let reference = reference_of(&page.text);
            let show = Showing::Case {
                reference,
                book: *book,
                of: None,
            };
            let shown = house
                .done(&staff("privacy-office"), Command::Show(show))
                .await;
            let Ok(Effect::Listed(Listed::Cases(cases))) = shown.outcome else {
                panic!("no list");
            };
            let case = &cases[0];
            assert_eq!((case.kind, case.person()), (*kind, None));
            assert!(case.due.is_some() && case.answered_at() == Some(*email));
            // Sent again, or asked again in the same words, it is the same case.
            let again = asked(&house, path, &once, &all).await;
            assert_eq!(reference_of(&again.text), reference);
            let other = asked(&house, path, &format!("{at}{who}x").repeat(16)[..32], &all).await;
            assert_eq!(reference_of(&other.text), reference);
            let number = |page: &str| {
                let (_, rest) = page.split_once("/v1/ledger/receipts/").unwrap();
                rest.split_once('"').unwrap().0.to_owned()
            };
            let plain = page.text.replace(&reference.to_string(), "REFERENCE");
            let plain = plain.replace(&number(&page.text), "ENTRY");
            pages.push(plain);
        }
        assert_eq!(pages[0], pages[1], "{path}");
    }
    assert_eq!(
        house.everybody().len(),
        people,
        "nobody is stored for asking"
    );
    let text = std::fs::read(house.folder.path().join("vault.db")).unwrap();
    let has = |words: &[u8]| text.windows(words.len()).any(|it| it == words);
    assert!(!has(b"My copy never came") && !has(b"eve@example.com"));
}

#[tokio::test]
async fn what_a_stranger_asked_is_answered_where_they_said_and_nowhere_else() {
    let house = House::new().await;
    let ada: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let who_asks = [
        ("country", "US"),
        ("my-name", "Eve"),
        ("my-email", "eve@example.com"),
    ];
    let (path, said, ..) = ASKED[0];
    let all: Vec<_> = said.iter().copied().chain(who_asks).collect();
    let page = asked(&house, path, &"q".repeat(32), &all).await;
    let reference = reference_of(&page.text);
    let folder = tempfile::tempdir().unwrap();
    deliver(&house, folder.path()).await;
    let office = house.token("staff", Some("privacy-office")).await;
    let end = format!("/v1/cases/{reference}/end");
    let answered = |text: &str| json!({ "outcome": "answered", "answer": text });
    let empty = house.post(&end, &office, &answered(" ")).await;
    assert_eq!(
        (empty.status, &empty.body["place"]),
        (422, &json!("answer"))
    );
    let text = "Nothing at all.\n\nAsk again any time. My union rep says hello.";
    let ended = house.post(&end, &office, &answered(text)).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    let folder = tempfile::tempdir().unwrap();
    deliver(&house, folder.path()).await;
    let told = mail::letters(folder.path());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("To: eve@example.com"), "{}", told[0]);
    assert!(told[0].contains("Nothing at all.\r\n\r\nAsk again any time."));
    assert!(!told[0].contains("union"), "{}", told[0]);
    // Whoever is known is written to by a message of its own, and so is whoever turned out to be.
    let about = Whose::Unknown(Stranger {
        contact: Some("eve@example.com".to_owned()),
        country: "US".parse().ok(),
        ..Stranger::default()
    });
    let opening = Opening::about(Kind::Access, about);
    let opening = Command::case(Casing::Open(Box::new(opening)));
    let opened = house.done(&Caller::person(), opening).await.outcome;
    let Ok(Effect::Named(turned_out)) = opened else {
        panic!("no name");
    };
    let turned_out: Reference = turned_out.parse().unwrap();
    let identify = Command::case(Casing::Identify {
        reference: turned_out,
        person: Some(ada),
    });
    house.done(&staff("privacy-office"), identify).await;
    let end = format!("/v1/cases/{turned_out}/end");
    let no = json!({ "outcome": "refused", "ground": "excessive", "answer": "No." });
    let lost = house.post(&end, &office, &no).await;
    assert_eq!((lost.status, &lost.body["place"]), (422, &json!("answer")));
    let opening = Command::case(Casing::Open(Box::new(Opening::of(Kind::Access, ada))));
    let opened = house.done(&staff("privacy-office"), opening).await.outcome;
    let Ok(Effect::Named(reference)) = opened else {
        panic!("no name");
    };
    let end = format!("/v1/cases/{reference}/end");
    let known = json!({ "outcome": "refused", "ground": "excessive", "answer": "No." });
    let known = house.post(&end, &office, &known).await;
    assert_eq!(
        (known.status, &known.body["place"]),
        (422, &json!("answer"))
    );
    let case = house.get(&format!("/v1/cases/{reference}"), &office).await;
    assert_eq!(case.body["cases"][0]["state"]["is"], "open");
}

#[tokio::test]
async fn what_is_too_long_or_no_form_leaves_nothing() {
    let house = House::new().await;
    let path = "/centre/en/question";
    let said = [
        ("country", "US"),
        ("of-age", "yes"),
        ("my-name", "Ada Byron"),
        ("my-email", "ada@example.com"),
    ];
    let once = "x".repeat(32);
    let with = |message: &str| {
        let own = [("once", once.as_str()), ("checked", "1"), ("go", "send")];
        let all = own.iter().chain(&said);
        let mut body: Vec<String> = all.map(|(name, value)| format!("{name}={value}")).collect();
        body.push(format!("message={message}"));
        body.join("&")
            .replace('@', "%40")
            .replace(' ', "+")
            .into_bytes()
    };
    let form = "application/x-www-form-urlencoded";
    let long = with(&"a".repeat(4_001));
    let enormous = with(&"a".repeat(2 << 20));
    let mut odd = with("Hello");
    odd.push(0xff);
    let injected = String::from_utf8(with("Hello")).unwrap();
    let injected = injected.replace(
        "ada%40example.com",
        "a%40example.com%0d%0aBcc:b%40example.com",
    );
    for (kind, body, status) in [
        (form, enormous, 413),
        (form, long, 422),
        (form, odd, 422),
        (form, injected.into_bytes(), 422),
        ("multipart/form-data; boundary=x", with("Hello"), 415),
        ("application/json", b"{}".to_vec(), 415),
    ] {
        let headers = [("sec-fetch-site", "same-origin"), ("content-type", kind)];
        let told = house.send(Method::POST, path, &headers, body).await;
        assert_eq!(told.status, status, "{kind}: {}", told.text);
        house.clock.pass_seconds(60);
    }
    // A field that the page does not have begins it anew.
    let begun = asked(&house, path, &once, &[("message", "Hello"), ("admin", "1")]).await;
    assert!(
        !begun.text.contains("class=\"reference\""),
        "{}",
        begun.text
    );
    let list = Command::Show(Showing::Cases {
        book: Book::Requests,
        ended: true,
    });
    let listed = house.done(&staff("privacy-office"), list).await.outcome;
    assert!(matches!(listed, Ok(Effect::Listed(Listed::Cases(cases))) if cases.is_empty()));
    assert_eq!(letters(&house).await, 0);
}

#[tokio::test]
async fn a_letter_opens_a_case_that_waits_until_it_is_shown_who_wrote() {
    let house = House::new().await;
    let support = house.token("staff", Some("support")).await;
    let mut record = contact("ada@example.com");
    record["channel"] = json!("e-mail");
    record["values"]["message"] = json!("Delete me, please.");
    record["opens"] = json!("erasure");
    let stored = house.post("/v1/collect", &support, &record).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    record["values"]["message"] = json!("Did you get this?");
    house.post("/v1/collect", &support, &record).await;
    let office = house.token("staff", Some("privacy-office")).await;
    let listed = house.get("/v1/cases", &office).await;
    let cases = listed.body["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 1, "{}", listed.text);
    let case = &cases[0];
    assert_eq!(case["state"]["is"], "identity-wanted", "{case}");
    assert_eq!(case["about"]["person"], stored.body["person"]);
    assert_eq!(case["messages"].as_array().unwrap().len(), 2, "{case}");
    assert!(
        case["written"].is_null(),
        "what somebody wrote stays with them"
    );
    // It cannot be carried out before.
    let path = format!("/v1/cases/{}/end", case["reference"].as_str().unwrap());
    let erase = json!({ "carry-out": { "act": "erase", "person": stored.body["person"] } });
    let early = house.post(&path, &office, &erase).await;
    assert_eq!(early.status, 409, "{}", early.text);
}

async fn letters(house: &House) -> usize {
    let waiting = house.door().outgoing(None, 1_000).await.unwrap();
    waiting.len()
}

#[tokio::test]
async fn a_form_is_no_bomb_of_letters() {
    let house = House::new().await;
    let question = |contact: &str, text: &str| {
        let about = Whose::Unknown(Stranger {
            contact: Some(contact.to_owned()),
            text: Some(text.to_owned()),
            country: "US".parse().ok(),
            ..Stranger::default()
        });
        Command::case(Casing::Open(Box::new(Opening::about(
            Kind::Question,
            about,
        ))))
    };
    // Many at once, in different words and spellings, to one address.
    let stranger = Caller::person();
    let many: Vec<Command> = (0..12)
        .map(|at| match at % 2 {
            0 => question("ada@example.com", &format!("Question {at}")),
            _ => question(" Ada@Example.com ", &format!("Question {at}")),
        })
        .collect();
    let asked = many.iter().map(|it| house.door().perform(&stranger, it));
    for opened in futures::future::join_all(asked).await {
        assert!(
            opened.unwrap().outcome.is_ok(),
            "the case is opened all the same"
        );
    }
    assert_eq!(letters(&house).await, 3, "an address gets few a day");
    house.clock.pass_days(1);
    house
        .done(&stranger, question("ada@example.com", "Tomorrow"))
        .await;
    assert_eq!(letters(&house).await, 4);
    // Few in all, whatever the addresses; staff at the telephone are not held up by it.
    for at in 0..110 {
        let contact = format!("somebody-{at}@example.com");
        house.done(&stranger, question(&contact, "Hello?")).await;
    }
    assert_eq!(letters(&house).await, 103, "an hour has a hundred");
    house
        .done(&staff("support"), question("late@example.com", "Hello?"))
        .await;
    assert_eq!(letters(&house).await, 104);
    house.clock.pass_seconds(3_601);
    house
        .done(&stranger, question("more@example.com", "Hello?"))
        .await;
    assert_eq!(letters(&house).await, 105);
}

#[tokio::test]
async fn a_case_of_somebody_else_is_not_there() {
    let house = House::new().await;
    let ada: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let bob: PersonId = house.person("bob@example.com").await.parse().unwrap();
    let opening = Opening::of(Kind::Access, ada);
    let reference = opened(&house, &Caller::person(), opening).await;
    let book = Book::Requests;
    for of in [None, Some(bob)] {
        let show = Command::Show(Showing::Case {
            reference,
            book,
            of,
        });
        let withdrawn = ended(reference, "withdrawn", None);
        let Command::Case { casing, .. } = withdrawn else {
            panic!("not a case");
        };
        let door = house.door();
        let person = Caller::person();
        assert!(door.perform(&person, &show).await.is_err(), "{of:?}");
        let end = Command::Case { of, casing };
        assert!(door.perform(&person, &end).await.is_err(), "{of:?}");
    }
    let own = Command::Show(Showing::CasesOf(bob));
    let shown = house.done(&Caller::person(), own).await.outcome;
    assert!(matches!(shown, Ok(Effect::Listed(Listed::Cases(cases))) if cases.is_empty()));
}

#[tokio::test]
async fn what_is_asked_is_done_in_one_step_and_goes_after_its_time() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let reference = house.door().draw_case();
    let opening = Opening {
        reference: Some(reference),
        carried_out: Some(Box::new(Command::Erase { person })),
        ..Opening::of(Kind::Erasure, person)
    };
    let casing = Casing::Open(Box::new(opening));
    house
        .done(&Caller::person(), Command::own_case(person, casing))
        .await;
    assert!(fields_or_gone(&house, person).await, "they are erased");
    let done = case(&house, reference).await;
    assert_eq!(done.ending().unwrap().outcome, "done");
    let office = staff("privacy-office");
    let mut passed = 0;
    while house
        .door()
        .perform(&office, &shown(reference))
        .await
        .is_ok()
    {
        assert!(passed < 1_200, "the case is still there");
        house.clock.pass_days(25);
        passed += 25;
        house.door().sweep(None).await.unwrap();
    }
    assert!(passed > 1_090, "three years are not over");
}

fn shown(reference: Reference) -> Command {
    let book = Book::Requests;
    let of = None;
    Command::Show(Showing::Case {
        reference,
        book,
        of,
    })
}

async fn fields_or_gone(house: &House, person: PersonId) -> bool {
    let export = Command::Export {
        person,
        right: Right::Access,
    };
    house
        .door()
        .perform(&Caller::person(), &export)
        .await
        .is_err()
}

#[tokio::test]
async fn what_is_about_others_is_withheld_and_said_to_be() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let opening = Opening::of(Kind::Access, person);
    let reference = opened(&house, &Caller::person(), opening).await;
    let office = staff("privacy-office");
    let number = {
        let all = Command::Export {
            person,
            right: Right::Access,
        };
        let Ok(Effect::Export(mut export)) = house.done(&Caller::person(), all).await.outcome
        else {
            panic!("no export");
        };
        let page = export.next_page(house.door()).await.unwrap().unwrap();
        page.iter()
            .find(|value| value.field == "name")
            .unwrap()
            .number
    };
    let withhold = Casing::Withhold {
        reference,
        field: "name".to_owned(),
        number,
        ground: Ground::named("rights-of-others").unwrap(),
    };
    house.done(&office, Command::case(withhold)).await;
    let export = Command::Export {
        person,
        right: Right::Access,
    };
    let end = Closing::CarriedOut(Box::new(export));
    let end = Command::case(Casing::End { reference, end });
    let Ok(Effect::Export(mut export)) = house.done(&office, end).await.outcome else {
        panic!("no export");
    };
    let page = export.next_page(house.door()).await.unwrap().unwrap();
    assert!(page.iter().any(|value| value.field == "email"));
    assert!(page.iter().all(|value| value.field != "name"));
    let case = case(&house, reference).await;
    assert_eq!(case.ending().unwrap().left[0].what, "name");
}

#[tokio::test]
async fn a_case_says_what_a_hold_kept_and_why() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let office = staff("privacy-office");
    let hold = Command::Hold {
        person,
        fields: vec!["email".to_owned()],
        matter: "case-17".to_owned(),
    };
    house.done(&office, hold).await;
    let opening = Opening::of(Kind::Erasure, person);
    let open = Command::own_case(person, Casing::Open(Box::new(opening)));
    let Ok(Effect::Named(named)) = house.done(&Caller::person(), open).await.outcome else {
        panic!("no name");
    };
    let reference = named.parse().unwrap();
    let end = Closing::CarriedOut(Box::new(Command::Erase { person }));
    house
        .done(&office, Command::case(Casing::End { reference, end }))
        .await;
    let list = Command::Show(Showing::Cases {
        book: Book::Requests,
        ended: true,
    });
    let Ok(Effect::Listed(Listed::Cases(cases))) = house.done(&office, list).await.outcome else {
        panic!("no list");
    };
    let ending = cases[0].ending().unwrap();
    assert_eq!(ending.outcome, "partly");
    let left: Vec<(&str, String)> = ending
        .left
        .iter()
        .map(|left| (&*left.what, serde_json::to_string(&left.ground).unwrap()))
        .collect();
    assert_eq!(left, [("email", "\"legal-claims\"".to_owned())]);
}

#[tokio::test]
async fn nobody_says_of_their_own_case_that_it_was_done_and_no_other_act_ends_it() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let other: PersonId = house.person("grace@example.com").await.parse().unwrap();
    let reference = opened(
        &house,
        &Caller::person(),
        Opening::of(Kind::Erasure, person),
    )
    .await;
    let own = |outcome: &str| {
        let end = Closing::With {
            outcome: outcome.to_owned(),
            ground: None,
            left: Vec::new(),
            answer: None,
        };
        Command::own_case(person, Casing::End { reference, end })
    };
    for outcome in ["done", "refused"] {
        let tried = house.door().perform(&Caller::person(), &own(outcome)).await;
        assert!(matches!(tried, Err(Failure::Invalid { .. })), "{outcome}");
    }
    let paused = true;
    let office = staff("privacy-office");
    for act in [
        Command::Restrict { person, paused },
        Command::Erase { person: other },
    ] {
        let end = Closing::CarriedOut(Box::new(act));
        let step = Command::case(Casing::End { reference, end });
        let tried = house.door().perform(&office, &step).await;
        assert!(matches!(tried, Err(Failure::Invalid { .. })));
    }
    assert_eq!(house.door().figures().await.unwrap().people, 2);
    house.done(&Caller::person(), own("withdrawn")).await;
}

#[tokio::test]
async fn what_somebody_weighs_first_nobody_does_for_themselves() {
    const CORRECTION: &str = "north-america#grant.rectification";
    const ERASURE: &str = "north-america#grant.erasure";
    let mut house = House::new().await;
    for clause in ["[grant.rectification]\n", "[grant.erasure]\n"] {
        let file = house.folder.path().join("altered/north-america.md");
        let by_case = format!("{clause}decided = \"by-case\"\n");
        if file.exists() {
            let text = std::fs::read_to_string(&file).unwrap();
            std::fs::write(&file, text.replacen(clause, &by_case, 1)).unwrap();
        } else {
            altered(&house, "north-america.md", clause, &by_case);
        }
    }
    let policy = house.folder.path().join("altered");
    house.reopen_under(&policy.to_string_lossy()).await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let change = || Command::Rectify {
        person,
        purpose: None,
        field: "name".to_owned(),
        value: "Somebody Else".to_owned(),
        number: None,
    };
    let me = caller(ActorKind::Person, None);
    house.refused(&me, change(), CORRECTION, "by-case").await;
    let erase = Command::Erase { person };
    house.refused(&me, erase, ERASURE, "by-case").await;
    let page = format!("/v1/people/{person}/erase");
    let token = house.token("staff", Some("privacy-office")).await;
    assert_eq!(house.post(&page, &token, &json!({})).await.status, 200);
    let other = house.person("max@example.com").await;
    let cookie = through_the_pages(&house, "max@example.com").await;
    let own = [("cookie", cookie.as_str())];
    let page = house.form(Method::GET, "/centre/en/about-me", &own, Vec::new());
    let page = page.await.text;
    assert!(page.contains("Ask us to change or delete it"), "{page}");
    assert!(!page.contains("about-me/delete-one"), "{other}");
}
