//! Text out of HTML and XML: tags go, blocks become lines, entities become letters.
//! It checks nothing; whatever is not markup is text.

/// Elements after which another line begins, by their local names.
const BLOCKS: &[&str] = &[
    "p",
    "h",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "br",
    "line-break",
    "div",
    "li",
    "tr",
    "row",
    "si",
    "table-row",
    "table",
    "title",
    "body",
    "blockquote",
    "dt",
    "dd",
    "option",
    "pre",
    "section",
    "cr",
    "list-item",
    "header",
    "footer",
    "comment",
    "note",
];

/// Elements after which a cell ends.
const CELLS: &[&str] = &["td", "th", "tc", "c", "table-cell", "tab", "s"];

/// Elements whose content is no text.
const CODE: &[&str] = &["script", "style"];

/// Entities with names that are met often.
const ENTITIES: &[(&str, &str)] = &[
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("shy", ""),
    ("eacute", "é"),
    ("egrave", "è"),
    ("ecirc", "ê"),
    ("agrave", "à"),
    ("acirc", "â"),
    ("ccedil", "ç"),
    ("ocirc", "ô"),
    ("icirc", "î"),
    ("iuml", "ï"),
    ("ugrave", "ù"),
    ("ucirc", "û"),
    ("oelig", "œ"),
    ("auml", "ä"),
    ("ouml", "ö"),
    ("uuml", "ü"),
    ("Auml", "Ä"),
    ("Ouml", "Ö"),
    ("Uuml", "Ü"),
    ("szlig", "ß"),
    ("Eacute", "É"),
    ("rsquo", "’"),
    ("lsquo", "‘"),
    ("ndash", "–"),
    ("mdash", "—"),
];

/// The text of a page or a part of a document.
pub(super) fn text(markup: &str) -> String {
    let mut text = String::with_capacity(markup.len() / 2);
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        let (before, tagged) = rest.split_at(at);
        decode(before, &mut text);
        rest = match tagged.strip_prefix("<!--") {
            // A remark is stored with the rest, so what it says counts.
            Some(remark) => {
                let end = remark.find("-->").unwrap_or(remark.len());
                let (said, after) = remark.split_at(end);
                text.push('\n');
                text.push_str(said);
                text.push('\n');
                after.strip_prefix("-->").unwrap_or("")
            }
            None => after_tag(tagged, &mut text),
        };
    }
    decode(rest, &mut text);
    text
}

/// Takes one tag, says what it means for the text, and gives what comes after it.
fn after_tag<'a>(tagged: &'a str, text: &mut String) -> &'a str {
    if let Some(data) = tagged.strip_prefix("<![CDATA[") {
        let end = data.find("]]>").unwrap_or(data.len());
        let (said, after) = data.split_at(end);
        text.push_str(said);
        return after.strip_prefix("]]>").unwrap_or("");
    }
    let starts = |it: char| it.is_ascii_alphabetic() || matches!(it, '/' | '!' | '?');
    let inner = tagged.get(1..).unwrap_or("");
    if !inner.starts_with(starts) {
        text.push('<');
        return inner;
    }
    let Some(end) = inner.find('>') else {
        text.push_str(inner);
        return "";
    };
    let (tag, after) = inner.split_at(end);
    let after = after.get(1..).unwrap_or("");
    let closes = tag.starts_with('/');
    let name: String = tag
        .trim_start_matches('/')
        .chars()
        .take(64)
        .take_while(|it| !it.is_whitespace() && *it != '/')
        .collect();
    let name = name.rsplit(':').next().unwrap_or("").to_ascii_lowercase();
    if BLOCKS.contains(&name.as_str()) {
        text.push('\n');
        if closes {
            text.push('\n');
        }
    } else if CELLS.contains(&name.as_str()) {
        text.push(if name == "s" { ' ' } else { '\t' });
    }
    if !closes && !tag.ends_with('/') && CODE.contains(&name.as_str()) {
        let closing = format!("</{name}");
        let closes_here = |it: &[u8]| it.eq_ignore_ascii_case(closing.as_bytes());
        let end = after
            .as_bytes()
            .windows(closing.len())
            .position(closes_here);
        return after.get(end.unwrap_or(after.len())..).unwrap_or("");
    }
    after
}

/// Appends text with its entities as letters.
fn decode(coded: &str, text: &mut String) {
    let mut rest = coded;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        text.push_str(before);
        let inner = entity.get(1..).unwrap_or("");
        let end = inner.bytes().take(12).position(|it| it == b';');
        let named = end.and_then(|end| inner.get(..end)).and_then(letter);
        match (named, end) {
            (Some(letter), Some(end)) => {
                text.push_str(&letter);
                rest = inner.get(end + 1..).unwrap_or("");
            }
            (Some(_) | None, _) => {
                text.push('&');
                rest = inner;
            }
        }
    }
    text.push_str(rest);
}

fn letter(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = match hex {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).map(String::from);
    }
    let found = ENTITIES.iter().find(|(known, _)| *known == name)?;
    Some(found.1.to_owned())
}
