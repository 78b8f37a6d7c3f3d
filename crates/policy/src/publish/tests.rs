//! The page as people and programs meet it.

use super::*;
use crate::{Evidence, Source, compile, standing};
use jiff::civil::Date;

fn page(change: impl Fn(String) -> String) -> String {
    let words = include_str!("../../tests/fixtures/harbour/words.md");
    let north = change(include_str!("../../tests/fixtures/harbour/north.md").to_owned());
    let sources = [
        Source::new("words.md", words),
        Source::new("north.md", north),
    ];
    let (policy, said) = compile(&sources);
    let policy = policy.unwrap_or_else(|| panic!("{said:?}"));
    let measured = Evidence {
        since: Some(Date::constant(2026, 1, 1)),
        cases: true,
        notices: true,
        ..Evidence::default()
    };
    let all = standing(&policy, &measured, Date::constant(2026, 11, 23));
    let north = policy.document_named("north").unwrap().id;
    publish(&policy, north, &all, &Links::default())
}

/// Everything between a mark and the next mark, each time it occurs.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Vec<&'t str> {
    let parts = text.split(before).skip(1);
    parts
        .map(|part| part.split(after).next().unwrap())
        .collect()
}

#[test]
fn definitions_in_a_row_are_folded_together() {
    let more = "What we send is packed.\n\n```toml\n[define.service.packing]\nlabel = \"packing\"\n\n\
                [define.service.posting]\nlabel = \"posting\"\n\n[answer.packing]\nwarned = true\n```\n";
    let page = page(|text| format!("{text}\n{more}"));
    let folded = between(&page, "2 words defined here", "answer.packing\"");
    assert_eq!(folded.len(), 1);
    for id in ["define.service.packing", "define.service.posting"] {
        assert!(folded[0].contains(&format!("id=\"{id}\"")), "{id}");
    }
}

#[test]
fn the_page_says_who_when_and_how_it_stands() {
    let page = page(|text| text);
    for part in [
        "<html lang=\"en\">",
        "<title>Privacy policy for North America</title>",
        "1 May 2018",
        "3 February 2024",
        "1 Example Quay",
        "mailto:privacy@example.com",
        "<strong>27</strong> promises kept",
        "id=\"keep.contact\"",
        "0 of 0 items past their day",
        "3 years</a> after the last contact",
        "<a class=\"s\" href=\"#field.email\">&quot;email&quot;</a>",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<h1>").count(), 1);
    assert_eq!(page.matches("<main").count(), 1);
    assert!(!page.contains("<script") && !page.contains("narrative"));
}

#[test]
fn every_anchor_is_there_once_and_every_link_on_the_page_leads_somewhere() {
    let page = page(|text| text);
    let ids = between(&page, " id=\"", "\"");
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len());
    for link in between(&page, "href=\"#", "\"") {
        assert!(ids.contains(&link), "{link}");
    }
}

#[test]
fn headings_do_not_skip_a_level() {
    let page = page(|text| text);
    let levels: Vec<u32> = between(&page, "<h", " ")
        .iter()
        .filter_map(|tag| tag.get(..1)?.parse().ok())
        .collect();
    assert!(levels.len() > 10);
    for pair in levels.windows(2) {
        assert!(pair[1] <= pair[0] + 1, "{levels:?}");
    }
}

#[test]
fn a_document_cannot_put_its_own_html_on_the_page() {
    let page = page(|text| {
        text.replace(
            "# How we look after",
            "# <script>alert(1)</script> How we look after",
        )
        .replace(
            "Nothing about anybody",
            "<img src=x onerror=alert(1)> [a](javascript:alert(1)) Nothing about anybody",
        )
        .replace(
            "training of the support desk",
            "training </code><script>x</script>",
        )
        .replace(
            "\"Privacy policy for North America\"",
            "'</title><script>y</script>'",
        )
    });
    let lower = page.to_lowercase();
    for part in ["<script", "onerror=alert(1)>", "<img", "javascript:"] {
        assert!(!lower.contains(part), "{part}");
    }
}

#[test]
fn terms_in_prose_lead_to_their_meaning() {
    let page = page(|text| {
        text.replace(
            "Recordings for ninety days",
            "No third party, ever. Recordings for ninety days",
        )
    });
    assert!(page.contains("<a class=\"term\" href=\"#term.third-party\">third party</a>, ever"));
    assert!(page.contains("<dt id=\"term.third-party\">third party</dt>"));
}

#[test]
fn links_between_documents_lead_between_pages() {
    let page = page(|text| {
        text.replace(
            "Your name, your work",
            "[Words](words.md#x). Your name, your work",
        )
    });
    assert!(page.contains("<a href=\"words#x\">Words</a>"));
}

#[test]
fn pages_speak_the_language_of_their_document() {
    let page = page(|text| text.replace("language   = \"en\"", "language   = \"fr-CA\""));
    for part in [
        "<html lang=\"fr-CA\">",
        "1er mai 2018",
        "promesses tenues",
        "0 éléments sur 0",
        "nom <code>name</code>",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

/// Relative luminance of a colour written as `#rrggbb` (WCAG 2.2).
fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[test]
fn text_stands_out_from_its_ground_in_both_schemes() {
    let schemes = between(STYLE, ":root {", "}");
    for scheme in &schemes[..2] {
        let color = |name: &str| {
            let start = scheme
                .find(&format!("--{name}: #"))
                .unwrap_or_else(|| panic!("{name}"));
            let rest = &scheme[start..];
            let hash = rest.find('#').unwrap();
            luminance(&rest[hash..hash + 7])
        };
        for ground in ["paper", "tint", "leaf"] {
            for text in [
                "ink",
                "quiet",
                "link",
                "kept",
                "at-risk",
                "broken",
                "unmeasured",
            ] {
                let (a, b) = (color(ground), color(text));
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2}");
            }
        }
    }
}

#[test]
fn each_promise_says_what_it_is_about() {
    let page = page(|text| text);
    for subject in [
        "See it",
        "Correct it",
        "Name, work e-mail address, telephone number …",
        "Training of the support desk",
    ] {
        assert!(
            page.contains(&format!("<strong>{subject}</strong>")),
            "{subject}"
        );
    }
}

#[test]
fn a_rule_says_what_it_holds_in_the_language_of_its_page() {
    let page = page(|text| text.replace("language   = \"en\"", "language   = \"fr\""));
    for line in [
        "<dt>Informations</dt><dd>nom, work e-mail address",
        "<dt>Conservée</dt><dd>90 jours après : ",
        "<dt>Ensuite</dt><dd>détruit</dd>",
        "<dt>Prolongé au plus de</dt><dd>30 jours</dd>",
        "<strong>Moins de 14 ans</strong>",
        "<strong>Chiffrement en chemin</strong>",
        "États-Unis",
    ] {
        assert!(page.contains(line), "{line}");
    }
    // Under the promises stands no word of another language that the page itself brought.
    for word in ["<dt>Information<", "<dt>Kept for<", ">destroyed<"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn the_page_of_choice_names_every_document_and_every_country() {
    let words = include_str!("../../tests/fixtures/harbour/words.md");
    let north = include_str!("../../tests/fixtures/harbour/north.md");
    let sources = [
        Source::new("words.md", words),
        Source::new("north.md", north),
    ];
    let policy = compile(&sources).0.unwrap();
    let choice = Choice {
        languages: "de-AT".to_owned(),
        without: "CH".parse().ok(),
        here: "/policies".to_owned(),
        before: "/policy/".to_owned(),
        ..Choice::default()
    };
    let page = choose(&policy, &choice);
    // No document is in German, so the page is in English.
    for part in [
        "<html lang=\"en\">",
        "href=\"/policy/north\"",
        "<option value=\"CA\">Canada</option>",
        "<strong>Switzerland</strong>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("href=\"/policy/words\"") && !page.contains("<script"));
}

#[test]
fn a_document_for_a_part_of_a_country_is_offered_by_its_name() {
    let words = include_str!("../../tests/fixtures/harbour/words.md");
    let north = include_str!("../../tests/fixtures/harbour/north.md");
    let west = north
        .replace("id         = \"north\"", "id = \"west\"")
        .replace("default    = true\n", "")
        .replace("[\"US\", \"CA\"]", "[\"US-CA\"]");
    let sources = [
        Source::new("words.md", words),
        Source::new("north.md", north),
        Source::new("west.md", west),
    ];
    let policy = compile(&sources).0.unwrap();
    let choice = Choice {
        languages: "fr-CA".to_owned(),
        without: "ES-CT".parse().ok(),
        before: "/policy/".to_owned(),
        ..Choice::default()
    };
    let page = choose(&policy, &choice);
    for part in [
        "<option value=\"US-CA\">California (United States)</option>",
        "<option value=\"US\">United States</option>",
        "<strong>Catalonia (ES)</strong>",
        "href=\"/policy/west\"",
    ] {
        let part = part.replace(
            "(ES)",
            &format!("({})", super::place_in("en", "ES".parse().unwrap())),
        );
        assert!(page.contains(&part), "{part}: {page}");
    }
    // Parts are offered where a document is for them, and not one by one.
    assert!(!page.contains("US-NY"));
    // What a browser says of a language names a country, and no part of one.
    let shown = |languages| {
        policy
            .document_for_reader(languages)
            .unwrap()
            .name
            .to_string()
    };
    assert_eq!(shown("en-US"), "north");
    assert_eq!(super::places_of(&policy, "fr").len(), 3);
}

#[test]
fn a_page_explains_its_own_terms_and_those_it_imports() {
    let own = "\n## Words\n\nFor us it is more.\n\n```toml\n[define.term.personal-information]\nlabel = \"personal data\"\n```\n\nSome personal data.\n";
    let page = page(|text| format!("{text}{own}"));
    assert_eq!(
        between(&page, "<dt id=\"term.personal-information\">", "<"),
        ["personal data"]
    );
    assert_eq!(page.matches("<dt id=\"term.third-party\">").count(), 1);
    assert!(
        page.contains("<a class=\"term\" href=\"#term.personal-information\">personal data</a>")
    );
}
