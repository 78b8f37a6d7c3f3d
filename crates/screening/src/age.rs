//! The age that somebody says of themselves in a text, so that a child is turned away however they
//! say it. It looks for "I am eleven", not for the ages of others, of companies or of contracts,
//! and it knows no threshold.

use crate::fold::Folded;
use crate::token::{Kind, Token, sentences};

/// The oldest that is looked for; beyond it, a number is rarely an age.
const OLDEST: u32 = 25;

/// How each language counts to nineteen. German and English agree on none of them.
const NUMBERS: &[(u8, &[&str])] = &[
    (1, &["one", "un", "eins"]),
    (2, &["two", "deux", "zwei"]),
    (3, &["three", "trois", "drei"]),
    (4, &["four", "quatre", "vier"]),
    (5, &["five", "cinq", "funf", "fuenf"]),
    (6, &["six", "sechs"]),
    (7, &["seven", "sept", "sieben"]),
    (8, &["eight", "huit", "acht"]),
    (9, &["nine", "neuf", "neun"]),
    (10, &["ten", "dix", "zehn"]),
    (11, &["eleven", "onze", "elf"]),
    (12, &["twelve", "douze", "zwolf", "zwoelf"]),
    (13, &["thirteen", "treize", "dreizehn"]),
    (14, &["fourteen", "quatorze", "vierzehn"]),
    (15, &["fifteen", "quinze", "funfzehn", "fuenfzehn"]),
    (16, &["sixteen", "seize", "sechzehn"]),
    (17, &["seventeen", "siebzehn"]),
    (18, &["eighteen", "achtzehn"]),
    (19, &["nineteen", "neunzehn"]),
];

/// What may stand between "I am" and the age.
const BARELY: &[&str] = &[
    "only",
    "just",
    "still",
    "nearly",
    "almost",
    "now",
    "actually",
    "a",
    "an",
    "like",
    "seulement",
    "juste",
    "encore",
    "presque",
    "bientot",
    "tout",
    "que",
    "erst",
    "gerade",
    "nur",
    "schon",
    "noch",
    "jetzt",
    "ein",
    "eine",
    "halt",
    "girl",
    "boy",
    "kid",
    "child",
    "madchen",
    "maedchen",
    "junge",
    "kind",
    "une",
    "fille",
    "garcon",
    "enfant",
    "of",
    "aged",
    "age",
    "agee",
    "de",
    "old",
    "und",
    "von",
];

/// How many of these may.
const BARELY_MAX: usize = 4;

/// What may come after an age that is said without "years".
const GOES_ON: &[&str] = &["and", "but", "so", "und", "aber", "et", "mais", ","];

/// The youngest age that the writer says they are, in years.
pub fn said_age(text: &str) -> Option<u8> {
    let folded = Folded::new(text);
    let sentences = sentences(&folded, text);
    let ages = sentences.iter().filter_map(|sentence| {
        let words: Vec<&str> = sentence.iter().map(|token| word(&folded, token)).collect();
        let starts = 0..words.len();
        let said = |at: usize| {
            let rest = words.get(at..).unwrap_or(&[]);
            latin(rest).or_else(|| chinese(rest))
        };
        starts.filter_map(said).min()
    });
    ages.min()
}

fn word<'a>(folded: &'a Folded, token: &Token) -> &'a str {
    match token.kind {
        Kind::Word | Kind::Capital => folded.text.get(token.place.clone()).unwrap_or(""),
        Kind::Opaque => "@",
        Kind::Break => ",",
    }
}

/// An age said in English, French or German at the start of these words.
fn latin(words: &[&str]) -> Option<u8> {
    let opens: &[&[&str]] = &[
        &["i", "am"],
        &["i", "m"],
        &["im"],
        &["i", "turned"],
        &["i", "just", "turned"],
        &["my", "age", "is"],
        &["as", "a"],
        &["j", "ai"],
        &["je", "n", "ai"],
        &["je", "suis"],
        &["je", "viens", "d", "avoir"],
        &["mon", "age", "est"],
        &["ich", "bin"],
        &["bin"],
        &["mein", "alter", "ist"],
        &["als"],
    ];
    let opened = opens
        .iter()
        .find_map(|open| words.strip_prefix(*open).map(|it| (*open, it)));
    let (open, mut rest) = opened?;
    for _ in 0..BARELY_MAX {
        match rest.split_first() {
            Some((first, after)) if BARELY.contains(first) => rest = after,
            _ => break,
        }
    }
    let (first, after) = rest.split_first()?;
    if let Some(age) = first.strip_suffix("jahrige").or_else(|| joined(first)) {
        return number(age);
    }
    let age = number(first)?;
    let counts_years = open.contains(&"ai") || open.contains(&"avoir");
    let is_age = match after {
        ["years" | "year" | "yrs" | "yr", "old", ..] | ["yo" | "y", ..] => true,
        ["jahre" | "jahr", "alt" | "jung", ..] => true,
        [said, ..] if said.starts_with("jahrig") || said.starts_with("jaehrig") => true,
        ["ans", "et", "demi", rest @ ..] | ["ans", rest @ ..] => {
            !matches!(
                rest,
                ["d" | "de" | "en" | "dans" | "chez" | "pour" | "avec", ..]
            ) && open != ["als"]
        }
        ["years" | "jahre" | "jahr"] | ["years" | "jahre", ",", ..] => open != ["als"],
        [] => is_plain(open),
        [next, ..] => !counts_years && is_plain(open) && GOES_ON.contains(next),
    };
    is_age.then_some(age)
}

/// The number in "elfjähriger" and its like.
fn joined(word: &str) -> Option<&str> {
    let at = word.find("jahrig").or_else(|| word.find("jaehrig"))?;
    word.get(..at).filter(|it| !it.is_empty())
}

/// Whether a bare number after this is an age.
fn is_plain(open: &[&str]) -> bool {
    !matches!(
        open,
        ["as" | "als" | "bin", ..] | ["je", "suis"] | ["j", "ai"] | ["je", "n", "ai"]
    )
}

fn number(word: &str) -> Option<u8> {
    if let Ok(number) = word.parse::<u32>() {
        let in_reach = (1..=OLDEST).contains(&number);
        return u8::try_from(number).ok().filter(|_| in_reach);
    }
    let known = NUMBERS.iter().find(|(_, names)| names.contains(&word));
    known.map(|(number, _)| *number)
}

/// An age said in Chinese at the start of these characters.
fn chinese(words: &[&str]) -> Option<u8> {
    let mut rest = words.strip_prefix(&["我"])?;
    let between = [
        "今", "年", "现", "在", "才", "只", "有", "刚", "满", "已", "经", "是", "个", "了", "还",
        "快",
    ];
    for _ in 0..6 {
        match rest.split_first() {
            Some((first, after)) if between.contains(first) => rest = after,
            _ => break,
        }
    }
    let end = rest
        .iter()
        .take(5)
        .position(|it| matches!(*it, "岁" | "歲" | "周"))?;
    let (counted, after) = rest.split_at(end);
    let after = after.strip_prefix(&["周"]).unwrap_or(after);
    let after = after
        .strip_prefix(&["岁"])
        .or_else(|| after.strip_prefix(&["歲"]))?;
    // "My son of eleven", "when I was eleven".
    if matches!(after, ["的" | "时" | "那" | "就" | "起", ..]) {
        return None;
    }
    match counted {
        [one] => one
            .parse::<u32>()
            .ok()
            .and_then(|_| number(one))
            .or_else(|| digits(counted)),
        _ => digits(counted),
    }
}

fn digits(counted: &[&str]) -> Option<u8> {
    let digit = |it: &str| {
        "一二三四五六七八九"
            .chars()
            .position(|known| it.starts_with(known))
    };
    let digit = |it: &str| digit(it).and_then(|at| u8::try_from(at + 1).ok());
    match counted {
        ["十"] => Some(10),
        ["两"] => Some(2),
        [one] => digit(one),
        ["十", ones] => digit(ones).map(|ones| 10 + ones),
        [tens, "十"] => digit(tens).map(|tens| tens * 10),
        [tens, "十", ones] => Some(digit(tens)? * 10 + digit(ones)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_that_is_said_is_found() {
        for (text, age) in [
            ("Hello, I am 12 years old and want the newsletter.", 12),
            ("I'm only eleven years old", 11),
            ("I'm 12.", 12),
            ("im 9 and i love your site", 9),
            ("As a 12-year-old I cannot sign.", 12),
            ("I am a girl of ten years old.", 10),
            ("My age is 8", 8),
            ("I just turned twelve!", 12),
            ("J'ai onze ans.", 11),
            ("Bonjour, j’ai seulement 11 ans et demi", 11),
            ("Je n'ai que dix ans", 10),
            ("Je suis une fille âgée de 9 ans", 9),
            ("Ich bin elf.", 11),
            ("Hallo, ich bin erst 12 Jahre alt.", 12),
            ("Ich bin zwölf und möchte den Newsletter", 12),
            ("Ich bin ein elfjähriges Mädchen", 11),
            ("Als 11-Jähriger darf ich das nicht.", 11),
            ("我今年十一岁", 11),
            ("你好，我12岁，想订阅", 12),
            ("我才九岁。", 9),
            ("我二十三岁", 23),
        ] {
            assert_eq!(said_age(text), Some(age), "{text}");
        }
    }

    #[test]
    fn a_number_that_is_no_age_of_the_writer_is_not() {
        for text in [
            "I am 12 minutes late.",
            "I have 12 years of experience.",
            "I'm 10 years into this job.",
            "My son is 11 years old.",
            "I was 12 years old when the web began.",
            "The company is 8 years old.",
            "I am one of the buyers.",
            "As a one-time offer, and I am 100 percent sure.",
            "J'ai onze ans d'expérience.",
            "J'ai 12 campagnes ouvertes.",
            "J'ai 10 ans dans ce métier.",
            "Je suis le 11 en réunion.",
            "Ich bin seit elf Jahren im Haus.",
            "Ich bin 10 Minuten zu spät.",
            "Ich bin elf Jahre bei der Firma.",
            "Mein Vertrag ist 12 Jahre alt.",
            "我有12年经验",
            "我11岁的儿子喜欢你们的广告",
            "我们公司十岁了",
        ] {
            assert_eq!(said_age(text), None, "{text}");
        }
    }
}
