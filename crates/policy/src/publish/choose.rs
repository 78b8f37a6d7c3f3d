//! The page on which readers say where they are: every document for people, and the places it is
//! for.
//! It leads to documents; it shows none.

use super::strings::Text;
use super::{STYLE, countries, head};
use crate::model::{Document, Policy};
use crate::reader;
use crate::standing::Tongue;
use kept_terms::Territory;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::borrow::Cow;

/// Where the page leads, and what it answers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Choice {
    /// The languages that the reader wants, as browsers put it (`Accept-Language`).
    pub languages: String,
    /// The place that was chosen and has no document.
    pub without: Option<Territory>,
    /// Where the style sheet is served; without one it stands in the page.
    pub stylesheet: Option<String>,
    /// The path of this page.
    pub here: String,
    /// What stands above everything, as HTML of whoever serves the page.
    pub bar: Option<String>,
    /// What stands before a document's name in the path of its page.
    pub before: String,
}

/// The page on which readers choose the document for the place they are in.
pub fn choose(policy: &Policy, choice: &Choice) -> String {
    let language = reader::language(policy, &choice.languages);
    let tongue = Tongue::of(language);
    let documents: Vec<&Document> = policy
        .documents
        .iter()
        .filter(|document| !document.territories.is_empty())
        .collect();
    let text = |text: Text| text.of(tongue);
    let page = html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (text(Text::Where)) }
                @match &choice.stylesheet {
                    Some(href) => link rel="stylesheet" href=(href);,
                    None => style { (PreEscaped(STYLE)) },
                }
            }
            body {
                (head(choice.bar.as_deref(), &html! {
                    h1 { (text(Text::Where)) }
                    p { (text(Text::WhereWhy)) }
                }))
                main.choose {
                    @if let Some(place) = choice.without {
                        p.notice role="status" {
                            strong { (countries::name(tongue, place)) } " – "
                            (text(Text::Nowhere))
                        }
                    }
                    (ask(tongue, &documents, choice))
                    @for document in &documents { (listed(tongue, document, choice)) }
                }
            }
        }
    };
    page.into_string()
}

/// What a link to this page says, in a language.
pub fn elsewhere(language: &str) -> &'static str {
    Text::Elsewhere.of(Tongue::of(language))
}

/// The places of all documents by their name in a language, each with its code. A part of a country
/// is among them where a document is for it and not for the whole country.
pub fn places_of(policy: &Policy, language: &str) -> Vec<(Cow<'static, str>, &'static str)> {
    let documents = policy.documents.iter();
    let all = documents.flat_map(|document| document.territories.outermost());
    in_order(Tongue::of(language), all)
}

/// The places of all documents, to choose one of.
fn ask(tongue: Tongue, documents: &[&Document], choice: &Choice) -> Markup {
    let all = documents
        .iter()
        .flat_map(|document| document.territories.outermost());
    let named = in_order(tongue, all);
    html! {
        form action=(choice.here) method="get" {
            label for="country" { (Text::Country.of(tongue)) }
            select id="country" name="country" required {
                option value="" { "–" }
                @for (name, code) in named { option value=(code) { (name) } }
            }
            button type="submit" { (Text::Show.of(tongue)) }
        }
    }
}

fn listed(tongue: Tongue, document: &Document, choice: &Choice) -> Markup {
    let named = in_order(tongue, document.territories.outermost());
    let names: Vec<&str> = named.iter().map(|(name, _)| &**name).collect();
    let between = tongue.pick([", ", ", ", ", ", "、"]);
    html! {
        section {
            h2 lang=(document.language) {
                a href=(format!("{}{}", choice.before, document.name)) { (document.title) }
            }
            p { (names.join(between)) }
        }
    }
}

/// Places by name, each with its code.
fn in_order(
    tongue: Tongue,
    all: impl Iterator<Item = Territory>,
) -> Vec<(Cow<'static, str>, &'static str)> {
    let mut named: Vec<_> = all
        .map(|place| (countries::name(tongue, place), place.code()))
        .collect();
    // Letters with accents stand beside those without.
    let plain = |name: &str| -> String {
        let plain = |c: char| match c {
            'É' | 'È' => 'E',
            'Î' => 'I',
            'Ö' => 'O',
            'Ü' => 'U',
            'Ä' => 'A',
            other => other,
        };
        name.chars().map(plain).collect()
    };
    named.sort_by_key(|(name, _)| plain(name));
    named
}
