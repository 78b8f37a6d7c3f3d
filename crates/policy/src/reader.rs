//! Which document a reader is shown who has not said where they are: what their browser says of
//! language and country decides.
//! It shows; whose document is whose, `Policy::document_for` says from the country alone.

use crate::model::{Document, Policy};
use kept_terms::Territory;

/// How many languages of a browser are looked at.
const TAGS_MAX: usize = 20;

impl Policy {
    /// The document to show a reader whose browser asks for these languages (`Accept-Language`,
    /// RFC 9110, section 12.5.4), the most wanted first: that of the country a tag names; or else
    /// the one document in the tag's language, where there is only one; or else the default.
    pub fn document_for_reader(&self, languages: &str) -> Option<&Document> {
        let wanted = wanted(languages);
        let of_tag = |tag: &&str| self.document_for_tag(tag);
        wanted
            .iter()
            .find_map(of_tag)
            .or_else(|| self.document_for(None))
    }

    fn document_for_tag(&self, tag: &str) -> Option<&Document> {
        // A country without a document does not make somebody's language another country's law.
        if let Some(country) = country(tag) {
            return self.document_for(Some(country));
        }
        let language = primary(tag);
        let mut in_it = self.documents.iter().filter(|document| {
            !document.territories.is_empty() && primary(&document.language) == language
        });
        in_it.next().filter(|_| in_it.next().is_none())
    }
}

/// The language of pages that a reader wants most: the first of their languages that some document
/// is written in, or English.
pub(crate) fn language<'p>(policy: &'p Policy, languages: &str) -> &'p str {
    let of = |tag: &&str| {
        let language = primary(tag);
        let mut documents = policy.documents.iter();
        let found = documents.find(|document| primary(&document.language) == language);
        found.map(|document| document.language.as_str())
    };
    wanted(languages).iter().find_map(of).unwrap_or("en")
}

/// The tags of an `Accept-Language` header, the most wanted first; what is not wanted is left out.
fn wanted(languages: &str) -> Vec<&str> {
    let mut weighed: Vec<(u16, &str)> = languages
        .split(',')
        .take(TAGS_MAX)
        .filter_map(|part| {
            let mut parts = part.split(';').map(str::trim);
            let tag = parts.next().filter(|tag| !tag.is_empty())?;
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            Some((weight.map_or(Some(1_000), thousandths)?, tag))
        })
        .filter(|(weight, _)| *weight > 0)
        .collect();
    weighed.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    weighed.into_iter().map(|(_, tag)| tag).collect()
}

/// A weight such as `0.8`, in thousandths.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    let thousandths = whole.parse::<u16>().ok()?.checked_mul(1_000)?;
    let thousandths = thousandths.checked_add(digits.parse().ok()?)?;
    (thousandths <= 1_000).then_some(thousandths)
}

/// The country that a tag names: its subtag of two letters after the language (RFC 5646).
fn country(tag: &str) -> Option<Territory> {
    let subtag = tag.split('-').skip(1).find(|subtag| subtag.len() == 2)?;
    subtag.to_ascii_uppercase().parse().ok()
}

/// The language of a tag, without script and country.
fn primary(tag: &str) -> String {
    tag.split('-')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_order_and_exclude() {
        for (header, tags) in [
            ("de-DE,de;q=0.9,en;q=0.8", vec!["de-DE", "de", "en"]),
            ("en;q=0.2, fr;q=0.75 , *;q=0.1", vec!["fr", "en", "*"]),
            ("en;q=0, fr", vec!["fr"]),
            ("en;q=7, fr;q=x, ;q=1,", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(wanted(header), tags, "{header}");
        }
    }

    #[test]
    fn a_country_is_the_subtag_of_two_letters() {
        for (tag, code) in [
            ("de-at", Some("AT")),
            ("zh-Hans-CN", Some("CN")),
            ("zh-Hant", None),
            ("en-001", None),
            ("es-419", None),
            ("fr", None),
        ] {
            let found = country(tag);
            assert_eq!(
                found.map(|country| country.code().to_owned()).as_deref(),
                code
            );
        }
    }
}
