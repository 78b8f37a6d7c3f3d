//! Settings: what counts before what, what is wrong with a file, and that each is documented.

use super::*;
use crate::cli::command;
use expect_test::{Expect, expect};

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(Into::into).collect()
}

/// What becomes of some settings with a file that says this.
fn check(text: &str, options: &[&str], expected: Expect) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.toml");
    std::fs::write(&path, text).unwrap();
    let mut line = words(&["kept", "serve", "--config"]);
    line.push(path.clone().into_os_string());
    line.extend(words(options));
    let told = match with_file(command(), &line) {
        Ok(command) => match command.try_get_matches_from(line) {
            Ok(matches) => {
                let serve = matches.subcommand_matches("serve").unwrap();
                let listen: &std::net::SocketAddr = serve.get_one("listen").unwrap();
                let data: &PathBuf = serve.get_one("data").unwrap();
                let proxy = serve.get_flag("behind_proxy");
                let smtp: Option<&String> = serve.get_one("smtp");
                let folder: Option<&PathBuf> = serve.get_one("mail_folder");
                format!("{listen} {} {proxy} {smtp:?} {folder:?}", data.display())
            }
            Err(error) => error.to_string().lines().next().unwrap().to_owned(),
        },
        Err(failed) => failed.to_string(),
    };
    let told = told.replace(&path.display().to_string(), "kept.toml");
    expected.assert_eq(&told);
}

#[test]
fn the_command_line_counts_before_the_file_and_the_file_before_nothing() {
    let file = "listen = \"127.0.0.1:9000\"\ndata = \"/srv/kept\"\nbehind-proxy = true\n";
    check(
        file,
        &[],
        expect!["127.0.0.1:9000 /srv/kept true None None"],
    );
    check(
        file,
        &["--listen", "127.0.0.1:9001", "--data=elsewhere"],
        expect!["127.0.0.1:9001 elsewhere true None None"],
    );
    check("", &[], expect!["127.0.0.1:8080 kept-data false None None"]);
    // Where only one of two may be, what is named on the command line puts the other out of force.
    let file = "smtp = \"smtp://mail.example.com\"\n";
    check(
        file,
        &["--mail-folder", "mail"],
        expect![[r#"127.0.0.1:8080 kept-data false None Some("mail")"#]],
    );
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    check(
        "data = \"x\"\nlistne = \"127.0.0.1:9000\"\n",
        &[],
        expect![[r#"
            `kept.toml`, line 2: `listne` is no setting
              help: did you mean `listen`?"#]],
    );
    check(
        "retention = 4\n",
        &[],
        expect![[r#"
        `kept.toml`, line 1: `retention` is no setting
          help: `kept settings` lists them"#]],
    );
    check(
        "listen = \"here\"\n",
        &[],
        expect![
            "`kept.toml`, line 1: `listen` cannot be that: invalid value 'here' for '--listen <it>': invalid socket address syntax"
        ],
    );
    check(
        "connections = -4\n",
        &[],
        expect![
            "`kept.toml`, line 1: `connections` cannot be that: invalid value '-4' for '--connections <it>': invalid digit found in string"
        ],
    );
    check(
        "behind-proxy = \"yes\"\n",
        &[],
        expect!["`kept.toml`, line 1: `behind-proxy` is `true` or `false`"],
    );
    check(
        "data = \"x\n",
        &[],
        expect![[r#"
        `kept.toml`, line 1: invalid basic string, expected `"`
          help: a line is `name = "value"`; `kept settings` lists the names"#]],
    );
    check(
        "data = [\"x\"]\n",
        &[],
        expect!["`kept.toml`, line 1: `data` is a text in quotation marks, or a whole number"],
    );
    check(
        "smtp = \"smtp://mail.example.com\"\nmail-folder = \"mail\"\n",
        &[],
        expect!["`kept.toml` sets `smtp` and `mail-folder`, of which only one may be"],
    );
}

#[test]
fn a_variable_that_is_nearly_a_setting_is_a_mistake() {
    let known = known(&command());
    let check = |name: &str| check_variables(&known, [OsString::from(name)].into_iter());
    for name in [
        "KEPT_LISTEN",
        "KEPT_SMTP_PASSWORD",
        "KEPT_SERVICE_HOST",
        "PATH",
    ] {
        assert!(check(name).is_ok(), "{name}");
    }
    let told = check("KEPT_LISTNE").unwrap_err().to_string();
    assert!(told.contains("`KEPT_LISTEN`"), "{told}");
}

#[test]
fn every_setting_is_documented_as_it_is() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
    let text = std::fs::read_to_string(page).unwrap();
    let mut table =
        "| setting | variable | where nothing sets it | meaning |\n|---|---|---|---|\n".to_owned();
    for (name, it) in known(&command()) {
        let default = it.default.map(|value| format!("`{value}`"));
        let default = match it.is_switch {
            true => "`false`".to_owned(),
            false => default.unwrap_or_default(),
        };
        let meaning = it.meaning.replace('|', "\\|");
        table.push_str(&format!(
            "| `{name}` | `{}` | {default} | {meaning} |\n",
            it.variable
        ));
    }
    for (variable, meaning) in SECRETS {
        table.push_str(&format!("| – | `{variable}` |  | {meaning} |\n"));
    }
    let (open, close) = ("<!-- settings -->\n", "<!-- end of settings -->");
    let (before, rest) = text.split_once(open).unwrap();
    let (stands, after) = rest.split_once(close).unwrap();
    if std::env::var_os("KEPT_WRITE").is_some() {
        let text = format!("{before}{open}\n{table}\n{close}{after}");
        std::fs::write(page, text).unwrap();
    } else {
        let remedy = "KEPT_WRITE=1 cargo test -p kept --lib settings";
        assert_eq!(stands.trim(), table.trim(), "run `{remedy}`");
    }
}
