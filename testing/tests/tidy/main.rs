//! The house rules as one test: each rule holds over the whole tree, and each is shown to fail.
//! It reads the tree and never changes it.

mod architecture;
mod manifest;
mod rules;
mod source;

use manifest::{Manifest, manifests};
use rules::*;
use source::{Source, code_of, root, tree};
use std::{fs, io};

/// Fails with every finding of `rule` in the tree.
#[track_caller]
fn holds(rule: Rule) -> io::Result<()> {
    let tree = tree()?;
    assert!(
        tree.iter()
            .any(|it| it.path == "testing/tests/tidy/main.rs"),
        "this file is missed"
    );
    let mut findings = Vec::new();
    for source in tree {
        findings.extend(
            rule(&source)
                .iter()
                .map(|it| format!("{}:{it}", source.path)),
        );
    }
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    Ok(())
}

#[test]
fn every_file_opens_with_a_header() -> io::Result<()> {
    holds(opens_with_header)
}

#[test]
fn every_line_fits() -> io::Result<()> {
    holds(lines_fit)
}

#[test]
fn every_file_is_short() -> io::Result<()> {
    holds(file_is_short)
}

#[test]
fn nine_files_in_ten_are_shorter_still() -> io::Result<()> {
    let tree = tree()?;
    let shipped: Vec<&Source> = tree
        .iter()
        .filter(|it| it.is_rust() && !it.is_test())
        .collect();
    let is_long = |it: &&&Source| it.shipped_lines().len() > FILE_LINES_USUAL;
    let long: Vec<&str> = shipped
        .iter()
        .filter(is_long)
        .map(|it| it.path.as_str())
        .collect();
    let few = long.len() * 10 <= shipped.len();
    assert!(few, "over {FILE_LINES_USUAL} lines:\n{}\n", long.join("\n"));
    Ok(())
}

#[test]
fn every_function_fits_a_screen() -> io::Result<()> {
    holds(functions_fit_a_screen)
}

#[test]
fn no_forbidden_word_occurs() -> io::Result<()> {
    holds(uses_no_forbidden_word)
}

#[test]
fn no_library_prints() -> io::Result<()> {
    holds(libraries_do_not_print)
}

#[test]
fn time_and_chance_come_from_one_file() -> io::Result<()> {
    holds(time_and_chance_are_arguments)
}

#[test]
fn the_vault_stays_behind_the_door() -> io::Result<()> {
    holds(the_vault_is_not_handed_on)
}

#[test]
fn every_link_leads_somewhere() -> io::Result<()> {
    holds(links_lead_somewhere)
}

#[test]
fn libraries_deny_missing_docs() -> io::Result<()> {
    let workspace = fs::read_to_string(root().join("Cargo.toml"))?;
    let everywhere = workspace.contains("missing_docs = \"deny\"");
    let is_undocumented = |manifest: &Manifest| {
        let library = fs::read_to_string(manifest.folder.join("src/lib.rs")).unwrap_or_default();
        // A crate that holds only its header has nothing to document yet.
        let is_empty = code_of(&library).trim().is_empty();
        !everywhere && !is_empty && !library.contains("#![deny(missing_docs)]")
    };
    let manifests = manifests()?;
    let names = manifests
        .iter()
        .filter(|it| is_undocumented(it))
        .map(|it| &it.name);
    let names: Vec<&String> = names.collect();
    assert!(names.is_empty(), "add #![deny(missing_docs)] to {names:?}");
    Ok(())
}

#[test]
fn dependencies_come_from_the_public_registry() -> io::Result<()> {
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let registry = concat!(
        "\"registry+https://github.com/rust-lang/crates",
        ".io-index\""
    );
    let sources = lock
        .lines()
        .filter_map(|line| line.strip_prefix("source = "));
    let other: Vec<&str> = sources.filter(|source| *source != registry).collect();
    assert!(other.is_empty(), "{other:?}");
    Ok(())
}

/// Applies `rule` to `text` at `path`: its one finding starts with `expected`, or there is none.
#[track_caller]
fn check(rule: Rule, path: &str, text: &str, expected: &str) {
    let findings = rule(&Source::new(path, text));
    let found = findings.join("; ");
    let as_expected = found.starts_with(expected) && found.is_empty() == expected.is_empty();
    assert!(
        as_expected && findings.len() < 2,
        "expected `{expected}`, found `{found}`:\n{text}"
    );
}

const FILE: &str = "crates/some/src/file.rs";
const TESTS: &str = "#[cfg(test)]\nmod tests {\n    use it;\n}\n";
const CLOCK: &str = "let now = Timestamp::now();\n";

#[test]
fn shape_rules_can_fail() {
    check(opens_with_header, FILE, "fn a() {}\n", "1: open with");
    check(opens_with_header, FILE, "//! Owns a.\n", "");

    check(
        lines_fit,
        FILE,
        &format!("let a = {};", "b + ".repeat(30)),
        "1: 129 columns",
    );
    check(
        lines_fit,
        FILE,
        &format!("// {}", "so ".repeat(40)),
        "1: 123 columns",
    );
    check(
        lines_fit,
        FILE,
        &format!("let a = \"{}\";", "b + ".repeat(30)),
        "",
    );

    let long = "use it;\n".repeat(FILE_LINES_MAX);
    check(
        file_is_short,
        FILE,
        &format!("{long}use it;\n"),
        "1: 601 lines",
    );
    check(file_is_short, FILE, &format!("{long}{TESTS}"), "");
    check(
        file_is_short,
        "crates/some/src/file/tests.rs",
        &format!("{long}{long}"),
        "",
    );

    let body = "    step(\"}\");\n".repeat(68);
    let long = format!("\nfn a() {{\n{body}    step();\n}}\n");
    check(functions_fit_a_screen, FILE, &long, "2: 71 lines");
    check(
        functions_fit_a_screen,
        FILE,
        &format!("pub(crate) async fn a() {{\n{body}}}\n"),
        "",
    );
    check(functions_fit_a_screen, FILE, "fn a(b: [u8; 2]);\n", "");
    check(
        functions_fit_a_screen,
        FILE,
        &format!("#[cfg(test)]\nmod tests {{{long}}}\n"),
        "",
    );
}

#[test]
fn word_rules_can_fail() {
    check(
        uses_no_forbidden_word,
        "a.md",
        concat!("// TO", "DO later"),
        "1: `TO",
    );
    check(
        uses_no_forbidden_word,
        "a.md",
        concat!("\nsee /wo", "rk/notes"),
        "2: `/wo",
    );
    check(
        uses_no_forbidden_word,
        "a.sh",
        concat!("# a sub", "agent"),
        "1: `sub",
    );
    check(
        uses_no_forbidden_word,
        FILE,
        "fn a() { unsafe { b() } }",
        "1: `unsafe`",
    );
    check(
        uses_no_forbidden_word,
        FILE,
        concat!("#[ig", "nore = \"b\"]"),
        "1: `#[",
    );
    check(
        uses_no_forbidden_word,
        FILE,
        concat!("fn a() { to", "do!() }"),
        "1: `to",
    );
    check(
        uses_no_forbidden_word,
        FILE,
        "#![forbid(unsafe_code)] // never unsafe",
        "",
    );

    check(
        libraries_do_not_print,
        FILE,
        "fn a() { print!(\"b\") }",
        "1: `print!`",
    );
    check(libraries_do_not_print, FILE, "// println!", "");
    check(
        libraries_do_not_print,
        FILE,
        &TESTS.replace("use it", "println!()"),
        "",
    );
    check(
        libraries_do_not_print,
        "crates/kept/src/file.rs",
        "println!(\"b\")",
        "",
    );

    let rule = time_and_chance_are_arguments;
    check(
        rule,
        "crates/kept/src/file.rs",
        CLOCK,
        "1: `Timestamp::now`",
    );
    check(rule, FILE, "aws_lc_rs::rand::fill(b)", "1: `rand::`");
    check(rule, FILE, "// from operand::left", "");
    check(rule, FILE, "operand::left()", "");
    check(rule, FILE, &TESTS.replace("use it", "Instant::now()"), "");
    check(rule, "crates/some/benches/file.rs", CLOCK, "");
    check(rule, AMBIENT_SOURCE, CLOCK, "");

    check(
        the_vault_is_not_handed_on,
        FILE,
        "pub use kept_vault::*;",
        "1: `pub use",
    );
    check(
        the_vault_is_not_handed_on,
        FILE,
        "use kept_vault::Vault;",
        "",
    );

    check(
        links_lead_somewhere,
        "a.md",
        "[b](no-such-file.md#c)",
        "1: nothing",
    );
    check(
        links_lead_somewhere,
        "a.md",
        "[b](testing/tests/tidy/main.rs) [c](#d)",
        "",
    );
    check(
        links_lead_somewhere,
        "a.md",
        "```\n[b](no-such-file.md)\n```\n",
        "",
    );
}
