//! Tests of reading access logs.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::testing::{dripping, source};

fn show(line: &AccessLine<'_>) -> String {
    let or_hyphen = |text: &Option<Cow<'_, str>>| text.as_deref().unwrap_or("-").to_owned();
    format!(
        "{} {} {} | {} {:?} {} | {:?} {:?} | {} | {}{}",
        line.ip,
        or_hyphen(&line.user),
        line.at,
        or_hyphen(&line.method),
        line.target,
        or_hyphen(&line.protocol),
        line.status,
        line.bytes,
        or_hyphen(&line.referer),
        or_hyphen(&line.user_agent),
        if line.gpc { " | gpc" } else { "" },
    )
}

fn read(mut log: AccessLog) -> String {
    let mut text = String::new();
    while let Some(outcome) = log.next_line() {
        match outcome {
            Ok(Outcome::Taken(taken)) => {
                writeln!(text, "{}: {}", taken.line, show(&taken.access)).unwrap();
            }
            Ok(Outcome::Rejected(rejected)) => writeln!(text, "! {rejected}").unwrap(),
            Err(failure) => writeln!(text, "!! {failure}").unwrap(),
        }
    }
    text
}

fn check(lines: &[&str], expected: Expect) {
    let limits = Limits {
        record_bytes: 600,
        ..Limits::default()
    };
    expected.assert_eq(&read(AccessLog::open(source(lines.join("\n")), limits)));
}

#[test]
fn common_and_combined() {
    check(
        &[
            r#"192.0.2.1 - - [10/Oct/2026:13:55:36 -0700] "GET /a?q=x%20y HTTP/1.0" 200 2326"#,
            r#"192.0.2.1 - maria [10/Oct/2026:13:55:36 +0000] "POST / HTTP/2.0" 303 0 "-" "-""#,
            r#"2001:db8::1 - - [10/Oct/2026:13:55:36 +0000] "GET / HTTP/1.1" 304 - "https://www.example.com/" "Mozilla/5.0 \"quoted\" \\ \x41\xc3\xa9 \xff \xg" "1""#,
            r#"::ffff:192.0.2.7 - - [10/Oct/2026:13:55:36 +0000] "\x16\x03\x01" 400 226 "-" "-" "-" 0.012"#,
            r#"192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] "GET /one two HTTP/1.1" - 5"#,
            r#"192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] "GET /old" 200 5"#,
            r##"#Version: 1.0"##,
            "",
            r#"192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] "-" 408 0 "-" "-""#,
        ],
        expect![[r#"
            1: 192.0.2.1 - 2026-10-10T20:55:36Z | GET "/a?q=x%20y" HTTP/1.0 | Some(200) Some(2326) | - | -
            2: 192.0.2.1 maria 2026-10-10T13:55:36Z | POST "/" HTTP/2.0 | Some(303) Some(0) | - | -
            3: 2001:db8::1 - 2026-10-10T13:55:36Z | GET "/" HTTP/1.1 | Some(304) None | https://www.example.com/ | Mozilla/5.0 "quoted" \ Aé � \xg | gpc
            4: 192.0.2.7 - 2026-10-10T13:55:36Z | - "\u{16}\u{3}\u{1}" - | Some(400) Some(226) | - | -
            5: 192.0.2.1 - 2026-10-10T13:55:36Z | GET "/one two" HTTP/1.1 | None Some(5) | - | -
            6: 192.0.2.1 - 2026-10-10T13:55:36Z | GET "/old" - | Some(200) Some(5) | - | -
            9: 192.0.2.1 - 2026-10-10T13:55:36Z | - "-" - | Some(408) Some(0) | - | -
        "#]],
    );
}

#[test]
fn lines_that_are_broken() {
    check(
        &[
            "this is no request",
            "192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] \"GET / HT",
            "192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] \"GET / HTTP/1.1\" 200",
            "192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"cut",
            "192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] \"GET / HTTP/1.1\\",
            "www.example.com - - [10/Oct/2026:13:55:36 +0000] \"GET / HTTP/1.1\" 200 5",
            "192.0.2.1 - - [10-Oct-2026 13:55:36] \"GET / HTTP/1.1\" 200 5",
            "192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] \"GET / HTTP/1.1\" 20 5",
            "192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] \"GET / HTTP/1.1\" 200 -5",
            &"x".repeat(700),
            "{\"remote_addr\":\"192.0.2.1\"",
            "{\"remote_addr\":\"192.0.2.1\",\"uri\":\"/\"}",
            "{\"remote_addr\":\"somebody\",\"ts\":1,\"uri\":\"/\"}",
            "{\"remote_addr\":\"192.0.2.1\",\"ts\":\"lately\",\"uri\":\"/\"}",
            "{\"remote_addr\":\"192.0.2.1\",\"ts\":1e300,\"uri\":\"/\"}",
            "{\"remote_addr\":\"192.0.2.1\",\"ts\":1,\"uri\":\"/\",\"status\":20.5}",
            "{\"remote_addr\":\"192.0.2.1\",\"ts\":1}",
        ],
        expect![[r#"
            ! line 1: it is not a whole line of the Common, Combined, JSON or W3C log format; check the server's log format, or leave it if the line was cut off
            ! line 2: it is not a whole line of the Common, Combined, JSON or W3C log format; check the server's log format, or leave it if the line was cut off
            ! line 3: it is not a whole line of the Common, Combined, JSON or W3C log format; check the server's log format, or leave it if the line was cut off
            ! line 4: it is not a whole line of the Common, Combined, JSON or W3C log format; check the server's log format, or leave it if the line was cut off
            ! line 5: it is not a whole line of the Common, Combined, JSON or W3C log format; check the server's log format, or leave it if the line was cut off
            ! line 6: the client is not an IP address; turn off host name lookups in the server
            ! line 7: the time cannot be read; write 01/Mar/2026:09:30:00 +0000, ISO 8601 or seconds
            ! line 8: the status is not a number of three digits; correct it
            ! line 9: it is not a whole line of the Common, Combined, JSON or W3C log format; check the server's log format, or leave it if the line was cut off
            ! line 10: it is longer than 600 bytes; shorten it or split it
            ! line 11: it is not JSON from column 26 on; write one object a line
            ! line 12: it is not a whole line of the Common, Combined, JSON or W3C log format; check the server's log format, or leave it if the line was cut off
            ! line 13: the client is not an IP address; turn off host name lookups in the server
            ! line 14: the time cannot be read; write 01/Mar/2026:09:30:00 +0000, ISO 8601 or seconds
            ! line 15: the time cannot be read; write 01/Mar/2026:09:30:00 +0000, ISO 8601 or seconds
            ! line 16: the status is not a number of three digits; correct it
            ! line 17: it is not a whole line of the Common, Combined, JSON or W3C log format; check the server's log format, or leave it if the line was cut off
        "#]],
    );
}

#[test]
fn json_lines_of_common_servers() {
    check(
        &[
            // nginx with a log_format of its own.
            r#"{"time_iso8601":"2026-10-10T13:55:36+02:00","remote_addr":"192.0.2.1","remote_user":"-","request":"GET /a?q=1 HTTP/2.0","status":"200","body_bytes_sent":"512","http_referer":"-","http_user_agent":"Mozilla/5.0 \"q\"","http_sec_gpc":"1"}"#,
            r#"{"msec":"1791640536.123","remote_addr":"2001:db8::2","method":"GET","uri":"/","proto":"HTTP/1.1","status":404,"bytes_sent":0,"sec_gpc":"true"}"#,
            // Caddy.
            r#"{"level":"info","ts":1791640536.5,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"192.0.2.3","remote_port":"41342","client_ip":"192.0.2.9","proto":"HTTP/2.0","method":"GET","host":"www.example.com","uri":"/p","headers":{"User-Agent":["curl/8.9.1"],"Accept":["*/*"],"Sec-Gpc":["1"],"Referer":["https://www.example.org/"]},"tls":{"resumed":false}},"bytes_read":0,"user_id":"","duration":0.01,"size":2900,"status":200,"resp_headers":{"Server":["Caddy"]}}"#,
            // Apache.
            r#"{"time":"[10/Oct/2026:13:55:36 +0000]","client":"192.0.2.4","request":"-","status":408,"bytes":"-","agent":"-","extra":{"deep":[[[{"a":1}]]]}}"#,
            r#"{"time_local":"10/Oct/2026:13:55:36 +0000","remote_addr":"[2001:db8::5]","request":"GET \u002f HTTP/1.1","status":null}"#,
            r#"{"timestamp":1791640536123,"remote_ip":"192.0.2.6","path":"/x","request":[],"headers":[{"user-agent":"x"}]}"#,
        ],
        expect![[r#"
            1: 192.0.2.1 - 2026-10-10T11:55:36Z | GET "/a?q=1" HTTP/2.0 | Some(200) Some(512) | - | Mozilla/5.0 "q" | gpc
            2: 2001:db8::2 - 2026-10-10T13:55:36.123Z | GET "/" HTTP/1.1 | Some(404) Some(0) | - | -
            3: 192.0.2.9 - 2026-10-10T13:55:36.5Z | GET "/p" HTTP/2.0 | Some(200) Some(2900) | https://www.example.org/ | curl/8.9.1 | gpc
            4: 192.0.2.4 - 2026-10-10T13:55:36Z | - "-" - | Some(408) None | - | -
            5: 2001:db8::5 - 2026-10-10T13:55:36Z | GET "/" HTTP/1.1 | None None | - | -
            6: 192.0.2.6 - 2026-10-10T13:55:36.123Z | - "/x" - | None None | - | x
        "#]],
    );
}

#[test]
fn plain_lines_are_borrowed() {
    let line = br#"192.0.2.1 - - [10/Oct/2026:13:55:36 -0700] "GET /a HTTP/1.0" 200 2 "r" "u""#;
    let line = AccessLine::parse(line).unwrap();
    let borrowed = |text: &Option<Cow<'_, str>>| matches!(text, Some(Cow::Borrowed(_)));
    assert!(borrowed(&line.method) && borrowed(&line.referer) && borrowed(&line.user_agent));
    assert!(matches!(line.target, Cow::Borrowed(_)));
}

#[test]
fn nothing_of_a_line_is_printed() {
    let line = br#"192.0.2.1 - - [10/Oct/2026:13:55:36 -0700] "GET /secret HTTP/1.0" 200 2"#;
    let text = format!("{:?}", AccessLine::parse(line).unwrap());
    assert!(!text.contains("secret") && !text.contains("192"), "{text}");
}

#[test]
fn reading_goes_on_where_it_stopped() {
    let text = concat!(
        "192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] \"GET /1 HTTP/1.1\" 200 5\n",
        "broken\r\n\n",
        "192.0.2.2 - - [10/Oct/2026:13:55:37 +0000] \"GET /2 HTTP/1.1\" 200 5\n",
    );
    let open = || AccessLog::open(dripping(text, 5), Limits::default());
    let whole = read(open());
    for stop in 0..3 {
        let mut log = open();
        let mut seen = 0;
        while seen < stop {
            log.next_line().unwrap().unwrap();
            seen += 1;
        }
        let mut second = open();
        second.skip_to(&log.position()).unwrap();
        let rest = read(second);
        assert!(whole.ends_with(&rest));
        assert_eq!(rest.lines().count(), 3 - stop);
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, size in 1_usize..40) {
        read(AccessLog::open(dripping(bytes, size), Limits::default()));
    }

    #[test]
    fn nearly_right_lines_never_panic(
        at in 0_usize..120,
        with in any::<u8>(),
        cut in 0_usize..160,
    ) {
        let mut line = br#"2001:db8::1 - x [10/Oct/2026:13:55:36 -0700] "GET /\x41 HTTP/1.0" 200 2326 "https://www.example.com/" "Mozilla/5.0" "1""#.to_vec();
        if let Some(byte) = line.get_mut(at) {
            *byte = with;
        }
        line.truncate(cut);
        let _ = AccessLine::parse(&line);
    }

    #[test]
    fn nearly_right_objects_never_panic(
        at in 0_usize..160,
        with in any::<u8>(),
    ) {
        let mut line = br#"{"ts":1791640536.5,"request":{"remote_ip":"192.0.2.3","method":"GET","uri":"/p","headers":{"Sec-Gpc":["1"]}},"size":-1e99,"status":200}"#.to_vec();
        if let Some(byte) = line.get_mut(at) {
            *byte = with;
        }
        let _ = AccessLine::parse(&line);
    }
}

const IIS: &str = "\
#Software: Microsoft Internet Information Services 10.0\r
#Version: 1.0\r
#Date: 2026-11-23 10:00:00\r
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus time-taken\r
2026-11-23 10:00:01 198.51.100.1 GET /a q=x%20y 443 - 192.0.2.1 Mozilla/5.0+(Windows+NT+10.0) https://www.example.com/ 200 0 15\r
2026-11-23 10:00:02 198.51.100.1 POST / - 443 maria 2001:db8::1 - - 303 0 15\r
2026-11-23 10:00:02 198.51.100.1 GET / - 443 - 192.0.2.1 -\r
2026-11-23 10:00:03 198.51.100.1 GET / - 443 - nowhere - - 200 0 15\r
2026-11-23 10:61:03 198.51.100.1 GET / - 443 - 192.0.2.1 - - 200 0 15\r
";

const SERVER: &str = "\
#Date: 2026-11-24 00:00:00
#Fields: time c-ip cs-method cs-uri sc-status sc-bytes cs(User-Agent) cs(Sec-GPC)
00:00:05 192.0.2.1\tGET /b?c=d 200 77 \"Mozilla/5.0 \"\"quoted\"\" (X11)\" 1
#Remark: nothing of use
00:00:06 192.0.2.2 GET /c 404 - - -
#Fields: time cs-method cs-uri
00:00:07 GET /d
";

#[test]
fn extended_logs_say_what_their_columns_are() {
    let log = AccessLog::open(source(format!("{IIS}{SERVER}")), Limits::default());
    expect![[r#"
        5: 192.0.2.1 - 2026-11-23T10:00:01Z | GET "/a?q=x%20y" - | Some(200) None | https://www.example.com/ | Mozilla/5.0 (Windows NT 10.0)
        6: 2001:db8::1 maria 2026-11-23T10:00:02Z | POST "/" - | Some(303) None | - | -
        ! line 7: it is not a whole line of the Common, Combined, JSON or W3C log format; check the server's log format, or leave it if the line was cut off
        ! line 8: the client is not an IP address; turn off host name lookups in the server
        ! line 9: the time cannot be read; write 01/Mar/2026:09:30:00 +0000, ISO 8601 or seconds
        12: 192.0.2.1 - 2026-11-24T00:00:05Z | GET "/b?c=d" - | Some(200) Some(77) | - | Mozilla/5.0 "quoted" (X11) | gpc
        14: 192.0.2.2 - 2026-11-24T00:00:06Z | GET "/c" - | Some(404) None | - | -
        ! line 16: the log's `#Fields` line lacks what is needed, or the line lacks its value; log date, time, c-ip and cs-uri-stem
    "#]].assert_eq(&read(log));
}

#[test]
fn an_extended_log_is_read_on_under_the_columns_it_was_left_with() {
    let whole = format!("{SERVER}{IIS}");
    let open = || AccessLog::open(source(whole.clone()), Limits::default());
    let all = read(open());
    let mut log = open();
    let mut before = String::new();
    loop {
        let mut after = open();
        let position = serde_json::to_string(&log.position()).unwrap();
        after
            .skip_to(&serde_json::from_str(&position).unwrap())
            .unwrap();
        assert_eq!(format!("{before}{}", read(after)), all);
        match log.next_line() {
            None => break,
            Some(Ok(Outcome::Taken(taken))) => {
                writeln!(before, "{}: {}", taken.line, show(&taken.access)).unwrap();
            }
            Some(Ok(Outcome::Rejected(rejected))) => writeln!(before, "! {rejected}").unwrap(),
            Some(Err(failure)) => panic!("{failure}"),
        }
    }
}
