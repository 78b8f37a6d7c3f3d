//! K2: people sign in by a password, a passkey or a code, and nobody gets in by guessing, by
//! waiting, or with what was somebody else's.

use crate::house::{Answered, House, altered};
use crate::mail::deliver;
use axum::http::Method;
use data_encoding::BASE64URL_NOPAD;
use kept_processing::passkey::{Algorithm, Made, Shown, Site};
use kept_processing::{
    Caller, Command, Ended, Handing, PasskeyChange, Performed, Proved, Session, Signing, Which,
};
use kept_terms::{ActorKind, PersonId, Way};
use kept_testing::authenticator::{Passkey, client};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use zeroize::Zeroizing;

const CLAUSE: &str = "north-america#secure.sign-in";
const ADA: &str = "ada@example.com";

/// Somebody at the door, of whom nothing is known.
fn somebody() -> Caller {
    Caller {
        id: "public:sign-in".to_owned(),
        kind: ActorKind::Person,
        role: None,
        purposes: None,
        home: None,
        holder: None,
    }
}

fn asking(address: &str, attempt: &str) -> Command {
    Command::SignIn(Signing::AskCode {
        address: address.to_owned(),
        attempt: attempt.to_owned(),
        country: None,
    })
}

fn code(attempt: &str, code: &str, from: &str, session: &str) -> Command {
    Command::SignIn(Signing::Code {
        attempt: attempt.to_owned(),
        code: Zeroizing::new(code.to_owned()),
        from: from.to_owned(),
        session: session.to_owned(),
    })
}

fn password(address: &str, password: &str, from: &str, session: &str) -> Command {
    Command::SignIn(Signing::Password {
        address: address.to_owned(),
        password: Zeroizing::new(password.to_owned()),
        from: from.to_owned(),
        session: session.to_owned(),
        country: None,
    })
}

/// What came of showing something.
fn proved(performed: Performed) -> Proved {
    match performed.outcome {
        Ok(kept_processing::Effect::SignedIn(proved)) => proved,
        Ok(_) => panic!("something else came of it"),
        Err(refusal) => panic!("refused: {:?}", refusal.grounds),
    }
}

async fn try_it(house: &House, command: Command) -> Proved {
    proved(house.done(&somebody(), command).await)
}

/// Everything that waits is handed over; the answer is the codes, in the order of their numbers.
async fn codes(house: &House) -> Vec<String> {
    let mut codes = Vec::new();
    for message in house.door().due_post(100).await.unwrap() {
        if let Handing::Leave(parcel) = house.door().hand_out(&message).await.unwrap() {
            let taken = house.door().settle(&parcel.message, Ended::Taken);
            taken.await.unwrap();
            codes.extend(parcel.code.map(|code| code.to_string()));
        }
    }
    codes
}

/// Asks for a code and takes it out of the post.
async fn code_for(house: &House, address: &str, attempt: &str) -> String {
    house.done(&somebody(), asking(address, attempt)).await;
    codes(house).await.pop().expect("a code is on its way")
}

/// Signs somebody in, in a session of this secret.
pub async fn signed_in(house: &House, address: &str, secret: &str) -> Session {
    let attempt = format!("attempt-{secret}");
    let sent = code_for(house, address, &attempt).await;
    match try_it(house, code(&attempt, &sent, "192.0.2.1", secret)).await {
        Proved::In(session) => *session,
        Proved::Wrong | Proved::Over => panic!("the code is right"),
    }
}

/// Signs in and sets a password.
async fn with_password(house: &House, address: &str, secret: &str, word: &str) -> Session {
    let session = signed_in(house, address, secret).await;
    let set = Signing::SetPassword {
        person: session.person,
        session: session.id.clone(),
        password: Zeroizing::new(word.to_owned()),
    };
    house.done(&Caller::person(), Command::SignIn(set)).await;
    session
}

/// Whether a session of this secret is open.
pub async fn is_open(house: &House, secret: &str) -> bool {
    house.door().session(secret).await.unwrap().is_some()
}

/// Another code than this one.
fn other(code: &str) -> String {
    let first = if code.starts_with('7') { '8' } else { '7' };
    format!("{first}{}", &code[1..])
}

#[tokio::test]
async fn five_guesses_at_a_code_are_all_whatever_connection_they_come_by_and_after_a_restart() {
    let mut house = House::new().await;
    house.person(ADA).await;
    let sent = code_for(&house, ADA, "browser").await;
    for number in 0..5 {
        if number == 3 {
            house.reopen().await;
        }
        let from = format!("192.0.2.{number}");
        let wrong = code("browser", &other(&sent), &from, "s");
        assert_eq!(try_it(&house, wrong).await, Proved::Wrong);
    }
    let right = code("browser", &sent, "198.51.100.9", "s");
    house
        .refused(&somebody(), right, CLAUSE, "too-many-tries")
        .await;
    assert!(!is_open(&house, "s").await);
}

#[tokio::test]
async fn guesses_made_at_once_are_no_more_than_those_made_in_turn() {
    let house = House::new().await;
    house.person(ADA).await;
    let sent = code_for(&house, ADA, "browser").await;
    let wrong = other(&sent);
    let guesses = (0..24).map(|number| {
        let command = code("browser", &wrong, &format!("192.0.2.{number}"), "s");
        let door = house.door().clone();
        tokio::spawn(async move { door.perform(&somebody(), &command).await })
    });
    let (mut counted, mut turned_away) = (0, 0);
    for guess in guesses.collect::<Vec<_>>() {
        match guess.await.unwrap() {
            Ok(performed) if performed.outcome.is_ok() => counted += 1,
            Ok(_) | Err(_) => turned_away += 1,
        }
    }
    assert_eq!((counted, turned_away), (5, 19));
}

#[tokio::test]
async fn a_code_opens_once_in_the_browser_that_asked_and_within_ten_minutes() {
    let house = House::new().await;
    house.person(ADA).await;
    let sent = code_for(&house, ADA, "browser").await;
    let stolen = code("another browser", &sent, "192.0.2.1", "thief");
    assert_eq!(try_it(&house, stolen).await, Proved::Over);
    let own = code_for(&house, ADA, "another browser").await;
    let crossed = code("browser", &own, "192.0.2.1", "thief");
    assert_eq!(try_it(&house, crossed).await, Proved::Wrong);
    let right = code("browser", &sent, "192.0.2.1", "mine");
    assert!(matches!(try_it(&house, right.clone()).await, Proved::In(_)));
    assert_eq!(try_it(&house, right).await, Proved::Over);
    house.clock.set("2026-11-23T12:10:00Z");
    let late = code("another browser", &own, "192.0.2.1", "late");
    assert_eq!(try_it(&house, late).await, Proved::Over);
    assert!(!is_open(&house, "thief").await && !is_open(&house, "late").await);
}

#[tokio::test]
async fn a_code_that_waited_too_long_is_not_sent() {
    let house = House::new().await;
    house.person(ADA).await;
    house.done(&somebody(), asking(ADA, "browser")).await;
    house.clock.pass_seconds(601);
    assert!(codes(&house).await.is_empty());
    assert_eq!(house.door().post_figures().await.unwrap().undeliverable, 1);
}

#[tokio::test]
async fn a_code_shown_twice_at_once_opens_one_session() {
    let house = House::new().await;
    house.person(ADA).await;
    let sent = code_for(&house, ADA, "browser").await;
    let both = ["one", "two"].map(|secret| {
        let (door, shown) = (
            house.door().clone(),
            code("browser", &sent, "192.0.2.1", secret),
        );
        tokio::spawn(async move { door.perform(&somebody(), &shown).await })
    });
    for shown in both {
        shown.await.unwrap().unwrap();
    }
    let opened = [is_open(&house, "one").await, is_open(&house, "two").await];
    assert_eq!(opened.iter().filter(|open| **open).count(), 1);
}

#[tokio::test]
async fn guessing_from_one_place_comes_to_an_end_whomever_it_is_about() {
    let mut house = House::new().await;
    house.person(ADA).await;
    for number in 0..20 {
        let wrong = password(
            &format!("p{number}@example.com"),
            "a guess",
            "192.0.2.7",
            "s",
        );
        assert_eq!(try_it(&house, wrong).await, Proved::Wrong);
    }
    house.reopen().await;
    let next = password("p20@example.com", "a guess", "192.0.2.7", "s");
    house
        .refused(&somebody(), next, CLAUSE, "too-many-tries")
        .await;
    let elsewhere = password("p20@example.com", "a guess", "198.51.100.7", "s");
    assert_eq!(try_it(&house, elsewhere).await, Proved::Wrong);
}

#[tokio::test]
async fn nobody_is_flooded_with_codes_and_nobody_is_told_that_none_was_sent() {
    let house = House::new().await;
    house.person(ADA).await;
    for number in 0..12 {
        let asked = asking(ADA, &format!("browser {number}"));
        house.done(&somebody(), asked).await;
    }
    assert_eq!(codes(&house).await.len(), 5);
    house.clock.set("2026-11-23T12:59:00Z");
    house.done(&somebody(), asking(ADA, "later")).await;
    assert_eq!(codes(&house).await.len(), 0);
    house.clock.set("2026-11-23T13:00:01Z");
    house.done(&somebody(), asking(ADA, "later still")).await;
    assert_eq!(codes(&house).await.len(), 1);
}

#[tokio::test]
async fn an_address_that_nobody_has_is_answered_like_any_other() {
    let house = House::new().await;
    house.person(ADA).await;
    let mut told = Vec::new();
    for address in [ADA, "nobody@example.com"] {
        let before = house.entries().await;
        let body = format!("address={address}");
        let asked = page(&house, "/sign-in", "", &body, "same-origin").await;
        let names = |answered: &Answered| {
            let names = answered.headers.keys().map(ToString::to_string);
            names.collect::<BTreeSet<String>>()
        };
        let set = asked.headers["set-cookie"].to_str().unwrap().to_owned();
        let cookie = set.split(';').next().unwrap().to_owned();
        let shown = page(
            &house,
            "/sign-in/code",
            &cookie,
            "code=12345678",
            "same-origin",
        )
        .await;
        let by_password = format!("address={address}&password=not+the+right+one");
        let by_password = page(&house, "/sign-in/password", "", &by_password, "same-origin").await;
        told.push((
            (asked.status, asked.text.clone(), names(&asked), set.len()),
            (shown.status, shown.text.clone(), names(&shown)),
            (
                by_password.status,
                by_password.text.clone(),
                names(&by_password),
            ),
            house.entries().await - before,
        ));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].0.0, 303);
}

/// What an entry says, but for when and of whom; whose document it is under is left out.
fn in_the_open(entry: &[u8]) -> Value {
    let mut said: Value = serde_json::from_slice(entry).unwrap();
    let says = said.as_object_mut().unwrap();
    says.remove("at");
    says.remove("salt");
    let somebody = says.remove("person").is_some();
    says.insert("somebody".to_owned(), json!(somebody));
    says.remove("document");
    let clauses = says["clauses"].as_array().unwrap().iter();
    let paths = clauses.map(|it| it.as_str().unwrap().split_once('#').unwrap().1);
    let paths: Vec<String> = paths.map(str::to_owned).collect();
    says.insert("clauses".to_owned(), json!(paths));
    said
}

#[tokio::test]
async fn the_ledger_does_not_tell_whether_somebody_has_an_address() {
    let house = House::new().await;
    house.person(ADA).await;
    let mut told = Vec::new();
    for address in [ADA, "nobody@example.com"] {
        let before = house.entries().await;
        let body = format!("address={address}");
        let asked = page(&house, "/sign-in", "", &body, "same-origin").await;
        let set = asked.headers["set-cookie"].to_str().unwrap().to_owned();
        let cookie = set.split(';').next().unwrap().to_owned();
        let folder = tempfile::tempdir().unwrap();
        deliver(&house, folder.path()).await;
        deliver(&house, folder.path()).await;
        for _ in 0..7 {
            let code = "code=12345678";
            page(&house, "/sign-in/code", &cookie, code, "same-origin").await;
        }
        let wrong = format!("address={address}&password=not+the+right+one");
        page(&house, "/sign-in/password", "", &wrong, "same-origin").await;
        let after = house.entries().await;
        let entries = (before..after).map(|it| house.door().entry(it).unwrap().unwrap());
        told.push(entries.map(|it| in_the_open(&it)).collect::<Vec<_>>());
        house.clock.pass_seconds(3_600);
    }
    assert_eq!(told[0], told[1]);
    let contact = told[1].iter().filter(|it| it["act"] == "contact").count();
    assert_eq!(contact, 2, "the message and its end: {:?}", told[1]);
    assert!(
        told[1]
            .iter()
            .any(|it| it["reasons"] == json!(["too-many-tries"]))
    );
}

#[tokio::test]
async fn a_password_is_guessed_five_times_and_a_code_still_opens() {
    let house = House::new().await;
    house.person(ADA).await;
    with_password(&house, ADA, "first", "a sentence of my own").await;
    for number in 0..5 {
        let from = format!("198.51.100.{number}");
        let wrong = password(ADA, "a sentence of hers", &from, "s");
        assert_eq!(try_it(&house, wrong).await, Proved::Wrong);
    }
    let right = password(ADA, "a sentence of my own", "203.0.113.5", "s");
    house
        .refused(&somebody(), right.clone(), CLAUSE, "too-many-tries")
        .await;
    signed_in(&house, ADA, "by code").await;
    house.clock.set("2026-11-23T12:15:01Z");
    assert!(matches!(try_it(&house, right).await, Proved::In(_)));
}

#[tokio::test]
async fn a_password_that_many_people_have_is_not_taken_and_none_is_set_by_a_stale_session() {
    let house = House::new().await;
    house.person(ADA).await;
    let session = signed_in(&house, ADA, "mine").await;
    let set = |word: &str| {
        let password = Zeroizing::new(word.to_owned());
        let (person, session) = (session.person, session.id.clone());
        Command::SignIn(Signing::SetPassword {
            person,
            session,
            password,
        })
    };
    for word in [
        "short",
        "password",
        "Password1!",
        "123456789",
        "qwertyuiop",
        "aaaaaaaaaaaa",
    ] {
        let tried = house.door().perform(&Caller::person(), &set(word)).await;
        assert!(tried.is_err(), "{word}");
    }
    house.clock.set("2026-11-23T12:11:00Z");
    let late = set("a sentence of my own");
    let stale = house.door().perform(&Caller::person(), &late).await;
    assert!(stale.is_err());
    assert!(!house.door().has_password(session.person).await.unwrap());
}

#[tokio::test]
async fn no_password_code_or_secret_of_a_session_stands_in_the_data_folder() {
    let mut house = House::new().await;
    house.person(ADA).await;
    let session = house.door().draw_secret();
    with_password(&house, ADA, &session, "a sentence of my own").await;
    let attempt = house.door().draw_secret();
    house.done(&somebody(), asking(ADA, &attempt)).await;
    let before = read(house.folder.path());
    let sent = codes(&house).await.pop().unwrap();
    house.close();
    for bytes in [before, read(house.folder.path())] {
        for secret in ["a sentence of my own", &session, &attempt, &sent, ADA] {
            let found = bytes
                .windows(secret.len())
                .any(|it| it == secret.as_bytes());
            assert!(!found, "{secret}");
        }
    }
}

/// Every byte of every file under a folder.
fn read(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => bytes.extend(read(&path)),
            false => bytes.extend(std::fs::read(&path).unwrap()),
        }
    }
    bytes
}

#[tokio::test]
async fn a_planted_session_is_not_taken_over_and_a_stolen_one_ends_with_signing_out() {
    let house = House::new().await;
    house.person(ADA).await;
    let body = format!("address={ADA}");
    let asked = page(&house, "/sign-in", "", &body, "same-origin").await;
    let cookie = asked.headers["set-cookie"].to_str().unwrap();
    let attempt = cookie.split(';').next().unwrap();
    let sent = codes(&house).await.pop().unwrap();
    let planted = format!("{attempt}; kept-session=planted-by-somebody-else");
    let body = format!("code={sent}");
    let shown = page(&house, "/sign-in/code", &planted, &body, "same-origin").await;
    assert_eq!(shown.status, 303, "{}", shown.text);
    assert!(!is_open(&house, "planted-by-somebody-else").await);
    let set = shown.headers.get_all("set-cookie").iter();
    let set: Vec<&str> = set.map(|value| value.to_str().unwrap()).collect();
    let own = set
        .iter()
        .find(|line| line.starts_with("kept-session="))
        .unwrap();
    assert!(
        own.contains("HttpOnly") && own.contains("SameSite=Strict"),
        "{own}"
    );
    let secret = own
        .trim_start_matches("kept-session=")
        .split(';')
        .next()
        .unwrap();
    let session = house.door().session(secret).await.unwrap().unwrap();
    let over = Command::SignOut {
        person: session.person,
        which: Which::One(session.id),
    };
    house.done(&Caller::person(), over).await;
    assert!(!is_open(&house, secret).await);
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_and_none_lasts_beyond_half_a_day() {
    let house = House::new().await;
    house.person(ADA).await;
    signed_in(&house, ADA, "idle").await;
    house.clock.set("2026-11-23T12:29:59Z");
    assert!(is_open(&house, "idle").await);
    house.clock.set("2026-11-23T12:59:58Z");
    assert!(is_open(&house, "idle").await);
    house.clock.set("2026-11-23T13:29:58Z");
    assert!(!is_open(&house, "idle").await);
    house.clock.set("2026-11-23T13:45:00Z");
    signed_in(&house, ADA, "busy").await;
    for hour in 14..=26 {
        for minute in [0, 20, 40] {
            let (day, hour) = (23 + hour / 24, hour % 24);
            house
                .clock
                .set(&format!("2026-11-{day}T{hour:02}:{minute:02}:00Z"));
            let within = day == 23 || hour <= 1;
            assert_eq!(
                is_open(&house, "busy").await,
                within,
                "{day} {hour}:{minute}"
            );
        }
    }
    assert!(house.door().tidy_sign_in().await.unwrap() > 0);
    assert_eq!(house.door().count_sessions().await.unwrap(), 0);
}

#[tokio::test]
async fn another_sites_page_sends_no_form_in_somebodys_name() {
    let house = House::new().await;
    house.person(ADA).await;
    let session = signed_in(&house, ADA, "mine").await;
    let form = house.door().form_token(&session);
    let cookie = "kept-session=mine";
    let body = format!("form={form}");
    for (body, site) in [
        (body.as_str(), "cross-site"),
        (body.as_str(), "same-site"),
        (body.as_str(), "none"),
        (body.as_str(), ""),
        ("", "same-origin"),
        ("form=00000000000000000000000000000000", "same-origin"),
    ] {
        let sent = page(&house, "/sign-out", cookie, body, site).await;
        assert_eq!(sent.status, 403, "{body} from {site}: {}", sent.text);
    }
    assert!(is_open(&house, "mine").await);
    let own = page(&house, "/sign-out", cookie, &body, "same-origin").await;
    assert_eq!(own.status, 200, "{}", own.text);
    assert!(!is_open(&house, "mine").await);
}

#[tokio::test]
async fn whoever_was_erased_is_signed_out_and_gets_no_code() {
    let house = House::new().await;
    let person: PersonId = house.person(ADA).await.parse().unwrap();
    signed_in(&house, ADA, "mine").await;
    house
        .done(&Caller::person(), Command::Erase { person })
        .await;
    assert!(!is_open(&house, "mine").await);
    house.done(&somebody(), asking(ADA, "browser")).await;
    assert_eq!(codes(&house).await.len(), 0);
}

#[tokio::test]
async fn a_new_password_and_signing_out_everywhere_end_the_other_sessions() {
    let house = House::new().await;
    house.person(ADA).await;
    signed_in(&house, ADA, "elsewhere").await;
    let own = with_password(&house, ADA, "mine", "a sentence of my own").await;
    assert!(!is_open(&house, "elsewhere").await && is_open(&house, "mine").await);
    signed_in(&house, ADA, "again").await;
    let over = Command::SignOut {
        person: own.person,
        which: Which::All,
    };
    house.done(&Caller::person(), over).await;
    assert!(!is_open(&house, "again").await && !is_open(&house, "mine").await);
}

#[tokio::test]
async fn a_way_that_no_clause_lists_is_refused() {
    let mut house = House::new().await;
    let old = "sign-in = [\"password\", \"passkey\", \"e-mail-code\"]";
    let folder = altered(&house, "north-america.md", old, "sign-in = [\"passkey\"]");
    let ended = house.kept(&["publish", &folder, "--in-force"]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    house.reopen_under(&folder).await;
    house.person(ADA).await;
    for tried in [
        asking(ADA, "browser"),
        password(ADA, "a sentence", "192.0.2.1", "s"),
    ] {
        house
            .refused(&somebody(), tried, CLAUSE, "not-this-way")
            .await;
    }
    let body = format!("address={ADA}");
    let asked = page(&house, "/sign-in", "", &body, "same-origin").await;
    assert!(
        asked.status == 403 && asked.text.contains(CLAUSE),
        "{}",
        asked.text
    );
}

#[tokio::test]
async fn the_standing_says_how_many_are_signed_in_and_how_many_failed() {
    let house = House::new().await;
    house.person(ADA).await;
    signed_in(&house, ADA, "mine").await;
    let wrong = password(ADA, "a guess", "192.0.2.1", "s");
    try_it(&house, wrong).await;
    house.door().sequence().await.unwrap();
    let standing = house.door().standing().await.unwrap();
    let found = standing.iter().find(|one| one.name == CLAUSE).unwrap();
    let figure = serde_json::to_string(&found).unwrap();
    assert!(
        figure.contains("1 signed in now, 1 attempt in vain"),
        "{figure}"
    );
}

/// The site that the house's passkeys are for.
fn site() -> Site {
    Site::of("https://privacy.example.com").unwrap()
}

/// A browser asks for what a device has to sign.
async fn challenge(house: &House, attempt: &str) -> [u8; 32] {
    let asked = Signing::AskPasskey {
        attempt: attempt.to_owned(),
        country: None,
    };
    house.done(&somebody(), Command::SignIn(asked)).await;
    let challenge = house.door().passkey_challenge(attempt).await;
    challenge.unwrap().expect("something was asked for")
}

fn showing(attempt: &str, shown: &Shown, session: &str) -> Command {
    Command::SignIn(Signing::Passkey {
        attempt: attempt.to_owned(),
        site: site(),
        shown: Box::new(shown.clone()),
        from: "192.0.2.1".to_owned(),
        session: session.to_owned(),
    })
}

fn changing(session: &Session, change: PasskeyChange) -> Command {
    Command::SignIn(Signing::ChangePasskeys {
        person: session.person,
        session: session.id.clone(),
        change,
    })
}

/// Somebody who is signed in asks for a passkey to be made: the challenge, and by what devices are
/// to know them.
async fn new_challenge(house: &House, session: &Session, attempt: &str) -> ([u8; 32], Vec<u8>) {
    let ask = PasskeyChange::Ask {
        attempt: attempt.to_owned(),
    };
    house.done(&Caller::person(), changing(session, ask)).await;
    let challenge = house.door().passkey_challenge(attempt).await;
    let (_, handle) = house.door().passkeys(session.person).await.unwrap();
    (challenge.unwrap().unwrap(), handle.unwrap())
}

fn adding(session: &Session, attempt: &str, made: Made) -> Command {
    let add = PasskeyChange::Add {
        attempt: attempt.to_owned(),
        site: site(),
        name: "my laptop".to_owned(),
        made: Box::new(made),
    };
    changing(session, add)
}

/// Signs in and adds a passkey, which counts.
async fn with_passkey(house: &House, address: &str, number: u8) -> (Session, Passkey) {
    let session = signed_in(house, address, &format!("adding {number}")).await;
    let attempt = format!("new {number}");
    let (challenge, handle) = new_challenge(house, &session, &attempt).await;
    let mut passkey = Passkey::new(Algorithm::EdDsa, &site().id, &handle, number);
    passkey.count = 1;
    let made = passkey.made(&site(), &challenge);
    let add = adding(&session, &attempt, made);
    house.done(&Caller::person(), add).await;
    (session, passkey)
}

#[tokio::test]
async fn a_passkey_opens_without_an_address_and_what_it_showed_opens_once() {
    let mut house = House::new().await;
    let person: PersonId = house.person(ADA).await.parse().unwrap();
    let (_, mut passkey) = with_passkey(&house, ADA, 1).await;
    house.reopen().await;
    let asked = challenge(&house, "browser").await;
    let shown = passkey.shown(&site(), &asked);
    // In another browser it answers nothing.
    challenge(&house, "another browser").await;
    let crossed = showing("another browser", &shown, "crossed");
    assert_eq!(try_it(&house, crossed).await, Proved::Wrong);
    let stolen = showing("nobody's browser", &shown, "stolen");
    assert_eq!(try_it(&house, stolen).await, Proved::Over);
    let right = showing("browser", &shown, "mine");
    let Proved::In(session) = try_it(&house, right.clone()).await else {
        panic!("the passkey is right");
    };
    assert_eq!((session.person, session.way), (person, Way::Passkey));
    assert_eq!(try_it(&house, right).await, Proved::Over);
    // Asked again by the same browser, it is another question.
    challenge(&house, "browser").await;
    let replayed = showing("browser", &shown, "replayed");
    assert_eq!(try_it(&house, replayed).await, Proved::Wrong);
    for secret in ["crossed", "stolen", "replayed"] {
        assert!(!is_open(&house, secret).await, "{secret}");
    }
}

#[tokio::test]
async fn what_a_passkey_shows_too_late_or_twice_at_once_opens_nothing_more() {
    let house = House::new().await;
    house.person(ADA).await;
    let (_, mut passkey) = with_passkey(&house, ADA, 1).await;
    let asked = challenge(&house, "browser").await;
    let shown = passkey.shown(&site(), &asked);
    let both = ["one", "two"].map(|secret| {
        let (door, shown) = (house.door().clone(), showing("browser", &shown, secret));
        tokio::spawn(async move { door.perform(&somebody(), &shown).await })
    });
    for shown in both {
        shown.await.unwrap().unwrap();
    }
    let opened = [is_open(&house, "one").await, is_open(&house, "two").await];
    assert_eq!(opened.iter().filter(|open| **open).count(), 1);
    let asked = challenge(&house, "late").await;
    house.clock.set("2026-11-23T12:10:00Z");
    let late = showing("late", &passkey.shown(&site(), &asked), "late");
    assert_eq!(try_it(&house, late).await, Proved::Over);
}

/// Shows something from a place of its own; it has to be wrong.
async fn wrong(house: &House, name: &str, shown: Shown) {
    let tried = Signing::Passkey {
        attempt: name.to_owned(),
        site: site(),
        shown: Box::new(shown),
        from: format!("the place of {name}"),
        session: name.to_owned(),
    };
    let tried = try_it(house, Command::SignIn(tried)).await;
    assert_eq!(tried, Proved::Wrong, "{name}");
    assert!(!is_open(house, name).await, "{name}");
}

#[tokio::test]
async fn what_a_passkey_shows_otherwise_than_asked_opens_nothing() {
    let house = House::new().await;
    house.person(ADA).await;
    let (_, mut passkey) = with_passkey(&house, ADA, 1).await;
    let page = Site {
        origin: "https://privacy.example.org".to_owned(),
        ..site()
    };
    let signed = |passkey: &Passkey, kind: &str, asked: &[u8]| {
        passkey.signed(client(kind, &site().origin, asked))
    };
    let asked = challenge(&house, "another page").await;
    wrong(&house, "another page", passkey.shown(&page, &asked)).await;
    let asked = challenge(&house, "another use").await;
    wrong(
        &house,
        "another use",
        signed(&passkey, "webauthn.create", &asked),
    )
    .await;
    let asked = challenge(&house, "another site").await;
    passkey.site = "example.org".to_owned();
    wrong(&house, "another site", passkey.shown(&site(), &asked)).await;
    passkey.site = site().id;
    for (name, flags) in [("nobody there", 0x04), ("not its owner", 0x01)] {
        let asked = challenge(&house, name).await;
        passkey.flags = flags;
        wrong(&house, name, passkey.shown(&site(), &asked)).await;
    }
    passkey.flags = 0x05;
    let asked = challenge(&house, "cut").await;
    let mut shown = passkey.shown(&site(), &asked);
    shown.device.pop();
    wrong(&house, "cut", shown).await;
    let asked = challenge(&house, "altered").await;
    let mut shown = passkey.shown(&site(), &asked);
    shown.signature[10] ^= 1;
    wrong(&house, "altered", shown).await;
    challenge(&house, "nothing").await;
    wrong(&house, "nothing", Shown::default()).await;
    let asked = challenge(&house, "right").await;
    let right = showing("right", &passkey.shown(&site(), &asked), "right");
    assert!(matches!(try_it(&house, right).await, Proved::In(_)));
}

#[tokio::test]
async fn a_passkey_opens_for_its_own_person_alone_and_one_that_counts_back_not_at_all() {
    let house = House::new().await;
    house.person(ADA).await;
    house.person("grace@example.com").await;
    let (_, mut ada) = with_passkey(&house, ADA, 1).await;
    let (_, mut grace) = with_passkey(&house, "grace@example.com", 2).await;
    let asked = challenge(&house, "in her place").await;
    let own = std::mem::replace(&mut grace.owner, ada.owner.clone());
    wrong(&house, "in her place", grace.shown(&site(), &asked)).await;
    let asked = challenge(&house, "by her name").await;
    let id = std::mem::replace(&mut grace.id, ada.id.clone());
    wrong(&house, "by her name", grace.shown(&site(), &asked)).await;
    (grace.owner, grace.id) = (own, id);
    let asked = challenge(&house, "copied").await;
    let (count, before) = (ada.count, house.entries().await);
    ada.count = 0;
    wrong(&house, "copied", ada.shown(&site(), &asked)).await;
    ada.count = count;
    // It is on record about her, for her to see.
    assert!(house.entries().await > before);
    let entry = house.door().entry(before).unwrap().unwrap();
    let entry = String::from_utf8(entry).unwrap();
    assert!(
        entry.contains("passkey-count-back") && entry.contains("\"person\""),
        "{entry}"
    );
    for (secret, passkey) in [("ada", &mut ada), ("grace", &mut grace)] {
        let asked = challenge(&house, secret).await;
        let right = showing(secret, &passkey.shown(&site(), &asked), secret);
        assert!(
            matches!(try_it(&house, right).await, Proved::In(_)),
            "{secret}"
        );
    }
}

#[tokio::test]
async fn a_passkey_that_nobody_has_is_answered_like_one_that_is_wrong() {
    let house = House::new().await;
    house.person(ADA).await;
    let (_, mut known) = with_passkey(&house, ADA, 1).await;
    let mut unknown = Passkey::new(Algorithm::EdDsa, "localhost", b"nobody", 3);
    known.site = "localhost".to_owned();
    let local = Site::of("http://localhost:8080").unwrap();
    let mut told = Vec::new();
    for passkey in [&mut known, &mut unknown] {
        let before = house.entries().await;
        let host = [
            ("host", "localhost:8080"),
            ("sec-fetch-site", "same-origin"),
        ];
        let start = house.form(Method::POST, "/sign-in/passkey/start", &host, Vec::new());
        let start = start.await;
        assert_eq!(start.status, 200, "{}", start.text);
        let set = start.headers["set-cookie"].to_str().unwrap().to_owned();
        let cookie = set.split(';').next().unwrap().to_owned();
        let asked = start.body["challenge"].as_str().unwrap().as_bytes();
        let asked = BASE64URL_NOPAD.decode(asked).unwrap();
        let mut shown = passkey.shown(&local, &asked);
        shown.signature[3] ^= 1;
        let answer = serde_json::json!({
            "id": BASE64URL_NOPAD.encode(&shown.id),
            "owner": BASE64URL_NOPAD.encode(&shown.owner),
            "client": BASE64URL_NOPAD.encode(&shown.client),
            "device": BASE64URL_NOPAD.encode(&shown.device),
            "signature": BASE64URL_NOPAD.encode(&shown.signature),
        });
        let body = format!("answer={}", answer.to_string().replace('"', "%22"));
        let headers = [host[0], host[1], ("cookie", &cookie)];
        let shown = house.form(
            Method::POST,
            "/sign-in/passkey",
            &headers,
            body.into_bytes(),
        );
        let shown = shown.await;
        let names = |answered: &Answered| {
            let names = answered.headers.keys().map(ToString::to_string);
            names.collect::<BTreeSet<String>>()
        };
        let mut options = start.body.clone();
        options["challenge"] = serde_json::Value::Null;
        told.push((
            (start.status, options, names(&start), set.len()),
            (shown.status, shown.text.clone(), names(&shown)),
            house.entries().await - before,
        ));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].1.0, 422);
}

#[tokio::test]
async fn a_passkey_is_added_by_whoever_just_showed_who_they_are_and_asked_for_it() {
    let house = House::new().await;
    house.person(ADA).await;
    house.person("grace@example.com").await;
    let (ada, passkey) = with_passkey(&house, ADA, 1).await;
    let grace = signed_in(&house, "grace@example.com", "hers").await;
    let (asked, handle) = new_challenge(&house, &ada, "new").await;
    assert_eq!(handle, passkey.owner);
    let other = Passkey::new(Algorithm::Es256, &site().id, &handle, 2);
    let refused = async |session: &Session, attempt: &str, made: Made, name: &str| {
        let command = adding(session, attempt, made);
        let tried = house.door().perform(&Caller::person(), &command).await;
        assert!(tried.is_err(), "{name}");
    };
    // With what somebody else asked for, without asking, with another answer, or the same again.
    refused(&grace, "new", other.made(&site(), &asked), "another's").await;
    refused(&ada, "none", other.made(&site(), &asked), "not asked").await;
    refused(&ada, "new", other.made(&site(), &[0; 32]), "another answer").await;
    refused(&ada, "new", passkey.made(&site(), &asked), "the same").await;
    challenge(&house, "to sign in").await;
    refused(
        &ada,
        "to sign in",
        other.made(&site(), &asked),
        "to sign in",
    )
    .await;
    let add = adding(&ada, "new", other.made(&site(), &asked));
    house.done(&Caller::person(), add.clone()).await;
    refused(&ada, "new", other.made(&site(), &asked), "twice").await;
    let (held, _) = house.door().passkeys(ada.person).await.unwrap();
    assert_eq!(held.len(), 2);
    house.clock.set("2026-11-23T12:11:00Z");
    let stale = changing(
        &ada,
        PasskeyChange::Ask {
            attempt: "late".to_owned(),
        },
    );
    assert!(
        house
            .door()
            .perform(&Caller::person(), &stale)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_passkey_that_is_removed_or_whose_person_is_erased_opens_nothing() {
    let house = House::new().await;
    house.person(ADA).await;
    let (session, mut passkey) = with_passkey(&house, ADA, 1).await;
    let asked = challenge(&house, "browser").await;
    let shown = showing("browser", &passkey.shown(&site(), &asked), "by passkey");
    assert!(matches!(try_it(&house, shown).await, Proved::In(_)));
    let (held, _) = house.door().passkeys(session.person).await.unwrap();
    let passkeys = held.iter().map(|it| it.id.clone());
    let [one] = passkeys.collect::<Vec<_>>().try_into().unwrap();
    let remove = PasskeyChange::Remove { passkey: one };
    house
        .done(&Caller::person(), changing(&session, remove))
        .await;
    assert!(!is_open(&house, "by passkey").await);
    let asked = challenge(&house, "removed").await;
    wrong(&house, "removed", passkey.shown(&site(), &asked)).await;
    let (session, mut passkey) = with_passkey(&house, ADA, 2).await;
    let asked = challenge(&house, "erased").await;
    let person = session.person;
    house
        .done(&Caller::person(), Command::Erase { person })
        .await;
    wrong(&house, "erased", passkey.shown(&site(), &asked)).await;
}

/// Sends a form as a browser does, from a page of some site.
async fn page(house: &House, path: &str, cookie: &str, body: &str, site: &str) -> Answered {
    let headers = [("cookie", cookie), ("sec-fetch-site", site)];
    let headers: Vec<_> = headers
        .into_iter()
        .filter(|(_, it)| !it.is_empty())
        .collect();
    house
        .form(Method::POST, path, &headers, body.as_bytes().to_vec())
        .await
}
