//! Settings: every option that may also stand in the environment or in a configuration file, and
//! how the three are brought together. The command line counts before the environment, and that
//! before the file.
//! It knows no setting of its own: an option with a variable is one. A setting that nobody knows is
//! a mistake.

use super::house::unreadable;
use super::{Ending, Failed, Outcome, Terminal};
use clap::{Arg, ArgAction, Command};
use kept_policy::{closest, closest_within};
use serde_json::json;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Names the configuration file, where no option does.
const VARIABLE: &str = "KEPT_CONFIG";

/// Variables that hold secrets, which no option may: everybody on the machine sees options.
const SECRETS: [(&str, &str); 7] = [
    (
        "KEPT_BLOBS_SECRET",
        "The secret of the key that may use the bucket of files.",
    ),
    (
        "KEPT_KEYRING_PASSWORD",
        "The password for the database that holds the keyring.",
    ),
    (
        "KEPT_PASSPHRASE",
        "The passphrase itself, instead of a root key.",
    ),
    (
        "KEPT_ROOT_PKCS11_PIN",
        "The PIN of the device that keeps the root key.",
    ),
    (
        "KEPT_ROOT_SECRET",
        "The root key itself, in base64, instead of a file.",
    ),
    (
        "KEPT_SMTP_PASSWORD",
        "The password for the server that takes messages.",
    ),
    (
        "KEPT_STORE_PASSWORD",
        "The password for the database that holds the rows.",
    ),
];

/// Of each pair only one may be set.
const EXCLUSIVE: [(&str, &str); 11] = [
    ("root-key", "passphrase-file"),
    ("root-key", "root-command"),
    ("root-key", "root-credential"),
    ("passphrase-file", "root-command"),
    ("passphrase-file", "root-credential"),
    ("root-command", "root-credential"),
    ("root-key", "root-pkcs11"),
    ("passphrase-file", "root-pkcs11"),
    ("root-command", "root-pkcs11"),
    ("root-credential", "root-pkcs11"),
    ("smtp", "mail-folder"),
];

/// List every setting, with its variable, what it is where nothing sets it, and what it means.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept settings
  kept --config /etc/kept/kept.toml settings")]
pub(super) struct Arguments {}

/// One setting.
pub(super) struct Setting {
    /// Its name, as an option and in a configuration file.
    name: String,
    /// Its variable.
    variable: String,
    /// What it is where nothing sets it, as far as that is a word.
    default: Option<String>,
    /// What it means.
    meaning: String,
    is_switch: bool,
}

impl Setting {
    fn of(arg: &Arg) -> Option<Setting> {
        let variable = arg.get_env()?.to_str()?.to_owned();
        let name = arg.get_long()?.to_owned();
        let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
        let default = arg.get_default_values().first();
        let meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
        Some(Setting {
            name,
            variable,
            default: default
                .map(|value| value.to_string_lossy().into_owned())
                .filter(|_| !is_switch),
            meaning: meaning.split_whitespace().collect::<Vec<_>>().join(" "),
            is_switch,
        })
    }
}

/// Every setting of a command line, by name.
pub(super) fn known(command: &Command) -> BTreeMap<String, Setting> {
    let own = command.get_arguments().filter_map(Setting::of);
    let mut all: BTreeMap<_, _> = own.map(|it| (it.name.clone(), it)).collect();
    for inner in command.get_subcommands() {
        for (name, setting) in known(inner) {
            all.entry(name).or_insert(setting);
        }
    }
    all.remove("config");
    all
}

/// A command line to which a configuration file gives what nothing else sets.
pub(super) fn with_file(command: Command, words: &[OsString]) -> Result<Command, Failed> {
    let known = known(&command);
    check_variables(&known, std::env::vars_os().map(|(name, _)| name))?;
    match named(words).or_else(|| std::env::var_os(VARIABLE).filter(|name| !name.is_empty())) {
        Some(path) => {
            let path = PathBuf::from(path);
            let mut values = read(&command, &known, &path)?;
            for (one, other) in EXCLUSIVE {
                let set = |name: &str| is_set(&known, words, name);
                if set(one) {
                    values.remove(other);
                } else if set(other) {
                    values.remove(one);
                } else if values.contains_key(one) && values.contains_key(other) {
                    let problem = format!("sets `{one}` and `{other}`, of which only one may be");
                    return Err(Failed::new(format!("`{}` {problem}", path.display())));
                }
            }
            Ok(defaulting(command, &values))
        }
        None => Ok(command),
    }
}

/// Whether the command line or the environment sets something.
fn is_set(known: &BTreeMap<String, Setting>, words: &[OsString], name: &str) -> bool {
    let option = format!("--{name}");
    let is_it = |word: &OsString| {
        let word = word.to_str().unwrap_or_default();
        word == option
            || word
                .strip_prefix(&option)
                .is_some_and(|rest| rest.starts_with('='))
    };
    let variable = known.get(name).map(|setting| &setting.variable);
    words.iter().any(is_it) || variable.is_some_and(|name| std::env::var_os(name).is_some())
}

/// The file that the command line names.
fn named(words: &[OsString]) -> Option<OsString> {
    let mut words = words.iter().skip(1).take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == "--config" {
            return words.next().cloned();
        }
        let text = word
            .to_str()
            .and_then(|text| text.strip_prefix("--config="));
        if let Some(path) = text {
            return Some(path.into());
        }
    }
    None
}

/// A variable that is nearly a setting's, and is none, was meant to be it.
fn check_variables(
    known: &BTreeMap<String, Setting>,
    set: impl Iterator<Item = OsString>,
) -> Result<(), Failed> {
    let mut names: Vec<&str> = known.values().map(|it| it.variable.as_str()).collect();
    names.extend(SECRETS.map(|(name, _)| name));
    names.push(VARIABLE);
    for name in set {
        let Some(name) = name.to_str().filter(|name| name.starts_with("KEPT_")) else {
            continue;
        };
        // The last two are what Kubernetes sets for a service of the name.
        let is_ours = names.contains(&name)
            || name.starts_with("KEPT_SERVICE_")
            || name.starts_with("KEPT_PORT");
        if is_ours {
            continue;
        }
        if let Some(meant) = closest_within(2, name, names.iter().copied()) {
            let problem = format!("the variable `{name}` is no setting");
            return Err(Failed::new(problem).help(format!("did you mean `{meant}`?")));
        }
    }
    Ok(())
}

/// What a file sets, as the command line would say it.
fn read(
    command: &Command,
    known: &BTreeMap<String, Setting>,
    path: &Path,
) -> Result<BTreeMap<String, String>, Failed> {
    let text = std::fs::read_to_string(path).map_err(|cause| unreadable(path, &cause))?;
    let shown = path.display();
    let read = toml::from_str::<BTreeMap<Spanned<String>, Spanned<toml::Value>>>(&text);
    let read = read.map_err(|error| {
        let place = error.span().map_or(0, |span| span.start);
        let line = line_of(&text, place);
        Failed::new(format!("`{shown}`, line {line}: {}", error.message()))
            .help("a line is `name = \"value\"`; `kept settings` lists the names")
    })?;
    let mut values = BTreeMap::new();
    for (name, value) in read {
        let place = format!("`{shown}`, line {}", line_of(&text, name.span().start));
        let name = name.into_inner();
        let Some(setting) = known.get(&name) else {
            let failed = Failed::new(format!("{place}: `{name}` is no setting"));
            return Err(match closest(&name, known.keys().map(String::as_str)) {
                Some(meant) => failed.help(format!("did you mean `{meant}`?")),
                None => failed.help("`kept settings` lists them"),
            });
        };
        let value = told(setting, value.into_inner());
        let value = value.map_err(|problem| Failed::new(format!("{place}: `{name}` {problem}")))?;
        if let Some(problem) = refused(command, setting, &value) {
            return Err(Failed::new(format!("{place}: `{name}` {problem}")));
        }
        values.insert(name, value);
    }
    Ok(values)
}

/// What a value is, as the command line would say it.
fn told(setting: &Setting, value: toml::Value) -> Result<String, &'static str> {
    match (setting.is_switch, value) {
        (true, toml::Value::Boolean(value)) => Ok(value.to_string()),
        (true, _) => Err("is `true` or `false`"),
        (false, toml::Value::String(text)) => Ok(text),
        (false, toml::Value::Integer(number)) => Ok(number.to_string()),
        (false, _) => Err("is a text in quotation marks, or a whole number"),
    }
}

/// Why the command line would not take a value.
fn refused(command: &Command, setting: &Setting, value: &str) -> Option<String> {
    if setting.is_switch {
        return None;
    }
    let holder = holder(command, &setting.name)?;
    let arg = holder.get_arguments().find(|it| is_it(it, &setting.name))?;
    // By itself: what it needs beside it is looked at when everything is there.
    let parser = arg.get_value_parser().clone();
    let alone = Arg::new("it")
        .long(setting.name.clone().leak() as &str)
        .value_parser(parser);
    let alone = Command::new("kept").arg(alone);
    let option = format!("--{}={value}", setting.name);
    let error = alone.try_get_matches_from(["kept", &option]).err()?;
    let told = error.to_string();
    let first = told.lines().next().unwrap_or_default();
    Some(format!(
        "cannot be that: {}",
        first.trim_start_matches("error: ")
    ))
}

/// The command, or that within it, that has a setting.
fn holder<'c>(command: &'c Command, name: &str) -> Option<&'c Command> {
    if command.get_arguments().any(|arg| is_it(arg, name)) {
        return Some(command);
    }
    let mut inner = command.get_subcommands();
    inner.find_map(|inner| holder(inner, name))
}

fn is_it(arg: &Arg, name: &str) -> bool {
    arg.get_long() == Some(name) && arg.get_env().is_some()
}

/// Takes the values for what nothing else sets, wherever the settings are.
fn defaulting(mut command: Command, values: &BTreeMap<String, String>) -> Command {
    let own = command
        .get_arguments()
        .filter(|arg| arg.get_env().is_some());
    let own = own.filter_map(|arg| {
        let value = values.get(arg.get_long()?)?;
        Some((arg.get_id().clone(), value.clone()))
    });
    for (id, value) in own.collect::<Vec<_>>() {
        // Once for the life of the process, as the command line itself.
        let value: &'static str = value.leak();
        command = command.mut_arg(id, |arg| arg.default_value(OsStr::new(value)));
    }
    command.mut_subcommands(|inner| defaulting(inner, values))
}

fn line_of(text: &str, place: usize) -> usize {
    let before = text.get(..place).unwrap_or(text);
    before.matches('\n').count() + 1
}

pub(super) fn run(terminal: &Terminal, command: &Command) -> Outcome {
    for (name, it) in known(command) {
        let default = it.default.clone();
        let default = default.map_or_else(String::new, |value| format!(" [default: {value}]"));
        let text = format!("{name}  {}\n    {}{default}", it.variable, it.meaning);
        terminal.give(text, || {
            json!({ "name": name, "variable": it.variable, "default": it.default,
                "meaning": it.meaning })
        });
    }
    for (variable, meaning) in SECRETS {
        let text = format!("–  {variable}\n    {meaning}");
        terminal.give(
            text,
            || json!({ "name": null, "variable": variable, "default": null, "meaning": meaning }),
        );
    }
    Ok(Ending::Done)
}

#[cfg(test)]
mod tests;
