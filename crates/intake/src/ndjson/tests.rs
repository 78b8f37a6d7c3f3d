//! Tests of reading JSON lines.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::testing::{all, dripping, resumes, show, source};

const KNOWN: [&str; 6] = [
    "name",
    "email",
    "phone",
    "survey-answer",
    "course-attended",
    "course-due",
];

fn small() -> Limits {
    Limits {
        record_bytes: 200,
        values: 4,
        value_bytes: 60,
        ..Limits::default()
    }
}

fn check(input: impl AsRef<[u8]>, expected: Expect) {
    let fields = Fields::new(KNOWN).map("course=course-{status}").unwrap();
    let reader = NdjsonReader::open(source(input.as_ref()), fields, small());
    expected.assert_eq(&all(reader, show));
}

#[test]
fn values_are_texts_numbers_booleans_and_lists_of_them() {
    check(
        "\u{feff}{\"name\": \"Maria \\u00c9xample\", \"E-Mail\": \"maria@example.com\"}\r\n\
         \n\
         {\"name\":null,\"phone\":12125550100,\"survey-answer\":[true,-4,\"well\"],\"age\":34}\n\
         {\"course\":\"Prisma\",\"status\":\"due\",\"collected-at\":\"2026-03-01\",\"notice\":true}",
        expect![[r#"
            1: name="Maria Éxample" email="maria@example.com"
            3: phone="12125550100" survey-answer="true" survey-answer="-4" survey-answer="well" aged 34
            4: course-due="Prisma" at 2026-03-01T00:00:00Z notice Given
        "#]],
    );
}

#[test]
fn a_bad_line_is_rejected_alone() {
    let mut input =
        b"{\"name\": \"Maria\nnot json\n[1]\n\"text\"\n{\"name\": {\"a\": 1}}\n".to_vec();
    input.extend(b"{\"survey-answer\": [[1], 2]}\n{\"survey-answer\": [1,2,3,4,5]}\n");
    input.extend(b"{\"phone\": 121255501001212555010012125550100}\n{\"phone\": 1e400}\n");
    input.extend(
        b"{\"name\": \"a\", \"Name\": \"b\"}\n{\"emial\": \"x\"}\n{\"maria@example.com\": 1}\n",
    );
    input.extend(b"{\"name\": \"\xe9\"}\n{}\n{\"name\": \"a\"} {\"name\": \"b\"}\n");
    input.extend(format!("{{\"name\": \"{}\"}}\n", "x".repeat(70)).bytes());
    input.extend(format!("{{\"name\": \"{}\"}}\n", "x".repeat(300)).bytes());
    input.extend("[".repeat(190).bytes());
    input.extend(b"\n{\"name\": \"last\"}");
    check(
        input,
        expect![[r#"
            ! line 1: it is not JSON from column 15 on; write one object a line
            ! line 2: it is not JSON from column 2 on; write one object a line
            ! line 3: it is not an object; write {"field": "value"}
            ! line 4: it is not an object; write {"field": "value"}
            ! line 5: a value is an object or a list of lists; write texts, numbers, booleans or lists of them
            ! line 6: a value is an object or a list of lists; write texts, numbers, booleans or lists of them
            ! line 7: it has more than 4 values; split it into several records
            ! line 8: a number has more digits than can be kept exactly; write it in quotes
            ! line 9: it is not JSON from column 15 on; write one object a line
            ! line 10: a key occurs twice; write several values as a list
            ! line 11: a key is not a known field; did you mean `email`?
            ! line 12: a key is not a known field; map it with column=field, or leave it out with column=-
            ! line 13: it is not UTF-8; save the file as UTF-8
            ! line 14: it holds no value; fill it in or remove it
            ! line 15: it is not JSON from column 15 on; write one object a line
            ! line 16: the value of `name` is longer than 60 bytes; shorten it
            ! line 17: it is longer than 200 bytes; shorten it or split it
            ! line 18: it is not an object; write {"field": "value"}
            19: name="last"
        "#]],
    );
}

#[test]
fn reading_goes_on_where_it_stopped() {
    let text = "\n{\"name\":\"a\"}\r\n\r\nbad\n{\"name\":\"b\"}\n{\"name\":\"c\"}";
    resumes(
        || NdjsonReader::open(dripping(text, 2), Fields::new(KNOWN), small()),
        show,
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, size in 1_usize..40) {
        NdjsonReader::open(dripping(bytes, size), Fields::new(KNOWN), small()).for_each(drop);
    }

    #[test]
    fn arbitrary_json_never_panics(text in r#"(\{("name"|"phone"|:|,|[0-9]|\[|\]|"a"|\{|\}){0,20}\}\n?){0,9}"#) {
        NdjsonReader::open(dripping(text, 7), Fields::new(KNOWN), small()).for_each(drop);
    }

    #[test]
    fn texts_come_back(values in prop::collection::vec("\\PC{1,12}", 1..12)) {
        let mut text = String::new();
        for value in &values {
            text += &format!("{}\n", serde_json::json!({ "phone": "x", "name": value }));
        }
        let found: Vec<String> = NdjsonReader::open(source(text), Fields::new(KNOWN), small())
            .map(|outcome| match outcome {
                Ok(Outcome::Taken(record)) => record.text("name").unwrap_or_default().to_owned(),
                other => panic!("{other:?}"),
            })
            .collect();
        let kept = |value: String| if value.trim().is_empty() { String::new() } else { value };
        let expected: Vec<String> = values.into_iter().map(kept).collect();
        prop_assert_eq!(found, expected);
    }
}
