//! Reads the sample input that the project ships, and holds what its README says about it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::{
    AccessLog, CsvReader, Fields, Limits, MailReader, Message, NdjsonReader, Outcome, Reader,
    Reason, Record, Source, Step, VisitLimits, Visits,
};

const KNOWN: [&str; 12] = [
    "name",
    "email",
    "phone",
    "employer",
    "job-title",
    "postal-address",
    "country",
    "course-attended",
    "course-due",
    "message",
    "subject",
    "survey-answer",
];

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../samples")
        .join(name)
}

fn read<R: Reader>(reader: R) -> (Vec<R::Taken>, Vec<(u64, Reason)>) {
    let (mut taken, mut rejected) = (Vec::new(), Vec::new());
    for outcome in reader {
        match outcome.unwrap() {
            Outcome::Taken(record) => taken.push(record),
            Outcome::Rejected(line) => rejected.push((line.line, line.reason)),
        }
    }
    (taken, rejected)
}

fn csv(name: &str, mappings: &[&str]) -> (Vec<Record>, Vec<(u64, Reason)>) {
    let fields = Fields::new(KNOWN);
    let fields = mappings
        .iter()
        .fold(fields, |fields, mapping| fields.map(mapping).unwrap());
    let source = Source::open(&sample(name)).unwrap();
    read(CsvReader::open(source, fields, Limits::default()).unwrap())
}

#[test]
fn contacts() {
    let (records, rejected) = csv("contacts.csv", &[]);
    assert_eq!(records.len(), 60);
    assert_eq!(
        rejected,
        [(
            40,
            Reason::ColumnCount {
                expected: 9,
                found: 10
            }
        )]
    );
    let invalid = records.iter().find(|record| record.line == 26).unwrap();
    assert!(!invalid.text("email").unwrap().contains('@'));
    let young: Vec<_> = records
        .iter()
        .filter(|record| record.age == Some(11))
        .collect();
    assert_eq!(young.len(), 1);
    assert_eq!(young[0].line, 53);
    assert!(
        records
            .iter()
            .all(|record| record.at.is_some() && record.country.is_some())
    );
    assert!(records.iter().any(|record| {
        record
            .text("postal-address")
            .is_some_and(|address| address.contains('\n'))
    }));
    let addresses: HashSet<_> = records
        .iter()
        .filter_map(|record| record.text("email"))
        .collect();
    assert_eq!(addresses.len(), records.len());
}

#[test]
fn contacts_as_json_lines() {
    let source = Source::open(&sample("contacts.ndjson")).unwrap();
    let reader = NdjsonReader::open(source, Fields::new(KNOWN), Limits::default());
    let (records, rejected) = read(reader);
    assert_eq!((records.len(), rejected.len()), (6, 1));
}

#[test]
fn courses() {
    let (records, rejected) = csv(
        "courses.csv",
        &["course=course-{status}", "date=collected-at"],
    );
    assert_eq!((records.len(), rejected.len()), (41, 0));
    let due = records
        .iter()
        .filter(|record| record.text("course-due").is_some())
        .count();
    let attended = records
        .iter()
        .filter(|record| record.text("course-attended").is_some())
        .count();
    assert_eq!(due + attended, records.len());
    assert!(due > 10 && attended > 10);
}

fn visits(name: &str) -> (usize, u64, Vec<u64>, bool) {
    let log = AccessLog::open(Source::open(&sample(name)).unwrap(), Limits::default());
    let (mut visitors, mut count, mut rejected, mut gpc) = (HashSet::new(), 0, Vec::new(), false);
    for step in Visits::new(log, VisitLimits::default()) {
        match step.unwrap() {
            Step::Visit(visit) => {
                visitors.insert((visit.ip, visit.user_agent));
                count += visit.count;
                gpc |= visit.gpc;
            }
            Step::Rejected(line) => rejected.push(line.line),
            Step::Checkpoint(_) => {}
        }
    }
    (visitors.len(), count, rejected, gpc)
}

#[test]
fn access_logs() {
    assert_eq!(
        visits("access.log"),
        (61, 2001, vec![412, 903, 1204, 1778], true)
    );
    assert_eq!(visits("access.json.log.gz"), (60, 160, vec![82], true));
}

#[test]
fn messages() {
    let (messages, rejected): (Vec<Message>, _) =
        read(MailReader::open(&sample("mail"), Limits::default()).unwrap());
    assert_eq!((messages.len(), rejected.len()), (8, 0));
    let (question, answer, thanks) = (&messages[0], &messages[1], &messages[2]);
    assert_eq!(answer.in_reply_to.first(), question.message_id.as_ref());
    assert_eq!(thanks.in_reply_to.first(), answer.message_id.as_ref());
    let files: usize = messages
        .iter()
        .map(|message| message.attachments.len())
        .sum();
    assert_eq!(files, 1);
    assert!(messages[5].text.contains("since my diagnosis"));
    assert_eq!(
        messages.iter().filter(|message| message.automatic).count(),
        1
    );
    assert!(
        messages
            .iter()
            .all(|message| message.at.is_some() && !message.text.contains('<'))
    );
}

#[test]
fn the_recording_is_three_seconds_of_sound() {
    let bytes = std::fs::read(sample("recording.wav")).unwrap();
    assert_eq!(&bytes[..4], b"RIFF");
    assert_eq!(&bytes[8..16], b"WAVEfmt ");
    assert_eq!(bytes.len() - 44, 48_000);
}
