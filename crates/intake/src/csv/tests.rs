//! Tests of reading CSV: tricky files, headers, resuming, arbitrary bytes.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::testing::{all, dripping, gzip, resumes, show, source};

const KNOWN: [&str; 9] = [
    "name",
    "email",
    "phone",
    "employer",
    "job-title",
    "postal-address",
    "country",
    "course-attended",
    "course-due",
];

fn small() -> Limits {
    Limits {
        record_bytes: 200,
        values: 6,
        value_bytes: 60,
        open_quotes: 2,
        ..Limits::default()
    }
}

fn read(input: &[u8], mappings: &[&str]) -> String {
    let mut fields = Fields::new(KNOWN);
    for mapping in mappings {
        fields = match fields.map(mapping) {
            Ok(fields) => fields,
            Err(failure) => return format!("!! {failure}\n"),
        };
    }
    match CsvReader::open(source(input), fields, small()) {
        Ok(reader) => all(reader, show),
        Err(failure) => format!("!! {failure}\n"),
    }
}

fn check(input: impl AsRef<[u8]>, mappings: &[&str], expected: Expect) {
    expected.assert_eq(&read(input.as_ref(), mappings));
}

#[test]
fn columns_are_matched_whatever_their_spelling() {
    check(
        "\u{feff}Name;E-Mail;Job Title\r\nMaria Example;maria@example.com;\"Buyer; senior\"\r\n",
        &[],
        expect![[r#"
            2: name="Maria Example" email="maria@example.com" job-title="Buyer; senior"
        "#]],
    );
    check(
        "name\temail\nMaria, Example\tmaria@example.com\n\n\nJo Example\tjo@example.com",
        &[],
        expect![[r#"
            2: name="Maria, Example" email="maria@example.com"
            5: name="Jo Example" email="jo@example.com"
        "#]],
    );
}

#[test]
fn special_columns_describe_the_record() {
    check(
        "name,country,age,collected-at,notice\n\
         Maria Example,us,34,2026-03-01,yes\n\
         Jo Example,CA,,2026-03-01T10:00:00-05:00,no\n\
         Al Example,Canada,,,\n\
         Bo Example,,old,,\n\
         Cy Example,,,lately,\n\
         Di Example,,,,perhaps\n",
        &[],
        expect![[r#"
            2: name="Maria Example" country="us" at 2026-03-01T00:00:00Z in US aged 34 notice Given
            3: name="Jo Example" country="CA" at 2026-03-01T15:00:00Z in CA notice NotGiven
            ! line 4: the country is not a code of ISO 3166; write one such as US, CA or MX, or a part of one such as US-CA
            ! line 5: the age is not a number of years from 0 to 150; correct it
            ! line 6: the time of collection cannot be read; write 2026-03-01 or 2026-03-01T09:30:00Z
            ! line 7: the notice is neither yes nor no; write one of them
        "#]],
    );
}

#[test]
fn a_bad_record_is_rejected_alone() {
    let mut input = b"name,email\nMaria Example,maria@example.com,extra\nonly one\n".to_vec();
    input.extend(b"M\xe9lanie,m@example.com\n,\n\"Two\nlines\",t@example.com\n");
    input.extend(b"1,2,3,4,5,6,7,8,9,10,11,12\n");
    input.extend([b'x'; 70]);
    input.extend(b",long@example.com\n");
    input.extend([b'y'; 300]);
    input.extend(b"\nlast,l@example.com");
    check(
        input,
        &[],
        expect![[r#"
            ! line 2: its columns differ in number from the header's (3, not 2); quote values that contain the separator
            ! line 3: its columns differ in number from the header's (1, not 2); quote values that contain the separator
            ! line 4: it is not UTF-8; save the file as UTF-8
            ! line 5: it holds no value; fill it in or remove it
            6: name="Two\nlines" email="t@example.com"
            ! line 8: its columns differ in number from the header's (12, not 2); quote values that contain the separator
            ! line 9: the value of `name` is longer than 60 bytes; shorten it
            ! line 10: it is longer than 200 bytes; shorten it or split it
            11: name="last" email="l@example.com"
        "#]],
    );
}

#[test]
fn an_open_quote_costs_its_own_line_only() {
    check(
        "name,email\n\"Maria Example,maria@example.com\nJo Example,jo@example.com\n",
        &[],
        expect![[r#"
            ! line 2: a quote is opened and never closed; close it, or double a quote inside a value
            3: name="Jo Example" email="jo@example.com"
        "#]],
    );
    // Behind a quote that does not close within the limit, every line is still read.
    let many = "\"a,b\n".to_owned() + &"c,d\n".repeat(100);
    let found = read(("name,email\n".to_owned() + &many).as_bytes(), &[]);
    assert_eq!(found.matches("name=\"c\"").count(), 100, "{found}");
    let stuck = "x\"x,\"y\n".repeat(200);
    let found = read(("name,email\n".to_owned() + &stuck).as_bytes(), &[]);
    assert!(
        found.contains("too many quotes are opened and never closed"),
        "{found}"
    );
}

#[test]
fn unknown_columns_are_all_told_before_anything_is_read() {
    check(
        "name,emial,Telephone,shoe size,maria@example.com,+1 212 555 0100\n1,2,3,4,5,6\n",
        &[],
        expect![[r#"
            !! input: nothing was read, because the header has columns that are not known fields:
              column 2 `emial`: did you mean `email`?
              column 3 `Telephone`: did you mean `phone`?
              column 4 `shoe size`: map it with column=field, or leave it out with column=-
              column 5: map it with column=field, or leave it out with column=-
              column 6: map it with column=field, or leave it out with column=-
        "#]],
    );
    check(
        "Maria Example,maria@example.com\nJo Example,jo@example.com\n",
        &[],
        expect![[r#"
            !! input: no column of the first line is a known field; begin with a header line. Known fields: name, email, phone, employer, job-title, postal-address, country, course-attended, course-due
        "#]],
    );
}

#[test]
fn headers_that_cannot_be_read() {
    check(
        "\r\n\n",
        &[],
        expect![[r#"
            !! input: is empty; begin with a header line that names the fields
        "#]],
    );
    check(
        "",
        &[],
        expect![[r#"
            !! input: is empty; begin with a header line that names the fields
        "#]],
    );
    check(
        b"\xff\xfen\0a\0m\0e\0",
        &[],
        expect![[r#"
            !! input: is in UTF-16; save it as UTF-8
        "#]],
    );
    check(
        "name,\"email\nMaria Example,maria@example.com\n",
        &[],
        expect![[r#"
            !! input: the header line cannot be read; write it in UTF-8, on one line, quotes closed
        "#]],
    );
    check(
        "name,Name\na,b\n",
        &[],
        expect![[r#"
            !! input: columns 1 and 2 both mean `name`; remove one, or map it elsewhere with column=field or column=-
        "#]],
    );
    check(
        "name,a,b,c,d,e,f,g\n",
        &[],
        expect![[r#"
            !! input: the header has more than 6 columns; check the separator
        "#]],
    );
}

#[test]
fn mappings_name_columns() {
    check(
        "Wer,email,intern\nMaria Example,maria@example.com,7\n",
        &["Wer=name", "intern=-"],
        expect![[r#"
            2: name="Maria Example" email="maria@example.com"
        "#]],
    );
    check(
        "email,course,status\n\
         maria@example.com,Prisma,Attended\n\
         jo@example.com,Prisma,due\n\
         al@example.com,Prisma,maybe\n",
        &["course=course-{status}"],
        expect![[r#"
            2: email="maria@example.com" course-attended="Prisma"
            3: email="jo@example.com" course-due="Prisma"
            ! line 4: the column that chooses the field names none that is known; correct its value
        "#]],
    );
    check(
        "name\nMaria Example\n",
        &["Wer=email"],
        expect![[r#"
            !! input: the mapping names the column `Wer`, which the header has not; correct it
        "#]],
    );
    check(
        "name\n",
        &["Wer=emial"],
        expect![[r#"
            !! mapping: the mapping leads to `emial`, which is not a known field; did you mean `email`?
        "#]],
    );
    check(
        "name\n",
        &["Wer"],
        expect![[r#"
            !! mapping: the mapping `Wer` cannot be read; write column=field, column=- to leave a column out, or column=field-{other} where another column chooses the field
        "#]],
    );
}

const TRICKY: &str = "name,email\r\n\r\n\"Maria\r\nExample\",m@example.com\r\na,b,c\r\n\
                      \"Jo \"\"J\"\" Example\",jo@example.com\n\n\"open,x\nlast,l@example.com";

#[test]
fn reading_goes_on_where_it_stopped() {
    let open = || CsvReader::open(dripping(TRICKY, 3), Fields::new(KNOWN), small()).unwrap();
    resumes(open, show);
}

#[test]
fn another_file_is_noticed() {
    let open = |text: &str| CsvReader::open(source(text), Fields::new(KNOWN), small()).unwrap();
    let mut reader = open("name,email\nMaria,m@example.com\nJo,j@example.com\n");
    reader.next();
    let position = reader.position();
    for other in [
        "name,email\nMary,m@example.com \nJo,j@example.com\n",
        "name,email\n",
    ] {
        let conflict = open(other).skip_to(&position);
        assert!(matches!(conflict, Err(Failure::Conflict { .. })), "{other}");
    }
    // A file that has grown is still itself, and so is one that was compressed in between.
    let grown = "name,email\nMaria,m@example.com\nJo,j@example.com\nAl,a@example.com\n";
    let mut reader =
        CsvReader::open(source(gzip(grown.as_bytes())), Fields::new(KNOWN), small()).unwrap();
    reader.skip_to(&position).unwrap();
    assert_eq!(reader.count(), 2);
}

#[test]
fn a_truncated_gzip_gives_its_good_records_first() {
    let text: String = std::iter::once("name,email\n".to_owned())
        .chain((0..2000).map(|n| format!("Person {n},p{n}@example.com\n")))
        .collect();
    let mut bytes = gzip(text.as_bytes());
    let whole = CsvReader::open(source(bytes.clone()), Fields::new(KNOWN), small()).unwrap();
    assert_eq!(whole.count(), 2000);
    bytes.truncate(bytes.len() / 2);
    let reader = CsvReader::open(source(bytes), Fields::new(KNOWN), small()).unwrap();
    let outcomes: Vec<_> = reader.collect();
    let (last, before) = outcomes.split_last().unwrap();
    assert!(before.len() > 100, "{}", before.len());
    assert!(
        before
            .iter()
            .all(|outcome| matches!(outcome, Ok(Outcome::Taken(_))))
    );
    match last {
        Err(Failure::Corrupt { line, .. }) => assert_eq!(*line, before.len() as u64 + 2),
        other => panic!("{other:?}"),
    }
}

#[test]
fn members_of_a_gzip_are_read_one_after_the_other() {
    let mut bytes = gzip(b"name,email\nMaria,m@exam");
    bytes.extend(gzip(b"ple.com\nJo,j@example.com\n"));
    let reader = CsvReader::open(source(bytes), Fields::new(KNOWN), small()).unwrap();
    assert_eq!(reader.count(), 2);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, size in 1_usize..40) {
        if let Ok(reader) = CsvReader::open(dripping(bytes, size), Fields::new(KNOWN), small()) {
            reader.for_each(drop);
        }
    }

    /// Whatever stands in the rows, every line is accounted for and no buffer outgrows the limits.
    #[test]
    fn rows_never_panic(body in "([a\",;\n\u{e9}]|\r\n){0,900}", size in 1_usize..40) {
        let text = format!("name,email\n{body}");
        let reader = CsvReader::open(dripping(text, size), Fields::new(KNOWN), small()).unwrap();
        let mut line = 0;
        for outcome in reader {
            let next = match outcome {
                Ok(Outcome::Taken(record)) => record.line,
                Ok(Outcome::Rejected(rejected)) => rejected.line,
                Err(_) => continue,
            };
            prop_assert!(next > line);
            line = next;
        }
    }

    /// What is written with every value in quotes is read back exactly.
    #[test]
    fn quoted_values_come_back(
        values in prop::collection::vec("[a-z\",;\n\t ]{0,20}", 1..20),
        size in 1_usize..40,
    ) {
        let mut text = "email,name\n".to_owned();
        for value in &values {
            text += &format!("x,\"{}\"\n", value.replace('"', "\"\""));
        }
        let reader = CsvReader::open(dripping(text, size), Fields::new(KNOWN), small()).unwrap();
        let found: Vec<String> = reader
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
