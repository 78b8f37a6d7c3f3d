//! Diagnostics as people read them in a terminal: the source line underlined, the remedy below.
//! It prints nothing; whoever calls it does.

use super::{Diagnostic, Severity};
use crate::source::Source;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use std::ops::Range;

/// Renders diagnostics with their source lines underlined, and a last line that counts them.
///
/// `color` adds ANSI escape codes.
pub fn render_diagnostics(diagnostics: &[Diagnostic], sources: &[Source], color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&renderer.render(&[group(diagnostic, sources)]));
        out.push_str("\n\n");
    }
    out.push_str(&summary(diagnostics));
    out.push('\n');
    out
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a [Source]) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.word());
    let mut group = title.elements(std::iter::empty::<Snippet<'a, Annotation<'a>>>());
    let mut files: Vec<&str> = vec![&diagnostic.file];
    for label in &diagnostic.labels {
        if !files.contains(&label.file.as_str()) {
            files.push(&label.file);
        }
    }
    for file in files {
        let Some(source) = sources.iter().find(|source| source.file == file) else {
            continue;
        };
        let mut snippet = Snippet::source(source.text.as_str()).path(file);
        if diagnostic.file == file {
            let span = within(&diagnostic.span, &source.text);
            snippet = snippet.annotation(AnnotationKind::Primary.span(span));
        }
        for label in diagnostic.labels.iter().filter(|label| label.file == file) {
            let span = within(&label.span, &source.text);
            snippet = snippet.annotation(
                AnnotationKind::Context
                    .span(span)
                    .label(label.message.as_str()),
            );
        }
        group = group.element(snippet);
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

/// The span cut to its first line and to whole characters, so that an underline never covers a
/// page.
fn within(span: &Range<usize>, text: &str) -> Range<usize> {
    let whole = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = whole(span.start);
    let end = whole(span.end).max(start);
    let first = text.get(start..end).and_then(|part| part.lines().next());
    start..first.map_or(end, |line| start + line.len())
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    let part = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    format!(
        "{}, {}, {}",
        part(count(Severity::Error), "error"),
        part(count(Severity::Warning), "warning"),
        part(count(Severity::Note), "note")
    )
}
