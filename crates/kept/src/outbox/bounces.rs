//! Bounces: reports of delivery that came back (RFC 3464), read for what they are about.
//! Of a report only the token of our message and whether it is final is looked at; nothing else of
//! it is kept or told.

/// How long a token is, in characters.
const TOKEN_LENGTH: usize = 24;

/// What a report says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The tokens of messages that it may be about.
    pub tokens: Vec<String>,
    /// Whether the message will not arrive. Otherwise it is late, or has arrived.
    pub is_final: bool,
}

/// Reads a report; nothing where it is none.
pub fn report(message: &[u8]) -> Option<Report> {
    let text = String::from_utf8_lossy(message).replace("\r\n", "\n");
    let (head, rest) = text.split_once("\n\n")?;
    let head = unfolded(head);
    let is_report = field(&head, "content-type").is_some_and(|kind| {
        let kind = kind.to_ascii_lowercase();
        kind.contains("multipart/report") && kind.contains("delivery-status")
    });
    if !is_report {
        return None;
    }
    let rest = unfolded(rest);
    let failed = field(&rest, "action").is_some_and(|action| {
        let action = action.to_ascii_lowercase();
        action.split_whitespace().next() == Some("failed")
    });
    let status = field(&rest, "status").unwrap_or_default();
    let is_final = failed && !status.trim_start().starts_with('4');
    let mut tokens = Vec::new();
    // Where it was sent to, if bounces have an address of their own.
    for name in ["to", "delivered-to", "x-original-to"] {
        let found = field(&head, name).unwrap_or_default();
        tokens.extend(between(&found, '+', '@'));
    }
    // The message that came back names itself; so does the answer to it.
    for (part, name) in [
        (&head, "in-reply-to"),
        (&head, "references"),
        (&rest, "message-id"),
    ] {
        let found = field(part, name).unwrap_or_default();
        tokens.extend(between(&found, '<', '@'));
    }
    tokens.sort();
    tokens.dedup();
    Some(Report { tokens, is_final })
}

/// Every token of ours that stands between two signs.
fn between(text: &str, before: char, after: char) -> Vec<String> {
    let parts = text.split(before).skip(1);
    let parts = parts.filter_map(|part| part.split_once(after).map(|(token, _)| token));
    parts
        .filter(|token| {
            let mut bytes = token.bytes();
            token.len() == TOKEN_LENGTH && bytes.all(|byte| byte.is_ascii_alphanumeric())
        })
        .map(str::to_ascii_lowercase)
        .collect()
}

/// A text whose lines that go on stand on one line.
fn unfolded(text: &str) -> String {
    text.replace("\n ", " ").replace("\n\t", " ")
}

/// The first field of a name.
fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        let is_it = found.trim().eq_ignore_ascii_case(name);
        is_it.then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "abcdefghijklmnopqrstuvwx";

    fn bounce(action: &str, status: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example.org\r\nTo: <bounces+{TOKEN}@example.com>\r\n\
             Message-ID: <something@mx.example.org>\r\nContent-Type: multipart/report;\r\n \
             report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\n\
             Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n\
             Final-Recipient: rfc822; ada@example.org\r\nAction: {action}\r\nStatus: {status}\r\n\
             \r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
             Message-ID: <{TOKEN}@example.com>\r\n--b--\r\n"
        )
    }

    #[test]
    fn a_report_says_which_message_will_not_arrive() {
        for (action, status, is_final) in [
            ("failed", "5.1.1", true),
            ("failed", "4.4.7", false),
            ("delayed", "4.4.1", false),
            ("delivered", "2.0.0", false),
        ] {
            let report = report(bounce(action, status).as_bytes()).unwrap();
            assert_eq!(
                (report.tokens, report.is_final),
                (vec![TOKEN.to_owned()], is_final)
            );
        }
    }

    #[test]
    fn what_is_no_report_says_nothing() {
        let letter = format!("To: <bounces+{TOKEN}@example.com>\r\n\r\nAction: failed\r\n");
        for odd in [
            letter.as_str(),
            "",
            "\r\n\r\n",
            "Content-Type: multipart/report",
        ] {
            assert_eq!(report(odd.as_bytes()), None);
        }
        assert_eq!(report(&[0xff; 4096]), None);
    }
}
