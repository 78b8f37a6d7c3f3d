//! Whether ARCHITECTURE.md still speaks of what is there: the tests it names and the crates it
//! explains. It judges no sentence.

use crate::source::{root, tree};
use std::collections::BTreeSet;
use std::{fs, io};

/// The lines of a section, from its heading to the next of the same level.
fn section<'t>(text: &'t str, heading: &str) -> Vec<&'t str> {
    let after = text.lines().skip_while(|line| *line != heading).skip(1);
    after.take_while(|line| !line.starts_with("## ")).collect()
}

/// The words in backticks in some text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The tests that the table of invariants names and `code` does not define.
fn missing_tests(text: &str, code: &str) -> Vec<String> {
    let lines = section(text, "## Invariants");
    let is_test = |word: &&str| {
        word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    let named: BTreeSet<&str> = lines
        .iter()
        .flat_map(|line| quoted(line))
        .filter(is_test)
        .collect();
    let is_missing = |name: &&&str| !code.contains(&format!("fn {name}("));
    let missing = named.iter().filter(is_missing).map(|name| name.to_string());
    match named.is_empty() {
        true => vec!["no test is named".to_owned()],
        false => missing.collect(),
    }
}

/// The crates that are used and not explained, and those that are explained and not used.
fn unexplained(text: &str, manifest: &str) -> io::Result<Vec<String>> {
    let manifest: toml::Table = manifest.parse().map_err(io::Error::other)?;
    let listed = manifest
        .get("workspace")
        .and_then(|it| it.get("dependencies")?.as_table());
    let used: BTreeSet<&str> = listed
        .into_iter()
        .flat_map(|table| table.keys().map(String::as_str))
        .filter(|name| !name.starts_with("kept-"))
        .collect();
    let rows = section(text, "## Why these crates");
    let cells = rows.iter().filter_map(|row| row.split('|').nth(2));
    let explained: BTreeSet<&str> = cells.flat_map(quoted).collect();
    let missing = used.difference(&explained);
    let stale = explained.difference(&used);
    Ok(missing
        .map(|name| format!("`{name}` is used and not explained"))
        .chain(stale.map(|name| format!("`{name}` is explained and not used")))
        .collect())
}

#[test]
fn every_test_that_is_named_exists() -> io::Result<()> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md"))?;
    let code: String = tree()?.into_iter().map(|source| source.text).collect();
    assert_eq!(missing_tests(&text, &code), Vec::<String>::new());
    Ok(())
}

#[test]
fn every_crate_is_explained() -> io::Result<()> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md"))?;
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    assert_eq!(unexplained(&text, &manifest)?, Vec::<String>::new());
    Ok(())
}

#[test]
fn what_is_stale_is_found() -> io::Result<()> {
    let text =
        "## Invariants\n| so | `it_is`, `it_was` |\n## Why these crates\n| job | `a` | b |\n";
    assert_eq!(missing_tests(text, "fn it_is() {}"), ["it_was"]);
    let manifest = "[workspace.dependencies]\nc = \"1\"\nkept-terms = \"1\"\n";
    let found = unexplained(text, manifest)?;
    let expected = [
        "`c` is used and not explained",
        "`a` is explained and not used",
    ];
    assert_eq!(found, expected);
    Ok(())
}
