//! The shape of clauses as data: which verbs there are, which keys each has, and what their
//! values look like.
//! The reader, the JSON Schema and the tests of the format page all follow these tables; they
//! parse nothing.

mod guards;
mod verbs;
mod words;

pub(crate) use verbs::{FRONT, VERBS};
pub(crate) use words::WORDS;

use crate::model::Verb;

macro_rules! word_kinds {
    ($($name:ident = $word:literal,)+) => {
        /// A kind of word that a policy declares.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub(crate) enum WordKind { $($name,)+ }

        impl WordKind {
            /// The word in documents.
            pub(crate) const fn word(self) -> &'static str {
                match self { $(WordKind::$name => $word,)+ }
            }
        }
    };
}

word_kinds! {
    Field = "field",
    Purpose = "purpose",
    Channel = "channel",
    Event = "event",
    Role = "role",
    Service = "service",
    Recipient = "recipient",
    Entity = "entity",
    Team = "team",
    Region = "region",
    Instrument = "instrument",
    Assurance = "assurance",
    System = "system",
    Store = "store",
    Measure = "measure",
    Authority = "authority",
    Term = "term",
}

/// What a value looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Plain text.
    Text,
    /// A list of plain texts.
    Lines,
    /// `true` or `false`.
    Flag,
    /// A whole number between two others.
    Count(i64, i64),
    /// A calendar date.
    Date,
    /// A period of ISO 8601.
    Period,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of these words.
    Words(&'static [&'static str]),
    /// A list of these words, or `"all"`.
    AllOrWords(&'static [&'static str]),
    /// A declared word of this kind.
    Name(WordKind),
    /// A list of declared words of this kind.
    Names(WordKind),
    /// A list of declared words of this kind, or `"all"`.
    AllOrNames(WordKind),
    /// A country, or a part of one.
    Country,
    /// A list of countries and parts of countries.
    Countries,
    /// A list of countries, parts of countries and declared regions, or `"all"`.
    Places,
    /// A table with these keys.
    Table(&'static [Key]),
    /// A list of tables with these keys.
    Tables(&'static [Key]),
    /// One of these words, or a table with these keys.
    WordOrTable(&'static [&'static str], &'static [Key]),
}

impl Kind {
    /// Whether it is a list of texts, words, names or countries.
    pub(crate) fn is_list(&self) -> bool {
        match self {
            Kind::Lines
            | Kind::Words(_)
            | Kind::AllOrWords(_)
            | Kind::Names(_)
            | Kind::AllOrNames(_)
            | Kind::Countries
            | Kind::Places => true,
            Kind::Text
            | Kind::Flag
            | Kind::Count(..)
            | Kind::Date
            | Kind::Period
            | Kind::Word(_)
            | Kind::Name(_)
            | Kind::Country
            | Kind::Table(_)
            | Kind::Tables(_)
            | Kind::WordOrTable(..) => false,
        }
    }

    /// What it is called in a message.
    pub(crate) fn described(&self) -> String {
        match self {
            Kind::Text => "a text".to_owned(),
            Kind::Lines => "a list of texts".to_owned(),
            Kind::Flag => "`true` or `false`".to_owned(),
            Kind::Count(least, most) => format!("a whole number from {least} to {most}"),
            Kind::Date => "a date".to_owned(),
            Kind::Period => "a period".to_owned(),
            Kind::Word([word]) => format!("`{word}`"),
            Kind::Word(words) => format!("one of {}", listed(words)),
            Kind::Words(words) => format!("a list of any of {}", listed(words)),
            Kind::AllOrWords(words) => format!("`\"all\"` or a list of any of {}", listed(words)),
            Kind::Name(kind) => format!("the name of a declared {}", kind.word()),
            Kind::Names(kind) => format!("a list of names of declared {}s", plural(kind.word())),
            Kind::AllOrNames(kind) => {
                format!(
                    "`\"all\"` or a list of names of declared {}s",
                    plural(kind.word())
                )
            }
            Kind::Country => "a place".to_owned(),
            Kind::Countries => "a list of places".to_owned(),
            Kind::Places => "`\"all\"` or a list of places and declared regions".to_owned(),
            Kind::Table(_) => "a table".to_owned(),
            Kind::Tables(_) => "a list of tables".to_owned(),
            Kind::WordOrTable(words, _) => format!("{} or a table", listed(words)),
        }
    }

    /// How it is written as a table, where it may be one.
    pub(crate) fn table_example(&self) -> String {
        match self {
            Kind::WordOrTable(_, keys) | Kind::Table(keys) => table_example(keys),
            _ => self.example(),
        }
    }

    /// How it is written, for somebody who wrote something else.
    pub(crate) fn example(&self) -> String {
        let first = |words: &[&str]| words.first().copied().unwrap_or_default().to_owned();
        match self {
            Kind::Text => "\"some words\"".to_owned(),
            Kind::Lines => "[\"one\", \"two\"]".to_owned(),
            Kind::Flag => "true".to_owned(),
            Kind::Count(least, _) => least.to_string(),
            Kind::Date => "2026-01-31".to_owned(),
            Kind::Period => "\"P90D\"".to_owned(),
            Kind::Word(words) => format!("{:?}", first(words)),
            Kind::Words(words) | Kind::AllOrWords(words) => format!("[{:?}]", first(words)),
            Kind::Name(kind) => format!("\"some-{}\"", kind.word()),
            Kind::Names(kind) | Kind::AllOrNames(kind) => format!("[\"some-{}\"]", kind.word()),
            Kind::Country => "\"US\"".to_owned(),
            Kind::Countries | Kind::Places => "[\"US\", \"CA\"]".to_owned(),
            Kind::Table(keys) => table_example(keys),
            Kind::Tables(keys) => format!("[{}]", table_example(keys)),
            Kind::WordOrTable(words, _) => format!("{:?}", first(words)),
        }
    }
}

fn plural(word: &str) -> &str {
    // `entity` and `authority` are the only kinds that do not take a bare `s`; both read well
    // enough as `entitys`
    // nowhere, so they are spelt out here.
    match word {
        "entity" => "entitie",
        "authority" => "authoritie",
        other => other,
    }
}

fn table_example(keys: &[Key]) -> String {
    let parts: Vec<String> = keys
        .iter()
        .map(|key| format!("{} = {}", key.name, key.kind.example()))
        .collect();
    format!("{{ {} }}", parts.join(", "))
}

/// Words in a row, each between backticks.
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// Its word.
    pub name: &'static str,
    /// What its value looks like.
    pub kind: Kind,
    /// Whether the table means nothing without it.
    pub required: bool,
    /// What it says, in a clause.
    pub doc: &'static str,
}

/// A key that must be there.
pub(crate) const fn must(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        required: true,
        doc,
    }
}

/// A key that may be there.
pub(crate) const fn may(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        required: false,
        doc,
    }
}

/// One of the things a verb can say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// The key that tells this form from the verb's others; nothing where the verb has one form.
    pub told_by: Option<&'static str>,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A verb: what it promises, and in which forms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VerbShape {
    pub verb: Verb,
    pub doc: &'static str,
    pub forms: &'static [Form],
}

/// A kind of word: the keys of its `define` table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WordShape {
    pub kind: WordKind,
    pub doc: &'static str,
    pub keys: &'static [Key],
}

#[cfg(test)]
mod tests;
