//! The published page: the document as people read it, each promise with its standing and the rule
//! that runs.
//! It is HTML without scripts; what a document says in raw HTML is left out, and links lead only
//! where links may.

mod body;
mod choose;
mod countries;
mod rule;
mod said;
pub(crate) mod strings;
mod words;

pub use choose::{Choice, choose, elsewhere, places_of};
pub use countries::place_in;

use crate::model::*;
use crate::standing::{Standing, State, Summary, Tongue, date, number, summary};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::{BTreeSet, HashMap};
use strings::Text;

/// The style of published pages, for those who serve it as a file.
pub const STYLE: &str = include_str!("publish/style.css");

/// Where a published page leads.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Links {
    /// Where the style sheet is served; without one it stands in the page.
    pub stylesheet: Option<String>,
    /// Further links of the header, each with its text: the privacy centre, other versions, the
    /// ledger.
    pub header: Vec<(String, String)>,
    /// What stands above everything, as HTML of whoever serves the page: their own bar.
    pub bar: Option<String>,
    /// The other documents of the policy, each with its text.
    pub documents: Vec<(String, String)>,
    /// What is announced, such as a version to come, with where it leads.
    pub announced: Option<(String, String)>,
}

/// The head of a page: the bar of whoever serves it, and what the page itself begins with.
pub(crate) fn head(bar: Option<&str>, top: &Markup) -> Markup {
    html! {
        header.page {
            @if let Some(bar) = bar { (PreEscaped(bar)) }
            div.top { (top) }
        }
    }
}

/// A page in the making.
struct Page<'p> {
    policy: &'p Policy,
    document: &'p Document,
    standing: HashMap<ClauseId, &'p Standing>,
    tongue: Tongue,
    /// The words that rules on the page name, by kind.
    named: BTreeSet<(&'static str, String)>,
}

/// Publishes a document as a page, with the standing of its promises.
///
/// A document that is not in the policy makes an empty page.
pub fn publish(
    policy: &Policy,
    document: DocumentId,
    standing: &[Standing],
    links: &Links,
) -> String {
    let Some(document) = policy.document(document) else {
        return String::new();
    };
    let mut page = Page {
        policy,
        document,
        standing: standing.iter().map(|one| (one.clause, one)).collect(),
        tongue: Tongue::of(&document.language),
        named: BTreeSet::new(),
    };
    let body = page.body();
    let definitions = page.definitions();
    let counts = summary(policy, standing, Some(document.id));
    page.whole(&body, &definitions, counts, links).into_string()
}

impl Page<'_> {
    fn text(&self, text: Text) -> &'static str {
        text.of(self.tongue)
    }

    /// How a word reads in the page's language: by a label of that language, or else by its own.
    fn label<'l>(&'l self, kind: &str, name: &str, own: &'l str) -> &'l str {
        let labels = &self.policy.words.labels;
        labels
            .get(kind, name, &self.document.language)
            .unwrap_or(own)
    }

    fn whole(
        &self,
        body: &body::Body,
        definitions: &Markup,
        counts: Summary,
        links: &Links,
    ) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(self.document.language) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.document.title) }
                    @match &links.stylesheet {
                        Some(href) => link rel="stylesheet" href=(href);,
                        None => style { (PreEscaped(STYLE)) },
                    }
                }
                body {
                    a.skip href="#policy" { (self.text(Text::Skip)) }
                    (self.header(counts, links))
                    div.columns {
                        (self.contents(body))
                        main #policy tabindex="-1" {
                            article { (body.html) }
                            (definitions)
                        }
                    }
                    (self.footer(links))
                }
            }
        }
    }

    fn header(&self, counts: Summary, links: &Links) -> Markup {
        let entity = self
            .document
            .controller
            .and_then(|id| self.policy.words.entities.get(id));
        let dates = [
            (Text::Effective, self.document.effective),
            (Text::Revised, self.document.revised),
        ];
        let top = html! {
                @if !links.header.is_empty() {
                    nav.ways aria-label=(self.text(Text::Ways)) { ul {
                        @for (text, href) in &links.header { li { a href=(href) { (text) } } }
                    } }
                }
                h1 { (self.document.title) }
                @if let Some((text, href)) = &links.announced {
                    p.announced { a href=(href) { (text) } }
                }
                dl.facts {
                    @for (label, day) in dates {
                        @if let Some(day) = day {
                            div {
                                dt { (self.text(label)) }
                                dd { time datetime=(day) { (date(self.tongue, day)) } }
                            }
                        }
                    }
                    @if let Some(entity) = entity {
                        div {
                            dt { (self.text(Text::Controller)) }
                            dd { address {
                                strong { (self.label("entity", &entity.name, &entity.label)) }
                                @for line in &entity.address { br; (line) }
                            } }
                        }
                        div {
                            dt { (self.text(Text::Privacy)) }
                            dd { a href=(format!("mailto:{}", entity.email)) { (entity.email) } }
                        }
                    }
                }
                (self.summary(counts))
        };
        head(links.bar.as_deref(), &top)
    }

    fn summary(&self, counts: Summary) -> Markup {
        let states = [
            (State::Kept, counts.kept),
            (State::AtRisk, counts.at_risk),
            (State::Broken, counts.broken),
            (State::Unmeasured, counts.unmeasured),
        ];
        let all: u64 = states.iter().map(|(_, count)| count).sum();
        html! {
            @if all > 0 {
                section.summary aria-label=(self.text(Text::Standing)) {
                    ul {
                        @for (state, count) in states {
                            // Nothing unmeasured is no news; nothing broken is.
                            @if count > 0 || state != State::Unmeasured {
                                li.(strings::class(state)).none[count == 0] {
                                    span.sign aria-hidden="true" { (strings::sign(state)) }
                                    strong { (number(self.tongue, count)) }
                                    " " (strings::count(self.tongue, state, count))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn contents(&self, body: &body::Body) -> Markup {
        html! {
            nav.contents aria-label=(self.text(Text::Contents)) {
                p aria-hidden="true" { (self.text(Text::Contents)) }
                ol {
                    @for (id, text) in &body.headings {
                        li { a href=(format!("#{id}")) { (text) } }
                    }
                    li { a href="#definitions" { (self.text(Text::Definitions)) } }
                }
            }
        }
    }

    /// The language of a document, by its title, where it is not the page's own.
    fn language_of(&self, title: &str) -> Option<&str> {
        let mut documents = self.policy.documents.iter();
        let found = documents.find(|document| document.title == title)?;
        (found.language != self.document.language).then_some(found.language.as_str())
    }

    fn footer(&self, links: &Links) -> Markup {
        html! {
            footer {
                @if !links.documents.is_empty() {
                    nav aria-label=(self.text(Text::Other)) { ul {
                        @for (text, href) in &links.documents {
                            li { a href=(href) lang=[self.language_of(text)] { (text) } }
                        }
                    } }
                }
                p { (self.text(Text::Made)) }
                p.digest {
                    (self.text(Text::Version)) " " code { (self.document.version) } " · "
                    code { (self.policy.digest) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
