//! The text that a content stream shows (ISO 32000-2, section 9.4), in the order it is shown in.
//! Where words and lines end is judged from how the place moves. It draws nothing.

use super::Fonts;
use super::objects::{Lexer, Value};

/// A step back within a line, in thousandths of the letters' size, that parts words.
const STEP: f64 = -180.0;

/// How many operands are kept for one operator.
const OPERANDS_MAX: usize = 64;

/// What a stream shows.
pub(super) struct Shown {
    pub(super) text: String,
    /// How many codes no letter is known for.
    pub(super) lost: usize,
}

/// The text that a content stream shows.
pub(super) fn text(content: &[u8], fonts: &Fonts<'_>) -> Shown {
    let mut showing = Showing {
        fonts,
        font: "",
        shown: Shown {
            text: String::new(),
            lost: 0,
        },
        height: None,
        last: 0,
    };
    let mut lexer = Lexer::new(content);
    let mut operands: Vec<Value> = Vec::new();
    while let Some(value) = lexer.value() {
        match value {
            Value::Word(word) => {
                if word == b"ID" {
                    lexer.skip_to(b"EI");
                }
                showing.operate(&word, &operands);
                operands.clear();
            }
            other if operands.len() < OPERANDS_MAX => operands.push(other),
            _ => {}
        }
    }
    showing.shown
}

struct Showing<'a> {
    fonts: &'a Fonts<'a>,
    font: &'a str,
    shown: Shown,
    /// Where the line stands on the page, once it was said.
    height: Option<f64>,
    /// How many letters were shown since the place moved.
    last: usize,
}

impl Showing<'_> {
    fn operate(&mut self, operator: &[u8], operands: &[Value]) {
        let number = |index: usize| operands.get(index).and_then(Value::as_number);
        match operator {
            b"Tf" => {
                let name = operands.first().and_then(Value::as_name).unwrap_or("");
                let known = self.fonts.keys().find(|known| **known == name);
                self.font = known.copied().unwrap_or("");
            }
            b"Tj" => self.show(operands.first()),
            b"'" | b"\"" => {
                self.part('\n');
                self.show(operands.last());
            }
            b"TJ" => {
                if let Some(Value::Array(pieces)) = operands.first() {
                    for piece in pieces {
                        match piece {
                            Value::Number(step) if *step < STEP => self.part(' '),
                            other => self.show(Some(other)),
                        }
                    }
                }
            }
            b"Td" | b"TD" => self.moved(number(1) == Some(0.0)),
            b"Tm" => {
                let height = number(5);
                self.moved(height.is_some() && height == self.height);
                self.height = height;
            }
            b"T*" => self.part('\n'),
            b"ET" => {
                self.part('\n');
                self.height = None;
            }
            _ => {}
        }
    }

    /// The place moved: along the line, or to another. Letters that are placed one by one are
    /// parted by blanks that are shown as such.
    fn moved(&mut self, along: bool) {
        match (along, self.last) {
            (true, 0..=1) => {}
            (true, _) => self.part(' '),
            (false, _) => self.part('\n'),
        }
        self.last = 0;
    }

    fn part(&mut self, mark: char) {
        let ends_so = self.shown.text.ends_with([' ', '\n']);
        if !ends_so && !self.shown.text.is_empty() {
            self.shown.text.push(mark);
        }
    }

    fn show(&mut self, operand: Option<&Value>) {
        let Some(Value::Text(bytes)) = operand else {
            return;
        };
        let before = self.shown.text.len();
        match self.fonts.get(self.font) {
            Some(font) => self.shown.lost += font.letters(bytes, &mut self.shown.text),
            None => {
                let letters = bytes.iter().map(|it| crate::document::plain::windows(*it));
                self.shown.text.extend(letters);
            }
        }
        let added = self.shown.text.get(before..).unwrap_or("");
        self.last += added.chars().count();
    }
}
