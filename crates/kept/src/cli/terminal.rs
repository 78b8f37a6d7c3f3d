//! What commands print: answers on standard output, everything else on standard error.
//! With `--json` each answer is one line of JSON; nothing else then goes to standard output.

use super::{Ending, Failed, Outcome};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::fmt::Display;
use std::io::{IsTerminal, Write};

/// Where a command prints.
#[derive(Clone, Copy)]
pub(crate) struct Terminal {
    json: bool,
}

impl Terminal {
    /// A terminal for people, or for programs.
    pub fn new(json: bool) -> Terminal {
        Terminal { json }
    }

    /// Whether programs read along.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Gives an answer: a text for people, or a line of JSON for programs.
    pub fn give(&self, text: impl Display, value: impl FnOnce() -> Value) {
        match self.json {
            true => self.line(value()),
            false => self.line(text),
        }
    }

    /// Prints a line for people; programs do not get it.
    pub fn say(&self, text: impl Display) {
        if !self.json {
            self.line(text);
        }
    }

    /// Prints a line to standard output for both.
    pub fn line(&self, text: impl Display) {
        // Whoever closed the pipe does not want to read on.
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }

    /// Prints a line to standard error.
    pub fn note(&self, text: impl Display) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Whether standard output takes colours.
    pub fn is_colourful(&self) -> bool {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        !self.json && wanted && std::io::stdout().is_terminal()
    }

    /// A bar for long work, shown only where standard error is a terminal.
    pub fn progress(&self, what: &str, length: Option<u64>) -> ProgressBar {
        let target = ProgressDrawTarget::stderr();
        let bar = ProgressBar::with_draw_target(length, target);
        let template = match length {
            Some(_) => "{msg} {wide_bar} {percent} % {eta}",
            None => "{spinner} {msg} {pos}",
        };
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what.to_owned());
        bar
    }

    /// Prints how a command ended, and gives the exit code.
    pub fn close(&self, outcome: Outcome) -> u8 {
        match outcome {
            Ok(Ending::Done) => 0,
            Ok(Ending::Refused) => 2,
            Ok(Ending::Faulty) => 1,
            Err(failed) => {
                self.fail(&failed);
                1
            }
        }
    }

    fn fail(&self, failed: &Failed) {
        if self.json {
            self.line(json!({ "error": failed.problem, "help": failed.help }));
        }
        self.note(format!("error: {failed}"));
    }
}
