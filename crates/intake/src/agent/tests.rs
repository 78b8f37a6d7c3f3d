//! Tests of recognising user agents.

use proptest::prelude::*;

use super::*;

#[test]
fn families_are_recognised() {
    let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
    for (text, system, browser, robot) in [
        (
            format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/131.0.0.0 Safari/537.36"),
            "Windows",
            "Chrome",
            false,
        ),
        (
            format!("Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/131.0.0.0 Safari/537.36 Edg/131.0"),
            "Windows",
            "Edge",
            false,
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1".into(),
            "iOS",
            "Safari",
            false,
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1".into(),
            "iOS",
            "Chrome",
            false,
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0".into(),
            "macOS",
            "Firefox",
            false,
        ),
        (
            format!("Mozilla/5.0 (Linux; Android 14; SM-S921B) {webkit} SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36"),
            "Android",
            "Samsung Internet",
            false,
        ),
        (
            format!("Mozilla/5.0 (Linux; Android 13; CUBOT NOTE) {webkit} Chrome/131.0 Mobile Safari/537.36"),
            "Android",
            "Chrome",
            false,
        ),
        (
            format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {webkit} Chrome/130.0 Safari/537.36"),
            "ChromeOS",
            "Chrome",
            false,
        ),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko".into(), "Windows", "Internet Explorer", false),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)".into(), "Other", "Googlebot", true),
        (
            format!("Mozilla/5.0 (X11; Linux x86_64) {webkit} HeadlessChrome/131.0 Safari/537.36"),
            "Linux",
            "Headless Chrome",
            true,
        ),
        ("ExampleCrawler/2.1 (+https://crawler.example.net/about)".into(), "Other", "Other robot", true),
        ("examplebot".into(), "Other", "Other robot", true),
        ("curl/8.9.1".into(), "Other", "curl", true),
        ("something else".into(), "Other", "Other", false),
        (String::new(), "Other", "Other", false),
    ] {
        let found = Agent::recognise(&text);
        let expected = Agent { operating_system: system, browser, robot };
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn every_word_of_the_tables_can_match() {
    for (word, _) in OPERATING_SYSTEMS.iter().chain(ROBOTS).chain(BROWSERS) {
        assert_eq!(*word, word.to_ascii_lowercase());
    }
    // A word behind one that it contains would never be reached.
    for table in [OPERATING_SYSTEMS, ROBOTS, BROWSERS] {
        for (index, (word, _)) in table.iter().enumerate() {
            let hidden = table[..index]
                .iter()
                .find(|(earlier, _)| word.contains(earlier));
            assert_eq!(hidden, None, "{word}");
        }
    }
}

#[test]
fn the_cache_is_bounded() {
    let mut agents = Agents::new();
    for number in 0..3 * Agents::ENTRIES {
        agents.recognise(&format!("agent {number}"));
        assert!(agents.known.len() <= Agents::ENTRIES);
    }
    let long = "x".repeat(1 << 20);
    for number in 0..20 {
        agents.recognise(&format!("{long}{number}"));
        assert!(agents.bytes <= Agents::BYTES + long.len() + 2);
    }
    let first = agents.recognise("again").number;
    assert_eq!(agents.recognise("again").number, first);
}

proptest! {
    #[test]
    fn arbitrary_texts_never_panic(text: String) {
        Agent::recognise(&text);
    }
}
