//! The command line itself: every command teaches, and mistakes are told apart from refusals.

use super::*;

/// Every command and subcommand, with the words that lead to it.
fn commands() -> Vec<(Vec<String>, clap::Command)> {
    fn gather(
        words: &[String],
        command: &clap::Command,
        all: &mut Vec<(Vec<String>, clap::Command)>,
    ) {
        for sub in command
            .get_subcommands()
            .filter(|sub| sub.get_name() != "help")
        {
            let mut words = words.to_vec();
            words.push(sub.get_name().to_owned());
            all.push((words.clone(), sub.clone()));
            gather(&words, sub, all);
        }
    }
    let mut all = Vec::new();
    let root = command();
    gather(&["kept".to_owned()], &root, &mut all);
    all
}

#[test]
fn the_command_line_is_sound() {
    command().debug_assert();
    assert!(commands().len() > 24);
}

#[test]
fn every_help_text_teaches() {
    for (words, command) in commands() {
        let mut words: Vec<std::ffi::OsString> = words.into_iter().map(Into::into).collect();
        words.push("--help".into());
        let Err(shown) = parse(super::command(), words.clone()) else {
            panic!("{words:?} did not show its help")
        };
        let text = shown.to_string();
        assert_eq!(shown.exit_code(), 0, "{words:?}");
        assert!(text.contains("Exit codes: 0 done"), "{text}");
        if command.get_subcommands().next().is_none() {
            assert!(text.contains("Example"), "{text}");
        }
    }
}

#[test]
fn what_is_not_understood_is_no_refusal() {
    for words in [
        &["kept", "usee"][..],
        &["kept", "use", "--purpose", "x"],
        &["kept", "explain", "peek"],
        &["kept", "verify", "--key", "x"],
        &["kept", "person", "consent", "x", "--channel", "support"],
    ] {
        let parsed = parse(command(), words.iter().map(Into::into));
        assert!(
            parsed.is_err_and(|problem| problem.use_stderr()),
            "{words:?}"
        );
    }
}
