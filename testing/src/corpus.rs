//! The corpus: cases in TOML that a privacy officer can read, each a question and what the policy
//! must answer. It reads the cases; which surface they are put to is for the tests that run them.

use crate::question::Question;
use jiff::civil::Date;
use kept_policy::{Decision, Policy, Source, View, compile};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::{fs, io};
use toml::{Table, Value};

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is about, in a sentence.
    pub name: String,
    /// The file that it stands in.
    pub file: String,
    /// The policy that it is put to: a folder of `policies/`.
    pub policy: String,
    /// What is asked.
    pub question: Question,
    /// What must be answered.
    pub expected: Expected,
}

/// What must be answered to a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expected {
    /// It is permitted.
    Permitted {
        /// The clauses relied on, sorted.
        clauses: Vec<String>,
        /// What each held item shows, as `field: clear`, where the case says so.
        shows: Option<Vec<String>>,
        /// Whether something is struck out first.
        redacts: bool,
    },
    /// It is refused.
    Refused {
        /// Why, as `clause: reason`, sorted.
        grounds: Vec<String>,
    },
}

/// A file of cases, with what its cases have in common.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    policy: String,
    document: String,
    today: Date,
    #[serde(default)]
    people: Table,
    #[serde(default)]
    holdings: Table,
    #[serde(default)]
    records: Table,
    case: Vec<Table>,
}

/// What a case expects, beside its question.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    name: String,
    #[serde(default)]
    permitted: Option<Vec<String>>,
    #[serde(default)]
    refused: Option<Vec<String>>,
    #[serde(default)]
    shows: Option<Vec<String>>,
    #[serde(default)]
    redacts: bool,
}

/// The project's root.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Every case of the corpus, in order of file and place.
///
/// # Errors
/// The file, and what is wrong with it.
pub fn load() -> io::Result<Vec<Case>> {
    let entries = fs::read_dir(root().join("testing/corpus"))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    let mut cases = Vec::new();
    for path in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|it| it == "toml"))
    {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let read = read(&name, &fs::read_to_string(path)?);
        cases.extend(read.map_err(|problem| io::Error::other(format!("{name}: {problem}")))?);
    }
    Ok(cases)
}

/// The cases of one file's text.
///
/// # Errors
/// What is wrong with it.
pub fn read(file: &str, text: &str) -> Result<Vec<Case>, String> {
    let all: File = toml::from_str(text).map_err(|problem| problem.to_string())?;
    all.case
        .iter()
        .map(|table| case(file, &all, table.clone()))
        .collect()
}

fn case(file: &str, all: &File, mut table: Table) -> Result<Case, String> {
    let mut told = Table::new();
    for key in ["name", "permitted", "refused", "shows", "redacts"] {
        told.extend(table.remove(key).map(|value| (key.to_owned(), value)));
    }
    let told: Told = Value::Table(told)
        .try_into()
        .map_err(|e: toml::de::Error| e.to_string())?;
    let problem = |problem: String| format!("`{}`: {problem}", told.name);
    for (key, known) in [
        ("person", &all.people),
        ("holds", &all.holdings),
        ("on-record", &all.records),
    ] {
        if let Some(Value::String(name)) = table.get(key) {
            let found = known.get(name).cloned();
            let found = found.ok_or_else(|| problem(format!("no {key} is called `{name}`")))?;
            table.insert(key.to_owned(), found);
        }
    }
    let question: Result<Question, toml::de::Error> = Value::Table(table).try_into();
    let mut question = question.map_err(|error| problem(error.to_string()))?;
    if question.today == Date::default() {
        question.today = all.today;
    }
    for held in &mut question.holds {
        held.under = in_full(&all.document, &held.under);
    }
    let full = |names: Vec<String>| {
        let mut names: Vec<_> = names
            .iter()
            .map(|name| in_full(&all.document, name))
            .collect();
        names.sort();
        names
    };
    let expected = match (told.permitted, told.refused) {
        (Some(clauses), None) => {
            let (clauses, shows, redacts) = (full(clauses), told.shows, told.redacts);
            Expected::Permitted {
                clauses,
                shows,
                redacts,
            }
        }
        (None, Some(grounds)) => Expected::Refused {
            grounds: full(grounds),
        },
        (Some(_), Some(_)) | (None, None) => {
            return Err(problem("say either `permitted` or `refused`".to_owned()));
        }
    };
    let (name, file, policy) = (told.name, file.to_owned(), all.policy.clone());
    Ok(Case {
        name,
        file,
        policy,
        question,
        expected,
    })
}

/// A clause's full name; within the file's document `verb.name` is enough.
fn in_full(document: &str, name: &str) -> String {
    match name.contains('#') || name.starts_with("policy:") {
        true => name.to_owned(),
        false => format!("{document}#{name}"),
    }
}

/// Compiles a folder of `policies/`.
///
/// # Errors
/// What kept it from being read, or every diagnostic.
pub fn policy(folder: &str) -> io::Result<Policy> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(root().join("policies").join(folder))? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "md") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            sources.push(Source::new(name, fs::read_to_string(&path)?));
        }
    }
    sources.sort_by(|a, b| a.file.cmp(&b.file));
    let (policy, diagnostics) = compile(&sources);
    policy.ok_or_else(|| io::Error::other(format!("{folder}: {diagnostics:#?}")))
}

impl Case {
    /// What the library's own decision answers, in the form in which a case expects it.
    ///
    /// # Errors
    /// A name of the question that the policy does not declare.
    pub fn decided(&self, policy: &Policy) -> Result<Expected, String> {
        let put = self.question.put(policy)?;
        Ok(match put.decide(policy) {
            Decision::Permitted(permit) => {
                let clause = |id: &_| {
                    policy
                        .clause(*id)
                        .map(|clause| clause.full_name.to_string())
                };
                let mut clauses: Vec<String> = permit.clauses().iter().filter_map(clause).collect();
                clauses.sort();
                let held = self.question.holds.iter().zip(&put.items);
                let shows = held.map(|(held, item)| {
                    let view = match permit.view(item) {
                        View::Clear => "clear",
                        View::Masked => "masked",
                        View::Withheld => "withheld",
                    };
                    format!("{}: {view}", held.field)
                });
                Expected::Permitted {
                    clauses,
                    shows: self.expects_shows().then(|| shows.collect()),
                    redacts: permit.redact(),
                }
            }
            Decision::Refused(refusal) => Expected::Refused {
                grounds: crate::question::grounds(policy, &refusal),
            },
        })
    }

    fn expects_shows(&self) -> bool {
        matches!(self.expected, Expected::Permitted { shows: Some(_), .. })
    }
}
