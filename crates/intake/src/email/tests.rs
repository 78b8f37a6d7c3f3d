//! Tests of reading e-mail.

use std::fs;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::testing::{all, dripping, gzip, resumes, source};

fn show(message: &Message) -> String {
    let mailbox = |mailbox: &Mailbox| match &mailbox.name {
        Some(name) => format!("{name} <{}>", mailbox.address),
        None => mailbox.address.clone(),
    };
    let mut text = format!("{}: from {}", message.line, mailbox(&message.from));
    for to in &message.to {
        text += &format!(" to {}", mailbox(to));
    }
    if let Some(at) = message.at {
        text += &format!(" at {at}");
    }
    text += &format!("\n   {:?} {:?}", message.subject, message.text);
    for file in &message.attachments {
        text += &format!(
            "\n   {:?} {} {} bytes",
            file.name,
            file.media_type,
            file.bytes.len()
        );
    }
    if message.message_id.is_some() || !message.in_reply_to.is_empty() {
        text += &format!(
            "\n   {:?} answers {:?}",
            message.message_id, message.in_reply_to
        );
    }
    if message.automatic {
        text += "\n   automatic";
    }
    text
}

fn small() -> Limits {
    Limits {
        message_bytes: 2000,
        attachments: 2,
        ..Limits::default()
    }
}

fn check(input: &str, expected: Expect) {
    expected.assert_eq(&all(MailReader::from_source(source(input), small()), show));
}

const HEAD: &str = "From: Maria Example <maria@example.com>\r\nTo: support@example.org\r\n";

#[test]
fn single_messages() {
    check(
        &format!("{HEAD}Date: Mon, 09 Nov 2026 09:12:40 -0500\r\nSubject: Hello\r\n\r\nText\r\n"),
        expect![[r#"
            1: from Maria Example <maria@example.com> to support@example.org at 2026-11-09T14:12:40Z
               Some("Hello") "Text"
        "#]],
    );
    check(
        &format!(
            "{HEAD}Subject: =?utf-8?q?R=C3=A9f?=\r\nMessage-ID: <b@example.com>\r\n\
             In-Reply-To: <a@example.com>\r\nReferences: <0@example.com> <a@example.com>\r\n\
             Content-Type: text/html\r\n\r\n<p>One<br>two</p><script>x()</script>"
        ),
        expect![[r#"
            1: from Maria Example <maria@example.com> to support@example.org
               Some("Réf") "One\ntwo"
               Some("b@example.com") answers ["a@example.com", "0@example.com"]
        "#]],
    );
    check(
        &format!(
            "{HEAD}Auto-Submitted: auto-replied\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nPlain\r\n\
             --c\r\nContent-Type: text/html\r\n\r\n<b>Rich</b>\r\n--c--\r\n--b\r\n\
             Content-Type: application/pdf\r\nContent-Disposition: attachment; \
             filename=\"../../a.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--"
        ),
        expect![[r#"
            1: from Maria Example <maria@example.com> to support@example.org
               None "Plain"
               Some("../../a.pdf") application/pdf 4 bytes
               automatic
        "#]],
    );
}

#[test]
fn messages_that_are_rejected() {
    check("", expect![[r#""#]]);
    check(
        "no header at all",
        expect![[r#"
        ! line 1: the message has no sender's address; export it with its From header
    "#]],
    );
    check(
        "Subject: nobody\r\n\r\nText",
        expect![[r#"
        ! line 1: the message has no sender's address; export it with its From header
    "#]],
    );
    check(
        "From: Undisclosed\r\n\r\nText",
        expect![[r#"
        ! line 1: the message has no sender's address; export it with its From header
    "#]],
    );
    check(
        &format!("{HEAD}\r\n{}", "x".repeat(2000)),
        expect![[r#"
        ! line 1: it is longer than 2000 bytes; shorten it or split it
    "#]],
    );
    let part = "--b\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n";
    let parts = part.repeat(3);
    check(
        &format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--"),
        expect![[r#"
            ! line 1: the message has more than 2 attachments; split it
        "#]],
    );
}

fn mbox_of_four() -> String {
    format!(
        "From maria@example.com Mon Nov  9 09:12:40 2026\n{HEAD}\nFirst\n>From here\n>>From there\n\
         > From\nFrom a line that is no start\n\n\
         From jo@example.com Mon Nov  9 09:12:40 2026\nSubject: nobody\n\nSecond\n\n\
         From al@example.com Mon Nov  9 09:12:40 2026\n{HEAD}\n{}\n\n\
         From bo@example.com Mon Nov  9 09:12:40 2026\n{HEAD}\nLast",
        "x\n".repeat(1200)
    )
}

#[test]
fn an_mbox_is_many_messages() {
    check(
        &mbox_of_four(),
        expect![[r#"
        1: from Maria Example <maria@example.com> to support@example.org
           None "First\nFrom here\n>From there\n> From\nFrom a line that is no start"
        ! line 11: the message has no sender's address; export it with its From header
        ! line 16: it is longer than 2000 bytes; shorten it or split it
        1222: from Maria Example <maria@example.com> to support@example.org
           None "Last"
    "#]],
    );
}

#[test]
fn reading_goes_on_where_it_stopped() {
    let text = mbox_of_four();
    resumes(
        || MailReader::from_source(dripping(text.clone(), 100), small()),
        show,
    );
}

fn deliver(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, format!("{HEAD}\r\n{text}")).unwrap();
}

fn texts(reader: MailReader) -> Vec<String> {
    reader
        .map(|outcome| match outcome {
            Ok(Outcome::Taken(message)) => message.text,
            Ok(Outcome::Rejected(rejected)) => rejected.to_string(),
            Err(failure) => failure.to_string(),
        })
        .collect()
}

#[test]
fn a_maildir_is_read_again_for_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    deliver(path, "new/100.a.host", "first");
    deliver(path, "cur/200.b.host:2,S", "second");
    deliver(path, "tmp/150.c.host", "still being delivered");
    let mut reader = MailReader::open(path, small()).unwrap();
    reader.by_ref().for_each(drop);
    let position = reader.position();
    assert_eq!(position.after.as_deref(), Some("200.b.host"));

    // A message that is read is moved and renamed; it is still the same one.
    fs::rename(path.join("new/100.a.host"), path.join("cur/100.a.host:2,S")).unwrap();
    deliver(path, "new/300.d.host", "third");
    assert_eq!(
        texts(MailReader::open(path, small()).unwrap()),
        ["first", "second", "third"]
    );
    let mut reader = MailReader::open(path, small()).unwrap();
    reader.skip_to(&position).unwrap();
    assert_eq!(texts(reader), ["third"]);
}

#[test]
fn a_folder_of_messages_is_read_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    deliver(path, "b.eml", "second");
    deliver(path, "a.EML", "first");
    fs::write(
        path.join("c.eml.gz"),
        gzip(format!("{HEAD}\r\nthird").as_bytes()),
    )
    .unwrap();
    fs::write(path.join("d.eml.gz"), &gzip(HEAD.as_bytes())[..30]).unwrap();
    fs::write(path.join("e.eml"), "x".repeat(3000)).unwrap();
    deliver(path, "notes.txt", "none of ours");
    let found = texts(MailReader::open(path, small()).unwrap());
    assert_eq!(found[..3], ["first", "second", "third"]);
    assert!(
        found[3].starts_with("line 4: the message's file cannot be read"),
        "{}",
        found[3]
    );
    assert!(
        found[4].starts_with("line 5: it is longer than 2000 bytes"),
        "{}",
        found[4]
    );
    assert_eq!(found.len(), 5);
    resumes(|| MailReader::open(path, small()).unwrap(), show);

    let empty = tempfile::tempdir().unwrap();
    let failure = MailReader::open(empty.path(), small()).err().unwrap();
    assert!(matches!(
        failure,
        Failure::Invalid {
            problem: crate::Problem::Folder,
            ..
        }
    ));
}

#[test]
fn a_message_within_a_message_stays_closed() {
    check(
        &format!(
            "{HEAD}Subject: Your message\r\nMessage-ID: <message@example.com>\r\n\
             Content-Type: multipart/mixed; boundary=message\r\n\r\n--message\r\n\r\n\
             Message and digest\r\n--message\r\nContent-Type: Message/RFC822\r\n\r\n\
             Subject: inner message\r\n\r\nx\r\n--message--\r\n"
        ),
        expect![[r#"
            1: from Maria Example <maria@example.com> to support@example.org
               Some("Your message") "Message and digest"
               None message/rfc822 27 bytes
               Some("message@example.com") answers []
        "#]],
    );
}

#[test]
fn deep_nesting_is_survived() {
    let parts: String = (0..20_000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
        .collect();
    let messages = "Content-Type: message/rfc822\r\n\r\n".repeat(20_000);
    let digests: String = (0..20_000)
        .map(|n| format!("content-type: multipart/digest; boundary=b{n}\r\n\r\n--b{n}\r\n\r\n"))
        .collect();
    let folded = "Content-Type: x (y)\r\n mEssage (z)\r\n /global\r\n\r\n".repeat(20_000);
    let groups = format!("Cc: {}\r\n\r\n", "a:(((\"<".repeat(20_000));
    for body in [parts, messages, digests, folded, groups] {
        let reader = MailReader::from_source(source(format!("{HEAD}{body}")), Limits::default());
        assert_eq!(
            reader
                .filter(|outcome| matches!(outcome, Ok(Outcome::Taken(_))))
                .count(),
            1
        );
    }
}

#[test]
fn a_message_becomes_a_record() {
    let text = format!(
        "{HEAD}Subject: Hello\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText\
         \r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n--b--"
    );
    let mut reader = MailReader::from_source(source(text), small());
    let Some(Ok(Outcome::Taken(message))) = reader.next() else {
        panic!()
    };
    assert!(!format!("{message:?}").contains("aria"));
    expect![[r#"1: name="Maria Example" email="maria@example.com" subject="Hello" message="Text" attachment=Some("a.pdf") application/pdf"#]].assert_eq(&crate::testing::show(&message.into_record()));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, size in 1_usize..40) {
        MailReader::from_source(dripping(bytes, size), small()).for_each(drop);
    }

    #[test]
    fn arbitrary_messages_never_panic(
        head in "((From|To|Date|Subject|Content-Type|In-Reply-To|Precedence): \\PC{0,30}\r\n){0,6}",
        kind in "(text/html|text/plain|multipart/mixed|multipart/alternative|message/rfc822)",
        encoding in "(base64|quoted-printable|8bit|x)",
        body in "(--b(--)?\r\n|\r\n|<[a-z]{0,5}>|&[a-z#0-9]{0,6};?|=[0-9A-F]{0,2}|Content-Type: multipart/mixed; boundary=b\r\n|\\PC{0,9}){0,30}",
    ) {
        let text = format!(
            "{HEAD}{head}Content-Type: {kind}; boundary=b\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}"
        );
        MailReader::from_source(dripping(text, 100), small()).for_each(drop);
    }

    #[test]
    fn arbitrary_mboxes_never_panic(text in "(From |From: a@example.com\n|>|\n|\\PC{0,9}){0,60}") {
        let text = format!("From {text}");
        MailReader::from_source(dripping(text, 7), small()).for_each(drop);
    }
}
