//! The document proper as HTML: prose as it is written, rules folded after it.
//! It passes on no raw HTML, no images and no links but safe ones.

use super::Page;
use crate::compile::{MARKDOWN, is_toml};
use crate::model::Policy;
use crate::standing::Tongue;
use maud::{Markup, PreEscaped};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Parser, Tag, TagEnd};
use std::collections::BTreeSet;
use std::ops::Range;

/// The document proper, and its headings for the list of contents.
pub(super) struct Body {
    pub html: Markup,
    /// Each heading of the second level: its anchor and its text.
    pub headings: Vec<(String, String)>,
}

/// Where links of a document may lead: other pages, addresses, and places on the page.
pub(super) fn is_safe(href: &str) -> bool {
    let lower = href.trim().to_ascii_lowercase();
    let schemes = ["https://", "http://", "mailto:", "tel:"];
    if schemes.iter().any(|scheme| lower.starts_with(scheme)) {
        return true;
    }
    // Without a scheme it leads to a page beside this one; a colon before the first slash would be
    // a scheme.
    let first = lower.split(['/', '?', '#']).next().unwrap_or_default();
    !first.contains(':') && !lower.starts_with("//") && !lower.contains(['\\', '\t', '\n'])
}

/// Where a link to a file of the policy leads once published: to the page of its document, by the
/// document's name.
fn published(policy: &Policy, href: &str) -> Option<String> {
    let (file, place) = match href.split_once('#') {
        Some((file, place)) => (file, format!("#{place}")),
        None => (href, String::new()),
    };
    let file = file.strip_prefix("./").unwrap_or(file);
    let document = policy.documents.iter().find(|document| {
        let name = document.file.rsplit('/').next().unwrap_or_default();
        name == file || document.file == file
    })?;
    Some(format!("{}{place}", document.name))
}

/// Markdown as HTML, made safe.
pub(super) fn fragment(markdown: &str) -> Markup {
    let mut out = String::new();
    let mut gate = Gate::default();
    let events = Parser::new_ext(markdown, MARKDOWN).filter_map(|event| gate.pass(event));
    pulldown_cmark::html::push_html(&mut out, events);
    PreEscaped(out)
}

/// A link to a file of the policy made one to its page; anything else as it is.
fn led<'e>(policy: &Policy, event: Event<'e>) -> Event<'e> {
    match event {
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => {
            let dest_url = published(policy, &dest_url).map_or(dest_url, CowStr::from);
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            })
        }
        other => other,
    }
}

/// Lets through what is safe.
#[derive(Default)]
struct Gate {
    /// For each link that is open, whether it was let through.
    links: Vec<bool>,
}

impl Gate {
    fn pass<'e>(&mut self, event: Event<'e>) -> Option<Event<'e>> {
        match event {
            Event::Html(_) | Event::InlineHtml(_) => None,
            Event::Start(Tag::HtmlBlock | Tag::Image { .. })
            | Event::End(TagEnd::HtmlBlock | TagEnd::Image) => None,
            Event::Start(Tag::Link { ref dest_url, .. }) => {
                let safe = is_safe(dest_url);
                self.links.push(safe);
                safe.then_some(event)
            }
            Event::End(TagEnd::Link) => self.links.pop().unwrap_or(false).then_some(event),
            other => Some(other),
        }
    }
}

/// A heading's text as an anchor.
fn anchor(text: &str, taken: &BTreeSet<String>) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let base = if words.is_empty() {
        "section".to_owned()
    } else {
        words.join("-")
    };
    let mut anchor = base.clone();
    let mut again = 2;
    while taken.contains(&anchor) {
        anchor = format!("{base}-{again}");
        again += 1;
    }
    anchor
}

/// A term of the prose: how it reads, folded to lower case, and where its definition stands.
struct Term {
    label: String,
    href: String,
}

/// The document's events on their way to HTML.
struct Flow<'e> {
    html: String,
    waiting: Vec<Event<'e>>,
    gate: Gate,
    headings: Vec<(String, String)>,
    taken: BTreeSet<String>,
    terms: Vec<Term>,
    /// Terms that were linked since the last block began.
    linked: BTreeSet<usize>,
    titled: bool,
}

impl<'e> Flow<'e> {
    fn flush(&mut self) {
        pulldown_cmark::html::push_html(&mut self.html, self.waiting.drain(..));
    }

    fn heading(&mut self, level: HeadingLevel, events: Vec<Event<'e>>) {
        // The title of the page stands for the first heading of the document.
        if level == HeadingLevel::H1 && !std::mem::replace(&mut self.titled, true) {
            return;
        }
        self.titled = true;
        let text: String = events
            .iter()
            .map(|event| match event {
                Event::Text(text) | Event::Code(text) => text.as_ref(),
                Event::SoftBreak | Event::HardBreak => " ",
                _ => "",
            })
            .collect();
        let anchor = anchor(&text, &self.taken);
        self.taken.insert(anchor.clone());
        let shown = if level == HeadingLevel::H1 {
            HeadingLevel::H2
        } else {
            level
        };
        if shown == HeadingLevel::H2 {
            self.headings.push((anchor.clone(), text));
        }
        self.waiting.push(Event::Start(Tag::Heading {
            level: shown,
            id: Some(CowStr::from(anchor)),
            classes: Vec::new(),
            attrs: Vec::new(),
        }));
        for event in events {
            let passed = self.gate.pass(event);
            self.waiting.extend(passed);
        }
        self.waiting.push(Event::End(TagEnd::Heading(shown)));
    }

    /// Text, with the first mention of each term in a block leading to its definition.
    fn prose(&mut self, text: CowStr<'e>) {
        if !self.gate.links.is_empty() {
            return self.waiting.push(Event::Text(text));
        }
        let mut rest = text.to_string();
        while let Some((term, span)) = self.first_term(&rest) {
            let (before, after) = (rest.get(..span.start), rest.get(span.end..));
            let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
            let word = rest.get(span.clone()).unwrap_or_default();
            let href = self.terms.get(term).map_or("", |term| term.href.as_str());
            let open = format!("<a class=\"term\" href=\"{href}\">");
            self.waiting
                .push(Event::Text(CowStr::from(before.to_owned())));
            self.waiting.push(Event::InlineHtml(CowStr::from(open)));
            self.waiting
                .push(Event::Text(CowStr::from(word.to_owned())));
            self.waiting.push(Event::InlineHtml(CowStr::from("</a>")));
            self.linked.insert(term);
            rest = after.to_owned();
        }
        self.waiting.push(Event::Text(CowStr::from(rest)));
    }

    /// The first mention of a term that was not linked yet.
    fn first_term(&self, text: &str) -> Option<(usize, Range<usize>)> {
        let lower = text.to_lowercase();
        // Where folding changes lengths, places in one text are not places in the other.
        if lower.len() != text.len() {
            return None;
        }
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() || c > '\u{2e80}');
        let terms = self
            .terms
            .iter()
            .enumerate()
            .filter(|(at, _)| !self.linked.contains(at));
        terms
            .filter_map(|(at, term)| {
                let start = lower.find(&term.label)?;
                let end = start + term.label.len();
                let before = lower.get(..start)?.chars().next_back();
                let after = lower.get(end..)?.chars().next();
                (edge(before) && edge(after)).then_some((at, start..end))
            })
            .min_by_key(|(_, span)| span.start)
    }
}

impl Page<'_> {
    /// The document proper: its prose, and after it the rules it is bound to.
    pub(super) fn body(&mut self) -> Body {
        let text = &self.document.text;
        let start = crate::compile::body_start(text);
        let markdown = text.get(start..).unwrap_or_default();
        let mut flow = Flow {
            html: String::new(),
            waiting: Vec::new(),
            gate: Gate::default(),
            headings: Vec::new(),
            taken: ["policy", "definitions"].map(str::to_owned).into(),
            terms: self.terms(),
            linked: BTreeSet::new(),
            titled: false,
        };
        let mut depth = 0usize;
        let mut events = Parser::new_ext(markdown, MARKDOWN).into_offset_iter();
        while let Some((event, span)) = events.next() {
            match event {
                Event::Start(Tag::CodeBlock(ref kind)) if depth == 0 && is_toml(kind) => {
                    events
                        .by_ref()
                        .find(|(e, _)| matches!(e, Event::End(TagEnd::CodeBlock)));
                    flow.flush();
                    let rules = self.rules(start + span.start..start + span.end);
                    flow.html.push_str(&rules.into_string());
                }
                Event::Start(Tag::Heading { level, .. }) if depth == 0 => {
                    let inner = events.by_ref().map(|(event, _)| event);
                    let inner = inner.take_while(|e| !matches!(e, Event::End(TagEnd::Heading(_))));
                    flow.heading(level, inner.collect());
                }
                Event::Text(text) if depth > 0 => flow.prose(text),
                event => {
                    match &event {
                        Event::Start(_) if depth == 0 => {
                            flow.linked.clear();
                            depth = 1;
                        }
                        Event::Start(_) => depth += 1,
                        Event::End(_) => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    let passed = flow.gate.pass(led(self.policy, event));
                    flow.waiting.extend(passed);
                }
            }
        }
        flow.flush();
        Body {
            html: PreEscaped(flow.html),
            headings: flow.headings,
        }
    }

    /// The terms that prose of this page's language may mention; the longest first.
    fn terms(&self) -> Vec<Term> {
        let mut terms: Vec<Term> = self
            .own_terms()
            .iter()
            .map(|(_, term)| Term {
                label: self.term_label(term).to_lowercase(),
                href: format!("#term.{}", term.name),
            })
            .collect();
        terms.sort_by_key(|term| std::cmp::Reverse(term.label.len()));
        terms
    }

    /// The terms that this page explains, each with the clause that defines it: those that its
    /// document defines, and those of documents it imports that it does not define itself. Those
    /// that read in the page's language stand for all, where there are any.
    pub(super) fn own_terms(&self) -> Vec<(&crate::model::Clause, &crate::model::Term)> {
        let terms = || self.policy.words.terms.iter().map(|(_, term)| term);
        let here = |term: &crate::model::Term| term.document == self.document.id;
        let seen: Vec<&crate::model::Term> = terms()
            .filter(|term| self.document.sees.contains(&term.document))
            .filter(|term| here(term) || !terms().any(|own| here(own) && own.name == term.name))
            .collect();
        let reads = |term: &&&crate::model::Term| {
            let home = self.policy.document(term.document);
            home.is_some_and(|home| Tongue::of(&home.language) == self.tongue)
                || self.term_label(term) != term.label
        };
        let mut own: Vec<_> = seen.iter().filter(reads).copied().collect();
        if own.is_empty() {
            own = seen;
        }
        let clause = |term: &crate::model::Term| {
            let home = self.policy.document(term.document)?;
            home.clauses.iter().find(|clause| {
                matches!(&clause.body, crate::model::Body::Define { kind, name }
                    if kind == "term" && *name == term.name)
            })
        };
        own.into_iter()
            .filter_map(|term| Some((clause(term)?, term)))
            .collect()
    }

    /// How a term reads on this page.
    pub(super) fn term_label<'l>(&'l self, term: &'l crate::model::Term) -> &'l str {
        if term.document == self.document.id {
            return &term.label;
        }
        self.label("term", &term.name, &term.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_only_where_links_may() {
        for (href, safe) in [
            ("https://example.com/a:b", true),
            ("mailto:privacy@example.com", true),
            ("#keep.contact", true),
            ("versions/2?x=a:b", true),
            ("javascript:alert(1)", false),
            (" JavaScript:alert(1)", false),
            ("data:text/html,x", false),
            ("//example.com", false),
            ("java\tscript:alert(1)", false),
        ] {
            assert_eq!(is_safe(href), safe, "{href}");
        }
    }

    #[test]
    fn raw_html_and_images_do_not_pass() {
        let html = fragment(
            "a <b onclick=x>b</b> ![alt](https://example.com/i.png) [c](javascript:x)\n\n<script>d</script>\n\n*e*",
        );
        assert_eq!(html.0, "<p>a b alt c</p>\n<p><em>e</em></p>\n");
    }
}
