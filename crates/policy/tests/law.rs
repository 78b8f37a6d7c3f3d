//! The modelled documents against the law: each is lawful as it stands, and each slip is found, at
//! its place and with its remedy. Nothing here knows the tables; it reads what is said.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use jiff::civil::Date;
use kept_policy::{Diagnostic, Options, Policy, Severity, Source, compile_with};
use std::path::Path;

const TODAY: Date = Date::constant(2026, 11, 23);

fn files() -> Vec<Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/mediaocean");
    let mut files: Vec<Source> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            Source::new(name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort_by(|a, b| a.file.cmp(&b.file));
    files
}

/// What is said when something of a document is written otherwise.
fn said(document: &str, old: &str, new: &str, today: Date) -> (Option<Policy>, Vec<Diagnostic>) {
    let mut files = files();
    let file = files
        .iter_mut()
        .find(|file| file.file == format!("{document}.md"));
    let file = file.unwrap();
    assert!(file.text.contains(old), "{document} does not say {old}");
    *file = Source::new(file.file.clone(), file.text.replacen(old, new, 1));
    compile_with(&files, &Options { today: Some(today) })
}

/// Checks that a slip keeps the policy from being served, or is warned of, with its place.
#[track_caller]
fn found(document: &str, old: &str, new: &str, code: &str, about: &str, help: &str) {
    let (policy, all) = said(document, old, new, TODAY);
    let of_code: Vec<_> = all.iter().filter(|said| said.code.word() == code).collect();
    let told = of_code.iter().find(|said| said.message.contains(about));
    let told = told.unwrap_or_else(|| panic!("{code} about {about}: {all:#?}"));
    assert_eq!(told.file, format!("{document}.md"));
    assert!(!told.span.is_empty(), "{told:?}");
    assert!(told.help.as_ref().unwrap().contains(help), "{told:?}");
    assert_eq!(
        policy.is_none(),
        told.severity == Severity::Error,
        "{all:#?}"
    );
}

#[test]
fn every_document_is_lawful_as_it_stands() {
    let (policy, all) = compile_with(&files(), &Options { today: Some(TODAY) });
    let law = |said: &&Diagnostic| said.code.word().starts_with("law-");
    let grave: Vec<_> = all
        .iter()
        .filter(law)
        .filter(|said| said.severity != Severity::Note)
        .collect();
    assert!(grave.is_empty(), "{grave:#?}");
    assert!(policy.is_some());
}

#[test]
fn a_fee_stands_only_where_the_law_lets_it() {
    let fee = "fee           = { label = \"ten euros\" }";
    for (document, about) in [
        ("france", "`FR`"),
        ("germany", "`DE`"),
        ("uk-ireland-eu", "GDPR"),
        ("north-america", "California"),
    ] {
        let none = "fee           = \"none\"";
        found(document, none, fee, "law-fee", about, "fee = \"none\"");
    }
    // The first right granted is that to see it: Australia and New Zealand let a charge be made.
    let none = "fee           = \"none\"";
    let (policy, _) = said("australia-new-zealand", none, fee, TODAY);
    assert!(policy.is_some());
    // What is wrong is put right for nothing there, too.
    let head = "[grant.rectification]\nanswer-within = \"P25D\"\nextend        = { by = \"P25D\", \
                reason = true }\nidentity      = \"e-mail-code\"\n";
    let (free, charged) = (format!("{head}{none}"), format!("{head}{fee}"));
    let document = "australia-new-zealand";
    found(
        document,
        &free,
        &charged,
        "law-fee",
        "APP 13.5",
        "fee = \"none\"",
    );
}

#[test]
fn the_law_of_a_part_binds_its_document_and_is_told_to_that_of_the_country() {
    let codes = |(_, all): (Option<Policy>, Vec<Diagnostic>), about: &str| -> Vec<&'static str> {
        let about = all.iter().filter(|said| said.message.contains(about));
        about.map(|said| said.code.word()).collect()
    };
    let all = "regions    = [\"US\", \"CA\", \"MX\"]";
    let part = "regions    = [\"US-CA\", \"CA\", \"MX\"]";
    let about = "Penal Code 632";
    let of = |new| codes(said("north-america", all, new, TODAY), about);
    assert_eq!(of(all), ["law-part"]);
    assert_eq!(of(part), ["law-recording"]);
    // What is held against the whole country, too, is not said twice of the part.
    let within = |places: &str| {
        let mut files = files();
        let file = files
            .iter_mut()
            .find(|file| file.file == "north-america.md");
        let file = file.unwrap();
        let slow = file.text.replace("within = \"P30D\"", "within = \"P46D\"");
        let text = slow.replace(all, places);
        *file = Source::new(file.file.clone(), text);
        compile_with(&files, &Options { today: Some(TODAY) })
    };
    for places in [all, part] {
        let found = codes(within(places), "1798.130");
        assert!(!found.is_empty(), "{places}");
        assert!(
            found.iter().all(|code| *code == "law-deadline"),
            "{found:?}"
        );
    }
    let quebec = "regions    = [\"US\", \"CA-ON\", \"MX\"]";
    let younger = |places: &str| {
        let (_, all) = said("north-america", all, places, TODAY);
        all.iter().any(|said| said.message.contains("P-39.1"))
    };
    assert!(!younger(quebec) && !younger(all));
}

/// What is said of the ages in a small document for one country.
fn ages(country: &str, basis: &str, channel: &str, under: Option<u8>) -> Vec<Diagnostic> {
    let refuse = under.map_or(String::new(), |under| {
        format!("[refuse.young]\nunder = {under}\nat-door = \"refuse\"\n")
    });
    let text = format!(
        "+++\nid = \"school\"\ntitle = \"School\"\nlanguage = \"en\"\neffective = 2026-01-01\n\
         revised = 2026-01-01\nregions = [\"{country}\"]\ndefault = true\n\
         controller = \"school\"\n+++\n\n# School\n\nThese are our words.\n\n```toml\n\
         [define.entity.school]\nlabel = \"School\"\naddress = [\"Here\"]\n\
         email = \"a@example.com\"\ncountry = \"DE\"\n\
         [define.field.name]\nlabel = \"Name\"\nkind = \"person-name\"\n\
         [define.channel.in]\nlabel = \"In\"\n{channel}\n\
         [define.role.teacher]\nlabel = \"Teacher\"\n\
         [collect.names]\ndata = [\"name\"]\nthrough = [\"in\"]\nfor = [\"teaching\"]\n\
         [use.teaching]\nbasis = \"{basis}\"\nroles = [\"teacher\"]\n{refuse}```\n"
    );
    let options = Options { today: Some(TODAY) };
    let (_, said) = compile_with(&[Source::new("school.md", text)], &options);
    let ages = said
        .into_iter()
        .filter(|said| said.code.word() == "law-age");
    ages.collect()
}

const DESK: &str = "staffed = true";
const PAGE: &str = "public = true";

#[test]
fn nobody_younger_than_the_law_lets_agree_is_taken() {
    let lands = [
        ("FR", "FR", 15),
        ("DE", "DE", 16),
        ("IE", "IE", 16),
        ("CN", "CN", 14),
        ("CA", "CA-QC", 14),
        ("CA-QC", "CA-QC", 14),
    ];
    for (country, whose, age) in lands {
        for under in [None, Some(age - 1)] {
            let said = ages(country, "consent", PAGE, under);
            let [slip] = &said[..] else {
                panic!("{country}: {said:#?}")
            };
            let about = format!("under {age} in `{whose}`");
            assert!(slip.message.contains(&about), "{slip:?}");
            assert!(
                slip.help.as_ref().unwrap().contains("`under = "),
                "{slip:?}"
            );
            assert!(!slip.span.is_empty(), "{slip:?}");
        }
        assert!(
            ages(country, "consent", PAGE, Some(age)).is_empty(),
            "{country}"
        );
    }
}

#[test]
fn an_age_of_agreeing_is_asked_for_only_where_the_law_asks_for_one() {
    // A school, or a library at its desk: what rests on a task, or is taken in by staff.
    for (country, basis, channel, asked) in [
        ("DE", "public-task", DESK, false),
        ("DE", "public-task", PAGE, false),
        ("DE", "consent", DESK, false),
        ("DE", "consent", PAGE, true),
        ("US", "public-task", DESK, false),
        ("US", "public-task", PAGE, true),
        ("KR", "contract", PAGE, false),
        ("KR", "consent", DESK, true),
        ("CN", "public-task", DESK, true),
    ] {
        let said = ages(country, basis, channel, None);
        assert_eq!(
            !said.is_empty(),
            asked,
            "{country}, {basis}, {channel}: {said:?}"
        );
    }
}

#[test]
fn a_law_counts_from_its_first_day() {
    let india = |today: Date| {
        let (_, all) = said(
            "china-asia-pacific",
            "under         = 18",
            "under         = 17",
            today,
        );
        all.iter()
            .any(|said| said.message.contains("under 18 in `IN`"))
    };
    assert!(!india(TODAY));
    assert!(india(Date::constant(2028, 1, 1)));
}

#[test]
fn answers_breaches_and_complaints_do_not_wait_longer_than_the_law_lets_them() {
    let month = "answer-within = \"P1M\"";
    let shorter = "answer-within = \"P1M\"` or less";
    let longer = "answer-within = \"P30D\"";
    found(
        "germany",
        month,
        longer,
        "law-deadline",
        "`P30D` is longer",
        shorter,
    );
    let more = ("by = \"P2M\"", "by = \"P3M\"");
    found(
        "france",
        more.0,
        more.1,
        "law-deadline",
        "`P3M` more",
        "P2M",
    );
    let days = ("answer-within = \"P25D\"", "answer-within = \"P30D\"");
    found(
        "australia-new-zealand",
        days.0,
        days.1,
        "law-deadline",
        "`NZ`",
        "P26D",
    );
    let days = ("answer-within = \"P10D\"", "answer-within = \"P20D\"");
    found(
        "china-asia-pacific",
        days.0,
        days.1,
        "law-deadline",
        "`KR`",
        "P10D",
    );
    let breach = (
        "when    = \"breach\"\nthrough = [\"e-mail\"]\nwithin  = \"P3D\"",
        "when    = \"breach\"\nthrough = [\"e-mail\"]\nwithin  = \"P4D\"",
    );
    found(
        "france",
        breach.0,
        breach.1,
        "law-deadline",
        "breach",
        "P3D",
    );
    let stage = (
        "{ to = \"support-team\",   within = \"P10D\" }",
        "{ to = \"support-team\", within = \"P40D\" }",
    );
    found(
        "uk-ireland-eu",
        stage.0,
        stage.1,
        "law-deadline",
        "complaints",
        "P30D",
    );
}

#[test]
fn marketing_recordings_and_grounds_follow_the_law_of_the_country() {
    let consent = "basis  = \"consent\"\nchoice = \"opt-in\"\nroles  = [\"marketing\"]";
    let without = "basis  = \"contract\"\nchoice = \"opt-out\"\nroles  = [\"marketing\"]";
    for document in ["uk-ireland-eu", "china-asia-pacific"] {
        found(
            document,
            consent,
            without,
            "law-marketing",
            "marketing needs",
            "opt-in",
        );
    }
    // There, dealings are enough.
    for (document, land) in [("germany", "`DE`"), ("australia-new-zealand", "`AU`, `NZ`")] {
        let (policy, all) = said(document, consent, without, TODAY);
        assert!(policy.is_some());
        let mut notes = all
            .iter()
            .filter(|said| said.code.word() == "law-relationship");
        assert!(notes.any(|said| said.message.contains(land)), "{all:#?}");
    }
    let consent = "basis  = \"consent\"\nchoice = \"opt-in\"\nroles  = [\"support\", \"trainer\"]";
    let without =
        "basis  = \"contract\"\nchoice = \"opt-out\"\nroles  = [\"support\", \"trainer\"]";
    found(
        "germany",
        consent,
        without,
        "law-recording",
        "§ 201",
        "opt-in",
    );
    let contract = "basis = \"contract\"\nroles = [\"support\", \"sales\"";
    let interest = "basis = \"legitimate-interest\"\nroles = [\"support\", \"sales\"";
    found(
        "china-asia-pacific",
        contract,
        interest,
        "law-basis",
        "`CN`",
        "another `basis`",
    );
    // What Brazil's law adds is a ground nowhere else.
    let credit = "basis = \"credit-protection\"\nroles = [\"support\", \"sales\"";
    found(
        "china-asia-pacific",
        contract,
        credit,
        "law-basis",
        "credit-protection",
        "Brazil alone",
    );
}

#[test]
fn what_the_law_gives_people_the_document_gives_them() {
    let right = "[grant.restriction]";
    for document in ["france", "germany", "uk-ireland-eu"] {
        let other = "[grant.access-again]";
        let (_, all) = said(document, right, other, TODAY);
        assert!(!all.is_empty(), "{document}");
    }
    let breach = "when    = \"breach\"";
    let other = "when    = \"use\"";
    found(
        "germany",
        breach,
        other,
        "law-right",
        "breach",
        "notify.breach",
    );
}

#[test]
fn a_country_has_one_document_and_not_two_and_not_none() {
    let (policy, _) = compile_with(&files(), &Options { today: Some(TODAY) });
    let policy = policy.unwrap();
    for (country, document) in [
        ("US", "north-america"),
        ("CA", "north-america"),
        ("MX", "north-america"),
        ("FR", "france"),
        ("DE", "germany"),
        ("GB", "uk-ireland-eu"),
        ("IE", "uk-ireland-eu"),
        ("PL", "uk-ireland-eu"),
        ("AU", "australia-new-zealand"),
        ("NZ", "australia-new-zealand"),
        ("CN", "china-asia-pacific"),
        ("IN", "china-asia-pacific"),
        ("JP", "china-asia-pacific"),
    ] {
        let found = policy.document_for(Some(country.parse().unwrap()));
        assert_eq!(found.map(|found| &*found.name), Some(document), "{country}");
    }
    let unknown = policy.document_for(None).map(|found| &*found.name);
    assert_eq!(unknown, Some("north-america"));
    assert!(policy.document_for(Some("BR".parse().unwrap())).is_none());

    let regions = "regions    = [\"germany\"]";
    for (new, code, about) in [
        ("regions    = [\"LI\"]", "country-uncovered", "`DE`"),
        (
            "regions    = [\"germany\", \"FR\"]",
            "country-twice",
            "`FR`",
        ),
        (
            "regions    = [\"germany\", \"uk-ireland-eu\"]",
            "country-twice",
            "`AT`",
        ),
    ] {
        let (policy, all) = said("germany", regions, new, TODAY);
        let told = all.iter().find(|said| said.code.word() == code);
        let told = told.unwrap_or_else(|| panic!("{code}: {all:#?}"));
        assert!(
            told.message.contains(about) && told.help.is_some(),
            "{told:?}"
        );
        assert!(policy.is_none());
    }
}
