//! No value that came in is found in any file, entry or message, in any of its usual spellings.

use crate::house::*;
use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use kept_processing::*;
use kept_terms::Right;
use std::path::Path;

/// Values that appear nowhere else.
const NAME: &str = "Zebedee Quillfeather";
const EMAIL: &str = "zebedee.quillfeather@wobblethorpe.example.com";
const PHONE: &str = "+1 212 555 0147";
const MESSAGE: &str = "My marzipan hippogriff has swallowed the turnstile again";
const OTHER: &str = "Philomena Brackenbury-Snodgrass";
const FILE: &str = "The confidential ballad of the upside-down lighthouse keeper";
const FILE_NAME: &str = "lighthouse-ballad-of-quillfeather.txt";
const CLAIM: &str = "Barnabas Thistlewhistle";

const VALUES: [&str; 8] = [NAME, EMAIL, PHONE, MESSAGE, OTHER, FILE, FILE_NAME, CLAIM];

/// The ways in which a value could stand in a file. Base64 depends on where it starts, so what
/// lies between the edges is looked for at each of the three places.
fn spellings(value: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u16> = value.encode_utf16().collect();
    let mut all = vec![
        value.as_bytes().to_vec(),
        value.to_lowercase().into_bytes(),
        value.replace(' ', "").into_bytes(),
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        HEXLOWER.encode(value.as_bytes()).into_bytes(),
        HEXUPPER.encode(value.as_bytes()).into_bytes(),
    ];
    for shift in 0..3 {
        let shifted = [&vec![b' '; shift], value.as_bytes()].concat();
        let encoded = BASE64.encode(&shifted);
        all.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
    }
    all
}

fn search(place: &str, bytes: &[u8]) {
    for value in VALUES {
        for (kind, spelling) in spellings(value).into_iter().enumerate() {
            let found = bytes
                .windows(spelling.len())
                .any(|window| window == spelling);
            assert!(!found, "{place} holds a value in spelling {kind}");
        }
    }
}

fn search_files(folder: &Path) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count += search_files(&path);
        } else {
            let name = path.display().to_string();
            search(&name, name.as_bytes());
            search(&name, &std::fs::read(&path).unwrap());
            count += 1;
        }
    }
    count
}

#[tokio::test]
async fn no_file_and_no_message_holds_a_value() {
    let house = House::new(61).await;
    let attachment = Given::File {
        name: FILE_NAME.to_owned(),
        media_type: "text/plain".to_owned(),
        content: FILE.as_bytes().to_vec(),
    };
    let mut collect = record(&[
        ("name", NAME),
        ("email", EMAIL),
        ("phone", PHONE),
        ("message", MESSAGE),
    ]);
    collect.values.push(("attachment".to_owned(), attachment));
    let person = house.collect(collect.clone()).await;
    let (purpose, field) = ("keep-secure".to_owned(), "email".to_owned());
    let claims = [("name", CLAIM), ("phone", PHONE)].map(|(f, v)| (f.to_owned(), v.to_owned()));
    let rectify = |field: &str, value: &str| Command::Rectify {
        person,
        purpose: None,
        field: field.to_owned(),
        value: value.to_owned(),
        number: None,
    };
    let own = Caller::person();
    let wrong = |field: &str, value: &str| Command::Collect(record(&[(field, value)]));
    let once = Once {
        key: b"one".to_vec(),
        request: [7; 32],
    };
    house
        .door
        .perform_once(&staff("support"), &Command::Collect(collect), Some(&once))
        .await
        .unwrap();
    let commands = [
        (own.clone(), rectify("name", OTHER)),
        (own.clone(), rectify("email", NAME)),
        (
            own.clone(),
            Command::Export {
                person,
                right: Right::Access,
            },
        ),
        (
            staff("support"),
            Command::Verify {
                person,
                purpose,
                claims: claims.to_vec(),
            },
        ),
        (staff("support"), finding(EMAIL)),
        (staff("support"), finding(NAME)),
        (
            staff("support"),
            Command::Find {
                purpose: NAME.to_owned(),
                field,
                value: EMAIL.to_owned(),
            },
        ),
        (
            staff("sales"),
            reading(person, "answer-you", &["name", "email", "message"]),
        ),
        (
            staff("marketing"),
            reading(person, "answer-you", &["email"]),
        ),
        (staff("sales"), reading(person, EMAIL, &[MESSAGE])),
        (staff("support"), wrong("email", MESSAGE)),
        (staff("support"), wrong("phone", CLAIM)),
        (staff("support"), wrong("country", NAME)),
        (staff("support"), wrong(MESSAGE, NAME)),
        (staff("support"), wrong("call-recording", MESSAGE)),
        (staff(NAME), finding(EMAIL)),
    ];
    for (caller, command) in commands {
        match house.door.perform(&caller, &command).await {
            Err(failure) => search("a failure", format!("{failure} {failure:?}").as_bytes()),
            Ok(Performed {
                outcome: Err(refusal),
                ..
            }) => {
                search("a refusal", format!("{refusal:?}").as_bytes());
            }
            Ok(_) => {}
        }
    }
    house.door.sequence().await.unwrap();
    house.audit().await.unwrap();
    let closed = house.close();
    assert!(search_files(&closed.path) > 10);
    let house = closed.open().await.unwrap();
    house.act(&own, Command::Erase { person }).await;
    house.clock.pass_days(30);
    house.door.sweep(None).await.unwrap();
    search_files(&house.close().path);
}
