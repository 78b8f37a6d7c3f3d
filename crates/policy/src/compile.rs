//! From files to a policy: every diagnostic of a folder at once, and the policy where there is no
//! error.
//! It reads no disk and no clock; texts and the present day come as arguments.

mod blocks;
mod build;
mod clauses;
mod define;
mod draft;
mod front;
mod gather;
mod given;
mod read;
mod toml;

pub(crate) use blocks::{MARKDOWN, is_toml};
pub(crate) use build::Built;
pub(crate) use draft::{Draft, DraftClause};
pub(crate) use front::body_start;
pub(crate) use gather::COLLECTED;
pub(crate) use given::{Given, Value};

use crate::check;
use crate::diagnostic::{Code, Diagnostic, Label, Severity};
use crate::model::Policy;
use crate::source::{Lines, Position, Source};
use jiff::civil::Date;
use std::collections::HashMap;
use std::ops::Range;

/// The size of the largest document, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 1 << 20;
/// How many documents a policy may have.
pub const DOCUMENTS_MAX: usize = 64;
/// How many clauses a document may have.
pub const CLAUSES_MAX: usize = 1_024;

/// What a compilation depends on besides the texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// The present day; where it is left out, nothing is held to have expired.
    pub today: Option<Date>,
}

/// Compiles the files of a folder.
///
/// The diagnostics come in order of file and position. The policy is there where none of them is
/// an error.
pub fn compile(sources: &[Source]) -> (Option<Policy>, Vec<Diagnostic>) {
    compile_with(sources, &Options::default())
}

/// Compiles the files of a folder on a certain day.
pub fn compile_with(sources: &[Source], options: &Options) -> (Option<Policy>, Vec<Diagnostic>) {
    let mut report = Report::new(sources);
    let mut drafts: Vec<Draft<'_>> = Vec::new();
    for (file, source) in sources.iter().enumerate() {
        if file == DOCUMENTS_MAX {
            let message = format!("a policy has at most {DOCUMENTS_MAX} documents");
            report.say(Code::TooMany, file, 0..0, message);
            break;
        }
        drafts.extend(draft::draft(file, source, &mut report));
    }
    drafts.sort_by(|a, b| (a.name_or_file(), a.file).cmp(&(b.name_or_file(), b.file)));
    let built = build::build(&drafts, &mut report);
    check::check(&built, &drafts, options, &mut report);
    let diagnostics = report.in_order();
    let sound = diagnostics.iter().all(|d| d.severity != Severity::Error);
    (sound.then_some(built.policy), diagnostics)
}

/// Diagnostics in the making. Files are named by their place among the sources.
pub(crate) struct Report<'a> {
    sources: &'a [Source],
    said: Vec<(usize, Diagnostic)>,
}

impl<'a> Report<'a> {
    fn new(sources: &'a [Source]) -> Report<'a> {
        Report {
            sources,
            said: Vec::new(),
        }
    }

    /// The name of a file.
    pub(crate) fn file(&self, file: usize) -> &'a str {
        self.sources.get(file).map_or("", |source| &source.file)
    }

    /// Says something about a place.
    pub(crate) fn say(
        &mut self,
        code: Code,
        file: usize,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Saying<'_> {
        let diagnostic = Diagnostic::new(code, self.file(file), span, message);
        self.said.push((file, diagnostic));
        Saying {
            sources: self.sources,
            last: self.said.last_mut().map(|(_, diagnostic)| diagnostic),
        }
    }

    /// How many files there are, read or not.
    pub(crate) fn files(&self) -> usize {
        self.sources.len()
    }

    /// Whether an error was said so far.
    pub(crate) fn any_error(&self) -> bool {
        self.said
            .iter()
            .any(|(_, said)| said.severity == Severity::Error)
    }

    fn in_order(mut self) -> Vec<Diagnostic> {
        self.said
            .sort_by(|(a, x), (b, y)| (a, x.span.start, x.code).cmp(&(b, y.span.start, y.code)));
        let lines: HashMap<&str, Lines<'_>> = self
            .sources
            .iter()
            .map(|source| (source.file.as_str(), Lines::of(&source.text)))
            .collect();
        let place = |file: &str, at: usize| lines.get(file).map(|lines| lines.position(at));
        let said = self.said.into_iter().map(|(_, mut said)| {
            said.position = place(&said.file, said.span.start).unwrap_or_default();
            for label in &mut said.labels {
                label.position = place(&label.file, label.span.start).unwrap_or_default();
            }
            said
        });
        said.collect()
    }
}

/// A diagnostic that was just said, to which more may be added.
pub(crate) struct Saying<'r> {
    sources: &'r [Source],
    last: Option<&'r mut Diagnostic>,
}

impl Saying<'_> {
    /// Adds a remedy.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(last) = &mut self.last {
            last.help = Some(help.into());
        }
        self
    }

    /// Adds a further place.
    pub(crate) fn label(mut self, file: usize, span: Range<usize>, message: &str) -> Self {
        if let Some(last) = &mut self.last {
            let name = self.sources.get(file).map_or("", |source| &source.file);
            last.labels.push(Label {
                file: name.to_owned(),
                span,
                position: Position::default(),
                message: message.to_owned(),
            });
        }
        self
    }
}

#[cfg(test)]
mod tests;
