//! The modelled policy and the table that leads from each promise to its clauses.
//! It compiles and compares; it judges no wording.

use kept_policy::{Severity, Source, Verb, compile, render_diagnostics};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{fs, io};

/// Every promise there is: the letter of a group and how many it has.
const GROUPS: [(char, u8); 11] = [
    ('N', 6),
    ('C', 7),
    ('U', 9),
    ('P', 4),
    ('D', 6),
    ('R', 2),
    ('K', 8),
    ('X', 4),
    ('Y', 1),
    ('Q', 3),
    ('G', 3),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn policy() -> io::Result<Vec<Source>> {
    let folder = root().join("policies/mediaocean");
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".md") {
            sources.push(Source::new(name.into_owned(), fs::read_to_string(&path)?));
        }
    }
    sources.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(sources)
}

/// The rows of the table: a promise and the clauses it names.
fn rows(table: &str) -> Vec<(String, Vec<String>)> {
    let rows = table.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let (id, clauses) = (cells.next()?, cells.next()?);
        let named = clauses.split('`').filter(|part| part.contains('#'));
        Some((id.to_owned(), named.map(str::to_owned).collect()))
    });
    rows.filter(|(id, _)| id.starts_with(char::is_uppercase))
        .collect()
}

/// The document whose clauses the table names. A clause of another document that has the same name
/// keeps the same promise, in the words and under the law of its region.
const TOLD_OF: &str = "north-america";

/// What is wrong with the table, for a policy whose clauses are these and whether each only
/// defines.
fn findings(table: &str, clauses: &[(String, bool)]) -> Vec<String> {
    let rows = rows(table);
    let mut findings = Vec::new();
    for (group, count) in GROUPS {
        for id in (1..=count).map(|number| format!("{group}{number}")) {
            match rows.iter().filter(|(row, _)| *row == id).count() {
                1 => {}
                found => findings.push(format!("{id} has {found} rows")),
            }
        }
    }
    let mut named = BTreeSet::new();
    for (id, of) in &rows {
        if of.is_empty() {
            findings.push(format!("{id} names no clause"));
        }
        for clause in of {
            if !clauses.iter().any(|(name, _)| name == clause) {
                findings.push(format!("{id} names `{clause}`, which is no clause"));
            }
            named.insert(clause);
        }
    }
    let unnamed = clauses
        .iter()
        .filter(|(_, defines)| !defines)
        .filter(|(name, _)| !named.contains(name))
        .filter(|(name, _)| {
            let path = name.split_once('#').map_or("", |(_, path)| path);
            !named.contains(&format!("{TOLD_OF}#{path}"))
        });
    findings.extend(unnamed.map(|(name, _)| format!("`{name}` is in no row")));
    findings
}

#[test]
fn the_modelled_policy_compiles_without_a_warning() -> io::Result<()> {
    let sources = policy()?;
    let (policy, said) = compile(&sources);
    let grave: Vec<_> = said
        .into_iter()
        .filter(|it| it.severity != Severity::Note)
        .collect();
    assert!(
        grave.is_empty(),
        "\n{}",
        render_diagnostics(&grave, &sources, false)
    );
    assert!(policy.is_some());
    Ok(())
}

#[test]
fn every_promise_has_a_clause_and_every_clause_a_promise() -> io::Result<()> {
    let (policy, _) = compile(&policy()?);
    let policy = policy.expect("the policy compiles, as the test above shows");
    let clauses: Vec<(String, bool)> = policy
        .clauses()
        .map(|clause| {
            (
                clause.full_name.to_string(),
                clause.body.verb() == Verb::Define,
            )
        })
        .collect();
    let table = fs::read_to_string(root().join("docs/promises.md"))?;
    let findings = findings(&table, &clauses);
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    Ok(())
}

#[test]
fn a_table_with_gaps_is_found_out() {
    let clauses = [
        ("a#use.one".to_owned(), false),
        ("a#use.two".to_owned(), false),
    ];
    let table = "| id | clauses | mechanism |\n|---|---|---|\n\
        | N1 | `a#use.one`, `a#use.lost` | x |\n| N2 | none | x |\n";
    let found = findings(table, &clauses);
    for finding in [
        "N1 names `a#use.lost`, which is no clause",
        "N2 names no clause",
        "N3 has 0 rows",
        "`a#use.two` is in no row",
    ] {
        assert!(found.iter().any(|it| it == finding), "{finding}: {found:?}");
    }
}
