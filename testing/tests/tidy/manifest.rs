//! Which crate may depend on which, read from the manifests. It never runs cargo.

use crate::source::root;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What each crate of ours may depend on. A crate that is not named here may not join.
fn may_depend_on(name: &str) -> Option<&'static str> {
    let allowed = match name {
        "kept-terms" | "kept-ledger" | "kept-intake" | "kept-passkeys" => "",
        "kept-policy" | "kept-screening" | "kept-cases" => "terms",
        "kept-vault" => "terms policy ledger",
        "kept-processing" => "terms policy ledger vault screening cases passkeys",
        "kept" => "terms policy ledger processing cases intake",
        "kept-testing" => "terms policy ledger processing passkeys",
        _ => return None,
    };
    Some(allowed)
}

/// The manifest of one crate.
pub struct Manifest {
    /// The package's name.
    pub name: String,
    /// Where the crate stands.
    pub folder: PathBuf,
    table: toml::Table,
}

impl Manifest {
    fn parse(folder: &Path, text: &str) -> io::Result<Self> {
        let table: toml::Table = text.parse().map_err(io::Error::other)?;
        let name = table.get("package").and_then(|it| it.get("name")?.as_str());
        let name = name.ok_or_else(|| io::Error::other("a package without a name"))?;
        Ok(Self {
            name: name.to_owned(),
            folder: folder.to_owned(),
            table,
        })
    }

    /// Every crate of ours named in any dependency table, for any target, under any alias.
    pub fn dependencies(&self) -> BTreeSet<String> {
        let targets = self.table.get("target").and_then(toml::Value::as_table);
        let targets = targets.into_iter().flat_map(toml::Table::values);
        let tables = targets.filter_map(toml::Value::as_table);
        let mut ours = BTreeSet::new();
        for table in tables.chain([&self.table]) {
            for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
                let list = table.get(kind).and_then(toml::Value::as_table);
                let list = list.into_iter().flatten();
                ours.extend(list.filter_map(|(key, value)| our_crate(kind, key, value)));
            }
        }
        ours
    }

    fn findings(&self) -> Vec<String> {
        let name = &self.name;
        let mut findings = Vec::new();
        if let Some(allowed) = may_depend_on(name) {
            let allows = |it: &str| {
                allowed
                    .split(' ')
                    .any(|short| it == format!("kept-{short}"))
            };
            let dependencies = self.dependencies();
            let wrong = dependencies.iter().filter(|it| !allows(it));
            findings.extend(wrong.map(|it| format!("{name} may not depend on {it}")));
        } else {
            findings.push(format!("{name} has no place in the order of crates"));
        }
        let lints = self
            .table
            .get("lints")
            .and_then(|it| it.get("workspace")?.as_bool());
        if lints != Some(true) {
            findings.push(format!("{name} does not take the workspace's lints"));
        }
        findings
    }
}

/// The name of a dependency if the crate is ours. Anybody's tests may use the shared harness.
fn our_crate(kind: &str, key: &str, value: &toml::Value) -> Option<String> {
    let package = value
        .get("package")
        .and_then(|it| it.as_str())
        .unwrap_or(key);
    let is_ours = package == "kept" || package.starts_with("kept-");
    let is_harness = kind == "dev-dependencies" && package == "kept-testing";
    (is_ours && !is_harness).then(|| package.to_owned())
}

/// The manifests of the crates that exist by now.
pub fn manifests() -> io::Result<Vec<Manifest>> {
    let mut folders = vec![root().join("testing")];
    for entry in fs::read_dir(root().join("crates"))? {
        folders.push(entry?.path());
    }
    let present = folders.iter().filter(|it| it.join("Cargo.toml").exists());
    present
        .map(|it| Manifest::parse(it, &fs::read_to_string(it.join("Cargo.toml"))?))
        .collect()
}

#[test]
fn dependencies_point_one_way() -> io::Result<()> {
    let findings: Vec<String> = manifests()?.iter().flat_map(Manifest::findings).collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    Ok(())
}

#[test]
fn only_processing_depends_on_vault() -> io::Result<()> {
    let manifests = manifests()?;
    let on_vault = manifests
        .iter()
        .filter(|it| it.dependencies().contains("kept-vault"));
    let names: Vec<&str> = on_vault.map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["kept-processing"]);
    Ok(())
}

#[test]
fn every_rule_of_manifests_can_fail() -> io::Result<()> {
    let cases = [
        ("kept-policy", "kept-terms.workspace = true", ""),
        (
            "kept-cases",
            "kept-vault.workspace = true",
            "kept-cases may not depend on kept-vault",
        ),
        (
            "kept",
            "v = { package = \"kept-vault\" }",
            "kept may not depend on kept-vault",
        ),
        (
            "kept-policy",
            "kept = { path = \"b\" }",
            "kept-policy may not depend on kept",
        ),
        (
            "kept-stray",
            "",
            "kept-stray has no place in the order of crates",
        ),
    ];
    for (name, dependency, expected) in cases {
        let package = format!("[package]\nname = \"{name}\"\n");
        for kind in [
            "dependencies",
            "dev-dependencies",
            "target.'cfg(unix)'.dependencies",
        ] {
            let text = format!("{package}[lints]\nworkspace = true\n[{kind}]\n{dependency}\n");
            let findings = Manifest::parse(Path::new(name), &text)?.findings();
            assert_eq!(findings.join("; "), expected, "[{kind}] of {name}");
        }
        let findings = Manifest::parse(Path::new(name), &package)?.findings();
        let refused = findings
            .iter()
            .any(|it| it.ends_with("does not take the workspace's lints"));
        assert!(refused, "{name} without lints passes");
    }
    Ok(())
}
