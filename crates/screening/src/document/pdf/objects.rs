//! The objects of a PDF file (ISO 32000-2, section 7.3), and finding them without the
//! cross-references. It gives up on an object that is not written well, never on the file.

/// How many objects are read of one file.
pub(super) const OBJECTS_MAX: usize = 200_000;

/// How deep values may stand in values.
const DEPTH_MAX: usize = 24;

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Number(f64),
    Name(String),
    Text(Vec<u8>),
    Array(Vec<Value>),
    Dictionary(Vec<(String, Value)>),
    Reference(u32),
    /// An operator, or a word such as `true`.
    Word(Vec<u8>),
}

impl Value {
    /// The value under a key, if this is a dictionary.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Dictionary(entries) => {
                let found = entries.iter().find(|(known, _)| known == key);
                found.map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The name under a key.
    pub(super) fn name(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_name)
    }

    /// This, if it is a name.
    pub(super) fn as_name(&self) -> Option<&str> {
        match self {
            Value::Name(name) => Some(name),
            _ => None,
        }
    }

    /// This, if it is a number.
    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// This, if it is a number that counts something.
    pub(super) fn index(&self) -> Option<usize> {
        let number = self.as_number()?;
        let whole = (0.0..1e15).contains(&number) && number.fract() == 0.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is whole, positive and within 53 bits"
        )]
        whole.then_some(number as usize)
    }
}

/// An object of a file.
pub(super) struct Object<'a> {
    pub(super) number: u32,
    pub(super) value: Value,
    /// What follows its dictionary, packed.
    pub(super) stream: Option<&'a [u8]>,
}

/// The objects of a file in the order they stand in, and whether that was all of them.
pub(super) fn scan(bytes: &[u8]) -> (Vec<Object<'_>>, bool) {
    let mut objects = Vec::new();
    let mut at = 0;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| super::super::find(rest, b"obj"))
    {
        let word = at + found;
        at = word + 3;
        let Some(number) = number_before(bytes.get(..word).unwrap_or(&[])) else {
            continue;
        };
        if objects.len() >= OBJECTS_MAX {
            return (objects, false);
        }
        let rest = bytes.get(at..).unwrap_or(&[]);
        let mut lexer = Lexer::new(rest);
        let Some(value) = lexer.value() else {
            continue;
        };
        at += lexer.at;
        let stream = stream(rest.get(lexer.at..).unwrap_or(&[]), &value);
        if let Some((bytes, length)) = stream {
            at += length;
            objects.push(Object {
                number,
                value,
                stream: Some(bytes),
            });
        } else {
            objects.push(Object {
                number,
                value,
                stream: None,
            });
        }
    }
    (objects, true)
}

/// The number in `number generation obj`, read backwards.
fn number_before(before: &[u8]) -> Option<u32> {
    let tail = before.get(before.len().saturating_sub(24)..)?;
    let text: String = tail.iter().map(|it| char::from(*it)).collect();
    let mut words = text.split_ascii_whitespace().rev();
    let generation = words.next()?;
    let number = words.next()?;
    generation.parse::<u32>().ok()?;
    let digits = number.rfind(|it: char| !it.is_ascii_digit());
    number.get(digits.map_or(0, |at| at + 1)..)?.parse().ok()
}

/// The stream after a dictionary, and how many bytes it takes up.
fn stream<'a>(rest: &'a [u8], value: &Value) -> Option<(&'a [u8], usize)> {
    let blanks = rest
        .iter()
        .take_while(|it| it.is_ascii_whitespace())
        .count();
    let body = rest.get(blanks..)?.strip_prefix(b"stream")?;
    let body = body.strip_prefix(b"\r").unwrap_or(body);
    let body = body.strip_prefix(b"\n").unwrap_or(body);
    let start = rest.len() - body.len();
    let said = value.get("Length").and_then(Value::index);
    let fits = |length: &usize| {
        let after = body.get(*length..).unwrap_or(&[]);
        let near = after.get(..after.len().min(16)).unwrap_or(&[]);
        super::super::contains(near, b"endstream")
    };
    let length = said.filter(fits);
    let length = length.or_else(|| super::super::find(body, b"endstream"));
    let length = length.unwrap_or(body.len());
    Some((body.get(..length)?, start + length))
}

/// Reads values one after the other.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    /// Where the next value begins.
    pub(super) at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Lexer { bytes, at: 0 }
    }

    /// The next value; nothing at the end, and nothing where a value is broken.
    pub(super) fn value(&mut self) -> Option<Value> {
        self.nested(0)
    }

    /// The next value, if it counts something.
    pub(super) fn number(&mut self) -> Option<usize> {
        let before = self.at;
        let number = self.value().and_then(|it| it.index());
        if number.is_none() {
            self.at = before;
        }
        number
    }

    /// Goes on behind the next mark, or to the end.
    pub(super) fn skip_to(&mut self, mark: &[u8]) {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let found = super::super::find(rest, mark).map(|it| it + mark.len());
        self.at += found.unwrap_or(rest.len());
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let rest = self.bytes.get(self.at..).unwrap_or(&[]);
                let end = rest.iter().position(|it| matches!(it, b'\r' | b'\n'));
                self.at += end.unwrap_or(rest.len());
            } else if byte.is_ascii_whitespace() || byte == 0 {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    fn nested(&mut self, depth: usize) -> Option<Value> {
        self.blanks();
        let byte = self.peek()?;
        if depth > DEPTH_MAX {
            return None;
        }
        let next = self.bytes.get(self.at + 1).copied();
        match (byte, next) {
            (b'<', Some(b'<')) => {
                self.at += 2;
                self.dictionary(depth)
            }
            (b'<', _) => {
                let start = self.at + 1;
                self.skip_to(b">");
                let inner = self.bytes.get(start..self.at).unwrap_or(&[]);
                Some(Value::Text(hexadecimal(inner)))
            }
            (b'(', _) => Some(Value::Text(self.literal())),
            (b'[', _) => {
                self.at += 1;
                self.array(depth)
            }
            (b'/', _) => {
                self.at += 1;
                Some(Value::Name(self.name()))
            }
            (b'0'..=b'9' | b'+' | b'-' | b'.', _) => Some(self.numeric()),
            (b')' | b']' | b'>' | b'{' | b'}', _) => {
                self.at += 1;
                Some(Value::Word(vec![byte]))
            }
            _ => Some(Value::Word(self.word().to_vec())),
        }
    }

    fn word(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let end = rest.iter().position(|it| is_delimiter(*it));
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or(&[]);
        self.at += word.len();
        word
    }

    fn name(&mut self) -> String {
        let word = self.word();
        let mut name = String::with_capacity(word.len());
        let mut rest = word;
        while let Some((byte, after)) = rest.split_first() {
            let digits = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
            let code = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
            rest = match (byte, code) {
                (b'#', Some(code)) => {
                    name.push(char::from(code));
                    after.get(2..).unwrap_or(&[])
                }
                _ => {
                    name.push(char::from(*byte));
                    after
                }
            };
        }
        name
    }

    /// A number, or a reference: `number generation R`.
    fn numeric(&mut self) -> Value {
        let word = self.word();
        let text = std::str::from_utf8(word).unwrap_or("");
        let Ok(number) = text.parse::<f64>() else {
            // What begins as a number and is none must still be gone past.
            self.at += usize::from(word.is_empty());
            return Value::Word(word.to_vec());
        };
        let after = self.at;
        if let Ok(object) = text.parse::<u32>() {
            self.blanks();
            let generation = self.word();
            self.blanks();
            let is_digits = !generation.is_empty() && generation.iter().all(u8::is_ascii_digit);
            if is_digits && self.word() == b"R" {
                return Value::Reference(object);
            }
            self.at = after;
        }
        Value::Number(number)
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        let mut values = Vec::new();
        loop {
            match self.nested(depth + 1)? {
                Value::Word(word) if word == b"]" => return Some(Value::Array(values)),
                Value::Word(word) if matches!(&*word, b"endobj" | b"stream" | b">") => return None,
                value => values.push(value),
            }
        }
    }

    fn dictionary(&mut self, depth: usize) -> Option<Value> {
        let mut entries = Vec::new();
        loop {
            match self.nested(depth + 1)? {
                Value::Name(name) => match self.nested(depth + 1)? {
                    // A key without a value, at the end.
                    Value::Word(word) if word == b">" => {
                        self.at += usize::from(self.peek() == Some(b'>'));
                        return Some(Value::Dictionary(entries));
                    }
                    value => entries.push((name, value)),
                },
                Value::Word(word) if word == b">" => {
                    self.at += usize::from(self.peek() == Some(b'>'));
                    return Some(Value::Dictionary(entries));
                }
                Value::Word(word) if matches!(&*word, b"endobj" | b"stream") => return None,
                _ => {}
            }
        }
    }

    /// A string in brackets, with its escapes undone.
    fn literal(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut text = Vec::new();
        let mut open = 1_usize;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.escape(&mut text);
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
        text
    }

    fn escape(&mut self, text: &mut Vec<u8>) {
        let Some(byte) = self.peek() else {
            return;
        };
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' | b'f' => {}
            b'\r' => self.at += usize::from(self.peek() == Some(b'\n')),
            b'\n' => {}
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else {
                        break;
                    };
                    code = code * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                text.push(u8::try_from(code & 0xff).unwrap_or(b' '));
            }
            other => text.push(other),
        }
    }
}

fn is_delimiter(byte: u8) -> bool {
    let is_mark = matches!(
        byte,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    );
    is_mark || byte.is_ascii_whitespace() || byte == 0
}

/// Undoes hexadecimal digits; whatever is none is passed over.
pub(super) fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    let digits = bytes.iter().take_while(|it| **it != b'>');
    let digits = digits.filter_map(|it| char::from(*it).to_digit(16));
    let digits: Vec<u8> = digits.filter_map(|it| u8::try_from(it).ok()).collect();
    let pair = |pair: &[u8]| match pair {
        [high, low] => high * 16 + low,
        [high] => high * 16,
        _ => 0,
    };
    digits.chunks(2).map(pair).collect()
}

/// Undoes ASCII base-85 (section 7.4.3).
pub(super) fn base85(bytes: &[u8]) -> Vec<u8> {
    let mut undone = Vec::with_capacity(bytes.len());
    let mut group = [0_u8; 5];
    let mut filled = 0;
    let bytes = bytes.strip_prefix(b"<~").unwrap_or(bytes);
    for byte in bytes.iter().take_while(|it| **it != b'~') {
        match byte {
            b'z' if filled == 0 => undone.extend([0; 4]),
            b'!'..=b'u' => {
                if let Some(place) = group.get_mut(filled) {
                    *place = byte - b'!';
                }
                filled += 1;
                if filled == 5 {
                    undone.extend(word85(group));
                    filled = 0;
                }
            }
            _ => {}
        }
    }
    if filled > 1 {
        for place in group.iter_mut().skip(filled) {
            *place = 84;
        }
        undone.extend(word85(group).into_iter().take(filled - 1));
    }
    undone
}

fn word85(group: [u8; 5]) -> [u8; 4] {
    let add = |word: u32, digit: u8| word.wrapping_mul(85).wrapping_add(u32::from(digit));
    group.into_iter().fold(0, add).to_be_bytes()
}
