//! What the screener promises beside its figures: places, spellings, many languages, many threads.

use super::*;
use crate::{redact, strike};
use proptest::prelude::*;

/// Screens `text` and strikes out what is found.
#[track_caller]
fn check(text: &str, expected: &str) {
    let findings = screen(text);
    assert_eq!(redact(text, &findings), expected, "{findings:?}");
}

#[test]
fn every_line_of_the_lexicons_is_read() {
    for (index, text) in LEXICONS.iter().enumerate() {
        let (_, unread) = Lexicon::read(text);
        assert!(unread.is_empty(), "lexicon {index}: lines {unread:?}");
    }
    assert!(Screener::new().sieve.is_some());
}

#[test]
fn only_the_statement_is_struck() {
    check(
        "Please move the call, I have chemotherapy on Tuesday. See you then.",
        "Please move the call, [removed]. See you then.",
    );
    check(
        "Hello,\n\nI'm pregnant.\n\nBest",
        "Hello,\n\n[removed].\n\nBest",
    );
    check(
        "I was diagnosed\r\nwith epilepsy.\r\nBye",
        "[removed]\r\n.\r\nBye",
    );
    check("请改时间，我怀孕了。谢谢", "请改时间，[removed]。谢谢");
    check("Bonjour, je suis enceinte.", "Bonjour, [removed].");
    check("Hallo, ich bin schwanger!", "Hallo, [removed]!");
}

#[test]
fn a_word_alone_tells_nothing() {
    for text in [
        "our healthy pipeline",
        "a union query",
        "race condition",
        "religiously patched",
        "see https://example.com/my-diagnosis and my.depression@example.com",
        "",
    ] {
        check(text, text);
    }
}

#[test]
fn spelling_does_not_hide_a_statement() {
    for text in [
        "I AM PREGNANT",
        "I’m pre\u{200b}gnant",
        "Ｉ am ｐregnant",
        "I am рregnant",
        "je suis DIABE\u{301}TIQUE",
        "Ich bin schwerhoerig",
        "Ich bin schwerhörig",
        "我懷孕了",
    ] {
        assert!(!screen(text).is_empty(), "{text}");
    }
}

#[test]
fn a_negated_statement_is_not_found_but_an_ended_one_is() {
    assert_eq!(screen("I am not diabetic."), []);
    assert_eq!(screen("I am no longer diabetic.").len(), 1);
}

#[test]
fn each_part_of_a_long_text_is_read() {
    let part = "The invoice is attached. My sister has leukaemia, sorry.\n\n";
    let text = part.repeat(50);
    let findings = screen(&text);
    assert_eq!(findings.len(), 50);
    for (index, finding) in findings.iter().enumerate() {
        let start = index * part.len() + 25;
        assert_eq!(finding.span, start..start + 23);
        assert_eq!(&text[finding.span.clone()], "My sister has leukaemia");
    }
}

#[test]
fn one_screener_serves_many_threads() {
    let screener = Screener::new();
    std::thread::scope(|scope| {
        let run = || screener.screen("I have epilepsy").len();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), 1);
        }
    });
}

/// Words of the lexicons among marks that cut sentences, and characters that fold to more or less.
fn awkward() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "I",
        "have",
        "my",
        "cancer",
        "diagnosed with",
        "我",
        "患有",
        "糖尿病",
        "，",
        "。",
        ". ",
        ", ",
        "\n",
        "\r\n\n",
        "\u{200b}",
        "\u{301}",
        "ﬃ",
        "㎏",
        "İ",
        "ß",
        "://",
        "@",
        "e\u{301}",
        "je suis",
        "enceinte",
        "ich bin",
        "schwanger",
        " - ",
        "(",
        "𝐈",
        "👩‍⚕️",
        "한",
        " ",
        "is",
        "Tom",
        "Catholic",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|it| it.join(" "))
}

fn holds(text: &str) {
    let findings = screen(text);
    for finding in &findings {
        assert!(
            text.get(finding.span.clone())
                .is_some_and(|it| !it.is_empty())
        );
    }
    let redacted = redact(text, &findings);
    let breaks = |it: &str| it.matches('\n').count();
    assert_eq!(breaks(text), breaks(&redacted));
    is_clean_when_struck(text);
}

/// What is left of a text tells nothing any more.
#[track_caller]
fn is_clean_when_struck(text: &str) {
    static SCREENER: LazyLock<Screener> = LazyLock::new(Screener::new);
    let left = strike(&SCREENER, text);
    assert_eq!(screen(&left), [], "{text}: {left}");
}

/// The messages that the figures are measured on.
fn messages() -> Vec<&'static str> {
    let sets = [
        include_str!("../../tests/data/tuned.tsv"),
        include_str!("../../tests/data/held-out.tsv"),
        include_str!("../../tests/data/blind.tsv"),
        include_str!("../../tests/data/fresh.tsv"),
    ];
    let lines = sets.iter().flat_map(|set| set.lines());
    lines.filter_map(|line| line.split('\t').nth(2)).collect()
}

#[test]
fn what_is_left_of_any_message_tells_nothing() {
    for message in messages() {
        is_clean_when_struck(message);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_screened(text in "\\PC{0,200}") {
        holds(&text);
    }

    #[test]
    fn any_awkward_text_is_screened(text in awkward()) {
        holds(&text);
    }

    #[test]
    fn what_is_left_of_several_messages_tells_nothing(
        picked in prop::collection::vec(prop::sample::select(messages()), 1..6),
        between in prop::sample::select(vec![" ", "\n", ", ", "\n\n", " - "]),
    ) {
        is_clean_when_struck(&picked.join(between));
    }

    #[test]
    fn any_spans_are_redacted(
        text in "\\PC{0,40}",
        spans in prop::collection::vec((0..90usize, 0..90usize), 0..5),
    ) {
        let category = SpecialCategory::Health;
        let finding = |(start, end)| Finding { category, span: start..end };
        let findings: Vec<Finding> = spans.into_iter().map(finding).collect();
        redact(&text, &findings);
    }
}
