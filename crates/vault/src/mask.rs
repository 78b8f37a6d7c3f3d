//! Masks: enough of a value to recognise it, not to learn it.
//! Whether a value is masked is said by the permit, never here.

use kept_terms::FieldKind;

/// What covers what is not shown.
const COVER: &str = "•••";

/// The masked form of a value. It shows at most the first letter, and of an e-mail address its
/// domain.
pub fn mask(kind: FieldKind, value: &str) -> String {
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    match kind {
        FieldKind::Email => match value.rsplit_once('@') {
            Some((local, domain)) => format!("{}{COVER}@{domain}", first(local)),
            None => COVER.to_owned(),
        },
        FieldKind::Phone => {
            let digits: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
            match digits.as_slice() {
                [.., a, b] if digits.len() > 6 => format!("{COVER}{a}{b}"),
                _ => COVER.to_owned(),
            }
        }
        FieldKind::PersonName | FieldKind::Text => format!("{}{COVER}", first(value)),
        FieldKind::LongText
        | FieldKind::Country
        | FieldKind::Date
        | FieldKind::Number
        | FieldKind::Flag
        | FieldKind::Choice
        | FieldKind::IpAddress
        | FieldKind::Log
        | FieldKind::Document
        | FieldKind::Recording => COVER.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_enough_to_recognise_a_value() {
        for (kind, value, masked) in [
            (FieldKind::Email, "ada@example.com", "a•••@example.com"),
            (FieldKind::Phone, "+1 212 555 0123", "•••23"),
            (FieldKind::Phone, "12", "•••"),
            (FieldKind::PersonName, "李小龍", "李•••"),
            (FieldKind::LongText, "anything", "•••"),
        ] {
            assert_eq!(mask(kind, value), masked);
        }
    }
}
