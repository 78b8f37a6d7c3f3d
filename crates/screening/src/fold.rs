//! Folding: text as the lexicons spell it, lower case and without accents or invisible characters.
//! It never loses the way back: every folded byte knows where in the original it came from.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A folded text.
#[derive(Debug)]
pub(crate) struct Folded {
    /// The folded text.
    pub(crate) text: String,
    /// Where each folded byte's character starts in the original; `None` where nothing moved.
    origins: Option<Vec<usize>>,
    /// The length of the original in bytes.
    length: usize,
}

impl Folded {
    /// Folds, and remembers the way back.
    pub(crate) fn new(original: &str) -> Self {
        let mut text = String::new();
        let mut origins = None;
        if original.is_ascii() {
            fold(original, &mut text);
        } else {
            let mut places = Vec::with_capacity(original.len());
            for (at, character) in original.char_indices() {
                fold_one(character, &mut text);
                places.resize(text.len(), at);
            }
            origins = Some(places);
        }
        let length = original.len();
        Self {
            text,
            origins,
            length,
        }
    }

    /// The byte of the original that the folded byte `at` came from: always a character's start.
    pub(crate) fn origin(&self, at: usize) -> usize {
        match &self.origins {
            None => at.min(self.length),
            Some(origins) => origins.get(at).copied().unwrap_or(self.length),
        }
    }
}

/// Appends `original`, folded, to `folded`.
pub(crate) fn fold(original: &str, folded: &mut String) {
    if original.is_ascii() {
        let start = folded.len();
        folded.push_str(original);
        if let Some(added) = folded.get_mut(start..) {
            added.make_ascii_lowercase();
        }
    } else {
        for character in original.chars() {
            fold_one(character, folded);
        }
    }
}

fn fold_one(character: char, folded: &mut String) {
    match character {
        _ if character.is_ascii() => folded.push(character.to_ascii_lowercase()),
        _ if is_ideograph(character) => folded.push(character),
        // Invisible: soft hyphen, joiners and directions, variation selectors, tags.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' => {}
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {}
        '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e01ef}' => {}
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{ff07}' => folded.push('\''),
        '\u{2010}' | '\u{2011}' | '\u{2212}' => folded.push('-'),
        // A dash parts a sentence as brackets do.
        '\u{2012}'..='\u{2015}' => folded.push(','),
        'ß' | 'ẞ' => folded.push_str("ss"),
        'œ' | 'Œ' => folded.push_str("oe"),
        'æ' | 'Æ' => folded.push_str("ae"),
        'ø' | 'Ø' => folded.push('o'),
        _ => decompose_compatible(character, |part| fold_part(part, folded)),
    }
}

fn fold_part(part: char, folded: &mut String) {
    if let Some(latin) = look_alike(part) {
        folded.push(latin);
    } else if !is_combining_mark(part) {
        folded.extend(part.to_lowercase().filter(|it| !is_combining_mark(*it)));
    }
}

/// The Latin letter that a Cyrillic one is drawn like. No lexicon is written in Cyrillic.
fn look_alike(character: char) -> Option<char> {
    let latin = match character {
        'а' | 'А' => 'a',
        'е' | 'Е' => 'e',
        'о' | 'О' => 'o',
        'р' | 'Р' => 'p',
        'с' | 'С' => 'c',
        'у' | 'У' => 'y',
        'х' | 'Х' => 'x',
        'і' | 'І' => 'i',
        'ѕ' | 'Ѕ' => 's',
        'ј' | 'Ј' => 'j',
        _ => return None,
    };
    Some(latin)
}

/// Whether a character is a word's part of its own, as Chinese is written.
pub(crate) fn is_ideograph(character: char) -> bool {
    let is_common = matches!(character, '\u{3400}'..='\u{9fff}');
    is_common || matches!(character, '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(original: &str, expected: &str) {
        let folded = Folded::new(original);
        assert_eq!(folded.text, expected);
        for at in 0..=folded.text.len() {
            assert!(original.is_char_boundary(folded.origin(at)));
        }
    }

    #[test]
    fn spelling_is_evened_out() {
        check("My UNION Rep", "my union rep");
        check("Épilepsie, bœuf, Straße", "epilepsie, boeuf, strasse");
        check("e\u{301}pilepsie", "epilepsie");
        check("dia\u{200b}be\u{ad}tes", "diabetes");
        check("I’m　ＨＩＶ＋", "i'm hiv+");
        check("糖尿病，我", "糖尿病,我");
        check("dіаbеtеs", "diabetes");
    }
}
