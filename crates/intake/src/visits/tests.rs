//! Tests of grouping lines into visits.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::limits::Limits;
use crate::testing::{dripping, gzip, source};

fn line(minute: u32, ip: u32, path: &str, agent: &str) -> String {
    let (hour, minute) = (minute / 60 % 24, minute % 60);
    format!(
        "192.0.2.{ip} - - [10/Oct/2026:{hour:02}:{minute:02}:00 +0000] \"GET {path} HTTP/1.1\" \
         200 5 \"-\" \"{agent}\"\n"
    )
}

fn visits(text: &str, limits: VisitLimits) -> Visits {
    Visits::new(
        AccessLog::open(dripping(text, 77), Limits::default()),
        limits,
    )
}

fn show(step: &Result<Step, Failure>) -> String {
    match step {
        Ok(Step::Visit(visit)) => format!(
            "{} {} on {}, {} to {}, lines {} to {}, {} requests, {} bytes",
            visit.ip,
            visit.agent.browser,
            visit.agent.operating_system,
            visit.first_at,
            visit.last_at,
            visit.first_line,
            visit.last_line,
            visit.count,
            visit.weblog.len(),
        ),
        Ok(Step::Rejected(rejected)) => format!("! {rejected}"),
        Ok(Step::Checkpoint(position)) => {
            format!(
                "checkpoint: line {}, {} read",
                position.line, position.records
            )
        }
        Err(failure) => format!("!! {failure}"),
    }
}

fn check(text: &str, limits: VisitLimits, expected: Expect) {
    let mut found = String::new();
    for step in visits(text, limits) {
        writeln!(found, "{}", show(&step)).unwrap();
    }
    expected.assert_eq(&found);
}

fn busy() -> String {
    let mut text = String::new();
    for minute in 0..120 {
        text += &line(minute, minute % 3, &format!("/{minute}"), "Firefox/1 Linux");
        if minute % 50 == 7 {
            text += "broken\n";
        }
    }
    text
}

#[test]
fn lines_of_a_visitor_are_put_together() {
    let text = line(0, 1, "/a", "Firefox/1 Windows")
        + &line(1, 2, "/b", "curl/8")
        + &line(2, 1, "/c", "Firefox/1 Windows")
        + "broken\n"
        + &line(3, 1, "/d", "Safari/1 iPhone")
        + &line(29, 1, "/e", "Firefox/1 Windows")
        + &line(30, 1, "/f", "Firefox/1 Windows");
    check(
        &text,
        VisitLimits::default(),
        expect![[r#"
            ! line 4: it is not a whole line of the Common, Combined, JSON or W3C log format; check the server's log format, or leave it if the line was cut off
            192.0.2.1 Firefox on Windows, 2026-10-10T00:00:00Z to 2026-10-10T00:29:00Z, lines 1 to 6, 3 requests, 108 bytes
            192.0.2.2 curl on Other, 2026-10-10T00:01:00Z to 2026-10-10T00:01:00Z, lines 2 to 2, 1 requests, 36 bytes
            192.0.2.1 Safari on iOS, 2026-10-10T00:03:00Z to 2026-10-10T00:03:00Z, lines 5 to 5, 1 requests, 36 bytes
            192.0.2.1 Firefox on Windows, 2026-10-10T00:30:00Z to 2026-10-10T00:30:00Z, lines 7 to 7, 1 requests, 36 bytes
            checkpoint: line 8, 6 read
        "#]],
    );
    let visit = visits(&text, VisitLimits::default()).find_map(|step| match step {
        Ok(Step::Visit(visit)) if visit.first_line == 1 => Some(visit),
        _ => None,
    });
    expect![[r#"
        2026-10-10T00:00:00Z GET /a 200 5 -
        2026-10-10T00:02:00Z GET /c 200 5 -
        2026-10-10T00:29:00Z GET /e 200 5 -
    "#]]
    .assert_eq(&visit.unwrap().weblog);
}

#[test]
fn a_visit_becomes_a_record() {
    let text = line(0, 1, "/a", "Firefox/1 Windows");
    let record = visits(&text, VisitLimits::default()).find_map(|step| match step {
        Ok(Step::Visit(visit)) => Some(visit.into_record()),
        _ => None,
    });
    expect![[r#"1: ip-address="192.0.2.1" user-agent="Firefox/1 Windows" operating-system="Windows" browser="Firefox" weblog="2026-10-10T00:00:00Z GET /a 200 5 -\n" at 2026-10-10T00:00:00Z"#]].assert_eq(&crate::testing::show(&record.unwrap()));
}

#[test]
fn memory_is_bounded_by_giving_out_the_oldest() {
    let text: String = (0..6).map(|n| line(n, n % 4, "/", "x")).collect();
    let few = VisitLimits {
        visitors: 2,
        ..VisitLimits::default()
    };
    check(
        &text,
        few,
        expect![[r#"
        192.0.2.0 Other on Other, 2026-10-10T00:00:00Z to 2026-10-10T00:00:00Z, lines 1 to 1, 1 requests, 35 bytes
        192.0.2.1 Other on Other, 2026-10-10T00:01:00Z to 2026-10-10T00:01:00Z, lines 2 to 2, 1 requests, 35 bytes
        192.0.2.2 Other on Other, 2026-10-10T00:02:00Z to 2026-10-10T00:02:00Z, lines 3 to 3, 1 requests, 35 bytes
        192.0.2.3 Other on Other, 2026-10-10T00:03:00Z to 2026-10-10T00:03:00Z, lines 4 to 4, 1 requests, 35 bytes
        192.0.2.0 Other on Other, 2026-10-10T00:04:00Z to 2026-10-10T00:04:00Z, lines 5 to 5, 1 requests, 35 bytes
        192.0.2.1 Other on Other, 2026-10-10T00:05:00Z to 2026-10-10T00:05:00Z, lines 6 to 6, 1 requests, 35 bytes
        checkpoint: line 7, 6 read
    "#]],
    );
    let long = "/".repeat(200);
    let text: String = (0..6).map(|n| line(n, n % 2, &long, "x")).collect();
    let short = VisitLimits {
        visit_bytes: 400,
        ..VisitLimits::default()
    };
    check(
        &text,
        short,
        expect![[r#"
        192.0.2.0 Other on Other, 2026-10-10T00:00:00Z to 2026-10-10T00:00:00Z, lines 1 to 1, 1 requests, 234 bytes
        192.0.2.1 Other on Other, 2026-10-10T00:01:00Z to 2026-10-10T00:01:00Z, lines 2 to 2, 1 requests, 234 bytes
        192.0.2.0 Other on Other, 2026-10-10T00:02:00Z to 2026-10-10T00:02:00Z, lines 3 to 3, 1 requests, 234 bytes
        192.0.2.1 Other on Other, 2026-10-10T00:03:00Z to 2026-10-10T00:03:00Z, lines 4 to 4, 1 requests, 234 bytes
        192.0.2.0 Other on Other, 2026-10-10T00:04:00Z to 2026-10-10T00:04:00Z, lines 5 to 5, 1 requests, 234 bytes
        192.0.2.1 Other on Other, 2026-10-10T00:05:00Z to 2026-10-10T00:05:00Z, lines 6 to 6, 1 requests, 234 bytes
        checkpoint: line 7, 6 read
    "#]],
    );
    let small = VisitLimits {
        bytes: 1000,
        ..VisitLimits::default()
    };
    check(
        &text,
        small,
        expect![[r#"
        192.0.2.0 Other on Other, 2026-10-10T00:00:00Z to 2026-10-10T00:00:00Z, lines 1 to 1, 1 requests, 234 bytes
        192.0.2.1 Other on Other, 2026-10-10T00:01:00Z to 2026-10-10T00:01:00Z, lines 2 to 2, 1 requests, 234 bytes
        192.0.2.0 Other on Other, 2026-10-10T00:02:00Z to 2026-10-10T00:02:00Z, lines 3 to 3, 1 requests, 234 bytes
        192.0.2.1 Other on Other, 2026-10-10T00:03:00Z to 2026-10-10T00:03:00Z, lines 4 to 4, 1 requests, 234 bytes
        192.0.2.0 Other on Other, 2026-10-10T00:04:00Z to 2026-10-10T00:04:00Z, lines 5 to 5, 1 requests, 234 bytes
        192.0.2.1 Other on Other, 2026-10-10T00:05:00Z to 2026-10-10T00:05:00Z, lines 6 to 6, 1 requests, 234 bytes
        checkpoint: line 7, 6 read
    "#]],
    );
}

#[test]
fn any_checkpoint_is_a_place_to_go_on_from() {
    let text = busy();
    let limits = VisitLimits {
        checkpoint_lines: 25,
        window: SignedDuration::from_mins(10),
        ..VisitLimits::default()
    };
    let whole: Vec<String> = visits(&text, limits.clone())
        .map(|step| show(&step))
        .collect();
    let steps: Vec<_> = visits(&text, limits.clone()).collect();
    let mut checkpoints = 0;
    for (index, step) in steps.iter().enumerate() {
        let Ok(Step::Checkpoint(position)) = step else {
            continue;
        };
        checkpoints += 1;
        let mut again = visits(&text, limits.clone());
        again.skip_to(position).unwrap();
        let rest: Vec<String> = again.map(|step| show(&step)).collect();
        let expected = &whole[index + 1..];
        if expected.is_empty() {
            // At the end there is nothing but another checkpoint.
            assert_eq!(rest.len(), 1);
        } else {
            assert_eq!(rest, expected);
        }
    }
    assert_eq!(checkpoints, 5);
}

#[test]
fn damage_is_told_after_what_was_read() {
    let mut bytes = gzip(busy().as_bytes());
    bytes.truncate(bytes.len() - 20);
    let log = AccessLog::open(source(bytes), Limits::default());
    let steps: Vec<_> = Visits::new(log, VisitLimits::default()).collect();
    assert!(matches!(steps.last(), Some(Err(Failure::Corrupt { .. }))));
    assert!(matches!(steps[steps.len() - 2], Ok(Step::Checkpoint(_))));
    assert!(steps.iter().any(|step| matches!(step, Ok(Step::Visit(_)))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No line is lost or comes twice, whatever the limits, and the limits hold.
    #[test]
    fn every_line_belongs_to_one_visit(
        lines in prop::collection::vec((0_u32..300, 0_u32..5, 0_usize..60), 0..120),
        visitors in 1_usize..4,
        visit_bytes in 1_usize..300,
        bytes in 600_usize..4000,
        checkpoint_lines in 1_u64..50,
    ) {
        let text: String = lines
            .iter()
            .map(|(minute, ip, length)| line(*minute, *ip, &"/".repeat(*length), "x"))
            .collect();
        let limits = VisitLimits {
            visitors,
            visit_bytes,
            bytes,
            checkpoint_lines,
            ..VisitLimits::default()
        };
        let mut found = visits(&text, limits);
        let (mut count, mut first_lines) = (0, std::collections::HashSet::new());
        while let Some(step) = found.next() {
            prop_assert!(found.grouping.open.len() <= visitors);
            prop_assert!(found.grouping.bytes <= bytes);
            let sizes: usize = found.grouping.open.values().map(size).sum();
            prop_assert_eq!(sizes, found.grouping.bytes);
            if let Ok(Step::Visit(visit)) = step {
                count += visit.count;
                prop_assert!(first_lines.insert(visit.first_line));
                prop_assert_eq!(visit.weblog.lines().count() as u64, visit.count);
                prop_assert!(visit.first_at <= visit.last_at);
            }
        }
        prop_assert_eq!(count, lines.len() as u64);
    }
}
