//! One document as written: its front matter, its prose and its clauses, before any name is
//! resolved.
//! It knows nothing of the other documents of the folder.

use super::blocks::{Block, Prose, blocks};
use super::front::front;
use super::given::Given;
use super::read::{Reader, in_order, shown, tidy};
use super::toml::bad_toml;
use super::{CLAUSES_MAX, DOCUMENT_BYTES_MAX, Report};
use crate::diagnostic::{Code, closest};
use crate::model::Verb;
use crate::shape::{Form, VERBS, VerbShape, WORDS, WordKind, listed};
use crate::source::Source;
use kept_terms::Name;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A document before names are resolved.
#[derive(Clone, Debug)]
pub(crate) struct Draft<'a> {
    /// Its place among the sources.
    pub file: usize,
    pub file_name: &'a str,
    pub text: &'a str,
    pub name: Option<Name>,
    pub front: Given,
    pub prose: Vec<Prose>,
    pub clauses: Vec<DraftClause>,
    /// Whether a block could not be read to its end, so that clauses may be missing.
    pub broken: bool,
    /// Whether it has more clauses than it may have.
    full: bool,
    /// Verbs of which a clause was reported, or left out.
    pub broken_verbs: Vec<Verb>,
    /// Verbs of which a clause was left out, so that not even its name is known.
    pub lost_verbs: Vec<Verb>,
}

/// A clause before its names are resolved.
#[derive(Clone, Debug)]
pub(crate) struct DraftClause {
    pub verb: Verb,
    /// The kind of word, for `define`.
    pub kind: Option<WordKind>,
    pub name: Name,
    /// `verb.name`, or `define.kind.name`.
    pub path: String,
    /// Where its name stands.
    pub name_span: Range<usize>,
    /// Where its table stands.
    pub source: Range<usize>,
    /// Where the prose stands that it is bound to.
    pub prose: Range<usize>,
    /// The key that tells its form, where its verb has several.
    pub form: Option<&'static str>,
    pub given: Given,
}

impl Draft<'_> {
    /// The document's name, or its file's where it has none.
    pub(crate) fn name_or_file(&self) -> &str {
        self.name.as_ref().map_or(self.file_name, Name::as_str)
    }

    /// Whether the document is for nobody, and so only defines words.
    pub(crate) fn only_defines(&self) -> bool {
        let meant = ["regions", "systems"].iter().any(|key| self.front.has(key));
        !meant && !self.front.flag("default")
    }

    /// Whether clauses of a verb may be missing because something about them was reported.
    pub(crate) fn lacks(&self, verb: Verb) -> bool {
        self.broken || self.broken_verbs.contains(&verb)
    }

    /// The clauses of a verb.
    pub(crate) fn of(&self, verb: Verb) -> impl Iterator<Item = &DraftClause> {
        self.clauses
            .iter()
            .filter(move |clause| clause.verb == verb)
    }
}

/// Reads one file.
pub(crate) fn draft<'a>(
    file: usize,
    source: &'a Source,
    report: &mut Report<'_>,
) -> Option<Draft<'a>> {
    if source.text.len() > DOCUMENT_BYTES_MAX {
        let message = format!(
            "this document has {} bytes; the most is 1 MiB",
            source.text.len()
        );
        report
            .say(Code::TooLarge, file, 0..0, message)
            .help("split it into documents and import one from the other");
        return None;
    }
    let front = front(file, &source.text, report)?;
    let found = blocks(file, &source.text, front.body, report);
    let mut draft = Draft {
        file,
        file_name: &source.file,
        text: &source.text,
        name: front.name,
        front: front.given,
        prose: found.prose,
        clauses: Vec::new(),
        broken: found.lost,
        full: false,
        broken_verbs: Vec::new(),
        lost_verbs: Vec::new(),
    };
    for block in &found.blocks {
        draft.block(block, report);
    }
    draft.duplicates(report);
    Some(draft)
}

/// A key of a table and its value, with their places.
type Entry<'t, 'i> = (
    &'t Spanned<std::borrow::Cow<'i, str>>,
    &'t Spanned<DeValue<'i>>,
);

/// What the clauses of one block have in common.
struct Frame<'b, 'i> {
    block: &'b Block,
    table: &'b DeTable<'i>,
    lenient: bool,
}

impl Draft<'_> {
    fn block(&mut self, block: &Block, report: &mut Report<'_>) {
        let toml = self.text.get(block.toml.clone()).unwrap_or_default();
        let (table, errors) = DeTable::parse_recoverable(toml);
        bad_toml(self.file, block.toml.start, toml, &errors, report);
        self.broken |= !errors.is_empty();
        let frame = Frame {
            block,
            table: table.get_ref(),
            lenient: !errors.is_empty(),
        };
        if frame.table.is_empty() && errors.is_empty() {
            report
                .say(
                    Code::EmptyBlock,
                    self.file,
                    block.span.clone(),
                    "this block holds no clause",
                )
                .help("write a clause in it, such as `[notify.changes]`, or take it out");
        }
        for (verb, value) in in_order(frame.table) {
            self.verb(&frame, verb, value, report);
        }
    }

    fn verb(
        &mut self,
        frame: &Frame<'_, '_>,
        word: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        report: &mut Report<'_>,
    ) {
        let base = frame.block.toml.start;
        let span = base + word.span().start..base + word.span().end;
        let DeValue::Table(names) = value.get_ref() else {
            let message = format!("`{}` stands outside a clause", shown(word.get_ref()));
            report.say(Code::NotAClause, self.file, span, message).help(
                "put it under a table named by a verb and a name, such as `[collect.contact]`",
            );
            self.broken = true;
            return;
        };
        if word.get_ref() == Verb::Define.word() {
            for (kind, value) in in_order(names) {
                self.kind(frame, kind, value, report);
            }
            return;
        }
        let Some(shape) = VERBS
            .iter()
            .find(|shape| shape.verb.word() == word.get_ref())
        else {
            let words: Vec<&str> = Verb::ALL.iter().map(|verb| verb.word()).collect();
            let help = match closest(word.get_ref(), words.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the verbs are {}", listed(&words)),
            };
            let message = format!("`{}` is not a verb", shown(word.get_ref()));
            report
                .say(Code::UnknownVerb, self.file, span, message)
                .help(help);
            self.broken = true;
            return;
        };
        self.nameless(frame, word.get_ref(), span, names, report);
        for (name, value) in in_order(names).into_iter().filter(is_named) {
            let read = self.clause(frame, shape, name, value, report);
            if read.as_ref().is_none_or(|clause| clause.given.broken) {
                self.broken_verbs.push(shape.verb);
            }
            if read.is_none() {
                self.lost_verbs.push(shape.verb);
            }
            self.add(read, report);
        }
    }

    fn kind(
        &mut self,
        frame: &Frame<'_, '_>,
        word: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        report: &mut Report<'_>,
    ) {
        let base = frame.block.toml.start;
        let span = base + word.span().start..base + word.span().end;
        let DeValue::Table(names) = value.get_ref() else {
            let message = format!("`{}` stands outside a definition", shown(word.get_ref()));
            report.say(Code::NotAClause, self.file, span, message).help(
                "a definition is named by its kind and its name, such as `[define.field.email]`",
            );
            self.broken = true;
            return;
        };
        let Some(shape) = WORDS
            .iter()
            .find(|shape| shape.kind.word() == word.get_ref())
        else {
            let words: Vec<&str> = WORDS.iter().map(|shape| shape.kind.word()).collect();
            let help = match closest(word.get_ref(), words.iter().copied()) {
                _ if word.get_ref() == "purpose" => {
                    "a purpose is declared by its `use` clause, such as `[use.answer-you]`"
                        .to_owned()
                }
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the kinds are {}", listed(&words)),
            };
            let message = format!("`{}` is not a kind of word", shown(word.get_ref()));
            report
                .say(Code::UnknownKind, self.file, span, message)
                .help(help);
            self.broken = true;
            return;
        };
        let header = format!("define.{}", word.get_ref());
        self.nameless(frame, &header, span, names, report);
        for (name, value) in in_order(names).into_iter().filter(is_named) {
            let path = format!("define.{}.{}", shape.kind.word(), shown(name.get_ref()));
            let read = self
                .one(frame, name, value, &path, report)
                .map(|(mut clause, table)| {
                    clause.verb = Verb::Define;
                    clause.kind = Some(shape.kind);
                    let mut reader = self.reader(frame, report);
                    let span = clause.given.span.clone();
                    clause.given = reader.table(table, span, shape.keys, &format!("[{path}]"));
                    clause
                });
            self.add(read, report);
        }
    }

    /// Reports a header that lacks its name, so that the keys of its clause stand where names
    /// should.
    fn nameless(
        &mut self,
        frame: &Frame<'_, '_>,
        header: &str,
        span: Range<usize>,
        names: &DeTable<'_>,
        report: &mut Report<'_>,
    ) {
        if !names.is_empty() && in_order(names).iter().all(is_named) {
            return;
        }
        self.broken = true;
        if !frame.lenient {
            let message = format!("[{header}] has no name");
            report
                .say(Code::NotAClause, self.file, span, message)
                .help(format!("name it, as in `[{header}.some-name]`"));
        }
    }

    fn reader<'r, 's>(&self, frame: &Frame<'_, '_>, report: &'r mut Report<'s>) -> Reader<'r, 's> {
        Reader {
            report,
            file: self.file,
            base: frame.block.toml.start,
            lenient: frame.lenient,
        }
    }

    fn clause(
        &self,
        frame: &Frame<'_, '_>,
        shape: &VerbShape,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        report: &mut Report<'_>,
    ) -> Option<DraftClause> {
        let path = format!("{}.{}", shape.verb.word(), shown(name.get_ref()));
        let (mut clause, table) = self.one(frame, name, value, &path, report)?;
        clause.verb = shape.verb;
        let form = self.form(shape, table, &clause, frame.lenient, report)?;
        clause.form = form.told_by;
        let span = clause.given.span.clone();
        let mut reader = self.reader(frame, report);
        clause.given = reader.table(table, span, form.keys, &format!("[{path}]"));
        Some(clause)
    }

    /// Which of its verb's forms a clause has: the one whose telling key is there.
    fn form(
        &self,
        shape: &VerbShape,
        table: &DeTable<'_>,
        clause: &DraftClause,
        lenient: bool,
        report: &mut Report<'_>,
    ) -> Option<Form> {
        let has = |key: &str| table.keys().any(|name| name.get_ref() == key);
        let mut told = shape
            .forms
            .iter()
            .filter(|form| form.told_by.is_none_or(has));
        let (first, second) = (told.next(), told.next());
        if let (Some(form), None) = (first, second) {
            return Some(*form);
        }
        let keys: Vec<&str> = shape.forms.iter().filter_map(|form| form.told_by).collect();
        let message = match first {
            Some(_) => format!("[{}] says several things at once", clause.path),
            None => format!("[{}] does not say what it promises", clause.path),
        };
        if !lenient {
            report
                .say(Code::NoForm, self.file, clause.given.span.clone(), message)
                .help(format!(
                    "a `{}` clause has one of {}",
                    shape.verb.word(),
                    listed(&keys)
                ));
        }
        None
    }

    /// The part of a clause that does not depend on its verb.
    fn one<'t, 'i>(
        &self,
        frame: &Frame<'_, '_>,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &'t Spanned<DeValue<'i>>,
        path: &str,
        report: &mut Report<'_>,
    ) -> Option<(DraftClause, &'t DeTable<'i>)> {
        let base = frame.block.toml.start;
        let name_span = base + name.span().start..base + name.span().end;
        let DeValue::Table(table) = value.get_ref() else {
            let (message, help) = match value.get_ref() {
                DeValue::Array(_) => (
                    format!("[{path}] is a list of tables"),
                    format!("write it between single brackets: `[{path}]`"),
                ),
                _ => (
                    format!("[{path}] is not a table"),
                    format!("write `[{path}]` on a line of its own and its keys below"),
                ),
            };
            report
                .say(Code::NotAClause, self.file, name_span, message)
                .help(help);
            return None;
        };
        if let Some(inner) = part_too_many(table) {
            let message = format!("[{path}.{}] has a part too many", shown(inner));
            report
                .say(Code::NotAClause, self.file, name_span, message)
                .help(format!("name it in one part: `[{path}-{}]`", tidy(inner)));
            return None;
        }
        let word = match Name::new(name.get_ref()) {
            Ok(word) => word,
            Err(error) => {
                let message = format!("`{}` cannot name a clause: {error}", shown(name.get_ref()));
                let tidied = tidy(name.get_ref());
                let help = match Name::new(&tidied) {
                    Ok(_) if tidied != "some-name" => format!("write it as `{tidied}`"),
                    Ok(_) | Err(_) => "write it as in `[collect.contact]`".to_owned(),
                };
                report
                    .say(Code::BadName, self.file, name_span, message)
                    .help(help);
                return None;
            }
        };
        let source = self.extent(&name_span, base, value);
        let header_end = self.line_end(source.start).min(source.end);
        let clause = DraftClause {
            verb: Verb::Define,
            kind: None,
            name: word,
            path: path.to_owned(),
            name_span,
            given: Given {
                span: source.start..header_end,
                ..Given::default()
            },
            source,
            prose: frame.block.prose.clone(),
            form: None,
        };
        Some((clause, table))
    }

    /// Where a table stands: from the line of its header to the end of its last value.
    fn extent(
        &self,
        name: &Range<usize>,
        base: usize,
        value: &Spanned<DeValue<'_>>,
    ) -> Range<usize> {
        let before = self.text.get(base..name.start).unwrap_or_default();
        let start = base + before.rfind('\n').map_or(0, |at| at + 1);
        let end = base + last_end(value.get_ref());
        start..self.line_end(name.end).max(end)
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        from + rest.find(['\n', '\r']).unwrap_or(rest.len())
    }

    fn add(&mut self, clause: Option<DraftClause>, report: &mut Report<'_>) {
        let Some(clause) = clause else { return };
        if self.clauses.len() == CLAUSES_MAX {
            if std::mem::replace(&mut self.full, true) {
                return;
            }
            let message = format!("a document has at most {CLAUSES_MAX} clauses");
            report.say(Code::TooMany, self.file, clause.name_span, message);
            self.broken = true;
        } else {
            self.clauses.push(clause);
        }
    }

    fn duplicates(&mut self, report: &mut Report<'_>) {
        let mut seen = std::collections::HashMap::<&str, &DraftClause>::new();
        for clause in &self.clauses {
            if let Some(first) = seen.get(clause.path.as_str()) {
                let message = format!("[{}] stands twice in this document", clause.path);
                let code = match clause.verb {
                    Verb::Define => continue,
                    _ => Code::DuplicateClause,
                };
                report
                    .say(code, self.file, clause.name_span.clone(), message)
                    .label(self.file, first.name_span.clone(), "it stands here first")
                    .help("give one of them another name, or make them one");
            } else {
                seen.insert(&clause.path, clause);
            }
        }
    }
}

/// Whether an entry of a verb's table is a clause, or meant as one, and not a key.
fn is_named(entry: &Entry<'_, '_>) -> bool {
    match entry.1.get_ref() {
        DeValue::Table(_) => true,
        DeValue::Array(list) => {
            let mut values = list.iter();
            values.any(|value| matches!(value.get_ref(), DeValue::Table(_)))
        }
        _ => false,
    }
}

/// The last part of a header such as `[keep.contact.more]`: all that its table holds is another
/// that no key can be.
fn part_too_many<'t>(table: &'t DeTable<'_>) -> Option<&'t str> {
    let (name, value) = table.iter().next().filter(|_| table.len() == 1)?;
    let is_table = matches!(value.get_ref(), DeValue::Table(_));
    let is_key = VERBS
        .iter()
        .flat_map(|verb| verb.forms)
        .flat_map(|form| form.keys)
        .any(|key| key.name == name.get_ref());
    (is_table && !is_key).then_some(name.get_ref().as_ref())
}

/// The end of the last value anywhere within a value.
fn last_end(value: &DeValue<'_>) -> usize {
    match value {
        DeValue::Table(table) => table
            .iter()
            .map(|(name, value)| {
                let inner = match value.get_ref() {
                    DeValue::Table(_) => last_end(value.get_ref()),
                    _ => 0,
                };
                name.span().end.max(value.span().end).max(inner)
            })
            .max()
            .unwrap_or(0),
        _ => 0,
    }
}
