//! The command line: one file for each command, and what they share.
//! It asks the door for everything and prints answers; it holds no rule of its own.

mod approval;
mod audit;
mod backup;
mod bench;
pub(crate) mod caller;
mod case;
mod check;
pub(crate) mod collect;
mod demo;
mod device;
mod diff;
mod evidence;
mod explain;
mod export;
mod feed;
mod hosted;
mod house;
mod moving;
mod outbox;
mod outcome;
mod person;
mod publish;
mod recipient;
mod register;
mod restore;
mod root;
mod rotate;
mod schema;
pub(crate) mod serve;
mod settings;
mod show;
mod simulate;
mod standing;
mod store;
mod survey;
mod sweep;
mod terminal;
mod token;
mod usage;
mod verify;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
pub(crate) use house::{House, Place};
pub(crate) use outcome::{Ending, Failed, Outcome};
pub(crate) use show::counted;
use std::process::ExitCode;
pub(crate) use terminal::Terminal;

/// What is said at the end of every help text.
const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed (the command line included), 2 refused by \
                          the policy.";

/// Keeps the promises of a privacy policy.
///
/// A policy is a folder of Markdown documents with a clause beside each promise. Kept holds
/// personal information under that policy, lets nothing touch it except through the policy, and
/// proves afterwards what happened.
///
/// To begin: `kept demo` shows everything at work; `kept check` compiles a policy;
/// `kept serve` runs it.
#[derive(Parser)]
#[command(
    name = "kept",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(flatten)]
    place: Place,

    /// A file of settings (TOML); what the command line or the environment sets counts before it.
    #[arg(
        long,
        global = true,
        env = "KEPT_CONFIG",
        value_name = "FILE",
        help_heading = "Everywhere"
    )]
    config: Option<std::path::PathBuf>,

    /// Print answers as JSON, for programs.
    #[arg(long, global = true, help_heading = "Everywhere")]
    json: bool,

    /// Act within the home of a client in a hosted system.
    #[arg(
        long,
        global = true,
        value_name = "SYSTEM/CLIENT",
        help_heading = "Everywhere"
    )]
    home: Option<kept_terms::Home>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Arguments),
    Explain(explain::Arguments),
    Diff(diff::Arguments),
    Simulate(simulate::Arguments),
    Standing(standing::Arguments),
    Export(export::Arguments),
    Publish(publish::Arguments),
    Serve(serve::Arguments),
    Demo(demo::Arguments),
    Collect(collect::Arguments),
    Use(usage::Arguments),
    #[command(subcommand)]
    Person(person::Command),
    #[command(subcommand)]
    Hosted(hosted::Command),
    #[command(subcommand)]
    Register(register::Command),
    #[command(subcommand)]
    Survey(survey::Command),
    Sweep(sweep::Arguments),
    #[command(subcommand)]
    Outbox(outbox::Command),
    Audit(audit::Arguments),
    Verify(verify::Arguments),
    Rotate(rotate::Arguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
    Move(moving::Arguments),
    #[command(subcommand)]
    Approval(approval::Command),
    #[command(subcommand)]
    Case(case::Command),
    Evidence(evidence::Arguments),
    #[command(subcommand)]
    Token(token::Command),
    #[command(subcommand)]
    Feed(feed::Command),
    #[command(subcommand)]
    Recipient(recipient::Command),
    #[command(subcommand)]
    Store(store::Command),
    Schema(schema::Arguments),
    Settings(settings::Arguments),
    Bench(bench::Arguments),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let command = match settings::with_file(command(), &words) {
        Ok(command) => command,
        Err(failed) => {
            let is_json = words.iter().any(|word| word == "--json");
            return ExitCode::from(Terminal::new(is_json).close(Err(failed)));
        }
    };
    let arguments = match parse(command, words) {
        Ok(arguments) => arguments,
        Err(problem) => {
            // Clap would answer a mistake with 2, which says "refused" here.
            let code = u8::from(problem.use_stderr());
            let _ = problem.print();
            return ExitCode::from(code);
        }
    };
    let _ = arguments.config;
    if let Some(home) = arguments.home {
        caller::act_within(home);
    }
    let terminal = Terminal::new(arguments.json);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(&terminal, &arguments.place, arguments.command)),
        Err(cause) => Err(Failed::new(format!(
            "the machine gives no threads: {cause}"
        ))),
    };
    ExitCode::from(terminal.close(outcome))
}

fn parse(
    mut command: clap::Command,
    words: impl IntoIterator<Item = std::ffi::OsString>,
) -> Result<Arguments, clap::Error> {
    let matches = command.try_get_matches_from_mut(words)?;
    Arguments::from_arg_matches(&matches).map_err(|problem| problem.format(&mut command))
}

/// The command line with what every help text ends with.
fn command() -> clap::Command {
    ending_with_codes(Arguments::command())
}

fn ending_with_codes(command: clap::Command) -> clap::Command {
    let after = match command.get_after_long_help() {
        Some(after) => format!("{after}\n\n{EXIT_CODES}"),
        None => EXIT_CODES.to_owned(),
    };
    command
        .after_long_help(after)
        .mut_subcommands(ending_with_codes)
}

async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    match command {
        Command::Check(arguments) => check::run(terminal, place, &arguments),
        Command::Explain(arguments) => explain::run(terminal, place, &arguments),
        Command::Diff(arguments) => diff::run(terminal, place, &arguments).await,
        Command::Simulate(arguments) => simulate::run(terminal, place, &arguments).await,
        Command::Standing(arguments) => standing::run(terminal, place, &arguments).await,
        Command::Export(arguments) => export::run(terminal, place, &arguments).await,
        Command::Publish(arguments) => publish::run(terminal, place, &arguments).await,
        Command::Serve(arguments) => serve::run(terminal, place, arguments).await,
        Command::Demo(arguments) => demo::run(terminal, place, &arguments).await,
        Command::Collect(arguments) => collect::run(terminal, place, &arguments).await,
        Command::Use(arguments) => usage::run(terminal, place, &arguments).await,
        Command::Person(command) => person::run(terminal, place, command).await,
        Command::Outbox(command) => outbox::run(terminal, place, command).await,
        Command::Hosted(command) => hosted::run(terminal, place, command).await,
        Command::Register(command) => register::run(terminal, place, command).await,
        Command::Survey(command) => survey::run(terminal, place, command).await,
        Command::Sweep(arguments) => sweep::run(terminal, place, &arguments).await,
        Command::Audit(arguments) => audit::run(terminal, place, &arguments).await,
        Command::Verify(arguments) => verify::run(terminal, place, &arguments),
        Command::Rotate(arguments) => rotate::run(terminal, place, &arguments).await,
        Command::Backup(arguments) => backup::run(terminal, place, &arguments).await,
        Command::Restore(arguments) => restore::run(terminal, place, &arguments).await,
        Command::Move(arguments) => moving::run(terminal, place, &arguments).await,
        Command::Approval(command) => approval::run(terminal, place, command).await,
        Command::Case(command) => case::run(terminal, place, command).await,
        Command::Evidence(arguments) => evidence::run(terminal, place, &arguments).await,
        Command::Token(command) => token::run(terminal, place, command).await,
        Command::Feed(command) => feed::run(terminal, place, command).await,
        Command::Recipient(command) => recipient::run(terminal, place, command).await,
        Command::Store(command) => store::run(terminal, command),
        Command::Schema(arguments) => schema::run(terminal, &arguments),
        Command::Settings(_) => settings::run(terminal, &self::command()),
        Command::Bench(arguments) => bench::run(terminal, place, &arguments).await,
    }
}

#[cfg(test)]
mod tests;
