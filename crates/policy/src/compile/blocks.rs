//! The Markdown of a document as a row of headings, prose and clause blocks, and which prose a
//! block is bound to.
//! It reads structure only; TOML is read elsewhere, prose is judged elsewhere.

use super::Report;
use crate::diagnostic::Code;
use crate::model::Verb;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// The extensions of CommonMark that documents may use.
pub(crate) const MARKDOWN: Options = Options::ENABLE_TABLES;

/// A run of prose: a paragraph, a list, a table or a quotation.
#[derive(Clone, Debug)]
pub(crate) struct Prose {
    pub span: Range<usize>,
    pub text: String,
    /// Whether a clause block follows it.
    pub bound: bool,
    /// Whether a mark says that it promises nothing.
    pub narrative: bool,
}

/// A block of clauses.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Where its TOML stands.
    pub toml: Range<usize>,
    /// Where the whole block stands, fences included.
    pub span: Range<usize>,
    /// Where the prose it is bound to stands.
    pub prose: Range<usize>,
}

/// A document's prose and blocks in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blocks {
    pub prose: Vec<Prose>,
    pub blocks: Vec<Block>,
    /// Whether a block was reported and left out.
    pub lost: bool,
}

/// Reads the Markdown of a document that begins at byte `body`.
pub(crate) fn blocks(file: usize, text: &str, body: usize, report: &mut Report<'_>) -> Blocks {
    let mut walk = Walk {
        file,
        text,
        base: body,
        report,
        found: Blocks::default(),
        bound_from: 0,
        nested_within: false,
        level: None,
        narrative_next: false,
        section_next: false,
        section: None,
    };
    let markdown = text.get(body..).unwrap_or_default();
    let mut events = Parser::new_ext(markdown, MARKDOWN).into_offset_iter();
    while let Some((event, span)) = events.next() {
        let span = body + span.start..body + span.end;
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                events
                    .by_ref()
                    .find(|(e, _)| matches!(e, Event::End(TagEnd::CodeBlock)));
                walk.code(&kind, span);
            }
            Event::Start(Tag::Heading { level, .. }) => {
                events
                    .by_ref()
                    .find(|(e, _)| matches!(e, Event::End(TagEnd::Heading(_))));
                walk.heading(level);
            }
            Event::Start(Tag::HtmlBlock) => {
                events
                    .by_ref()
                    .find(|(e, _)| matches!(e, Event::End(TagEnd::HtmlBlock)));
                walk.html(span);
            }
            Event::Start(_) => {
                let text = walk.inner(&mut events);
                walk.prose(span, text);
            }
            Event::Rule => walk.end_of_thought(),
            _ => {}
        }
    }
    walk.found
}

struct Walk<'w, 's> {
    file: usize,
    text: &'w str,
    base: usize,
    report: &'w mut Report<'s>,
    found: Blocks,
    /// The first prose that the next block may be bound to.
    bound_from: usize,
    /// Whether a clause block was reported within the prose that is being read.
    nested_within: bool,
    /// The level of the heading above.
    level: Option<HeadingLevel>,
    /// Whether the next paragraph is marked as narrative.
    narrative_next: bool,
    /// Whether the next section, or the rest of this one, is.
    section_next: bool,
    /// The level of the heading whose section is narrative; nothing where it has no heading.
    section: Option<Option<HeadingLevel>>,
}

impl Walk<'_, '_> {
    fn end_of_thought(&mut self) {
        self.bound_from = self.found.prose.len();
        self.narrative_next = false;
    }

    fn heading(&mut self, level: HeadingLevel) {
        if self
            .section
            .is_some_and(|of| of.is_none_or(|of| level <= of))
        {
            self.section = None;
        }
        if std::mem::take(&mut self.section_next) {
            self.section = Some(Some(level));
        }
        self.level = Some(level);
        self.end_of_thought();
    }

    fn html(&mut self, span: Range<usize>) {
        let html = self.text.get(span.clone()).unwrap_or_default();
        let inner = html
            .trim()
            .strip_prefix("<!--")
            .and_then(|h| h.strip_suffix("-->"));
        match inner.map(str::trim) {
            Some("narrative") => self.narrative_next = true,
            Some("narrative section") => self.section_next = true,
            Some(_) => {}
            // Tags that stand alone, such as `<br>`, say nothing that could be missed.
            None if says_something(html) => self.unpublished(span, "raw HTML"),
            None => {}
        }
    }

    fn unpublished(&mut self, span: Range<usize>, what: &str) {
        let message = format!("the published page leaves {what} out");
        self.report
            .say(Code::NotPublished, self.file, span, message)
            .help("say it in Markdown, or in words");
    }

    fn prose(&mut self, span: Range<usize>, text: String) {
        if std::mem::take(&mut self.section_next) {
            self.section = Some(self.level);
        }
        self.found.prose.push(Prose {
            span,
            text,
            bound: std::mem::take(&mut self.nested_within),
            narrative: std::mem::take(&mut self.narrative_next) || self.section.is_some(),
        });
    }

    /// The text of what was just begun, up to its end. Blocks within it are reported.
    fn inner<'e>(
        &mut self,
        events: &mut impl Iterator<Item = (Event<'e>, Range<usize>)>,
    ) -> String {
        let (mut depth, mut text, mut in_code) = (1usize, String::new(), false);
        for (event, span) in events {
            match event {
                Event::Start(tag) => {
                    depth += 1;
                    if let Tag::CodeBlock(kind) = &tag {
                        in_code = true;
                        if is_toml(kind) {
                            self.nested(span.clone());
                        }
                    }
                    if matches!(tag, Tag::Image { .. }) {
                        self.unpublished(self.base + span.start..self.base + span.end, "an image");
                    }
                }
                Event::End(tag) => {
                    depth -= 1;
                    in_code &= tag != TagEnd::CodeBlock;
                    if depth == 0 {
                        break;
                    }
                    if matches!(tag, TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell) {
                        text.push('\n');
                    }
                }
                Event::Text(part) if !in_code => text.push_str(&part),
                Event::Code(part) => text.push_str(&part),
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                _ => {}
            }
        }
        text
    }

    fn nested(&mut self, span: Range<usize>) {
        self.found.lost = true;
        self.nested_within = true;
        let span = self.base + span.start..self.base + span.end;
        let message = "a clause block stands inside a list, a quotation or a table";
        self.report
            .say(Code::NestedBlock, self.file, span, message)
            .help("begin its fence at the left margin, after the list");
    }

    fn code(&mut self, kind: &CodeBlockKind<'_>, span: Range<usize>) {
        if !is_toml(kind) {
            self.unmarked(kind, span);
            return;
        }
        let fenced = self.text.get(span.clone()).unwrap_or_default();
        let Some(toml) = content(fenced) else {
            let first = fenced.lines().next().unwrap_or_default().len();
            let first = span.start..span.start + first;
            self.found.lost = true;
            self.bind();
            self.report
                .say(
                    Code::UnclosedBlock,
                    self.file,
                    first,
                    "this block is not closed",
                )
                .help("end it with a line of three backticks, before the prose goes on");
            return;
        };
        let toml = span.start + toml.start..span.start + toml.end;
        let bound = self.found.prose.get(self.bound_from..).unwrap_or_default();
        let prose = match (bound.first(), bound.last()) {
            (Some(first), Some(last)) => first.span.start..last.span.end,
            _ => {
                let message = "no prose stands before this block";
                let first = fenced.lines().next().unwrap_or_default().len();
                let first = span.start..span.start + first;
                self.report
                    .say(Code::BlockWithoutProse, self.file, first, message)
                    .help(
                        "write before it, after the last block or heading, what it promises in plain words",
                    );
                span.start..span.start
            }
        };
        self.found.blocks.push(Block { toml, span, prose });
        self.bind();
    }

    /// Binds the prose before a block to it.
    fn bind(&mut self) {
        let bound = self.found.prose.get_mut(self.bound_from..);
        for prose in bound.unwrap_or_default() {
            prose.bound = true;
        }
        self.end_of_thought();
    }

    /// A code block that is not marked as clauses, and is to be run all the same if its headers
    /// mean anything.
    fn unmarked(&mut self, kind: &CodeBlockKind<'_>, span: Range<usize>) {
        let text = self.text.get(span.clone()).unwrap_or_default();
        if !text.lines().any(heads_a_clause) {
            return;
        }
        self.found.lost = true;
        self.bind();
        let message = "this looks like clauses, and is not marked `toml`, so nothing would run it";
        let help = match kind {
            CodeBlockKind::Fenced(_) => "open the block with ` ```toml `",
            CodeBlockKind::Indented => {
                "begin it at the left margin, between a line ` ```toml ` and a line ` ``` `"
            }
        };
        self.report
            .say(Code::UnmarkedBlock, self.file, span, message)
            .help(help);
    }
}

/// Whether a code block holds clauses.
pub(crate) fn is_toml(kind: &CodeBlockKind<'_>) -> bool {
    match kind {
        CodeBlockKind::Fenced(info) => info
            .split_whitespace()
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("toml")),
        CodeBlockKind::Indented => false,
    }
}

/// Whether a block of HTML has words in it.
fn says_something(html: &str) -> bool {
    let mut in_tag = false;
    html.chars().any(|c| {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ => {}
        }
        !in_tag && c.is_alphanumeric()
    })
}

/// Whether a line is the header of a clause, `[verb.name]`.
fn heads_a_clause(line: &str) -> bool {
    let inner = line.trim().trim_start_matches('[');
    let (verb, rest) = inner.split_once('.').unwrap_or_default();
    line.trim().starts_with('[')
        && rest.contains(']')
        && Verb::ALL.iter().any(|known| known.word() == verb)
}

/// What stands between the fences, or nothing where the second is missing or another block begins
/// before it.
fn content(fenced: &str) -> Option<Range<usize>> {
    let opener = fenced.trim_start();
    let mark = opener.chars().next()?;
    let count = opener.chars().take_while(|c| *c == mark).count();
    let start = fenced.find('\n')? + 1;
    let inner = fenced.trim_end();
    let end = inner.rfind('\n')? + 1;
    let last = inner.get(end..)?.trim();
    let closes = last.chars().count() >= count && last.chars().all(|c| c == mark);
    let inner = fenced.get(start..end)?;
    let begins = |line: &str| line.starts_with("```") || line.starts_with("~~~");
    (closes && !inner.lines().any(begins)).then_some(start..end)
}
