//! The list of attempts in `docs/promises.md` is made from the tests themselves: for each promise
//! the sentences that try to break it. It writes the list when asked to; it judges no attempt.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Where the list begins; everything after it is made.
const MARK: &str = "## How each is tried\n";

/// Promises whose mechanism is not whole, and that nothing tries to break yet.
const UNTRIED: [&str; 0] = [];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The promises of the table, in its order.
fn promises(page: &str) -> Vec<String> {
    let rows = page.lines().filter_map(|line| {
        let id = line.strip_prefix("| ")?.split(" | ").next()?;
        let mut letters = id.chars();
        let is_id = letters
            .next()
            .is_some_and(|first| first.is_ascii_uppercase())
            && id.len() == 2
            && letters.all(|digit| digit.is_ascii_digit());
        is_id.then(|| id.to_owned())
    });
    rows.collect()
}

/// The sentences that a file of tests is made of.
fn sentences(tests: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut is_test = false;
    for line in tests.lines() {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        }
        let named = line.split_once("fn ").filter(|_| is_test);
        if let Some((_, rest)) = named {
            let name = rest.split('(').next().unwrap_or_default();
            sentences.push(name.replace('_', " "));
            is_test = false;
        }
    }
    sentences
}

/// The list, and the promises that nothing tries to break.
fn list(page: &str, folder: &Path) -> io::Result<(String, Vec<String>)> {
    let (mut list, mut untried) = (String::new(), Vec::new());
    for id in promises(page) {
        let file = format!("{}.rs", id.to_lowercase());
        let tests = fs::read_to_string(folder.join(&file)).unwrap_or_default();
        let sentences = sentences(&tests);
        if sentences.is_empty() {
            untried.push(id);
            continue;
        }
        let _ = writeln!(list, "\n### {id}\n");
        for sentence in sentences {
            let _ = writeln!(list, "- {sentence}");
        }
    }
    Ok((list, untried))
}

#[test]
fn the_list_of_attempts_is_that_of_the_tests() -> io::Result<()> {
    let path = root().join("docs/promises.md");
    let page = fs::read_to_string(&path)?;
    let (list, untried) = list(&page, &root().join("crates/kept/tests/attempts"))?;
    let known = untried.iter().map(String::as_str);
    assert!(known.eq(UNTRIED), "nothing tries to break {untried:?}");
    let (before, after) = page.split_once(MARK).unwrap_or((&page, ""));
    let intro = "\nEach promise has a file of its name in `crates/kept/tests/attempts/`. This list is made from it:\n\
                 `KEPT_WRITE=1 cargo test -p kept-testing --test attempts` writes it anew.\n";
    let made = format!("{intro}{list}");
    if after != made && std::env::var_os("KEPT_WRITE").is_some() {
        fs::write(
            &path,
            format!("{}\n{MARK}{made}", before.trim_end().to_owned() + "\n"),
        )?;
        return Ok(());
    }
    assert!(
        after == made,
        "the list of attempts in docs/promises.md is not that of the tests; \
         `KEPT_WRITE=1 cargo test -p kept-testing --test attempts` writes it anew"
    );
    Ok(())
}

#[test]
fn a_test_is_read_as_a_sentence() {
    let tests =
        "#[tokio::test]\nasync fn nothing_is_lost() {\n}\nfn help() {}\n#[test]\nfn all_stay() {}";
    assert_eq!(sentences(tests), ["nothing is lost", "all stay"]);
}
