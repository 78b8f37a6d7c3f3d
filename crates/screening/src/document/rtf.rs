//! Text out of RTF (specification 1.9.1): groups, control words and letters.
//! It knows only the words that change what is text.

use super::plain;

/// Groups that hold no text of the document.
const HIDDEN: &[&str] = &[
    "fonttbl",
    "colortbl",
    "stylesheet",
    "pict",
    "themedata",
    "colorschememapping",
    "datastore",
    "latentstyles",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "xmlnstbl",
];

/// How deep groups may stand in groups; beyond it, they are read as if they did not.
const DEPTH_MAX: usize = 256;

/// What a group passes on to those in it.
#[derive(Clone, Copy)]
struct Group {
    hidden: bool,
    /// How many letters after a letter beyond ASCII stand in for it.
    substitutes: usize,
}

/// The text of an RTF document.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut writer = Writer {
        text: String::with_capacity(bytes.len() / 4),
        groups: Vec::new(),
        group: Group {
            hidden: false,
            substitutes: 1,
        },
        skip: 0,
        high: None,
    };
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'{' => {
                if writer.groups.len() < DEPTH_MAX {
                    writer.groups.push(writer.group);
                }
                after
            }
            b'}' => {
                writer.group = writer.groups.pop().unwrap_or(writer.group);
                after
            }
            b'\\' => writer.control(after),
            b'\r' | b'\n' => after,
            byte => {
                writer.letter(plain::windows(*byte));
                after
            }
        };
    }
    writer.text
}

struct Writer {
    text: String,
    groups: Vec<Group>,
    group: Group,
    skip: usize,
    high: Option<u16>,
}

impl Writer {
    fn letter(&mut self, letter: char) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if !self.group.hidden {
            self.text.push(letter);
        }
    }

    /// Takes what follows a backslash, and gives what comes after.
    fn control<'a>(&mut self, after: &'a [u8]) -> &'a [u8] {
        let Some((first, rest)) = after.split_first() else {
            return after;
        };
        if !first.is_ascii_alphabetic() {
            return self.symbol(*first, rest);
        }
        let is_letter = |it: &u8| it.is_ascii_alphabetic();
        let end = after.iter().take(32).position(|it| !is_letter(it));
        let (word, rest) = after.split_at(end.unwrap_or(after.len().min(32)));
        let is_digit = |it: &u8| it.is_ascii_digit() || *it == b'-';
        let end = rest.iter().take(12).position(|it| !is_digit(it));
        let (number, rest) = rest.split_at(end.unwrap_or(rest.len().min(12)));
        let number: Option<i64> = std::str::from_utf8(number)
            .ok()
            .and_then(|it| it.parse().ok());
        self.word(std::str::from_utf8(word).unwrap_or(""), number);
        rest.strip_prefix(b" ").unwrap_or(rest)
    }

    fn symbol<'a>(&mut self, symbol: u8, rest: &'a [u8]) -> &'a [u8] {
        match symbol {
            b'\'' => {
                let digits = rest.get(..2).and_then(|it| std::str::from_utf8(it).ok());
                let code = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
                self.letter(code.map_or(' ', plain::windows));
                return rest.get(2..).unwrap_or(&[]);
            }
            b'~' => self.letter(' '),
            b'_' => self.letter('-'),
            b'\\' | b'{' | b'}' => self.letter(char::from(symbol)),
            b'\r' | b'\n' => self.letter('\n'),
            _ => {}
        }
        rest
    }

    fn word(&mut self, word: &str, number: Option<i64>) {
        match word {
            "par" | "line" | "row" | "sect" | "page" => self.letter('\n'),
            "tab" | "cell" => self.letter('\t'),
            "emdash" | "endash" => self.letter('–'),
            "rquote" => self.letter('’'),
            "uc" => {
                let count = number.and_then(|it| usize::try_from(it).ok());
                self.group.substitutes = count.unwrap_or(1).min(8);
            }
            "u" => self.unit(number.unwrap_or(0)),
            _ if HIDDEN.contains(&word) => self.group.hidden = true,
            _ => {}
        }
    }

    /// A letter by its number, which is negative above 32,767 and comes in halves above 65,535.
    fn unit(&mut self, number: i64) {
        self.skip = 0;
        let unit = u16::try_from(number.rem_euclid(65_536)).unwrap_or(0);
        let units = [self.high.take().unwrap_or(unit), unit];
        match unit {
            0xd800..=0xdbff => self.high = Some(unit),
            0xdc00..=0xdfff => {
                let read = char::decode_utf16(units).next().and_then(Result::ok);
                self.letter(read.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ => self.letter(char::from_u32(u32::from(unit)).unwrap_or(' ')),
        }
        self.skip = self.group.substitutes;
    }
}
